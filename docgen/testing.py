"""A sample snapshot for previews and contract tests of regimes, blocks and exporters.

It is made of typed records, not of MLflow answers: tests of sources read real stores instead.
"""

from __future__ import annotations

from dataclasses import replace

from docgen.model.canonical import sha256
from docgen.model.evidence import (
    Attribute,
    Commit,
    DataColumn,
    Dataset,
    Evidence,
    EvidenceId,
    File,
    Interval,
    LoggedModelFacts,
    Missing,
    Narrative,
    Point,
    Provenance,
    Quantity,
    RunFacts,
    Series,
    Table,
    Text,
    VersionFacts,
)
from docgen.model.layouts import (
    DIFF_COLUMNS,
    SIGNATURE_COLUMNS,
)
from docgen.model.regime import NarrativeSlot
from docgen.model.snapshot import Finding, Origin, Previous, Snapshot, Subject, ordered
from docgen.samples.comparison import comparison, replication
from docgen.samples.data import data
from docgen.samples.explanations import earlier_explanations, explanations
from docgen.samples.fairness import fairness
from docgen.samples.findings import recorded_findings
from docgen.samples.lineage import lineage
from docgen.samples.making import COMMIT, LEVEL, PARENT, PREVIOUS_RUN, RUN, item
from docgen.samples.monitoring import monitoring
from docgen.samples.performance import performance
from docgen.samples.sensitivity import sensitivity


def sample_snapshot() -> Snapshot:
    """Return a snapshot of a binary credit model with every kind of evidence, one gap and some findings."""
    return _snapshot(tuple(_evidence()))


def sample_with(slots: tuple[NarrativeSlot, ...]) -> Snapshot:
    """Return the sample with a text for each slot that it has none for."""
    own = {item.id: item for item in _evidence()}
    for slot in slots:
        item = own.get(EvidenceId(f"narrative:{slot.slot}"))
        if item is None or item.missing:
            text = f"Sample text in place of what the {slot.author_role} writes."
            own[EvidenceId(f"narrative:{slot.slot}")] = _narrative(slot.slot, text, slot.author_role)
    return _snapshot(tuple(own.values()))


def bare_with(slots: tuple[NarrativeSlot, ...]) -> Snapshot:
    """Return a snapshot in which nothing but the version's name is known, and no slot is written."""
    missing = tuple(_unwritten(slot.slot, slot.title) for slot in slots)
    return replace(_snapshot(missing), findings=(), previous=None)


def _snapshot(evidence: tuple[Evidence, ...]) -> Snapshot:
    return Snapshot(
        subject=Subject(
            uri="models:/credit-default/2",
            name="credit-default",
            version="2",
            run_id=RUN,
            asked="models:/credit-default@challenger",
        ),
        origin=Origin(kind="sqlite", uri="sqlite:///mlflow.db", server_version="1bd49d398cd23"),
        captured_at="2026-03-02T09:30:00Z",
        captured_with="0.1.0",
        evidence=ordered(evidence),
        findings=(
            Finding(
                code="dirty_unknown",
                message="MLflow does not record whether the work tree had uncommitted changes",
                evidence=(EvidenceId("commit:head"),),
            ),
            Finding(
                code="weak_dataset_digest",
                message="MLflow's dataset digest is a label: it covers at most 10,000 rows",
                evidence=(EvidenceId("dataset:train"), EvidenceId("dataset:test")),
                severity="info",
            ),
        ),
        previous=Previous(
            subject=Subject(
                uri="models:/credit-default/1",
                name="credit-default",
                version="1",
                run_id=PREVIOUS_RUN,
                asked="models:/credit-default/1",
            ),
            evidence=ordered(tuple(_previous())),
        ),
    )


def _evidence() -> list[Evidence]:
    return [
        item(
            "version:2",
            VersionFacts(
                name="credit-default",
                version="2",
                status="READY",
                stage="",
                created="2026-03-01T18:22:40Z",
                updated="2026-03-01T18:23:02Z",
                run_id=RUN,
                model_id="m-0123456789abcdef",
                source="models:/m-0123456789abcdef",
                aliases=("challenger",),
            ),
        ),
        item(f"run:{RUN}", _run(RUN, "gradient boosting", "source")),
        item(f"run:{PARENT}", _run(PARENT, "search over depth", "parent"), run=PARENT),
        item(
            "logged_model:m-0123456789abcdef",
            LoggedModelFacts(
                model_id="m-0123456789abcdef",
                name="model",
                run_id=RUN,
                status="READY",
                created="2026-03-01T18:22:00Z",
                size=184_320,
                flavors=("python_function", "sklearn"),
                mlflow_version="3.17.2",
                model_uuid="m-0123456789abcdef",
            ),
        ),
        *performance(),
        *comparison(),
        *replication(),
        *sensitivity(),
        item("metric:train_loss", Quantity(value=0.3121), key="train_loss", step=29),
        item("metric:log_loss", Quantity(value=None, special="nan"), key="log_loss", step=0),
        item(
            "history:train_loss",
            Series(
                points=tuple(
                    Point(step=step, time="2026-03-01T18:20:11Z", value=round(0.69 * 0.974**step, 6))
                    for step in range(30)
                )
            ),
            key="train_loss",
        ),
        item("param:learning_rate", Text(text="0.08"), key="learning_rate"),
        item("param:max_depth", Text(text="3"), key="max_depth"),
        item("run_tag:mlflow.source.git.commit", Text(text=COMMIT), key="mlflow.source.git.commit"),
        item("version_tag:validation_status", Text(text="pending"), key="validation_status"),
        item("version_tag:state_of_use", Text(text="in use"), key="state_of_use"),
        item("description:version", Text(text="Gradient boosting on the same features as version 1.")),
        item(
            "dataset:train",
            _dataset("applications-train", "train", 4200, "a1b2c3d4"),
            path="docgen/datasets/train.json",
        ),
        item("dataset:test", _dataset("applications-test", "test", 1800, "e5f6a7b8"), path="docgen/datasets/test.json"),
        *data(),
        *lineage(),
        *recorded_findings(),
        *fairness(),
        *explanations(),
        *monitoring(),
        item(
            "signature:model",
            Table(
                columns=SIGNATURE_COLUMNS,
                rows=(
                    ("input", "debt_ratio", "double", True),
                    ("input", "income", "double", True),
                    ("output", "", "long", True),
                ),
            ),
            path="model/MLmodel",
        ),
        item(
            "environment:requirements.txt",
            Text(text="mlflow==3.17.2\nscikit-learn==1.9.1\n"),
            path="model/requirements.txt",
        ),
        item(
            "artifact:docgen/test/performance.json",
            File(path="docgen/test/performance.json", size=2210, sha256=sha256(b"p")),
        ),
        item("artifact:model/model.skops", File(path="model/model.skops", size=184_320, sha256=sha256(b"m"))),
        item("artifact:shap_beeswarm.png", File(path="shap_beeswarm.png", size=48_112, sha256=sha256(b"b"))),
        Evidence(
            id=EvidenceId("commit:head"),
            value=Commit(
                sha=COMMIT,
                branch="main",
                remote="example.org/credit.git",
                dirty=None,
                author="",
                authored="2026-02-27T11:02:00Z",
            ),
            provenance=Provenance(system="git", uri=f"git:{COMMIT}"),
        ),
        Evidence(
            id=EvidenceId("commit:diff"),
            value=Table(
                columns=DIFF_COLUMNS,
                rows=(("train.py", 41, 12), ("features.py", 7, 0)),
                attributes=(Attribute(key="from", value="1111111"), Attribute(key="to", value=COMMIT[:7])),
            ),
            provenance=Provenance(system="git", uri=f"git:{COMMIT}"),
        ),
        _narrative(
            "intended_use",
            "Ranks credit applications by the probability of default for a **credit analyst**.",
            "model owner",
        ),
        _narrative(
            "factors",
            "Groups were chosen from the lender's fair-lending programme.\n\n- sex\n- age band\n",
            "fair lending officer",
        ),
        _narrative("ethical_considerations", "AUROC on test data is {docgen:metric}`roc_auc@test`.", "model owner"),
        _unwritten("caveats", "caveats and recommendations"),
    ]


def _narrative(slot: str, text: str, role: str) -> Evidence:
    return Evidence(
        id=EvidenceId(f"narrative:{slot}"),
        value=Narrative(slot=slot, text=text, author_role=role, date="2026-02-20"),
        provenance=Provenance(system="narrative", uri=f"narratives/{slot}.md", sha256=sha256(text.encode())),
    )


def _unwritten(slot: str, title: str) -> Evidence:
    uri = f"narratives/{slot}.md"
    missing = Missing(wanted=title, reason="not_written", detail=f"{uri} does not exist", supply=f"write {uri}")
    return Evidence(
        id=EvidenceId(f"narrative:{slot}"), value=missing, provenance=Provenance(system="narrative", uri=uri)
    )


def _run(run: str, name: str, role: str) -> RunFacts:
    return RunFacts(
        run_id=run,
        name=name,
        experiment_id="1",
        experiment="credit",
        status="FINISHED",
        lifecycle="active",
        started="2026-03-01T18:19:55Z",
        ended="2026-03-01T18:22:31Z",
        user_claim="ml-engineer",
        role="parent" if role == "parent" else "source",
    )


def _dataset(name: str, context: str, rows: int, label: str) -> Dataset:
    return Dataset(
        name=name,
        context=context,
        label_digest=label,
        sha256=sha256(name.encode()),
        rows=rows,
        columns=(
            DataColumn(name="debt_ratio", type="double", missing=0),
            DataColumn(name="income", type="double", missing=12),
        ),
        source_type="local",
        source="data/prepared/applications.csv",
        target="default",
        target_rate=0.22,
        target_n=rows,
        target_events=round(0.22 * rows),
        target_interval=Interval(low=0.2014, high=0.2397, level=LEVEL, method="wilson"),
        time_column="applied",
        time_first="2024-01",
        time_last="2025-12",
    )


def _previous() -> list[Evidence]:
    def metric(key: str, value: float, title: str) -> Evidence:
        return item(
            f"metric:{key}@test",
            Quantity(
                value=value,
                unit="fraction",
                n=1800,
                interval=Interval(
                    low=value - 0.023,
                    high=value + 0.022,
                    level=LEVEL,
                    method="bootstrap percentile, 1000 draws, seed 7",
                ),
                title=title,
            ),
            run=PREVIOUS_RUN,
            path="docgen/test/performance.json",
            key=key,
        )

    return [
        *earlier_explanations(),
        metric("roc_auc", 0.8122, "AUROC"),
        metric("accuracy", 0.8178, "Accuracy"),
        item("param:C", Text(text="1.0"), run=PREVIOUS_RUN, key="C"),
        item("dataset:train", _dataset("applications-train", "train", 4200, "a1b2c3d4"), run=PREVIOUS_RUN),
        Evidence(
            id=EvidenceId("commit:head"),
            value=Commit(sha="1111111111111111111111111111111111111111"),
            provenance=Provenance(system="mlflow", uri=f"runs:/{PREVIOUS_RUN}", key="mlflow.source.git.commit"),
        ),
    ]
