"""What the model is: version, runs, parameters, tags, history, and what people wrote."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.assessment.pins import PinChange, changes, pinned
from docgen.blocks.values import asking, full, gap_wanting, missing_box, text
from docgen.errors import UsageError
from docgen.model.document import (
    Absent,
    Block,
    Curve,
    Dossier,
    Facts,
    Figure,
    GapBox,
    Grid,
    Line,
    Link,
    Paragraph,
    Plot,
    Prose,
    Shown,
    Words,
)
from docgen.model.evidence import (
    Evidence,
    LoggedModelFacts,
    Narrative,
    Pin,
    Quantity,
    RunFacts,
    Series,
    Text,
    VersionFacts,
)


def model_details(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the registered version and the logged model."""
    snapshot = dossier.snapshot
    rows: list[tuple[str, Line]] = []
    for item in snapshot.of_kind("version"):
        if isinstance(item.value, VersionFacts):
            value = item.value
            rows += [
                ("Name", text(value.name, item.id)),
                ("Version", text(value.version, item.id)),
                ("Registered", text(value.created, item.id, "time")),
                ("Last changed", text(value.updated, item.id, "time")),
                ("Registered by", (Absent(wanted="registrant", reason="MLflow does not record it"),)),
                ("State", text(value.status, item.id)),
                ("Source", text(value.source, item.id, "code")),
            ]
            if value.stage:
                rows.append(("Stage (deprecated in MLflow)", text(value.stage, item.id)))
    for wanted, label in (
        ("version_tag:owner", "Owner"),
        ("model_tag:owner", "Owner"),
        ("description:version", "Description"),
        ("description:model", "Description of the model"),
    ):
        found = snapshot.find(wanted)
        if found is not None and isinstance(found.value, Text):
            rows.append((label, text(found.value.text, found.id)))
    for item in snapshot.of_kind("logged_model"):
        if isinstance(item.value, LoggedModelFacts):
            model = item.value
            rows += [
                ("Model id", text(model.model_id, item.id, "code")),
                ("Flavours", text(", ".join(model.flavors), item.id)),
                ("MLflow at logging", text(model.mlflow_version, item.id)),
            ]
    if not rows:
        return (gap_wanting(dossier, "a registered model version", "version"),)
    return (Facts(rows=tuple(rows), caption="The model version"),)


def aliases(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the aliases at the time of capture."""
    for item in dossier.snapshot.of_kind("version"):
        if isinstance(item.value, VersionFacts) and item.value.aliases:
            names = text(", ".join(item.value.aliases), item.id)
            note = Words(text=". MLflow keeps neither who set an alias nor when.")
            return (Paragraph(line=(Words(text="Aliases at the time of capture: "), *names, note)),)
    return (Paragraph(line=(Words(text="No alias points at this version at the time of capture."),)),)


def runs(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the run behind the model, its parent and its children."""
    order = {"source": 0, "parent": 1, "child": 2}
    found = [(item, item.value) for item in dossier.snapshot.of_kind("run") if isinstance(item.value, RunFacts)]
    rows = tuple(
        (
            (Words(text={"source": "trained the model", "parent": "parent", "child": "child"}[run.role]),),
            text(run.run_id, item.id, "digest"),
            text(run.name, item.id),
            text(run.experiment, item.id),
            text(run.status.lower() + (", deleted" if run.lifecycle == "deleted" else ""), item.id),
            text(run.started, item.id, "time"),
            text(run.ended, item.id, "time"),
            text(run.user_claim, item.id),
        )
        for item, run in sorted(found, key=lambda pair: (order[pair[1].role], pair[1].run_id))
    )
    if not rows:
        return (gap_wanting(dossier, "the run behind the model", "run"),)
    columns = ("Role", "Run", "Name", "Experiment", "State", "Started", "Ended", "User (as claimed)")
    return (Grid(caption="Runs", columns=columns, rows=rows),)


def params(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the parameters as logged."""
    return _texts(dossier, ("param",), "Parameters of the run")


def tags(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the tags as logged: claims of whoever set them."""
    return _texts(dossier, ("version_tag", "model_tag", "run_tag"), "Tags, as claimed by whoever set them")


_WHERE = {"param": "run", "version_tag": "version", "model_tag": "model", "run_tag": "run"}


def _texts(dossier: Dossier, kinds: tuple[str, ...], caption: str) -> tuple[Block, ...]:
    rows: list[tuple[Line, ...]] = []
    for kind in kinds:
        for item in dossier.snapshot.of_kind(kind):
            if isinstance(item.value, Text):
                value: Line = (Shown(value=item.value.text, evidence=item.id, format="code"),)
                if item.value.possibly_truncated:
                    value = (*value, Absent(wanted="the rest", reason="perhaps cut by MLflow"))
                key = (Shown(value=item.id.partition(":")[2], evidence=item.id, format="code"),)
                rows.append(((Words(text=_WHERE[kind]),), key, value))
    if not rows:
        return (gap_wanting(dossier, caption.partition(",")[0].lower(), kinds[0]),)
    return (Grid(caption=caption, columns=("Set on", "Key", "Value"), rows=tuple(rows)),)


def history(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return metrics over training steps as plots."""
    blocks: list[Block] = []
    for number, item in enumerate(dossier.snapshot.of_kind("history"), 1):
        if not isinstance(item.value, Series):
            continue
        points = [point for point in item.value.points if point.value is not None]
        if len(points) < 2:
            continue
        x = tuple(float(point.step) for point in points)
        y = tuple(float(point.value) for point in points if point.value is not None)
        name = item.id.partition(":")[2]
        alt = f"A line of {len(points)} logged values over steps; the values stand in the snapshot."
        plot = Plot(kind="lines", x_title="Step", y_title=name, curves=(Curve(name=name, x=x, y=y),))
        blocks.append(
            Figure(
                name=f"history-{number}",
                plot=plot,
                caption="A metric over training steps",
                alt=alt,
                evidence=(item.id,),
            )
        )
    return tuple(blocks) or (Paragraph(line=(Words(text="No metric was logged over steps."),)),)


def _stale(dossier: Dossier, narrative: Evidence, changed: tuple[PinChange, ...]) -> tuple[Block, ...]:
    """Return what has changed since a text was written, above the text; nothing when nothing has."""
    if not changed:
        return ()
    role = narrative.value.author_role if isinstance(narrative.value, Narrative) else ""
    slot = narrative.id.partition(":")[2]
    box = GapBox(
        wanted="a review of the text below, which is stale",
        why="evidence that it was written against has changed since",
        owner=role,
        supply=f"Read narratives/{slot}.md again, correct it, then run docgen narratives pin {slot}.",
        requirements=asking(dossier, slot),
    )
    rows = tuple(
        (
            (Link(label=f"evidence:{item.pin.id}", text=item.pin.id),)
            if item.now is not None
            else text(item.pin.id, narrative.id, "code"),
            _then(item.pin, narrative.id),
            _now(item.now),
        )
        for item in changed
    )
    columns = ("Evidence", "When the text was written", "Now")
    return (box, Grid(caption="What changed since the text was written", columns=columns, rows=rows))


def _then(pin: Pin, narrative: str) -> Line:
    """Return the value that a narrative's front matter holds; of a table, its digest."""
    if pin.value is None:
        return (Words(text="SHA-256 "), Shown(value=pin.sha256, evidence=narrative, format="digest"))
    return (Shown(value=pin.value, evidence=narrative, format="text" if isinstance(pin.value, str) else "number"),)


def _now(item: Evidence | None) -> Line:
    if item is None or item.missing:
        return (Absent(wanted="value", reason="no longer there"),)
    if isinstance(item.value, Quantity):
        return full(item.value, item.id)
    value = pinned(item).value
    if isinstance(value, str):
        return text(value, item.id)
    return (Link(label=f"evidence:{item.id}", text="another, see the list of evidence"),)


def narrative(dossier: Dossier, options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return what a person wrote for a slot, or the gap.

    Raises:
        UsageError: no slot was named.
    """
    slot = options.get("slot")
    if not slot:
        raise UsageError("block 'narrative' needs the option slot")
    found = dossier.snapshot.find(f"narrative:{slot}")
    if found is not None and isinstance(found.value, Narrative):
        value = found.value
        prose = Prose(slot=slot, markdown=value.text, author_role=value.author_role, date=value.date)
        return (*_stale(dossier, found, changes(dossier.snapshot, value)), prose)
    title = next((item.title for regime in dossier.regimes for item in regime.narratives if item.slot == slot), slot)
    box = missing_box(found) if found is not None else None
    if box is None:
        return (GapBox(wanted=title, why="nobody has written it", supply=f"write narratives/{slot}.md"),)
    owner = next(
        (item.author_role for regime in dossier.regimes for item in regime.narratives if item.slot == slot), ""
    )
    return (GapBox(wanted=title, why="nobody has written it", owner=owner, supply=box.supply),)
