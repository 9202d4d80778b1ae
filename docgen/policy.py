"""The firm's policy overlay: one YAML file of the user's, read and held against the regimes and metrics it speaks of.

Numbers of the firm live here and nowhere else; each is printed with its source beside the verdict it decides.
`templates/policy/schema.json` says the same shape to editors; a test keeps the two in agreement.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from cattrs import Converter

from docgen.assessment.select import parts
from docgen.errors import Problem, ProblemsError
from docgen.model.canonical import sha256
from docgen.model.checks import Bound, FreshWithin, Present, Select
from docgen.model.codec import converter, explain
from docgen.model.days import is_date
from docgen.model.findings import SCALE
from docgen.model.policy import EMPTY, POLICY_FORMAT, Policy, PolicyCheck, TierMatrix
from docgen.model.regime import Regime
from docgen.regimes import parse_check
from docgen.strict_yaml import Yaml, load_yaml, read_text

METRICS = frozenset({
    "accuracy", "balanced_accuracy", "brier", "f1", "f1_macro", "gini", "ks", "log_loss", "mae", "mcc", "mean_error",
    "npv", "pr_auc", "ppv", "prevalence", "r2", "rmse", "roc_auc", "selection_rate", "sensitivity", "specificity",
})  # fmt: skip
"""Keys that docgen's evaluator may log; a policy lists its own under `metrics`, so that a slip never goes unseen."""

_KNOWN = tuple(item.name for item in fields(Policy) if item.name != "digest")
_NAMED = ("bounds", "waivers", "not_applicable", "program")
"""Lists whose rows name requirements."""

_NUMBER = re.compile(r"expected a (?:whole )?number, got '[-+]?[\d.]+[eE][-+]?\d+'")
_NOTHING = Present(select=Select(kind="none"))
"""Stands where a check is at fault, so that the rest of its row is read too."""


def load_policy(path: Path, regimes: tuple[Regime, ...]) -> Policy:
    """Read a policy and hold it against what it speaks of.

    Args:
        path: the file.
        regimes: those in use; a policy may speak of others too.

    Raises:
        UsageError: the file cannot be read.
        ProblemsError: every fault at once, also requirements that no regime in use has and metrics that nobody knows.
    """
    text = read_text(path, hint="name another with --policy, or in docgen.toml")
    content = load_yaml(text, where=str(path))
    problems: list[Problem] = []
    policy = _policy(content, problems)
    problems.extend(_faults(policy, regimes))
    if problems:
        raise ProblemsError(str(path), tuple(problems), hint="print a worked example: docgen policy example")
    return replace(policy, digest=sha256(text.encode()))


def _policy(content: Yaml, problems: list[Problem]) -> Policy:
    """Return what of a policy can be read; the rest is told in `problems`."""
    if not isinstance(content, dict):
        problems.append(Problem(f"got no mapping, expected some of: format, {', '.join(_KNOWN)}"))
        return EMPTY
    if content.get("format", POLICY_FORMAT) != POLICY_FORMAT:
        problems.append(Problem(f"format: got {content['format']!r}, expected {POLICY_FORMAT}"))
    reader = converter()
    reader.register_structure_hook(PolicyCheck, lambda data, _type: data)  # read by `_row`
    good: dict[str, Any] = {"title": "", "edition": ""}  # each value is of the type of its field
    for key, value in {"title": None, "edition": None, **content}.items():
        if key == "format" or (value is None and key not in good):
            continue
        if key not in _KNOWN:
            near = difflib.get_close_matches(key, _KNOWN, n=1)
            advice = f"did you mean {near[0]}?" if near else f"known: format, {', '.join(_KNOWN)}"
            problems.append(Problem(f"{key}: unknown key ({advice})"))
            continue
        wanted = get_type_hints(Policy)[key]
        if get_origin(wanted) is tuple:
            kind = get_args(wanted)[0]
            rows = ((where, _row(key, where, row, problems)) for where, row in _rows(key, value, problems))
            read = [_read(row, kind, where, reader, problems) for where, row in rows]
            good[key] = tuple(item for item in read if item is not None)
        else:
            good[key] = _read(value, wanted, key, reader, problems) or good.get(key)
    return Policy(**good)


def _rows(key: str, value: Yaml, problems: list[Problem]) -> Iterator[tuple[str, Yaml]]:
    """Yield each row of a list with its place."""
    if key == "facts" and isinstance(value, dict):
        yield from ((f"facts.{fact}", {"fact": fact, "tag": tag}) for fact, tag in value.items())
    elif isinstance(value, list):
        yield from ((f"{key}[{number}]", row) for number, row in enumerate(value))
    else:
        expected = "a mapping from fact to the key of a tag" if key == "facts" else "a list"
        problems.append(Problem(f"{key}: got {value!r}, expected {expected}"))


def _row(key: str, where: str, row: Yaml, problems: list[Problem]) -> object:
    """Return a row with its check read and with a list of requirements, where it has these."""
    if key not in _NAMED or not isinstance(row, dict):
        return row
    read: dict[str, object] = dict(row)
    if isinstance(name := row.get("requirement"), str):
        read["requirement"] = [name]
    if key == "bounds" and "check" in row:
        faults: list[Problem] = []
        check = parse_check(row["check"], f"{where}.check", faults)
        if check is not None and not isinstance(check, (Bound, FreshWithin, Present)):
            faults.append(Problem(f"{where}.check: a policy may hold bound, fresh_within or present"))
        problems.extend(hinted(fault) for fault in faults)
        read["check"] = check if isinstance(check, (Bound, FreshWithin, Present)) else _NOTHING
    return read


def _read(data: object, wanted: Any, where: str, reader: Converter, problems: list[Problem]) -> Any:  # noqa: ANN401  # of type `wanted`
    try:
        return reader.structure(data, wanted)
    except Exception as err:  # noqa: BLE001  # cattrs raises groups of many kinds; each is told
        problems.extend(hinted(fault) for fault in explain(err, where))
        return None


def hinted(fault: Problem) -> Problem:
    """Return a fault with advice, where YAML took for text what looks like a number."""
    return Problem(f"{fault} (write it out, 0.00001, or as 1.0e-5)") if _NUMBER.search(fault) else fault


def _faults(policy: Policy, regimes: tuple[Regime, ...]) -> Iterator[Problem]:
    """Yield what is at fault although each part has its shape."""
    yield from _requirement_faults(policy, regimes)
    yield from _metric_faults(policy)
    yield from _date_faults(policy)
    yield from _tier_faults(policy)
    yield from _fact_faults(policy, regimes)
    yield from _band_faults(policy)
    yield from _finding_faults(policy)
    yield from (
        Problem(f"retention[{number}].months: got {item.months}, expected a whole number of months, 1 or more")
        for number, item in enumerate(policy.retention)
        if item.months is None or item.months < 1
    )
    for name, words in (
        ("tiers", [item.name.casefold() for item in policy.tiers]),
        ("severities", [item.name.casefold() for item in policy.severities]),
        ("roles", [item.role.casefold() for item in policy.roles]),
        ("program", [name for item in policy.program for name in item.requirement]),
        ("waivers", [name for item in policy.waivers for name in item.requirement]),
        ("facts", [item.fact for item in policy.facts]),
    ):
        yield from (Problem(f"{name}: {word!r} stands twice") for word in _twice(words))


def _twice(words: list[str]) -> list[str]:
    return sorted({word for word in words if words.count(word) > 1})


def _requirement_faults(policy: Policy, regimes: tuple[Regime, ...]) -> Iterator[Problem]:
    rows = {f"{regime.id}/{row.id}": row for regime in regimes for row in regime.requirements}
    loaded = {regime.id for regime in regimes}
    lists = (policy.bounds, policy.waivers, policy.not_applicable, policy.program)
    for name in dict.fromkeys(name for rows in lists for item in rows for name in item.requirement):
        regime, slash, _ = name.partition("/")
        if name in rows or (slash and regime not in loaded):
            continue  # a policy may speak of more regimes than this dossier is made for
        near = difflib.get_close_matches(name, rows, n=1)
        advice = f" (did you mean {near[0]!r}?)" if near else ""
        yield Problem(f"{name!r}: no such requirement{advice}, expected <regime>/<requirement id>")
    for name in (name for item in policy.program for name in item.requirement):
        if name in rows and rows[name].scope != "program":
            yield Problem(f"program: {name!r} is a requirement of each model, not of the firm's programme")


def _metric_faults(policy: Policy) -> Iterator[Problem]:
    for fault in metric_faults([line.check.select for line in policy.bounds], policy.metrics):
        yield Problem(f"bounds: {fault}")


def metric_faults(selects: list[Select], own: tuple[str, ...]) -> Iterator[Problem]:
    """Yield each metric that is neither docgen's nor one of the firm's own."""
    known = METRICS | set(own)
    for key in dict.fromkeys(_metric(select) for select in selects):
        if key is not None and key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            advice = f"did you mean {near[0]!r}?" if near else "list it under metrics if it is your own"
            yield Problem(f"unknown metric {key!r} ({advice})")


def own_metrics(path: Path) -> tuple[str, ...]:
    """Return the metrics that a policy lists; nothing where it cannot be read, which is told when it is loaded."""
    try:
        content = load_yaml(path.read_text("utf-8"), where=str(path))
    except (OSError, UnicodeDecodeError, ProblemsError):
        return ()
    names = content.get("metrics") if isinstance(content, dict) else None
    return tuple(str(name) for name in names) if isinstance(names, list) else ()


def _metric(select: Select) -> str | None:
    """Return the key of the metric that a line is about, if it is about one."""
    if select.id is not None:
        found = parts(select.id)
        return found.name if found.kind == "metric" else None
    return select.name if select.kind == "metric" else None


def _date_faults(policy: Policy) -> Iterator[Problem]:
    dates: list[tuple[str, str | None]] = []
    dates += [(f"waivers[{number}].until", item.until) for number, item in enumerate(policy.waivers)]
    for number, item in enumerate(policy.program):
        dates += [
            (f"program[{number}].answered_on", item.answered_on),
            (f"program[{number}].review_by", item.review_by),
        ]
        if item.review_by is not None and item.review_by < item.answered_on:
            yield Problem(f"program[{number}].review_by: {item.review_by} is before the answer, {item.answered_on}")
    for where, text in dates:
        if text is not None and not is_date(text):
            yield Problem(f"{where}: got {text!r}, expected a date as YYYY-MM-DD")


def _tier_faults(policy: Policy) -> Iterator[Problem]:
    matrix = policy.tier_matrix or TierMatrix(drivers=(), rows=())
    named = [(f"tier_matrix.rows[{number}].tier", row.tier) for number, row in enumerate(matrix.rows)]
    named += [(f"bounds[{number}].tiers", tier) for number, line in enumerate(policy.bounds) for tier in line.tiers]
    known = ", ".join(tier.name for tier in policy.tiers) or "none"
    for where, tier in named:
        if policy.tier(tier) is None:
            yield Problem(f"{where}: {tier!r} is outside the tiers of this policy (known: {known})")
    for number, row in enumerate(matrix.rows):
        if len(row.when) != len(matrix.drivers):
            yield Problem(
                f"tier_matrix.rows[{number}].when: got {len(row.when)} values, expected {len(matrix.drivers)}"
            )
    for words in _twice([" / ".join(row.when).casefold() for row in matrix.rows]):
        yield Problem(f"tier_matrix.rows: {words!r} stands twice")
    for number, item in enumerate(policy.tiers):
        if item.revalidate_months is not None and item.revalidate_months < 1:
            yield Problem(f"tiers[{number}].revalidate_months: got {item.revalidate_months}, expected 1 or more")


def _fact_faults(policy: Policy, regimes: tuple[Regime, ...]) -> Iterator[Problem]:
    specs = {spec.fact: spec for regime in regimes for spec in regime.facts}
    matrix = policy.tier_matrix or TierMatrix(drivers=(), rows=())
    named = [("facts", item.fact) for item in policy.facts]
    named += [("tier_matrix.drivers", fact) for fact in matrix.drivers]
    if not any(fact in specs for _, fact in named):
        return  # the policy speaks of regimes that this dossier is not made for
    for where, fact in named:
        if fact not in specs:
            near = difflib.get_close_matches(fact, specs, n=1)
            advice = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(specs)}"
            yield Problem(f"{where}: {fact!r} is no fact that a regime in use asks for ({advice})")
    for number, row in enumerate(matrix.rows):
        for fact, value in zip(matrix.drivers, row.when, strict=False):
            allowed = specs[fact].values if fact in specs else ()
            if allowed and value not in allowed:
                known = ", ".join(allowed)
                yield Problem(f"tier_matrix.rows[{number}].when: {value!r} is no value of {fact} (known: {known})")


def _finding_faults(policy: Policy) -> Iterator[Problem]:
    steps = tuple(level.name for level in policy.severities) or SCALE
    for name in policy.findings.overdue_closes_gate if policy.findings else ():
        if name.casefold() not in {step.casefold() for step in steps}:
            yield Problem(f"findings.overdue_closes_gate: {name!r} is no severity (known: {', '.join(steps)})")


def _band_faults(policy: Policy) -> Iterator[Problem]:
    if policy.psi is None:
        return
    ends = [band.below for band in policy.psi.bands]
    bounded = [end for end in ends[:-1] if end is not None]
    if not ends or len(bounded) != len(ends) - 1 or ends[-1] is not None or bounded != sorted(set(bounded)):
        yield Problem("psi.bands: expected rising values of below, and a last band without one")
