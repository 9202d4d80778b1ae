"""Six months of the demo's champion in use: a monitoring run for each month, and the file of a scoring service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from docgen.demo.data import FEATURES, SENSITIVE, TARGET, applications

if TYPE_CHECKING:
    import pandas as pd

    from docgen.model.formats import MonitoringKind

MONTHS = 6
ROWS = 700
CADENCE_DAYS = 31
STANDARD = "the demo lender's monitoring standard, table 1"
LIMITS: tuple[tuple[MonitoringKind, str, Literal["high", "low"], float, float], ...] = (
    ("performance", "roc_auc", "low", 0.7, 0.65),
    ("performance", "ece", "high", 0.05, 0.1),
    ("drift", "stability/score", "high", 0.1, 0.25),
    ("drift", "stability/utilisation", "high", 0.1, 0.25),
    ("fairness", "selection_rate.air/sex", "low", 0.85, 0.8),
)
"""Kind, key, side, amber and red of what the demo lender's standard limits."""


def watch(
    model: Any,  # noqa: ANN401  # a fitted estimator
    train: pd.DataFrame,
    *,
    subject: str,
    folder: Path,
    threshold: float,
    seed: int,
    today: date,
) -> None:
    """Log a run for each of the last months, and write what the scoring service would have saved.

    Args:
        model: the champion.
        train: the data it was trained on.
        subject: `models:/<name>/<version>`.
        folder: for the service's file.
        threshold: of the decision.
        seed: of the months' applications.
        today: the months before this day are watched.
    """
    import mlflow

    from docgen.evaluate import log_evidence, log_shift

    inputs = list(FEATURES)
    scored = train[inputs].assign(score=model.predict_proba(train[inputs])[:, 1])
    months = list(_months(today, seed))
    for number, (day, frame) in enumerate(months):
        tags = {
            "docgen.monitoring": subject,
            "docgen.monitoring.time": day.isoformat(),
            "docgen.monitoring.n": str(len(frame)),
            "docgen.monitoring.cadence_days": str(CADENCE_DAYS),
        }
        with mlflow.start_run(run_name=f"monitoring {day:%Y-%m}", tags=tags):
            score = model.predict_proba(frame[inputs])[:, 1]
            log_evidence(
                y_true=frame[TARGET],
                y_score=score,
                sensitive_features=frame[list(SENSITIVE[:1])],
                split="production",
                threshold=threshold,
                seed=seed,
                draws=200,
                dataset_name=f"applications {day:%Y-%m}",
            )
            log_shift(scored, frame[inputs].assign(score=score), names=("train", "production"), score="score")
            mlflow.log_metric("override_rate", round(0.03 + 0.004 * number, 4))
    folder.mkdir(parents=True, exist_ok=True)
    _service_file(months, subject, folder)
    _limits_file(subject, folder)


def _months(today: date, seed: int) -> Iterator[tuple[date, pd.DataFrame]]:
    """Yield the last day of each month and its applications; month by month, credit lines are used more."""
    days = [today.replace(day=1) - timedelta(days=1)]
    while len(days) < MONTHS:
        days.append(days[-1].replace(day=1) - timedelta(days=1))
    for number, day in enumerate(reversed(days)):
        frame = applications(rows=ROWS, seed=seed + 100 + number)
        yield day, frame.assign(utilisation=(frame["utilisation"] + 0.03 * number).clip(0, 1).round(4))


def _service_file(months: list[tuple[date, pd.DataFrame]], subject: str, folder: Path) -> None:
    """Write what a scoring service saves: missing inputs with limits, and how many applications were scored."""
    import numpy as np

    from docgen.model.canonical import canonical
    from docgen.model.codec import unstructure
    from docgen.model.formats import MonitoringFile, MonitoringPoint, MonitoringSeries

    draw = np.random.default_rng(len(months))
    missing = [float(round(share, 4)) for share in draw.normal(0.012, 0.003, MONTHS) + 0.009 * np.arange(MONTHS) ** 1.2]
    record = MonitoringFile(
        model=subject,
        system="scoring service",
        cadence_days=CADENCE_DAYS,
        series=(
            MonitoringSeries(
                key="missing/income",
                title="Missing values",
                kind="data_quality",
                feature="income",
                unit="fraction",
                worse="high",
                amber=0.03,
                red=0.06,
                limits_source=STANDARD,
                points=tuple(
                    MonitoringPoint(time=day.isoformat(), value=share, n=len(frame))
                    for (day, frame), share in zip(months, missing, strict=True)
                ),
            ),
            MonitoringSeries(
                key="applications",
                title="Applications scored",
                kind="data_quality",
                unit="rows",
                points=tuple(MonitoringPoint(time=day.isoformat(), value=len(frame)) for day, frame in months),
            ),
        ),
    )
    (folder / "scoring-service.json").write_bytes(canonical(unstructure(record)))


def _limits_file(subject: str, folder: Path) -> None:
    """Write what the lender's standard limits: series without points, for the runs of each month."""
    from docgen.model.canonical import canonical
    from docgen.model.codec import unstructure
    from docgen.model.formats import MonitoringFile, MonitoringSeries

    record = MonitoringFile(
        model=subject,
        series=tuple(
            MonitoringSeries(key=key, kind=kind, worse=worse, amber=amber, red=red, limits_source=STANDARD, points=())
            for kind, key, worse, amber, red in LIMITS
        ),
    )
    (folder / "limits.json").write_bytes(canonical(unstructure(record)))
