"""100,000 rows x 30 columns: digest, profile, overlap and shift against pandas' own hashing and counting."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks._measure import _environment, told

SCRIPT = """
import json, time
import numpy as np, pandas as pd
from docgen.evaluate.data import describe_frame
from docgen.evaluate.digest import frame_digest
from docgen.evaluate.overlap import overlap
from docgen.evaluate.shift import shift

draw, rows = np.random.default_rng(0), 100_000
frame = pd.concat([
    pd.DataFrame(draw.normal(size=(rows, 20))).add_prefix("n"),
    pd.DataFrame({f"t{i}": draw.choice(["alpha", "beta", "gamma", None], rows) for i in range(8)}),
    pd.DataFrame({"id": [f"c{i}" for i in range(rows)], "when": pd.date_range("2024-01-01", periods=rows, freq="min")}),
], axis=1)
before, after = frame.iloc[:70_000], frame.iloc[70_000:]

def describe():
    frame.describe(include="all")
    frame.isna().sum()
    frame.nunique()
    [frame[name].value_counts() for name in frame if name.startswith("t")]

def grouped():
    for name in frame:
        if name.startswith("n"):
            edges = before[name].quantile(np.arange(1, 10) / 10).to_numpy()
            [np.bincount(np.searchsorted(edges, part[name]), minlength=10) for part in (before, after)]
        else:
            [part[name].value_counts(dropna=False) for part in (before, after)]

def shared():
    pd.util.hash_pandas_object(after, index=False).isin(pd.util.hash_pandas_object(before, index=False)).sum()
    after["id"].isin(set(before["id"])).sum()

parts = {
    "pandas hash": lambda: pd.util.hash_pandas_object(frame, index=False).sum(),
    "digest": lambda: frame_digest(frame),
    "pandas describe": describe,
    "profile": lambda: describe_frame(frame, name="x", context="train", time="when"),
    "pandas shared": shared,
    "overlap": lambda: overlap(before, after, key="id", salt="x" * 16),
    "pandas grouped": grouped,
    "shift": lambda: shift(before, after),
}
cost = {}
for name, part in parts.items():
    part()
    start = time.process_time()
    part()
    cost[name] = time.process_time() - start
print(json.dumps(cost))
"""


def measure(folder: Path) -> Iterator[str]:
    script = folder / "data.py"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script)]
    runs = [
        json.loads(subprocess.run(command, env=_environment(), cwd=folder, check=True, capture_output=True).stdout)
        for _ in range(3)
    ]
    took = {name: median(run[name] for run in runs) for name in runs[0]}
    yield told("digest / pandas' 64-bit hash", took["digest"], took["pandas hash"], 3)
    yield told("profile with digest / describe and counts", took["profile"], took["pandas describe"], 3)
    yield told("overlap with digests / hashes and isin", took["overlap"], took["pandas shared"], 4)
    yield told("shift with digests / quantiles and counts", took["shift"], took["pandas grouped"], 4)
