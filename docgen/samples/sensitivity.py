"""Sample evidence of how the output answers to changed inputs, as the reader of a file gives it."""

from __future__ import annotations

from docgen.model.canonical import sha256
from docgen.model.evidence import Evidence, Interval, Quantity
from docgen.model.formats import ChangedInput, ChangeKind, DataRef, Response, ResponseGroup, SensitivityFile
from docgen.samples.making import LEVEL, RUN
from docgen.sources.evidence_files.sensitivity import sensitivity as read
from docgen.sources.evidence_files.source import Source

ROWS = 1800
PATH = "docgen/test/sensitivity.json"
BOOTSTRAP = "bootstrap percentile, 1000 draws, seed 7"

Ends = tuple[float, float, float]
"""Value, low, high."""


def sensitivity() -> list[Evidence]:
    """Return two inputs shifted and at their extremes, one without values, and a scenario."""
    record = SensitivityFile(
        task="binary",
        split="test",
        dataset=DataRef(name="applications-test", rows=ROWS, sha256=sha256(b"applications-test")),
        output="score of label 1",
        positive_label="1",
        threshold=0.5,
        metric="roc_auc",
        before=_measure((0.8412, 0.819, 0.8625), "AUROC", "DeLong", events=396),
        seed=7,
        level=LEVEL,
        responses=(
            _one("debt_ratio", "shift", -0.02, (-0.0121, -0.0127, -0.0115), (23, 0), (-0.0004, -0.0019, 0.0011)),
            _one("debt_ratio", "shift", 0.02, (0.0126, 0.0119, 0.0132), (29, 29), (-0.0007, -0.0024, 0.001)),
            _one("income", "scale", 0.9, (0.0213, 0.0201, 0.0226), (51, 51), (-0.0031, -0.0062, -0.0002)),
            _one("income", "scale", 1.1, (-0.0187, -0.0198, -0.0176), (40, 0), (-0.0025, -0.0054, 0.0004)),
            _one("debt_ratio", "quantile", 0.95, (0.1932, 0.1841, 0.2021), (612, 612), (-0.0822, -0.1021, -0.0623)),
            _one("income", "quantile", 0.05, (0.0914, 0.0862, 0.0967), (274, 274), (-0.0367, -0.0514, -0.022)),
            _unanswered(),
            _scenario(),
        ),
    )
    source = Source(path=PATH, data=b"", sha256=sha256(PATH.encode()), run_id=RUN, time="2026-03-01T18:20:11Z")
    return list(read(record, source))


def _measure(ends: Ends, title: str, method: str, *, events: int | None = None) -> Quantity:
    return Quantity(
        value=ends[0],
        unit="fraction",
        n=ROWS,
        events=events,
        interval=Interval(low=ends[1], high=ends[2], level=LEVEL, method=method),
        higher_is_better=True,
        title=title,
    )


def _one(feature: str, kind: ChangeKind, amount: float, mean: Ends, flips: tuple[int, int], metric: Ends) -> Response:
    group: ResponseGroup = "range" if kind == "quantile" else "shock"
    done = ChangedInput(feature=feature, kind=kind, amount=amount, rows=ROWS, outside=0 if kind == "quantile" else 3)
    return _response(feature, group, (done,), mean, flips, metric)


def _response(
    name: str, group: ResponseGroup, done: tuple[ChangedInput, ...], mean: Ends, flips: tuple[int, int], metric: Ends
) -> Response:
    share = flips[0] / ROWS
    return Response(
        name=name,
        group=group,
        changes=done,
        mean=Quantity(
            value=mean[0],
            n=ROWS,
            interval=Interval(low=mean[1], high=mean[2], level=LEVEL, method=BOOTSTRAP),
            title="Mean change of the score",
        ),
        mean_absolute=abs(mean[0]),
        largest=round(abs(mean[0]) * 2.7, 4),
        flips=Quantity(
            value=share,
            unit="fraction",
            n=ROWS,
            events=flips[0],
            interval=Interval(low=round(share * 0.76, 4), high=round(share * 1.31, 4), level=LEVEL, method="wilson"),
            higher_is_better=False,
            title="Decisions that flip",
        ),
        raised=flips[1],
        metric=_measure(metric, "AUROC difference", "DeLong"),
    )


def _unanswered() -> Response:
    lost = ChangedInput(feature="income", kind="missing", amount=0.1, rows=180, outside=0)
    mean = Quantity(value=None, special="undefined", n=ROWS, title="Mean change of the score")
    note = "no answer: ValueError: Input X contains NaN"
    return Response(name="income", group="missing", changes=(lost,), mean=mean, note=note)


def _scenario() -> Response:
    done = (
        ChangedInput(feature="income", kind="scale", amount=0.8, rows=ROWS, outside=11),
        ChangedInput(feature="debt_ratio", kind="shift", amount=0.05, rows=ROWS, outside=6),
    )
    return _response("downturn", "joint", done, (0.0871, 0.0824, 0.0919), (241, 241), (-0.0128, -0.0207, -0.0049))
