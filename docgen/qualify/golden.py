"""Operational qualification: the golden dossier, file by file, and what it does with hostile text and with gaps."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import escape
from pathlib import Path

from docgen.model.assessment import Verdict
from docgen.model.canonical import sha256
from docgen.model.manifest import MANIFEST_NAME
from docgen.model.qualification import Found
from docgen.pipeline import assess, load_regimes
from docgen.qualify.bench import Bench, Step, judged
from docgen.qualify.rebuild import (
    HOSTILE,
    REGIMES,
    config_in,
    differences,
    golden,
    golden_snapshot,
    rebuild_elsewhere,
    tools,
)
from docgen.store.manifests import files_below

_FACTS = ("files/snapshot.json", "files/dossier.json", "files/summary.json", "files/assessment-", "files/matrix-")
_BREAK = "<wbr>"
"""Where a long word may go on in the next line; it stands between the characters of a value, and is none of them."""
_CALCULATED = "5172989810"
"""71930 * 71917: what an obeyed template or field would have made of the hostile value."""


def is_facts(path: str) -> bool:
    """Whether a file of the dossier is made by docgen's own code alone, of facts and verdicts."""
    return path.startswith(_FACTS) and not path.endswith(".xlsx")


def is_pdf(path: str) -> bool:
    """Whether a file is set by Typst."""
    return path.endswith(".pdf")


def is_page(path: str) -> bool:
    """Whether Sphinx, Matplotlib or a writer of spreadsheets had a hand in a file."""
    return not is_facts(path) and not is_pdf(path)


def compared(made: dict[str, str], kind: Callable[[str], bool], *, machine: str, here: dict[str, str]) -> Found:
    """Hold the files of one kind against the golden digests.

    Args:
        made: path -> SHA-256 of every file that was built.
        kind: which of them.
        machine: on which they were built.
        here: name -> version of each package that can change their bytes; other versions may make other bytes, which
            is no fault and no pass either.
    """
    wanted = golden()
    expected = {path: digest for path, digest in wanted.members.items() if kind(path)}
    found = {path: digest for path, digest in made.items() if kind(path)}
    faults = tuple(
        f"{path}: {found.get(path, 'is missing')}, expected {expected.get(path, 'no such file')}"
        for path in sorted(expected.keys() | found.keys())
        if expected.get(path) != found.get(path)
    )
    reasons = () if kind is is_facts else tuple(differences(machine, here, wanted))
    if faults and reasons:
        why = f"not comparable, because {'; '.join(reasons)}: {len(faults)} of {len(expected)} files have other bytes"
        return Found(outcome="not_shown", got=why, details=faults)
    return judged(faults, f"{len(found)} files, each with its golden SHA-256")


def _kind(kind: Callable[[str], bool]) -> Callable[[Bench], Found]:
    def run(bench: Bench) -> Found:
        return compared(digests(bench.dossier), kind, machine=platform.machine(), here=tools())

    return run


def digests(folder: Path) -> dict[str, str]:
    """Return path -> SHA-256 of every file of a dossier but its manifest."""
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()) for path in files_below(folder)}


def _again(bench: Bench) -> Found:
    elsewhere = rebuild_elsewhere(bench.work / "elsewhere")
    one, two = digests(bench.dossier), digests(elsewhere)
    one[MANIFEST_NAME], two[MANIFEST_NAME] = (sha256((folder / MANIFEST_NAME).read_bytes())
                                              for folder in (bench.dossier, elsewhere))  # fmt: skip
    faults = tuple(
        f"{path}: has other bytes" for path in sorted(one.keys() | two.keys()) if one.get(path) != two.get(path)
    )
    return judged(faults, f"{len(one)} files, HTML, PDF and JSON, are the same")


def _hostile(bench: Bench) -> Found:
    pages = {
        path.relative_to(bench.dossier).as_posix(): path.read_text("utf-8").replace(_BREAK, "")
        for path in sorted(bench.dossier.rglob("*.html"))
    }
    shown = sorted(name for name, text in pages.items() if escape("<script>alert(1)</script>", quote=False) in text)
    faults = [f"{name}: holds logged text as markup" for name, text in pages.items() if "<script>alert(1)" in text]
    faults += [f"{name}: logged text was calculated" for name, text in pages.items() if _CALCULATED in text]
    faults += [] if shown else ["no page shows the logged text at all"]
    return judged(
        tuple(faults),
        f"it stands as text on {' and '.join(shown)}, and as markup on none of {len(pages)} pages",
        (HOSTILE,),
    )


def _gaps(bench: Bench) -> Found:
    empty = replace(golden_snapshot(), evidence=(), findings=(), previous=None)
    config = config_in(bench.work)
    day = date.fromisoformat(empty.captured_at[:10])
    full, bare = (assess(item, config=config, as_of=day) for item in (golden_snapshot(), empty))
    met = sum(item.count(Verdict.MET) for item in full)
    own = {row.id for regime, _ in load_regimes(config) for row in regime.requirements if row.scope == "model"}
    faults = tuple(
        f"{item.regime}/{row.requirement}: is met without any evidence"
        for item in bare
        for row in item.results
        if row.verdict is Verdict.MET and row.requirement in own
    )
    if not met:
        faults = (*faults, "nothing is met with evidence either, so the step shows nothing")
    if any(item.gate_open for item in bare):
        faults = (*faults, "a gate is open without any evidence")
    open_ = sum(len(item.gaps) for item in bare)
    return judged(faults, f"without evidence {open_} gaps are listed and nothing is met; with it {met} are met")


STEPS = (
    Step(
        id="OQ-FACTS",
        title="Facts and verdicts",
        shows="verdicts, trace matrix and evidence, as JSON and CSV, are those that docgen was released with",
        expected="each file has its golden SHA-256",
        run=_kind(is_facts),
    ),
    Step(
        id="OQ-PAGES",
        title="Pages and figures",
        shows=f"the HTML dossier for {' and '.join(REGIMES)}, figures and spreadsheets too, is made as it was released",
        expected="each file has its golden SHA-256; with other versions of Sphinx and its like it is not comparable",
        run=_kind(is_page),
    ),
    Step(
        id="OQ-PDF",
        title="PDF",
        shows="the PDF documents are set as they were released",
        expected="each has its golden SHA-256; with other versions of Sphinx, Typst and their like not comparable",
        run=_kind(is_pdf),
    ),
    Step(
        id="OQ-REPEAT",
        title="The same again",
        shows="the same input gives the same bytes, whatever the folder, time zone, locale or process",
        expected="every file of a second build, manifest too, is the same",
        run=_again,
    ),
    Step(
        id="OQ-HOSTILE",
        title="Hostile text",
        shows="what somebody logged in MLflow stays text",
        expected="a logged script, template expression and directive are shown as they were logged, and not obeyed",
        run=_hostile,
    ),
    Step(
        id="OQ-GAPS",
        title="Missing evidence",
        shows="what is missing is a gap and closes the gate, never a pass",
        expected="without evidence no requirement on a model is met",
        run=_gaps,
    ),
)
"""In the order in which they are run."""
