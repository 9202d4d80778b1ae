"""Built dossiers as a reader has them, and the proof that each of their numbers is traced to evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args

from bs4 import BeautifulSoup, NavigableString
from pypdf import PdfReader
from scipy.stats import spearmanr

from docgen.config import Config
from docgen.model.canonical import parse
from docgen.model.document import ValueFormat
from docgen.model.evidence import Evidence, Narrative, Table
from docgen.model.snapshot import PREVIOUS, Snapshot
from docgen.pipeline import assess
from docgen.regimes import find_regime
from docgen.render.filters import shown
from docgen.resources import regimes_dir, templates_dir
from docgen.store.readers import read_snapshot

NUMBER = re.compile(r"\d+(?:,\d+)*(?:\.\d+)?(?:e[+-]?\d+)?")
_PLAIN = re.compile(r"(?<![\w.,:/@&=-])\d+(?:,\d+)*(?:\.\d+)?(?:e[+-]?\d+)?(?![\w:/@&=-]|\.\w)")
_NO_PAGES = {"genindex", "search"}


def snapshot_of(folder: Path) -> Snapshot:
    return read_snapshot((folder / "files" / "snapshot.json").read_bytes(), where="snapshot.json")


def pdf_of(folder: Path) -> Path:
    (found,) = (folder / "files").glob("*.pdf")
    return found


def pdf_text(path: Path) -> str:
    return "\n".join(sheet.extract_text() for sheet in PdfReader(path).pages)


def page(folder: Path, name: str) -> BeautifulSoup:
    """A page, without the places at which its codes may break."""
    return BeautifulSoup((folder / f"{name}.html").read_text("utf-8").replace("<wbr>", ""), "html.parser")


def articles(folder: Path) -> Iterator[tuple[str, BeautifulSoup]]:
    """Each page's name and content, without Sphinx's own index and search."""
    for path in sorted(folder.rglob("*.html")):
        if path.stem not in _NO_PAGES:
            name = path.relative_to(folder).with_suffix("").as_posix()
            yield name, page(folder, name).select_one("article")  # type: ignore[misc]


def digests(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def check_pages(
    folder: Path, config: Config, regimes: tuple[str, ...] | None = None, policy: Path | None = None
) -> int:
    """Hold every number of the pages against the evidence that its element names, and return how many were traced.

    A number stands inside an element that names its evidence, and is what that evidence holds; or it is a word of ours.
    """
    snapshot = snapshot_of(folder)
    evidence, allowed = known(snapshot), _own_words(folder)
    allowed |= set(NUMBER.findall(policy.read_text("utf-8"))) if policy else set()
    for assessment in assess(snapshot, config=config, regimes=regimes, policy=policy):
        for row in assessment.results:
            allowed |= set(NUMBER.findall(" ".join(check.id for check in row.checks)))
    prose = " ".join(item.value.text for item in snapshot.of_kind("narrative") if isinstance(item.value, Narrative))
    traced = 0
    for name, article in articles(folder):
        for text in article.find_all(string=True):
            if type(text) is not NavigableString or not NUMBER.search(text):
                continue
            holder = text.find_parent(attrs={"data-evidence": True})
            if holder is not None:
                _check_value(name, str(holder["data-evidence"]), holder.get_text(), evidence)
                traced += 1
            elif text.find_parent(class_="docgen-prose"):
                assert set(NUMBER.findall(text)) <= set(NUMBER.findall(prose)), f"{name}: {text!r}"
            elif not text.find_parent(class_="docgen-trace"):  # ids of ours, which the trace items are checked for
                assert set(NUMBER.findall(text)) <= allowed, f"{name}: {text!r} has a number without evidence"
    return traced


def check_pdf(folder: Path) -> int:
    """Hold every number of the PDF against the pages, and return how many different ones there are.

    The PDF is set from the same nodes as the pages, where each number is traced; only page numbers are its own.
    """
    pages = " ".join(" ".join(article.stripped_strings) for _, article in articles(folder))
    sheets = {str(number) for number in range(1, len(PdfReader(pdf_of(folder)).pages) + 1)}
    wanted = set(_PLAIN.findall(pages)) | sheets | set(NUMBER.findall(pages))
    there = set(_PLAIN.findall(pdf_text(pdf_of(folder))))
    ids = " ".join(
        re.findall(r"[0-9a-f]{16,}", pages)
    )  # broken over lines, the last part of one may look like 8364e018
    assert not {found for found in there - wanted if len(found) < 6 or found not in ids}
    return len(there)


def renderings(value: object) -> set[str]:
    """Every text that a page may make of a record: each scalar in it, in each format and with each unit."""
    found: set[str] = set()
    units = {"", *(getattr(value, "unit", "") or "").split("\0")}
    for scalar in scalars(value):
        for form in get_args(ValueFormat):
            for unit in units:
                found.add(shown(scalar, form, unit))
                if isinstance(scalar, float):
                    found.add(shown(scalar, form, "fraction"))
    lines = [line for text in scalars(value) if isinstance(text, str) for line in text.splitlines()]
    return found | {shown(line, "code") for line in lines} | {line.strip() for line in lines}


def scalars(value: object) -> Iterator[str | float | int | bool]:
    if isinstance(value, (str, float, int)):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from scalars(item)
    elif is_dataclass(value):
        for item in fields(value):
            yield from scalars(getattr(value, item.name))


def known(snapshot: Snapshot) -> dict[str, set[str]]:
    """Evidence id, as pages name it -> the texts that may stand for it."""

    def texts(item: Evidence) -> set[str]:
        where = item.provenance
        joined = where.uri + (f" {where.key}" if where.key else "")
        own = {item.id, joined, *(shown(text, "code") for text in (item.id, joined))}
        return own | renderings(item.value) | renderings(where)

    found = {item.id: texts(item) for item in snapshot.evidence}
    if snapshot.previous:
        found |= {PREVIOUS + item.id: texts(item) for item in snapshot.previous.evidence}
        found |= dict(_correlations(snapshot))
    return found


def _correlations(snapshot: Snapshot) -> Iterator[tuple[str, set[str]]]:
    """What pages compute of two versions, computed by scipy: the rank correlation of attributions, and of how many."""
    for item in snapshot.of_kind("explanation"):
        before = snapshot.find(PREVIOUS + item.id) if item.id.startswith("explanation:global") else None
        if before is None or not isinstance(before.value, Table) or not isinstance(item.value, Table):
            continue
        old, new = ({row[0]: row[1] for row in table.rows} for table in (before.value, item.value))
        common = sorted(old.keys() & new.keys(), key=str)
        rho = float(spearmanr([old[name] for name in common], [new[name] for name in common]).statistic)
        name = f"computed:rank_correlation/{PREVIOUS}{item.id}/{item.id}"
        yield name, {shown(rho, "number"), shown(len(common), "count")}


def _own_words(folder: Path) -> set[str]:
    """Numbers in docgen's and the regimes' own words, and the days of the assessments."""
    found = {"256", "10,000"}  # SHA-256; how many rows MLflow's own digest covers
    for path in (folder / "files").glob("assessment-*.json"):
        assessment = parse(path.read_bytes(), where=path.name)["assessment"]  # type: ignore[index,call-overload]
        found |= set(NUMBER.findall(str(assessment["as_of"])))
        for file in find_regime(assessment["regime"]).rglob("*"):
            if file.is_file():
                found |= set(NUMBER.findall(file.read_text("utf-8")))
    for file in (*templates_dir().glob("*.j2"), *regimes_dir().glob("crosswalks/*.yaml")):
        found |= set(NUMBER.findall(file.read_text("utf-8")))
    return found


def _check_value(where: str, name: str, text: str, evidence: dict[str, set[str]]) -> None:
    if name.startswith(("assessment:", "snapshot:", "finding:", "policy:")):
        return  # counts of the assessment and the snapshot's own header: see the tests of blocks
    assert name in evidence, f"{where}: {text!r} names evidence {name!r}, which the snapshot does not hold"
    if text in evidence[name]:
        return
    assert not re.match(r"[-\d.]", text), f"{where}: {text!r} is not what {name!r} holds"
    held = {number for held in evidence[name] for number in NUMBER.findall(held)}
    assert set(NUMBER.findall(text)) <= held, f"{where}: {text!r} holds a number that {name!r} does not"
