"""A sample snapshot for previews and contract tests of regimes, blocks and exporters.

It is made of typed records, not of MLflow answers: tests of sources read real stores instead.
"""

from __future__ import annotations

from dataclasses import replace

from docgen.model.canonical import sha256
from docgen.model.evidence import (
    Attribute,
    Column,
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
    Scalar,
    Series,
    Table,
    Text,
    Value,
    VersionFacts,
)
from docgen.model.layouts import (
    ATTRIBUTION_COLUMNS,
    CALIBRATION_COLUMNS,
    COMPARISON_COLUMNS,
    CONFUSION_COLUMNS,
    DIFF_COLUMNS,
    EVALUATION_COLUMNS,
    GROUP_COLUMNS,
    IMPACT_COLUMNS,
    LEVEL_COLUMNS,
    LIFT_COLUMNS,
    OVERLAP_COLUMNS,
    PERIOD_COLUMNS,
    PROFILE_COLUMNS,
    RESIDUAL_COLUMNS,
    RESIDUAL_QUANTILE_COLUMNS,
    ROC_COLUMNS,
    SCORE_GAP_COLUMNS,
    SHIFT_COLUMNS,
    SIGNATURE_COLUMNS,
)
from docgen.model.regime import NarrativeSlot
from docgen.model.snapshot import Finding, Origin, Previous, Snapshot, Subject, ordered

RUN = "5f0c8d1e2b3a49678c5d4e3f2a1b0c9d"
PARENT = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
PREVIOUS_RUN = "11112222333344445555666677778888"
COMMIT = "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432"

LEVEL = 0.95


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


def _item(
    wanted: str, value: Value, *, path: str = "", key: str | None = None, run: str = RUN, step: int | None = None
) -> Evidence:
    uri = f"runs:/{run}/{path}" if path else f"runs:/{run}"
    return Evidence(
        id=EvidenceId(wanted),
        value=value,
        provenance=Provenance(
            system="mlflow",
            uri=uri,
            run_id=run,
            key=key,
            step=step,
            time="2026-03-01T18:20:11Z",
            sha256=sha256(path.encode()) if path else None,
        ),
    )


def _metric(
    key: str, split: str, value: float, low: float, high: float, title: str, *, better: bool | None = True
) -> Evidence:
    return _item(
        f"metric:{key}@{split}",
        Quantity(
            value=value,
            unit="fraction",
            n=1800,
            events=396,
            interval=Interval(low=low, high=high, level=LEVEL, method="bootstrap percentile, 1000 draws, seed 7"),
            higher_is_better=better,
            title=title,
        ),
        path=f"docgen/{split}/performance.json",
        key=key,
    )


def _groups(metric: str, title: str, feature: str, rows: tuple[tuple[Scalar, ...], ...], reference: str) -> Evidence:
    return _item(
        f"fairness:{metric}/{feature}@test",
        Table(
            columns=GROUP_COLUMNS,
            rows=rows,
            attributes=(
                Attribute(key="metric_title", value=title),
                Attribute(key="level", value=LEVEL),
                Attribute(key="method", value="wilson"),
                Attribute(key="reference", value=reference),
                Attribute(key="min_group_size", value=30),
            ),
        ),
        path="docgen/test/fairness.json",
        key=f"{metric}/{feature}",
    )


def _compared_groups() -> list[Evidence]:
    """Groups against a reference group, adverse impact, scores and periods."""
    shared: dict[str, Scalar] = {"level": LEVEL, "suppress_below": 5, "reference": "male"}
    tables: tuple[tuple[str, tuple[Column, ...], tuple[tuple[Scalar, ...], ...], dict[str, Scalar]], ...] = (
        (
            "selection_rate.to_reference",
            COMPARISON_COLUMNS,
            (
                ("female", -0.023, -0.055, 0.009, 0.8506, 0.6787, 1.0662, 886, ""),
                ("male", None, None, None, None, None, None, 914, "reference"),
            ),
            {
                "metric_title": "Selection rate",
                "difference_method": "newcombe hybrid score",
                "ratio_method": "log (katz)",
            },
        ),
        (
            "selection_rate.air_by_group",
            IMPACT_COLUMNS,
            (
                ("female", 770, 886, 0.869, 1.0274, 0.9894, 1.0669, True, 0.1596, 0.1596, 0.1596, ""),
                ("male", 773, 914, 0.8457, None, None, None, None, None, None, None, "reference"),
            ),
            {
                "favourable": "0",
                "reference_rule": "declared",
                "method": "log (katz)",
                "family": "1 Fisher tests: every group against its reference",
            },
        ),
        (
            "score.smd_by_group",
            SCORE_GAP_COLUMNS,
            (
                ("female", 886, 0.214, 0.161, -0.0556, -0.148, 0.0369, -0.0554, ""),
                ("male", 914, 0.223, 0.163, None, None, None, None, "reference"),
            ),
            {"of": "score", "method": "normal approximation (hedges and olkin)"},
        ),
        (
            "selection_rate.by_period",
            PERIOD_COLUMNS,
            (
                ("2025-11", "female", 0.129, 0.101, 0.164, 441, 57, ""),
                ("2025-11", "male", 0.151, 0.121, 0.187, 457, 69, ""),
                ("2025-12", "female", 0.133, 0.104, 0.168, 445, 59, ""),
                ("2025-12", "male", None, None, None, None, None, "suppressed"),
            ),
            {"metric_title": "Selection rate", "unit": "fraction", "method": "wilson", "min_group_size": 30},
        ),
    )
    return [
        _item(
            f"fairness:{name}/sex@test",
            Table(
                columns=columns,
                rows=rows,
                attributes=tuple(Attribute(key=key, value=value) for key, value in (shared | more).items()),
            ),
            path="docgen/test/fairness.json",
            key=f"{name}/sex",
        )
        for name, columns, rows, more in tables
    ]


def _disparity(wanted: str, value: float, rule: str) -> Evidence:
    return _item(
        f"fairness:{wanted}@test",
        Quantity(value=value, unit="fraction", n=1800, note=rule),
        path="docgen/test/fairness.json",
        key=wanted,
    )


def _evidence() -> list[Evidence]:
    return [
        _item(
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
        _item(f"run:{RUN}", _run(RUN, "gradient boosting", "source")),
        _item(f"run:{PARENT}", _run(PARENT, "search over depth", "parent"), run=PARENT),
        _item(
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
        _metric("roc_auc", "test", 0.8412, 0.8190, 0.8625, "AUROC"),
        _metric("pr_auc", "test", 0.6133, 0.5700, 0.6521, "PR-AUC"),
        _metric("accuracy", "test", 0.8294, 0.8114, 0.8461, "Accuracy"),
        _metric("brier", "test", 0.1187, 0.1104, 0.1275, "Brier score", better=False),
        _metric("roc_auc", "train", 0.8790, 0.8671, 0.8903, "AUROC"),
        _item("metric:train_loss", Quantity(value=0.3121), key="train_loss", step=29),
        _item("metric:log_loss", Quantity(value=None, special="nan"), key="log_loss", step=0),
        _item(
            "history:train_loss",
            Series(
                points=tuple(
                    Point(step=step, time="2026-03-01T18:20:11Z", value=round(0.69 * 0.974**step, 6))
                    for step in range(30)
                )
            ),
            key="train_loss",
        ),
        _item(
            "table:evaluation@test",
            Table(
                columns=EVALUATION_COLUMNS,
                rows=(
                    ("task", "binary"),
                    ("data", "applications-test"),
                    ("rows", 1800),
                    ("sha256", sha256(b"evaluated")),
                    ("positive_label", "1"),
                    ("threshold", 0.5),
                ),
            ),
            path="docgen/test/performance.json",
        ),
        _item(
            "table:roc@test",
            Table(
                columns=ROC_COLUMNS,
                rows=((0.0, 0.0), (0.05, 0.31), (0.12, 0.52), (0.26, 0.74), (0.48, 0.89), (0.75, 0.97), (1.0, 1.0)),
            ),
            path="docgen/test/performance.json",
            key="/roc",
        ),
        _item(
            "table:lift@test",
            Table(
                columns=LIFT_COLUMNS,
                rows=(
                    (1, 180, 121, 0.71, 0.672, 0.601, 0.737, 3.056, 0.1, 0.306, 3.056),
                    (2, 180, 84, 0.47, 0.467, 0.395, 0.540, 2.121, 0.2, 0.518, 2.588),
                    (3, 180, 61, 0.33, 0.339, 0.274, 0.411, 1.540, 0.3, 0.672, 2.239),
                    (10, 180, 4, 0.02, 0.022, 0.009, 0.056, 0.101, 1.0, 1.0, 1.0),
                ),
                attributes=(Attribute(key="level", value=LEVEL), Attribute(key="method", value="wilson")),
            ),
            path="docgen/test/performance.json",
            key="/lift",
        ),
        _item(
            "table:residuals@validation",
            Table(
                columns=RESIDUAL_COLUMNS,
                rows=(
                    (1, 90, 1.2, 1.3, 0.1, -0.02, 0.22, 0.58),
                    (2, 90, 2.6, 2.5, -0.1, -0.25, 0.05, 0.71),
                    (3, 90, 4.1, 4.3, 0.2, 0.01, 0.39, 0.92),
                ),
                attributes=(
                    Attribute(key="unit", value="thousand EUR"),
                    Attribute(key="level", value=LEVEL),
                    Attribute(key="method", value="Student's t"),
                ),
            ),
            path="docgen/validation/performance.json",
            key="/residuals/parts",
        ),
        _item(
            "table:residual_quantiles@validation",
            Table(
                columns=RESIDUAL_QUANTILE_COLUMNS,
                rows=((0.05, -1.1), (0.5, 0.06), (0.95, 1.3)),
                attributes=(Attribute(key="unit", value="thousand EUR"),),
            ),
            path="docgen/validation/performance.json",
            key="/residuals/quantiles",
        ),
        _item(
            "table:confusion@test",
            Table(
                columns=(
                    *CONFUSION_COLUMNS,
                    Column(key="0", title="0", kind="count"),
                    Column(key="1", title="1", kind="count"),
                ),
                rows=(("0", 1320, 84), ("1", 223, 173)),
                attributes=(Attribute(key="threshold", value=0.5), Attribute(key="positive_label", value="1")),
            ),
            path="docgen/test/performance.json",
            key="confusion",
        ),
        _item("param:learning_rate", Text(text="0.08"), key="learning_rate"),
        _item("param:max_depth", Text(text="3"), key="max_depth"),
        _item("run_tag:mlflow.source.git.commit", Text(text=COMMIT), key="mlflow.source.git.commit"),
        _item("version_tag:validation_status", Text(text="pending"), key="validation_status"),
        _item("description:version", Text(text="Gradient boosting on the same features as version 1.")),
        _item(
            "dataset:train",
            _dataset("applications-train", "train", 4200, "a1b2c3d4"),
            path="docgen/datasets/train.json",
        ),
        _item(
            "dataset:test", _dataset("applications-test", "test", 1800, "e5f6a7b8"), path="docgen/datasets/test.json"
        ),
        *_pairs(),
        *_profile("test"),
        *_profile("train"),
        _item(
            "calibration:curve@test",
            Table(
                columns=CALIBRATION_COLUMNS,
                rows=(
                    (0.0, 0.2, 980, 0.091, 0.085, 0.069, 0.104),
                    (0.2, 0.4, 430, 0.287, 0.301, 0.260, 0.346),
                    (0.4, 0.6, 205, 0.492, 0.512, 0.444, 0.580),
                    (0.6, 0.8, 121, 0.688, 0.669, 0.581, 0.746),
                    (0.8, 1.0, 64, 0.861, 0.828, 0.718, 0.901),
                ),
                attributes=(
                    Attribute(key="bins", value="5 of equal width"),
                    Attribute(key="level", value=LEVEL),
                    Attribute(key="method", value="wilson"),
                ),
            ),
            path="docgen/test/calibration.json",
        ),
        _item(
            "calibration:ece@test",
            Quantity(
                value=0.0143, unit="fraction", n=1800, title="ECE", note="5 bins of equal width, weighted by rows"
            ),
            path="docgen/test/calibration.json",
            key="ece",
        ),
        _groups(
            "selection_rate",
            "Selection rate",
            "sex",
            (("female", 0.131, 0.110, 0.155, 886, 116, ""), ("male", 0.154, 0.132, 0.179, 914, 141, "")),
            "male",
        ),
        _groups(
            "true_positive_rate",
            "True positive rate",
            "sex",
            (("female", 0.421, 0.351, 0.494, 183, 77, ""), ("male", 0.451, 0.385, 0.519, 213, 96, "")),
            "male",
        ),
        _groups(
            "selection_rate",
            "Selection rate",
            "sex & age_band",
            (
                ("female & under 30", 0.201, 0.158, 0.252, 274, 55, ""),
                ("female & 30 to 60", 0.101, 0.079, 0.129, 584, 59, ""),
                ("female & over 60", None, None, None, 28, None, "small: fewer than 30 rows"),
                ("male & under 30", 0.214, 0.171, 0.265, 290, 62, ""),
                ("male & 30 to 60", 0.126, 0.102, 0.154, 589, 74, ""),
                ("male & over 60", 0.143, 0.063, 0.294, 35, 5, ""),
            ),
            "male & 30 to 60",
        ),
        *_compared_groups(),
        _disparity("selection_rate.difference/sex", 0.023, "max - min over groups"),
        _disparity("selection_rate.ratio/sex", 0.8506, "min / max over groups"),
        _disparity("true_positive_rate.difference/sex", 0.030, "max - min over groups"),
        _disparity("equalized_odds.difference/sex", 0.030, "larger of the true and false positive rate differences"),
        _disparity("selection_rate.ratio/sex & age_band", 0.472, "min / max over groups"),
        _item(
            "explanation:global@test",
            Table(
                columns=ATTRIBUTION_COLUMNS,
                rows=(
                    ("debt_ratio", 0.612, 0.575, 0.651, 0.021),
                    ("late_payments", 0.488, 0.441, 0.539, -0.013),
                    ("utilisation", 0.305, 0.281, 0.330, 0.008),
                    ("income", 0.214, 0.196, 0.233, -0.030),
                    ("tenure_months", 0.097, 0.089, 0.106, 0.002),
                ),
                attributes=(
                    Attribute(key="unit", value="log-odds"),
                    Attribute(key="explainer", value="TreeExplainer"),
                    Attribute(key="n", value=200),
                    Attribute(key="background_rows", value=100),
                    Attribute(key="background_sha256", value=sha256(b"background")),
                    Attribute(key="background_choice", value="random rows of the training data, seed 7"),
                    Attribute(key="seed", value=7),
                    Attribute(key="level", value=LEVEL),
                    Attribute(key="method", value="bootstrap percentile, 1000 draws, seed 7"),
                ),
            ),
            path="docgen/test/explanations.json",
        ),
        _item(
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
        _item(
            "environment:requirements.txt",
            Text(text="mlflow==3.17.2\nscikit-learn==1.9.1\n"),
            path="model/requirements.txt",
        ),
        _item(
            "artifact:docgen/test/performance.json",
            File(path="docgen/test/performance.json", size=2210, sha256=sha256(b"p")),
        ),
        _item("artifact:model/model.skops", File(path="model/model.skops", size=184_320, sha256=sha256(b"m"))),
        _item("artifact:shap_beeswarm.png", File(path="shap_beeswarm.png", size=48_112, sha256=sha256(b"b"))),
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
        source="synthetic, made by the training script",
        target="default",
        target_rate=0.22,
        target_n=rows,
        target_events=round(0.22 * rows),
        target_interval=Interval(low=0.2014, high=0.2397, level=LEVEL, method="wilson"),
        time_column="applied",
        time_first="2024-01",
        time_last="2025-12",
    )


def _pairs() -> tuple[Evidence, ...]:
    names = (Attribute(key="first", value="train"), Attribute(key="second", value="test"))
    counts: tuple[tuple[Scalar, ...], ...] = (
        ("shared_rows", 3, 1800, 3 / 1800),
        ("duplicates_first", 0, 4200, 0.0),
        ("duplicates_second", 0, 1800, 0.0),
    )
    how = (Attribute(key="columns", value="debt_ratio, income"), Attribute(key="row_method", value="hash of each row"))
    moved: tuple[tuple[Scalar, ...], ...] = (
        ("score", "score", 0.0213, 0.0049, 0.0301, 0.0071, 0.0134, 10, 0, 4200, 1800, ""),
        ("debt_ratio", "feature", 0.0104, 0.0, 0.0167, 0.0071, 0.0134, 10, 0, 4200, 1800, ""),
        ("applied", "feature", *[None] * 5, 0, 0, 0, 0, "a column of times is not compared"),
    )
    rule = {"reference": "train", "current": "test", "rule": "numbers at 10 quantiles of the reference"}
    figures: dict[str, Scalar] = {"epsilon": 1e-4, "level": LEVEL, "method": "scaled chi-square", "suppress_below": 5}
    attributes = tuple(Attribute(key=key, value=value) for key, value in (rule | figures).items())
    overlap, shift = "docgen/overlap/train~test.json", "docgen/shift/train~test.json"
    return (
        _item(
            "overlap:train/test", Table(columns=OVERLAP_COLUMNS, rows=counts, attributes=(*names, *how)), path=overlap
        ),
        _item("overlap:train/test/rows", Quantity(value=3 / 1800, unit="fraction", n=1800, events=3), path=overlap),
        _item("shift:train~test", Table(columns=SHIFT_COLUMNS, rows=moved, attributes=attributes), path=shift),
        _item("shift:train~test/score", Quantity(value=0.0213, unit="nats", n=1800), path=shift),
    )


def _profile(context: str) -> tuple[Evidence, Evidence]:
    rule = (Attribute(key="suppress_below", value=5), Attribute(key="rows", value=1800))
    figures: tuple[dict[str, Scalar], ...] = (
        {"name": "debt_ratio", "sort": "number", "distinct": 1550, "mean": 0.342, "deviation": 0.169, "low": 0.033,
         "low_is": "1st percentile", "lower_quartile": 0.219, "median": 0.324, "upper_quartile": 0.46, "high": 0.789,
         "high_is": "99th percentile"},
        {"name": "sex", "sort": "category", "distinct": 4},
        {"name": "applied", "sort": "time", "n": 1788, "missing": 12, "distinct": 219, "first": "2025-05",
         "last": "2025-12"},
    )  # fmt: skip
    always: dict[str, Scalar] = {"n": 1800, "missing": 0, "infinite": 0, "low_is": "", "high_is": ""}
    rows = tuple(tuple((always | row).get(column.key) for column in PROFILE_COLUMNS) for row in figures)
    levels: tuple[tuple[Scalar, ...], ...] = (
        ("sex", "female", 886, 886 / 1800, None),
        ("sex", "male", 901, 901 / 1800, None),
        ("sex", None, 13, 13 / 1800, 2),
    )
    path = f"docgen/datasets/{context}.json"
    return (
        _item(f"profile:{context}", Table(columns=PROFILE_COLUMNS, rows=rows, attributes=rule), path=path),
        _item(f"profile:{context}/levels", Table(columns=LEVEL_COLUMNS, rows=levels, attributes=rule), path=path),
    )


def _previous() -> list[Evidence]:
    def metric(key: str, value: float, title: str) -> Evidence:
        return _item(
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
        metric("roc_auc", 0.8122, "AUROC"),
        metric("accuracy", 0.8178, "Accuracy"),
        _item("param:C", Text(text="1.0"), run=PREVIOUS_RUN, key="C"),
        _item("dataset:train", _dataset("applications-train", "train", 4200, "a1b2c3d4"), run=PREVIOUS_RUN),
        Evidence(
            id=EvidenceId("commit:head"),
            value=Commit(sha="1111111111111111111111111111111111111111"),
            provenance=Provenance(system="mlflow", uri=f"runs:/{PREVIOUS_RUN}", key="mlflow.source.git.commit"),
        ),
    ]
