"""The firm's own lines: thresholds with the values they were held against, programme answers, roles, scales."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from docgen.blocks.values import full
from docgen.model.assessment import Assessment, CheckResult, Verdict
from docgen.model.document import Absent, Badge, Block, Dossier, Facts, GapBox, Grid, Inline, Line, Link, Shown, Words
from docgen.model.evidence import Quantity
from docgen.model.regime import Regime

_SUPPLY = "print a worked example with docgen policy example, and name the file with --policy"


def _no_policy(wanted: str) -> GapBox:
    return GapBox(wanted=wanted, why="no policy is given", owner="model risk management", supply=_SUPPLY)


def held(dossier: Dossier, check: CheckResult) -> Line:
    """Return the values that a check was held against, each with interval and n."""
    line: list[Inline] = []
    for name in check.evidence:
        found = dossier.snapshot.find(name)
        if found is not None and isinstance(found.value, Quantity):
            line += [Words(text="; ")] if line else []
            line += full(found.value, found.id)
    return tuple(line)


def policy_lines(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return each line of the firm's with its inequality, source, value, interval, n and outcome."""
    if not dossier.policy.title:
        return (_no_policy("thresholds of the firm"),)
    rows = [_line(dossier, check) for check in _lines(dossier)]
    if not rows:
        supply = "state lines for the rows of this regime in the policy, under bounds"
        return (
            GapBox(
                wanted="thresholds of the firm", why="the policy states none for this regime",
                owner="model risk management", supply=supply,
            ),
        )  # fmt: skip
    columns = ("Line", "Row", "Bound and source", "Value", "Verdict", "Outcome")
    return (Grid(caption=f"The firm's lines: {dossier.policy.name}", columns=columns, rows=tuple(rows)),)


def _lines(dossier: Dossier) -> Iterator[CheckResult]:
    """Yield what the lines of the policy came to."""
    for assessment in dossier.assessments:
        for result in assessment.results:
            yield from (check for check in result.checks if check.line)


def _line(dossier: Dossier, check: CheckResult) -> tuple[Line, ...]:
    row = check.id.rpartition(".")[0]
    off = check.verdict is Verdict.NOT_APPLICABLE
    bound = f"{check.inequality} ({check.source})" if check.inequality else "for another tier" if off else "is there"
    return (
        (Words(text=check.title),),
        (Link(label=f"need:{row}", text=row),),
        (Words(text=bound),),
        () if off else _value(dossier, check),
        (Badge(verdict=check.verdict),),
        (Words(text=check.outcome or check.reason),),
    )


def _value(dossier: Dossier, check: CheckResult) -> Line:
    """Return the value that a bound was held against; for a line that has no bound, which evidence there is."""
    found: Line = ()
    if check.inequality:
        found = held(dossier, check)
    else:
        found = tuple(Link(label=f"evidence:{name}", text=name) for name in check.evidence[:3])
    return found or (Absent(wanted="value", reason="no value"),)


def program(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the rows of the firm's programme: who answered them, where and when."""
    rows: list[tuple[Line, ...]] = []
    for regime, assessment in zip(dossier.regimes, dossier.assessments, strict=True):
        rows += _program(dossier, regime, assessment)
    if not rows:
        return ()
    columns = ("Row", "Subject", "Verdict", "Answer", "Reference", "By and on")
    return (Grid(caption="Answered once for the firm, and inherited", columns=columns, rows=tuple(rows)),)


def _program(dossier: Dossier, regime: Regime, assessment: Assessment) -> Iterator[tuple[Line, ...]]:
    results = {result.requirement: result for result in assessment.results}
    for row in regime.requirements:
        if row.scope != "program":
            continue
        name = f"{regime.id}/{row.id}"
        entry = next((item for item in dossier.policy.program if name in item.requirement), None)
        absent: Line = (Absent(wanted="answer", reason="not answered"),)
        start = (
            (Link(label=f"need:{row.id}", text=row.id),), (Words(text=row.title),),
            (Badge(verdict=results[row.id].verdict),),
        )  # fmt: skip
        if entry is None:
            yield (*start, (Words(text=results[row.id].reason),), absent, absent)
        else:
            by = f"{entry.by}, {entry.answered_on}"
            yield (*start, (Words(text=entry.statement),), (Words(text=entry.reference),), (Words(text=by),))


def roles(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the roles that the firm's policy names."""
    if not dossier.policy.roles:
        return (_no_policy("roles of model risk management"),) if not dossier.policy.title else ()
    rows = tuple(
        ((Words(text=item.role),), (Words(text=item.duties),), (Words(text="signs" if item.signs else ""),))
        for item in dossier.policy.roles
    )
    return (Grid(caption=f"Roles: {dossier.policy.name}", columns=("Role", "Duties", "Signs"), rows=rows),)


def overlay(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the whole of the firm's policy that any verdict could rest on: its identity, scales, bands, exceptions."""
    policy = dossier.policy
    if not policy.title:
        return (_no_policy("the firm's policy"),)
    identity: tuple[tuple[str, Line], ...] = (
        ("Policy", (Words(text=policy.name),)),
        ("SHA-256 of the file", (Shown(value=policy.digest, evidence="policy:digest", format="digest"),)),
    )
    blocks: list[Block] = [Facts(rows=identity, caption="The firm's policy")]
    if policy.severities:
        rows = tuple(
            (
                (Words(text=item.name),),
                (Words(text=item.meaning),),
                (Words(text=f"{item.remediation_days}"),) if item.remediation_days else (Absent(wanted="days"),),
                (Words(text="restricts use" if item.restricts_use else ""),),
            )
            for item in policy.severities
        )
        columns = ("Severity", "Meaning", "Days to mend", "While open")
        blocks.append(Grid(caption="Severity of findings", columns=columns, rows=rows, numeric=(2,)))
    if policy.psi is not None:
        bands = tuple(
            (
                (Words(text=band.name),),
                (Words(text=f"below {band.below:g}" if band.below is not None else "and above"),),
                (Words(text=band.action),),
            )
            for band in policy.psi.bands
        )
        note: Line = (Words(text=f"Source: {policy.psi.source}."),)
        heads = ("Band", "Population stability index", "Action")
        blocks.append(Grid(caption="Bands of stability", columns=heads, rows=bands, notes=(note,)))
    exceptions = tuple(_exceptions(dossier))
    if exceptions:
        columns = ("Rows", "What", "Why", "By whom and until")
        blocks.append(Grid(caption="Waivers and exclusions", columns=columns, rows=exceptions))
    return tuple(blocks)


def _exceptions(dossier: Dossier) -> Iterator[tuple[Line, ...]]:
    for waiver in dossier.policy.waivers:
        yield (
            (Words(text=", ".join(waiver.requirement)),), (Words(text="waived"),), (Words(text=waiver.reason),),
            (Words(text=f"{waiver.owner}, until {waiver.until}"),),
        )  # fmt: skip
    for item in dossier.policy.not_applicable:
        yield (Words(text=", ".join(item.requirement)),), (Words(text="does not apply"),), (Words(text=item.rule),), ()
