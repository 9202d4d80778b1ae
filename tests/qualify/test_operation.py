"""Operational qualification: every step passes on an installed wheel, and none of them passes for a wrong reason."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from docgen.config import Config
from docgen.errors import IntegrityError, UnsafeError, UsageError
from docgen.model.qualification import Found, Part11Row, RowState, row_state
from docgen.packages import read_lock
from docgen.qualify.bench import Bench, Step, carried_out
from docgen.qualify.catalogue import part11
from docgen.qualify.golden import compared, is_facts, is_page, is_pdf
from docgen.qualify.rebuild import differences, golden, tools
from docgen.qualify.refusals import refused
from docgen.qualify.run import STEPS
from docgen.qualify.tamper import one_of_each_kind
from support.authority import without_extra
from support.qualified import Installed, steps

HERE = {"machine": golden().machine, "here": golden().tools}
OTHER = {"machine": golden().machine, "here": {**golden().tools, "sphinx": "8.2.3"}}


@pytest.fixture(scope="session")
def report(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Of both qualifications of the installed wheel."""
    return installed.qualify(tmp_path_factory.mktemp("report") / "<b>& {{ 7 * 7191 }}")[1]


def test_every_step_passes_on_the_installed_wheel(report: dict[str, Any]) -> None:
    """Golden digests that a change made stale are written again by `make golden`."""
    found = steps(report)
    assert list(found) == [item.id for item in STEPS]
    excused = {"OQ-PAGES", "OQ-PDF"} if list(differences(platform.machine(), tools(), golden())) else set()
    for name, item in found.items():
        allowed = {"passed", "not_shown"} if name in excused else {"passed", "noted"}
        assert item["outcome"] in allowed, f"{name} (stale? make golden): {item['got']} {item['details'][:5]}"


def test_the_golden_digests_were_made_with_the_pinned_versions() -> None:
    """Otherwise pages and PDF are comparable for nobody: `make golden` after `make lock`."""
    pins = read_lock(Path(__file__).resolve().parents[2] / "requirements" / "lock.txt")
    assert golden().tools == {name: pins[name] for name in golden().tools}


def test_every_row_is_told_and_only_rows_of_the_product_are_green(report: dict[str, Any]) -> None:
    told = {item["row"]["id"]: item for item in report["part11"]}
    assert list(told) == [row.id for row in part11()]
    for row in part11():
        state, green = told[row.id]["state"], told[row.id]["green"]
        if row.owner == "customer":
            assert (state, green) == (f"yours: {row.yours}", False)
        elif row.owner == "shared":
            assert not green
            assert state.startswith("software part ")
            assert state.endswith(f"; yours: {row.yours}")
        else:
            assert green == (bool(row.steps) and not row.gap and not row.unshown), state
    assert sum(item["green"] for item in told.values()) >= 5
    for item in report["features"]:
        assert "green" not in item
        assert item["state"].startswith("software part ")
        assert item["state"].endswith(f"; yours: {item['feature']['yours']}")


@pytest.mark.parametrize("kind", [is_facts, is_page, is_pdf])
def test_other_bytes_by_the_same_tools_are_a_failure_that_names_the_file(kind: Any) -> None:
    members = dict(golden().members)
    name = next(path for path in members if kind(path))
    found = compared({**members, name: "0" * 64}, kind, **HERE)
    assert found.outcome == "failed"
    assert name in found.got
    assert compared(members, kind, **HERE).outcome == "passed"
    lost = compared({path: text for path, text in members.items() if path != name}, kind, **HERE)
    assert f"{name}: is missing" in lost.got
    more = compared({**members, name.replace(".", "2."): "0" * 64}, kind, **HERE)
    assert more.outcome == "failed"


def test_other_bytes_by_other_tools_are_not_comparable_and_no_pass() -> None:
    changed = dict.fromkeys(golden().members, "0" * 64)
    found = compared(changed, is_page, **OTHER)
    assert found.outcome == "not_shown"
    version = golden().tools["sphinx"]
    assert f"not comparable, because sphinx is 8.2.3 and was {version}: " in found.got
    assert compared(changed, is_pdf, machine="vax", here=golden().tools).outcome == "not_shown"
    assert compared(dict(golden().members), is_page, **OTHER).outcome == "passed", "the same bytes prove themselves"


def test_no_tool_excuses_another_verdict() -> None:
    """Facts and verdicts are docgen's own: they are the same with every Sphinx."""
    assert compared(dict.fromkeys(golden().members, "0" * 64), is_facts, **OTHER).outcome == "failed"


def test_every_file_of_the_golden_dossier_is_of_one_kind() -> None:
    for path in golden().members:
        assert sum(kind(path) for kind in (is_facts, is_page, is_pdf)) == 1, path


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (IntegrityError("a digest does not hold"), "refused: a digest does not hold"),
        (ZeroDivisionError("division by zero"), "stopped: ZeroDivisionError: division by zero"),
        (OSError("a\u202eb\nc"), "stopped: OSError: a<U+202E>b \u23ce c"),
    ],
)
def test_a_step_that_cannot_be_finished_has_failed(raised: Exception, said: str, tmp_path: Path) -> None:
    def run(_bench: Bench) -> Found:
        raise raised

    step = Step(id="OQ-X", title="X", shows="x", expected="x", run=run)
    found = carried_out(step, Bench(config=Config(), work=tmp_path), ())
    assert (found.outcome, found.got) == ("failed", said)


def test_what_is_not_refused_or_for_another_reason_is_a_fault() -> None:
    def other() -> None:
        raise UsageError("a typing error")

    assert list(refused("a link", lambda: None, UnsafeError)) == ["a link: was not refused"]
    (fault,) = refused("a link", other, UnsafeError)
    assert fault == "a link: was refused as UsageError, expected UnsafeError: a typing error"


def test_one_file_of_each_kind_is_tried() -> None:
    found = one_of_each_kind(["a.html", "b.html", "files/a.json", "files/b.json", "files/c.pdf"])
    assert found == ("a.html", "b.html", "files/a.json", "files/c.pdf")


ROW = {"id": "R", "section": "1", "title": "T", "paraphrase": "p"}


@pytest.mark.parametrize(
    ("more", "outcomes", "state", "green"),
    [
        ({"owner": "product", "steps": ("A",)}, {"A": "passed", "IQ-FILES": "passed"}, "passed", True),
        ({"owner": "product", "steps": ("A",)}, {"A": "failed", "IQ-FILES": "passed"}, "failed: A", False),
        ({"owner": "product", "steps": ("A",)}, {"A": "not_shown", "IQ-FILES": "passed"}, "not shown: A", False),
        ({"owner": "product", "steps": ("A",)}, {"A": "noted", "IQ-FILES": "passed"}, "not shown: A", False),
        ({"owner": "product", "steps": ("A",)}, {"A": "passed", "IQ-FILES": "not_shown"}, "not shown: IQ-FILES", False),
        ({"owner": "product", "steps": ("A",)}, {"A": "passed"}, "not run: IQ-FILES", False),
        (
            {"owner": "product", "steps": ("A",), "gap": "G"},
            {"A": "passed", "IQ-FILES": "passed"},
            "passed; open: G",
            False,
        ),
        ({"owner": "product"}, {"IQ-FILES": "passed"}, "not covered by this run", False),
        (
            {"owner": "product", "steps": ("A",), "unshown": "U"},
            {"A": "passed", "IQ-FILES": "passed"},
            "passed; by docgen's own tests alone: U",
            False,
        ),
        (
            {"owner": "shared", "steps": ("A",), "yours": "Y"},
            {"A": "passed", "IQ-FILES": "passed"},
            "software part passed; yours: Y",
            False,
        ),
        ({"owner": "customer", "yours": "Y"}, {}, "yours: Y", False),
    ],
)
def test_a_row_says_what_its_steps_showed(more: Any, outcomes: Any, state: str, green: bool) -> None:
    row = Part11Row(**ROW, **more)
    assert row_state(row, outcomes) == RowState(row=row, state=state, green=green)


def test_ctrl_c_leaves_no_report_and_nothing_in_the_temporary_folder(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "docgen", "qualify", "--oq"],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    while "OQ-FACTS" not in (line := process.stderr.readline()):
        assert line, "it ended by itself"
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=300) == 130
    assert "interrupted; nothing was left half-written" in process.stderr.read()
    process.stderr.close()
    assert [path.name for path in tmp_path.iterdir()] == ["temporary"]
    assert [path.name for path in (tmp_path / "temporary").iterdir() if path.name.startswith("docgen-qualify")] == []


def test_without_what_reads_time_stamps_their_step_is_no_pass(tmp_path: Path) -> None:
    script = "from docgen.qualify.stamps import STEPS; print(STEPS[0].run(None).outcome)"
    for more, outcome in (({}, "passed"), (without_extra(tmp_path / "bare"), "noted")):
        if not more:
            pytest.importorskip("rfc3161_client", reason="the extra docgen[timestamp] is not installed")
        done = subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, **more}, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == outcome
