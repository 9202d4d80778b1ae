"""Sample evidence of a challenger held against a champion, and of a validator's run against the developer's."""

from __future__ import annotations

from docgen.model.canonical import sha256
from docgen.model.evidence import Attribute, Evidence, Interval, Quantity, Table, Value
from docgen.model.layouts import DECISION_COLUMNS, EVALUATION_COLUMNS
from docgen.samples.making import LEVEL, item


def comparison() -> list[Evidence]:
    """Return what was compared, two measures, and who decided rightly."""
    models = Table(
        columns=EVALUATION_COLUMNS,
        rows=(
            ("champion", "models:/credit-default/1"),
            ("champion_threshold", 0.5),
            ("challenger", "models:/credit-default/2"),
            ("challenger_threshold", 0.5),
            ("task", "binary"),
            ("data", "applications-test"),
            ("rows", 1800),
            ("keys_sha256", sha256(b"keys")),
        ),
    )
    decisions = Table(
        columns=DECISION_COLUMNS,
        rows=(("right", 1421, 51), ("wrong", 72, 256)),
        attributes=(Attribute(key="method", value="chi-squared with continuity correction"),),
    )
    mcnemar = Quantity(
        value=0.0713, n=1800, events=123, title="McNemar p-value", note="chi-squared with continuity correction"
    )
    return [
        _fact("models", models),
        *_measure("roc_auc", "AUROC", 0.8122, 0.8412, (0.0107, 0.0473), "DeLong"),
        _fact("roc_auc.p", Quantity(value=0.0019, n=1800, title="DeLong p-value")),
        *_measure(
            "accuracy", "Accuracy", 0.8178, 0.8294, (-0.0006, 0.0239), "bootstrap percentile, 1000 draws, seed 7"
        ),
        _fact("decisions", decisions),
        _fact("mcnemar", mcnemar),
    ]


def replication() -> list[Evidence]:
    """Return the validator's run beside the developer's: two measures on the same rows."""
    models = Table(
        columns=EVALUATION_COLUMNS,
        rows=(
            ("champion", "developer"),
            ("challenger", "validator"),
            ("task", "binary"),
            ("data", "applications-test"),
            ("rows", 1800),
            ("keys_sha256", sha256(b"keys")),
        ),
    )
    again = "replication"
    method = "bootstrap percentile, 1000 draws, seed 7"
    return [
        _fact("models", models, again),
        *_measure("roc_auc", "AUROC", 0.8412, 0.8409, (-0.0011, 0.0005), "DeLong", again),
        _fact("roc_auc.p", Quantity(value=0.4624, n=1800, title="DeLong p-value"), again),
        *_measure("accuracy", "Accuracy", 0.8294, 0.8289, (-0.0022, 0.0011), method, again),
    ]


def _fact(key: str, value: Value, kind: str = "comparison") -> Evidence:
    file = "comparison" if kind == "comparison" else f"comparison-{kind}"
    return item(f"{kind}:{key}@test", value, path=f"docgen/test/{file}.json", key=key)


def _measure(
    key: str,
    title: str,
    champion: float,
    challenger: float,
    ends: tuple[float, float],
    method: str,
    kind: str = "comparison",
) -> list[Evidence]:
    both = Quantity(value=champion, unit="fraction", n=1800, events=396, higher_is_better=True, title=title)
    difference = Quantity(
        value=round(challenger - champion, 4),
        unit="fraction",
        n=1800,
        interval=Interval(low=ends[0], high=ends[1], level=LEVEL, method=method),
        higher_is_better=True,
        title=f"{title} difference",
    )
    after = Quantity(value=challenger, unit="fraction", n=1800, events=396, higher_is_better=True, title=title)
    facts = ((key, difference), (f"{key}.champion", both), (f"{key}.challenger", after))
    return [_fact(name, value, kind) for name, value in facts]
