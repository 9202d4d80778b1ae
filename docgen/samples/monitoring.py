"""Sample evidence of monitoring: a drifting measure with limits, a stale feed, and a run's metric without limits."""

from __future__ import annotations

from docgen.model.evidence import Evidence, EvidenceId, Provenance, Scalar
from docgen.model.monitoring import row, table, whole
from docgen.samples.making import LEVEL

PLACE = "runs:/22223333444455556666777788889999"


def monitoring() -> list[Evidence]:
    """Return three series."""
    days = ("2025-10-31", "2025-11-30", "2025-12-31", "2026-01-31")
    drift = zip(days, (0.04, 0.11, None, 0.29), strict=True)
    parts = (
        _part(
            "drift/psi/income",
            [
                row(
                    time=day,
                    value=value,
                    n=1210,
                    amber=0.1,
                    red=0.25,
                    note="" if value else "the feed was down",
                    source=PLACE,
                )
                for day, value in drift
            ],
            {
                "title": "Stability index",
                "feature": "income",
                "unit": "nats",
                "worse": "high",
                "cadence_days": 31,
                "limits_source": "monitoring standard, table 3",
                "system": "scoring service",
            },
        ),
        _part(
            "performance/roc_auc",
            [row(time=day, value=0.83, low=0.80, high=0.86, n=1210, source=PLACE) for day in days[:1]],
            {"title": "AUROC", "unit": "fraction", "level": LEVEL, "method": "DeLong", "cadence_days": 92},
        ),
        _part("override_rate", [row(time=day, value=0.05, source=PLACE) for day in days], {"system": "MLflow"}),
    )
    return list(whole(parts, subject="models:/credit-default/2")[0])


def _part(name: str, rows: list[tuple[Scalar, ...]], attributes: dict[str, Scalar]) -> Evidence:
    return Evidence(
        id=EvidenceId(f"monitoring:{name}"),
        value=table(rows, attributes),
        provenance=Provenance(system="mlflow", uri=PLACE),
    )
