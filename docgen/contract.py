"""Regimes held against sample snapshots: what a preview shows, and the contract that every regime keeps.

The contract: over a snapshot that holds every kind of evidence, and over one that holds none, the pages show every
requirement, the matrix holds it, every gap is there, every narrative has its place, and nothing warns.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from docgen.config import Config, DossierConfig
from docgen.errors import Problem, ProblemsError
from docgen.model.regime import Regime
from docgen.model.snapshot import Snapshot
from docgen.pipeline import BuildReport, build
from docgen.regimes import load_regime
from docgen.sphinx_ext.nodes_ import anchor_id
from docgen.testing import bare_with, sample_with

BASE = "model_card"
"""The regime that an overlay, which has no report of its own, is shown with."""


def preview(folder: Path, output: Path, *, pdf: bool = False, step: Callable[[str], None]) -> BuildReport:
    """Render a regime over the sample snapshot.

    Args:
        folder: the regime's.
        output: for the dossier; what an earlier preview left there is made anew.
        pdf: also make the PDF.
        step: told what is being done.

    Raises:
        ProblemsError: the regime has faults.
    """
    regime = load_regime(folder)
    return _render(regime, folder, sample_with(regime.narratives), output, pdf=pdf, step=step)


def prove(folder: Path, *, step: Callable[[str], None]) -> Regime:
    """Hold a regime against its contract and return it.

    Raises:
        ProblemsError: it has faults, or breaks its contract: every breach at once.
    """
    regime = load_regime(folder)
    problems: list[Problem] = []
    with tempfile.TemporaryDirectory(prefix="docgen-") as work:
        for name, snapshot, pdf in (
            ("with every evidence", sample_with(regime.narratives), True),
            ("with no evidence", bare_with(regime.narratives), False),
        ):
            step(f"rendering {regime.id} {name}")
            report = _render(regime, folder, snapshot, Path(work) / name, pdf=pdf, step=_silent)
            problems += [Problem(f"{name}: {fault}") for fault in _breaches(regime, report, written=pdf)]
    if problems:
        raise ProblemsError(str(folder), tuple(problems), hint="docs/regimes.md says which block shows what")
    return regime


def _silent(_text: str) -> None:
    """Say nothing."""


def _render(
    regime: Regime, folder: Path, snapshot: Snapshot, output: Path, *, pdf: bool, step: Callable[[str], None]
) -> BuildReport:
    names = (BASE, regime.id) if regime.kind == "overlay" else (regime.id,)
    config = Config(dossier=DossierConfig(regimes=names, regime_folders=(str(folder.resolve().parent),)))
    return build(snapshot, config=config, output=output, pdf=pdf, force=True, step=step)


def _breaches(regime: Regime, report: BuildReport, *, written: bool) -> Iterator[str]:
    """Yield what a rendered regime does not show.

    Args:
        regime: as loaded.
        report: of its dossier.
        written: every narrative is written.
    """
    yield from report.warnings
    seen = _Seen()
    for path in sorted(report.folder.rglob("*.html")):
        seen.feed(path.read_text("utf-8"))
    assessment = next(item for item in report.assessments if item.regime == regime.id)
    gaps = {gap.requirement for gap in assessment.gaps}
    for row in regime.requirements:
        anchor = anchor_id(f"need:{row.id}")
        if anchor not in seen.ids:
            yield f"{row.id} is shown on no page (block requirements)"
        if anchor not in seen.linked("matrix"):
            yield f"{row.id} is not in the matrix (block matrix)"
        if row.id in gaps and anchor not in seen.linked("gaps"):
            yield f"the gap of {row.id} is in no list of gaps (block gaps)"
    for slot in regime.narratives:
        if written and f"narrative:{slot.slot}" not in seen.values:
            yield f"the narrative {slot.slot} is shown on no page (block narrative)"


@dataclass(slots=True)
class _Table:
    words: str
    """Its classes and caption, in lower case."""
    links: set[str] = field(default_factory=set)


class _Seen(HTMLParser):
    """What the pages of a dossier show: ids, the evidence of values outside tables, and where tables link to."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.values: set[str] = set()
        self._tables: list[_Table] = []
        self._open = False
        self._caption = False

    def linked(self, word: str) -> set[str]:
        """Return the anchors that tables of this class or caption link to."""
        return {link for table in self._tables if word in table.words for link in table.links}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.ids.add(found.get("id", ""))
        self._caption = self._caption or tag == "caption"
        if tag == "table":
            self._open = True
            self._tables.append(_Table(words=found.get("class", "").lower()))
        elif self._open and tag == "a":
            self._tables[-1].links.add(found.get("href", "").partition("#")[2])
        elif not self._open and "data-evidence" in found:
            self.values.add(found["data-evidence"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._open = False
        if tag == "caption":
            self._caption = False

    def handle_data(self, data: str) -> None:
        if self._caption:
            self._tables[-1].words += f" {data.lower()}"
