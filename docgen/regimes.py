"""Regimes from folders: found, read, linted, digested. A regime is data; nothing in its folder is run as Python.

A folder holds `regime.yaml` (header, facts, documents, narrative slots), `requirements.yaml` (rows) and `templates/`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import cast

from cattrs import Converter

from docgen.errors import Problem, ProblemsError, UnsafeError, UsageError
from docgen.model import checks as model
from docgen.model.canonical import Digest, canonical, sha256
from docgen.model.codec import converter, explain
from docgen.model.regime import OWN_PREFIX, REGIME_FORMAT, Regime, Requirement
from docgen.regime_lint import lint
from docgen.resources import regimes_dir
from docgen.strict_yaml import Yaml, load_yaml

CHECKS: dict[str, type] = {
    "present": model.Present,
    "bound": model.Bound,
    "linked_test": model.LinkedTest,
    "dataset_manifest": model.DatasetManifest,
    "narrative": model.NarrativeWritten,
    "signoff": model.SignOff,
    "fresh_within": model.FreshWithin,
    "feed_in_time": model.FeedInTime,
    "declared": model.Declared,
    "distinct": model.Distinct,
    "in_order": model.InOrder,
    "recent_date": model.RecentDate,
    "cadence": model.Cadence,
    "tier_by_matrix": model.TierByMatrix,
    "policy_line": model.PolicyLine,
    "program_answer": model.ProgramAnswer,
    "status_stated": model.StatusStated,
    "all_of": model.AllOf,
    "any_of": model.AnyOf,
}
"""Key in YAML -> record. A check is a mapping with exactly one of these keys."""

SHORT = {"linked_test": "name", "narrative": "slot", "declared": "fact", "cadence": "fact", "signoff": "role"}
"""Checks that may be written as `kind: text`, with the field that the text fills."""

MAX_CHECK_DEPTH = 6


def known_regimes(folders: tuple[Path, ...] = ()) -> dict[str, Path]:
    """Return id -> folder of every regime; the user's folders win over those that come with docgen."""
    found: dict[str, Path] = {}
    for folder in (*folders, regimes_dir()):
        for path in sorted(folder.glob("*/regime.yaml")):
            found.setdefault(path.parent.name, path.parent)
    return found


def find_regime(name: str, folders: tuple[Path, ...] = ()) -> Path:
    """Return the folder of the regime with this id.

    Raises:
        UsageError: there is none; the message names those there are.
    """
    known = known_regimes(folders)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        advice = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known)) or 'none'}"
        raise UsageError(f"unknown regime {name!r} ({advice})", hint="list them: docgen regime list")
    return known[name]


def load_regime(folder: Path) -> Regime:
    """Read and lint the regime in a folder.

    Raises:
        UsageError: a file is missing.
        UnsafeError: the folder holds a link.
        ProblemsError: every fault of its files, at once.
    """
    digest = folder_digest(folder)
    header = _file(folder / "regime.yaml")
    rows = _file(folder / "requirements.yaml")
    problems: list[Problem] = []
    requirements = tuple(_requirements(rows, problems))
    regime = _header(header, folder.name, requirements, digest, problems)
    if regime is not None:
        problems.extend(lint(regime, folder))
    if problems or regime is None:
        raise ProblemsError(str(folder), tuple(problems), hint="each check and field is explained in docs/regimes.md")
    return regime


def row_titles(folder: Path) -> dict[str, str]:
    """Return row id -> title of the regime in a folder, without reading the rest of it.

    Raises:
        UsageError: its rows cannot be read.
    """
    rows = _file(folder / "requirements.yaml").get("requirements")
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return {str(row.get("id")): str(row.get("title")) for row in found}


def folder_digest(folder: Path, *, skip: frozenset[str] = frozenset({"__pycache__"})) -> Digest:
    """Return the SHA-256 over path and SHA-256 of every file below a folder, so that a changed template shows.

    Args:
        folder: what to digest.
        skip: names of folders that are left out.

    Raises:
        UnsafeError: a link lies in the folder; it could lead out of it.
    """
    members: list[list[str]] = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            raise UnsafeError(
                f"{path} is a link, expected files and folders only", hint="copy the file into the folder"
            )
        if path.is_file() and not skip & set(path.relative_to(folder).parts):
            members.append([path.relative_to(folder).as_posix(), sha256(path.read_bytes())])
    return sha256(canonical(members))


def _file(path: Path) -> dict[str, Yaml]:
    try:
        content = load_yaml(path.read_text("utf-8"), where=str(path))
    except OSError as err:
        raise UsageError(f"{path}: {(err.strerror or str(err)).lower()}", hint="a regime needs this file") from err
    except UnicodeDecodeError as err:
        raise ProblemsError(str(path), (Problem(f"not UTF-8 at byte {err.start}"),)) from err
    if not isinstance(content, dict):
        raise ProblemsError(str(path), (Problem("got no mapping, expected keys at the top level"),))
    return content


def _header(
    content: dict[str, Yaml], name: str, rows: tuple[Requirement, ...], digest: Digest, problems: list[Problem]
) -> Regime | None:
    if content.get("id") != name:
        problems.append(Problem(f"regime.yaml.id: got {content.get('id')!r}, expected the folder's name {name!r}"))
    if content.get("format") != REGIME_FORMAT:
        problems.append(Problem(f"regime.yaml.format: got {content.get('format')!r}, expected {REGIME_FORMAT}"))
    plain = {"applies_from": None, "applies_until": None, **content, "requirements": [], "digest": digest}
    plain["refuses"] = _refuses(content.get("refuses"), problems)
    try:
        regime = _row_reader().structure(plain, Regime)
    except Exception as err:  # noqa: BLE001  # cattrs raises groups of many kinds; each is told
        problems.extend(explain(err, "regime.yaml"))
        return None
    return replace(regime, requirements=rows)


def _requirements(content: dict[str, Yaml], problems: list[Problem]) -> Iterator[Requirement]:
    rows = content.get("requirements")
    if not isinstance(rows, list) or set(content) != {"requirements"}:
        problems.append(Problem("requirements.yaml: expected one key, requirements, with a list"))
        return
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            problems.append(Problem(f"requirements.yaml [{number}]: got {row!r}, expected a mapping"))
            continue
        where = f"requirements.yaml [{row.get('id', number)}]"
        check = parse_check(row.get("check"), f"{where}.check", problems)
        conditions = _conditions(row.get("applies_when"), f"{where}.applies_when", problems)
        try:
            requirement = _row_reader().structure({**row, "check": check, "applies_when": conditions}, Requirement)
        except Exception as err:  # noqa: BLE001  # as above
            problems.extend(explain(err, where))
            continue
        if requirement.own:
            problems.append(Problem(f"{where}.id: {OWN_PREFIX} begins the ids of a user's own requirements"))
        if check is not None:
            yield requirement


def _refuses(data: Yaml, problems: list[Problem]) -> list[Yaml]:
    """Return refusals with their conditions as records; what is no list is left for the converter to refuse."""
    if not isinstance(data, list):
        return [] if data is None else [data]
    found: list[Yaml] = []
    for number, item in enumerate(data):
        where = f"regime.yaml.refuses[{number}].when"
        found.append(
            {**item, "when": _conditions(item.get("when"), where, problems)} if isinstance(item, dict) else item
        )
    return found


def _conditions(data: Yaml, where: str, problems: list[Problem]) -> list[Yaml]:
    """Return `{vendor: [true], tier: [high, low]}` as condition records with text values."""
    if data is None:
        return []
    if not isinstance(data, dict) or not data:
        problems.append(Problem(f"{where}: got {data!r}, expected a mapping from fact to a list of values"))
        return []
    found: list[Yaml] = []
    for fact, values in data.items():
        if isinstance(values, list) and values and all(isinstance(value, (str, bool)) for value in values):
            words = [str(value).lower() if isinstance(value, bool) else value for value in values]
            found.append({"fact": fact, "values": words})
        else:
            problems.append(Problem(f"{where}.{fact}: got {values!r}, expected a list of values"))
    return found


@cache
def _row_reader() -> Converter:
    """Return a converter that takes checks as they are: `parse_check` has read them."""
    reader = converter()
    reader.register_structure_hook(model.Check, lambda data, _type: data)
    return reader


def parse_check(data: Yaml, where: str, problems: list[Problem], depth: int = 0) -> model.Check | None:
    """Return the check that a mapping with one key describes; faults are added to `problems`."""
    if not isinstance(data, dict) or len(data) != 1:
        problems.append(Problem(f"{where}: got {data!r}, expected a mapping with one of: {', '.join(CHECKS)}"))
        return None
    ((kind, body),) = data.items()
    if kind not in CHECKS:
        near = difflib.get_close_matches(kind, CHECKS, n=1)
        advice = f"did you mean {near[0]}?" if near else f"known: {', '.join(CHECKS)}"
        problems.append(Problem(f"{where}: unknown check {kind!r} ({advice})"))
        return None
    if kind in {"all_of", "any_of"}:
        if not isinstance(body, list) or depth >= MAX_CHECK_DEPTH:
            problems.append(Problem(f"{where}.{kind}: expected a list of checks, at most {MAX_CHECK_DEPTH} deep"))
            return None
        parts = [parse_check(part, f"{where}.{kind}[{n}]", problems, depth + 1) for n, part in enumerate(body)]
        return cast("model.Check", CHECKS[kind](checks=tuple(part for part in parts if part is not None)))
    if kind in SHORT and isinstance(body, str):
        body = {SHORT[kind]: body}
    try:
        check = cast("model.Check", _row_reader().structure(body, CHECKS[kind]))
    except Exception as err:  # noqa: BLE001  # as above
        problems.extend(explain(err, f"{where}.{kind}"))
        return None
    problems.extend(_check_faults(check, f"{where}.{kind}"))
    return check


def _check_faults(check: model.Check, where: str) -> Iterator[Problem]:
    select = getattr(check, "select", None)
    if isinstance(select, model.Select):
        if (select.id is None) == (select.kind is None):
            yield Problem(f"{where}.select: expected id or kind, and not both")
        if select.id is not None and (select.name or select.feature or select.split or select.except_splits):
            yield Problem(f"{where}.select: an id stands alone; name, feature and split go with kind")
    if isinstance(check, model.Bound):
        given = [name for name in ("at_least", "at_most", "above", "below") if getattr(check, name) is not None]
        if len(given) != 1:
            yield Problem(
                f"{where}: got {' and '.join(given) or 'no bound'}, expected one of at_least, at_most, above, below"
            )
