"""The demo's model card: collecting, rendering, doing nothing, a long PDF; each against what it cannot do without."""

from __future__ import annotations

import json
import pickle
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from benchmarks._measure import cost, python, told
from docgen.blocks import BLOCKS, make
from docgen.config import load_config
from docgen.model.document import Dossier, Figure, Plot
from docgen.pipeline import assess, latest_snapshot, load_regimes

MODEL = "models:/credit-default/2"
BARE = """
import sys
from mlflow import MlflowClient
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
uri = sys.argv[1]
client = MlflowClient(tracking_uri=uri, registry_uri=uri)
for number in ("2", "1"):
    version = client.get_model_version("credit-default", number)
    client.get_registered_model("credit-default")
    run = client.get_run(version.run_id)
    client.get_experiment(run.info.experiment_id)
    places = [run.info.artifact_uri]
    if run.outputs and run.outputs.model_outputs:
        model = client.get_logged_model(run.outputs.model_outputs[0].model_id)
        places.append(model.artifact_location)
    for key in run.data.metrics:
        if key == "train_loss" and number == "2":
            client.get_metric_history(version.run_id, key)
    for place in places:
        repository = get_artifact_repository(place, tracking_uri=uri)
        folders = [None]
        while folders:
            for item in repository.list_artifacts(folders.pop()):
                if item.is_dir:
                    folders.append(item.path)
                elif item.path.endswith((".json", "MLmodel", ".txt", ".yaml")):
                    with open(repository.download_artifacts(item.path), "rb") as file:
                        file.read()
"""
CONF = """
extensions = ["myst_parser"]
html_theme = "furo"
project = "plain"
"""
DRAWING = """
import pickle
from pathlib import Path
from docgen.render.figures import draw
here = Path(__file__).parent
for number, plot in enumerate(pickle.loads((here / "plots.pickle").read_bytes())):
    (here / "_images" / f"drawn-{number}.svg").write_bytes(draw(plot))
"""
"""What a person's conf.py does who has matplotlib draw the same figures at every build."""


_WITH_OPTIONS = {"narrative", "narratives", "rows", "evidence-of"}
"""Blocks that want an option; they have no figure of their own."""


def measure(folder: Path) -> Iterator[str]:
    python("-m", "docgen", "demo", "demo", cwd=folder, times=1)
    demo = folder / "demo"
    bare = python("-c", BARE, f"sqlite:///{demo / 'mlflow.db'}", cwd=demo)
    yield told("collect / bare client calls", python("-m", "docgen", "collect", MODEL, cwd=demo).cpu, bare.cpu, 1.3)

    plain_project(demo / "dossiers" / "credit-default" / "2", folder / "plain")

    pages = plain(folder)
    build = ("-m", "docgen", "build", MODEL, "--offline", "--no-pdf")
    html = python(*build, "--force", cwd=demo, codes=(0, 1))
    yield told("HTML from a snapshot / plain sphinx-build of equal pages, pictures ready", html.cpu, pages, 1.5)
    with (folder / "plain" / "conf.py").open("a", encoding="utf-8") as conf:
        conf.write(DRAWING)
    (folder / "plain" / "plots.pickle").write_bytes(pickle.dumps(plots(demo)))
    yield told("HTML from a snapshot / plain sphinx-build that draws the same figures", html.cpu, plain(folder), 1.5)
    again = python(*build, cwd=demo, codes=(0, 1))
    yield told("second build, nothing changed / first", again.cpu, html.cpu, 0.5)

    long_run(demo)
    python("-m", "docgen", "collect", MODEL, cwd=demo, times=1)
    long = python("-m", "docgen", "build", MODEL, "--offline", cwd=demo, codes=(0, 1), times=1)
    (pdf,) = (demo / "dossiers" / "credit-default" / "2" / "files").glob("*.pdf")
    from pypdf import PdfReader

    count = len(PdfReader(pdf).pages)
    yield told(f"HTML and PDF of {count} pages: peak / 1 GiB", long.peak, 1024, 1, unit="MiB")
    yield f"HTML and PDF of {count} pages: {long.cpu:.1f} CPU s"


def plain(folder: Path) -> float:
    """Return the median CPU seconds of plain sphinx-build, from nothing."""

    def once() -> float:
        shutil.rmtree(folder / "out", ignore_errors=True)
        return cost(_sphinx(folder), folder).cpu

    return sorted(once() for _ in range(3))[1]


def plots(demo: Path) -> list[Plot]:
    """Return the plots of the card."""
    config = load_config(demo / "docgen.toml")
    snapshot = latest_snapshot(MODEL, config=config)
    regimes = tuple(regime for regime, _ in load_regimes(config))
    dossier = Dossier(snapshot=snapshot, regimes=regimes, assessments=assess(snapshot, config=config))
    found: list[Plot] = []
    for name in BLOCKS:
        if name not in _WITH_OPTIONS:
            found += [block.plot for block in make(name, dossier, {}) if isinstance(block, Figure)]
    return found


def _sphinx(folder: Path) -> list[str]:
    import sys

    return [sys.executable, "-m", "sphinx", "-q", "-b", "html", str(folder / "plain"), str(folder / "out")]


def plain_project(dossier: Path, target: Path) -> None:
    """Write what a person would write by hand to get the same headings, paragraphs, tables and pictures."""
    target.mkdir()
    (target / "conf.py").write_text(CONF, "utf-8")
    shutil.copytree(dossier / "_images", target / "_images")
    pages = [path for path in sorted(dossier.rglob("*.html")) if path.stem not in {"genindex", "search"}]
    names = [path.relative_to(dossier).with_suffix("").as_posix() for path in pages]
    for name in names:
        soup = BeautifulSoup((dossier / f"{name}.html").read_text("utf-8"), "html.parser")
        article = soup.select_one("article")
        if article is not None:
            text = "\n\n".join(_markdown(article))
            tree = "\n".join(["```{toctree}", *[other for other in names if other != "index"], "```"])
            (target / name).parent.mkdir(exist_ok=True)
            (target / f"{name}.md").write_text(f"{text}\n\n{tree if name == 'index' else ''}\n", "utf-8")


def _markdown(article: Tag) -> Iterator[str]:
    for item in article.select("h1, h2, h3, p, table, img"):
        if item.name != "table" and item.find_parent("table"):
            continue
        words = " ".join(item.get_text(" ").split())
        if item.name.startswith("h"):
            yield "#" * int(item.name[1]) + " " + _plain(words)
        elif item.name == "img":
            yield f"![{_plain(str(item['alt']))}](/_images/{Path(str(item['src'])).name})"
        elif item.name == "p":
            yield _plain(words)
        else:
            rows = [
                [_plain(" ".join(cell.get_text(" ").split())) for cell in row.select("th, td")]
                for row in item.select("tr")
            ]
            width = max(len(row) for row in rows)
            lines = ["| " + " | ".join([*row, *[""] * (width - len(row))]) + " |" for row in rows]
            yield "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _plain(text: str) -> str:
    return "".join("\\" + char if char in "\\`*_{}[]<>#|$@" else char for char in text)


def long_run(demo: Path) -> None:
    """Give the run of version 2 so many parameters that its PDF has more than 100 pages."""
    with sqlite3.connect(demo / "mlflow.db") as database:
        (run,) = database.execute("SELECT run_id FROM model_versions WHERE version = 2").fetchone()
        rows = [(f"parameter_{number:04d}", json.dumps({"value": number}), run) for number in range(1000)]
        database.executemany("INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)", rows)
