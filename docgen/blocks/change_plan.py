"""A change plan and a determination: each table, text and set of facts of them as it stands, or its gap."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.blocks.values import cell
from docgen.model.document import (
    Block,
    Dossier,
    Facts,
    GapBox,
    Grid,
    Heading,
    Line,
    Link,
    Paragraph,
    Shown,
    Words,
)
from docgen.model.evidence import Evidence, Missing, Scalar, Table, Text

TITLES = {
    "plan:identity": "The plan and its authorization",
    "plan:device": "The device",
    "plan:gaps": "What the plan leaves open",
    "plan:links": "Links within the plan",
    "plan:traceability": "Modifications by components of the protocol",
    "plan:methods_used": "Methods by modifications",
    "plan:bounds": "Bounds of each modification",
    "plan:criteria": "Acceptance criteria",
    "plan:test_sets": "Test sets and groups",
    "plan:data_management": "Data management, step by step",
    "plan:retraining": "Re-training, step by step",
    "plan:performance_evaluation": "Performance evaluation, step by step",
    "plan:update_procedures": "Update procedures, step by step",
    "plan:answers": "Requirements that methods answer",
    "plan:risks": "Risks",
    "plan:interactions": "Interactions of modifications",
    "plan:conditions": "Conditions of the authorization",
    "plan:change_log": "Versions of the plan",
    "plan:history": "Version history in the labeling",
    "plan:quality_system": "Procedures of the quality system",
    "plan:references": "References",
    "determination:summary": "The determination",
    "determination:axes": "Answers that led to it",
    "determination:checks": "Checks",
    "determination:work": "What is missing or fails",
    "determination:criteria": "Criteria, by the interval",
    "determination:attribution": "Elements of the change and their modifications",
    "determination:changes/original": "Changes since the original version",
    "determination:changes/last": "Changes since the last implemented version",
    "determination:questions": "Questions of a device modification",
    "determination:labeling": "Version history with this version",
    "determination:implemented": "Implemented modifications",
}
"""Evidence id -> what its table is called."""

_KINDS = {"modification": "Modification", "method": "Method", "risk": "Risk"}
_SUPPLY = {
    "plan": "Name the folder of the plan in docgen.toml, [dossier] change_plan, and collect the version again.",
    "determination": "Decide the version with docgen decide, and collect it again.",
}


def record(dossier: Dossier, options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return a table or a text of the change plan or of the determination, or its gap; `evidence` names it."""
    name = options.get("evidence", "")
    item = dossier.snapshot.find(name)
    if item is None or isinstance(item.value, Missing):
        return (_gap(name, item),)
    if isinstance(item.value, Text):
        return (Paragraph(line=(Shown(value=item.value.text, evidence=item.id),)),)
    return (_table(item, item.value),) if isinstance(item.value, Table) else ()


def _gap(name: str, item: Evidence | None) -> GapBox:
    if item is not None and isinstance(item.value, Missing):
        return GapBox(wanted=item.value.wanted, why="the plan does not state it", supply=item.value.supply)
    what = TITLES.get(name, "A text of the change plan")
    return GapBox(wanted=what, why="it is not recorded", supply=_SUPPLY.get(name.partition(":")[0], ""))


def _table(item: Evidence, table: Table) -> Block:
    title = TITLES.get(item.id, "Facts")
    if [column.key for column in table.columns] == ["item", "value"]:
        return _facts(item, table, title)
    if not table.rows:
        return Paragraph(line=(Words(text=f"{title}: none."),))
    numeric = tuple(place for place, one in enumerate(table.columns) if one.kind in {"number", "count"})
    return Grid(
        caption=title,
        columns=tuple(column.title for column in table.columns),
        rows=tuple(
            tuple(cell(value, column, item.id) for value, column in zip(row, table.columns, strict=True))
            for row in table.rows
        ),
        numeric=numeric,
    )


def _facts(item: Evidence, table: Table, caption: str = "") -> Facts:
    rows = tuple(((Shown(value=row[0], evidence=item.id),), _value(row[1], item)) for row in table.rows)
    return Facts(rows=rows, caption=caption)


def _value(value: Scalar, item: Evidence) -> Line:
    if isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef"):
        return (Shown(value=value, evidence=item.id, format="digest"),)
    column = item.value.columns[1] if isinstance(item.value, Table) else None
    return cell(value, column, item.id) if column else ()


def records(dossier: Dossier, options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return each modification, method or risk of the change plan under its own heading; `part` names which."""
    kind = options.get("part", "")
    prefix = f"plan:{kind}/"
    found = [item for item in dossier.snapshot.of_kind("plan") if item.id.startswith(prefix)]
    blocks: list[Block] = []
    for item in found:
        name = item.id.removeprefix(prefix)
        blocks.append(
            Heading(
                text=_KINDS.get(kind, "Part"), value=Shown(value=name, evidence=item.id), anchor=f"plan:{kind}/{name}"
            )
        )
        if isinstance(item.value, Table):
            blocks.append(_facts(item, item.value))
        blocks.append(
            Paragraph(line=(Words(text="In the list of evidence: "), Link(label=f"evidence:{item.id}", text=item.id)))
        )
    what = f"Each {_KINDS.get(kind, 'part').lower()} of the plan"
    return tuple(blocks) or (GapBox(wanted=what, why="the plan states none", supply=_SUPPLY["plan"]),)
