"""A folder of a user's for each test, over a real MLflow store."""

from pathlib import Path

import pytest

from support.commands import Place, make_place


@pytest.fixture
def place(sqlite_made, tmp_path: Path) -> Place:
    """A copy of the SQLite store, with a `docgen.toml` that finds its artifacts."""
    folder = tmp_path / "place"
    folder.mkdir()
    return make_place(folder, sqlite_made.folder, sqlite_made.ids)
