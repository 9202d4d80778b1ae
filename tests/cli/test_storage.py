"""No permission and no room: exit code 12, nothing claimed as saved, an older dossier as it was."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.commands import Place, make_place, refused, run_docgen, tree

AS_OWNER = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Starts a program whose root is bound by the modes of files, as every other user is."""


@pytest.fixture(scope="module")
def bound(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """What to start docgen with so that the modes of files hold."""
    if os.name != "posix":
        pytest.skip("file modes of POSIX")
    prefix = () if os.geteuid() else AS_OWNER
    folder = tmp_path_factory.mktemp("bound")
    folder.chmod(0o555)
    try:
        done = subprocess.run(
            [*prefix, sys.executable, "-c", "open('x', 'w')"], cwd=folder, capture_output=True, text=True
        )
    except FileNotFoundError:
        pytest.skip("root may write everywhere, and setpriv is not installed")
    if "PermissionError" not in done.stderr:
        pytest.skip("root may write everywhere here")
    return prefix


@pytest.fixture
def modes() -> Iterator[Callable[[Path, int], None]]:
    """Change a file's mode until the end of the test."""
    before: list[tuple[Path, int]] = []

    def change(path: Path, mode: int) -> None:
        before.append((path, path.stat().st_mode))
        path.chmod(mode)

    yield change
    for path, mode in reversed(before):
        path.chmod(mode)


@pytest.fixture(scope="module")
def kept(sqlite_made, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place with snapshots of versions 1 and 2 and a dossier of version 1."""
    folder = tmp_path_factory.mktemp("kept") / "place"
    folder.mkdir()
    place = make_place(folder, sqlite_made.folder, sqlite_made.ids)
    assert place.docgen("build", "models:/churn/1", "--no-pdf").returncode == 1
    assert place.docgen("collect", "models:/churn/2").returncode == 0
    return place


@pytest.mark.parametrize("command", [["collect", "models:/churn/1"], ["build", "models:/churn/1"], ["init", "."]])
def test_a_folder_that_takes_nothing(place: Place, bound, modes, command: list[str]) -> None:
    modes(place.folder, 0o555)
    if command[0] == "init":
        (place.folder / "docgen.toml").unlink()
        done = place.docgen(*command, prefix=bound)
        assert done.returncode == 12
        assert done.stderr.startswith("docgen: cannot write 'docgen.toml': permission denied\n  next: ")
        return
    error = place.refuses(12, *command, prefix=bound)
    assert error["message"] == "cannot write '.docgen': permission denied"


def test_a_dossier_that_cannot_take_its_place(kept: Place, bound, modes) -> None:
    modes(kept.folder / "dossiers" / "churn", 0o555)
    for command in (["build", "models:/churn/2"], ["build", "models:/churn/1", "--force"]):
        error = kept.refuses(12, *command, "--offline", "--no-pdf", prefix=bound)
        assert "permission denied" in error["message"]


@pytest.mark.parametrize(
    ("path", "code", "says"),
    [
        ("mlflow.db", 9, "'mlflow.db' cannot be read: permission denied"),
        ("docgen.toml", 2, "docgen.toml: permission denied"),
        ("narratives/caveats.md", 2, "narratives/caveats.md: permission denied"),
        ("policy.yaml", 2, "policy.yaml: permission denied"),
    ],
)
def test_a_file_that_may_not_be_read(place: Place, bound, modes, path: str, code: int, says: str) -> None:
    place.configure(dossier='policy = "policy.yaml"')
    (place.folder / "policy.yaml").write_text('title: x\nedition: "1"\n')
    (place.folder / "narratives").mkdir()
    (place.folder / "narratives" / "caveats.md").write_text("---\nauthor_role: owner\ndate: 2026-01-01\n---\nNone.\n")
    modes(place.folder / path, 0o000)
    before = sorted(place.folder.rglob("*"))
    done = place.docgen("check", "models:/churn/1", "--format", "json", prefix=bound)
    assert says in refused(done, code)["message"]
    assert sorted(place.folder.rglob("*")) == before


def test_artifacts_that_may_not_be_read_are_no_absent_ones(place: Place, bound, modes) -> None:
    modes(place.artifact("first", "notes"), 0o000)
    done = place.docgen("collect", "models:/churn/1", "--format", "json", prefix=bound)
    assert done.returncode == 0, done.stderr
    (found,) = (item for item in json.loads(done.stdout)["findings"] if item["severity"] == "serious")
    assert found["code"] == "artifacts_unreachable"
    assert "permission denied" in found["message"]
    modes(place.artifact("first", "notes"), 0o755)
    modes(place.artifact("first", "notes/readme.txt"), 0o000)
    done = place.docgen("collect", "models:/churn/1", "--format", "json", prefix=bound)
    (found,) = (item for item in json.loads(done.stdout)["findings"] if item["severity"] == "serious")
    assert found["evidence"] == ["artifact:notes/readme.txt"]


def test_folders_of_runs_that_may_not_be_read_are_told(files_made, tmp_path: Path, bound, modes) -> None:
    shutil.copytree(files_made.folder / "mlruns", tmp_path / "mlruns")
    (params,) = (tmp_path / "mlruns").glob(f"*/{files_made.ids['first']}/params")
    modes(params, 0o000)
    done = run_docgen(
        "collect", "models:/churn/1", "--tracking-uri", "mlruns", "--format", "json", cwd=tmp_path, prefix=bound
    )
    assert done.returncode == 0, done.stderr
    told = {item["message"] for item in json.loads(done.stdout)["findings"] if item["code"] == "record_unreadable"}
    assert told == {"folder 'params' in the file store: permission denied"}


def test_a_fault_of_our_own_is_reported_where_a_report_can_be_kept(kept: Place) -> None:
    """No input is known to cause one, so that a damaged installation stands in: a module without its function."""
    copy = kept.folder.parent / "broken"
    script = (
        "import sys; sys.argv = ['docgen', 'check', 'models:/churn/1', '--offline', '--format', 'json']\n"
        "import docgen.assessment.engine as engine\n"
        "del engine.assess\n"
        "from docgen.cli import main\n"
        "sys.exit(main())\n"
    )
    shutil.copytree(kept.folder, copy)
    done = subprocess.run([sys.executable, "-c", script], cwd=copy, capture_output=True, text=True)
    assert done.returncode == 70
    assert "Traceback" not in done.stderr
    error = json.loads(done.stdout)["error"]
    (report,) = copy.glob("docgen-bug-*.txt")
    assert str(report) in error["hint"]
    assert "AttributeError" in report.read_text("utf-8")


Mount = Callable[[Path, str], None]


@pytest.fixture
def small_disk() -> Iterator[Mount]:
    """Put a file system of a given size over a folder until the end of the test."""
    mounted: list[Path] = []

    def mount(folder: Path, size: str) -> None:
        folder.mkdir(exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        try:
            done = subprocess.run(command, capture_output=True, text=True)
        except FileNotFoundError:
            pytest.skip("no program mount")
        if done.returncode != 0:
            pytest.skip(f"no right to mount a small disk: {done.stderr.strip()}")
        mounted.append(folder)

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_takes_no_snapshot(place: Place, small_disk: Mount) -> None:
    small_disk(place.folder / ".docgen", "16k")
    done = place.docgen("collect", "models:/churn/1", "--format", "json")
    assert refused(done, 12)["message"].endswith(": no space left on device")
    assert not [path for path in (place.folder / ".docgen").rglob("*") if path.is_file()]


def test_a_disk_that_fills_up_keeps_the_older_dossier(kept: Place, small_disk: Mount) -> None:
    output = kept.folder.parent / "output"
    small_disk(output, "4m")
    build = ["--offline", "--no-pdf", "--output", str(output)]
    assert kept.docgen("build", "models:/churn/1", *build).returncode == 1
    for room in (2_000_000, 1_200_000, 400_000, 50_000):
        left = shutil.disk_usage(output).free - room
        (output / "filler").write_bytes(bytes(left))
        before = tree(output)
        for command in (["models:/churn/2"], ["models:/churn/1", "--force"]):
            done = kept.docgen("build", *command, *build, "--format", "json")
            if done.returncode == 12:
                assert "no space left on device" in refused(done, 12)["message"].lower()
                assert tree(output) == before
        (output / "filler").unlink()
    assert done.returncode == 12
    assert kept.docgen("verify", str(output / "churn" / "1")).returncode == 0


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell to set a limit with")
@pytest.mark.parametrize("kib", [16, 110])
def test_no_half_page_is_published(kept: Place, kib: int) -> None:
    """Sphinx alone goes on after a file that it could not write; the largest pages are above the limit here."""
    limit = ("sh", "-c", f'ulimit -f {kib * 2} && exec "$@"', "sh")
    before = tree(kept.folder)
    done = kept.docgen("build", "models:/churn/1", "--offline", "--force", "--no-pdf", "--format", "json", prefix=limit)
    assert "file too large" in refused(done, 12)["message"].lower()
    assert tree(kept.folder) == before
