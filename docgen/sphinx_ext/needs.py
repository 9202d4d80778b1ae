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

from docgen.model.document import Dossier, Line, Link, Words
from docgen.model.evidence import Evidence, EvidenceId, Table
from docgen.model.regime import OWN_PREFIX
from docgen.sphinx_ext.domain import domain_of, dossier_of, maker

_HEAD = EvidenceId("commit:head")


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


def clause_need(regime: str, section: str) -> str:
    """Return the need id of a clause of an instrument."""
    return f"CL_{hashlib.sha256(f'{regime}/{section}'.encode()).hexdigest()[:10].upper()}"


def row_items(dossier: Dossier, *, own: bool = True) -> Iterator[Item]:
    """Yield the clauses of the regimes, their rows, and the checks of these.

    Args:
        dossier: what is documented.
        own: also the user's own rows, which stand in every regime and may be an item only once.
    """
    for regime, assessment in zip(dossier.regimes, dossier.assessments, strict=True):
        for section in dict.fromkeys(row.section for row in regime.requirements):
            name = clause_need(regime.id, section)
            yield Item(kind="clause", id=name, title=f"Clause {name}", status="read", links=(), shown=section)
        clauses = {row.id: clause_need(regime.id, row.section) for row in regime.requirements}
        for result in assessment.results:
            if not own and result.requirement.startswith(OWN_PREFIX):
                continue
            checks = tuple(check_need(check.id) for check in result.checks)
            yield Item(
                kind="requirement",
                id=result.requirement,
                title=f"Requirement {result.requirement}",
                status=result.verdict.value,
                links=(("derived_from", (clauses[result.requirement],)), ("checked_by", checks)),
            )
            for check in result.checks:
                found = tuple(evidence_need(name) for name in check.evidence)
                yield Item(
                    kind="check",
                    id=check_need(check.id),
                    title=f"Check {check.id}",
                    status=check.verdict.value,
                    links=(("evidenced_by", found),),
                )


def evidence_items(dossier: Dossier) -> Iterator[Item]:
    """Yield the evidence that any check used, the files and commit it goes back to, and its runs."""
    there = {item.id: item for item in dossier.snapshot.evidence}
    checks = (check for assessment in dossier.assessments for row in assessment.results for check in row.checks)
    used = {name for check in checks for name in check.evidence if name in there}
    used |= {file for name in used if (file := _file(there[name], there))}
    used |= {_HEAD} & there.keys()
    runs: set[str] = set()
    for name in sorted(used):
        evidence = there[name]
        run, file = evidence.provenance.run_id, _file(evidence, there)
        runs |= {run} if run else set()
        links: list[tuple[str, tuple[str, ...]]] = [("from_run", (run_need(run),))] if run else []
        links += [("read_from", (evidence_need(file),))] if file and file != name else []
        own = evidence_need(name)
        state = "missing" if evidence.missing else "found"
        yield Item(
            kind="evidence", id=own, title=f"Evidence {own}", status=state, links=tuple(links), shown=evidence.id
        )
    for run in sorted(runs):
        own = run_need(run)
        made = run == dossier.snapshot.subject.run_id and _HEAD in there
        to = (("made_from", (evidence_need(_HEAD),)),) if made else ()
        yield Item(kind="run", id=own, title=f"Run {own}", status="read", links=to, shown=f"run:{run}")


PLAN_KINDS = {
    "modification": "modification",
    "method": "procedure",  # Sphinx's Python domain has a directive of that name
    "step": "step",
    "criterion": "criterion",
    "risk": "risk",
}
"""Parts of a change plan that are needs of their own, and their type of need."""


def plan_items(dossier: Dossier) -> Iterator[Item]:
    """Yield the parts of a change plan, each with what it leads to."""
    listed = dossier.snapshot.find("plan:links")
    rows = listed.value.rows if listed and isinstance(listed.value, Table) else ()
    for evidence in dossier.snapshot.of_kind("plan"):
        kind = evidence.id.removeprefix("plan:").partition("/")[0]
        if kind not in PLAN_KINDS or "/" not in evidence.id:
            continue
        mine = [(str(link), evidence_need(str(to))) for source, link, to in rows if source == evidence.id]
        links = tuple((name, tuple(to for link, to in mine if link == name)) for name in PLAN_LINKS)
        own = evidence_need(evidence.id)
        title = f"{kind.capitalize()} {own}"
        yield Item(kind=PLAN_KINDS[kind], id=own, title=title, status="read", links=links, shown=evidence.id)


PLAN_LINKS = ("uses", "judged_by", "has_step", "threatens", "verified_by")
"""How they lead to each other."""


def _file(evidence: Evidence, there: dict[EvidenceId, Evidence]) -> EvidenceId | None:
    """Return the id of the file that some evidence was read from, where the snapshot lists it."""
    prefix, _, path = evidence.provenance.uri.removeprefix("runs:/").partition("/")
    name = EvidenceId(f"artifact:{path}")
    return name if path and prefix == evidence.provenance.run_id and name in there else None


def number_containers(_app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Give the boxes that sphinx-needs draws ids by their place: its own are random, and no two builds would agree."""
    found = (node for node in doctree.findall(nodes.container) if "need_container" in node["classes"])
    for number, node in enumerate(found, 1):
        node["ids"] = [f"need-box-{number}" if name.startswith("SNCB-") else name for name in node["ids"]]


class NeedsDirective(SphinxDirective):
    """`{docgen:needs}`: every need of the dossier, in the order of the regime.

    Where a dossier has several regimes, the page of each holds its rows and checks; the evidence that they share, and
    its runs, stand once, on a page above them.
    """

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return the needs; markup is made of our ids only."""
        self.env.note_dependency(self.config.docgen_dossier)
        dossier, several = dossier_of(self.env), len(domain_of(self.env).dossier.regimes) > 1
        first = dossier.regimes[0].id == domain_of(self.env).dossier.regimes[0].id
        found = list(row_items(dossier, own=first)) if not several or len(dossier.regimes) == 1 else []
        found += (*plan_items(dossier), *evidence_items(dossier)) if len(dossier.regimes) > 1 or not several else ()
        text = "\n".join(_markup(item) for item in found)
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
    """``{docgen:trace}`EV_...` ``: the clause, evidence or run behind a need, the latter two as links."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the text."""
        return maker(self.env).line(_places(self.env).get(self.text, ())), []


def _places(env: BuildEnvironment) -> Mapping[str, Line]:
    """Return need id -> what it stands for, made once for each build: a clause, or a link into the list of evidence."""
    domain = domain_of(env)
    if domain.places is None:
        found: dict[str, Line] = {}
        for regime in domain.dossier.regimes:
            found |= {clause_need(regime.id, row.section): (Words(text=row.section),) for row in regime.requirements}
        for evidence in domain.dossier.snapshot.evidence:
            found[evidence_need(evidence.id)] = (Link(label=f"evidence:{evidence.id}", text=evidence.id),)
            run = evidence.provenance.run_id
            if run:
                found.setdefault(run_need(run), (Link(label=f"evidence:run:{run}", text=run),))
        domain.places = found
    return domain.places
