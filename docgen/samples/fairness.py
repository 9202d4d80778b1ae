"""Sample evidence of results by group."""

from __future__ import annotations

from docgen.model.evidence import Attribute, Column, Evidence, Quantity, Scalar, Table
from docgen.model.layouts import (
    COMPARISON_COLUMNS,
    GROUP_COLUMNS,
    IMPACT_COLUMNS,
    PERIOD_COLUMNS,
    SCORE_GAP_COLUMNS,
)
from docgen.samples.making import LEVEL, item


def fairness() -> list[Evidence]:
    """Return rates by group, comparisons and disparities."""
    return [
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
    ]


def _groups(metric: str, title: str, feature: str, rows: tuple[tuple[Scalar, ...], ...], reference: str) -> Evidence:
    return item(
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
                "difference_method": "newcombe",
                "ratio_method": "log ratio",
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
                "method": "log ratio",
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
        item(
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
    return item(
        f"fairness:{wanted}@test",
        Quantity(value=value, unit="fraction", n=1800, note=rule),
        path="docgen/test/fairness.json",
        key=wanted,
    )
