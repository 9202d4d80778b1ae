"""An assessment as JUnit XML: a suite for each regime, a case for each requirement.

There is no standard; this is the shape that Jenkins, GitLab and GitHub Actions' reporters read (the schema of Apache
Ant's JUnit task, with pytest's `file` and `line`).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from docgen.model.assessment import Assessment, RequirementResult, Verdict
from docgen.model.issue import Issue
from docgen.model.regime import Regime
from docgen.render.text import visible

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def junit(regimes: tuple[Regime, ...], assessments: tuple[Assessment, ...], issues: tuple[Issue, ...]) -> str:
    """Return the report. What is open has failed, what is waived or does not apply is skipped."""
    root = ET.Element("testsuites", name="docgen")
    for regime, assessment in zip(regimes, assessments, strict=True):
        mine = [issue for issue in issues if issue.regime == regime.id]
        suite = ET.SubElement(root, "testsuite", name=regime.id)
        titles = {row.id: row.title for row in regime.requirements}
        for result in assessment.results:
            here = [issue for issue in mine if issue.requirement == result.requirement]
            case = _case(suite, regime.id, f"{result.requirement} {titles[result.requirement]}", here)
            _outcome(case, result, here)
        for issue in (issue for issue in mine if issue.requirement not in titles):
            _failure(_case(suite, regime.id, issue.requirement, [issue]), [issue])
        cases = suite.findall("testcase")
        suite.set("tests", str(len(cases)))
        suite.set("failures", str(sum(case.find("failure") is not None for case in cases)))
        suite.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))
        suite.set("errors", "0")
    return _text(root)


def junit_failed(code: int, message: str, hint: str) -> str:
    """Return the report of a command that could not assess anything."""
    root = ET.Element("testsuites", name="docgen")
    suite = ET.SubElement(root, "testsuite", name="docgen", tests="1", failures="0", skipped="0", errors="1")
    case = ET.SubElement(suite, "testcase", classname="docgen", name="the assessment is made")
    error = ET.SubElement(case, "error", message=visible(message), type=f"exit code {code}")
    error.text = visible(hint)
    return _text(root)


def _case(suite: ET.Element, classname: str, name: str, issues: list[Issue]) -> ET.Element:
    case = ET.SubElement(suite, "testcase", classname=classname, name=visible(name))
    if issues:
        case.set("file", issues[0].place.file)
        case.set("line", str(issues[0].place.line))
    return case


def _outcome(case: ET.Element, result: RequirementResult, issues: list[Issue]) -> None:
    if result.verdict.is_open:
        _failure(case, issues)
    elif result.verdict is not Verdict.MET:
        ET.SubElement(case, "skipped", message=visible(f"{_words(result.verdict)}: {result.reason}"))


def _failure(case: ET.Element, issues: list[Issue]) -> None:
    whole = issues[0].verdict if len({issue.verdict for issue in issues}) == 1 else Verdict.NOT_MET
    told = "; ".join(dict.fromkeys(issue.reason for issue in issues))
    failure = ET.SubElement(case, "failure", message=visible(told), type=_words(whole))
    lines = [f"{issue.place.file}:{issue.place.line}: {issue.reason}" for issue in issues]
    failure.text = visible("\n".join([*lines, f"from the {issues[0].owner}: {issues[0].supply}"]))


def _words(verdict: Verdict) -> str:
    return verdict.value.replace("_", " ")


def _text(root: ET.Element) -> str:
    ET.indent(root)
    return _HEAD + ET.tostring(root, encoding="unicode")
