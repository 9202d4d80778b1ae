"""The page of signatures on a dossier as HTML and PDF (21 CFR 11.50: in every readable form)."""

from __future__ import annotations

from datetime import datetime

from docgen.model.signature_page import GateShown, SetAside, SignaturePage, Signed
from docgen.render.paper import Content, page, paper
from docgen.render.text import one_line

DIGEST, KEY = "Signed dossier, SHA-256 of its manifest", "Key"
"""Rows that people compare letter by letter."""


def content_of(shown: SignaturePage) -> Content:
    """Return what both templates show, every value as text."""
    return {
        "title": f"Signatures: {one_line(shown.subject)}",
        "foot": f"Signatures: {one_line(shown.subject)}, dossier {shown.manifest[:12]}, as of {shown.as_of}",
        "facts": [
            ["Model version", one_line(shown.subject)],
            [DIGEST, shown.manifest],
            ["Gates", one_line(shown.plan)],
            ["As of", shown.as_of],
            *(["Requirements, as the dossier has them", one_line(text)] for text in shown.verdicts),
        ],
        "exact": [DIGEST, KEY],
        "waivers": [_waiver(item) for item in shown.waivers],
        "gates": [_gate(gate) for gate in shown.gates],
    }


def _waiver(item: SetAside) -> list[list[str]]:
    after = f"; {one_line(item.after)}" if item.after else ""
    return [
        ["Requirement", one_line(item.requirement)],
        ["Why", one_line(item.reason)],
        ["Who answers for it", one_line(item.owner)],
        ["Until", item.until],
        [
            "Recorded",
            f"{datetime.fromisoformat(item.at):%Y-%m-%d %H:%M:%S} UTC, by {one_line(item.by)}; not signed{after}",
        ],
    ]


def _gate(gate: GateShown) -> Content:
    until = f", until {gate.until}" if gate.until else ""
    return {
        "title": f"{one_line(gate.title)} [{gate.gate}]",
        "state": "closed" if gate.closed else f"open{until}",
        "open": not gate.closed,
        "closed": [[one_line(reason.why), one_line(reason.opens)] for reason in gate.closed],
        "signatures": [_signature(item, gate.gate) for item in gate.signatures],
    }


def _signature(item: Signed, gate: str) -> list[list[str]]:
    return [
        ["Printed name", f"{one_line(item.name)} ({one_line(item.signer)})"],
        ["Role", one_line(item.role)],
        ["Gate", gate],
        ["Meaning", one_line(item.meaning)],
        ["When", _moment(item)],
        *(
            [["Time stamp", f"seen by the authority on {datetime.fromisoformat(item.stamped):%Y-%m-%d %H:%M:%S} UTC"]]
            if item.stamped
            else []
        ),
        [KEY, item.key],
        ["Counts", one_line(f"no: {'; '.join(item.faults)}") if item.faults else "yes"],
    ]


def _moment(item: Signed) -> str:
    """Return the time in UTC, and as the signer's own clock showed it."""
    at = datetime.fromisoformat(item.at)
    utc = f"{at:%Y-%m-%d %H:%M:%S} UTC"
    if not item.zone:
        return utc
    own = at.astimezone(datetime.strptime(item.zone, "%z").tzinfo)
    return f"{utc}; own clock {own:%Y-%m-%d %H:%M:%S} (UTC{item.zone})"


def signatures_html(shown: SignaturePage) -> str:
    """Return the signatures as one page that needs nothing else."""
    return page("signatures", content_of(shown))


def signatures_pdf(shown: SignaturePage) -> bytes:
    """Return the signatures as PDF/A; the only clock is the day for which the gates are told."""
    return paper("signatures", content_of(shown), f"{shown.as_of}T00:00:00+00:00")
