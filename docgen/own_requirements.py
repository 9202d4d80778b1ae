"""Requirements of the user's own: one YAML file, whose rows join those of every regime, each with a bound or a test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from docgen.errors import Problem, ProblemsError
from docgen.model.canonical import Digest, canonical, sha256
from docgen.model.checks import Bound, LinkedTest
from docgen.model.regime import OWN_PREFIX, Regime, Requirement
from docgen.policy import hinted, metric_faults
from docgen.regimes import parse_check
from docgen.strict_yaml import Yaml, load_yaml, read_text

FORMAT = 1
"""Version of the file. To change it: raise the number, read the old one into today's rows, extend tests."""

PAGE_HINT = "requirements of your own are explained in docs/regimes.md"
_ID = re.compile(OWN_PREFIX + r"[A-Z0-9][A-Z0-9-]*")
_TEXTS = ("title", "text", "owner")
_KEYS = {"id", *_TEXTS, "severity", "bound", "linked_test"}
_SEVERITIES = ("high", "medium", "low")


def load_own(path: Path, metrics: tuple[str, ...] = ()) -> tuple[tuple[Requirement, ...], Digest]:
    """Read the file and return its rows with the digest of its bytes.

    Args:
        path: the file.
        metrics: the firm's own metrics, as its policy lists them.

    Raises:
        UsageError: it cannot be read.
        ProblemsError: every fault at once.
    """
    text = read_text(path, hint="name another in docgen.toml, [dossier] requirements")
    content = load_yaml(text, where=str(path))
    problems: list[Problem] = []
    rows = tuple(_rows(content, problems))
    ids = [row.id for row in rows]
    problems += [Problem(f"{name!r} stands twice") for name in sorted({name for name in ids if ids.count(name) > 1})]
    selects = [row.check.select for row in rows if isinstance(row.check, Bound)]
    problems += metric_faults(selects, metrics)
    if problems:
        raise ProblemsError(str(path), tuple(problems), hint=PAGE_HINT)
    return rows, sha256(text.encode())


def joined(regime: Regime, rows: tuple[Requirement, ...], digest: Digest) -> Regime:
    """Return a regime with rows of the user's own behind its own; its digest tells both apart from either alone."""
    both = sha256(canonical([regime.digest, digest]))
    return replace(regime, requirements=(*regime.requirements, *rows), digest=both)


def linked_tests(rows: tuple[Requirement, ...]) -> tuple[str, ...]:
    """Return the names of the tests that some rows link to."""
    return tuple(dict.fromkeys(row.check.name for row in rows if isinstance(row.check, LinkedTest)))


def _rows(content: Yaml, problems: list[Problem]) -> Iterator[Requirement]:
    if not isinstance(content, dict) or set(content) != {"format", "title", "requirements"}:
        problems.append(Problem("expected the keys format, title, requirements"))
        return
    if content["format"] != FORMAT:
        problems.append(Problem(f"format: got {content['format']!r}, expected {FORMAT}"))
    title, rows = content["title"], content["requirements"]
    if not isinstance(title, str) or not isinstance(rows, list):
        problems.append(Problem("expected a text as title and a list of requirements"))
        return
    for number, row in enumerate(rows):
        where = f"requirements[{number}]"
        faults = list(_shape(row, where))
        check = _check(row, where, faults) if isinstance(row, dict) and not faults else None
        problems += faults
        if isinstance(row, dict) and check is not None and not faults:
            yield _requirement(row, title, check)


def _shape(row: Yaml, where: str) -> Iterator[Problem]:
    if not isinstance(row, dict):
        yield Problem(f"{where}: got {row!r}, expected a mapping")
        return
    yield from (Problem(f"{where}.{key}: unknown key (known: {', '.join(sorted(_KEYS))})") for key in set(row) - _KEYS)
    name = row.get("id")
    if not isinstance(name, str) or not _ID.fullmatch(name):
        yield Problem(f"{where}.id: got {name!r}, expected {OWN_PREFIX} and capitals, digits, dashes")
    for key in _TEXTS:
        if not isinstance(row.get(key), str) or not str(row[key]).strip():
            yield Problem(f"{where}.{key}: got {row.get(key)!r}, expected a text")
    if row.get("severity", "medium") not in _SEVERITIES:
        yield Problem(f"{where}.severity: got {row['severity']!r}, expected one of {', '.join(_SEVERITIES)}")
    if ("bound" in row) == ("linked_test" in row):
        yield Problem(f"{where}: expected one of bound and linked_test")


def _check(row: dict[str, Yaml], where: str, problems: list[Problem]) -> Bound | LinkedTest | None:
    kind = "bound" if "bound" in row else "linked_test"
    faults: list[Problem] = []
    check = parse_check({kind: row[kind]}, where, faults)
    problems.extend(hinted(fault) for fault in faults)
    return check if isinstance(check, (Bound, LinkedTest)) else None


def _requirement(row: dict[str, Yaml], title: str, check: Bound | LinkedTest) -> Requirement:
    supply = (
        f"Run the test {check.name} and name its JUnit XML in docgen.toml: [dossier] tests."
        if isinstance(check, LinkedTest)
        else "Log the value inside the run, with its interval; where it lies beyond the bound, mend the model."
    )
    return Requirement(
        id=str(row["id"]),
        section=title,
        title=str(row["title"]),
        paraphrase=str(row["text"]),
        owner=str(row["owner"]),
        severity=str(row.get("severity", "medium")),  # type: ignore[arg-type]  # one of three, as checked above
        decidable="machine",
        check=check,
        supply=supply,
    )
