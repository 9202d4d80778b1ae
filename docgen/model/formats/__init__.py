"""docgen's own evidence files, as records: written at training time, read when a model version is collected.

Each file is canonical JSON below `docgen/` among the run's artifacts, begins with `format` and `version`, and has a
Parquet twin of its rows for people with notebooks. `docs/evidence-formats.md` shows one of each.
"""

from __future__ import annotations

import re

from docgen.model.formats.common import EVIDENCE_VERSION, DataRef, Named, Row, Task
from docgen.model.formats.comparison import ComparedMeasure, ComparisonFile, Decisions, Side
from docgen.model.formats.data import ChangedFile, CodeFile, ColumnProfile, DatasetFile, Level, Precision
from docgen.model.formats.explanations import (
    ExplanationFile,
    FeatureRow,
    GroupAttributionRow,
    GroupAttributions,
    InteractionRow,
    Interactions,
    Permutation,
    PermutationRow,
    ReasonCodes,
    ReasonRow,
    StabilityRow,
)
from docgen.model.formats.fairness import (
    AdverseImpact,
    Comparison,
    ComparisonRow,
    Disparity,
    FairnessFile,
    GroupMetric,
    GroupRow,
    ImpactRow,
    LeftOut,
    PeriodMetric,
    PeriodRow,
    ScoreGap,
    ScoreRow,
)
from docgen.model.formats.monitoring import (
    MonitoringFile,
    MonitoringKind,
    MonitoringPoint,
    MonitoringSeries,
    MonitoringState,
)
from docgen.model.formats.pairs import EntityOverlap, OverlapFile, ShiftCell, ShiftColumn, ShiftFile, ShiftRole
from docgen.model.formats.performance import (
    Bin,
    CalibrationFile,
    ClassCalibration,
    Confusion,
    LiftRow,
    PerformanceFile,
    ResidualQuantile,
    ResidualRow,
    Residuals,
    RocPoint,
)
from docgen.model.formats.sensitivity import ChangedInput, ChangeKind, Response, ResponseGroup, SensitivityFile

__all__ = [
    "EVIDENCE_VERSION",
    "FILES",
    "PATHS",
    "AdverseImpact",
    "Bin",
    "CalibrationFile",
    "ChangeKind",
    "ChangedFile",
    "ChangedInput",
    "ClassCalibration",
    "CodeFile",
    "ColumnProfile",
    "ComparedMeasure",
    "Comparison",
    "ComparisonFile",
    "ComparisonRow",
    "Confusion",
    "DataRef",
    "DatasetFile",
    "Decisions",
    "Disparity",
    "EntityOverlap",
    "EvidenceFile",
    "ExplanationFile",
    "FairnessFile",
    "FeatureRow",
    "GroupAttributionRow",
    "GroupAttributions",
    "GroupMetric",
    "GroupRow",
    "ImpactRow",
    "InteractionRow",
    "Interactions",
    "LeftOut",
    "Level",
    "LiftRow",
    "MonitoringFile",
    "MonitoringKind",
    "MonitoringPoint",
    "MonitoringSeries",
    "MonitoringState",
    "Named",
    "OverlapFile",
    "PerformanceFile",
    "PeriodMetric",
    "PeriodRow",
    "Permutation",
    "PermutationRow",
    "Precision",
    "ReasonCodes",
    "ReasonRow",
    "ResidualQuantile",
    "ResidualRow",
    "Residuals",
    "Response",
    "ResponseGroup",
    "RocPoint",
    "Row",
    "ScoreGap",
    "ScoreRow",
    "SensitivityFile",
    "ShiftCell",
    "ShiftColumn",
    "ShiftFile",
    "ShiftRole",
    "Side",
    "StabilityRow",
    "Task",
    "path_of",
]

EvidenceFile = (
    PerformanceFile
    | CalibrationFile
    | FairnessFile
    | ExplanationFile
    | DatasetFile
    | CodeFile
    | ComparisonFile
    | SensitivityFile
    | OverlapFile
    | ShiftFile
    | MonitoringFile
)

FILES: dict[str, type[EvidenceFile]] = {
    "docgen.performance": PerformanceFile,
    "docgen.calibration": CalibrationFile,
    "docgen.fairness": FairnessFile,
    "docgen.explanations": ExplanationFile,
    "docgen.dataset": DatasetFile,
    "docgen.code": CodeFile,
    "docgen.comparison": ComparisonFile,
    "docgen.sensitivity": SensitivityFile,
    "docgen.overlap": OverlapFile,
    "docgen.shift": ShiftFile,
    "docgen.monitoring": MonitoringFile,
}
"""`format` -> record."""

PATHS: dict[str, str] = {
    "docgen.performance": "docgen/<split>/performance.json",
    "docgen.calibration": "docgen/<split>/calibration.json",
    "docgen.fairness": "docgen/<split>/fairness.json",
    "docgen.explanations": "docgen/<split>/explanations.json",
    "docgen.dataset": "docgen/datasets/<context>.json",
    "docgen.code": "docgen/code.json",
    "docgen.comparison": "docgen/<split>/comparison<-against>.json",
    "docgen.sensitivity": "docgen/<split>/sensitivity.json",
    "docgen.overlap": "docgen/overlap/<first>~<second>.json",
    "docgen.shift": "docgen/shift/<reference>~<current>.json",
    "docgen.monitoring": "docgen/monitoring.json",
}
"""`format` -> path among the run's artifacts; `<field>` stands for a field of the record, or for its name;
`<-field>` for a hyphen and the field, or for nothing where it is empty."""


def path_of(record: EvidenceFile) -> str:
    """Return the path at which a file of this content is read."""

    def filled(field: re.Match[str]) -> str:
        value = getattr(record, field[2])
        text = str(getattr(value, "name", value))
        return f"-{text}" if field[1] and text else text

    return re.sub(r"<(-?)(\w+)>", filled, PATHS[record.format])
