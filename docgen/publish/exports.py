"""The files beside the pages: the same facts and verdicts for programs and spreadsheets."""

from __future__ import annotations

from docgen.assessment.summary import summary_of
from docgen.model.canonical import canonical
from docgen.model.codec import unstructure
from docgen.model.document import Dossier, FileLink
from docgen.model.inventory import SUMMARY_NAME
from docgen.model.regime import Regime
from docgen.model.snapshot import Subject
from docgen.publish.matrix import csv_matrix, xlsx_matrix
from docgen.store.files import slug

FILES = "files"
"""Folder of a dossier that holds what is downloaded."""

ASSESSMENT_FORMAT = 2
"""Version of `assessment-<regime>.json`; raise it with every change of shape and note it in the changelog."""


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
            FileLink(path=f"{FILES}/matrix-{regime.id}.xlsx", text=f"{regime.title}, trace matrix, XLSX"),
            FileLink(path=f"{FILES}/matrix-{regime.id}.csv", text=f"{regime.title}, trace matrix, CSV"),
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
        found[f"{FILES}/matrix-{regime.id}.csv"] = csv_matrix(dossier, position)
        found[f"{FILES}/matrix-{regime.id}.xlsx"] = xlsx_matrix(dossier, position)
    return found


def _stem(subject: Subject) -> str:
    return "-".join(slug(part) for part in (subject.name, subject.version or "") if part)
