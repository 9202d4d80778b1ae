"""What an assessment found, in other people's formats: JUnit XML for test reports, SARIF for code scanning."""

from __future__ import annotations

from collections.abc import Callable

from docgen.export.junit import junit, junit_failed
from docgen.export.sarif import sarif, sarif_failed
from docgen.model.assessment import Assessment
from docgen.model.issue import Issue
from docgen.model.regime import Regime

_REPORTS: dict[str, Callable[[tuple[Regime, ...], tuple[Assessment, ...], tuple[Issue, ...]], str]] = {
    "junit": junit,
    "sarif": sarif,
}
_FAILED: dict[str, Callable[[int, str, str], str]] = {"junit": junit_failed, "sarif": sarif_failed}


def report(
    form: str, regimes: tuple[Regime, ...], assessments: tuple[Assessment, ...], issues: tuple[Issue, ...]
) -> str:
    """Return an assessment in a format."""
    return _REPORTS[form](regimes, assessments, issues)


def failed(form: str, code: int, message: str, hint: str) -> str:
    """Return the report of a command that could not assess anything: its exit code, and what to do next."""
    return _FAILED[form](code, message, hint)
