"""Both validation reports from a snapshot, MLflow not importable, against plain sphinx-build of the same pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks._measure import python, told
from benchmarks.card import MODEL, plain, plain_project
from docgen.resources import templates_dir

WITHOUT_MLFLOW = """
import sys
sys.modules["mlflow"] = None  # the import of it fails
from docgen.cli import main
sys.exit(main(sys.argv[1:]))
"""


def measure(folder: Path) -> Iterator[str]:
    python("-m", "docgen", "demo", "demo", cwd=folder, times=1)
    demo = folder / "demo"
    policy = str(templates_dir() / "policy" / "example.yaml")
    names = ("--regime", "sr_26_2", "--regime", "sr_11_7", "--policy", policy)
    build = ("-c", WITHOUT_MLFLOW, "build", MODEL, "--offline", "--output", "reports", *names)
    html = python(*build, "--no-pdf", "--force", cwd=demo, codes=(1,))
    plain_project(demo / "reports" / "credit-default" / "2", folder / "plain")
    yield told("both reports, HTML, from a snapshot / plain sphinx-build of equal pages", html.cpu, plain(folder), 2.5)
    again = python(*build, "--no-pdf", cwd=demo, codes=(1,))
    yield told("second build, nothing changed / first", again.cpu, html.cpu, 0.5)
    both = python(*build, "--force", cwd=demo, codes=(1,), times=1)
    yield told("both reports, HTML and PDF / HTML alone", both.cpu, html.cpu, 3)
