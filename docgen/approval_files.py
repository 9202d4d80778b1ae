"""The files of gates and of signers: YAML of the user's repository, every fault told at once.

`templates/approvals/` holds worked examples and the JSON Schemas for editors; a test keeps these in agreement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from docgen.errors import Problem, ProblemsError, UsageError
from docgen.model.approvals import GATES_FORMAT, SIGNERS_FORMAT, Gate, GatePlan, Signers
from docgen.model.codec import converter, explain
from docgen.model.days import is_date
from docgen.strict_yaml import load_yaml

T = TypeVar("T")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PATTERN = re.compile(r"\*|[a-z0-9_]+/(?:\*|[A-Za-z0-9._-]+)")
MAX_COUNT = 20
MAX_DAYS = 36_500
MAX_MINUTES = 10_080
EXAMPLES = ("device", "bank")
"""Shipped plans of gates: `templates/approvals/gates-<name>.yaml`."""
SIGNERS_EXAMPLE = "signers"
"""The shipped file of signers: `templates/approvals/signers.yaml`."""


def load_gates(path: Path) -> tuple[GatePlan, bytes]:
    """Return the plan of gates and the bytes of its file.

    Raises:
        UsageError: it cannot be read, or is at fault: every fault at once.
    """
    data = _bytes(path, "copy an example: docgen gate --example device")
    return parse_gates(data, where=str(path)), data


def parse_gates(data: bytes, *, where: str) -> GatePlan:
    """Return the plan of gates that these bytes hold.

    Raises:
        ProblemsError: every fault at once.
    """
    return _checked(_read(data, GatePlan, GATES_FORMAT, where), _gate_faults, where)


def load_signers(path: Path) -> tuple[Signers, bytes]:
    """Return the signers and the bytes of their file.

    Raises:
        UsageError: it cannot be read, or is at fault: every fault at once.
    """
    data = _bytes(path, "copy an example: docgen gate --example signers")
    return parse_signers(data, where=str(path)), data


def parse_signers(data: bytes, *, where: str) -> Signers:
    """Return the signers that these bytes hold.

    Raises:
        ProblemsError: every fault at once.
    """
    return _checked(_read(data, Signers, SIGNERS_FORMAT, where), _signer_faults, where)


def _bytes(path: Path, hint: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as err:
        raise UsageError(f"{path}: {(err.strerror or str(err)).lower()}", hint=hint) from err


def _read(data: bytes, wanted: type[T], number: int, where: str) -> T:
    try:
        content = load_yaml(data.decode("utf-8"), where=where)
    except UnicodeDecodeError as err:
        raise ProblemsError(where, (Problem(f"not UTF-8 at byte {err.start}"),)) from err
    if isinstance(content, dict) and content.get("format") != number:
        raise ProblemsError(where, (Problem(f"format: got {content.get('format')!r}, expected {number}"),))
    try:
        return converter().structure(content, wanted)
    except Exception as err:  # cattrs raises groups of many kinds; each is told
        raise ProblemsError(where, explain(err, "file"), hint="every field is explained in docs/approvals.md") from err


def _checked(found: T, faults: Callable[[T], Iterator[str]], where: str) -> T:
    problems = tuple(Problem(text) for text in faults(found))
    if problems:
        raise ProblemsError(where, problems, hint="every field is explained in docs/approvals.md")
    return found


def _doubles(ids: list[str], what: str) -> Iterator[str]:
    yield from (f"{what} {name!r} stands twice" for name in sorted({item for item in ids if ids.count(item) > 1}))
    yield from (
        f"{what} {name!r}: expected letters, digits, dots, dashes and underscores, at most 64"
        for name in ids
        if not _ID.fullmatch(name)
    )


def _gate_faults(plan: GatePlan) -> Iterator[str]:
    if not plan.gates:
        yield "gates: is empty, and a plan without gates would let everything pass"
    yield from _doubles([gate.id for gate in plan.gates], "gate")
    for gate in plan.gates:
        yield from _one_gate(gate)
    if plan.gates and all(quorum.developer_may_sign for gate in plan.gates for quorum in gate.signatures):
        yield "developer_may_sign: every signature may be a developer's; at least one must be somebody else's"


def _one_gate(gate: Gate) -> Iterator[str]:
    for name in ("requirements", "signatures", "meanings"):
        if not getattr(gate, name):
            yield f"{gate.id}.{name}: is empty, expected one or more"
    for pattern in gate.requirements:
        if not _PATTERN.fullmatch(pattern):
            yield f"{gate.id}.requirements: got {pattern!r}, expected <regime>/<requirement id>, <regime>/* or '*'"
    yield from _doubles([quorum.role for quorum in gate.signatures], f"{gate.id}: role")
    for quorum in gate.signatures:
        if not 1 <= quorum.count <= MAX_COUNT:
            yield f"{gate.id}: {quorum.role}.count: got {quorum.count}, expected 1 to {MAX_COUNT}"
    if gate.expires_after_days is not None and not 1 <= gate.expires_after_days <= MAX_DAYS:
        yield f"{gate.id}.expires_after_days: got {gate.expires_after_days}, expected 1 to {MAX_DAYS}"
    if gate.stamped_within_minutes is not None and not 1 <= gate.stamped_within_minutes <= MAX_MINUTES:
        yield f"{gate.id}.stamped_within_minutes: got {gate.stamped_within_minutes}, expected 1 to {MAX_MINUTES}"


def _bare(public: str) -> str:
    """Return a public key without the comment that a line may end with; PEM blocks are taken whole."""
    words = public.split()
    return " ".join(words if public.lstrip().startswith("-----") else words[:2])


def _signer_faults(found: Signers) -> Iterator[str]:
    yield from _doubles([signer.id for signer in found.signers], "signer")
    publics = [_bare(key.public) for signer in found.signers for key in signer.keys]
    if len(set(publics)) != len(publics):
        yield "a public key stands twice: a key belongs to one person"
    for signer in found.signers:
        if not signer.name.strip() or not signer.roles:
            yield f"{signer.id}: name and roles must be given"
        for number, key in enumerate(signer.keys):
            for name in ("valid_from", "valid_until", "revoked_on"):
                text = getattr(key, name)
                if text is not None and not is_date(text):
                    yield f"{signer.id}.keys[{number}].{name}: got {text!r}, expected a date as YYYY-MM-DD"
