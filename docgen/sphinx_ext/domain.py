"""The `docgen` domain: `{docgen:block}`, `{docgen:metric}`, `{docgen:value}`, `{docgen:evidence}`, and its anchors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, cast

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from docutils.statemachine import StringList
from sphinx.builders import Builder
from sphinx.domains import Domain
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.nodes import make_refnode

from docgen.blocks import make
from docgen.blocks.values import full
from docgen.errors import DocgenError
from docgen.model.document import Absent, Dossier, Line, Link, Shown
from docgen.model.evidence import Evidence, Missing, Quantity, Text
from docgen.sphinx_ext.nodes_ import NodeMaker
from docgen.sphinx_ext.warnings_ import Warn, warn

FIGURES = "_figures"


def domain_of(env: BuildEnvironment) -> DocgenDomain:
    """Return the domain of a build."""
    return cast("DocgenDomain", env.domains["docgen"])


def dossier_of(env: BuildEnvironment) -> Dossier:
    """Return the dossier of a build, which was read when the build began.

    A page in a folder named like a regime of the dossier is about that regime, and knows of those beside it; all other
    pages are about every regime.
    """
    whole = domain_of(env).dossier
    folder = env.docname.rpartition("/")[0]
    pairs = tuple(zip(whole.regimes, whole.assessments, strict=True))
    for regime, assessment in pairs:
        if folder == regime.id:
            others = tuple(pair for pair in pairs if pair[0].id != regime.id)
            crosswalks = tuple(item for item in whole.crosswalks if regime.id in {item.from_regime, item.to_regime})
            return replace(whole, regimes=(regime,), assessments=(assessment,), crosswalks=crosswalks, beside=others)
    return whole


def maker(env: BuildEnvironment, prose: Any = None) -> NodeMaker:  # noqa: ANN401  # a callable of NodeMaker
    """Return what makes nodes for the document that is being read."""
    domain = domain_of(env)
    docname = env.docname

    def anchor(label: str, name: str) -> None:
        domain.data["anchors"].setdefault(label, {}).setdefault(docname.rpartition("/")[0], (docname, name))

    def image(name: str, svg: bytes) -> str:
        file = f"{FIGURES}/{docname.replace('/', '-')}-{name}"
        path = Path(env.srcdir) / file
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_bytes() != svg:
            path.write_bytes(svg)
        return f"/{file}"

    return NodeMaker(
        dossier=dossier_of(env), docname=docname, anchor=anchor, image=image, prose=prose or (lambda _text, _slot: [])
    )


class BlockDirective(SphinxDirective):
    """`{docgen:block} <name>`: fetches values by the block's name; has no content, so nothing can be smuggled in."""

    required_arguments = 1
    optional_arguments = 0
    has_content = False
    option_spec: ClassVar[dict[str, Any]] = {
        "slot": directives.unchanged_required,
        "split": directives.unchanged_required,
        "section": directives.unchanged_required,
        "evidence": directives.unchanged_required,
        "wanted": directives.unchanged_required,
        "part": lambda value: directives.choice(value, ("modification", "method", "risk")),
        "supply": directives.unchanged_required,
        "only": lambda value: directives.choice(value, ("html", "pdf")),
        "kind": lambda value: directives.choice(value, ("unitary", "intersectional")),
    }

    def run(self) -> list[nodes.Node]:
        """Return the nodes of the block."""
        dossier = dossier_of(self.env)
        self.env.note_dependency(self.config.docgen_dossier)
        options = {key: str(value) for key, value in self.options.items() if key != "only"}
        try:
            blocks = make(self.arguments[0], dossier, options)
        except DocgenError as err:
            warn(Warn.BLOCK, err.message, location=self.get_location())
            return [nodes.inline("", f"[{err.message}]", classes=["docgen-absent"])]
        made = maker(self.env, self._prose).make(blocks)
        only = self.options.get("only")
        return [nodes.container("", *made, classes=[f"docgen-{only}-only"])] if only else made

    def _prose(self, markdown: str, slot: str) -> list[nodes.Node]:
        holder = nodes.container()
        lines = StringList(markdown.splitlines(), source=f"narratives/{slot}.md")
        self.state.nested_parse(lines, self.content_offset, holder)
        return list(holder.children)


class _EvidenceRole(SphinxRole):
    """A role that names evidence by id."""

    def find(self, name: str) -> Evidence | None:
        """Return the evidence, or None with a warning."""
        found = dossier_of(self.env).snapshot.find(name)
        if found is None:
            warn(Warn.UNKNOWN_EVIDENCE, f"no evidence {name!r}", location=self.get_location())
        return found

    def show(self, line: Line) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return a line as the role's result."""
        return maker(self.env).line(line), []


class MetricRole(_EvidenceRole):
    """``{docgen:metric}`roc_auc@test` ``: the value with interval and n."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the metric, or a visible gap."""
        name = f"metric:{self.text}"
        found = self.find(name)
        if found is None or not isinstance(found.value, Quantity):
            return self.show((Absent(wanted=name, reason="not recorded"),))
        return self.show(full(found.value, found.id))


class ValueRole(_EvidenceRole):
    """``{docgen:value}`param:C` `` or ``{docgen:value}`version:3#created` ``: one value, or one field of a record."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the value, or a visible gap."""
        name, _, field = self.text.partition("#")
        found = self.find(name)
        absent: Line = (Absent(wanted=name, reason="not recorded"),)
        if found is None or isinstance(found.value, Missing):
            return self.show(absent)
        if isinstance(found.value, Quantity) and not field:
            return self.show(full(found.value, found.id))
        field = field or ("text" if isinstance(found.value, Text) else "")
        value = getattr(found.value, field, None) if field in getattr(type(found.value), "__slots__", ()) else None
        if not isinstance(value, (str, int, float)):
            warn(Warn.UNKNOWN_EVIDENCE, f"{name!r} has no single value {field!r}", location=self.get_location())
            return self.show(absent)
        return self.show(
            (Shown(value=value, evidence=found.id, format="number" if isinstance(value, float) else "text"),)
        )


class EvidenceRole(_EvidenceRole):
    """``{docgen:evidence}`dataset:test` ``: a link into the list of evidence."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, or a visible gap."""
        if self.find(self.text) is None:
            return self.show((Absent(wanted=self.text, reason="not recorded"),))
        return self.show((Link(label=f"evidence:{self.text}", text=self.text),))


class DocgenDomain(Domain):
    """Holds the dossier of the build, and the anchors of all documents, so that links between pages resolve."""

    dossier: Dossier
    """Set once for each build; not part of the saved environment."""
    places: Mapping[str, Line] | None = None
    """Need id -> what it stands for; made when the first need asks."""

    name = "docgen"
    label = "docgen"
    data_version = 2
    initial_data: ClassVar[dict[str, Any]] = {"anchors": {}}
    directives: ClassVar[dict[str, type[Directive]]] = {"block": BlockDirective}
    roles: ClassVar[dict[str, Any]] = {"metric": MetricRole(), "value": ValueRole(), "evidence": EvidenceRole()}

    def clear_doc(self, docname: str) -> None:
        """Forget the anchors of a document that is read again."""
        anchors = self.data["anchors"]
        for homes in anchors.values():
            for folder in [folder for folder, (home, _) in homes.items() if home == docname]:
                del homes[folder]

    def merge_domaindata(self, docnames: Iterable[str], otherdata: dict[str, Any]) -> None:
        """Take over the anchors that another process read."""
        for label, homes in otherdata["anchors"].items():
            found = {folder: place for folder, place in homes.items() if place[0] in docnames}
            self.data["anchors"].setdefault(label, {}).update(found)

    def resolve_xref(
        self,
        env: BuildEnvironment,  # noqa: ARG002  # Sphinx's signature
        fromdocname: str,
        builder: Builder,
        typ: str,  # noqa: ARG002
        target: str,
        node: Any,  # noqa: ANN401, ARG002  # pending_xref
        contnode: Any,  # noqa: ANN401
    ) -> nodes.reference | None:
        """Return the link to an anchor, in the same regime's pages if it stands there; None leaves mere text."""
        homes = self.data["anchors"].get(target)
        if not homes:
            return None
        docname, name = homes.get(fromdocname.rpartition("/")[0]) or homes[min(homes)]
        return make_refnode(builder, fromdocname, docname, name, contnode)

    def resolve_any_xref(self, *_arguments: Any) -> list[Any]:  # noqa: ANN401
        """Anchors are reached by their labels alone."""
        return []
