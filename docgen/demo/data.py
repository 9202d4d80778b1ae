"""Credit applications made by a seeded generator. They describe nobody."""

from __future__ import annotations

import numpy as np
import pandas as pd

SOURCE = "synthetic: made by docgen's demo from a seeded generator, describes nobody"
TARGET = "default"
FEATURES = ("income", "debt_ratio", "utilisation", "late_payments", "tenure_months", "loan_amount")
SENSITIVE = ("sex", "age_band")
"""Known for the audit, not among the model's inputs."""
ENTITY, TIME = "applicant", "applied"
"""Who applied, which may be more than once, and when; not among the model's inputs either."""


def applications(rows: int = 6000, seed: int = 7) -> pd.DataFrame:
    """Return credit applications with their outcome.

    Args:
        rows: how many.
        seed: of the generator.

    Returns:
        (rows, 11): `FEATURES`, `SENSITIVE`, `default` (0 or 1), `applicant` and `applied`, in order of time.
    """
    draw = np.random.default_rng(seed)
    sex = draw.choice(["female", "male"], rows, p=[0.48, 0.52])
    age = np.clip(draw.normal(43, 14, rows), 18, 85)
    band = np.select([age < 30, age < 60], ["under 30", "30 to 59"], "60 and over")
    income = np.exp(draw.normal(10.4, 0.45, rows) + 0.08 * (sex == "male") + 0.004 * (age - 43))
    debt = np.clip(draw.beta(2.2, 4.5, rows) + 0.05 * (age < 30), 0, 1.2)
    used = np.clip(draw.beta(2, 3, rows), 0, 1)
    late = draw.poisson(0.35 + 0.5 * used, rows)
    tenure = np.clip(draw.gamma(2.0, 30, rows) * (age - 16) / 30, 1, 480)
    loan = np.exp(draw.normal(9.0, 0.6, rows))
    risk = (
        -2.75
        + 2.3 * debt
        + 1.3 * used * (used > 0.5)
        + 0.55 * late
        - 0.000012 * income
        - 0.0022 * tenure
        + 0.35 * np.log1p(loan / income)
    )
    default = draw.random(rows) < 1 / (1 + np.exp(-risk - draw.normal(0, 0.35, rows)))
    applicant = draw.integers(0, 40 * rows, rows)
    applied = np.datetime64("2024-01-01") + np.sort(draw.integers(0, 730, rows)).astype("timedelta64[D]")
    return pd.DataFrame({
        "income": income.round(2),
        "debt_ratio": debt.round(4),
        "utilisation": used.round(4),
        "late_payments": late.astype(float),
        "tenure_months": tenure.round(1),
        "loan_amount": loan.round(2),
        "sex": sex,
        "age_band": band,
        TARGET: default.astype(int),
        ENTITY: [f"A{number:06d}" for number in applicant],
        TIME: applied,
    })  # fmt: skip
