"""Both validation reports from a snapshot, MLflow not importable, against what plain tools take for equal pages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from pypdf import PdfReader

from benchmarks._measure import python, told
from benchmarks.card import MODEL, plain, plain_project
from docgen.resources import templates_dir

WITHOUT_MLFLOW = """
import sys
sys.modules["mlflow"] = None  # the import of it fails
from docgen.cli import main
sys.exit(main(sys.argv[1:]))
"""
COMPILE = """
import sys
import typst
from docgen.render.fonts import font_folders
for name in sys.argv[1:]:
    data = typst.compile(
        f"{name}.typ", font_paths=[str(folder) for folder in font_folders()], ignore_system_fonts=True, format="pdf",
        pdf_standards=["a-3a", "ua-1"], timestamp=0,
    )
    open(f"{name}.pdf", "wb").write(data)
"""
REPORTS = ("sr_26_2", "sr_11_7")
HTML_ONLY = ("validation_trace",)
"""Pages that the PDF leaves out."""


def measure(folder: Path) -> Iterator[str]:
    python("-m", "docgen", "demo", "demo", cwd=folder, times=1)
    demo = folder / "demo"
    policy = str(templates_dir() / "policy" / "example.yaml")
    names = (*(word for name in REPORTS for word in ("--regime", name)), "--policy", policy)
    build = ("-c", WITHOUT_MLFLOW, "build", MODEL, "--offline", "--output", "reports", *names)
    html = python(*build, "--no-pdf", "--force", cwd=demo, codes=(1,))
    dossier = demo / "reports" / "credit-default" / "2"
    plain_project(dossier, folder / "plain")
    yield told("both reports, HTML, from a snapshot / plain sphinx-build of equal pages", html.cpu, plain(folder), 2.5)
    again = python(*build, "--no-pdf", cwd=demo, codes=(1,))
    yield told("second build, nothing changed / first", again.cpu, html.cpu, 0.5)
    both = python(*build, "--force", cwd=demo, codes=(1,), times=1)
    yield told("both reports, HTML and PDF / HTML alone", both.cpu, html.cpu, 3)
    pages = plain_typst(dossier, folder / "typst")
    bare = python("-c", COMPILE, *REPORTS, cwd=folder / "typst")
    sheets = [sum(len(PdfReader(path).pages) for path in sorted(place.glob("*sr_*.pdf"))) for place in pages]
    what = (
        f"both PDFs ({sheets[0]} pages) / plain Typst of equal text, tables, pictures and standards ({sheets[1]} pages)"
    )
    yield told(what, both.cpu - html.cpu, bare.cpu, 4.5)


def plain_typst(dossier: Path, target: Path) -> tuple[Path, Path]:
    """Write what a person would write by hand in Typst for the same PDFs; return where both kinds of PDF lie."""
    target.mkdir()
    shutil.copytree(dossier / "_images", target / "_images")
    for name in REPORTS:
        head = f'#set document(title: "{name}")\n#set text(font: "IBM Plex Sans", size: 8pt, lang: "en")\n'
        parts = [head]
        for path in sorted((dossier / name).glob("*.html")):
            article = BeautifulSoup(path.read_text("utf-8"), "html.parser").select_one("article")
            if article is not None and path.stem not in HTML_ONLY:
                parts += _typst(article)
        (target / f"{name}.typ").write_text("\n\n".join(parts), "utf-8")
    return dossier / "files", target


def _typst(article: Tag) -> Iterator[str]:
    for item in article.select("h1, h2, h3, p, table, img"):
        if item.name != "table" and item.find_parent("table"):
            continue
        if item.name.startswith("h"):
            yield f"#heading(level: {min(int(item.name[1]), 2)}, {_said(item)})"  # PDF/UA skips no level
        elif item.name == "img":
            yield f'#image("_images/{Path(str(item["src"])).name}", alt: {json.dumps(str(item["alt"]))})'
        elif item.name == "p":
            yield f"#par({_said(item)})"
        else:
            rows = [row.select("th, td") for row in item.select("tr")]
            width = max(len(row) for row in rows)
            cells = [_said(cell) for row in rows for cell in row] + ['""'] * (width * len(rows) - sum(map(len, rows)))
            yield f"#table(columns: {width}, {', '.join(cells)})"


def _said(item: Tag) -> str:
    """Return the words of an element as a literal of Typst."""
    return json.dumps(" ".join(item.get_text(" ").split()), ensure_ascii=False)
