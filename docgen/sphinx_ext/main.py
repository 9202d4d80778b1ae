"""Registers docgen with Sphinx: configuration values, the domain, how a value looks in HTML, and what is refused."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.application import Sphinx

from docgen.sphinx_ext.domain import DocgenDomain, domain_of
from docgen.sphinx_ext.needs import NeedsDirective, TraceRole, number_containers
from docgen.sphinx_ext.nodes_ import docgen_value
from docgen.sphinx_ext.warnings_ import Warn, warn
from docgen.sphinx_ext.widths import code_parts
from docgen.store.dossier import load_dossier

if TYPE_CHECKING:
    from sphinx.util.typing import ExtensionMetadata

SCHEMES = ("http://", "https://", "mailto:")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    from docgen import __version__
    from docgen.sphinx_ext.pdf import TypstPdfBuilder

    app.add_config_value(
        "docgen_dossier", "dossier.json", "env", (str,), "The dossier that pages fetch their values from"
    )
    app.add_config_value(
        "docgen_confined",
        default=False,
        rebuild="env",
        types=(bool,),
        description="Leave out images from elsewhere and links that are not http, https or mailto",
    )
    app.add_node(docgen_value, override=True, html=(_visit_value, _depart_value))
    app.add_domain(DocgenDomain)
    app.add_directive_to_domain("docgen", "needs", NeedsDirective)
    app.add_role_to_domain("docgen", "trace", TraceRole())
    app.add_builder(TypstPdfBuilder)
    app.connect("builder-inited", _load)
    app.connect("doctree-read", _refuse)
    app.connect("doctree-resolved", number_containers, priority=900)  # after sphinx-needs has drawn
    app.connect("doctree-resolved", _one_id, priority=900)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}


def _load(app: Sphinx) -> None:
    """Read the dossier once for each build."""
    path = Path(app.srcdir) / app.config.docgen_dossier
    domain_of(app.env).dossier = load_dossier(path.read_bytes(), where=path.name)


def _refuse(app: Sphinx, doctree: nodes.document) -> None:
    """Take images from outside the project and links of other schemes out of a page of a confined project."""
    if not app.config.docgen_confined:
        return
    root = Path(app.srcdir).resolve()
    for image in list(doctree.findall(nodes.image)):
        path = (root / image["uri"].lstrip("/")).resolve()
        if "://" in image["uri"] or not path.is_relative_to(root):
            warn(Warn.IMAGE, f"image {image['uri']!r} is not in the project", location=image)
            image.parent.replace(image, nodes.inline("", "[image left out]", classes=["docgen-absent"]))
    for reference in list(doctree.findall(nodes.reference)):
        uri = reference.get("refuri", "")
        if uri and not reference.get("internal") and not uri.startswith((*SCHEMES, "#")):
            warn(Warn.LINK, f"link to {uri!r} is not allowed", location=reference)
            reference.parent.replace(reference, list(reference.children))


def _one_id(_app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Take the table's id from the frame that the theme puts around it: an id stands once in a page."""
    for frame in doctree.findall(nodes.container):
        if "table-wrapper" in frame["classes"]:
            frame["ids"] = []


def _visit_value(self: Any, node: docgen_value) -> None:  # noqa: ANN401  # Sphinx's HTML translator
    attributes = {"class": " ".join(node["classes"]), "data-evidence": node["evidence"]}
    if node.get("source"):
        attributes |= {"data-source": node["source"], "tabindex": "0"}
    if node.get("whole"):
        attributes["value"] = node["whole"]
    shown = " ".join(f'{key}="{escape(_one(value), quote=True)}"' for key, value in attributes.items())
    self.body.append(f"<data {shown}>")
    if "docgen-code" in node["classes"] and "docgen-digest" not in node["classes"]:
        self.body.append("<wbr>".join(map(escape, code_parts(node.astext()))))
        raise nodes.SkipChildren


def _one(value: str) -> str:
    """Return an attribute's text without characters that HTML does not allow."""
    if value.replace("\n", "").isprintable():
        return value
    return "".join(char if char == "\n" or char.isprintable() else f"<U+{ord(char):04X}>" for char in value)


def _depart_value(self: Any, _node: docgen_value) -> None:  # noqa: ANN401
    self.body.append("</data>")
