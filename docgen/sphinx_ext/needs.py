"""The trace as sphinx-needs items: requirement -> check -> evidence -> run.

sphinx-needs evaluates strings in titles, fields and filters. So ids and titles are of our making alone, and what a need
shows of evidence is fetched by id through a role.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective, SphinxRole

from docgen.model.document import Dossier, Link
from docgen.sphinx_ext.domain import domain_of, dossier_of, maker


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One need: `kind` is a sphinx-needs type, `shown` the evidence or run whose text it fetches."""

    kind: str
    id: str
    title: str
    status: str
    links: tuple[tuple[str, tuple[str, ...]], ...]
    shown: str = ""


def evidence_need(name: str) -> str:
    """Return the need id of an evidence id."""
    return f"EV_{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:10].upper()}"


def check_need(check: str) -> str:
    """Return the need id of a check id: sphinx-needs takes what follows a dot for a part of another need."""
    return check.replace(".", "_")


def run_need(run_id: str) -> str:
    """Return the need id of a run."""
    return f"RUN_{hashlib.sha256(run_id.encode('utf-8', 'surrogatepass')).hexdigest()[:10].upper()}"


def items(dossier: Dossier) -> Iterator[Item]:
    """Yield every need of a dossier: requirements, their checks, the evidence these used, and its runs."""
    used: set[str] = set()
    for assessment in dossier.assessments:
        for result in assessment.results:
            checks = tuple(check_need(check.id) for check in result.checks)
            links = (("checked_by", checks),)
            yield Item(
                kind="requirement",
                id=result.requirement,
                title=f"Requirement {result.requirement}",
                status=result.verdict.value,
                links=links,
            )
            for check in result.checks:
                used.update(check.evidence)
                found = tuple(evidence_need(name) for name in check.evidence)
                yield Item(
                    kind="check",
                    id=check_need(check.id),
                    title=f"Check {check.id}",
                    status=check.verdict.value,
                    links=(("evidenced_by", found),),
                )
    runs: set[str] = set()
    for evidence in dossier.snapshot.evidence:
        if evidence.id not in used:
            continue
        run = evidence.provenance.run_id
        runs |= {run} if run else set()
        name = evidence_need(evidence.id)
        state = "missing" if evidence.missing else "found"
        to = (("from_run", (run_need(run),)),) if run else ()
        yield Item(kind="evidence", id=name, title=f"Evidence {name}", status=state, links=to, shown=evidence.id)
    for run in sorted(runs):
        yield Item(
            kind="run", id=run_need(run), title=f"Run {run_need(run)}", status="read", links=(), shown=f"run:{run}"
        )


def number_containers(_app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Give the boxes that sphinx-needs draws ids by their place: its own are random, and no two builds would agree."""
    found = (node for node in doctree.findall(nodes.container) if "need_container" in node["classes"])
    for number, node in enumerate(found, 1):
        node["ids"] = [f"need-box-{number}" if name.startswith("SNCB-") else name for name in node["ids"]]


class NeedsDirective(SphinxDirective):
    """`{docgen:needs}`: every need of the dossier, in the order of the regime."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return the needs; markup is made of our ids only."""
        self.env.note_dependency(self.config.docgen_dossier)
        text = "\n".join(_markup(item) for item in items(dossier_of(self.env)))
        holder = nodes.container(classes=["docgen-html-only", "docgen-trace"])
        self.state.nested_parse(StringList(text.splitlines(), source=self.env.docname), self.content_offset, holder)
        return [holder]


def _markup(item: Item) -> str:
    """Return a need as MyST; every word of it is an id or a title of ours."""
    lines = [f"```{{{item.kind}}} {item.title}", f":id: {item.id}", f":status: {item.status}"]
    lines += [f":{name}: {', '.join(to)}" for name, to in item.links if to]
    body = f"\n{{docgen:trace}}`{item.id}`" if item.shown else ""
    return "\n".join([*lines, body, "```", ""])


class TraceRole(SphinxRole):
    """``{docgen:trace}`EV_...` ``: the evidence behind a need, as a link into the list of evidence."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link."""
        link = _places(self.env).get(self.text)
        return (maker(self.env).line((link,)) if link else []), []


def _places(env: BuildEnvironment) -> Mapping[str, Link]:
    """Return need id -> link into the list of evidence, made once for each build."""
    domain = domain_of(env)
    if domain.places is None:
        found: dict[str, Link] = {}
        for evidence in domain.dossier.snapshot.evidence:
            found[evidence_need(evidence.id)] = Link(label=f"evidence:{evidence.id}", text=evidence.id)
            run = evidence.provenance.run_id
            if run:
                found.setdefault(run_need(run), Link(label=f"evidence:run:{run}", text=run))
        domain.places = found
    return domain.places
