"""`docgen diff`, `docgen decide` and `docgen pccp`: what changed, and whether the change plan covers it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from docgen import decisions, pipeline
from docgen.cli.console import Console
from docgen.cli.days import day_of
from docgen.config import Config, load_config
from docgen.errors import ExitCode, UsageError
from docgen.model.change import Changes, Element
from docgen.model.codec import unstructure
from docgen.model.decision import Determination
from docgen.model.evidence import Quantity
from docgen.recording import implement, record_decision

_SHORT = 60
"""Characters of a value that are shown."""


def run(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Run the command that was asked for.

    Raises:
        DocgenError: as the functions of `docgen.decisions`.
    """
    config = load_config(Path(asked.config) if asked.config else None)
    name = asked.action if asked.command == "pccp" else asked.command
    return _COMMANDS[name](asked, console, config)


def _diff(asked: argparse.Namespace, console: Console, config: Config) -> ExitCode:
    from docgen.render.difference import render_difference
    from docgen.store.files import write_atomic

    changes, _, _ = decisions.diff(asked.model, asked.base, config=config, offline=asked.offline, step=console.step)
    _tell_changes(changes, console, everything=asked.all)
    if asked.page:
        write_atomic(Path(asked.page), render_difference(changes).encode("utf-8"))
        console.line(f"page  {asked.page}")
    data = unstructure(changes)
    console.result(data if isinstance(data, dict) else {})
    return ExitCode.DONE


def _tell_changes(changes: Changes, console: Console, *, everything: bool) -> None:
    console.line(
        f"{changes.before.uri} ({changes.before.facts[:12]}) -> {changes.after.uri} ({changes.after.facts[:12]})"
    )
    shown = changes.elements if everything else changes.scope
    for item in shown:
        console.line(f"  {item.state:<8} {item.key}{_values(item)}")
    if not shown:
        console.line("  nothing that was made by anybody differs")
    rest = len(changes.elements) - len(shown)
    if rest:
        console.line(f"  and {rest} measures and texts that differ: --all lists them")
    console.line(f"the same: {', '.join(f'{count} {kind}' for kind, count in changes.same) or 'nothing'}")


def _values(item: Element) -> str:
    if item.before_quantity or item.after_quantity:
        return f": {_number(item.before_quantity)} -> {_number(item.after_quantity)}"
    if item.note:
        return f" ({item.note})"
    return f": {_cut(item.before)} -> {_cut(item.after)}"


def _number(quantity: Quantity | None) -> str:
    if quantity is None or quantity.value is None:
        return "none"
    ends = f" ({quantity.interval.low:.4g} to {quantity.interval.high:.4g})" if quantity.interval else ""
    return f"{quantity.value:.4g}{ends}"


def _cut(value: object) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= _SHORT else f"{text[:12]}..." if " " not in text else f"{text[:_SHORT]}..."


def _decide(asked: argparse.Namespace, console: Console, config: Config) -> ExitCode:
    found, path = _decided(asked, console, config)
    _tell(found, path, console)
    entry = None
    if asked.record is not None:
        entry = str(record_decision(found, path, config, by=asked.record, now=datetime.now(UTC)))
        console.line(f"recorded as {entry}")
    data = unstructure(found)
    console.result({**(data if isinstance(data, dict) else {}), "file": str(path), "entry": entry})
    return ExitCode(found.exit_code)


def _decided(
    asked: argparse.Namespace, console: Console, config: Config, *, on: date | None = None
) -> tuple[Determination, Path]:
    now = datetime.now(UTC).date()
    return decisions.decide(
        asked.model,
        config=config,
        now=max(now, on) if on else now,
        today=day_of(asked.as_of, "--as-of") if asked.as_of else None,
        offline=asked.offline,
        step=console.step,
    )


def _tell(found: Determination, path: Path, console: Console) -> None:
    console.line(f"{found.candidate} ({found.state}) against {found.plan or 'no plan'}: {found.verdict}")
    console.line(f"  {found.meaning} [{found.rule}]")
    console.line(f"  {', '.join(f'{axis}: {value}' for axis, value in found.axes)}")
    console.line(f"  compared with original {found.original or 'unknown'}, last {found.last or 'unknown'}")
    for flag in found.flags:
        console.line(f"  {flag}: {'; '.join(found.actions)}")
    for item in found.work:
        console.line(f"  {item.check} {item.outcome}: {item.fact}")
        console.line(f"      {item.why}")
        if item.supply:
            console.line(f"      {item.supply}")
    for question in found.questions:
        console.line(f"  {question.id} for a person: {question.ask}?")
    console.line("a proposal of the software; named people decide")
    console.line(f"approve digest {found.subject_sha256}")
    console.line(f"kept in {path}")


def _digest(_asked: argparse.Namespace, console: Console, config: Config) -> ExitCode:
    folder = decisions.open_folder(config)
    for item in folder.plans:
        console.line(f"{item.file}: {item.plan.id} {item.plan.version}, {item.plan.status}")
        console.line(f"  plan      {item.sha256}")
        console.line(f"  criteria  {item.criteria_sha256}")
    console.result({
        "plans": [
            {
                "file": item.file,
                "id": item.plan.id,
                "version": item.plan.version,
                "status": item.plan.status,
                "sha256": item.sha256,
                "criteria_sha256": item.criteria_sha256,
            }
            for item in folder.plans
        ]
    })  # fmt: skip
    if not folder.plans:
        raise UsageError(f"no plan in {folder.path}", hint="docgen init --regime fda_pccp lays one out")
    return ExitCode.DONE


def _use(asked: argparse.Namespace, console: Console, config: Config) -> ExitCode:
    use = decisions.record_use(pipeline.latest_snapshot(asked.model, config=config), config=config, rca=asked.rca)
    console.line(f"recorded: {use.model} on test set {use.test_sha256[:12]}, {use.on}")
    console.result({"use": unstructure(use)})
    return ExitCode.DONE


def _implement(asked: argparse.Namespace, console: Console, config: Config) -> ExitCode:
    day = day_of(asked.on, "--on")
    found, path = _decided(asked, console, config, on=day)
    row, entry, lacking = implement(found, path, config, on=day, now=datetime.now(UTC))
    console.line(f"recorded: {row.model} implements {', '.join(row.modifications)} on {row.on}")
    if lacking:
        console.line("  it stood there already; its entry was missing in the ledger of the model")
    console.line(f"recorded as {entry}")
    console.result({"implemented": unstructure(row), "entry": str(entry)})
    return ExitCode.DONE


_COMMANDS: dict[str, Callable[[argparse.Namespace, Console, Config], ExitCode]] = {
    "diff": _diff,
    "decide": _decide,
    "digest": _digest,
    "use": _use,
    "implement": _implement,
}
