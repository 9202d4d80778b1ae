"""A determination and the ledger of implemented modifications as evidence of a snapshot. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.change.tables import Columns, facts, table
from docgen.model.candidate import Implemented
from docgen.model.change import Changes
from docgen.model.decision import Determination
from docgen.model.evidence import Evidence, EvidenceId, Missing, Provenance, Scalar, Table, Text, Value


def determination_evidence(found: Determination, uri: str, rows: tuple[Implemented, ...]) -> tuple[Evidence, ...]:
    """Return a determination, check by check, and the ledger of implemented modifications.

    Args:
        found: the determination that was made last.
        uri: its file, as a reader knows it.
        rows: the ledger.
    """
    source = Provenance(system="file", uri=uri, key=found.subject_sha256)
    values = {**dict(_determination(found)), "determination:implemented": _ledger(rows)}
    return tuple(Evidence(id=EvidenceId(name), value=value, provenance=source) for name, value in values.items())


def _determination(found: Determination) -> Iterator[tuple[str, Value]]:
    yield (
        "determination:summary",
        facts(
            ("Version", found.candidate),
            ("State", found.state),
            ("Verdict", found.verdict),
            ("Meaning", found.meaning),
            ("Rule", found.rule),
            ("Plan", found.plan),
            ("SHA-256 of the plan", found.plan_sha256),
            ("Original version", found.original),
            ("Last implemented version", found.last),
            ("Day", found.decided_on),
            ("SHA-256 to approve", found.subject_sha256),
            ("Raised", ", ".join(found.flags) or "nothing"),
            *(("To be done", action) for action in found.actions),
        ),
    )
    yield (
        "determination:axes",
        table(
            (("axis", "Question", "text"), ("value", "Answer", "text")),
            ((axis.replace("_", " "), value.replace("_", " ")) for axis, value in found.axes),
        ),
    )
    yield (
        "determination:checks",
        table(
            (
                ("check", "Check", "text"),
                ("fact", "What is to be so", "text"),
                ("outcome", "Outcome", "text"),
                ("why", "Found", "text"),
            ),
            ((item.check, item.fact, item.outcome, item.why) for item in found.checks),
        ),
    )
    yield (
        "determination:work",
        table(
            (
                ("check", "Check", "text"),
                ("outcome", "Outcome", "text"),
                ("why", "Found", "text"),
                ("supply", "How to supply it", "text"),
            ),
            ((item.check, item.outcome, item.why, item.supply) for item in found.work),
        ),
    )
    yield "determination:criteria", _criteria_table(found)
    yield (
        "determination:attribution",
        table(
            (
                ("element", "Element", "text"),
                ("modification", "Modification", "text"),
                ("outcome", "Outcome", "text"),
                ("why", "Why", "text"),
            ),
            ((item.element, item.modification, item.outcome, item.why) for item in found.attributions),
        ),
    )
    for name, changes in zip(("original", "last"), found.changes, strict=False):
        yield f"determination:changes/{name}", _changes(changes)
    yield (
        "determination:questions",
        table(
            (
                ("id", "Question", "text"),
                ("ask", "For a person", "text"),
                ("yes", "If yes", "text"),
                ("no", "If no", "text"),
            ),
            ((item.id, item.ask, item.yes, item.no) for item in found.questions),
        ),
    )
    yield (
        "determination:labeling",
        table(
            (("row", "Version history", "text"), ("state", "State", "text")),
            (
                (row, "as it is" if row in found.labeling_before else "added by this version")
                for row in found.labeling_after
            ),
        ),
    )
    for item in found.checks:
        yield f"check:{item.check}", _check(item.outcome, item.fact, item.why, item.supply)


def _check(outcome: str, fact: str, why: str, supply: str) -> Value:
    if outcome == "holds":
        return Text(text=why)
    reason = f"it is not so: {why}" if outcome == "fails" else why
    return Missing(wanted=fact, reason="unknown", detail=reason, supply=supply)


def _criteria_table(found: Determination) -> Table:
    columns: Columns = (
        ("criterion", "Criterion", "text"),
        ("role", "Role", "text"),
        ("against", "Against", "text"),
        ("text", "Asked of the interval", "text"),
        ("value", "Measured", "number"),
        ("low", "Low", "number"),
        ("high", "High", "number"),
        ("n", "Rows", "count"),
        ("outcome", "Outcome", "text"),
    )
    rows: dict[tuple[str, str], tuple[Scalar, ...]] = {}
    for item in (one for check in found.checks for one in check.judged):
        measured = item.quantity
        ends = measured.interval if measured else None
        rows[item.criterion, item.against] = (
            item.criterion,
            item.role,
            item.against,
            item.text or item.why,
            measured.value if measured else None,
            ends.low if ends else None,
            ends.high if ends else None,
            measured.n if measured else None,
            item.outcome,
        )
    return table(columns, iter(rows.values()))


def _changes(changes: Changes) -> Table:
    columns: Columns = (
        ("element", "Element", "text"),
        ("state", "State", "text"),
        ("before", "Before", "text"),
        ("after", "Now", "text"),
        ("note", "Note", "text"),
    )
    shown = (item for item in changes.elements if item in changes.scope or item.kind in {"labeling", "narrative"})
    return table(
        columns, ((item.key, item.state, _short(item.before), _short(item.after), item.note) for item in shown)
    )


def _short(value: Scalar) -> Scalar:
    """Return a digest by its first digits; the determination's file holds the whole."""
    return f"{value[:12]}..." if isinstance(value, str) and len(value) == 64 else "" if value is None else value


def _ledger(rows: tuple[Implemented, ...]) -> Table:
    columns: Columns = (
        ("model", "Version", "text"),
        ("on", "Implemented", "text"),
        ("modifications", "Modifications", "text"),
        ("plan", "Plan", "text"),
        ("labeling", "Version history", "text"),
    )
    return table(columns, ((row.model, row.on, ", ".join(row.modifications), row.plan, row.labeling) for row in rows))
