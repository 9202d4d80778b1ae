"""Narratives: what people write in Markdown files of their own repository, vetted before it becomes evidence.

A narrative may use CommonMark and tables, and docgen's own roles to name evidence. Whatever could run, include, embed
or forge (raw HTML, directives, other roles, images, other link schemes) is refused by file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from docgen.errors import Problem, ProblemsError
from docgen.model.canonical import Digest, sha256
from docgen.model.evidence import Evidence, EvidenceId, Missing, Narrative, Pin, Provenance, Value
from docgen.model.regime import NarrativeSlot
from docgen.strict_yaml import Yaml, load_yaml

MAX_BYTES = 256 * 1024
"""A longer narrative is refused: it is a document of its own."""

ROLES = frozenset({"docgen:metric", "docgen:value", "docgen:evidence"})
"""Roles that a narrative may use."""

SCHEMES = ("https://", "http://", "mailto:", "#")
"""How a link in a narrative may begin."""

FRONT_MATTER = ("author_role", "date", "evidence", "slot")
"""Keys of the front matter."""

_PIN = ("id", "sha256", "value")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FILE = re.compile(r".*\.(?:md|markdown)", re.IGNORECASE)
_TOKENS = frozenset({
    "paragraph_open", "paragraph_close", "inline", "text", "softbreak", "hardbreak", "strong_open", "strong_close",
    "em_open", "em_close", "code_inline", "link_open", "link_close", "heading_open", "heading_close",
    "bullet_list_open", "bullet_list_close", "ordered_list_open", "ordered_list_close", "list_item_open",
    "list_item_close", "blockquote_open", "blockquote_close", "code_block", "fence", "hr", "table_open", "table_close",
    "thead_open", "thead_close", "tbody_open", "tbody_close", "tr_open", "tr_close", "th_open", "th_close", "td_open",
    "td_close", "myst_role", "front_matter",
})  # fmt: skip
_NAMES = {
    "html_block": "raw HTML", "html_inline": "raw HTML", "image": "an image", "myst_target": "a target",
    "myst_line_comment": "a comment", "myst_block_break": "a block break", "myst_role": "a role",
}  # fmt: skip


def scaffold(slot: NarrativeSlot) -> str:
    """Return the text of a narrative file that nobody has written yet; left so, it counts as missing."""
    prompt = "\n".join(f"> {line}" for line in slot.prompt.strip().splitlines())
    return f"---\nslot: {slot.slot}\nauthor_role: {slot.author_role}\ndate: \n---\n{prompt}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Front:
    """Front matter as far as it could be read."""

    slot: str = ""
    author_role: str = ""
    date: str = ""
    evidence: tuple[Pin, ...] = ()


def read_narratives(folder: Path, slots: tuple[NarrativeSlot, ...]) -> tuple[Evidence, ...]:
    """Return one piece of evidence for each slot: the `Narrative`, or `Missing` with how to supply it.

    Raises:
        ProblemsError: unknown keys, no role or date, two files for one slot, not UTF-8, too long, or content that is
            not allowed: all files at once, each fault by file and, where it has one, line.
    """
    problems: list[Problem] = list(_strays(folder, slots))
    evidence = tuple(_read(folder, slot, problems) for slot in slots)
    if problems:
        raise ProblemsError(
            str(folder),
            tuple(problems),
            hint="front matter, roles and what a narrative may hold are explained in docs/narratives.md",
        )
    return evidence


def _strays(folder: Path, slots: tuple[NarrativeSlot, ...]) -> Iterator[Problem]:
    """Yield each further file that says it is the narrative of a wanted slot."""
    wanted = {slot.slot for slot in slots}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix == ".md" and path.stem in wanted:
            continue
        if not _FILE.fullmatch(path.name) or not path.is_file() or path.stat().st_size > MAX_BYTES:
            continue
        slot = _claim(path.read_text("utf-8-sig", errors="replace"))
        slot = slot if slot in wanted else path.stem.casefold()
        if slot in wanted:
            yield Problem(f"{folder.name}/{path.name}: a second narrative for slot {slot!r}, expected only {slot}.md")


def _claim(text: str) -> str:
    """Return the slot that a file's front matter names; empty when it names none."""
    front, _, _ = _split(text.replace("\r\n", "\n"), narrative_parser().parse(text))
    found = re.search(r"^slot:[ \t]*['\"]?([a-z0-9_]+)", front, re.MULTILINE)
    return found[1] if found else ""


def _read(folder: Path, slot: NarrativeSlot, problems: list[Problem]) -> Evidence:
    name = f"{slot.slot}.md"
    path = folder / name
    uri = f"{folder.name}/{name}"
    digest = None
    value: Value
    try:
        data = path.read_bytes() if path.is_file() else None
    except OSError as err:
        problems.append(Problem(f"{uri}: {(err.strerror or str(err)).lower()}"))
        data = b""
    if data is None:
        value = _missing(slot, uri, "not_written", f"{uri} does not exist")
    else:
        digest = sha256(data)
        value = _parse(data, slot, uri, problems)
    provenance = Provenance(system="narrative", uri=uri, sha256=digest)
    return Evidence(id=EvidenceId(f"narrative:{slot.slot}"), value=value, provenance=provenance)


def _parse(data: bytes, slot: NarrativeSlot, uri: str, problems: list[Problem]) -> Value:
    if len(data) > MAX_BYTES:
        problems.append(Problem(f"{uri}: {len(data)} bytes, expected at most {MAX_BYTES}"))
        return _missing(slot, uri, "unreadable", "too long")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as err:
        problems.append(Problem(f"{uri}: not UTF-8 at byte {err.start}"))
        return _missing(slot, uri, "unreadable", "not UTF-8")
    tokens = narrative_parser().parse(text)
    front, body, first = _split(text, tokens)
    problems.extend(Problem(f"{uri}:{line}: {what}") for line, what in dict.fromkeys(_forbidden(tokens)))
    meta = _front_matter(front, uri, problems)
    if meta.slot not in {"", slot.slot}:
        problems.append(Problem(f"{uri}: slot: got {meta.slot!r}, expected {slot.slot!r}, as the file is named"))
    if _unwritten(body, slot):
        return _missing(slot, uri, "boilerplate", f"{uri} still holds only what was scaffolded")
    if not meta.date:
        problems.append(Problem(f"{uri}: date: missing, expected YYYY-MM-DD"))
    if not meta.author_role:
        problems.append(Problem(f"{uri}: author_role: missing, expected a role such as 'model owner'"))
    return Narrative(
        slot=slot.slot,
        text=body,
        author_role=meta.author_role,
        date=meta.date,
        evidence=meta.evidence,
        first_line=first,
    )


def _split(text: str, tokens: list[Token]) -> tuple[str, str, int]:
    """Return front matter, body, and the line of the file at which the body begins."""
    front, start = "", 0
    if tokens and tokens[0].type == "front_matter" and tokens[0].map is not None:
        front, start = tokens[0].content, tokens[0].map[1]
    body = "\n".join(text.split("\n")[start:])
    blank = len(body) - len(body.lstrip())
    return front, body.strip() + "\n", start + body.count("\n", 0, blank) + 1


def _front_matter(front: str, uri: str, problems: list[Problem]) -> _Front:
    try:
        content = load_yaml(front, where=uri) if front.strip() else {}
    except ProblemsError as err:
        problems.extend(Problem(f"{uri}: front matter: {problem}") for problem in err.problems)
        return _Front()
    if not isinstance(content, dict):
        problems.append(Problem(f"{uri}: front matter is no mapping, expected author_role and date"))
        return _Front()
    known = ", ".join(FRONT_MATTER)
    problems.extend(
        Problem(f"{uri}: {key}: unknown key (known: {known})") for key in content if key not in FRONT_MATTER
    )
    texts: dict[str, str] = {}
    for key in ("slot", "author_role", "date"):
        value = content.get(key)
        if value is not None and not isinstance(value, str):
            problems.append(Problem(f"{uri}: {key}: got {value!r}, expected text"))
        texts[key] = value if isinstance(value, str) else ""
    return _Front(evidence=tuple(_pins(content.get("evidence"), uri, problems)), **texts)


def _pins(rows: Yaml, uri: str, problems: list[Problem]) -> Iterator[Pin]:
    """Yield what a narrative says it was written against."""
    if rows is not None and not isinstance(rows, list):
        problems.append(Problem(f"{uri}: evidence: got {rows!r}, expected a list of id with sha256 or value"))
        return
    seen: set[str] = set()
    for number, row in enumerate(rows or ()):
        where = f"{uri}: evidence[{number}]"
        faults = tuple(_pin_faults(row, where, seen))
        problems.extend(faults)
        if not faults and isinstance(row, dict):
            digest, value = row.get("sha256"), row.get("value")
            yield Pin(
                id=EvidenceId(str(row["id"])),
                sha256=Digest(str(digest)) if digest is not None else None,
                value=value if isinstance(value, (str, int, float)) else None,
            )


def _pin_faults(row: Yaml, where: str, seen: set[str]) -> Iterator[Problem]:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        yield Problem(f"{where}: expected a mapping with id, and sha256 or value")
        return
    name, digest, value = str(row["id"]), row.get("sha256"), row.get("value")
    if name in seen:
        yield Problem(f"{where}: {name!r} stands twice")
    seen.add(name)
    yield from (Problem(f"{where}: {key}: unknown key (known: id, sha256, value)") for key in row if key not in _PIN)
    if digest is None and value is None:
        yield Problem(f"{where}: {name!r} has neither sha256 nor value: run docgen narratives pin")
    if digest is not None and not (isinstance(digest, str) and _SHA256.fullmatch(digest)):
        yield Problem(f"{where}: sha256: got {digest!r}, expected 64 hexadecimal digits in lower case")
    if isinstance(value, (list, dict)):
        yield Problem(f"{where}: value: expected a number or a text")


def _unwritten(body: str, slot: NarrativeSlot) -> bool:
    """Whether nothing but the scaffold's own lines (and white space) is there."""
    prompt = {line.strip() for line in slot.prompt.strip().splitlines()}
    left = [line.strip().lstrip("> ").strip() for line in body.splitlines()]
    return not any(line and line not in prompt for line in left)


def _missing(slot: NarrativeSlot, uri: str, reason: str, detail: str) -> Missing:
    return Missing(
        wanted=slot.title,
        reason="boilerplate" if reason == "boilerplate" else "unreadable" if reason == "unreadable" else "not_written",
        detail=detail,
        supply=f"the {slot.author_role} writes {uri}",
    )


def narrative_parser() -> MarkdownIt:
    """Return the parser of narratives: CommonMark with tables, front matter and MyST's roles."""
    parser = MarkdownIt("commonmark").enable("table")
    return parser.use(front_matter_plugin).use(myst_block_plugin).use(myst_role_plugin)


def _forbidden(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    """Yield (line, what) for each piece of content that is not allowed."""
    line = 1
    for token in tokens:
        if token.map:
            line = token.map[0] + 1
        for item in (token, *(token.children or ())):
            if (what := _refusal(item)) is not None:
                yield line, what


def _refusal(token: Token) -> str | None:
    if token.type not in _TOKENS:
        return f"{_NAMES.get(token.type, token.type)} is not allowed"
    if token.type == "fence" and token.info.strip().startswith("{"):
        return f"directive {token.info.strip()[:40]!r} is not allowed"
    if token.type == "myst_role" and token.meta.get("name") not in ROLES:
        return f"role {str(token.meta.get('name'))[:40]!r} is not allowed (allowed: {', '.join(sorted(ROLES))})"
    if token.type == "link_open":
        target = str(token.attrs.get("href", ""))
        if not target.lower().startswith(SCHEMES):
            return f"link to {target[:60]!r} is not allowed (allowed: {', '.join(SCHEMES)})"
    return None
