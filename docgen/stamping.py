"""Time stamps at work: the authority of `docgen.toml` is asked, its answers go into ledgers and are proved there."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from docgen.bundle.authority import TIMEOUT_SECONDS, ask
from docgen.bundle.time_stamps import (
    EXTRA,
    Question,
    Roots,
    Stamped,
    answered,
    installed,
    prove_stamps,
    question,
    read_roots,
    time_stamp,
)
from docgen.config import Config
from docgen.errors import IntegrityError, SourceError, UsageError
from docgen.gates.chain import Chain
from docgen.gates.stamps import TOLERANCE_SECONDS, unstamped
from docgen.ledgers import read_whole
from docgen.model.approvals import GatePlan
from docgen.model.ledger import Entry, TimeStamp
from docgen.store.ledger import Ledger

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A time stamping authority that can be asked."""

    url: str
    roots: Roots
    clock: Clock
    """Of this machine: held against the authority's, so that a wrong one is told at once."""
    timeout: float = TIMEOUT_SECONDS

    def stamp(self, entry: Entry) -> TimeStamp:
        """Return the time stamp of an entry, which may not be written yet.

        Raises:
            SourceError: the authority cannot be asked, or refuses.
            UnsafeError: it answers as no authority should.
            IntegrityError: its answer does not hold, or its clock and this machine's differ.
        """
        asked = question(entry.to_bytes())
        response, time = self.answer(asked)
        return time_stamp(asked, response, time)

    def answer(self, asked: Question) -> tuple[bytes, datetime]:
        """Return the answer to a question and its time, once it is proved.

        Raises:
            DocgenError: as `stamp`.
        """
        response = ask(self.url, asked.request, timeout=self.timeout)
        now = self.clock().astimezone(UTC)
        try:
            time = answered(asked, response, self.roots)
        except (SourceError, IntegrityError) as err:
            raise type(err)(
                f"time stamping authority {self.url}: {err.message}",
                hint="nothing was recorded: compare its certificates with [approvals] timestamp_roots",
            ) from err
        if abs((time - now).total_seconds()) > TOLERANCE_SECONDS:
            raise IntegrityError(
                f"the clock of this machine says {now:%Y-%m-%dT%H:%M:%SZ}, that of the time stamping authority "
                f"{time:%Y-%m-%dT%H:%M:%SZ}: more than {TOLERANCE_SECONDS} s apart",
                hint="nothing was recorded: set the clock of this machine right",
            )
        return response, time


def authority_of(config: Config, clock: Clock) -> Authority | None:
    """Return the authority that `docgen.toml` names, or None.

    Raises:
        UsageError: the extra is not installed, or the file with the certificates that vouch for it cannot be read.
    """
    if not config.approvals.timestamp_url:
        return None
    if not installed():
        raise UsageError("asking a time stamping authority needs rfc3161-client", hint=EXTRA)
    path = config.path(config.approvals.timestamp_roots)
    data = roots_of(config)
    if data is None:
        raise UsageError(
            f"{path}: is not there, and nothing else says which time stamping authority is the right one",
            hint="put the certificates there that your authority publishes, in a change that others review",
        )
    return Authority(url=config.approvals.timestamp_url, roots=read_roots(data, where=str(path)), clock=clock)


def stamp_heads(config: Config, ledger: Ledger, clock: Clock, *, by: str) -> tuple[Path, ...]:
    """Have the heads of a ledger time-stamped, and with them all before; return the entries' files, none if all were.

    Raises:
        UsageError: no authority is configured, or the stamps that are there cannot be proved here.
        IntegrityError: the ledger is not whole, or a stamp or an answer does not hold; nothing is written.
        SourceError: the authority cannot be asked; nothing is written.
        StorageError: it cannot be written.
    """
    found = read_whole(ledger)
    stamped = _sound(config, found)
    if stamped.unchecked:
        raise UsageError(f"the ledger holds {stamped.words}", hint="see docs/approvals.md, Time stamps")
    if not unstamped(found.entries):
        return ()
    authority = authority_of(config, clock)
    if authority is None:
        raise UsageError(
            "no time stamping authority is configured",
            hint="write its address into docgen.toml, [approvals] timestamp_url",
        )
    heads = tuple(entry for entry in found.entries if entry.digest() in found.heads)
    stamps = tuple((entry, authority.stamp(entry)) for entry in heads)
    return tuple(
        ledger.folder / ledger.append(stamp, subject=head.subject, by=by, now=clock()).file for head, stamp in stamps
    )


def prove(config: Config, entries: Collection[Entry]) -> Stamped:
    """Prove the time stamps of a ledger by the certificates of the project.

    Raises:
        UsageError: the file of certificates cannot be read.
    """
    return prove_stamps(entries, roots_of(config), where=str(config.path(config.approvals.timestamp_roots)))


def proved(config: Config, found: Chain, plan: GatePlan) -> Stamped:
    """Prove the time stamps of a ledger that gates may rest on.

    Raises:
        IntegrityError: one does not hold.
        UsageError: the gates ask for time stamps, and they cannot be proved here.
    """
    stamped = _sound(config, found)
    if stamped.unchecked and any(gate.stamped_within_minutes is not None for gate in plan.gates):
        raise UsageError(
            f"the gates ask for time stamps, and {stamped.words}", hint="see docs/approvals.md, Time stamps"
        )
    return stamped


def _sound(config: Config, found: Chain) -> Stamped:
    stamped = prove(config, found.entries)
    if stamped.faults:
        raise IntegrityError(
            f"the ledger is broken: {stamped.faults[0]}", hint="docgen ledger verify lists every fault"
        )
    return stamped


def roots_of(config: Config) -> bytes | None:
    """Return the PEM file with the certificates that vouch for time stamping authorities, or None where there is none.

    Raises:
        UsageError: it cannot be read.
    """
    path = config.path(config.approvals.timestamp_roots)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as err:
        raise UsageError(
            f"{path}: {(err.strerror or str(err)).lower()}", hint="name a PEM file in [approvals] timestamp_roots"
        ) from err
