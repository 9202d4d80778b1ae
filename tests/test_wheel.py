"""What is shipped: a forgotten folder is seen nowhere else, since everything else runs from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BUILD = "from hatchling.build import {0}; print({0}({1!r}))"


def built(kind: str, folder: Path) -> Path:
    """Build with the project's own back end, which needs no network."""
    done = subprocess.run(
        [sys.executable, "-c", BUILD.format(kind, str(folder))], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return folder / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("build_wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content, as an installer lays it out."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def tracked(*folders: str) -> set[str]:
    """Files of the checkout that belong to the project, whether or not git knows them yet."""
    return {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_all_code_and_every_data_folder(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    data = tracked("templates", "sphinx_src", "regimes")
    assert len(data) > 30
    wanted = tracked("docgen") | {f"docgen/_data/{name}" for name in data}
    assert wanted <= names
    assert {name for name in names if ".dist-info/" not in name} <= wanted


def test_the_wheel_says_what_it_brings(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (points,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        said = archive.read(points).decode()
    assert "docgen = docgen.cli:main" in said
    assert "[mlflow.model_evaluator]" in said


def test_the_source_archive_holds_what_builds_and_tests_it(tmp_path: Path) -> None:
    with tarfile.open(built("build_sdist", tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert tracked("docgen", "templates", "sphinx_src", "regimes", "tests", "docs", "requirements") <= names
    assert {"README.md", "CHANGELOG.md", "Makefile", "pyproject.toml"} <= names


def test_what_is_installed_finds_its_own_folders(installed: Path, tmp_path: Path) -> None:
    def run(*words: str, start: tuple[str, ...] = ("-m", "docgen")) -> str:
        done = subprocess.run(
            [sys.executable, "-P", *start, *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(installed)},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    assert str(installed) in run(start=("-c", "import docgen; print(docgen.__file__)"))
    assert "model_card" in run("regime", "list")
    run("regime", "new", "house_rules")
    run("regime", "preview", "house_rules", "--pdf")
    assert (tmp_path / "regime-preview" / "credit-default" / "2" / "_static" / "docgen.css").is_file()
