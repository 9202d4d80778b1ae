"""The ledgers of a project: which there are, and each held against what git remembers of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from docgen.config import Config
from docgen.errors import SourceError, UsageError
from docgen.gates.chain import Chain
from docgen.gates.drift import drift, recorded_aliases
from docgen.model.snapshot import Snapshot
from docgen.store.journal import journal_of, pending
from docgen.store.ledger import Ledger


def read_all(config: Config, model: str | None = None, *, since: str | None = None) -> dict[str, Chain]:
    """Return folder name -> ledger, proved, of one model or of all.

    Args:
        config: names the folder of the ledgers.
        model: the registered model's name, or `models:/<name>/...`; all models when None.
        since: SHA-256 of an entry that must still be there, as an earlier `docgen ledger verify` printed it.

    Raises:
        SourceError: there is no ledger.
        UsageError: `since` is no SHA-256.
    """
    root = config.path(config.approvals.ledger)
    folders = [Ledger.of(root, registered(model)).folder] if model else sorted(root.glob("*/"))
    found = {folder.name: read(folder) for folder in folders if folder.is_dir()}
    if not found:
        raise SourceError(f"no ledger in {str(root)!r}", hint="the first approval, waiver or release begins one")
    if since is None:
        return found
    if len(since) != 64 or not set(since) <= set("0123456789abcdef"):
        raise UsageError(
            f"--since: got {since!r}, expected 64 hexadecimal digits", hint="docgen ledger verify prints it"
        )
    known = {entry.digest() for chain in found.values() for entry in chain.entries}
    if since in known:
        return found
    return {folder: read(root / folder, {since: "the head that was noted before"}) for folder in found}


def read(folder: Path, wanted: dict[str, str] | None = None) -> Chain:
    """Return a ledger held against the entries that git has ever seen in it, and others that are wanted."""
    from docgen.sources.git_history import added_below

    committed = {name: "in the history of git" for name in added_below(folder) if not name.startswith(".")}
    return Ledger(folder=folder).read(wanted={**committed, **(wanted or {})})


def unseen(folder: Path) -> str:
    """Return why nothing here can tell that a ledger's last entries were cut off, and what can; empty where git can."""
    from docgen.sources.git_history import forgets

    why = forgets(folder)
    return why and (
        f"whether its last entries were cut off cannot be seen here: {why}; give a head that you noted with --since, "
        "or verify in a clone with the whole history"
    )


def read_whole(ledger: Ledger) -> Chain:
    """Return a ledger held against what git has ever seen in it.

    Raises:
        IntegrityError: it is not whole.
    """
    return ledger.whole(read(ledger.folder))


def drift_of(
    config: Config, snapshot: Snapshot, holders: Callable[[str], Mapping[str, str]] | None = None
) -> tuple[str, ...]:
    """Return, in words, where the registry is not as releases and rollbacks left it; an interrupted one is told too.

    Args:
        config: where ledgers and journals lie.
        snapshot: of one version.
        holders: asks the registry, where there is drift, for alias -> version of a model; None: it is not asked.

    Raises:
        IntegrityError: the ledger is not whole.
    """
    folder = Ledger.of(config.path(config.approvals.ledger), snapshot.subject.name).folder
    if snapshot.subject.version is None:
        return ()
    move = pending(journal_of(config.path(config.dossier.store), snapshot.subject.name))
    open_ = f"the {move.kind} of version {move.version} was interrupted, the next one settles it" if move else ""
    recorded = recorded_aliases(Ledger(folder=folder).sound().entries)
    found = drift(recorded, snapshot)
    if found and holders is not None:
        found = drift(recorded, snapshot, holders(snapshot.subject.name))
    return (*filter(None, (open_,)), *found)


def registered(model: str) -> str:
    """Return the registered model's name, from it or from `models:/<name>/<version>`."""
    return model.removeprefix("models:/").partition("@")[0].partition("/")[0]
