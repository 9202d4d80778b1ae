"""Evaluating 100,000 rows x 30 features against the bare scikit-learn, Fairlearn and SHAP calls it makes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks._measure import python, told

ROWS, FEATURES = 100_000, 30
EXPLAINED, SHUFFLED, REPEATS = 200, 2_000, 5
"""Rows that are explained, rows whose columns are shuffled, and how often."""

LIMIT = 2.0
MADE = f"""
import numpy as np, pandas as pd, pickle
from sklearn.ensemble import HistGradientBoostingClassifier
draw = np.random.default_rng(7)
frame = pd.DataFrame(draw.normal(size=({ROWS}, {FEATURES})), columns=[f"x{{n}}" for n in range({FEATURES})])
truth = (draw.random({ROWS}) < 1 / (1 + np.exp(1 - frame["x0"] - 0.5 * frame["x1"] * frame["x2"]))).astype(int)
groups = pd.DataFrame({{
    "sex": draw.choice(["female", "male"], {ROWS}),
    "age": draw.choice(["18 to 29", "30 to 44", "45 to 59", "60 and over"], {ROWS}),
    "region": draw.choice(list("abcde"), {ROWS}),
}})
model = HistGradientBoostingClassifier(max_iter=60, random_state=0).fit(frame, truth)
with open("made.pickle", "wb") as file:
    pickle.dump((frame, truth, groups, model, model.predict_proba(frame)[:, 1]), file)
"""
BARE = f"""
import pickle
from itertools import combinations
import shap
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
from sklearn import metrics
from sklearn.calibration import calibration_curve
from sklearn.inspection import permutation_importance
with open("made.pickle", "rb") as file:
    frame, truth, groups, model, score = pickle.load(file)
called = (score >= 0.5).astype(int)
for function in (metrics.roc_auc_score, metrics.average_precision_score, metrics.brier_score_loss, metrics.log_loss):
    function(truth, score)
for function in (
    metrics.accuracy_score, metrics.recall_score, metrics.precision_score, metrics.f1_score,
    metrics.balanced_accuracy_score, metrics.matthews_corrcoef, metrics.confusion_matrix,
):
    function(truth, called)
metrics.roc_curve(truth, score)
calibration_curve(truth, score, n_bins=10)
rates = {{
    "selection_rate": selection_rate, "true_positive_rate": true_positive_rate,
    "false_positive_rate": false_positive_rate, "accuracy": metrics.accuracy_score,
}}
names = list(groups)
for features in [*([name] for name in names), *(list(pair) for pair in combinations(names, 2))]:
    found = MetricFrame(metrics=rates, y_true=truth, y_pred=called, sensitive_features=groups[features])
    found.by_group, found.overall, found.difference(), found.ratio()
shap.TreeExplainer(model).shap_values(frame.sample({EXPLAINED}, random_state=0))
some = frame.sample({SHUFFLED}, random_state=0)
permutation_importance(model, some, truth[some.index], scoring="roc_auc", n_repeats={REPEATS}, random_state=0)
"""
CLUSTERS = 20_000
OURS = f"""
import pickle, sys
from docgen.evaluate.assemble import evidence_files
from docgen.evaluate.settings import settings_of
with open("made.pickle", "rb") as file:
    frame, truth, groups, model, score = pickle.load(file)
clusters = frame.index % {CLUSTERS} if "clustered" in sys.argv else None
files = evidence_files(
    y_true=truth, y_score=score, groups=clusters, sensitive_features=groups, model=model, frame=frame,
    settings=settings_of({{
        "explain_rows": {EXPLAINED}, "permutation_rows": {SHUFFLED}, "permutation_repeats": {REPEATS},
    }}),
)
kinds = {{path.rpartition("/")[2] for path in files}}
assert {{"performance", "calibration", "fairness", "explanations"}} <= kinds, kinds
"""
"""The same measures with their intervals (1,000 draws), and a digest over the whole content of the data.

With `clustered` every interval is a bootstrap of whole clusters, those of all groups and intersections too.
"""


def measure(folder: Path) -> Iterator[str]:
    python("-c", MADE, cwd=folder, times=1)
    bare, ours = python("-c", BARE, cwd=folder), python("-c", OURS, cwd=folder)
    what = f"evaluate {ROWS:,} x {FEATURES} / bare calls"
    yield told(what, ours.cpu, bare.cpu, LIMIT)
    yield told(f"{what}, memory", ours.peak, bare.peak, LIMIT, unit="MiB")
    clustered = python("-c", OURS, "clustered", cwd=folder)
    yield told(f"{what}, in {CLUSTERS:,} clusters", clustered.cpu, bare.cpu, LIMIT)
    yield told(f"{what}, in {CLUSTERS:,} clusters, memory", clustered.peak, bare.peak, LIMIT, unit="MiB")
