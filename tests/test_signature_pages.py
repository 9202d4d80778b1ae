"""The page of signatures: name, time and meaning of each, in every form that people read (21 CFR 11.50)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from docgen.bundle.archive import read_archive, write_archive
from docgen.bundle.keys import read_public
from docgen.bundle.papers import read_papers
from docgen.bundle.seal import PAGE, PAPER
from support.approval_world import SUBJECT, World
from support.archives import relisted
from support.commands import refused, tree


def told(world: World, *arguments: str, code: int = 0, **environment: str) -> dict[str, object]:
    done = world.docgen(*arguments, "--format", "json", env=environment)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def words(page: Path) -> tuple[str, str]:
    """What the page says as HTML and as PDF, without the breaks of its lines."""
    html = BeautifulSoup(page.read_text("utf-8"), "html.parser").get_text(" ", strip=True)
    paper = " ".join(sheet.extract_text() for sheet in PdfReader(page.with_suffix(".pdf")).pages)
    return " ".join(html.split()), " ".join(paper.split())


def test_signing_writes_a_page_with_each_item_in_html_and_pdf(world: World) -> None:
    first = told(world, *world.signing("v1", "validation", None, "--meaning", "review"), TZ="Asia/Kolkata")
    page = world.folder / str(first["page"])
    assert page.parent == world.folder / "approvals" / "records" / "credit-default"
    key = read_public(world.key("v1").with_suffix(".pub").read_text("utf-8"), where="key").fingerprint
    at = str(first["at"]).replace("T", " ").replace("Z", " UTC")
    for text in words(page):
        for part in ("Head of Validation (v1)", "validator", "review", at, "(UTC+05:30)", read_papers(world.dossier).digest,
                     "Internal validation [validation]", "open, until", "Regulatory sign-off [officer]", "closed",
                     "0 of 1 signatures as regulatory_officer", "who did not make this version must sign"):  # fmt: skip
            assert part in text
        assert key in text.replace(" ", "")
    sheets = [" ".join(sheet.extract_text().split()) for sheet in PdfReader(page.with_suffix(".pdf")).pages]
    for number, sheet in enumerate(sheets, start=1):
        foot = f"Signatures: {SUBJECT}, dossier {read_papers(world.dossier).digest[:12]}, as of"
        assert re.search(rf"{re.escape(foot)} \S+ Page {number} of {len(sheets)}", sheet)
    second = told(world, *world.signing("o1", "officer"))
    assert second["page"] == first["page"]
    for text in words(page):
        assert "Regulatory Officer (o1)" in text
        assert "closed" not in text
    assert b"pdfaid:part" in PdfReader(page.with_suffix(".pdf")).trailer["/Root"]["/Metadata"].get_data()


def test_a_signature_in_the_pdf_is_headed_by_who_signed_and_by_no_row_of_its_own(world: World) -> None:
    """A row of "Fact" and "Value" stood above every signature; a PDF for all readers still wants a head."""
    page = world.folder / str(told(world, *world.signing("v1", "validation"))["page"])
    reader = PdfReader(page.with_suffix(".pdf"))
    _, paper = words(page)
    assert "Fact" not in paper.split()
    assert "Printed name Head of Validation (v1) Role" in paper
    kinds = [
        str(kept["/S"])
        for kept in map(reader.get_object, range(1, len(reader.xref[0])))
        if isinstance(kept, dict) and "/S" in kept
    ]
    assert kinds.count("/THead") == kinds.count("/Table") == 2  # of the dossier, and of the one signature


def test_what_was_waived_stands_on_the_page_with_who_answers_for_it(world: World) -> None:
    page = world.folder / str(told(world, "gate", SUBJECT, "--page", code=1)["page"])
    for text in words(page):
        assert "Requirements, as the dossier has them house_rules:" in text
        assert "1 awaiting attestation" in text
        assert "Set aside" not in text
    row, reason = "house_rules/HOUSE-RULES-04", "A pilot <b>with</b> #read(1)."
    options = ("--owner", "model owner", "--by", "head of validation", "--until", "2099-01-01")
    told(world, "waive", SUBJECT, "--requirement", row, "--reason", reason, *options)
    told(world, *world.signing("v1", "validation"))
    for text in words(page):
        assert "Set aside for a time These requirements are open in the dossier." in text
        for part in (row, reason, "Who answers for it model owner", "Until 2099-01-01",
                     "UTC, by head of validation; not signed"):  # fmt: skip
            assert part in text


def test_a_signature_that_does_not_count_is_shown_with_the_reason(world: World) -> None:
    told(world, *world.signing("v1", "validation"))
    world.signers(v1="compromised: true")
    page = world.folder / str(told(world, "gate", SUBJECT, "--page", code=1)["page"])
    for text in words(page):
        assert "no: its key was in the hands of somebody else" in text
        assert "that of Head of Validation does not count" in text


def test_the_page_is_the_same_each_time_and_showing_gates_writes_none(world: World) -> None:
    told(world, *world.signing("v1", "validation"))
    before = tree(world.folder)
    told(world, "gate", SUBJECT, code=1)
    told(world, "gate", SUBJECT, "--page", code=1)
    assert tree(world.folder) == before


def test_a_name_becomes_no_markup(world: World) -> None:
    people = world.folder / "approvals" / "signers.yaml"
    name = '<script>alert(1)</script> #read("/etc/passwd") $x_{$'
    people.write_text(people.read_text("utf-8").replace("name: Head of Validation", f"name: '{name}'"), "utf-8")
    page = world.folder / str(told(world, *world.signing("v1", "validation"))["page"])
    found = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    assert not found.find_all("script")
    assert name in found.get_text()
    assert name.replace(" ", "") in words(page)[1].replace(" ", "")


def test_a_page_that_cannot_be_written_takes_no_signature_back(world: World) -> None:
    (world.folder / "approvals" / "records").write_text("a file where the folder should be", "utf-8")
    error = refused(world.docgen(*world.signing("v1", "validation"), "--format", "json"), 12)
    assert "signed, and recorded in the ledger; but the page of signatures" in error["message"]
    assert "[validation]: open" in world.docgen("gate", SUBJECT).stdout
    (world.folder / "approvals" / "records").unlink()
    assert "Head of Validation" in words(world.folder / str(told(world, "gate", SUBJECT, "--page", code=1)["page"]))[0]


@pytest.mark.parametrize("tampered", [False, True])
def test_the_sealed_dossier_holds_both_and_says_when_the_page_says_something_else(
    world: World, tmp_path: Path, tampered: bool
) -> None:
    told(world, *world.signing("v1", "validation"))
    path = world.folder / str(told(world, "seal", SUBJECT)["path"])
    made = read_archive(path)[1]
    for name in (PAGE, PAPER):
        (tmp_path / name).write_bytes(made[name])
    for text in words(tmp_path / PAGE):
        assert "Head of Validation (v1)" in text
        assert "0 of 1 signatures as regulatory_officer" in text
    if tampered:
        made = relisted({**made, PAGE: made[PAGE].replace(b"Head of", b"Foot of")})
    (tmp_path / "made.zip").write_bytes(write_archive(made))
    step = told(world, "verify", str(tmp_path / "made.zip"))["sealed"][0]["steps"][5]
    said = f"{PAGE} is not worded as this docgen does, so read signatures/index.html" if tampered else f"so does {PAGE}"
    assert said in step
