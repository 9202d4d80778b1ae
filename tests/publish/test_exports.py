"""Files that are made without Sphinx: what a spreadsheet opens holds text and no formula."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date

import pytest

from docgen.assessment.engine import assess
from docgen.model.document import Dossier
from docgen.policy import EMPTY
from docgen.publish.exports import exports
from docgen.regimes import find_regime, load_regime
from docgen.testing import sample_snapshot


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_reason_that_somebody_wrote_is_no_formula(text: str) -> None:
    snapshot, regime = sample_snapshot(), load_regime(find_regime("model_card"))
    found = assess(snapshot, regime, EMPTY, date(2026, 3, 2))
    first, *others = found.results
    told = replace(first, reason=text, checks=tuple(replace(check, reason=text) for check in first.checks))
    assessment = replace(found, results=(told, *others))
    dossier = Dossier(snapshot=snapshot, regimes=(regime,), assessments=(assessment,))
    matrix = exports(dossier)["files/matrix-model_card.csv"].decode("utf-8")
    rows = list(csv.reader(matrix.splitlines(keepends=True)))
    assert f"'{text}" in {cell for row in rows for cell in row}
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r\n")]
