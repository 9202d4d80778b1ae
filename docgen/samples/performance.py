"""Sample evidence of performance and calibration."""

from __future__ import annotations

from docgen.model.canonical import sha256
from docgen.model.evidence import Attribute, Column, Evidence, Interval, Quantity, Table
from docgen.model.layouts import (
    CALIBRATION_COLUMNS,
    CONFUSION_COLUMNS,
    EVALUATION_COLUMNS,
    LIFT_COLUMNS,
    RESIDUAL_COLUMNS,
    RESIDUAL_QUANTILE_COLUMNS,
    ROC_COLUMNS,
)
from docgen.samples.making import LEVEL, item


def performance() -> list[Evidence]:
    """Return measures, the tables behind them, and calibration."""
    return [
        _metric("roc_auc", "test", 0.8412, 0.8190, 0.8625, "AUROC"),
        _metric("pr_auc", "test", 0.6133, 0.5700, 0.6521, "PR-AUC"),
        _metric("accuracy", "test", 0.8294, 0.8114, 0.8461, "Accuracy"),
        _metric("brier", "test", 0.1187, 0.1104, 0.1275, "Brier score", better=False),
        _metric("roc_auc", "train", 0.8790, 0.8671, 0.8903, "AUROC"),
        item(
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
        item(
            "table:roc@test",
            Table(
                columns=ROC_COLUMNS,
                rows=((0.0, 0.0), (0.05, 0.31), (0.12, 0.52), (0.26, 0.74), (0.48, 0.89), (0.75, 0.97), (1.0, 1.0)),
            ),
            path="docgen/test/performance.json",
            key="/roc",
        ),
        item(
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
        item(
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
        item(
            "table:residual_quantiles@validation",
            Table(
                columns=RESIDUAL_QUANTILE_COLUMNS,
                rows=((0.05, -1.1), (0.5, 0.06), (0.95, 1.3)),
                attributes=(Attribute(key="unit", value="thousand EUR"),),
            ),
            path="docgen/validation/performance.json",
            key="/residuals/quantiles",
        ),
        item(
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
        item(
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
        item(
            "calibration:ece@test",
            Quantity(
                value=0.0143, unit="fraction", n=1800, title="ECE", note="5 bins of equal width, weighted by rows"
            ),
            path="docgen/test/calibration.json",
            key="ece",
        ),
    ]


def _metric(
    key: str, split: str, value: float, low: float, high: float, title: str, *, better: bool | None = True
) -> Evidence:
    return item(
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
