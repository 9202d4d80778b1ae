"""The report: everything that the run found, for people and programs, with nothing in it obeyed and nothing concluded."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from docgen.model.qualification import Outcome, Qualification, StepResult, feature_state, row_state
from docgen.qualify.catalogue import features, part11, serves
from docgen.qualify.run import LIMITS, STEPS
from docgen.render.qualification import report_html, report_pdf
from support.qualified import Installed

HOSTILE = '<script>alert(1)</script> #read("/etc/passwd") {{ 7 * 7191 }} \u4fe1\u7528 "onload="x'


def run(**outcomes: Outcome) -> Qualification:
    """Of every step: passed but for those that are named, with dashes as underscores."""
    found = {step.id: outcomes.get(step.id.replace("-", "_"), "passed") for step in STEPS}
    results = tuple(
        StepResult(
            id=step.id, part=step.part, title=step.title, shows=step.shows, expected=step.expected, got=HOSTILE,
            outcome=found[step.id], details=(HOSTILE,), rows=serves(step.id),
        )
        for step in STEPS
    )  # fmt: skip
    return Qualification(
        docgen="0.1.0",
        python="CPython 3.11.7",
        platform=HOSTILE,
        at="2026-03-02T09:30:00Z",
        parts=("iq", "oq"),
        steps=results,
        part11=tuple(row_state(row, found) for row in part11()),
        features=tuple(feature_state(item, found) for item in features()),
        limits=LIMITS,
    )


def test_the_page_shows_every_step_row_feature_and_limit_and_has_lines_to_sign() -> None:
    page = BeautifulSoup(report_html(run()), "html.parser")
    text = page.get_text()
    assert page.select_one(".verdict").get_text() == "Every step that judges anything passed."  # type: ignore[union-attr]
    for name in (*(step.id for step in STEPS), *(row.id for row in part11()), *(item.id for item in features())):
        assert name in text, name
    assert all(limit in text for limit in LIMITS)
    lines = {row.th.get_text(): row.td.get_text() for row in page.select(".sign tr")}  # type: ignore[union-attr]
    assert {"Conclusion", "Name and role", "Date", "Signature"} <= lines.keys()
    assert set(lines.values()) == {""}


def test_green_on_the_page_is_what_passed_and_nothing_of_the_user() -> None:
    page = BeautifulSoup(report_html(run()), "html.parser")
    green = [item.get_text() for item in page.select("span.passed:not(.outcome)")]
    assert green
    assert all(text == "passed" or text.startswith("passed; yours: ") for text in green)
    failed = BeautifulSoup(report_html(run(IQ_FILES="not_shown")), "html.parser")
    assert failed.select("span.passed:not(.outcome)") == []


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ({"OQ_PDF": "failed", "OQ_PAGES": "not_shown"}, "Failed: OQ-PDF."),
        ({"OQ_PAGES": "not_shown"}, "No step failed. Not shown, and so no pass: OQ-PAGES."),
        ({"IQ_LOCK": "noted"}, "Every step that judges anything passed."),
    ],
)
def test_the_verdict_is_the_worst_that_happened(outcomes: dict[str, Outcome], said: str) -> None:
    assert said in report_html(run(**outcomes))


def test_nothing_that_was_found_becomes_markup_in_page_or_pdf() -> None:
    page = BeautifulSoup(report_html(run()), "html.parser")
    assert not page.select("script")
    assert not [item for item in page.find_all(True) if any(key.startswith("on") for key in item.attrs)]
    assert HOSTILE in page.get_text()
    made = report_pdf(run())
    text = "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(made)).pages).replace("\u200b", "")
    squeezed = "".join(text.split())
    assert "<script>alert(1)</script>#read" in squeezed
    assert "<U+4FE1>" in squeezed, "a character that no font can show is named"
    assert "root:x:0" not in squeezed
    assert "50337" not in squeezed


def test_the_same_run_makes_the_same_bytes() -> None:
    assert report_pdf(run()) == report_pdf(run())
    assert report_html(run()) == report_html(run())
    assert report_html(replace(run(), at="2026-03-03T09:30:00Z")) != report_html(run())


def test_a_folder_with_a_hostile_name_takes_the_report(installed: Installed, tmp_path: Path) -> None:
    code, report = installed.qualify(tmp_path, "--iq", "--output", "<img src=x> {{ 7 * 7191 }}")
    assert code == 0, [item for item in report["steps"] if item["outcome"] != "passed"]
    (folder,) = tmp_path.iterdir()
    assert sorted(path.name for path in folder.iterdir()) == [
        "qualification.html",
        "qualification.json",
        "qualification.pdf",
    ]
