"""What a killed or failed build leaves beside a dossier is gone after the next one, and what is in use is not touched."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.approval_world import SUBJECT, World
from support.commands import run_docgen, tree

BUILD = ("build", SUBJECT, "--offline", "--no-pdf")


def at_work(world: World, *, after: float = 0.3) -> subprocess.Popen[str]:
    """Start a build and return it while it renders; it is at work in the one hidden folder beside the dossier."""
    process = subprocess.Popen(
        [sys.executable, "-m", "docgen", *BUILD, "--force"], cwd=world.folder, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "rendering HTML" in line:
            break
    time.sleep(after)
    return process


def hidden(world: World) -> list[Path]:
    return sorted(world.dossier.parent.glob(".*"))


def killed(world: World, *, after: float = 0.3) -> Path:
    """Kill a build and return what it left."""
    process = at_work(world, after=after)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    (left,) = hidden(world)
    return left


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["as it is", "made anew"])
def test_what_a_killed_build_left_is_removed_by_the_next(world: World, force: tuple[str, ...]) -> None:
    before = tree(world.dossier)
    killed(world)
    assert tree(world.dossier) == before
    done = world.docgen(*BUILD, *force)
    assert done.returncode in {0, 1}, done.stderr
    assert "removed what a killed build left" in done.stderr
    assert hidden(world) == []
    assert tree(world.dossier) == before


def test_what_a_build_is_at_work_in_is_not_touched(world: World) -> None:
    left = killed(world)
    first = at_work(world)
    first.send_signal(signal.SIGSTOP)
    try:
        (own,) = hidden(world)
        assert own != left, "the build that was started removed what the killed one had left"
        before = tree(own)
        assert world.docgen(*BUILD, "--force").returncode in {0, 1}
        assert hidden(world) == [own]
        assert tree(own) == before
    finally:
        first.send_signal(signal.SIGCONT)
    first.communicate(timeout=120)
    assert first.returncode in {0, 1}
    assert hidden(world) == []
    assert world.docgen("verify", str(world.dossier)).returncode == 0


def test_a_dossier_that_was_set_aside_by_a_killed_build_comes_back(world: World) -> None:
    """As a kill leaves it between the two renames of the exchange."""
    before = tree(world.dossier)
    left = killed(world)
    world.dossier.rename(left / "old")
    done = world.docgen(*BUILD)
    assert done.returncode in {0, 1}, done.stderr
    assert hidden(world) == []
    assert tree(world.dossier) == before


def test_what_is_of_another_version_or_of_no_build_stays(world: World) -> None:
    left = killed(world)
    others = [left.with_name(name) for name in (".3.0123456789ab.tmp", ".2.5.0123456789ab.tmp", ".2.notes.tmp")]
    for path in others:
        path.mkdir()
    link = left.with_name(".2.0123456789ab.tmp")
    link.symlink_to(world.folder / "keys")
    assert world.docgen(*BUILD).returncode in {0, 1}
    assert hidden(world) == sorted((*others, link))
    assert (world.folder / "keys").is_dir()


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell to set a limit with")
def test_a_build_that_fails_leaves_no_empty_folder(world: World) -> None:
    limit = ("sh", "-c", 'ulimit -f 32 && exec "$@"', "sh")
    before = tree(world.folder)
    output = world.folder / "new" / "dossiers"
    done = run_docgen(*BUILD, "--output", str(output), cwd=world.folder, prefix=limit)
    assert done.returncode == 12, done.stderr
    assert not output.parent.exists()
    assert tree(world.folder) == before
