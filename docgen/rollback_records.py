"""Write the record of a rollback beside the ledger: what was restored, why, by whom, evidence then and now."""

from __future__ import annotations

from pathlib import Path

from docgen.bundle.proof import Proof
from docgen.config import Config
from docgen.errors import IntegrityError
from docgen.model.canonical import canonical
from docgen.model.codec import unstructure
from docgen.model.ledger import Entry, Rollback
from docgen.model.rollback import compose, record_name
from docgen.model.snapshot import Snapshot
from docgen.render.rollback import rollback_html, rollback_pdf
from docgen.store.files import slug, write_atomic
from docgen.store.snapshots import Snapshots


def write_record(entry: Entry, proof: Proof, config: Config) -> Path:
    """Write the record as HTML, PDF and JSON, and return the page; what is there already is written again.

    Args:
        entry: of the rollback.
        proof: of the sealed dossier of the restored version.
        config: where snapshots and records lie.

    Raises:
        StorageError: it cannot be written.
        IntegrityError: the proof holds no dossier, or a snapshot is damaged.
    """
    if proof.papers is None or proof.archive is None or not isinstance(entry.details, Rollback):
        raise IntegrityError(f"{entry.file}: a rollback needs a proved dossier", hint="docgen verify <archive>")
    then = proof.papers.snapshot
    name, before = then.subject.name, entry.details.before
    record = compose(
        entry,
        proof.archive,
        proof.signatures,
        proof.states,
        proof.waivers,
        then,
        _newest(config, entry.subject),
        _newest(config, f"models:/{name}/{before}") if before else None,
    )
    folder = config.path(config.approvals.records) / slug(name)
    stem = record_name(entry)
    write_atomic(folder / f"{stem}.json", canonical(unstructure(record)))
    write_atomic(folder / f"{stem}.pdf", rollback_pdf(record))
    page = folder / f"{stem}.html"
    write_atomic(page, rollback_html(record).encode("utf-8"))
    return page


def _newest(config: Config, uri: str) -> Snapshot | None:
    store = Snapshots(config.path(config.dossier.store))
    return store.latest(uri) if any(pointer.subject == uri for pointer in store.all()) else None
