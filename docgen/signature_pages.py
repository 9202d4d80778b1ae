"""Write the page of signatures beside a dossier, HTML and PDF: the dossier's own bytes cannot hold what signs them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from docgen.approvals import Desk
from docgen.bundle.signature_page import compose
from docgen.config import Config
from docgen.render.signatures import signatures_html, signatures_pdf
from docgen.store.files import slug, write_atomic


def write_page(desk: Desk, config: Config, today: date) -> Path:
    """Write the signatures on a dossier and the state of its gates, and return the page; it is written anew each time.

    Args:
        desk: the dossier with its ledger.
        config: names the folder of the records.
        today: the day for which the gates are told.

    Raises:
        StorageError: it cannot be written.
    """
    shown = compose(desk.plan, desk.case(today), desk.chain, desk.signers)
    subject = desk.papers.snapshot.subject
    folder = config.path(config.approvals.records) / slug(subject.name)
    page = folder / f"signatures-{slug(subject.version or '')}-{desk.papers.digest[:12]}.html"
    write_atomic(page.with_suffix(".pdf"), signatures_pdf(shown))
    write_atomic(page, signatures_html(shown).encode("utf-8"))
    return page
