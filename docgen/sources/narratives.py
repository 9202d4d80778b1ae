"""Narratives: what people write in Markdown files of their own repository, vetted before it becomes evidence.

A narrative may use CommonMark and tables, and docgen's own roles to name evidence. Whatever could run, include, embed
or forge (raw HTML, directives, other roles, images, other link schemes) is refused by file and line.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from docgen.errors import Problem, ProblemsError, UnsafeError
from docgen.model.canonical import sha256
from docgen.model.evidence import Evidence, EvidenceId, Missing, Narrative, Provenance, Value
from docgen.model.regime import NarrativeSlot
from docgen.strict_yaml import load_yaml

MAX_BYTES = 256 * 1024
"""A longer narrative is refused: it is a document of its own."""

ROLES = frozenset({"docgen:metric", "docgen:value", "docgen:evidence"})
"""Roles that a narrative may use."""

SCHEMES = ("https://", "http://", "mailto:", "#")
"""How a link in a narrative may begin."""

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


def read_narratives(folder: Path, slots: tuple[NarrativeSlot, ...]) -> tuple[Evidence, ...]:
    """Return one piece of evidence for each slot: the `Narrative`, or `Missing` with how to supply it.

    Raises:
        ProblemsError: front matter with unknown keys, no role or date, not UTF-8, too long: all files at once.
        UnsafeError: content that is not allowed, by file and line.
    """
    problems: list[Problem] = []
    refused: list[str] = []
    evidence = tuple(_read(folder, slot, problems, refused) for slot in slots)
    if refused:
        raise UnsafeError(
            "narratives hold what is not allowed:\n" + "\n".join(f"  {line}" for line in refused),
            hint="write plain Markdown; name evidence with {docgen:metric}, {docgen:value} or {docgen:evidence}",
        )
    if problems:
        raise ProblemsError(
            str(folder), tuple(problems), hint="the front matter needs author_role and date (YYYY-MM-DD)"
        )
    return evidence


def _read(folder: Path, slot: NarrativeSlot, problems: list[Problem], refused: list[str]) -> Evidence:
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
        value = _parse(data, slot, uri, problems, refused)
    provenance = Provenance(system="narrative", uri=uri, sha256=digest)
    return Evidence(id=EvidenceId(f"narrative:{slot.slot}"), value=value, provenance=provenance)


def _parse(data: bytes, slot: NarrativeSlot, uri: str, problems: list[Problem], refused: list[str]) -> Value:
    if len(data) > MAX_BYTES:
        problems.append(Problem(f"{uri}: {len(data)} bytes, expected at most {MAX_BYTES}"))
        return _missing(slot, uri, "unreadable", "too long")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as err:
        problems.append(Problem(f"{uri}: not UTF-8 at byte {err.start}"))
        return _missing(slot, uri, "unreadable", "not UTF-8")
    tokens = _parser().parse(text)
    front, body = _split(text, tokens)
    refused.extend(f"{uri}:{line}: {what}" for line, what in _forbidden(tokens))
    meta = _front_matter(front, uri, problems)
    if _unwritten(body, slot):
        return _missing(slot, uri, "boilerplate", f"{uri} still holds only what was scaffolded")
    if not meta.get("date"):
        problems.append(Problem(f"{uri}: date: missing, expected YYYY-MM-DD"))
    if not meta.get("author_role"):
        problems.append(Problem(f"{uri}: author_role: missing, expected a role such as 'model owner'"))
    return Narrative(slot=slot.slot, text=body, author_role=meta.get("author_role", ""), date=meta.get("date", ""))


def _split(text: str, tokens: list[Token]) -> tuple[str, str]:
    if not tokens or tokens[0].type != "front_matter" or tokens[0].map is None:
        return "", text.strip() + "\n"
    lines = text.split("\n")
    return tokens[0].content, "\n".join(lines[tokens[0].map[1] :]).strip() + "\n"


def _front_matter(front: str, uri: str, problems: list[Problem]) -> dict[str, str]:
    content = load_yaml(front, where=uri) if front.strip() else {}
    if not isinstance(content, dict):
        problems.append(Problem(f"{uri}: front matter is no mapping, expected author_role and date"))
        return {}
    known = {"slot", "author_role", "date"}
    problems.extend(
        Problem(f"{uri}: {key}: unknown key (known: {', '.join(sorted(known))})") for key in content if key not in known
    )
    problems.extend(
        Problem(f"{uri}: {key}: got {content[key]!r}, expected text")
        for key in sorted(known & content.keys())
        if content[key] is not None and not isinstance(content[key], str)
    )
    return {key: value for key, value in content.items() if key in known and isinstance(value, str)}


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


def _parser() -> MarkdownIt:
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
