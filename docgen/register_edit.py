"""Changes to a findings register: its text in, its text out, so that everything untouched stays as people wrote it.

A finding that is added goes to the end. One that changes is set anew in its place; no other byte of the file moves.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast

import yaml

from docgen.errors import UsageError
from docgen.model.assessment import Assessment, RequirementResult, Verdict
from docgen.model.codec import unstructure
from docgen.model.findings import FINDINGS_FORMAT, FindingRecord, HistoryEntry, Register
from docgen.model.policy import Policy
from docgen.model.regime import Regime, Requirement
from docgen.model.snapshot import Snapshot
from docgen.register import scale

_HEAD = f"""\
# Findings are never deleted: they end by a step in their history. See docs/findings.md.
format: {FINDINGS_FORMAT}
findings:
"""
_WIDTH = 110


class _Dumper(yaml.SafeDumper):
    """Writes block YAML without aliases, its lists indented."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002  # PyYAML's signature
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        return super().increase_indent(flow, False)  # noqa: FBT003


def added(text: str, records: tuple[FindingRecord, ...]) -> str:
    """Return a register's text with findings at its end."""
    if not text.strip() or yaml.compose(text, Loader=yaml.SafeLoader) is None:
        text = _HEAD
    rows = _rows(text)
    if rows is not None and rows.flow_style:
        if rows.value:
            raise UsageError(
                "the list of findings stands in brackets", hint="write each finding as an item with a dash"
            )
        text = text[: rows.start_mark.index].rstrip(" ") + text[rows.end_mark.index :]
        rows = None
    indent = rows.start_mark.column if rows is not None else 2
    last = text.find("\n", _end(rows) - 1) if rows is not None else -1
    place = last if last >= 0 else len(text.rstrip("\n"))
    new = "".join(_item(record, indent) for record in records).rstrip("\n")
    return f"{text[:place]}\n{new}{text[place:].rstrip()}\n"


def changed(text: str, record: FindingRecord) -> str:
    """Return a register's text with one finding set anew in its place.

    Raises:
        UsageError: it is not there.
    """
    rows = _rows(text)
    for node in rows.value if rows is not None else ():
        if _id(node) == record.id:
            start, end = node.start_mark, _end(node)
            body = _item(record, start.column - 2).lstrip()[2:].rstrip("\n")
            return text[: start.index] + body + ("\n" if text[end - 1] == "\n" else "") + text[end:]
    raise UsageError(f"no finding {record.id!r} in the register", hint="docgen findings list shows every id")


def ended(record: FindingRecord, entry: HistoryEntry, evidence: tuple[str, ...]) -> FindingRecord:
    """Return a finding that has ended.

    Raises:
        UsageError: it has ended before.
    """
    if not record.is_open and record.status != "draft":
        raise UsageError(f"finding {record.id!r} is {record.status} since {record.closed_on}")
    return replace(
        record,
        status=entry.status,
        closed_by=entry.by,
        closed_on=entry.on,
        closure_evidence=evidence,
        history=(*record.history, entry),
    )


def proposed(
    snapshot: Snapshot, regimes: tuple[Regime, ...], assessments: tuple[Assessment, ...], policy: Policy
) -> tuple[FindingRecord, ...]:
    """Return a draft for each requirement with a failed check; the same one gets the same id each time."""
    return tuple(
        _draft(snapshot, regime, row, result, assessment.as_of, policy)
        for regime, assessment in zip(regimes, assessments, strict=True)
        for row, result in zip(regime.requirements, assessment.results, strict=True)
        if result.verdict is Verdict.NOT_MET
    )


def _draft(
    snapshot: Snapshot, regime: Regime, row: Requirement, result: RequirementResult, as_of: str, policy: Policy
) -> FindingRecord:
    name = f"{regime.id}/{row.id}"
    digest = hashlib.sha256(f"{snapshot.subject.name}\0{name}".encode("utf-8", "surrogatepass")).hexdigest()
    failed = [check for check in result.checks if check.verdict is Verdict.NOT_MET]
    steps = scale(policy)
    severity = next((step for step in steps if step.casefold() == row.severity), steps[0])
    level = next((item for item in policy.severities if item.name == severity), None)
    days = level.remediation_days if level else None
    due = (date.fromisoformat(as_of) + timedelta(days=days)).isoformat() if days else None
    return FindingRecord(
        id=f"D-{digest[:8]}",
        title=row.title,
        condition="; ".join(f"check {check.id}, {check.title}: {check.reason}" for check in failed) or result.reason,
        criteria=(name,),
        recommendation=row.supply,
        severity=severity,
        owner=row.owner,
        found_on=as_of,
        due_on=due,
        status="draft",
        model=_model(snapshot),
        history=(HistoryEntry(on=as_of, status="draft", by="docgen", reason=f"snapshot {snapshot.digest()[:12]}"),),
    )


def _model(snapshot: Snapshot) -> str:
    return f"models:/{snapshot.subject.name}" if snapshot.subject.version else ""


def missing_in(register: Register, drafts: tuple[FindingRecord, ...]) -> tuple[FindingRecord, ...]:
    """Return the drafts that the register does not know, whatever has become of those it knows."""
    there = {record.id for record in register.findings}
    return tuple(draft for draft in drafts if draft.id not in there)


def as_yaml(records: tuple[FindingRecord, ...]) -> str:
    """Return findings as items of a register."""
    return "".join(_item(record, 2) for record in records)


def _item(record: FindingRecord, indent: int) -> str:
    content = {key: value for key, value in _plain(record).items() if value not in (None, "", [])}
    body = yaml.dump([content], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return "".join(f"{' ' * indent}{line}\n" if line else "\n" for line in body.splitlines())


def _plain(record: FindingRecord) -> dict[str, Any]:
    data = cast("dict[str, Any]", unstructure(record))
    return {key: _lists(value) for key, value in data.items()}


def _lists(value: Any) -> Any:  # noqa: ANN401  # JSON data
    if isinstance(value, (tuple, list)):
        return [_lists(item) for item in value]
    return {key: item for key, item in value.items() if item != ""} if isinstance(value, dict) else value


def _rows(text: str) -> yaml.SequenceNode | None:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value == "findings" and isinstance(value, yaml.SequenceNode):
            return value
    return None


def _end(node: yaml.Node) -> int:
    """Return where the last word of a node ends; comments behind it stay out."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _id(node: yaml.Node) -> str | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value.value for key, value in pairs if key.value == "id"), None)
