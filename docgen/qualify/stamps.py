"""Operational qualification: a time stamp that was made once is proved offline, and what is no proof is refused."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace

from docgen.bundle.time_stamps import EXTRA, installed, prove_stamps, response_of
from docgen.gates.chain import chain
from docgen.gates.stamps import stamps_of, unstamped
from docgen.model.ledger import TimeStamp
from docgen.model.qualification import Found
from docgen.qualify.bench import Bench, Step, judged
from docgen.qualify.rebuild import golden_folder

LEDGER, ROOTS, STRANGER = "ledger", "timestamp-roots.pem", "timestamp-stranger.pem"
"""In the golden folder: the ledger, the certificate that vouches for its stamp, and one that vouches for others."""


def _stamp(_bench: Bench) -> Found:
    if not installed():
        return Found(outcome="noted", got=f"not covered, because time stamps cannot be proved here: {EXTRA}")
    folder = golden_folder()
    found = chain({path.name: path.read_bytes() for path in (folder / LEDGER).iterdir()})
    roots, stranger = ((folder / name).read_bytes() for name in (ROOTS, STRANGER))
    told = prove_stamps(found.entries, roots, where=ROOTS)
    faults = [f"the untouched one is not proved: {text}" for text in (*found.faults, *told.faults)[:1]]
    if unstamped(found.entries):
        faults.append("an entry that the time stamp covers counts as not covered")
    if not prove_stamps(found.entries, stranger, where=STRANGER).faults:
        faults.append("an authority that the certificates do not vouch for: was not refused")
    ((entry, stamp),) = stamps_of(found.entries)
    tried = dict(_harmed(stamp, found.entries[0].digest()))
    for what, harmed in tried.items():
        if not prove_stamps((replace(entry, details=harmed),), roots, where=ROOTS).faults:
            faults.append(f"{what}: was not refused")
    good = f"the time stamp of {stamp.time} is proved; {len(tried)} changed ones and an unknown authority are refused"
    return judged(tuple(faults), good, tuple(tried))


def _harmed(stamp: TimeStamp, other: str) -> Iterator[tuple[str, TimeStamp]]:
    """Yield what was done to a time stamp, and the time stamp; `other` is the SHA-256 of another entry."""
    answer = response_of(stamp)
    signed = {
        "a byte of the authority's signature changed": len(answer) - 5,
        "a byte of the stamped SHA-256 changed": answer.index(bytes.fromhex(stamp.entry)),
        "a digit of the authority's time changed": answer.index("".join(filter(str.isdigit, stamp.time)).encode()) + 3,
    }
    for what, place in signed.items():
        data = answer[:place] + bytes([answer[place] ^ 1]) + answer[place + 1 :]
        yield what, replace(stamp, response=base64.b64encode(data).decode("ascii"))
    yield "given to another entry", replace(stamp, entry=other)  # type: ignore[arg-type]  # a digest
    yield "another time written beside it", replace(stamp, time="2020-01-01T00:00:00Z")
    yield "cut short", replace(stamp, response=base64.b64encode(answer[:-1]).decode("ascii"))


STEPS = (
    Step(
        id="OQ-TAMPER-STAMP",
        title="A changed time stamp",
        shows="a time stamp of an authority is proved offline, for its entry, time and authority alone",
        expected="each change, and an authority that nobody vouches for, is refused; the untouched time stamp holds",
        run=_stamp,
    ),
)
"""In the order in which they are run."""
