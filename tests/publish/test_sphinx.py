"""Sphinx as docgen runs it: what it cannot write stops the build, instead of a warning beside half a dossier."""

from __future__ import annotations

from pathlib import Path

import pytest

from docgen.assessment.engine import assess
from docgen.errors import DocgenError
from docgen.model.document import Dossier
from docgen.policy import EMPTY
from docgen.publish.sphinx_ import Project, run_builder, write_project
from docgen.regimes import find_regime, load_regime
from docgen.store.dossier import dump_dossier
from docgen.testing import sample_snapshot


@pytest.fixture
def project(tmp_path: Path) -> Project:
    from datetime import date

    snapshot, regime = sample_snapshot(), load_regime(find_regime("model_card"))
    assessment = assess(snapshot, regime, EMPTY, date(2026, 3, 2))
    dossier = Dossier(snapshot=snapshot, regimes=(regime,), assessments=(assessment,))
    return write_project(tmp_path / "project", dump_dossier(dossier), {"index.md": "# One page\n"})


@pytest.mark.parametrize(
    "path", ["index.html", "needs.json", "_static/docgen.css", "objects.inv", "_static/sphinx-needs/modern.css"]
)
def test_a_file_that_cannot_be_written_stops_the_build(project: Project, tmp_path: Path, path: str) -> None:
    """A folder stands where the file should come: for Sphinx that is an error like a full disk."""
    (tmp_path / "out" / path / "in the way").mkdir(parents=True)
    with pytest.raises((OSError, DocgenError)) as caught:
        run_builder(project, "html", tmp_path / "out", moment="2026-03-02T09:30:00Z", step=lambda _text: None)
    if isinstance(caught.value, DocgenError):
        assert caught.value.code == 12
        assert path.rpartition("/")[2] in caught.value.message
