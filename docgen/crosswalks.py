"""Crosswalks from files: found beside the regimes, read, and held against both regimes they join."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from docgen.errors import Problem, ProblemsError, UsageError
from docgen.model.canonical import sha256
from docgen.model.codec import converter, explain
from docgen.model.crosswalk import CROSSWALK_FORMAT, Crosswalk, CrosswalkLink, RowTitle
from docgen.regimes import find_regime, row_titles
from docgen.resources import regimes_dir
from docgen.strict_yaml import load_yaml

FOLDER = "crosswalks"
"""Beside the folders of regimes; a file is named `<older>_to_<newer>.yaml`."""


def load_crosswalks(regimes: tuple[str, ...], folders: tuple[Path, ...] = ()) -> tuple[Crosswalk, ...]:
    """Return every crosswalk from or to one of these regimes, by file name; the user's win over docgen's own.

    Args:
        regimes: ids of the regimes in use.
        folders: with regimes and crosswalks of the user.

    Raises:
        ProblemsError: every fault of a file, at once.
    """
    found: dict[str, Path] = {}
    for folder in (*folders, regimes_dir()):
        for path in sorted((folder / FOLDER).glob("*_to_*.yaml")):
            found.setdefault(path.name, path)
    wanted = [found[name] for name in sorted(found) if set(name.removesuffix(".yaml").split("_to_")) & set(regimes)]
    return tuple(_load(path, folders) for path in wanted)


def _load(path: Path, folders: tuple[Path, ...]) -> Crosswalk:
    try:
        data = path.read_bytes()
        content = load_yaml(data.decode("utf-8"), where=str(path))
    except (OSError, UnicodeDecodeError) as err:
        raise UsageError(f"{path}: {err}", hint="a crosswalk is a UTF-8 YAML file") from err
    if not isinstance(content, dict):
        raise ProblemsError(str(path), (Problem("got no mapping, expected from_regime, to_regime and links"),))
    try:
        read = converter().structure({**content, "rows": [], "digest": sha256(data)}, Crosswalk)
    except Exception as err:
        raise ProblemsError(str(path), explain(err, path.name), hint="see docs/regimes.md") from err
    titles = {name: row_titles(find_regime(name, folders)) for name in (read.from_regime, read.to_regime)}
    problems = tuple(_faults(read, titles[read.from_regime], titles[read.to_regime], path.stem))
    if problems:
        raise ProblemsError(str(path), problems, hint="each row of both regimes stands in the crosswalk")
    rows = [
        RowTitle(regime=name, row=row, title=title) for name, found in titles.items() for row, title in found.items()
    ]
    return replace(read, rows=tuple(rows))


def _faults(read: Crosswalk, older: dict[str, str], newer: dict[str, str], stem: str) -> Iterator[Problem]:
    if read.format != CROSSWALK_FORMAT:
        yield Problem(f"format: got {read.format!r}, expected {CROSSWALK_FORMAT}")
    if stem != f"{read.from_regime}_to_{read.to_regime}":
        yield Problem(f"the file is named {stem}, expected {read.from_regime}_to_{read.to_regime}")
    seen: set[str] = set()
    for number, link in enumerate(read.links):
        where = f"links[{number}]"
        if link.from_row is not None:
            yield from _missing(link.from_row, older, read.from_regime, f"{where}.from_row")
            if link.from_row in seen:
                yield Problem(f"{where}.from_row: {link.from_row!r} stands twice")
            seen.add(link.from_row)
        for row in link.to_rows:
            yield from _missing(row, newer, read.to_regime, f"{where}.to_rows")
        yield from _status(link, where)
    answered = {row for link in read.links for row in link.to_rows}
    for regime, rows, linked in ((read.from_regime, older, seen), (read.to_regime, newer, answered)):
        yield from (Problem(f"links: {row!r} of {regime} stands in none") for row in rows if row not in linked)


def _missing(row: str, rows: dict[str, str], regime: str, where: str) -> Iterator[Problem]:
    if row not in rows:
        near = difflib.get_close_matches(row, rows, n=1)
        advice = f" (did you mean {near[0]!r}?)" if near else ""
        yield Problem(f"{where}: {row!r} is no row of {regime}{advice}")


def _status(link: CrosswalkLink, where: str) -> Iterator[Problem]:
    old, new = link.from_row is not None, bool(link.to_rows)
    if (old, new) != {"new": (False, True), "dropped": (True, False)}.get(link.status, (True, True)):
        yield Problem(f"{where}: status {link.status} does not go with from_row and to_rows as given")
