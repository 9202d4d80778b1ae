"""Numbers that somebody typed into a narrative although evidence holds them: they go stale without anybody noticing.

Only what reads like a measure is looked at: a decimal fraction or a percentage. Dates, years, ordinals, whole numbers,
versions, headings, numbers of sections and tables, levels of confidence, and bounds ("at least 0.7") are none. Two
rules:

- a number of three or more significant digits that evidence holds, at the precision it was typed with, *equals* it; one
  of fewer digits does so only behind the name of its metric in the same sentence;
- a number right behind the name of a metric, which no evidence of that metric holds, *contradicts* it, unless the
  previous version had it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from docgen.assessment.pins import digits
from docgen.assessment.select import parts
from docgen.model.evidence import Evidence, Narrative, Quantity
from docgen.model.snapshot import Finding
from docgen.sources.narratives import narrative_parser

ENOUGH = 3
"""Significant digits from which an equal number is hardly chance."""

REACH = 40
"""Characters between the name of a metric and a number that is said of it."""

HELD_OUT_FIRST = ("test", "out_of_time", "holdout", "validation")

NAMES = {
    "roc_auc": ("auc", "auroc", "roc auc", "roc-auc", "area under the curve"),
    "pr_auc": ("pr-auc", "pr auc", "average precision"),
    "brier": ("brier",),
    "ks": ("ks", "kolmogorov-smirnov"),
    "gini": ("gini",),
    "f1": ("f1",),
    "sensitivity": ("sensitivity", "recall", "true positive rate"),
    "ppv": ("ppv", "precision", "positive predictive value"),
    "rmse": ("rmse",),
    "mae": ("mae",),
    "r2": ("r2", "r-squared"),
}
"""What people call metrics, besides the key and the title that they have."""

_NUMBER = re.compile(r"(?<![\w.,:/-])(\d+(?:\.\d+)?)(\s?%|\s(?:percent|per cent)\b)?(?![\w:/-]|[.,]\d)")
_NO_MEASURE = re.compile(
    r"(?:at least|at most|above|below|over|under|than|threshold(?: of| is|:)?|floor(?: of)?|limit(?: of)?|bound(?: of)?"
    r"|target(?: of)?|minimum(?: of)?|maximum(?: of)?|by|within|[<>\u2264\u2265=]"
    r"|section|sections|sect\.|\u00a7|table|figure|fig\.|chapter|appendix|article|art\.|clause|page|p\.|no\.|version|v)\s*$",
    re.IGNORECASE,
)
_LEVEL = re.compile(r"[ -]*(?:confidence|ci\b|interval|level|significance)", re.IGNORECASE)
_CHANCE = frozenset({0.0, 0.5, 1.0})
"""What texts say of metrics in general: chance and perfection."""

_SENTENCE = re.compile(r"[^.!?;]*(?:\.(?=\S)[^.!?;]*)*[.!?;]?")


_Held = tuple[Evidence, float, tuple[str, ...]]
"""A quantity, its value, and what a sentence may call it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """A number as typed."""

    text: str
    value: float
    decimals: int
    """Digits behind the point of `value`."""
    significant: int
    before: str
    """The sentence up to the number."""


def typed_numbers(evidence: tuple[Evidence, ...], previous: tuple[Evidence, ...] = ()) -> tuple[Finding, ...]:
    """Return a finding for each number of a narrative that equals or contradicts other evidence.

    Args:
        evidence: of the snapshot, with its narratives.
        previous: of the version before, whose numbers a narrative may quote.
    """
    values, before = _held(evidence), _held(previous)
    return tuple(
        finding
        for item in evidence
        if isinstance(item.value, Narrative)
        for line, number in _numbers(item.value)
        if (finding := _judge(item, line, number, values, before)) is not None
    )


def _held(evidence: tuple[Evidence, ...]) -> list[_Held]:
    quantities = ((item, item.value) for item in evidence if isinstance(item.value, Quantity))
    return [(item, value.value, _names(item, value)) for item, value in quantities if value.value is not None]


def _names(item: Evidence, value: Quantity) -> tuple[str, ...]:
    """Return what a sentence may call a quantity, in lower case; only metrics are known by name."""
    found = parts(item.id)
    if found.kind != "metric":
        return ()
    key = found.name.casefold()
    title = (value.title.casefold(),) if value.title else ()
    return tuple(dict.fromkeys((key, key.replace("_", " "), *title, *NAMES.get(key, ()))))


def _numbers(narrative: Narrative) -> Iterator[tuple[int, _Typed]]:
    """Yield each number that reads like a measure, with its line in the file."""
    heading = False
    for token in narrative_parser().parse(narrative.text):
        heading = token.type == "heading_open" or (heading and token.type != "heading_close")
        if token.type != "inline" or heading:
            continue
        line = narrative.first_line + (token.map[0] if token.map else 0)
        # Roles and code are set aside, so that what they fetch or quote is not taken for typed.
        kinds = {"text": None, "softbreak": "\n", "hardbreak": "\n"}
        text = "".join(kinds.get(item.type, "\0") or item.content for item in token.children or () if item.nesting == 0)
        for sentence in _SENTENCE.finditer(text):
            for found in _NUMBER.finditer(sentence[0]):
                number = _measure(found, sentence[0])
                if number is not None:
                    yield line + text.count("\n", 0, sentence.start() + found.start()), number


def _measure(found: re.Match[str], sentence: str) -> _Typed | None:
    number, percent = found[1], found[2]
    before = sentence[: found.start()]
    if ("." not in number and not percent) or _NO_MEASURE.search(before) or _LEVEL.match(sentence[found.end() :]):
        return None
    shift = 2 if percent else 0
    value = float(number) / 10**shift
    significant = len(number.replace(".", "").lstrip("0"))
    return _Typed(
        text=found[0], value=value, decimals=digits(number) + shift, significant=significant, before=before.casefold()
    )


def _judge(narrative: Evidence, line: int, number: _Typed, values: list[_Held], before: list[_Held]) -> Finding | None:
    place = f"{narrative.provenance.uri}:{line}"
    named = _named(number, values)
    equal = [item for item in named or values if _equals(item[1], number)]
    if equal and (named or number.significant >= ENOUGH):
        item = min(equal, key=_rank)[0]
        return Finding(
            code="number_typed_by_hand",
            message=f"{place}: {number.text} is typed by hand and equals {item.id}: fetch it with {_role(item)}",
            evidence=(narrative.id, item.id),
        )
    if not named or number.value in _CHANCE or number.value > 1 >= max(value for _, value, _ in named):
        return None
    if any(_equals(value, number) for _, value, _ in _named(number, before)):
        return None
    item = min(named, key=_rank)[0]
    return Finding(
        code="number_contradicts_evidence",
        message=f"{place}: {number.text} is typed by hand and is not what {item.id} holds: fetch it with {_role(item)}",
        evidence=(narrative.id, item.id),
        severity="serious",
    )


def _named(number: _Typed, values: list[_Held]) -> list[_Held]:
    """Return the quantities whose name stands nearest before the number, within reach and no other number between."""
    near = re.split(r"\d\.\d|%|\0", number.before[-REACH:])[-1]
    places = [(max(_last(near, name) for name in names), item) for item in values if (names := item[2])]
    best = max((place for place, _ in places), default=-1)
    return [item for place, item in places if place == best] if best >= 0 else []


def _last(text: str, name: str) -> int:
    """Return where `name` last ends in a text as a word of its own; -1 when it does not stand there."""
    ends = [found.end() for found in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
    return ends[-1] if ends else -1


def _equals(value: float, number: _Typed) -> bool:
    return abs(round(value, number.decimals) - number.value) < 10.0 ** -(number.decimals + 2)


def _rank(item: _Held) -> tuple[int, str]:
    split = parts(item[0].id).split
    return HELD_OUT_FIRST.index(split) if split in HELD_OUT_FIRST else len(HELD_OUT_FIRST), str(item[0].id)


def _role(item: Evidence) -> str:
    kind, _, rest = item.id.partition(":")
    return f"{{docgen:metric}}`{rest}`" if kind == "metric" else f"{{docgen:value}}`{item.id}`"
