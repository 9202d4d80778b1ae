"""Where the model comes from and goes to, as a graph with a twin in words: data, code, run, model, evaluation, dossier.

What is wanted and not there stays in the graph, drawn broken: a link that nobody can follow is the news.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from docgen.assessment.select import parts
from docgen.blocks.dvc import locked_as
from docgen.blocks.values import TRAINING
from docgen.model.document import Absent, Block, Dossier, Graph, GraphEdge, GraphNode, Grid, Inline, Line, Shown, Words
from docgen.model.evidence import Commit, Dataset, Evidence, File, LoggedModelFacts, Missing, RunFacts, Table
from docgen.model.snapshot import Snapshot

MAX_DEPLOYMENTS = 4
"""Environments that the graph shows; the section on deployments holds all of them."""

PIPELINES = {"kubeflow": "Kubeflow pipeline", "sagemaker": "SageMaker pipeline", "azure_ml": "Azure ML pipeline"}


def lineage(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the lineage graph and its twin as a table."""
    nodes = tuple(_nodes(dossier.snapshot))
    known = {node.id: node for node in nodes}
    edges = tuple(
        GraphEdge(source=source, target=target, missing=gap or known[source].missing or known[target].missing)
        for source, target, gap in _edges(dossier.snapshot, nodes)
        if source in known and target in known
    )
    missing = sum(node.missing for node in nodes)
    broken = sum(edge.missing for edge in edges)
    alt = (
        f"Graph of {len(nodes)} things from data and code to the dossier; {missing or 'none'} of them missing, "
        f"{broken or 'none'} of {len(edges)} links broken. The table below says the same."
    )
    graph = Graph(name="lineage", nodes=nodes, edges=edges, caption="Lineage", alt=alt)
    return graph, _twin(graph)


def _twin(graph: Graph) -> Grid:
    titles = {node.id: node.title for node in graph.nodes}
    rows: list[tuple[Line, ...]] = []
    for node in graph.nodes:
        identity: Line = (node.detail,) if node.detail else ()
        if node.missing:
            identity = (*identity, Absent(wanted=node.title, reason="missing"))
        into: list[Inline] = []
        for edge in graph.edges:
            if edge.source == node.id:
                into += [Words(text=", ")] if into else []
                into.append(Words(text=titles[edge.target]))
                into += [Words(text=" "), Absent(wanted="link", reason="(link missing)")] if edge.missing else []
        rows.append(((Words(text=node.title),), identity, (Words(text=node.remark),), tuple(into)))
    return Grid(caption="Lineage as a table", columns=("Thing", "Identity", "Remark", "Goes into"), rows=tuple(rows))


def _nodes(snapshot: Snapshot) -> Iterator[GraphNode]:
    yield from _data(snapshot)
    yield _code(snapshot)
    yield from _surroundings(snapshot)
    yield from _runs(snapshot)
    yield from _model(snapshot)
    yield from _after(snapshot)


def _data(snapshot: Snapshot) -> Iterator[GraphNode]:
    items = snapshot.of_kind("dvc")
    if items:
        joins = [
            found
            for role in ("train", "test")
            if (data := _dataset(snapshot, role)) and (found := locked_as(snapshot, data))
        ]
        shown = joins[0].item if joins else next((item for item in items if not item.missing), None)
        yield GraphNode(
            id="dvc",
            kind="data",
            title="DVC",
            detail=Shown(value=shown.id.partition(":")[2], evidence=shown.id) if shown else None,
            missing=shown is None,
            remark="" if joins else "no data set is joined",
        )
    for role, title in (("train", "Training data"), ("test", "Evaluation data")):
        item = _dataset(snapshot, role)
        value = item.value if item else None
        if item is None or not isinstance(value, Dataset):
            yield GraphNode(id=role, kind="data", title=title, missing=True)
        elif value.sha256:
            detail = Shown(value=value.sha256, evidence=item.id, format="digest")
            yield GraphNode(id=role, kind="data", title=title, detail=detail, remark="SHA-256 of the content")
        else:
            detail = Shown(value=value.name, evidence=item.id)
            yield GraphNode(id=role, kind="data", title=title, detail=detail, remark="a name only, no digest")


def _dataset(snapshot: Snapshot, role: str) -> Evidence | None:
    """Return the training or evaluation data; those with a digest first."""
    found = [
        item
        for item in snapshot.of_kind("dataset")
        if isinstance(item.value, Dataset) and (item.value.context.lower() in TRAINING) is (role == "train")
    ]
    proved = (item for item in found if isinstance(item.value, Dataset) and item.value.sha256)
    return next(proved, found[0] if found else None)


def _code(snapshot: Snapshot) -> GraphNode:
    head = snapshot.find("commit:head")
    if head is None or not isinstance(head.value, Commit):
        return GraphNode(id="code", kind="code", title="Code", missing=True)
    commit = head.value
    remark = {True: "with uncommitted changes", False: "clean work tree", None: "uncommitted changes unknown"}
    return GraphNode(
        id="code",
        kind="code",
        title="Code",
        detail=Shown(value=commit.sha, evidence=head.id, format="digest"),
        remark=remark[commit.dirty] if commit.verified else "claimed, not found in git",
    )


def _surroundings(snapshot: Snapshot) -> Iterator[GraphNode]:
    packages = [item for item in snapshot.of_kind("environment") if not item.missing]
    named = next(
        (item for item in packages if parts(item.id).name == "requirements.txt"), packages[0] if packages else None
    )
    detail = Shown(value=parts(named.id).name, evidence=named.id) if named else None
    yield GraphNode(id="environment", kind="code", title="Environment", detail=detail, missing=detail is None)
    image = snapshot.find("runtime:image")
    if image is not None and isinstance(image.value, Table):
        digest = image.value.attribute("sha256")
        yield GraphNode(
            id="image",
            kind="code",
            title="Training image",
            detail=Shown(value=digest, evidence=image.id, format="digest") if digest else None,
            missing=digest is None,
            remark="" if digest else "named by a tag, no digest",
        )
    for item in snapshot.of_kind("pipeline"):
        if isinstance(item.value, Table) and item.value.rows:
            system = item.id.partition(":")[2]
            shown = Shown(value=item.value.rows[0][1], evidence=item.id)
            yield GraphNode(id=item.id, kind="run", title=PIPELINES.get(system, "Pipeline"), detail=shown)


def _runs(snapshot: Snapshot) -> Iterator[GraphNode]:
    roles: dict[str, list[Evidence]] = {"source": [], "parent": [], "child": []}
    for item in snapshot.of_kind("run"):
        if isinstance(item.value, RunFacts):
            roles[item.value.role].append(item)
        elif isinstance(item.value, Missing):
            remark = "named, gone from the store"
            yield GraphNode(id="parent", kind="run", title="Parent run", missing=True, remark=remark)
    for item in roles["parent"][:1]:
        yield GraphNode(id="parent", kind="run", title="Parent run", detail=_run_id(item))
    run = _run_id(roles["source"][0]) if roles["source"] else None
    yield GraphNode(id="run", kind="run", title="Run", detail=run, missing=run is None)
    if roles["child"]:
        count = Shown(value=len(roles["child"]), evidence="snapshot:children", format="count")
        yield GraphNode(id="children", kind="run", title="Child runs", detail=count)


def _run_id(item: Evidence) -> Shown:
    return Shown(value=item.id.partition(":")[2], evidence=item.id, format="digest")


def _model(snapshot: Snapshot) -> Iterator[GraphNode]:
    if snapshot.previous is not None:
        before = Shown(value=snapshot.previous.subject.version, evidence="snapshot:previous")
        yield GraphNode(id="previous", kind="model", title="Previous version", detail=before)
    logged = any(isinstance(item.value, LoggedModelFacts) for item in snapshot.of_kind("logged_model"))
    field = "version" if snapshot.subject.version else "name"
    name = Shown(value=snapshot.subject.version or snapshot.subject.name, evidence=f"snapshot:{field}")
    there = logged or snapshot.subject.version is not None
    yield GraphNode(id="model", kind="model", title="Model version", detail=name if there else None, missing=not there)


def _after(snapshot: Snapshot) -> Iterator[GraphNode]:
    files = (item for item in snapshot.of_kind("artifact") if isinstance(item.value, File))
    file = next((item for item in files if parts(item.id).name.startswith("docgen/")), None)
    measured = any((parts(item.id).split or "train") not in TRAINING for item in snapshot.of_kind("metric"))
    detail = Shown(value="evidence files", evidence=file.id) if file else None
    yield GraphNode(id="evaluation", kind="evaluation", title="Evaluation", detail=detail, missing=not measured)
    yield from _deployments(snapshot)
    digest = Shown(value=snapshot.digest(), evidence="snapshot:digest", format="digest")
    yield GraphNode(id="dossier", kind="document", title="This dossier", detail=digest)


def _deployments(snapshot: Snapshot) -> Iterator[GraphNode]:
    """Yield one node for each environment; a version that nobody says is deployed has a missing one."""
    places: dict[str, Evidence] = {}
    for item in snapshot.of_kind("deployment"):
        if isinstance(item.value, Table):
            places.setdefault(str(item.value.attribute("environment")), item)
    shown = list(places.items())[:MAX_DEPLOYMENTS]
    for number, (place, item) in enumerate(shown, 1):
        remark = "more are listed below" if number == len(shown) < len(places) else ""
        detail = Shown(value=place, evidence=item.id)
        yield GraphNode(id=f"deployment-{number}", kind="deployment", title="Deployment", detail=detail, remark=remark)
    if not places:
        yield GraphNode(id="deployment", kind="deployment", title="Deployment", missing=True)


def _edges(snapshot: Snapshot, nodes: tuple[GraphNode, ...]) -> Iterator[tuple[str, str, bool]]:
    """Yield source, target, and whether the link itself is missing between two things that are there."""
    for role in ("train", "test"):
        data = _dataset(snapshot, role)
        yield "dvc", role, data is None or locked_as(snapshot, data) is None
    for source in ("train", "code", "environment", "image", "parent"):
        yield source, "run", False
    for node in nodes:
        if node.id.startswith("pipeline:"):
            yield node.id, "run", False
    yield from (("run", "children", False), ("run", "model", False), ("previous", "model", False))
    yield from (("model", "evaluation", False), ("test", "evaluation", False), ("evaluation", "dossier", False))
    for node in nodes:
        if node.kind == "deployment":
            yield "model", node.id, False
            yield node.id, "dossier", False
