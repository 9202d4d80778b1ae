"""Files that an older docgen logged are read for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from docgen.model.canonical import sha256
from docgen.model.evidence import Dataset, Quantity
from docgen.sources.evidence_files import Source, read, wanted

FOLDERS = sorted((Path(__file__).parents[2] / "data").glob("evidence_v*"))
FILES = [(folder, path) for folder in FOLDERS for path in sorted(folder.rglob("*.json"))]


def source(folder: Path, path: Path, data: bytes | None = None) -> Source:
    content = path.read_bytes() if data is None else data
    name = f"docgen/{path.relative_to(folder).as_posix()}"
    return Source(path=name, data=content, sha256=sha256(content), run_id="0" * 32, time=None)


@pytest.mark.parametrize(("folder", "path"), FILES, ids=lambda path: path.name)
def test_every_kept_file_of_every_version_is_read_whole(folder: Path, path: Path) -> None:
    found = read(source(folder, path))
    assert wanted(source(folder, path).path)
    assert found
    assert not [item for item in found if item.missing]


def test_what_version_1_said_is_what_is_read() -> None:
    folder = FOLDERS[0]
    facts = {item.id: item.value for item in read(source(folder, folder / "test" / "performance.json"))}
    auroc = facts["metric:roc_auc@test"]
    assert isinstance(auroc, Quantity)
    assert auroc.value == pytest.approx(0.88, abs=1e-12)
    assert (auroc.n, auroc.events) == (120, 65)
    (data,) = [item.value for item in read(source(folder, folder / "datasets" / "test.json"))]
    assert isinstance(data, Dataset)
    assert data.rows == 120


@pytest.mark.parametrize("version", [b"0", b"99", b"true", b"1.5", b'"2"', b"null"])
def test_a_version_that_does_not_exist_is_named(version: bytes) -> None:
    folder = FOLDERS[0]
    path = folder / "test" / "performance.json"
    data = path.read_bytes().replace(b'"version":1', b'"version":' + version)
    (gap,) = read(source(folder, path, data))
    assert gap.missing
    assert "known: 1, 2" in gap.value.detail  # type: ignore[union-attr]
