"""What the firm of the example states about each candidate: each meets another verdict."""

from __future__ import annotations

from dataclasses import replace

import yaml

from docgen.model.candidate import (
    Answer,
    Approval,
    Candidate,
    Claim,
    Exclusions,
    LabelingChange,
    Rollback,
    TriggerEvent,
)
from docgen.model.codec import unstructure

MODEL = "lesion-triage"
EXPECTED = {
    "2": "WITHIN_PLAN",
    "3": "NO_CHANGE",
    "4": "OUTSIDE_PLAN",
    "5": "DEVIATION",
    "6": "DO_NOT_IMPLEMENT",
    "7": "INDETERMINATE",
    "8": "NEW_SUBMISSION_REQUIRED",
    "9": "ESCALATE_RISK_REVIEW",
}
"""The verdict that each version meets."""

_ON = "2026-04-01"
_CHECKS = {
    "K03": ("regulatory affairs", "RA-104"),
    "K04": ("regulatory affairs", "RA-104"),
    "K28": ("software verification", "VV-31"),
    "K30": ("risk management", "RM-17"),
    "K31": ("cybersecurity", "CS-12"),
    "K34": ("labeling", "RN-02"),
    "K36": ("post-market", "PM-08"),
}
_ANSWERS = tuple(
    Answer(check=check, holds=True, by=role, on=_ON, record=record) for check, (role, record) in _CHECKS.items()
)
_CLEAN = Candidate(
    model="",
    modifications=("M1",),
    author="data science",
    planned_on="2026-06-01",
    mode="manual",
    reach="global",
    methods=("DM-1", "RT-1", "PE-1", "UP-1"),
    reference_standard="RS-1@1.0",
    sites=3,
    sites_shared=0,
    exclusions=Exclusions(excluded=0, of=569, reasons="none was left out"),
    trigger=TriggerEvent(trigger="T1", on="2026-03-20", record="TR-3"),
    labeling=LabelingChange(
        sections=("IFU-6.2",),
        claims=(Claim(text="Sensitivity and specificity of this version", modification="M1"),),
        history="Re-trained with more data; performance as in section 6.2.",
        version="1.1",
    ),
    rollback=Rollback(to=f"models:/{MODEL}/1", reproduced=True, record="RB-4"),
    answers=_ANSWERS,
)


def _answering(check: str, note: str) -> Candidate:
    """Return the clean candidate with one answer turned round."""
    answers = tuple(replace(item, holds=False, note=note) if item.check == check else item for item in _ANSWERS)
    return replace(_CLEAN, answers=answers)


_CANDIDATES = {
    "2": replace(_CLEAN, planned_on="2026-04-15"),
    "3": replace(_CLEAN, modifications=(), labeling=None),
    "4": _CLEAN,
    "5": replace(_CLEAN, reference_standard="RS-2@1.0"),
    "6": _CLEAN,
    "7": replace(_CLEAN, trigger=None, answers=_ANSWERS[:2]),
    "8": _answering("K03", "now also for people whom nobody decided to sample"),
    "9": _answering("K30", "readers begin to skip samples at the end of the list"),
}


def candidate(version: str) -> Candidate:
    """Return what is stated about a version."""
    return replace(_CANDIDATES[version], model=f"models:/{MODEL}/{version}")


def approved(stated: Candidate, roles: tuple[str, ...], subject: str) -> Candidate:
    """Return what is stated about a candidate with the approvals of these roles."""
    given = tuple(Approval(role=role, on="2026-04-10", subject_sha256=subject) for role in roles)
    return replace(stated, approvals=given)


def as_yaml(stated: Candidate) -> str:
    """Return a candidate's file; what is not stated is left out, as a person would."""
    data = unstructure(stated)
    full = (
        {key: value for key, value in data.items() if value not in (None, "", [], ())} if isinstance(data, dict) else {}
    )
    return yaml.safe_dump(_lists(full), sort_keys=False, allow_unicode=True, width=110)


def _lists(value: object) -> object:
    """Return data without tuples, which YAML would tag."""
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    return [_lists(item) for item in value] if isinstance(value, (list, tuple)) else value
