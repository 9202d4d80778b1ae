"""The trace matrix for spreadsheets, as CSV and as XLSX: the same rows, and no cell that is taken for a formula."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.model.assessment import CheckResult, RequirementResult
from docgen.model.document import Dossier
from docgen.model.evidence import Commit, Evidence, Quantity
from docgen.model.regime import Requirement
from docgen.model.snapshot import Snapshot
from docgen.publish.cells import as_csv, as_xlsx

COLUMNS = (
    "requirement", "section", "title", "owner", "verdict", "reason", "check", "check_title", "check_verdict", "layer",
    "source", "inequality", "outcome", "value", "low", "high", "n", "evidence", "runs", "files", "commit",
)  # fmt: skip

Row = tuple[str, ...]


def csv_matrix(dossier: Dossier, position: int) -> bytes:
    """Return the matrix of one regime as CSV."""
    return as_csv(COLUMNS, tuple(matrix(dossier, position)))


def xlsx_matrix(dossier: Dossier, position: int) -> bytes:
    """Return the matrix of one regime as a workbook."""
    return as_xlsx("Trace matrix", COLUMNS, tuple(matrix(dossier, position)), moment=dossier.snapshot.captured_at)


def matrix(dossier: Dossier, position: int) -> Iterator[Row]:
    """Yield one row for each check of a regime; a requirement without checks still has its row."""
    requirements = {row.id: row for row in dossier.regimes[position].requirements}
    for result in dossier.assessments[position].results:
        row = requirements[result.requirement]
        if not result.checks:
            start = _start(row, result, result.reason)
            yield (*start, *("",) * (len(COLUMNS) - len(start)))
        for check in result.checks:
            yield (*_start(row, result, check.reason), *_check(dossier.snapshot, check))


def _start(row: Requirement, result: RequirementResult, reason: str) -> Row:
    return row.id, row.section, row.title, row.owner, result.verdict.value, reason


def _check(snapshot: Snapshot, check: CheckResult) -> Row:
    found = [item for name in check.evidence if (item := snapshot.find(name)) is not None]
    runs = dict.fromkeys(item.provenance.run_id for item in found if item.provenance.run_id)
    files = dict.fromkeys(item.provenance.uri for item in found if item.provenance.sha256)
    return (
        check.id,
        check.title,
        check.verdict.value,
        check.layer,
        check.source,
        check.inequality,
        check.outcome,
        *_value(found if check.inequality else []),
        "; ".join(check.evidence),
        "; ".join(str(run) for run in runs),
        "; ".join(files),
        _commit(snapshot) if snapshot.subject.run_id in runs else "",
    )


def _value(found: list[Evidence]) -> Row:
    """Return value, interval and n of the one quantity that was held against a bound; nothing where there are more."""
    values = [item.value for item in found if isinstance(item.value, Quantity)]
    if len(values) != 1:
        return "", "", "", ""
    value = values[0]
    ends = (value.interval.low, value.interval.high) if value.interval else (None, None)
    return tuple("" if number is None else repr(number) for number in (value.value, *ends, value.n))


def _commit(snapshot: Snapshot) -> str:
    head = snapshot.find("commit:head")
    return head.value.sha if head is not None and isinstance(head.value, Commit) else ""
