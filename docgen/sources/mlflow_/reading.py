"""How a store is read, and what was found in it so far: evidence by id, and every oddity as a finding."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from docgen.model.evidence import Dataset, Evidence, EvidenceId, Missing, Provenance, Value
from docgen.model.snapshot import Finding
from docgen.sources.mlflow_.artifacts import Limits
from docgen.sources.mlflow_.asking import Patience

_CREDENTIALS = re.compile(r"//[^/@\s'\"<>]+@")
"""What stands between `//` and `@` of an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read a store."""

    tracking_uri: str
    limits: Limits = field(default_factory=Limits)
    patience: Patience = field(default_factory=Patience)
    artifact_roots: Mapping[str, str] = field(default_factory=dict)
    step: Callable[[str], None] = lambda _text: None


class Found:
    """Evidence and findings of one version as they come in."""

    def __init__(self) -> None:
        self.evidence: dict[EvidenceId, Evidence] = {}
        self._notes: dict[tuple[str, str], Finding] = {}
        self.series: list[Evidence] = []
        """Parts of monitoring series, in the order in which they were read."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every oddity, in the order of its first occurrence."""
        return tuple(self._notes.values())

    def add(self, name: EvidenceId, value: Value, uri: str, **where: object) -> None:
        """Keep a fact of MLflow's; `where` are further fields of its provenance."""
        provenance = Provenance(system="mlflow", uri=uri, **where)  # type: ignore[arg-type]  # fields of Provenance
        self.put(Evidence(id=name, value=value, provenance=provenance))

    def put(self, item: Evidence) -> None:
        """Keep a fact; the first of a name stays, since docgen's own files are read before MLflow's plain metrics."""
        if item.kind == "monitoring" and not item.missing:
            self.series.append(item)
        else:
            self.evidence.setdefault(item.id, item)

    def put_dataset(self, fact: Evidence) -> None:
        """Add a manifest to the dataset input of the same context; the manifest's digest is the one that proves."""
        before = self.evidence.get(fact.id)
        value = fact.value
        if (
            before is not None
            and isinstance(before.value, Dataset)
            and isinstance(value, Dataset)
            and before.value.name == value.name
        ):
            merged = replace(value, label_digest=before.value.label_digest, source_type=before.value.source_type)
            fact = replace(fact, value=merged)
        self.evidence[fact.id] = fact

    def put_unreadable(self, gap: Evidence) -> None:
        """Put a gap in the place of a fact whose file cannot be read."""
        detail = gap.value.detail if isinstance(gap.value, Missing) else ""
        self.evidence[gap.id] = gap
        self.note("artifact_unreadable", f"{gap.provenance.uri}: {detail}", gap.id, severity="serious")

    def note(self, code: str, message: str, *ids: str, severity: str = "warning") -> None:
        """Keep an oddity, once for all the evidence that it is about."""
        evidence = tuple(EvidenceId(name) for name in ids)
        known = self._notes.get((code, message))
        if known is not None:
            evidence = tuple(dict.fromkeys((*known.evidence, *evidence)))
        self._notes[code, message] = Finding(code=code, message=message, evidence=evidence, severity=severity)  # type: ignore[arg-type]  # a literal

    def opened(self, text: str, name: EvidenceId) -> str:
        """Return logged text without the user name and password of the addresses in it: a dossier is handed around."""
        cleaned = without_log_in(text, "[removed]@")
        if cleaned != text:
            self.note("credentials_removed", "an address held a user name or password, which is left out here", name)
        return cleaned


def without_log_in(text: str, instead: str = "") -> str:
    """Return text with something else in the place of user name and password of the addresses in it."""
    return _CREDENTIALS.sub(f"//{instead}", text)
