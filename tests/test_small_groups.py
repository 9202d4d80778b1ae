"""A small group's counts and rates are in none of the files that a dossier is made of or hands out."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from docgen.config import Config, MlflowConfig
from docgen.pipeline import build, collect
from support.dossiers import pdf_of, pdf_text

SIZE, SELECTED, HITS = 4177, 1213, 871
"""Rows of the small group, those selected, and the true positives among them: numbers that occur nowhere by chance."""

SCRIPT = f"""
import sys, numpy as np, pandas as pd, mlflow, docgen
from sklearn.linear_model import LogisticRegression
mlflow.set_tracking_uri(sys.argv[1])
experiment = mlflow.create_experiment("e", artifact_location=sys.argv[2])
parts = {{"rare": ({SIZE}, {SELECTED}, {HITS}), "common": (20011, 9007, 6011), "usual": (30047, 12043, 8017), "plenty": (40093, 15013, 9029)}}
rows = []
for name, (n, selected, hits) in parts.items():
    p = np.repeat([1, 0], [selected, n - selected])
    y = np.concatenate([np.repeat([1, 0], [hits, selected - hits]), np.arange(n - selected) % 3 == 0]).astype(int)
    rows.append(pd.DataFrame({{"group": name, "y": y, "p": p}}))
frame = pd.concat(rows, ignore_index=True)
draw = np.random.default_rng(0)
frame["x"] = frame["p"] + draw.normal(0, 0.1, len(frame))
frame["half"] = np.where(draw.random(len(frame)) < 0.5, "H1", "H2")
with mlflow.start_run(experiment_id=experiment):
    model = LogisticRegression().fit(frame[["x"]], frame["p"])
    mlflow.sklearn.log_model(model, name="model", registered_model_name="m", input_example=frame[["x"]].head(3))
    docgen.log_evidence(y_true=frame["y"], y_pred=frame["p"], sensitive_features=frame[["group"]], periods=frame["half"],
                        split="test", suppress_below=5000, model=model, X=frame[["x"]], permutation_repeats=0, draws=50)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("small")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, uri, (folder / "artifacts").as_uri()],
        cwd=folder, capture_output=True, text=True, timeout=400,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    config = Config(root=folder, mlflow=MlflowConfig(tracking_uri=uri))
    report = build(collect("models:/m/1", config=config).snapshot, config=config, output=folder / "out")
    return folder, report.folder


def secrets() -> set[str]:
    """How the group's numbers look in full and as pages show them."""
    counts = {SIZE, SELECTED, HITS, SIZE - SELECTED, SELECTED - HITS}
    rates = {SELECTED / SIZE, HITS / SELECTED}
    found = {str(count) for count in counts} | {f"{count:,}" for count in counts}
    return found | {f"{rate:.4g}" for rate in rates} | {f"{rate:.10f}"[:10] for rate in rates}


def holds(text: str, secret: str) -> bool:
    return re.search(rf"(?<![\w.,]){re.escape(secret)}(?![\w,]|\.\d)", text) is not None


def test_no_file_of_the_dossier_holds_what_is_suppressed(made: tuple[Path, Path]) -> None:
    """Pages with their alternative texts and sources on hover, figures, CSV, JSON, needs.json; then the PDF's text."""
    _, dossier = made
    read = 0
    for path in sorted(dossier.rglob("*")):
        if path.suffix in {".html", ".svg", ".csv", ".json", ".txt"} and "_static" not in path.parts:
            text = path.read_text("utf-8", "replace")
            read += 1
            for secret in secrets():
                assert not holds(text, secret), f"{path.name} holds {secret}"
    assert read > 15
    text = pdf_text(pdf_of(dossier))
    assert not [secret for secret in secrets() if holds(text, secret)]
    assert "suppressed" in text


def test_nor_do_the_files_that_were_logged_and_their_twins(made: tuple[Path, Path]) -> None:
    folder, _ = made
    files = list((folder / "artifacts").rglob("docgen/test/*"))
    assert {path.suffix for path in files} == {".json", ".parquet"}
    for path in files:
        text = path.read_text("utf-8") if path.suffix == ".json" else pd.read_parquet(path).to_csv()
        assert not [secret for secret in secrets() if holds(text, secret)], path.name


def test_what_is_not_small_is_there(made: tuple[Path, Path]) -> None:
    _, dossier = made
    page = (dossier / "fairness.html").read_text("utf-8")
    assert holds(page, "40,093")
    assert "suppressed" in page
