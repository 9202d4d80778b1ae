"""`docgen findings`: list the register, add to it, end a finding, propose drafts from failed checks."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from docgen import findings, pipeline
from docgen.cli.console import Console
from docgen.cli.days import day_of
from docgen.config import Config, load_config
from docgen.errors import ExitCode
from docgen.model.codec import unstructure
from docgen.model.findings import FindingRecord, HistoryEntry
from docgen.recording import record_finding, sound_ledger


def run(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Run the action that was asked for.

    Raises:
        UsageError: the register, or what was asked, is at fault.
    """
    config = load_config(Path(asked.config) if asked.config else None)
    book = findings.open_book(config, Path(asked.policy) if asked.policy else None)
    return _ACTIONS[asked.action](asked, console, book, config)


def _list(asked: argparse.Namespace, console: Console, book: findings.Book, _config: Config) -> ExitCode:
    today = _day(asked)
    records = book.listed(today, asked.model or "")
    lost = book.lost()
    for record in records:
        console.line(_line(record, today))
    for item in lost:
        console.line(f"{item.severity}: {item.message} [{item.code}]")
    overdue = sum(record.overdue(today) for record in records)
    open_ = sum(record.is_open for record in records)
    console.line(f"{len(records)} findings as of {today}: {open_} open, {overdue} of them overdue")
    console.result(
        {
            "as_of": today.isoformat(),
            "findings": [_plain(record, today) for record in records],
            "observations": [{"code": item.code, "message": item.message} for item in lost],
        }
    )
    return ExitCode.DONE


def _line(record: FindingRecord, today: date) -> str:
    state = f"{record.status.replace('_', ' ')}{', OVERDUE' if record.overdue(today) else ''}"
    due = f"due {record.due_on}" if record.due_on else "no due date"
    days = record.age(today)
    what = record.title or record.condition.splitlines()[0]
    age = f"{days} day{'' if days == 1 else 's'} old"
    return f"{record.id:<12} {record.severity:<8} {state:<14} {age}, {due}, {record.owner}: {what}"


def _plain(record: FindingRecord, today: date) -> dict[str, object]:
    data = unstructure(record)
    fields = data if isinstance(data, dict) else {}
    return {**fields, "age_days": record.age(today), "overdue": record.overdue(today), "open": record.is_open}


def _add(asked: argparse.Namespace, console: Console, book: findings.Book, config: Config) -> ExitCode:
    today = _day(asked)
    draft = next((item for item in book.register.findings if item.id == asked.id and item.status == "draft"), None)
    reason = asked.reason or ("adopted" if draft else "")
    record = FindingRecord(
        id=asked.id,
        title=asked.title or (draft.title if draft else ""),
        condition=asked.condition or (draft.condition if draft else ""),
        criteria=tuple(asked.criterion or ()) or (draft.criteria if draft else ()),
        cause=asked.cause or "",
        effect=asked.effect or "",
        recommendation=asked.recommendation or (draft.recommendation if draft else ""),
        severity=asked.severity or (draft.severity if draft else ""),
        owner=asked.owner or (draft.owner if draft else ""),
        found_on=draft.found_on if draft else today.isoformat(),
        due_on=asked.due_on or (draft.due_on if draft else None),
        model=asked.model or (draft.model if draft else ""),
        history=(HistoryEntry(on=today.isoformat(), status="open", by=asked.by, reason=reason),),
    )
    sound_ledger(record.model, config)
    record = findings.add(book, record).find(record.id)
    console.line(f"{book.path}: {'adopted' if draft else 'added'} {record.id}")
    console.result(
        {"register": str(book.path), "finding": _plain(record, today), "entry": _recorded(record, console, config)}
    )
    return ExitCode.DONE


def _recorded(record: FindingRecord, console: Console, config: Config) -> str | None:
    """Record a finding in the ledger of its model, and return the entry's file."""
    entry = record_finding(record, config, now=datetime.now(UTC))
    if entry is None:
        return None
    console.line(f"  recorded as {entry}")
    return str(entry)


def _close(asked: argparse.Namespace, console: Console, book: findings.Book, config: Config) -> ExitCode:
    today = _day(asked)
    sound_ledger(book.find(asked.id).model, config)
    after = findings.close(
        book,
        asked.id,
        status=asked.status,
        by=asked.by,
        on=today,
        reason=asked.reason,
        evidence=tuple(asked.evidence or ()),
    )
    record = after.find(asked.id)
    console.line(f"{book.path}: {record.id} is {record.status} after {record.age(today)} days")
    console.result(
        {"register": str(book.path), "finding": _plain(record, today), "entry": _recorded(record, console, config)}
    )
    return ExitCode.DONE


def _record(_asked: argparse.Namespace, console: Console, book: findings.Book, config: Config) -> ExitCode:
    now = datetime.now(UTC)
    found = {record.id: record_finding(record, config, now=now) for record in book.register.findings}
    told = {name: str(entry) for name, entry in found.items() if entry is not None}
    for name, entry in told.items():
        console.line(f"{name}  {entry}")
    console.line(f"{len(told)} of {len(found)} findings stand in the ledgers of their models as the register has them")
    console.result({"register": str(book.path), "entries": told})
    return ExitCode.DONE


def _propose(asked: argparse.Namespace, console: Console, book: findings.Book, config: Config) -> ExitCode:
    from docgen.register_edit import as_yaml

    snapshot = pipeline.latest_snapshot(asked.model, config=config)
    drafts = findings.propose(book, snapshot, config, _given(asked))
    if asked.append:
        findings.append(book, drafts)
        console.line(f"{book.path}: {len(drafts)} draft(s) appended")
    elif drafts:
        console.line(as_yaml(drafts).rstrip("\n"))
    else:
        console.line("nothing to propose: no check fails that the register does not know")
    day = _given(asked) or date.fromisoformat(snapshot.captured_at[:10])
    console.result({"appended": bool(asked.append), "drafts": [_plain(record, day) for record in drafts]})
    return ExitCode.DONE


def _given(asked: argparse.Namespace) -> date | None:
    return None if asked.as_of is None else day_of(asked.as_of)


def _day(asked: argparse.Namespace) -> date:
    return _given(asked) or datetime.now(UTC).date()


_ACTIONS: dict[str, Callable[[argparse.Namespace, Console, findings.Book, Config], ExitCode]] = {
    "list": _list,
    "add": _add,
    "close": _close,
    "propose": _propose,
    "record": _record,
}
