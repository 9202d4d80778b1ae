"""Blocks: what a page may name. Facts and verdicts in, typed tables, plots and gaps out; pure.

A block is one function in the module of its subject, in the table below. It shows its own gap when there is nothing to
show, so that templates need no conditions.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping

from docgen.blocks import (
    approval,
    beside,
    calibration,
    change,
    change_plan,
    comparison,
    crosswalk,
    data,
    details,
    dvc,
    explanations,
    fairness,
    findings,
    generic,
    graph,
    impact,
    lineage,
    monitoring,
    overlays,
    overview,
    pairs,
    performance,
    policy,
    ranking,
    register,
    requirements,
    residuals,
    risk,
    sections,
    sensitivity,
    splits,
    status,
    trace,
    trends,
)
from docgen.errors import UsageError
from docgen.model.document import Block, Dossier

Options = Mapping[str, str]
Make = Callable[[Dossier, Options], tuple[Block, ...]]

BLOCKS: dict[str, tuple[Make, frozenset[str]]] = {
    "title": (overview.title, frozenset()),
    "verdicts": (overview.verdicts, frozenset()),
    "gaps": (overview.gaps, frozenset()),
    "document-control": (overview.document_control, frozenset()),
    "downloads": (overview.downloads, frozenset()),
    "model-details": (details.model_details, frozenset()),
    "aliases": (details.aliases, frozenset()),
    "runs": (details.runs, frozenset()),
    "params": (details.params, frozenset()),
    "tags": (details.tags, frozenset()),
    "history": (details.history, frozenset()),
    "narrative": (details.narrative, frozenset({"slot"})),
    "performance": (performance.performance, frozenset({"split"})),
    "splits": (splits.compared, frozenset()),
    "confusion": (performance.confusion, frozenset()),
    "ranking": (ranking.ranking, frozenset()),
    "residuals": (residuals.residuals, frozenset()),
    "calibration": (calibration.calibration, frozenset()),
    "comparison": (comparison.comparison, frozenset()),
    "replication": (comparison.replication, frozenset()),
    "sensitivity": (sensitivity.sensitivity, frozenset()),
    "fairness": (fairness.fairness, frozenset({"kind"})),
    "adverse-impact": (impact.adverse_impact, frozenset()),
    "score-gaps": (impact.score_gaps, frozenset()),
    "fairness-over-time": (impact.over_time, frozenset()),
    "explanations": (explanations.explanations, frozenset()),
    "explanations-by-group": (explanations.by_group, frozenset()),
    "explanation-stability": (beside.stability, frozenset()),
    "permutation-importance": (beside.permutation, frozenset()),
    "interactions": (beside.interactions, frozenset()),
    "reason-codes": (beside.reason_codes, frozenset()),
    "datasets": (data.datasets, frozenset()),
    "overlap": (pairs.overlap, frozenset()),
    "shift": (pairs.shift, frozenset()),
    "feeds": (monitoring.feeds, frozenset()),
    "trends": (trends.trends, frozenset({"kind"})),
    "lineage": (graph.lineage, frozenset()),
    "change": (change.change, frozenset()),
    "record": (change_plan.record, frozenset({"evidence"})),
    "records": (change_plan.records, frozenset({"part"})),
    "versions": (change.versions, frozenset()),
    "dvc": (dvc.dvc, frozenset()),
    "pipelines": (lineage.pipelines, frozenset()),
    "deployments": (lineage.deployments, frozenset()),
    "commit": (lineage.commit, frozenset()),
    "signature": (lineage.signature, frozenset()),
    "environment": (lineage.environment, frozenset()),
    "artifacts": (lineage.artifacts, frozenset()),
    "findings": (requirements.findings, frozenset()),
    "register": (register.register, frozenset()),
    "requirements": (requirements.requirements, frozenset()),
    "matrix": (trace.matrix, frozenset()),
    "coverage": (trace.coverage, frozenset()),
    "status": (status.status, frozenset()),
    "narratives": (sections.narratives, frozenset({"section"})),
    "rows": (sections.rows, frozenset({"section"})),
    "evidence-of": (generic.evidence_of, frozenset({"evidence", "wanted", "supply"})),
    "facts": (risk.facts, frozenset()),
    "tiering": (risk.tiering, frozenset()),
    "scope": (risk.scope, frozenset()),
    "next-validation": (risk.next_validation, frozenset()),
    "policy-lines": (policy.policy_lines, frozenset()),
    "program": (policy.program, frozenset()),
    "roles": (policy.roles, frozenset()),
    "policy": (policy.overlay, frozenset()),
    "overlays": (overlays.overlays, frozenset()),
    "crosswalk": (crosswalk.crosswalk, frozenset()),
    "weights": (findings.summary, frozenset()),
    "awaiting": (findings.awaiting, frozenset()),
    "draft-findings": (findings.drafts, frozenset()),
    "approval": (approval.approval, frozenset()),
    "evidence": (requirements.evidence, frozenset()),
}
"""Block name -> (function, options it takes)."""


def make(name: str, dossier: Dossier, options: Options) -> tuple[Block, ...]:
    """Return the blocks that a page names.

    Raises:
        UsageError: no such block or option; the message names the nearest.
    """
    if name not in BLOCKS:
        raise UsageError(
            f"unknown block {name!r} ({_near(name, BLOCKS)})", hint="the blocks are listed in docs/regimes.md"
        )
    function, known = BLOCKS[name]
    for option in options:
        if option not in known:
            raise UsageError(f"block {name!r}: unknown option {option!r} ({_near(option, known)})")
    return function(dossier, options)


def _near(word: str, known: Mapping[str, object] | frozenset[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known)) or 'none'}"
