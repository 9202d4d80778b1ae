"""Built and sealed twice, and on another Python: the same bytes but for what says where it was sealed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from docgen.bundle.archive import read_archive
from docgen.bundle.seal import ARCHIVE, SBOM, SUMS
from support.approval_world import SUBJECT, World

ROOT = Path(__file__).resolve().parents[2]
OTHER = "DOCGEN_OTHER_PYTHON"
"""Names the interpreters, with docgen's requirements installed, on which the dossier is also built and sealed."""


@dataclass(frozen=True)
class Made:
    """What one environment made of the project."""

    archive: Path
    content: str

    @property
    def members(self) -> dict[str, bytes]:
        return read_archive(self.archive)[1]


def made_in(folder: Path, project: Path, python: str, **environment: str) -> Made:
    """Build, HTML and PDF, and seal a copy of a project in a folder of its own."""
    shutil.copytree(project, folder, symlinks=True)
    told = {}
    for command in (("build", SUBJECT, "--offline"), ("seal", SUBJECT)):
        done = subprocess.run(
            [python, "-m", "docgen", *command, "--format", "json"],
            cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode in {0, 1}, done.stderr
        told = json.loads(done.stdout)
    return Made(archive=folder / told["path"], content=told["content"])


@pytest.fixture(scope="module")
def project(built_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose dossier, HTML and PDF, was signed; it is built anew from its snapshot by whoever copies it."""
    world = World(shutil.copytree(built_world, tmp_path_factory.mktemp("reproduced") / "project"))
    built = world.docgen("build", SUBJECT, "--offline")
    assert built.returncode in {0, 1}, built.stderr
    for who, gate in (("v1", "validation"), ("o1", "officer")):
        done = world.docgen(*world.signing(who, gate))
        assert done.returncode == 0, done.stderr
    shutil.rmtree(world.folder / "dossiers")
    shutil.rmtree(world.folder / "keys")
    return world.folder


@pytest.fixture(scope="module")
def first(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made_in(tmp_path_factory.mktemp("first") / "project", project, sys.executable)


def test_built_and_sealed_twice_the_archive_is_the_same_to_the_byte(project: Path, first: Made, tmp_path: Path) -> None:
    """Another folder, time zone, locale, hash seed, mask of permissions; the signatures still hold."""
    strange = {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "4711", "COLUMNS": "40"}
    mask = os.umask(0o077)
    try:
        second = made_in(tmp_path / "another folder" / "project", project, sys.executable, **strange)
    finally:
        os.umask(mask)
    assert second.archive.name == first.archive.name
    assert second.archive.read_bytes() == first.archive.read_bytes()
    assert any(name.endswith(".pdf") for name in first.members)
    assert sum(name.endswith("sig.bin") for name in first.members) == 2


@pytest.mark.skipif(not os.environ.get(OTHER), reason=f"{OTHER} names no other interpreter with docgen's requirements")
def test_on_another_python_the_same_packages_give_the_same_archive(project: Path, first: Made, tmp_path: Path) -> None:
    """With other versions installed, only the bill of materials and the lists that name its digest may differ."""
    for number, python in enumerate(os.environ[OTHER].split(os.pathsep)):
        other = made_in(tmp_path / str(number) / "project", project, python, PYTHONHASHSEED="4711")
        assert other.content == first.content
        one, two = first.members, other.members
        assert {name for name in one.keys() | two.keys() if one.get(name) != two.get(name)} <= {SBOM, ARCHIVE, SUMS}
        if one[SBOM] == two[SBOM]:
            assert other.archive.name == first.archive.name
            assert other.archive.read_bytes() == first.archive.read_bytes()
        with zipfile.ZipFile(first.archive) as left, zipfile.ZipFile(other.archive) as right:
            assert left.namelist() == right.namelist()
        done = subprocess.run(
            [python, "-m", "docgen", "verify", str(first.archive), "--format", "json"],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["sealed"][0]["content"] == first.content
