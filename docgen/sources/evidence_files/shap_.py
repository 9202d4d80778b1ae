"""Attributions as SHAP and MLflow users log them: arrays and tables of importances."""

from __future__ import annotations

import io
import re
from pathlib import PurePosixPath

from docgen.model.evidence import Attribute, Evidence, Scalar, Table, evidence_id
from docgen.model.layouts import ATTRIBUTION_COLUMNS
from docgen.sources.evidence_files.source import Source, fact
from docgen.sources.evidence_files.tables import number, read_csv

SHAP_TABLE = re.compile(r"(?:^|/)[^/]*shap[^/]*\.csv$", re.IGNORECASE)
SHAP_ARRAY = re.compile(r"(?:^|/)shap_values\.npy$")


def shap_array(source: Source) -> tuple[Evidence, ...]:
    """Read `mlflow.shap.log_explanation`'s values: (n_rows, n_features); names come from the model's signature."""
    import numpy as np

    values = np.load(io.BytesIO(source.data), allow_pickle=False)
    if values.ndim != 2 or values.dtype.kind != "f" or not values.size or not np.isfinite(values).all():
        raise ValueError(f"expected finite numbers of shape (rows, features), got {values.dtype} {values.shape}")
    named = len(source.inputs) == values.shape[1]
    names = source.inputs if named else tuple(f"feature {position}" for position in range(1, values.shape[1] + 1))
    size, mean = np.abs(values).mean(axis=0), values.mean(axis=0)
    rows: list[tuple[Scalar, ...]] = [
        (name, float(size[i]), None, None, float(mean[i]), None) for i, name in enumerate(names)
    ]
    attributes = (
        Attribute(key="explainer", value="mlflow.shap"),
        Attribute(key="n", value=int(values.shape[0])),
        Attribute(key="names", value="from the model's signature" if named else "not recorded"),
    )
    return (fact(source, evidence_id("explanation", "global"), _attributions(rows, attributes)),)


def shap_table(source: Source) -> tuple[Evidence, ...]:
    """Read a CSV of importances: one column of names, one of numbers."""
    header, body = read_csv(source)
    numbers = [i for i in range(len(header)) if body and all(number(row[i]) is not None for row in body)]
    texts = [i for i in range(len(header)) if i not in numbers]
    if not texts or len(numbers) != 1:
        raise ValueError("expected one column of feature names and one of numbers; values of single rows are not taken")
    rows: list[tuple[Scalar, ...]] = []
    for row in body:
        value = number(row[numbers[0]])
        rows.append((row[texts[-1]], abs(value) if value is not None else None, None, None, None, None))
    attributes = (Attribute(key="explainer", value="not recorded"), Attribute(key="column", value=header[numbers[0]]))
    name = evidence_id("explanation", f"global {PurePosixPath(source.path).name}")
    return (fact(source, name, _attributions(rows, attributes)),)


def _attributions(rows: list[tuple[Scalar, ...]], attributes: tuple[Attribute, ...]) -> Table:
    ordered = sorted(rows, key=lambda row: (-(row[1] if isinstance(row[1], float) else 0.0), str(row[0])))
    return Table(columns=ATTRIBUTION_COLUMNS, rows=tuple(ordered), attributes=attributes)
