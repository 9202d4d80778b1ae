"""The parts of `docs/regimes.md` and `docs/policy.md` that the code says of itself: records of files, checks, blocks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, get_type_hints

from docgen.blocks import BLOCKS
from docgen.model import candidate, evidence, plan, policy, regime
from docgen.model.assessment import Verdict
from docgen.model.checks import Select
from docgen.regimes import CHECKS, SHORT
from docgen.sphinx_ext.warnings_ import Warn
from support.docstrings import field_docs, purpose
from support.formats_page import said
from support.markdown import table
from support.schemas import parts_of

_IN_YAML = {
    "applies_when": "mapping from fact to values",
    "when": "mapping from fact to values",
    "check": "a [check](#checks)",
    "select": "[Select](#select)",
    "checks": "list of checks",
}
"""Fields that YAML writes in another way than the record holds."""

_NOT_IN_FILE = {"digest", "requirements"}


def regime_file() -> str:
    """Every key of `regime.yaml`, and of the records in it."""
    parts = (regime.DocumentSpec, regime.NarrativeSlot, regime.Wording, regime.FactSpec, regime.Refusal)
    sections = getattr(regime, "Section", None)
    return _records(regime.Regime, (*parts, *([sections] if sections else [])))


def requirement_row() -> str:
    """Every key of a row of `requirements.yaml`."""
    return fields_of(regime.Requirement, _IN_YAML)


def policy_file() -> str:
    """Every key of a policy."""
    parts = (
        policy.PolicyBound,
        policy.Waiver,
        policy.Exclusion,
        policy.ProgramEntry,
        policy.Tier,
        policy.TierMatrix,
        policy.MatrixRow,
        policy.SeverityLevel,
        policy.FindingRules,
        policy.Bands,
        policy.Band,
        policy.Role,
    )
    yaml = {"facts": "mapping from fact to tag", "check": "a check", "requirement": "text or list of text"}
    return _records(policy.Policy, parts, yaml)


def plan_file() -> str:
    """Every key of a change plan."""
    return _records(plan.Plan, parts_of(plan.Plan), {})


def candidate_file() -> str:
    """Every key of a candidate's file."""
    return _records(candidate.Candidate, parts_of(candidate.Candidate), {})


def _records(first: type, parts: Iterable[type], yaml: Mapping[str, str] | None = None) -> str:
    written = _IN_YAML if yaml is None else yaml
    told = [f"**{part.__name__}**: {purpose(part)}\n\n{fields_of(part, written)}" for part in parts]
    return "\n\n".join([fields_of(first, written), *told])


def fields_of(record: type, yaml: Mapping[str, str]) -> str:
    """A table of a record's fields."""
    docs, hints = field_docs(record), get_type_hints(record)
    rows = []
    for item in fields(record):
        if item.name in _NOT_IN_FILE:
            continue
        assert item.name in docs, f"{record.__name__}.{item.name} has no docstring"
        special = yaml.get(item.name) if record is not policy.MatrixRow else None
        rows.append((f"`{item.name}`", special or said(hints[item.name]), _left_out(item), docs[item.name]))
    return table(("Key", "Value", "If left out", "Meaning"), rows)


def _left_out(item: Field[Any]) -> str:
    if item.name in {"applies_from", "applies_until"}:
        return "`null`"
    if item.default_factory is not MISSING:
        return "nothing stated"
    return "required" if item.default is MISSING else f"`{json.dumps(item.default)}`"


def every_check() -> str:
    """Each check with its keys."""
    parts = []
    for key, record in CHECKS.items():
        short = f" In short: `{key}: <{SHORT[key]}>`." if key in SHORT else ""
        keys = fields_of(record, _IN_YAML) if fields(record) and key not in {"all_of", "any_of"} else ""
        shape = "" if keys else f" Written `{key}: [...]`." if fields(record) else f" Written `{key}: {{}}`."
        parts.append(f"### {key}\n\n{_whole(record)}{short}{shape}" + (f"\n\n{keys}" if keys else ""))
    return "\n\n".join(parts)


def _whole(record: type) -> str:
    return " ".join((record.__doc__ or "").split())


def select() -> str:
    """The keys that say which evidence a check looks at."""
    return f"{_whole(Select)}\n\n{fields_of(Select, _IN_YAML)}"


def every_block() -> str:
    """Name, options and purpose of each block."""
    rows = [
        (f"`{name}`", ", ".join(f"`{option}`" for option in sorted(options)), _shows(purpose(make)))
        for name, (make, options) in sorted(BLOCKS.items())
    ]
    return table(("Block", "Options", "Shows"), rows)


def _shows(text: str) -> str:
    """What a block returns, as its reader sees it."""
    words = text.removeprefix("Return ")
    return words[:1].upper() + words[1:]


def evidence_ids() -> str:
    """The table of evidence ids, as the model has it."""
    return "\n".join(line for line in (evidence.__doc__ or "").splitlines() if line.startswith("|"))


def every_verdict() -> str:
    """The verdicts with their meaning."""
    docs = field_docs(Verdict)
    return table(("Verdict", "Open", "Meaning"), [
        (item.value.replace("_", " "), "yes" if item.is_open else "no", docs.get(item.name, "")) for item in Verdict
    ])  # fmt: skip


def every_warning() -> str:
    """What the Sphinx extension warns of."""
    docs = field_docs(Warn)
    return table(("Warning", "When"), [(f"`docgen.{item.value}`", docs[item.name]) for item in Warn])
