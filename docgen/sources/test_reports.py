"""Results of linked tests from JUnit XML, as pytest, Ant, Gradle and most runners write it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from docgen.errors import Problem, ProblemsError, UsageError
from docgen.model.canonical import sha256
from docgen.model.evidence import Evidence, EvidenceId, Missing, Provenance, Text

MAX_BYTES = 16 * 1024 * 1024
_HINT = "name the JUnit XML of your tests in docgen.toml, [dossier] tests"


def read_tests(path: Path, wanted: tuple[str, ...]) -> tuple[Evidence, ...]:
    """Return `test:<classname>::<name>` for each wanted test: `passed`, `failed` or `skipped`, or `Missing`.

    A test that ran twice counts as its worst result.

    Raises:
        UsageError: the file cannot be read.
        ProblemsError: too large, or no XML; a document type is refused, for its entities can fill any memory.
    """
    try:
        data = path.read_bytes()
    except OSError as err:
        raise UsageError(f"{path}: {(err.strerror or str(err)).lower()}", hint=_HINT) from err
    found: dict[str, tuple[str, str | None]] = {}
    for suite in _root(path, data).iter("testsuite"):
        time = suite.get("timestamp")
        for case in suite.findall("testcase"):
            name = f"{case.get('classname', '')}::{case.get('name', '')}"
            if name in wanted:
                found[name] = max(found.get(name, ("", None)), (_result(case), time), key=lambda item: _WORST[item[0]])
    return tuple(_evidence(path, data, name, found.get(name)) for name in wanted)


_WORST = {"": 0, "passed": 1, "skipped": 2, "failed": 3}


def _result(case: ET.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def _root(path: Path, data: bytes) -> ET.Element:
    if len(data) > MAX_BYTES:
        raise ProblemsError(str(path), (Problem(f"{len(data)} bytes, expected at most {MAX_BYTES}"),), hint=_HINT)
    try:
        text = data.decode("utf-8")
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise ProblemsError(str(path), (Problem("a document type is not allowed"),), hint=_HINT)
        return ET.fromstring(text)  # noqa: S314  # without a document type there are no entities to expand
    except UnicodeDecodeError as err:
        raise ProblemsError(str(path), (Problem(f"not UTF-8 at byte {err.start}"),), hint=_HINT) from err
    except ET.ParseError as err:
        raise ProblemsError(str(path), (Problem(f"not XML: {err}"),), hint=_HINT) from err


def _evidence(path: Path, data: bytes, name: str, result: tuple[str, str | None] | None) -> Evidence:
    time = result[1] if result else None
    where = Provenance(system="file", uri=path.name, key=name, time=time, sha256=sha256(data))
    value = (
        Text(text=result[0])
        if result
        else Missing(
            wanted=f"the result of test {name}",
            reason="not_logged",
            detail=f"{path.name} holds no such test",
            supply="run the test, and let its runner write JUnit XML",
        )
    )
    return Evidence(id=EvidenceId(f"test:{name}"), value=value, provenance=where)
