"""The files beside the pages: the same facts and verdicts for programs and spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from docgen.assessment.summary import summary_of
from docgen.model.canonical import canonical
from docgen.model.codec import unstructure
from docgen.model.document import Dossier, FileLink
from docgen.model.inventory import SUMMARY_NAME
from docgen.model.regime import Regime
from docgen.model.snapshot import Subject
from docgen.store.files import slug

FILES = "files"
"""Folder of a dossier that holds what is downloaded."""

ASSESSMENT_FORMAT = 2
"""Version of `assessment-<regime>.json`; raise it with every change of shape and note it in the changelog."""

MATRIX_COLUMNS = ("requirement", "section", "title", "verdict", "reason", "check", "check_verdict", "evidence", "runs")


def pdf_path(subject: Subject, regime: Regime) -> str:
    """Return where the PDF of a regime's document lies in the dossier."""
    return f"{FILES}/{_stem(subject)}-{regime.id}.pdf"


def downloads(subject: Subject, regimes: tuple[Regime, ...], *, pdf: bool) -> tuple[FileLink, ...]:
    """Return every file that a dossier offers, in the order of the landing page."""
    links: list[FileLink] = []
    for regime in regimes:
        if pdf:
            links.append(FileLink(path=pdf_path(subject, regime), text=f"{regime.title}, PDF"))
        links += [
            FileLink(
                path=f"{FILES}/matrix-{regime.id}.csv", text=f"{regime.title}, requirement matrix for spreadsheets"
            ),
            FileLink(path=f"{FILES}/assessment-{regime.id}.json", text=f"{regime.title}, assessment for programs"),
        ]
    return (
        *links,
        FileLink(path=f"{FILES}/needs.json", text="Trace items for requirement tools"),
        FileLink(path=f"{FILES}/snapshot.json", text="Snapshot: all evidence, canonical JSON"),
        FileLink(path=f"{FILES}/dossier.json", text="Dossier for Sphinx pages of your own"),
    )


def exports(dossier: Dossier) -> dict[str, bytes]:
    """Return path in the dossier -> bytes of every file that is made without Sphinx."""
    short = summary_of(dossier.snapshot, dossier.regimes, dossier.assessments, dossier.policy)
    found = {
        f"{FILES}/snapshot.json": dossier.snapshot.to_bytes(),
        f"{FILES}/{SUMMARY_NAME}": canonical(unstructure(short)),
    }
    for position, (regime, assessment) in enumerate(zip(dossier.regimes, dossier.assessments, strict=True)):
        content = {"format": ASSESSMENT_FORMAT, "assessment": unstructure(assessment)}
        found[f"{FILES}/assessment-{regime.id}.json"] = canonical(content)
        found[f"{FILES}/matrix-{regime.id}.csv"] = _matrix(dossier, position)
    return found


def _matrix(dossier: Dossier, position: int) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow(MATRIX_COLUMNS)
    writer.writerows([_cell(text) for text in row] for row in _rows(dossier, position))
    return out.getvalue().encode("utf-8")


def _rows(dossier: Dossier, position: int) -> Iterator[tuple[str, ...]]:
    """Yield one row for each check; a requirement without checks still has its row."""
    rows = {row.id: row for row in dossier.regimes[position].requirements}
    for result in dossier.assessments[position].results:
        row = rows[result.requirement]
        start = (row.id, row.section, row.title, result.verdict.value)
        if not result.checks:
            yield (*start, result.reason, "", "", "", "")
        for check in result.checks:
            found = [dossier.snapshot.find(name) for name in check.evidence]
            runs = dict.fromkeys(item.provenance.run_id for item in found if item and item.provenance.run_id)
            yield (
                *start,
                check.reason,
                check.id,
                check.verdict.value,
                "; ".join(check.evidence),
                "; ".join(str(run) for run in runs),
            )


def _cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula (CSV injection)."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} else text


def _stem(subject: Subject) -> str:
    return "-".join(slug(part) for part in (subject.name, subject.version or "") if part)
