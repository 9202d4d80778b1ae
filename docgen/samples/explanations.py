"""Sample evidence of what drives the predictions."""

from __future__ import annotations

from docgen.model.canonical import sha256
from docgen.model.evidence import Attribute, Column, Evidence, EvidenceId, Missing, Quantity, Scalar, Table
from docgen.model.layouts import (
    ATTRIBUTION_COLUMNS,
    GROUP_ATTRIBUTION_COLUMNS,
    INTERACTION_COLUMNS,
    PERMUTATION_COLUMNS,
    REASON_COLUMNS,
    STABILITY_COLUMNS,
)
from docgen.samples.making import LEVEL, PREVIOUS_RUN, RUN, item

Rows = tuple[tuple[Scalar, ...], ...]

_GLOBAL: Rows = (
    ("debt_ratio", 0.612, 0.575, 0.651, 0.021, 0.94),
    ("late_payments", 0.488, 0.441, 0.539, -0.013, 0.88),
    ("utilisation", 0.305, 0.281, 0.330, 0.008, 0.61),
    ("income", 0.214, 0.196, 0.233, -0.030, -0.91),
    ("tenure_months", 0.097, 0.089, 0.106, 0.002, None),
)
_HOW: dict[str, Scalar] = {
    "unit": "log-odds",
    "explainer": "TreeExplainer, interventional",
    "output": "1",
    "n": 150,
    "rows_asked": 200,
    "budget": "each row takes 11,000 predictions, of which 1,650,000 were allowed",
    "additivity_error": 3.1e-8,
    "additivity_tolerance": 0.0003,
    "background_rows": 100,
    "background_sha256": sha256(b"background"),
    "background_choice": "random rows of the training data, seed 7",
    "seed": 7,
    "level": LEVEL,
    "method": "bootstrap percentile, 1000 draws, seed 7",
}


def explanations() -> list[Evidence]:
    """Return attributions and what stands beside them."""
    groups: Rows = tuple(
        (group, str(row[0]), None if size is None else float(str(row[1])) * scale, size, "" if size else "suppressed")
        for group, scale, size in (("female", 1.05, 74), ("male", 0.95, 71), ("not stated", 1.0, None))
        for row in _GLOBAL
    )
    return [
        _fact("global", _attributed(_GLOBAL)),
        _table("by_group/sex", GROUP_ATTRIBUTION_COLUMNS, groups, unit="log-odds", suppress_below=5),
        _table("stability", STABILITY_COLUMNS, ((8, 100, 0.97, 5, 5), (9, 100, 0.9, 4, 5)), seed=7),
        _table(
            "interactions",
            INTERACTION_COLUMNS,
            (("debt_ratio", "income", 0.061), ("utilisation", "late_payments", 0.044)),
            unit="log-odds",
            n=50,
            pairs=10,
        ),
        _table(
            "permutation",
            PERMUTATION_COLUMNS,
            (("debt_ratio", 0.071, 0.004), ("late_payments", 0.052, 0.003), ("tenure_months", -0.0004, 0.001)),
            scoring="roc_auc",
            baseline=0.8412,
            n=1800,
            repeats=5,
            seed=7,
        ),
        _table(
            "reason_codes",
            REASON_COLUMNS,
            (
                ("debt_ratio", "Debt is high in relation to income", 30, 0.75, ""),
                ("late_payments", None, 22, 0.55, ""),
                ("income", "Income is low", None, None, "suppressed"),
            ),
            adverse="1",
            top=4,
            n=40,
            principal=61,
            with_reason=None,
            suppress_below=5,
        ),
        _fact(
            "reason_coverage",
            Quantity(value=0.6393, unit="fraction", n=61, events=39, title="Principal reasons with a text"),
        ),
        _fact(
            "reasons_missing",
            Missing(
                wanted="a reason for adverse action for late_payments",
                reason="not_written",
                supply="write the reason: docgen.log_evidence(..., reason_codes={'<feature>': '<reason>', ...})",
            ),
        ),
        _fact("left_out/interactions of several outputs", Missing(wanted="more", reason="not_logged", detail="dear")),
    ]


def earlier_explanations() -> list[Evidence]:
    """Return attributions of the version before."""
    rows: Rows = (
        ("late_payments", 0.55, 0.51, 0.59, 0.01, 0.9),
        ("debt_ratio", 0.52, 0.49, 0.55, 0.02, 0.95),
        ("income", 0.24, 0.22, 0.26, -0.01, -0.9),
        ("utilisation", 0.21, 0.19, 0.23, 0.01, 0.7),
        ("loan_amount", 0.09, 0.08, 0.1, 0.0, 0.4),
    )
    return [_fact("global", _attributed(rows), of_run=PREVIOUS_RUN)]


def _attributed(rows: Rows) -> Table:
    attributes = tuple(Attribute(key=key, value=value) for key, value in _HOW.items())
    return Table(columns=ATTRIBUTION_COLUMNS, rows=rows, attributes=attributes)


def _table(name: str, columns: tuple[Column, ...], rows: Rows, **told: Scalar) -> Evidence:
    attributes = tuple(Attribute(key=key, value=value) for key, value in told.items())
    return _fact(name, Table(columns=columns, rows=rows, attributes=attributes))


def _fact(name: str, value: Table | Quantity | Missing, *, of_run: str = RUN) -> Evidence:
    wanted = EvidenceId(f"explanation:{name}@test")
    return item(wanted, value, path="docgen/test/explanations.json", key=f"/{name}", run=of_run)
