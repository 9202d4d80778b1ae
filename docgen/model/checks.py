"""What a requirement, or a firm's policy, may ask for: typed checks, kept as data. How each is judged is elsewhere.

In YAML a check is a mapping with exactly one key, which `docgen.regimes.CHECKS` maps to a record of this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

TODAY = "today"
"""Stands for the day of the assessment where a date is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """Which evidence a check looks at. Give `id` alone, or `kind` with any of the rest. Matching is by equality.

    `split` is compared with the split named in the id; `any` means that some split is named, whichever.
    """

    id: str | None = None
    """The whole evidence id; stands alone."""
    kind: str | None = None
    """What stands before the colon: `metric`, `dataset`, `fairness`, ..."""
    name: str | None = None
    """What stands between the colon and `/` or `@`; of a `monitoring` id, the whole or its first parts."""
    feature: str | None = None
    """Sensitive feature of a `fairness` id; `any intersection` = a feature joined of several by ` & `."""
    split: str | None = None
    """The split named in the id; `any` = some split is named."""
    except_splits: tuple[str, ...] = ()
    """Splits that do not count, in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """At least so many pieces of the selected evidence exist (and are not `Missing`)."""

    select: Select
    """Which evidence."""
    at_least: int = 1
    """How many pieces."""
    with_interval: bool = False
    """Quantities must carry a confidence interval and n; tables must have `low`, `high` and `n` columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A quantity against a bound. With an interval, the interval must lie wholly on the right side.

    Exactly one of `at_least`, `at_most`, `above`, `below`. Three outcomes: clear pass, clear fail, and "interval
    straddles the bound", which is not a pass. Regimes may use it only where the instrument itself states the number;
    firms state theirs in a policy.
    """

    select: Select
    """Which evidence."""
    at_least: float | None = None
    """The value must be >= this."""
    at_most: float | None = None
    """The value must be <= this."""
    above: float | None = None
    """The value must be > this."""
    below: float | None = None
    """The value must be < this."""
    source: str
    """Where the number comes from: document, section, table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedTest:
    """A test of the user's own passed, as the JUnit XML that `docgen.toml` names says. Skipped is not passed."""

    name: str
    """`<classname>::<name>` of its test case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetManifest:
    """A data set of this context was logged with a full-content SHA-256 (MLflow's own digest is only a label)."""

    contexts: tuple[str, ...]
    """Any of these context names will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrativeWritten:
    """A person wrote this slot; boilerplate left as scaffolded counts as missing."""

    slot: str
    """A slot of the regime."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """A person in this role must attest. Without a sign-off bound to what was shown, it awaits attestation."""

    role: str
    """Who must attest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshWithin:
    """The selected evidence was recorded at most so many days before the assessment's date."""

    select: Select
    """Which evidence."""
    days: int
    """At most so many."""
    source: str
    """Where the number comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedInTime:
    """Each selected monitoring series that declares how often a point is due has one that is recent enough."""

    select: Select
    """Which series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Somebody declared this fact of the model, with a value that is allowed."""

    fact: str
    """A fact of the regime."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinct:
    """These declared facts name different roles or people: no two have a value in common."""

    facts: tuple[str, ...]
    """Facts of the regime."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InOrder:
    """The date of one declared fact is not after that of another; `today` is the day of the assessment."""

    earlier: str
    """A fact whose kind is date, or `today`."""
    later: str
    """The same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentDate:
    """The date of a declared fact lies at most so many days back. Only where the instrument states the number."""

    fact: str
    """A fact whose kind is date."""
    days: int
    """At most so many."""
    source: str
    """Where the number comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """No more months have passed since the date of a declared fact than the policy allows for the model's tier."""

    fact: str
    """A fact whose kind is date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierByMatrix:
    """The declared tier is the one that the policy's matrix gives for the model's drivers."""

    fact: str = "tier"
    """The fact that holds the tier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLine:
    """The firm's policy states at least one line (bound, freshness, minimum evidence) for this requirement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramAnswer:
    """The firm answered this requirement once, in its policy, and every model inherits the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusStated:
    """The report itself says what force the instrument has; decided by the regime's own header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Every part holds. Without parts: not assessed."""

    checks: tuple[Check, ...]
    """In YAML the list stands right below the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one part holds. Without parts: not assessed."""

    checks: tuple[Check, ...]
    """In YAML the list stands right below the key."""


Check = (
    Present
    | Bound
    | LinkedTest
    | DatasetManifest
    | NarrativeWritten
    | SignOff
    | FreshWithin
    | FeedInTime
    | Declared
    | Distinct
    | InOrder
    | RecentDate
    | Cadence
    | TierByMatrix
    | PolicyLine
    | ProgramAnswer
    | StatusStated
    | AllOf
    | AnyOf
)


def leaves(check: Check) -> Iterator[Check]:
    """Yield the checks that a check is made of, in the order in which their results are numbered."""
    if isinstance(check, (AllOf, AnyOf)):
        for part in check.checks:
            yield from leaves(part)
    else:
        yield check
