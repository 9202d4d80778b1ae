"""The report of a qualification as HTML and PDF: one content, two templates, and lines on which people conclude."""

from __future__ import annotations

from typing import Any

from docgen.model.qualification import BASIS, FeatureState, Outcome, Qualification, RowState, StepResult
from docgen.render.alone import render_alone
from docgen.render.filters import shown
from docgen.render.pdf import set_pdf
from docgen.resources import templates_dir

WORDS: dict[Outcome, str] = {"passed": "passed", "failed": "failed", "not_shown": "not shown", "noted": "noted"}
"""Outcomes as people read them."""

_PARTS = {"iq": "Installation qualification", "oq": "Operational qualification"}


def content_of(done: Qualification) -> dict[str, Any]:
    """Return what both templates show, every value as text."""
    counts = ", ".join(f"{len(done.named(outcome))} {word}" for outcome, word in WORDS.items())
    return {
        "title": f"Qualification of docgen {done.docgen}",
        "foot": f"Qualification of docgen {done.docgen}, {shown(done.at, 'time')}",
        "verdict": _verdict(done),
        "facts": [
            ["docgen", done.docgen],
            ["Python", done.python],
            ["Platform", done.platform],
            ["When", shown(done.at, "time")],
            ["Steps", counts],
        ],
        "parts": [
            {"title": _PARTS[part], "steps": [_step(step) for step in done.steps if step.part == part]}
            for part in done.parts
        ],
        "part11": [_row(item) for item in done.part11],
        "features": [_feature(item) for item in done.features],
        "limits": list(done.limits),
    }


def _verdict(done: Qualification) -> str:
    failed, unshown = done.named("failed"), done.named("not_shown")
    if failed:
        return f"Failed: {', '.join(failed)}."
    if unshown:
        return f"No step failed. Not shown, and so no pass: {', '.join(unshown)}."
    return "Every step that judges anything passed." if done.steps else "No step was run."


def _step(step: StepResult) -> dict[str, Any]:
    return {
        "id": step.id,
        "title": step.title,
        "shows": step.shows,
        "expected": step.expected,
        "got": step.got,
        "outcome": WORDS[step.outcome],
        "kind": step.outcome,
        "details": list(step.details),
        "rows": "every row below that names steps" if step.id == BASIS else ", ".join(step.rows),
    }


def _row(item: RowState) -> dict[str, Any]:
    row = item.row
    return {
        "section": f"{row.section} ({row.id})",
        "title": row.title,
        "owner": row.owner,
        "state": item.state.replace("`", ""),
        "kind": "passed" if item.green else "noted",
        "how": row.how,
        "steps": ", ".join(row.steps),
        "tests": list(row.tests),
    }


def _feature(item: FeatureState) -> dict[str, Any]:
    feature = item.feature
    return {
        "feature": f"{feature.feature} ({feature.id})",
        "use": feature.intended_use,
        "risk": f"{feature.risk}: {feature.why} Re-score for your use.",
        "assurance": feature.assurance,
        "steps": ", ".join(feature.steps),
        "tests": list(feature.tests),
        "state": item.state,
    }


def report_html(done: Qualification) -> str:
    """Return the report as one page that needs nothing else."""
    return render_alone(templates_dir() / "qualification" / "report.html.j2", content_of(done))


def report_pdf(done: Qualification) -> bytes:
    """Return the report as PDF/A; the only clock is that of the run."""
    return set_pdf((templates_dir() / "qualification" / "report.typ").read_bytes(), content_of(done), at=done.at)
