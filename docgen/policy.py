"""The firm's policy overlay: one YAML file of the user's with bounds, waivers and exclusions.

Numbers of the firm live here and nowhere else; each is printed with its source beside the verdict it decides.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from docgen.errors import Problem, ProblemsError, UsageError
from docgen.model.canonical import sha256
from docgen.model.codec import converter, explain
from docgen.model.regime import Bound, Exclusion, FreshWithin, Policy, PolicyBound, Regime, Waiver
from docgen.regimes import parse_check
from docgen.strict_yaml import Yaml, load_yaml

EMPTY = Policy(title="", edition="")
"""No policy: nothing is added to what the regimes say."""

T = TypeVar("T", Waiver, Exclusion)

_LISTS = {"bounds", "waivers", "not_applicable"}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def load_policy(path: Path, regimes: tuple[Regime, ...]) -> Policy:
    """Read a policy and hold it against the regimes it speaks of.

    Raises:
        UsageError: the file cannot be read.
        ProblemsError: every fault at once, also requirement ids that no regime in use has.
    """
    try:
        data = path.read_bytes()
        content = load_yaml(data.decode("utf-8"), where=str(path))
    except OSError as err:
        raise UsageError(
            f"{path}: {(err.strerror or str(err)).lower()}", hint="correct [dossier] policy in docgen.toml"
        ) from err
    except UnicodeDecodeError as err:
        raise ProblemsError(str(path), (Problem(f"not UTF-8 at byte {err.start}"),)) from err
    problems: list[Problem] = []
    policy = _policy(content, problems)
    problems.extend(_unknown_requirements(policy, regimes))
    if problems:
        raise ProblemsError(str(path), tuple(problems), hint="docs/policy.md has a worked example")
    return replace(policy, digest=sha256(data))


def _policy(content: Yaml, problems: list[Problem]) -> Policy:
    if not isinstance(content, dict):
        problems.append(Problem("got no mapping, expected title, edition, bounds, waivers, not_applicable"))
        return EMPTY
    known = {"title", "edition", *_LISTS}
    problems.extend(
        Problem(f"{key}: unknown key (known: {', '.join(sorted(known))})") for key in content if key not in known
    )
    rows = {name: _rows(content, name, problems) for name in _LISTS}
    title, edition = content.get("title"), content.get("edition")
    if not isinstance(title, str) or not isinstance(edition, str):
        problems.append(Problem("title, edition: expected text in both"))
        title, edition = "", ""
    return Policy(
        title=title,
        edition=edition,
        bounds=tuple(_bounds(rows["bounds"], problems)),
        waivers=tuple(_records(rows["waivers"], "waivers", Waiver, problems)),
        not_applicable=tuple(_records(rows["not_applicable"], "not_applicable", Exclusion, problems)),
    )


def _rows(content: dict[str, Yaml], name: str, problems: list[Problem]) -> list[Yaml]:
    rows = content.get(name) or []
    if isinstance(rows, list):
        return rows
    problems.append(Problem(f"{name}: got {rows!r}, expected a list"))
    return []


def _bounds(rows: list[Yaml], problems: list[Problem]) -> Iterator[PolicyBound]:
    for number, row in enumerate(rows):
        where = f"bounds[{number}]"
        if not isinstance(row, dict) or set(row) != {"requirement", "title", "check"}:
            problems.append(Problem(f"{where}: expected exactly requirement, title and check"))
            continue
        check = parse_check(row["check"], f"{where}.check", problems)
        if isinstance(check, (Bound, FreshWithin)):
            yield PolicyBound(requirement=str(row["requirement"]), title=str(row["title"]), check=check)
        elif check is not None:
            problems.append(Problem(f"{where}.check: a policy may hold bound or fresh_within"))


def _records(rows: list[Yaml], name: str, wanted: type[T], problems: list[Problem]) -> Iterator[T]:
    for number, row in enumerate(rows):
        try:
            record = converter().structure(row, wanted)
        except Exception as err:  # noqa: BLE001  # cattrs raises groups of many kinds; each is told
            problems.extend(explain(err, f"{name}[{number}]"))
            continue
        until = getattr(record, "until", "")
        if until and not _DATE.fullmatch(until):
            problems.append(Problem(f"{name}[{number}].until: got {until!r}, expected YYYY-MM-DD"))
        yield record


def _unknown_requirements(policy: Policy, regimes: tuple[Regime, ...]) -> Iterator[Problem]:
    known = {f"{regime.id}/{row.id}" for regime in regimes for row in regime.requirements}
    loaded = {regime.id for regime in regimes}
    named = [item.requirement for item in policy.bounds]
    named += [item.requirement for item in policy.waivers]
    named += [item.requirement for item in policy.not_applicable]
    for name in named:
        regime, _, _ = name.partition("/")
        if name in known or (regime not in loaded and "/" in name):
            continue  # a policy may speak of more regimes than this dossier is made for
        near = difflib.get_close_matches(name, known, n=1)
        advice = f" (did you mean {near[0]!r}?)" if near else ""
        yield Problem(f"{name!r}: no such requirement{advice}, expected <regime>/<requirement id>")
