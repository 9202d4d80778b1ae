"""A predetermined change control plan as one record: what may change, how it is proved, and what could go wrong.

Every number of it is the firm's: docgen has no default margin, floor, minimum or budget. What is not stated is empty
or null, and shown as a gap.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from docgen.model.canonical import Digest

PLAN_FORMAT = 1
"""Version of the plan's file. To change it: raise the number, read the old one into today's records, add tests."""

Component = Literal["data_management", "retraining", "performance_evaluation", "update_procedures"]
COMPONENTS: tuple[Component, ...] = ("data_management", "retraining", "performance_evaluation", "update_procedures")
Part = Literal[
    "weights",
    "hyperparameters",
    "preprocessing",
    "architecture",
    "threshold",
    "inputs",
    "outputs",
    "environment",
    "data",
    "code",
]
"""A part of the function that can change."""

Comparator = Literal["original", "last"]
CriterionKind = Literal["performance_goal", "superiority", "non_inferiority", "equivalence", "guardrail_floor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The device and its function."""

    name: str = ""
    """What it is called."""
    model: str = ""
    """The registered model in MLflow."""
    description: str = ""
    """What the function takes, does and gives."""
    intended_use: str = ""
    """What it is for."""
    population: str = ""
    """The patients it is for: age, sex, race and ethnicity, severity."""
    environment: str = ""
    """Where and by whom it is used."""
    output_meaning: str = ""
    """What the output says: target, unit, timing."""
    product_code: str = ""
    """FDA's three letters, where there are any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """What the letter says."""

    submission: str = ""
    """Number of the submission."""
    submission_type: str = ""
    """Its type: 510(k), De Novo, PMA, ..."""
    letter_date: str = ""
    """ISO date."""
    title: str = ""
    """Title of the plan as the letter names it."""
    version: str = ""
    """Version of the plan as the letter names it."""
    sha256: str = ""
    """Digest of the plan that was authorized, as `docgen pccp digest` prints it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition that came with the authorization."""

    text: str
    """What is asked."""
    owner: str = ""
    """The role that sees to it."""
    check: str = ""
    """How it is checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The versions that a change is held against."""

    original: str = ""
    """Alias of the version that was authorized before any change of the plan."""
    last: str = ""
    """Alias of the version that was implemented last."""
    intended_use_sha256: str = ""
    """SHA-256 of the narrative `intended_use` as authorized, in UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRoles:
    """The context under which each kind of data is logged."""

    training: str = ""
    """Context of the training data."""
    tuning: str = ""
    """Context of the tuning data; empty with a reason in `no_tuning`."""
    test: str = ""
    """Context of the test data."""
    no_tuning: str = ""
    """Why there are no tuning data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamBound:
    """What a parameter may become."""

    name: str
    """Its key as logged."""
    at_least: float | None = None
    """Its lowest value."""
    at_most: float | None = None
    """Its highest value."""
    equals: tuple[str, ...] = ()
    """The values it may have, as logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A range with both ends in it."""

    at_least: float
    """Its lower end."""
    at_most: float
    """Its upper end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What a modification may change; nothing else."""

    parts: tuple[Part, ...] = ()
    """Parts of the function."""
    params: tuple[ParamBound, ...] = ()
    """Parameters, each with its bounds."""
    datasets: tuple[str, ...] = ()
    """Contexts of the data sets."""
    code_paths: tuple[str, ...] = ()
    """Patterns of paths, such as `train/*`."""
    threshold: Range | None = None
    """The decision threshold."""
    packages: tuple[str, ...] = ()
    """Packages of the environment."""
    inputs: tuple[str, ...] = ()
    """Inputs of the signature."""
    devices: tuple[str, ...] = ()
    """Acquisition devices whose data may come in; empty: the plan does not limit them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    """How often the modification may be made."""

    min_days_between: int | None = None
    """Days between two implementations."""
    max_per_year: int | None = None
    """Implementations in 365 days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rationale:
    """Why one part changes."""

    part: Part
    """The part."""
    why: str
    """The reason."""
    retraining: bool
    """Whether it needs re-training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A pre-defined acceptance criterion; it is decided by the bound of the interval, never by the estimate."""

    id: str
    """Stable, unique in the plan."""
    metric: str
    """Key of the measure: `sensitivity`, `roc_auc`, ..."""
    kind: CriterionKind
    """What is asked."""
    role: Literal["primary", "guardrail", "specification"]
    """`specification`: of the device outside this modification."""
    against: tuple[Comparator, ...] = ()
    """The comparators, where a difference is asked for."""
    margin: float | None = None
    """Of non-inferiority and equivalence, above 0."""
    bound: float | None = None
    """The goal or floor."""
    level: float | None = None
    """Confidence level of the two-sided interval."""
    method: str = ""
    """How the interval's method must begin: `wilson`, `clopper-pearson`, `delong`, `cluster bootstrap`, ..."""
    split: str = "test"
    """The split that it is computed on."""
    lower_is_better: bool = False
    """The measure is better when it is lower."""
    rationale: str = ""
    """Its clinical grounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroups:
    """The groups that are reported, and what is asked of them."""

    features: tuple[str, ...] = ()
    """Sensitive features and acquisition features, as logged."""
    metrics: tuple[str, ...] = ()
    """Keys of group measures: `true_positive_rate`, ..."""
    rule: Literal["descriptive", "powered"] = "descriptive"
    """`powered`: a claim is made for the groups, and each passes by its bound; else they are flagged for review."""
    min_n: int | None = None
    """Rows of a group below which nothing can be said."""
    min_events: int | None = None
    """Events of a group below which nothing can be said."""
    alert: float | None = None
    """A value below that of the original version by more than this is flagged."""
    floor: float | None = None
    """Of a powered rule: the lower bound of each group's interval is at least this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSet:
    """The test data and how they may be used."""

    sha256: str = ""
    """Digest of the sequestered set, as the manifest of the data set tells it."""
    max_uses: int | None = None
    """How many candidates may be tried on it."""
    refresh_rule: str = ""
    """Id of the rule by which another set may take its place."""
    site_disjoint: bool = True
    """No site of the test data is among those of the training data."""
    min_n: int | None = None
    """Rows."""
    min_events: int | None = None
    """Positive rows."""
    min_sites: int | None = None
    """Sites."""
    max_excluded_share: float | None = None
    """Largest share of cases that may be left out for quality."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What starts the modification."""

    id: str
    """Stable, unique in the modification."""
    rule: str
    """The rule, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """The method that each component of the protocol uses for a modification, or why none is needed."""

    data_management: str = ""
    """Id of the method."""
    retraining: str = ""
    """Id of the method."""
    performance_evaluation: str = ""
    """Id of the method."""
    update_procedures: str = ""
    """Id of the method."""
    reference_standard: str = ""
    """Id and version of the reference standard's protocol."""
    not_applicable: dict[str, str] = field(default_factory=dict)
    """Component -> why it does not apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Modification:
    """One planned modification."""

    id: str
    """Stable: letters, digits and dashes."""
    title: str
    """What it is called."""
    text: str = ""
    """What will change."""
    type: Literal["performance", "input_compatibility", "use_and_performance"] | None = None
    """Quantitative performance, inputs and compatibility, or limited use and performance."""
    mode: Literal["manual", "automatic", "both"] | None = None
    """How it is applied."""
    guardrails: str = ""
    """What bounds an automatic one."""
    reach: Literal["global", "local"] | None = None
    """Alike everywhere, or by site or patient."""
    local_factors: tuple[str, ...] = ()
    """What warrants a local one."""
    rationale: tuple[Rationale, ...] = ()
    """Why each part changes."""
    target: str = ""
    """The specification that the device meets after it."""
    allowed: Allowed = field(default_factory=Allowed)
    """What it may change."""
    frequency: Frequency = field(default_factory=Frequency)
    """How often."""
    protocol: Uses = field(default_factory=Uses)
    """The methods it uses."""
    test_set: TestSet = field(default_factory=TestSet)
    """Its test data."""
    triggers: tuple[Trigger, ...] = ()
    """What starts it."""
    criteria: tuple[Criterion, ...] = ()
    """When it is accepted."""
    subgroups: Subgroups = field(default_factory=Subgroups)
    """The groups that are reported."""
    usability: bool | None = None
    """Whether a usability or reader study is wanted."""
    usability_why: str = ""
    """Why, or why not."""
    labeling_sections: tuple[str, ...] = ()
    """Sections of the labeling that it touches."""
    new_identifier: bool | None = None
    """Whether it makes a new version or model of the device, which gets a new device identifier."""
    rollback: str = ""
    """When and to what the device is rolled back."""
    against_unmodified: str = ""
    """Impact: the device with this modification compared with the device without."""
    benefits: str = ""
    """Impact: what it is good for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a method."""

    id: str
    """Stable, unique in the plan."""
    text: str
    """What is done."""
    record: str = ""
    """What it leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of one component of the protocol; several modifications may use it."""

    id: str
    """Stable, unique in the plan."""
    component: Component
    """The component."""
    title: str
    """What it is called."""
    text: str = ""
    """How it works."""
    steps: tuple[Step, ...] = ()
    """In order."""
    answers: dict[str, str] = field(default_factory=dict)
    """Id of a requirement -> how the method answers it."""
    reference: str = ""
    """Where its whole text is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """A risk of one or more modifications."""

    id: str
    """Stable, unique in the plan."""
    hazard: str
    """What can go wrong."""
    harm: str = ""
    """What it does to whom."""
    modifications: tuple[str, ...] = ()
    """Ids of the modifications that bring or change it."""
    controls: tuple[str, ...] = ()
    """What bounds it."""
    verified_by: tuple[str, ...] = ()
    """Ids of methods that show the controls to work."""
    bias: bool = False
    """It is one of unintended bias."""
    reference: str = ""
    """Where it stands in the risk file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """How one modification affects another."""

    first: str
    """Id of a modification."""
    second: str
    """Id of another."""
    effect: str
    """What happens where both are made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """The impact assessment beyond single modifications and risks."""

    why_verified: str = ""
    """Why verification and validation of the protocol keep the device safe and effective."""
    interactions: tuple[Interaction, ...] = ()
    """Pairs of modifications."""
    cumulative: str = ""
    """The effect of making all of them."""
    whole_device: str = ""
    """Other software, hardware, functions and constituent parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """A row of the version history in the labeling."""

    version: str
    """Of the device."""
    date: str
    """ISO date of its release."""
    changes: str
    """What changed, of implemented modifications only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labeling:
    """What users are told."""

    baseline_statement: str = ""
    """That the device uses machine learning, has an authorized plan, and may change by updates."""
    communication: str = ""
    """How users learn of each modification."""
    public_summary: str = ""
    """Modifications, test methods, performance requirements and how users learn of changes, without trade secrets."""
    history: tuple[VersionRow, ...] = ()
    """Version history, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A document that the plan points at."""

    id: str
    """Its number."""
    title: str
    """What it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole plan, as its file holds it."""

    format: int = PLAN_FORMAT
    """Version of this layout: 1."""
    id: str
    """Stable name."""
    title: str
    """Full title."""
    version: str
    """Of the plan."""
    status: Literal["draft", "submitted", "authorized", "superseded"]
    """Only one plan of a device is authorized and not superseded."""
    device: Device = field(default_factory=Device)
    """The device."""
    authorization: Authorization = field(default_factory=Authorization)
    """The letter."""
    conditions: tuple[Condition, ...] = ()
    """Conditions of the authorization."""
    baseline: Baseline = field(default_factory=Baseline)
    """The versions that a change is held against."""
    data: DataRoles = field(default_factory=DataRoles)
    """Contexts of the data."""
    pipeline_tag: str = ""
    """Git tag of the training pipeline; the commit of a candidate descends from it."""
    modifications: tuple[Modification, ...] = ()
    """Few, specific, each verifiable."""
    methods: tuple[Method, ...] = ()
    """Of the four components of the protocol."""
    specifications: tuple[Criterion, ...] = ()
    """What the device keeps to whatever is modified."""
    no_go: str = ""
    """That an unresolved failure is recorded and the modification is not implemented."""
    method_differences: str = ""
    """Where methods or criteria differ from those of the submission, and why."""
    approvers: tuple[str, ...] = ()
    """Roles that approve each determination."""
    risks: tuple[Risk, ...] = ()
    """Risks of the modifications."""
    impact: Impact = field(default_factory=Impact)
    """The rest of the impact assessment."""
    labeling: Labeling = field(default_factory=Labeling)
    """What users are told."""
    quality_system: tuple[Reference, ...] = ()
    """Procedures of the quality system: design change, records, nonconformance, corrective action."""
    early_contact: str = ""
    """Q-Submission number, or why there was none."""
    change_log: tuple[VersionRow, ...] = ()
    """Versions of the plan itself, oldest first."""
    references: tuple[Reference, ...] = ()
    """Documents that the plan points at."""

    def modification(self, name: str) -> Modification | None:
        """Return the modification with this id."""
        return next((item for item in self.modifications if item.id == name), None)

    def method(self, name: str) -> Method | None:
        """Return the method with this id."""
        return next((item for item in self.methods if item.id == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedPlan:
    """A plan with what only its file tells."""

    plan: Plan
    """The record."""
    sha256: Digest
    """Over the plan without status, authorization, change log and labeling history: what a letter authorizes."""
    criteria_sha256: Digest
    """Over criteria, specifications, subgroups and test sets alone: what is registered before an evaluation."""
    file: str
    """Name of the file."""
