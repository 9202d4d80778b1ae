"""The worked example of each evidence format: what docgen logs of a tiny model. `make examples` writes all again."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docgen.model import formats
from docgen.model.canonical import sha256
from docgen.model.codec import structure, unstructure
from docgen.resources import formats_dir

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = formats_dir() / "examples"
CODE = formats.CodeFile(
    commit="9f8e7d6c5b4a39281706f5e4d3c2b1a098765432",
    branch="main",
    dirty=True,
    remote="https://git.example.com/credit/model.git",
    changes=(formats.ChangedFile(path="train.py", added=3, removed=1),),
    changed_files=1,
    lines_added=3,
    lines_removed=1,
    untracked=0,
    diff_sha256=sha256(b"the patch"),
)
LEFT_OUT = {"feature": "interactions", "reason": "they are computed for trees only, where they are exact and cheap"}


MONITORING = formats.MonitoringFile(
    model="models:/credit-default/1",
    system="scoring service, nightly job",
    reference=formats.DataRef(name="applications-train", rows=4200),
    cadence_days=31,
    series=(
        formats.MonitoringSeries(
            key="roc_auc",
            title="AUROC",
            kind="performance",
            unit="fraction",
            worse="low",
            amber=0.80,
            red=0.75,
            limits_source="Monitoring standard, table 2",
            level=0.95,
            method="DeLong",
            cadence_days=92,
            points=(
                formats.MonitoringPoint(time="2026-01-31", value=0.83, low=0.80, high=0.86, n=1210),
                formats.MonitoringPoint(time="2026-04-30", value=0.79, low=0.76, high=0.82, n=1187),
            ),
        ),
        formats.MonitoringSeries(
            key="psi/income",
            title="Stability of income",
            kind="drift",
            feature="income",
            unit="nats",
            worse="high",
            amber=0.1,
            red=0.25,
            limits_source="Monitoring standard, table 3",
            method="ten bins at the deciles of the reference",
            points=(
                formats.MonitoringPoint(time="2026-03-31", value=0.04, n=1198),
                formats.MonitoringPoint(time="2026-04-30", value=0.27, n=1187, amber=0.2, red=0.25, state="red"),
                formats.MonitoringPoint(time="2026-05-31", value=None, note="the feed of incomes was down"),
            ),
        ),
    ),
)


def main() -> int:
    """Write every example again."""
    home = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)  # outside of git, so that nothing is told of docgen's own work tree
        try:
            found = logged(Path(name))
        finally:
            os.chdir(home)
    for record in (CODE, MONITORING):
        found[record.format] = unstructure(record)
    for kind in formats.FILES:
        ordered = unstructure(structure(found[kind], formats.FILES[kind], where=kind))  # keys as in the record
        content = json.dumps(ordered, indent=2, ensure_ascii=False)
        (EXAMPLES / f"{kind}.json").write_text(content + "\n", "utf-8")
    return 0


def logged(folder: Path) -> dict[str, Any]:
    """Evaluate a tiny model in a run, and return the first file of each format."""
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{folder / 'mlflow.db'}")
    experiment = mlflow.create_experiment("examples", artifact_location=(folder / "artifacts").as_uri())
    with mlflow.start_run(experiment_id=experiment):
        evaluate(tiny())
    found: dict[str, Any] = {}
    for path in sorted((folder / "artifacts").rglob("docgen/**/*.json")):
        content = json.loads(path.read_text("utf-8"))
        found.setdefault(content["format"], content)
    found["docgen.explanations"]["left_out"] = [LEFT_OUT]  # this model is explained without a remainder
    return found


def tiny() -> pd.DataFrame:
    """(120, 5): a key, two inputs, a sensitive feature and an outcome, seeded."""
    import numpy as np
    import pandas as pd

    draw = np.random.default_rng(7)
    debt, income = draw.beta(2, 4, 120).round(2), draw.normal(40, 9, 120).round(1)
    sex = draw.choice(["female", "male"], 120)
    default = draw.random(120) < 1 / (1 + np.exp(-5 * debt + income / 25))
    return pd.DataFrame({
        "applicant": draw.integers(1, 1000, 120),
        "debt_ratio": debt,
        "income": income,
        "sex": sex,
        "default": default.astype(int),
    })  # fmt: skip


def evaluate(frame: pd.DataFrame) -> None:
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    import docgen

    inputs = ["debt_ratio", "income"]
    train, test = frame.iloc[:60], frame.iloc[60:].reset_index(drop=True)
    model = GradientBoostingClassifier(n_estimators=10, max_depth=2, random_state=7)
    model.fit(train[inputs], train["default"])
    docgen.log_dataset(
        test, name="applications-test", context="test", target="default", source="synthetic", licence="none needed"
    )
    docgen.log_overlap(train, test, key="applicant", salt="a salt of your own, kept secret")
    docgen.log_shift(train, test, target="default", columns=["debt_ratio"], bins=3)
    docgen.log_evidence(
        y_true=test["default"],
        y_score=model.predict_proba(test[inputs])[:, 1],
        sensitive_features=test[["sex"]],
        reference_groups={"sex": "male"},
        favourable_label=0,
        periods=["2026-Q1"] * 30 + ["2026-Q2"] * 30,
        model=model,
        X=test[inputs],
        background=train[inputs],
        reason_codes={"debt_ratio": "Debt is high in relation to income", "income": "Income is low"},
        split="test",
        dataset_name="applications-test",
        bins=4,
        draws=200,
        min_group_size=5,
        suppress_below=2,
    )
    smaller = LogisticRegression().fit(train[["income"]], train["default"])
    before, after = (
        docgen.Contender(
            name=f"models:/credit/{version}", score=one.predict_proba(test[columns])[:, 1], keys=test.index
        )
        for version, one, columns in ((1, smaller, ["income"]), (2, model, inputs))
    )
    docgen.log_comparison(
        y_true=test["default"],
        champion=before,
        challenger=after,
        X=test[inputs],
        split="test",
        dataset_name="applications-test",
        draws=200,
    )
    docgen.log_sensitivity(
        test[inputs],
        lambda rows: model.predict_proba(rows)[:, 1],
        y_true=test["default"],
        changes=[docgen.Change("income", "scale", 0.9), docgen.Change("debt_ratio", "quantile", 0.95)],
        scenarios={
            "lean year": [docgen.Change("income", "scale", 0.8), docgen.Change("debt_ratio", "shift", 0.1)],
        },
        split="test",
        dataset_name="applications-test",
        draws=200,
    )


if __name__ == "__main__":
    sys.exit(main())
