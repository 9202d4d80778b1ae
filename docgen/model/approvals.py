"""Gates, the people who may sign at them, and what a signature says."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.model.canonical import Digest

GATES_FORMAT = 1
"""Version of the file of gates. To change it: raise the number and read the old one into today's records."""

SIGNERS_FORMAT = 1
"""Version of the file of signers. To change it: raise the number and read the old one into today's records."""

PREDICATE = "urn:docgen:predicate:sign-off:1"
"""Type of the predicate of a sign-off; another shape gets another number, and this one stays readable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quorum:
    """How many people of a role must sign."""

    role: str
    """As the file of signers names it."""
    count: int = 1
    """Different people, each counted once at a gate."""
    developer_may_sign: bool = False
    """Whether somebody who made the version may fill it; at least one quorum of the plan must say no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One gate: what must hold, and who must have signed."""

    id: str
    """Letters, digits and underscores."""
    title: str
    """As people call it."""
    requirements: tuple[str, ...]
    """`<regime>/<requirement id>`, `<regime>/*` or `*`: each must be met, waived or not applicable."""
    signatures: tuple[Quorum, ...]
    """Who must sign; a gate without signatures is none."""
    meanings: tuple[str, ...] = ("approval",)
    """What a signature at this gate may mean, such as approval or responsibility; each of them opens it."""
    attests: bool = False
    """Whether signing here attests the requirements that a person must decide, as the dossier shows them."""
    expires_after_days: int | None = None
    """A signature counts up to this many days after its own; empty: it does not expire."""
    stamped_within_minutes: int | None = None
    """A signature counts only where a time stamping authority had seen it so soon; empty: no stamp is asked for."""

    def quorum(self, role: str) -> Quorum | None:
        """Return what is asked of a role here, or None."""
        return next((quorum for quorum in self.signatures if quorum.role == role), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePlan:
    """The gates that a model version must pass, in order."""

    title: str
    """Of the plan."""
    gates: tuple[Gate, ...]
    """In order: a gate opens only after the ones before it."""
    one_person_one_gate: bool = True
    """Whether somebody whose signature counts at one gate cannot count at a later one."""
    format: int = GATES_FORMAT
    """Version of the file."""

    def find(self, wanted: str) -> Gate | None:
        """Return the gate with this id, or None."""
        return next((gate for gate in self.gates if gate.id == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A public key of a signer. Keys are ended, never taken away: old signatures are checked by them."""

    public: str
    """One line `ssh-ed25519 AAAA...`, a PEM block `BEGIN PUBLIC KEY`, or a certificate, `BEGIN CERTIFICATE`."""
    valid_from: str
    """ISO date, UTC: the first day."""
    valid_until: str | None = None
    """ISO date, UTC: the last day; empty: no end is set."""
    revoked_on: str | None = None
    """ISO date, UTC: no signature of this day or a later one counts; earlier ones stay good."""
    compromised: bool = False
    """The key was in the hands of somebody else: no signature of it counts, whatever its date says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A person who may sign; an id is never given to somebody else."""

    id: str
    """Letters, digits, dots, dashes and underscores."""
    name: str
    """Printed name, as signatures show it."""
    roles: tuple[str, ...]
    """What they may sign as."""
    keys: tuple[SigningKey, ...]
    """Oldest first."""
    identities: tuple[str, ...] = ()
    """MLflow user names, git names and e-mail addresses of this person: nobody signs what they made."""
    identity_record: str = ""
    """Where it is recorded that somebody verified who this person is (21 CFR 11.100(b))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signers:
    """Everybody who may sign, or ever might."""

    signers: tuple[Signer, ...]
    """In any order."""
    format: int = SIGNERS_FORMAT
    """Version of the file."""

    def find(self, wanted: str) -> Signer | None:
        """Return the signer with this id, or None."""
        return next((signer for signer in self.signers if signer.id == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeCount:
    """How the requirements of one regime stood when somebody signed."""

    regime: str
    verdicts: dict[str, int]
    gaps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate:
    """What a sign-off states of the dossier that is its subject."""

    gate: str
    role: str
    meaning: str
    signer: str
    name: str
    """Printed name."""
    at: str
    """ISO 8601 UTC."""
    zone: str
    """Offset of the signer's own clock from UTC, `+02:00`."""
    snapshot: Digest
    plan: Digest
    """SHA-256 of the file of gates."""
    shown: tuple[RegimeCount, ...]
    developers: tuple[str, ...]
    """Who made the version, as the run and git say; the signer is none of them, or may be by the plan."""
    last_signed: Digest | None = None
    """Manifest of the dossier of this model that the same person had signed before."""
    changed: int | None = None
    """Pieces of evidence that are not as they were in that dossier; None where it is not at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A sign-off of the ledger, held against the signers."""

    entry: str
    """Name of its file in the ledger."""
    gate: str
    role: str
    meaning: str
    signer: str
    name: str
    at: str
    """ISO 8601 UTC, as the signer states it."""
    manifest: Digest
    stamped: str = ""
    """ISO 8601 UTC: when a time stamping authority had seen it, as the ledger says; empty where none did."""
    plan: Digest | None = None
    """SHA-256 of the file of gates when it was given."""
    developers: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    """By which its signer is known elsewhere."""
    faults: tuple[str, ...] = ()
    """Why it proves nothing, in words; empty when it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """One reason why a gate is closed."""

    why: str
    opens: str
    """What would remove this reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateState:
    """Whether a gate is open, by whom, and until when."""

    gate: str
    title: str
    signatures: tuple[Signature, ...]
    """Those that count."""
    until: str | None
    """ISO date: the last day on which it is open if nothing else changes; None: no end."""
    closed: tuple[Closed, ...]
    """Every reason why it is closed; empty when it is open."""

    @property
    def open(self) -> bool:
        """Whether nothing closes it."""
        return not self.closed
