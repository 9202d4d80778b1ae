"""docgen's wheel, installed by pip into an environment of its own that borrows the other packages of this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Installed:
    """An environment with docgen's wheel."""

    python: Path
    site: Path
    """Its site-packages."""

    def qualify(self, folder: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Run `docgen qualify` in a folder; return its exit code and the report."""
        folder.mkdir(exist_ok=True)
        environ = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(
            [self.python.with_name("docgen"), "qualify", *arguments, "--quiet", "--format", "json"],
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            timeout=1800,
        )
        assert done.stderr == "", "something else than the report was said"
        said = json.loads(done.stdout)
        return done.returncode, json.loads((folder / said["json"]).read_bytes())


def steps(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in report["steps"]}


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    home = tmp_path_factory.mktemp("qualify")
    built = "from hatchling.build import build_wheel; print(build_wheel({!r}))"
    done = subprocess.run([sys.executable, "-c", built.format(str(home))], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    wheel = home / done.stdout.split()[-1]
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home / "venv")], check=True)
    python = home / "venv" / "bin" / "python"
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True).stdout.strip())
    (site / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n", "utf-8")
    words = ["-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([sys.executable, *words, "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True)
    return Installed(python=python, site=site)
