"""Installation qualification: what was changed after the installation is named, and a checkout is never green."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from docgen.errors import UsageError
from docgen.packages import Package, closure, lock_faults, read_lock
from support.qualified import Installed, steps

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = '<img src=x onerror=alert(1)>\n"{{ 7 * 7191 }}.py'
PIN = "typst==0.15.2 \\\n    --hash=sha256:" + "0" * 64 + "\n"


@pytest.fixture
def package(installed: Installed) -> Iterator[Path]:
    """The installed package; what a test does to it is undone."""
    folder = installed.site / "docgen"
    before = {path: path.read_bytes() for path in (folder / "errors.py", folder / "_data" / "sphinx_src" / "conf.py")}
    yield folder
    for path, data in before.items():
        path.write_bytes(data)
    (folder / HOSTILE).unlink(missing_ok=True)


def test_an_installed_wheel_passes_and_says_what_it_looked_at(installed: Installed, tmp_path: Path) -> None:
    code, report = installed.qualify(tmp_path, "--iq")
    assert code == 0, [item for item in report["steps"] if item["outcome"] == "failed"]
    found = steps(report)
    assert {item["outcome"] for item in found.values()} == {"passed", "noted"}
    assert found["IQ-FILES"]["outcome"] == "passed"
    assert any(line.startswith("sphinx 9.") for line in found["IQ-PACKAGES"]["details"])
    assert [path.name for path in tmp_path.iterdir()] == ["qualification"], "a store or a test file was left behind"


def test_a_file_that_was_edited_removed_or_added_is_named(installed: Installed, package: Path, tmp_path: Path) -> None:
    (package / "errors.py").write_bytes((package / "errors.py").read_bytes() + b"\n")
    (package / "_data" / "sphinx_src" / "conf.py").unlink()
    (package / HOSTILE).write_text("print('added')\n", "utf-8")
    code, report = installed.qualify(tmp_path, "--iq")
    assert code == 10
    found = steps(report)["IQ-FILES"]
    assert found["outcome"] == "failed"
    told = "\n".join(found["details"])
    assert "docgen/errors.py: was changed" in told
    assert "docgen/_data/sphinx_src/conf.py: is listed in RECORD, and is not there" in told
    assert "onerror=alert(1)" in told
    assert "\n" not in "".join(found["details"]), "a line break of a file name became a line of the report"
    assert not [item["row"]["id"] for item in report["part11"] if item["green"]]


def test_an_engine_that_sets_no_pdf_fails_and_the_report_still_says_so(installed: Installed, tmp_path: Path) -> None:
    engine = installed.site / "typst.py"
    engine.write_text("def compile(path, **options):\n    raise TypeError('an engine of another age')\n", "utf-8")
    try:
        code, report = installed.qualify(tmp_path, "--iq")
    finally:
        engine.unlink()
    assert code == 10
    assert steps(report)["IQ-TYPST"]["got"] == "stopped: TypeError: an engine of another age"
    assert sorted(path.name for path in (tmp_path / "qualification").iterdir()) == [
        "qualification.html",
        "qualification.json",
    ]


def test_code_of_a_checkout_is_told_and_nothing_is_green(docgen, tmp_path: Path) -> None:
    done = docgen("qualify", "--iq", "--format", "json", cwd=tmp_path, env={"PYTHONPATH": str(ROOT)})
    assert done.returncode == 1
    assert json.loads(done.stdout)["passed"] is False
    report = json.loads((tmp_path / "qualification" / "qualification.json").read_bytes())
    found = steps(report)["IQ-FILES"]
    assert found["outcome"] == "not_shown"
    assert f"IQ-FILES: {found['got']}." in report["limits"]
    assert not [item["row"]["id"] for item in report["part11"] if item["green"]]


def test_every_package_is_found_with_who_asks_for_it() -> None:
    found = {item.name: item for item in closure()}
    assert len(found) > 80
    assert ">=3.17,<4 (docgen)" in [text.replace("<4,>=3.17", ">=3.17,<4") for text in found["mlflow"].wanted]
    assert not {"pytest", "ruff"} & found.keys(), "what only tests need is no part of it"


def test_versions_are_held_against_what_is_pinned(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(f"# pinned\n{PIN}nothere==1 ; sys_platform == 'nowhere' --hash=sha256:{'0' * 64}\n", "utf-8")
    assert read_lock(lock) == {"typst": "0.15.2"}
    old = Package(name="typst", installed="0.14.0", wanted=(), faults=())
    free = Package(name="jinja2", installed="3.1.6", wanted=(), faults=())
    assert lock_faults((old, free), read_lock(lock)) == (
        "typst: 0.14.0 is installed, 0.15.2 is pinned",
        "jinja2: 3.1.6 is installed, nothing is pinned",
    )


def test_the_lock_file_has_one_version_of_each_package_for_every_python() -> None:
    path = ROOT / "requirements" / "lock.txt"
    assert {"sphinx", "typst", "packaging"} <= read_lock(path).keys()
    assert not re.findall(r".*python_(?:full_)?version.*", path.read_text("utf-8"))


@pytest.mark.parametrize("text", ["", "typst==0.15.2\n", "typst>=0.15 --hash=sha256:" + "0" * 64, "=== #\n", "\x00"])
def test_a_file_that_pins_nothing_or_without_hashes_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "lock.txt").write_text(text, "utf-8")
    with pytest.raises(UsageError, match="--lock"):
        read_lock(tmp_path / "lock.txt")
