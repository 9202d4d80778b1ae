"""The record of a rollback as HTML and PDF."""

from __future__ import annotations

from docgen.model.ledger import Waiver
from docgen.model.rollback import RollbackRecord
from docgen.render.filters import shown
from docgen.render.paper import Content, page, paper
from docgen.render.text import one_line


def content_of(record: RollbackRecord) -> Content:
    """Return what both templates show, every value as text."""
    left = f"version {record.left}" if record.left else "no version"
    title = f"Rollback of {one_line(record.model)} to version {record.restored}"
    return {
        "title": title,
        "foot": f"{title}, {shown(record.at, 'time')}, entry {record.entry[:19]}",
        "facts": [
            ["Alias", one_line(record.alias)],
            ["Left", left],
            ["Restored", f"version {record.restored}"],
            ["Why", one_line(record.reason)],
            ["By", one_line(record.by)],
            ["When", shown(record.at, "time")],
            ["Entry of the ledger", record.entry[:19]],
            ["Signed dossier, SHA-256 of its manifest", record.manifest],
            ["Sealed dossier, SHA-256", record.archive],
            ["Evidence captured", shown(record.captured_then, "time")],
            ["Gates of the restored version on that day", one_line("; ".join(record.closed)) or "every gate is open"],
            *(["Requirement set aside", _waiver(item)] for item in record.waivers),
            ["Newest capture", shown(record.captured_now, "time") if record.captured_now else "the approved one"],
        ],
        "left": left,
        "signatures": [
            [one_line(text) for text in (item.name, item.role, item.gate, item.meaning, shown(item.at, "time"))]
            for item in record.signatures
        ],
        "changed": [one_line(name) for name in record.changed],
        "measures": [
            {
                "evidence": one_line(item.evidence),
                "values": [_value(value, item.unit) for value in (item.restored, item.now, item.left)],
            }
            for item in record.measures
        ],
    }


def _waiver(item: Waiver) -> str:
    return one_line(f"{item.requirement} until {item.until}, {item.owner} answers for it: {item.reason}")


def _value(value: float | None, unit: str) -> str:
    return "not available" if value is None else shown(value, "number", unit)


def rollback_html(record: RollbackRecord) -> str:
    """Return the record as one page that needs nothing else."""
    return page("rollback", content_of(record))


def rollback_pdf(record: RollbackRecord) -> bytes:
    """Return the record as PDF/A; the only clock is that of the rollback."""
    return paper("rollback", content_of(record), record.at)
