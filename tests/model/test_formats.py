"""Evidence formats: schema, example, page and reader say the same."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from docgen.errors import IntegrityError
from docgen.model import formats
from docgen.model.canonical import sha256
from docgen.model.codec import structure, unstructure
from docgen.model.evidence import Missing
from docgen.resources import formats_dir
from docgen.sources import evidence_files
from docgen.sources.evidence_files import Source, read
from docgen.sources.evidence_files.older import lifted
from docgen.sources.evidence_files.own import OWN
from support import formats_page
from support.docstrings import purpose
from support.schemas import WRITTEN_BY_HAND, files

OLD = sorted((Path(__file__).parents[1] / "data").glob("evidence_v*/**/*.json"))
WRONG = (None, "text", 1, 1.5, True, [], {}, {"unknown": 1})


def loaded(name: str, folder: str) -> Any:
    return json.loads((formats_dir() / folder / f"{name}.json").read_text("utf-8"))


def valid(name: str, content: Any) -> bool:
    return jsonschema_rs.validator_for(loaded(name, "schemas")).is_valid(content)


def readable(name: str, content: Any) -> bool:
    try:
        structure(content, formats.FILES[name], where=name)
    except IntegrityError:
        return False
    return True


@pytest.mark.parametrize(("path", "text"), files(), ids=lambda value: getattr(value, "name", ""))
def test_every_shipped_schema_is_what_its_record_says(path: Path, text: str) -> None:
    assert path.read_text("utf-8") == text, "write it again with `make docs`"
    assert jsonschema_rs.meta.is_valid(json.loads(text))


def test_each_format_has_schema_example_and_path_and_no_other_is_there() -> None:
    for folder in ("schemas", "examples"):
        assert {path.stem for path in (formats_dir() / folder).iterdir()} == {*formats.FILES, *WRITTEN_BY_HAND}
    assert list(formats.PATHS) == list(formats.FILES)


@pytest.mark.parametrize("name", formats.FILES)
def test_the_example_is_valid_is_read_whole_and_lies_where_its_path_says(name: str) -> None:
    content = loaded(name, "examples")
    assert valid(name, content)
    record = structure(content, formats.FILES[name], where=name)
    assert unstructure(record) == content
    path = formats.path_of(record)
    assert OWN.fullmatch(path)
    assert purpose(type(record)).startswith(f"`{formats.PATHS[name]}`")
    data = json.dumps(content).encode()
    found = read(Source(path=path, data=data, sha256=sha256(data), run_id="0" * 32, time=None))
    assert found
    assert not [item for item in found if isinstance(item.value, Missing) and item.value.reason == "unreadable"]


def test_the_page_says_in_words_which_files_of_other_tools_are_read() -> None:
    foreign = [(pattern, reader) for pattern, reader, kind in evidence_files._READERS if kind]
    assert {reader.__name__ for _, reader in foreign} == set(formats_page.WHERE)
    for pattern, reader in foreign:
        words, examples = formats_page.WHERE[reader.__name__]
        assert all(pattern.search(path) for path in examples), reader.__name__
        for name in re.findall(r"`([^`]+)`", words):
            paths = [name, f"my_{name}.csv", f"my_{name}.json"]
            assert any(pattern.search(path) for path in paths), name


@pytest.mark.parametrize("path", OLD, ids=lambda path: f"{path.parents[1].name}-{path.name}")
def test_a_file_of_an_older_version_is_valid_once_it_is_lifted(path: Path) -> None:
    content = lifted(json.loads(path.read_text("utf-8")), where=path.name)
    assert valid(str(content["format"]), content)


def test_what_the_demo_logged_is_valid_and_no_example_lacks_a_field_of_it(demo) -> None:
    seen = set()
    for path in sorted((demo.folder / "artifacts").rglob("docgen/**/*.json")):
        content = json.loads(path.read_text("utf-8"))
        name = content["format"]
        seen.add(name)
        assert valid(name, content), path
        lacking = keys(content) - keys(loaded(name, "examples"))
        assert not lacking, f"{name}: write the examples again with `make examples`"
    assert {"docgen.performance", "docgen.fairness", "docgen.explanations", "docgen.dataset"} <= seen


def keys(content: Any, where: str = "") -> set[str]:
    """Every place in a file that a key names."""
    if isinstance(content, list):
        return {key for inner in content for key in keys(inner, f"{where}[]")}
    if isinstance(content, dict):
        found = {key for name, inner in content.items() for key in keys(inner, f"{where}.{name}")}
        return found | {f"{where}.{name}" for name in content}
    return set()


@pytest.mark.parametrize("name", formats.FILES)
def test_schema_and_reader_refuse_the_same(name: str) -> None:
    """Every part of the example in turn is left out, or replaced by something of another type."""
    content = loaded(name, "examples")
    refused = 0
    for changed in changes(content):
        assert valid(name, changed) == readable(name, changed), changed
        refused += not readable(name, changed)
    assert refused > 10


def changes(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for place in places(content):
        if place[0] in {"format", "version"}:
            continue
        if isinstance(place[-1], str):
            yield changed(content, place, leave_out=True)
        for wrong in WRONG:
            if not (str(place[-1]).endswith("sha256") and isinstance(wrong, str)):  # the reader takes any text
                yield changed(content, place, wrong)


def places(content: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every key, and the first item of every list."""
    inner = (
        content.items() if isinstance(content, dict) else enumerate(content[:1]) if isinstance(content, list) else ()
    )
    for key, value in inner:
        yield (*at, key)
        yield from places(value, (*at, key))


def value_at(content: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        content = content[key]
    return content


def changed(content: dict[str, Any], place: tuple[Any, ...], value: Any = None, *, leave_out: bool = False) -> Any:
    result = copy.deepcopy(content)
    holder = value_at(result, place[:-1])
    if leave_out:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return result
