"""Where a person can act on what is open: the narrative, the policy's line, the finding, or the requirement's row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import yaml

from docgen.model.assessment import Assessment, CheckResult, RequirementResult, Verdict
from docgen.model.checks import (
    Cadence,
    Check,
    NarrativeWritten,
    PolicyLine,
    ProgramAnswer,
    TierByMatrix,
    leaves,
)
from docgen.model.evidence import Narrative
from docgen.model.issue import Issue, Place
from docgen.model.policy import Policy
from docgen.model.regime import Regime, Requirement
from docgen.model.snapshot import Snapshot
from docgen.resources import regimes_dir

Step = str | int
"""A key of a mapping, or the place of an item in a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The files that people keep."""

    narratives: Path
    policy: Path | None
    register: Path | None
    ledger: Path
    own: Path | None = None
    """Requirements of the user's own."""


def issues(
    snapshot: Snapshot,
    regimes: tuple[tuple[Regime, Path], ...],
    assessments: tuple[Assessment, ...],
    policy: Policy,
    files: Files,
) -> tuple[Issue, ...]:
    """Return everything that is open, in the order of the regimes and their rows, with its place."""
    found: list[Issue] = []
    for (regime, folder), assessment in zip(regimes, assessments, strict=True):
        finder = _Finder(snapshot, regime, folder / "requirements.yaml", policy, files)
        rows = {row.id: row for row in regime.requirements}
        for result in assessment.results:
            if result.verdict.is_open:
                found += finder.of_row(rows[result.requirement], result)
        found += (finder.of_finding(name) for name in assessment.overdue)
    return tuple(found)


def drifted(regime: Regime, files: Files, drift: tuple[str, ...]) -> Iterator[Issue]:
    """Yield an issue for each way in which the registry differs from the ledger; told once, with the first regime."""
    for text in drift:
        yield Issue(
            regime=regime.id,
            requirement="drift",
            check="",
            verdict=Verdict.NOT_MET,
            reason=text,
            owner="release manager",
            supply="Find out who moved what in MLflow, and record it: docgen ledger list.",
            place=Place(file=_shown(files.ledger), line=1),
        )


@dataclass(frozen=True, slots=True)
class _Finder:
    snapshot: Snapshot
    regime: Regime
    rows: Path
    policy: Policy
    files: Files

    def of_row(self, row: Requirement, result: RequirementResult) -> Iterator[Issue]:
        """Yield an issue for each open check; one for the row itself where only a person is to decide."""
        checks = [check for check in result.checks if check.verdict.is_open]
        if not checks:
            issue = self._issue(row, "", result.verdict, result.reason, self._row(row))
            yield from (replace(issue, supply=gap.supply) for gap in result.gaps)
        for check in checks:
            yield self._issue(row, check.id, check.verdict, f"{check.title}: {check.reason}", self._place(row, check))

    def of_finding(self, name: str) -> Issue:
        """Return the issue of an overdue finding."""
        evidence = self.snapshot.find(name)
        record = name.partition(":")[2]
        return Issue(
            regime=self.regime.id,
            requirement=f"finding {record}",
            check="",
            verdict=Verdict.NOT_MET,
            reason="the finding is overdue, which closes the gate by the firm's policy",
            owner=str(getattr(evidence.value, "owner", "")) if evidence else "",
            supply=f"Mend it and close it: docgen findings close {record}.",
            place=_at(self.files.register, *_item(self.files.register, "findings", record)),
        )

    def _issue(self, row: Requirement, check: str, verdict: Verdict, reason: str, place: Place) -> Issue:
        return Issue(
            regime=self.regime.id,
            requirement=row.id,
            check=check,
            verdict=verdict,
            reason=reason,
            owner=row.owner,
            supply=row.supply,
            place=place,
        )

    def _place(self, row: Requirement, check: CheckResult) -> Place:
        number, parts = int(check.id.rpartition(".")[2]), tuple(leaves(row.check))
        if number > len(parts):
            name = f"{self.regime.id}/{row.id}"
            stated = [place for place, line in enumerate(self.policy.bounds) if name in line.requirement]
            return _at(self.files.policy, "bounds", stated[number - len(parts) - 1])
        leaf = parts[number - 1] if number else None
        if isinstance(leaf, NarrativeWritten):
            return self._narrative(leaf.slot)
        steps = self._in_policy(row, leaf)
        return _at(self.files.policy, *steps) if steps and self.files.policy else self._row(row)

    def _narrative(self, slot: str) -> Place:
        found = self.snapshot.find(f"narrative:{slot}")
        line = found.value.first_line if found is not None and isinstance(found.value, Narrative) else 1
        return Place(file=_shown(self.files.narratives / f"{slot}.md"), line=line)

    def _in_policy(self, row: Requirement, leaf: Check | None) -> tuple[Step, ...]:
        """Return where in the policy a check is decided; nothing where it is decided elsewhere."""
        match leaf:
            case ProgramAnswer():
                name = f"{self.regime.id}/{row.id}"
                entries = [place for place, item in enumerate(self.policy.program) if name in item.requirement]
                return ("program", *entries[:1])
            case PolicyLine():
                return ("bounds",)
            case TierByMatrix():
                return ("tier_matrix",)
            case Cadence():
                return ("tiers",)
        return ()

    def _row(self, row: Requirement) -> Place:
        path = self.files.own if row.own else self.rows
        return _at(path, *_item(path, "requirements", row.id))


def _at(path: Path | None, *steps: Step) -> Place:
    """Return the line where the steps lead in a YAML file; what is not there leads to what it would stand in."""
    if path is None:
        return Place(file="docgen.toml", line=1)
    node = _node(path)
    line = 1
    for step in steps:
        mark, node = _step(node, step)
        if mark is None:
            break
        line = mark.start_mark.line + 1
    own = path.resolve().is_relative_to(regimes_dir().resolve())
    if own:
        return Place(file=f"regimes/{path.parent.name}/{path.name}", line=line, installed=True)
    return Place(file=_shown(path), line=line)


def _item(path: Path | None, key: str, name: str) -> tuple[Step, ...]:
    """Return the steps to the item of a list that has this id."""
    rows = _step(_node(path), key)[1] if path is not None else None
    for place, row in enumerate(rows.value if isinstance(rows, yaml.SequenceNode) else ()):
        found = _step(row, "id")[1]
        if isinstance(found, yaml.ScalarNode) and found.value == name:
            return key, place
    return (key,)


def _step(node: yaml.Node | None, step: Step) -> tuple[yaml.Node | None, yaml.Node | None]:
    """Return the node that stands where a step leads, such as a key, and what it holds."""
    if isinstance(step, int):
        rows = node.value if isinstance(node, yaml.SequenceNode) else []
        return (rows[step], rows[step]) if step < len(rows) else (None, None)
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next(((key, value) for key, value in pairs if key.value == step), (None, None))


@cache
def _parsed(text: str) -> yaml.Node | None:
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _node(path: Path) -> yaml.Node | None:
    """Return the file as nodes that know their lines; docgen has read it before and found it without fault."""
    return _parsed(path.read_text("utf-8")) if path.is_file() else None


def _shown(path: Path) -> str:
    """Return a path as seen from the working directory."""
    whole = path.resolve()
    here = Path.cwd().resolve()
    return (whole.relative_to(here) if whole.is_relative_to(here) else whole).as_posix()
