"""Where the model comes from and what changed: data, code, run, model, evaluation, dossier."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.assessment.select import parts
from docgen.blocks.values import TRAINING, cell, full, gap_wanting, previous, text
from docgen.model.document import (
    Absent,
    Block,
    Dossier,
    Facts,
    Graph,
    GraphEdge,
    GraphNode,
    Grid,
    Heading,
    Line,
    Paragraph,
    Shown,
    Words,
)
from docgen.model.evidence import (
    Commit,
    Dataset,
    Evidence,
    File,
    LoggedModelFacts,
    Missing,
    Quantity,
    RunFacts,
    Scalar,
    Table,
    Text,
)
from docgen.model.snapshot import PREVIOUS


def lineage(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the lineage graph and its twin as a table."""
    nodes, edges = _nodes(dossier), _edges(dossier)
    known = {node.id for node in nodes}
    missing = sum(node.missing for node in nodes)
    alt = (
        f"Graph of {len(nodes)} things from data and code to the dossier; {missing or 'none'} missing. "
        "The table below says the same."
    )
    graph = Graph(
        name="lineage",
        nodes=nodes,
        edges=tuple(edge for edge in edges if {edge.source, edge.target} <= known),
        caption="Lineage",
        alt=alt,
    )
    titles = {node.id: node.title for node in nodes}
    rows: tuple[tuple[Line, ...], ...] = tuple(
        (
            (Words(text=node.title),),
            (Absent(wanted=node.title, reason="not recorded"),)
            if node.missing
            else (node.detail,)
            if node.detail
            else (),
            (Words(text=", ".join(titles[edge.target] for edge in graph.edges if edge.source == node.id)),),
        )
        for node in nodes
    )
    return graph, Grid(caption="Lineage as a table", columns=("Thing", "Identity", "Goes into"), rows=rows)


def _nodes(dossier: Dossier) -> tuple[GraphNode, ...]:
    snapshot = dossier.snapshot
    nodes: list[GraphNode] = []
    for role, title in (("train", "Training data"), ("test", "Evaluation data")):
        found = [
            item
            for item in snapshot.of_kind("dataset")
            if isinstance(item.value, Dataset) and (item.value.context.lower() in TRAINING) is (role == "train")
        ]
        item = next(
            (entry for entry in found if isinstance(entry.value, Dataset) and entry.value.sha256),
            found[0] if found else None,
        )
        detail = _dataset(item) if item else None
        nodes.append(GraphNode(id=role, kind="data", title=title, detail=detail, missing=detail is None))
    head = snapshot.find("commit:head")
    commit = (
        Shown(value=head.value.sha, evidence=head.id, format="digest")
        if head and isinstance(head.value, Commit)
        else None
    )
    nodes.append(GraphNode(id="code", kind="code", title="Code", detail=commit, missing=commit is None))
    environment = snapshot.of_kind("environment")
    packages = Shown(value=parts(environment[0].id).name, evidence=environment[0].id) if environment else None
    nodes.append(
        GraphNode(id="environment", kind="code", title="Environment", detail=packages, missing=packages is None)
    )
    run = next(
        (item for item in snapshot.of_kind("run") if isinstance(item.value, RunFacts) and item.value.role == "source"),
        None,
    )
    shown = (
        Shown(value=run.value.run_id, evidence=run.id, format="digest")
        if run and isinstance(run.value, RunFacts)
        else None
    )
    nodes.append(GraphNode(id="run", kind="run", title="Run", detail=shown, missing=shown is None))
    parent = next(
        (item for item in snapshot.of_kind("run") if isinstance(item.value, RunFacts) and item.value.role == "parent"),
        None,
    )
    if parent is not None and isinstance(parent.value, RunFacts):
        nodes.append(
            GraphNode(
                id="parent",
                kind="run",
                title="Parent run",
                detail=Shown(value=parent.value.run_id, evidence=parent.id, format="digest"),
            )
        )
    model = next((item for item in snapshot.of_kind("logged_model") if isinstance(item.value, LoggedModelFacts)), None)
    name = Shown(
        value=snapshot.subject.version or snapshot.subject.name,
        evidence="snapshot:version" if snapshot.subject.version else "snapshot:name",
    )
    nodes.append(
        GraphNode(
            id="model",
            kind="model",
            title="Model version",
            detail=name if model or snapshot.subject.version else None,
            missing=not (model or snapshot.subject.version),
        )
    )
    evaluation = next(
        (
            item
            for item in snapshot.of_kind("artifact")
            if parts(item.id).name.startswith("docgen/") and isinstance(item.value, File)
        ),
        None,
    )
    measured = any((parts(item.id).split or "train") not in TRAINING for item in snapshot.of_kind("metric"))
    detail = Shown(value="evidence files", evidence=evaluation.id) if evaluation else None
    nodes.append(GraphNode(id="evaluation", kind="evaluation", title="Evaluation", detail=detail, missing=not measured))
    nodes.append(
        GraphNode(
            id="dossier",
            kind="document",
            title="This dossier",
            detail=Shown(value=snapshot.digest(), evidence="snapshot:digest", format="digest"),
        )
    )
    return tuple(nodes)


def _dataset(item: Evidence) -> Shown | None:
    value = item.value
    if not isinstance(value, Dataset):
        return None
    return (
        Shown(value=value.sha256, evidence=item.id, format="digest")
        if value.sha256
        else Shown(value=value.name, evidence=item.id)
    )


def _edges(_dossier: Dossier) -> tuple[GraphEdge, ...]:
    pairs = (
        ("train", "run"), ("code", "run"), ("environment", "run"), ("parent", "run"), ("run", "model"),
        ("model", "evaluation"), ("test", "evaluation"), ("evaluation", "dossier"), ("model", "dossier"),
    )  # fmt: skip
    return tuple(GraphEdge(source=source, target=target) for source, target in pairs)


def change(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return what differs from the previous version: measures, parameters, data, code."""
    before = dossier.snapshot.previous
    if before is None:
        return (Paragraph(line=(Words(text="There is no previous version to compare with."),)),)
    blocks: list[Block] = [
        Paragraph(
            line=(
                Words(text="Compared with version "),
                Shown(value=before.subject.version, evidence="snapshot:previous"),
                Words(text="."),
            )
        )
    ]
    blocks += [block for block in (_metrics(dossier), _params(dossier), _data(dossier)) if block]
    return tuple(blocks)


def _metrics(dossier: Dossier) -> Grid | None:
    rows: list[tuple[Line, ...]] = []
    for item in dossier.snapshot.of_kind("metric"):
        old = previous(dossier, item.id)
        if isinstance(item.value, Quantity) and item.value.interval and old and isinstance(old.value, Quantity):
            label = (
                Shown(value=f"{item.value.title or parts(item.id).name} on {parts(item.id).split}", evidence=item.id),
            )
            rows.append((label, full(old.value, PREVIOUS + item.id), full(item.value, item.id)))
    note: Line = (
        Words(
            text="Overlapping intervals do not show that two versions are equal; "
            "a paired comparison on the same rows would."
        ),
    )
    return (
        Grid(
            caption="Measures before and now",
            columns=("Measure", "Previous version", "This version"),
            rows=tuple(rows),
            numeric=(1, 2),
            notes=(note,),
        )
        if rows
        else None
    )


def _params(dossier: Dossier) -> Block | None:
    before = (
        {item.id: item for item in dossier.snapshot.previous.evidence if item.kind == "param"}
        if dossier.snapshot.previous
        else {}
    )
    now = {item.id: item for item in dossier.snapshot.of_kind("param")}
    rows: list[tuple[Line, ...]] = []
    for name in sorted({*before, *now}):
        old, new = before.get(name), now.get(name)
        if _text(old) != _text(new):
            shown = new or old
            key = (Shown(value=name.partition(":")[2], evidence=name if new else PREVIOUS + name, format="code"),)
            gone, added = (Absent(wanted="value", reason="not set"),), (Absent(wanted="value", reason="not set"),)
            left: Line = (Shown(value=_text(old), evidence=PREVIOUS + name, format="code"),) if old else added
            right: Line = (Shown(value=_text(new), evidence=name, format="code"),) if new else gone
            if shown:
                rows.append((key, left, right))
    return (
        Grid(
            caption="Parameters that differ",
            columns=("Parameter", "Previous version", "This version"),
            rows=tuple(rows),
        )
        if rows
        else None
    )


def _text(item: Evidence | None) -> str | None:
    return item.value.text if item and isinstance(item.value, Text) else None


def _data(dossier: Dossier) -> Block | None:
    rows: list[tuple[Line, ...]] = []
    for item in dossier.snapshot.of_kind("dataset"):
        old = previous(dossier, item.id)
        if isinstance(item.value, Dataset) and old and isinstance(old.value, Dataset):
            both = item.value.sha256 and old.value.sha256
            same = (
                "unknown: no full digest of both"
                if not both
                else "same content"
                if item.value.sha256 == old.value.sha256
                else "changed"
            )
            rows.append(
                (
                    (Shown(value=item.id.partition(":")[2], evidence=item.id),),
                    _proof(old.value, PREVIOUS + item.id),
                    _proof(item.value, item.id),
                    (Words(text=same),),
                )
            )
    return (
        Grid(
            caption="Data before and now",
            columns=("Data set", "Previous SHA-256", "SHA-256 now", "Result"),
            rows=tuple(rows),
        )
        if rows
        else None
    )


def _proof(value: Dataset, name: str) -> Line:
    return (
        (Shown(value=value.sha256, evidence=name, format="digest"),)
        if value.sha256
        else (Absent(wanted="SHA-256", reason="not logged"),)
    )


def commit(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the commit of the training code, and how much changed since the previous version's."""
    head = dossier.snapshot.find("commit:head")
    if head is None or not isinstance(head.value, Commit):
        return (gap_wanting(dossier, "the commit of the training code", "commit"),)
    value, name = head.value, head.id
    dirty: Line = (
        (Absent(wanted="dirty flag", reason="not recorded"),)
        if value.dirty is None
        else (Shown(value="uncommitted changes" if value.dirty else "clean", evidence=name),)
    )
    rows: list[tuple[str, Line]] = [
        ("Commit", text(value.sha, name, "code")),
        (
            "Checked",
            (
                Words(
                    text="found in the repository"
                    if value.verified
                    else "a claim of the run's tags: not found in a repository"
                ),
            ),
        ),
        ("Work tree at training", dirty),
        ("Branch", text(value.branch, name)),
        ("Remote", text(value.remote, name, "code")),
        ("Author", text(value.author, name)),
        ("Authored", text(value.authored, name, "time")),
    ]
    blocks: list[Block] = [Facts(rows=tuple(rows), caption="Commit of the training code")]
    diff = dossier.snapshot.find("commit:diff")
    if diff is not None and isinstance(diff.value, Table):
        blocks += [
            Heading(text="Files changed since the previous version"),
            _grid(diff, diff.value, "Files changed", (1, 2)),
        ]
    elif diff is not None and isinstance(diff.value, Missing):
        blocks.append(
            Paragraph(
                line=(
                    Words(text="What changed since the previous version is unknown: "),
                    Words(text=diff.value.detail),
                    Words(text="."),
                )
            )
        )
    return tuple(blocks)


def _grid(item: Evidence, table: Table, caption: str, numeric: tuple[int, ...] = ()) -> Grid:
    rows = tuple(
        tuple(cell(value, column, item.id) for value, column in zip(row, table.columns, strict=True))
        for row in table.rows
    )
    notes = tuple(
        (Words(text=f"{label}: "), Shown(value=value, evidence=item.id, format="count"), Words(text="."))
        for key, label in (("files", "Files changed"), ("added", "Lines added"), ("removed", "Lines removed"))
        if (value := table.attribute(key)) is not None
    )
    return Grid(
        caption=caption,
        columns=tuple(column.title for column in table.columns),
        rows=rows,
        numeric=numeric,
        notes=notes,
    )


def signature(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return inputs and outputs of the model."""
    found = dossier.snapshot.find("signature:model")
    if found is None or not isinstance(found.value, Table):
        return (gap_wanting(dossier, "inputs and outputs of the model", "signature"),)
    return (_grid(found, found.value, "Inputs and outputs"),)


def environment(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the files that describe the software environment, line by line."""
    rows: list[tuple[Line, ...]] = []
    for item in dossier.snapshot.of_kind("environment"):
        if isinstance(item.value, Text):
            lines = [line for line in item.value.text.splitlines() if line.strip()]
            rows += [
                (
                    (Shown(value=parts(item.id).name, evidence=item.id, format="code"),),
                    (Shown(value=line, evidence=item.id, format="code"),),
                )
                for line in lines[:200]
            ]
    if not rows:
        return (gap_wanting(dossier, "the software environment", "environment"),)
    return (Grid(caption="Software environment as logged with the model", columns=("File", "Line"), rows=tuple(rows)),)


def artifacts(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return every logged file with size and SHA-256."""
    rows: list[tuple[Line, ...]] = []
    for item in dossier.snapshot.of_kind("artifact"):
        value = item.value
        if isinstance(value, Missing):
            rows.append(
                (
                    (Shown(value=value.wanted, evidence=item.id),),
                    (),
                    (Absent(wanted="files", reason="cannot be reached"),),
                )
            )
        elif isinstance(value, File):
            size: Scalar = value.size
            proof: Line = (
                (Shown(value=value.sha256, evidence=item.id, format="digest"),)
                if value.sha256
                else (Absent(wanted="SHA-256", reason=value.not_hashed or "not read"),)
            )
            rows.append(
                (
                    (Shown(value=value.path, evidence=item.id, format="code"),),
                    (Shown(value=size, evidence=item.id, format="bytes"),) if size is not None else (),
                    proof,
                )
            )
    if not rows:
        return (gap_wanting(dossier, "the files of model and run", "artifact"),)
    return (
        Grid(caption="Files of model and run", columns=("File", "Size", "SHA-256"), rows=tuple(rows), numeric=(1,)),
    )
