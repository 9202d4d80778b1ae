"""A PDF by itself: it carries what it was made from, and is matched with dossiers and snapshots, or refused."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from docgen.model.canonical import canonical, parse
from docgen.model.imprint import IMPRINT_NAME
from docgen.publish.imprints import MAX_IMPRINT
from support.approval_world import SUBJECT, World
from support.commands import refused, run_docgen
from support.dossiers import pdf_of


@dataclass(frozen=True)
class Kept:
    """A dossier with a PDF, sealed; the PDF alone lies in a folder of its own."""

    world: World
    sealed: Path
    pdf: Path

    @property
    def snapshot(self) -> Path:
        return self.world.dossier / "files" / "snapshot.json"


@pytest.fixture(scope="module")
def kept(built_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    world = World(shutil.copytree(built_world, tmp_path_factory.mktemp("printed") / "project"))
    for command in ("build", SUBJECT, "--offline"), ("seal", SUBJECT):
        done = world.docgen(*command, "--format", "json")
        assert done.returncode in {0, 1}, done.stderr
    alone = tmp_path_factory.mktemp("alone") / "report.pdf"
    shutil.copy(pdf_of(world.dossier), alone)
    return Kept(world=world, sealed=world.folder / json.loads(done.stdout)["path"], pdf=alone)


def verified(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_docgen("verify", path.name, *arguments, cwd=path.parent)


def refusal(path: Path, code: int, *arguments: str) -> str:
    return str(refused(verified(path, *arguments, "--format", "json"), code)["message"])


def with_imprints(kept: Kept, path: Path, *contents: bytes) -> Path:
    """Write the pages of the PDF with these imprints instead of its own."""
    writer = PdfWriter()
    writer.append(BytesIO(kept.pdf.read_bytes()))
    for content in contents:
        writer.add_attachment(IMPRINT_NAME, content)
    writer.write(path)
    return path


def imprint_bytes(kept: Kept) -> bytes:
    (content,) = PdfReader(kept.pdf).attachments[IMPRINT_NAME]
    return content


def test_the_imprint_is_attached_as_the_archival_format_wants_it(kept: Kept) -> None:
    """PDF/A-3 (ISO 19005-3, 6.8): associated with the document, with relationship, media type and date."""
    root = PdfReader(kept.pdf).trailer["/Root"]
    (item,) = root["/AF"]
    file = item.get_object()
    assert file["/AFRelationship"] == "/Supplement"
    assert file["/UF"] == file["/F"] == IMPRINT_NAME
    assert "what this document was made from" in str(file["/Desc"]).lower()
    stream = file["/EF"]["/F"].get_object()
    assert stream["/Subtype"] == "/application/json"
    assert stream["/Params"]["/ModDate"].startswith("D:20")
    xmp = root["/Metadata"].get_data().decode("utf-8")
    for flag in ("pdfaid:part>3<", "pdfaid:conformance>A<", "pdfuaid:part>1<"):
        assert flag in xmp


def test_it_says_what_the_dossier_says(kept: Kept) -> None:
    content = parse(imprint_bytes(kept), where="imprint")
    assert canonical(content) == imprint_bytes(kept)
    inputs = json.loads((kept.world.dossier / "manifest.json").read_text("utf-8"))["inputs"]
    assert content["snapshot"] == inputs["snapshot"]
    assert [content["regime_digest"]] == inputs["regimes"]
    for name in ("policy", "as_of", "tools"):
        assert content[name] == inputs[name]
    assert content["subject"] == SUBJECT
    (path,) = (kept.world.dossier / "files").glob("assessment-*.json")
    results = json.loads(path.read_text("utf-8"))["assessment"]["results"]
    counts = {verdict: sum(row["verdict"] == verdict for row in results) for verdict in content["verdicts"]}
    assert content["verdicts"] == counts
    assert sum(counts.values()) == len(results) > 0


def test_a_lone_pdf_tells_its_snapshot_and_that_this_is_a_claim(kept: Kept) -> None:
    done = verified(kept.pdf)
    assert done.returncode == 0, done.stderr
    assert str(parse(imprint_bytes(kept), where="imprint")["snapshot"]) in done.stdout
    assert "its own claim" in done.stdout
    told = json.loads(verified(kept.pdf, "--format", "json").stdout)["pdfs"]
    assert told[0]["imprint"]["subject"] == SUBJECT
    assert told[0]["borne_out"] is None


def test_it_is_matched_with_dossier_archive_and_snapshot(kept: Kept) -> None:
    for against, says in (
        (kept.world.dossier, "of the dossier, to the byte"),
        (kept.sealed, "of the dossier, to the byte"),
        (kept.snapshot, "it names this snapshot"),
    ):
        done = verified(kept.pdf, "--against", str(against))
        assert done.returncode == 0, done.stderr
        assert says in done.stdout
        assert "added after it" not in done.stdout


def test_bytes_added_after_it_are_told_and_changed_ones_refused(kept: Kept, tmp_path: Path) -> None:
    data, path = kept.pdf.read_bytes(), tmp_path / "report.pdf"
    path.write_bytes(data + b"\n% more\n")
    done = verified(path, "--against", str(kept.sealed))
    assert done.returncode == 0, done.stderr
    assert "to the byte, with 8 bytes added after it" in done.stdout
    path.write_bytes(data.replace(b"D:2", b"D:1", 1))
    assert "its bytes are those of none of the dossier's PDFs" in refusal(path, 10, "--against", str(kept.sealed))


def test_another_dossier_and_another_snapshot_are_told_by_what_differs(kept: Kept, tmp_path: Path) -> None:
    asked = ("--offline", "--no-pdf", "--as-of", "2027-01-31", "--output", str(tmp_path))
    done = kept.world.docgen("build", SUBJECT, *asked)
    assert done.returncode in {0, 1}, done.stderr
    said = refusal(kept.pdf, 10, "--against", str(tmp_path / "credit-default" / "2"))
    assert "the dossier 2027-01-31" in said
    assert "it names snapshot" not in said
    other = tmp_path / "snapshot.json"
    content = parse(kept.snapshot.read_bytes(), where="snapshot")
    other.write_bytes(canonical({**content, "captured_at": "2027-01-01T00:00:00Z"}))
    assert "it names snapshot" in refusal(kept.pdf, 10, "--against", str(other))


def test_what_is_no_pdf_of_docgens_is_refused(kept: Kept, tmp_path: Path) -> None:
    path = tmp_path / "other.pdf"
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(path)
    assert "0 files 'imprint.json' are attached, expected one" in refusal(path, 10)
    for data in (b"", b"%PDF-1.7\n", b"PK\x03\x04", kept.pdf.read_bytes()[:5000]):
        path.write_bytes(data)
        refusal(path, 10)
    good = imprint_bytes(kept)
    assert "2 files" in refusal(with_imprints(kept, path, good, good), 10)
    for bad in (b"{}", b"[" * 5000, good + b" ", good.replace(b'"format":1', b'"format":2'), good[:-1] + b',"x":1}'):
        refusal(with_imprints(kept, path, bad), 10)
    refusal(with_imprints(kept, path, b"x" * (MAX_IMPRINT + 1)), 11)


def test_a_file_that_is_not_there_and_options_that_do_not_belong_are_told(kept: Kept, tmp_path: Path) -> None:
    refusal(tmp_path / "nowhere.pdf", 9)
    refusal(kept.pdf, 9, "--against", "nowhere")
    refusal(kept.pdf, 9, "--against", str(tmp_path))
    refusal(kept.pdf, 2, "--key", "officer.pub")
    refusal(kept.sealed, 2, "--against", str(kept.world.dossier))
