"""An assessment as SARIF 2.1.0 (OASIS, 2020): a run for each regime, a rule for each requirement.

The kinds say what the verdicts say (3.27.9): `fail`, `open` where there was too little to decide, `review` where a
person is to decide. Only what failed has a level (3.27.10).
"""

from __future__ import annotations

import json
from urllib.parse import quote

from docgen import __version__
from docgen.model.assessment import Assessment, Verdict
from docgen.model.issue import Issue, Place
from docgen.model.regime import Regime, Severity
from docgen.render.text import visible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_KINDS = {Verdict.NOT_ASSESSED: "open", Verdict.AWAITING_ATTESTATION: "review"}
_LEVELS: dict[Severity, str] = {"high": "error", "medium": "warning", "low": "note"}
_GATE = "gate"
_INSTALLED = "DOCGEN"
"""Base of what comes with docgen; every other file is seen from the working directory."""

Json = dict[str, object]


def sarif(regimes: tuple[Regime, ...], _assessments: tuple[Assessment, ...], issues: tuple[Issue, ...]) -> str:
    """Return the log."""
    return _text([_run(regime, [issue for issue in issues if issue.regime == regime.id]) for regime in regimes])


def sarif_failed(code: int, message: str, hint: str) -> str:
    """Return the log of a command that could not assess anything."""
    told: Json = {"level": "error", "message": {"text": visible(f"{message}. Next: {hint}")}}
    invocation: Json = {
        "executionSuccessful": False,
        "exitCode": code,
        "toolExecutionNotifications": [told],
    }
    return _text([{"tool": {"driver": _driver([])}, "invocations": [invocation], "results": []}])


def _run(regime: Regime, issues: list[Issue]) -> Json:
    levels = {row.id: _LEVELS[row.severity] for row in regime.requirements}
    rules: list[Json] = [
        {
            "id": row.id,
            "shortDescription": {"text": visible(row.title)},
            "fullDescription": {"text": visible(row.paraphrase)},
            "help": {"text": visible(row.supply)},
            "defaultConfiguration": {"level": levels[row.id]},
            "properties": {"section": visible(row.section), "owner": row.owner},
        }
        for row in regime.requirements
    ]
    if any(issue.requirement not in levels for issue in issues):
        rules.append({"id": _GATE, "shortDescription": {"text": "What closes the gate beside the requirements"}})
    return {
        "automationDetails": {"id": f"docgen/{regime.id}/"},
        "tool": {"driver": _driver(rules)},
        "originalUriBaseIds": {_INSTALLED: {"description": {"text": "The folder that docgen is installed in."}}},
        "invocations": [{"executionSuccessful": True}],
        "results": [_result(issue, levels) for issue in issues],
    }


def _driver(rules: list[Json]) -> Json:
    return {"name": "docgen", "semanticVersion": __version__, "rules": rules}


def _result(issue: Issue, levels: dict[str, str]) -> Json:
    kind = _KINDS.get(issue.verdict, "fail")
    return {
        "ruleId": issue.requirement if issue.requirement in levels else _GATE,
        "kind": kind,
        "level": levels.get(issue.requirement, "error") if kind == "fail" else "none",
        "message": {"text": visible(f"{issue.reason}. From the {issue.owner}: {issue.supply}")},
        "locations": [{"physicalLocation": {"artifactLocation": _file(issue.place), "region": _line(issue.place)}}],
        "partialFingerprints": {"check/v1": issue.check or issue.requirement},
    }


def _file(place: Place) -> Json:
    absolute = place.file.startswith("/")
    uri = quote(place.file)
    return {
        "uri": f"file://{uri}" if absolute else uri,
        **({"uriBaseId": _INSTALLED} if place.installed else {}),
    }


def _line(place: Place) -> Json:
    return {"startLine": place.line}


def _text(runs: list[Json]) -> str:
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": runs}, indent=2)
