"""`docgen ledger`: list what was approved, waived and released; prove that nothing was removed or changed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from docgen import ledgers
from docgen.cli.console import Console
from docgen.config import Config, load_config
from docgen.errors import ExitCode, IntegrityError
from docgen.gates.chain import Chain
from docgen.gates.retention import Kept
from docgen.gates.stamps import unstamped
from docgen.histories import past_of, write_history
from docgen.model.codec import unstructure
from docgen.model.ledger import Entry
from docgen.stamping import prove, stamp_heads
from docgen.store.ledger import Ledger
from docgen.store.refusals import read_refusals


def run(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Run the action that was asked for.

    Raises:
        DocgenError: no ledger, or a broken one.
    """
    config = load_config(Path(asked.config) if asked.config else None)
    if asked.action == "refusals":
        return _refusals(asked, console, config)
    if asked.action == "verify":
        return _verify(ledgers.read_all(config, asked.model, since=asked.since), console, config, asked.since)
    found = ledgers.read_all(config, asked.model)
    return _ACTIONS[asked.action](found, console, config)


def history(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Tell what happened to a model, oldest first, and how long its records are kept.

    Raises:
        DocgenError: nothing is known of it, its ledger is broken, or the page cannot be written.
    """
    config = load_config(Path(asked.config) if asked.config else None)
    past = past_of(config, asked.model, tuple(asked.regime) if asked.regime else None)
    for event in past.events:
        version = f"version {event.version}" if event.version else "every one"
        console.line(f"{event.at}  {version:<12} {event.kind:<9} {event.what} ({event.by})")
    console.line("records are kept:")
    for item in past.kept:
        console.line(f"  version {item.version:<4} {_kept(item)}")
    if asked.page:
        write_history(past, Path(asked.page), config)
        console.line(f"page  {asked.page}")
    console.result(
        {
            "model": past.model,
            "events": [unstructure(event) for event in past.events],
            "services": [unstructure(item) for item in past.services],
            "retention": [unstructure(item) for item in past.kept],
            "page": asked.page,
        }
    )
    return ExitCode.DONE


def _kept(item: Kept) -> str:
    """Return how long the records of a version are kept, in words."""
    until = f"until {item.keep_until}" if item.keep_until else "no date"
    if item.keep_until and item.unknown:
        until = f"until {item.keep_until} at least"
    parts = [until, *([f"deleted by {item.delete_by}"] if item.delete_by else [])]
    parts += [f"conflict: {text}: people must decide" for text in item.conflicts]
    return "; ".join((*parts, *(f"open: {text}" for text in item.unknown)))


def _refusals(asked: argparse.Namespace, console: Console, config: Config) -> ExitCode:
    found, bad = read_refusals(config.path(config.dossier.store))
    if asked.model:
        found = tuple(item for item in found if ledgers.registered(item.target) == ledgers.registered(asked.model))
    for item in found:
        who = ", ".join(
            filter(None, (item.role, item.signer and f"signer {item.signer}", item.key and f"key {item.key}",
                          item.account and f"account {item.account}"))
        )  # fmt: skip
        where = f" at {item.gate}" if item.gate else ""
        dossier = f", dossier {item.manifest[:12]}" if item.manifest else ""
        console.line(f"{item.at} {item.action}{where}, {item.target}{dossier}, exit {item.code}, by {who}")
        console.line(f"  {item.reason}")
    unread = f"; {bad} line{'s' if bad != 1 else ''} cannot be read" if bad else ""
    console.line(f"{len(found)} refusal{'s' if len(found) != 1 else ''} on this machine{unread}")
    console.result({"refusals": [unstructure(item) for item in found], "unreadable": bad})
    return ExitCode.DONE


def _list(found: dict[str, Chain], console: Console, _config: Config) -> ExitCode:
    for name, chain in found.items():
        console.line(f"{name}: {len(chain.entries)} entries")
        for entry in chain.entries:
            console.line(f"  {_line(entry)}")
        for text in (*chain.faults, *chain.notes):
            console.line(f"  {text}")
    console.result({"ledgers": [_plain(name, chain) for name, chain in found.items()]})
    return ExitCode.DONE


def _verify(found: dict[str, Chain], console: Console, config: Config, since: str | None) -> ExitCode:
    root = config.path(config.approvals.ledger)
    stamped = {name: prove(config, chain.entries) for name, chain in found.items()}
    faults = [fault for name, chain in found.items() for fault in (*chain.faults, *stamped[name].faults)]
    if faults:
        lines = "\n".join(f"  {fault}" for fault in faults)
        raise IntegrityError(
            f"the ledger is broken, first at {faults[0].partition(':')[0]}:\n{lines}",
            hint="restore the entries from git, or from a sealed dossier that holds them",
        )
    unseen = {
        name: "" if since in {entry.digest() for entry in chain.entries} else ledgers.unseen(root / name)
        for name, chain in found.items()
    }
    for name, chain in found.items():
        console.line(f"{name}: {len(chain.entries)} entries, every one in its place; head {' and '.join(chain.heads)}")
        for note in (*filter(None, (unseen[name],)), *chain.notes):
            console.line(f"  {note}")
        if stamped[name].count or config.approvals.timestamp_url:
            open_ = len(unstamped(chain.entries))
            more = f"; {open_} of the entries have none yet: docgen ledger stamp" if open_ else ""
            console.line(f"  {stamped[name].words}{more}")
    console.result(
        {
            "ledgers": [
                {
                    **_plain(name, chain),
                    "time_stamps": unstructure(stamped[name]),
                    "unseen": unseen[name],
                    "unstamped": [entry.file for entry in unstamped(chain.entries)],
                }
                for name, chain in found.items()
            ]
        }
    )
    return ExitCode.DONE


def _stamp(found: dict[str, Chain], console: Console, config: Config) -> ExitCode:
    told = []
    for name in found:
        ledger = Ledger(folder=config.path(config.approvals.ledger) / name)
        files = stamp_heads(config, ledger, lambda: datetime.now(UTC), by="docgen ledger stamp")
        for file in files:
            console.line(f"{name}: time stamp recorded as {file}")
        if not files:
            console.line(f"{name}: every entry is time-stamped already")
        told.append({"ledger": name, "entries": [str(file) for file in files]})
    console.result({"ledgers": told})
    return ExitCode.DONE


def _line(entry: Entry) -> str:
    details = entry.details
    what = " ".join(
        f"{name}={str(value)[:12] if name in _DIGESTS else value}"
        for name in ("gate", "role", "meaning", "requirement", "finding", "alias", "before", "until", "decision",
                     "time", "status", "outcome", "reason", *_DIGESTS)
        if (value := getattr(details, name, None))
    )  # fmt: skip
    return f"{entry.sequence:06d} {entry.at} {entry.kind:<9} {entry.subject} by {entry.by}: {what}"


_DIGESTS = ("manifest", "archive", "plan", "determination", "record", "entry")


def _plain(name: str, chain: Chain) -> dict[str, object]:
    return {
        "ledger": name,
        "heads": list(chain.heads),
        "notes": list(chain.notes),
        "faults": list(chain.faults),
        "entries": [
            {
                "sequence": entry.sequence,
                "sha256": entry.digest(),
                "at": entry.at,
                "kind": entry.kind,
                "subject": entry.subject,
                "by": entry.by,
            }
            for entry in chain.entries
        ],
    }


_ACTIONS: dict[str, Callable[[dict[str, Chain], Console, Config], ExitCode]] = {
    "list": _list,
    "stamp": _stamp,
}
