"""Evidence: one fact about a model version, with the place it was read from.

An evidence id is `kind:rest` and is matched exactly, never by prefix or substring. The part after `kind:` may hold
text that somebody logged to MLflow, so an id is shown as text and never used as markup, path or filter.

| id | value | says |
|---|---|---|
| `version:<n>` | `VersionFacts` | the registered model version |
| `run:<run id>` | `RunFacts` | the run behind it, its parent or a child |
| `logged_model:<model id>` | `LoggedModelFacts` | an MLflow 3 logged model |
| `metric:<key>` / `metric:<key>@<split>` | `Quantity` | a metric; without `@` its data are not recorded |
| `history:<key>` | `Series` | a metric over steps |
| `param:<key>`, `run_tag:<key>`, `version_tag:<key>`, `model_tag:<key>` | `Text` | as logged |
| `description:version`, `description:model` | `Text` | as typed in MLflow |
| `dataset:<context>` | `Dataset` | a dataset input, by context (train, test, ...) or, without one, by name |
| `profile:<context>`, `profile:<context>/levels` | `Table` | its columns in figures, its common values |
| `overlap:<first>/<second>` | `Table` | rows and entities of the second data set that stand in the first |
| `overlap:<first>/<second>/rows`, `.../entities` | `Quantity` | their shares |
| `shift:<reference>~<current>` | `Table` | stability index of each column, with what chance alone would give |
| `shift:<reference>~<current>/score`, `.../target` | `Quantity` | that of the score and of the target |
| `table:evaluation@<split>` | `Table` | what was evaluated: task, data, rows, threshold, clusters |
| `table:confusion@<split>` | `Table` | confusion counts |
| `table:roc@<split>`, `table:lift@<split>` | `Table` | ROC curve, lift and gain by tenths |
| `table:residuals@<split>`, `table:residual_quantiles@<split>` | `Table` | residuals of a regression |
| `comparison:<key>@<split>` | `Quantity` | challenger minus champion on identical rows, with a paired interval |
| `comparison:<key>.champion@<split>`, `.challenger`, `.p` | `Quantity` | both values, and the test's p-value |
| `comparison:models@<split>`, `comparison:decisions@<split>` | `Table` | what was compared; who decided rightly |
| `comparison:mcnemar@<split>` | `Quantity` | p-value of McNemar's test of the decisions |
| `replication:<key>@<split>` | - | the same, of a validator's own run (challenger) and the developer's (champion) |
| `comparison:<against>/<key>@<split>` | - | the same, where a challenger is held against several champions |
| `sensitivity:<shock, range, missing or joint>@<split>` | `Table` | how the model answers to changed inputs |
| `sensitivity:<shock, range or missing>.<flips or metric>@<split>` | `Quantity` | its largest answer |
| `sensitivity:joint/<scenario>.<score, flips or metric>@<split>` | `Quantity` | the answer to a scenario |
| `sensitivity:evaluation@<split>`, `sensitivity:before@<split>` | `Table`, `Quantity` | what was asked; before |
| `calibration:curve@<split>`, `calibration:<key>@<split>` | `Table`, `Quantity` | calibration |
| `calibration:curve/<class>@<split>`, `calibration:<key>/<class>@<split>` | `Table`, `Quantity` | of one of several |
| `fairness:<metric>/<feature>@<split>` | `Table` | group metric by feature or intersection (`sex & age`) |
| `fairness:<metric>.<difference or ratio>/<feature>@<split>` | `Quantity` | largest to smallest group, unsigned |
| `fairness:<metric>.to_reference/<feature>@<split>` | `Table` | each group against the reference group |
| `fairness:selection_rate.air/<feature>@<split>`, `...air_by_group/...` | `Quantity`, `Table` | adverse impact ratio |
| `fairness:<score or prediction>.smd/...`, `...smd_by_group/...` | `Quantity`, `Table` | standardized mean difference |
| `fairness:<metric>.by_period/<feature>@<split>` | `Table` | group metric by period |
| `explanation:global@<split>` | `Table` | global attributions |
| `explanation:by_group/<feature>@<split>` | `Table` | attributions by group |
| `explanation:stability@<split>` | `Table` | the ranking of the features with other seeds |
| `explanation:permutation@<split>`, `explanation:interactions@<split>` | `Table` | importance, interactions |
| `explanation:reason_codes@<split>`, `explanation:reason_coverage@<split>` | `Table`, `Quantity` | adverse action |
| `monitoring:<kind>/<key>`, `monitoring:<key>` | `Table` | a measure of the version in use, over time |
| `environment:<file>`, `signature:model` | `Text`, `Table` | as logged with the model |
| `runtime:python`, `runtime:image` | `Text`, `Table` | Python of the model, container image of the training |
| `commit:head`, `commit:diff` | `Commit`, `Table` | git |
| `commit:uncommitted` | `Table` | what the work tree held beyond the commit at training |
| `dvc:<stage>`, `dvc:<path>.dvc` | `Table` | what DVC locks at the run's commit |
| `pipeline:<system>` | `Table` | pipeline run, as the tags of the run and its parent tell it |
| `deployment:<kind>@<environment>` | `Table` | container, helm or argocd facts from files |
| `versions:earlier` | `Table` | versions of the model below this one |
| `narrative:<slot>` | `Narrative` | what a person wrote |
| `artifact:<path>` | `File` | a logged file, by size and SHA-256 |
| `test:<classname>::<name>` | `Text` | result of a test that a requirement of the user's own links to |
| `finding_record:<id>` | `FindingRecord` | a finding of the firm's register |
| `plan:<part>`, `plan:<modification, method, step, criterion or risk>/<id>` | `Table`, `Text` | the change plan |
| `plan_row:<requirement>` | `Text`, `Missing` | whether the change plan answers a requirement |
| `determination:<part>`, `check:<check>` | `Table`, `Text`, `Missing` | how the version was decided, check by check |
| `finding:<n>` | - | see `docgen.model.snapshot.Finding` |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NewType

from docgen.model.canonical import Digest
from docgen.model.findings import FindingRecord

EvidenceId = NewType("EvidenceId", str)
"""`kind:rest`, compared for equality only."""

Special = Literal["nan", "+inf", "-inf", "+inf (clamped)", "-inf (clamped)", "undefined"]
"""Why a quantity has no finite value. "clamped": MLflow's SQL stores keep infinity as 1.797e308."""

Scalar = str | float | int | bool | None
"""A cell of a table; None renders as a visible gap."""

ColumnKind = Literal["text", "number", "count", "fraction", "digest"]

MissingReason = Literal["not_logged", "unreadable", "unreachable", "refused", "unknown", "not_written", "boilerplate"]
"""Why evidence is missing; `unknown` = the source has no place for it (who moved an alias, a dirty flag on a run)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a fact was read."""

    system: Literal["mlflow", "git", "narrative", "file", "docgen"]
    uri: str
    """What a person can follow: `models:/churn/3`, `runs:/<id>/<path>`, `git:<commit>`, a path."""
    run_id: str | None = None
    model_id: str | None = None
    key: str | None = None
    """Metric, param, tag or JSON pointer inside the file at `uri`."""
    step: int | None = None
    time: str | None = None
    """ISO 8601 UTC, when the source recorded the fact (not when docgen read it)."""
    sha256: Digest | None = None
    """Digest of the bytes the fact was read from, where it was read from bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A confidence interval."""

    low: float
    """Its lower end."""
    high: float
    """Its upper end."""
    level: float
    """Confidence level, 0 to 1."""
    method: str
    """For example `wilson` or `bootstrap percentile, 1000 draws, seed 7`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number with what is needed to read it."""

    value: float | None
    """Finite, or None when `special` says why not."""
    special: Special | None = None
    """Why there is no finite value."""
    unit: str = ""
    """`fraction` (0 to 1), `log-odds`, `rows`, ...; empty when the source does not say."""
    n: int | None = None
    """Rows the number was computed on."""
    events: int | None = None
    """Positive cases among them."""
    interval: Interval | None = None
    """None where it cannot be estimated, or was not."""
    higher_is_better: bool | None = None
    """None: neither, or it depends."""
    title: str = ""
    """Name for people; empty = the key."""
    note: str = ""
    """For example why it is undefined, or how a difference was formed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One logged value of a metric."""

    step: int
    time: str
    value: float | None
    special: Special | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A metric's history in step order."""

    points: tuple[Point, ...]
    truncated: bool = False
    """More points exist than are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Text exactly as logged; hostile until shown as a text node."""

    text: str
    possibly_truncated: bool = False
    """Its length is exactly one at which MLflow silently cuts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table."""

    key: str
    title: str
    kind: ColumnKind = "text"
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A named remark on a table: `level` 0.95, `explainer` LinearExplainer, `bins` quantile."""

    key: str
    value: Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of scalars; each row as long as `columns`."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Scalar, ...], ...]
    attributes: tuple[Attribute, ...] = ()

    def attribute(self, key: str) -> Scalar:
        """Return the attribute named `key`, or None."""
        return next((item.value for item in self.attributes if item.key == key), None)

    def index(self, key: str) -> int:
        """Return the position of column `key`.

        Raises:
            KeyError: no such column.
        """
        for position, column in enumerate(self.columns):
            if column.key == key:
                return position
        raise KeyError(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataColumn:
    """A column of a data set."""

    name: str
    """As in the frame."""
    type: str
    """The frame's own word for it: `int64`, `double`, ..."""
    missing: int | None = None
    """Rows without a value; None: not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A data set that went into a run."""

    name: str
    context: str
    """training, test, ... as logged; empty when not logged."""
    label_digest: str = ""
    """MLflow's 8 characters: a label, not an integrity proof (truncated MD5 over at most 10,000 rows)."""
    sha256: Digest | None = None
    """Full-content digest where a manifest was logged."""
    rows: int | None = None
    columns: tuple[DataColumn, ...] = ()
    source_type: str = ""
    source: str = ""
    target: str = ""
    target_rate: float | None = None
    target_n: int | None = None
    """Rows with a value of the target."""
    target_events: int | None = None
    """Rows with the value that the rate counts."""
    target_interval: Interval | None = None
    licence: str = ""
    time_column: str = ""
    """The column that says when a row happened."""
    time_first: str | None = None
    """The first day, month or year of it."""
    time_last: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A logged file."""

    path: str
    size: int | None
    """Bytes; None when the store does not say."""
    sha256: Digest | None = None
    not_hashed: str = ""
    """Why there is no digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A name that points at a version. MLflow keeps neither who set it nor when."""

    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """A registered model version as the registry has it now."""

    name: str
    version: str
    status: str
    stage: str
    """Deprecated in MLflow, still stored; empty when `None`."""
    created: str | None
    updated: str | None
    run_id: str | None
    model_id: str | None
    source: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """A run."""

    run_id: str
    name: str
    experiment_id: str
    experiment: str
    status: str
    lifecycle: str
    """`active` or `deleted`."""
    started: str | None
    ended: str | None
    user_claim: str
    """The `mlflow.user` tag: what the client said, not who it was."""
    role: Literal["source", "parent", "child"]
    artifact_uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedModelFacts:
    """An MLflow 3 logged model."""

    model_id: str
    name: str
    run_id: str | None
    status: str
    created: str | None
    size: int | None = None
    flavors: tuple[str, ...] = ()
    mlflow_version: str = ""
    model_uuid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A git commit."""

    sha: str
    branch: str | None = None
    remote: str | None = None
    """Without credentials."""
    dirty: bool | None = None
    """None: nothing recorded whether the work tree had uncommitted changes."""
    author: str | None = None
    authored: str | None = None
    verified: bool = False
    """The commit was found in a repository, not only named by a tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A piece of evidence as it was when a narrative was written against it."""

    id: EvidenceId
    sha256: Digest | None = None
    """Digest of the value, as `docgen.assessment.pins.value_digest` takes it."""
    value: str | float | int | bool | None = None
    """The value itself, where it is a single number or a short text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """What a person wrote for one slot, in Markdown."""

    slot: str
    text: str
    """Markdown body, already vetted: no raw HTML, no directives, no role but docgen's own."""
    author_role: str
    date: str
    """ISO date."""
    evidence: tuple[Pin, ...] = ()
    """What it was written against; when any of it changes, the text awaits review."""
    first_line: int = 1
    """Line of the file at which `text` begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Wanted evidence that is not there; it renders as a gap and fails what needs it."""

    wanted: str
    """What was looked for, in words."""
    reason: MissingReason
    detail: str = ""
    """What went wrong, or where it was looked for."""
    supply: str = ""
    """How to supply it: one command or sentence."""


Value = (
    Quantity
    | Series
    | Text
    | Table
    | Dataset
    | File
    | VersionFacts
    | RunFacts
    | LoggedModelFacts
    | Commit
    | Narrative
    | FindingRecord
    | Missing
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One fact, its id, and where it was read."""

    id: EvidenceId
    value: Value
    provenance: Provenance

    @property
    def kind(self) -> str:
        """The part of the id before the first colon."""
        return self.id.partition(":")[0]

    @property
    def missing(self) -> bool:
        """Whether this is a gap."""
        return isinstance(self.value, Missing)


def evidence_id(kind: str, rest: str, split: str | None = None) -> EvidenceId:
    """Compose an id: `evidence_id("metric", "roc_auc", "test")` is `metric:roc_auc@test`."""
    return EvidenceId(f"{kind}:{rest}@{split}" if split else f"{kind}:{rest}")
