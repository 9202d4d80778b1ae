"""The PDF builder: resolved doctrees become data, and one fixed Typst template sets them.

No Typst source is made from anything: the template reads JSON. The result is tagged PDF/A-3a and PDF/UA-1, and carries
its imprint as an attached file, so that a PDF by itself can be matched with what it was made from.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.builders import Builder
from sphinx.errors import SphinxError
from sphinx.util import logging

from docgen.blocks import make
from docgen.model.canonical import canonical
from docgen.model.codec import unstructure
from docgen.model.document import Dossier
from docgen.model.imprint import IMPRINT_NAME, imprint_of
from docgen.model.regime import Regime
from docgen.render.fonts import font_folders, showable
from docgen.resources import sphinx_src_dir
from docgen.sphinx_ext.doctree_json import Converter, Tree, without_dead_links
from docgen.sphinx_ext.domain import domain_of
from docgen.sphinx_ext.nodes_ import NodeMaker
from docgen.tools import tools_in_use

_LOGGER = logging.getLogger(__name__)

STANDARDS = ("a-3a", "ua-1")
FRONT = "document-control"
"""The block that stands on the cover; pages leave it out of the PDF."""


class PdfError(SphinxError):
    """Typst could not set the document."""

    category = "PDF"


class TypstPdfBuilder(Builder):
    """`sphinx-build -b docgen_pdf`: one PDF for each regime of the dossier, `<regime id>.pdf`."""

    name = "docgen_pdf"
    format = "docgen_pdf"
    epilog = "The PDFs are in %(outdir)s."
    allow_parallel = False
    supported_image_types: ClassVar[list[str]] = ["image/svg+xml", "image/png", "image/jpeg"]
    supported_linkcode = False

    def get_outdated_docs(self) -> str:
        """Return that the PDF is always made anew: a dossier is one document."""
        return "all documents"

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:  # noqa: ARG002  # Sphinx's signature
        """Return the address of a document inside the PDF."""
        return f"#{docname}:"

    def get_relative_uri(self, from_: str, to: str, typ: str | None = None) -> str:  # noqa: ARG002  # as above
        """Return nothing: every document is in the same file, and anchors are unique in it."""
        return ""

    def write_documents(self, docnames: AbstractSet[str]) -> None:  # noqa: ARG002  # all of them are needed
        """Set the PDF of each regime."""
        dossier = domain_of(self.env).dossier
        single = len(dossier.regimes) == 1
        for position, regime in enumerate(dossier.regimes):
            start = self.config.root_doc if single else f"{regime.id}/index"
            self._set(dossier, position, regime, start)

    def _set(self, dossier: Dossier, position: int, regime: Regime, start: str) -> None:
        work = Path(self.outdir) / f"{regime.id}.work"
        work.mkdir(parents=True)
        converter = Converter(image=_Images(Path(self.srcdir), work), text=showable, unknown=self._unknown)
        body: list[Tree] = []
        for depth, docname in self._reading_order(start):
            doctree = self.env.get_and_resolve_doctree(docname, self, tags=self.tags)
            body += converter.document(docname, doctree, depth)
        one = Dossier(snapshot=dossier.snapshot, regimes=(regime,), assessments=(dossier.assessments[position],))
        content = {
            **_frame(one, self.config.language),
            "control": without_dead_links(_control(one, start), set()),
            "body": without_dead_links(body, converter.labels),
        }
        imprint = imprint_of(one.snapshot, one.assessments[0], tools_in_use())
        (work / IMPRINT_NAME).write_bytes(canonical(unstructure(imprint)))
        _typeset(content, work, Path(self.outdir) / f"{regime.id}.pdf", dossier.snapshot.captured_at)
        shutil.rmtree(work)

    def _reading_order(self, start: str, depth: int = 1) -> Iterator[tuple[int, str]]:
        """Yield each document that belongs into the PDF with the level of its title, in the order of the toctrees."""
        if self.env.metadata[start].get("docgen_only") != "html":
            yield depth, start
        for docname in self.env.toctree_includes.get(start, ()):
            yield from self._reading_order(docname, depth)

    def _unknown(self, name: str) -> None:
        _LOGGER.warning("the PDF has no form for %r; its text is shown", name, type="docgen", subtype="pdf")

    def write_doc(self, docname: str, doctree: nodes.document) -> None:
        """Do nothing: see `write_documents`."""

    def finish(self) -> None:
        """Do nothing: the PDFs are whole."""


class _Images:
    """Copies the images of the project beside the template and says where they are."""

    def __init__(self, source: Path, work: Path) -> None:
        self._source, self._work = source.resolve(), work

    def __call__(self, uri: str) -> str | None:
        path = (self._source / uri.lstrip("/")).resolve()
        if not path.is_relative_to(self._source) or not path.is_file():
            return None
        name = f"image-{path.relative_to(self._source).as_posix().replace('/', '-')}"
        shutil.copyfile(path, self._work / name)
        return name


def _frame(dossier: Dossier, language: str) -> dict[str, object]:
    """Return what stands on the cover and on every page."""
    (regime,), (assessment,) = dossier.regimes, dossier.assessments
    snapshot = dossier.snapshot
    state = "No requirement is open" if assessment.gate_open else "Requirements are open"
    return {
        "language": language,
        "title": showable(regime.title),
        "model": showable(_short(snapshot.subject.name)),
        "version": showable(snapshot.subject.version or ""),
        "snapshot": snapshot.digest()[:12],
        "as_of": assessment.as_of,
        "state": state,
        "open": not assessment.gate_open,
        "instrument": showable(regime.instrument),
        "disclaimer": showable(regime.disclaimer),
    }


def _short(name: str) -> str:
    from docgen.render.text import one_line

    return one_line(name, limit=120)


def _control(dossier: Dossier, docname: str) -> list[Tree]:
    """Return the document control block of the cover."""
    maker = NodeMaker(
        dossier=dossier,
        docname=docname,
        anchor=lambda _label, _name: None,
        image=lambda name, _svg: name,
        prose=lambda _text, _slot: [],
    )
    converter = Converter(image=lambda _uri: None, text=showable, unknown=lambda _name: None, docname="cover")
    return [tree for node in maker.make(make(FRONT, dossier, {})) for tree in converter.node(node)]


def _typeset(content: dict[str, object], work: Path, target: Path, moment: str) -> None:
    """Run Typst.

    Raises:
        PdfError: Typst stopped; the message is its own.
    """
    import typst

    for source in sorted((sphinx_src_dir() / "pdf").glob("*.typ")):
        shutil.copyfile(source, work / source.name)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    (work / "content.json").write_text(text, "utf-8")
    seconds = int(datetime.fromisoformat(moment).timestamp())
    compile_pdf: Any = typst.compile
    try:
        data = compile_pdf(
            str(work / "main.typ"),
            root=str(work),
            font_paths=[str(folder) for folder in font_folders()],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=list(STANDARDS),
            timestamp=seconds,
        )
    except Exception as err:  # Typst's own class has no stable home
        raise PdfError(f"{type(err).__name__}: {err}") from err
    target.write_bytes(data)
