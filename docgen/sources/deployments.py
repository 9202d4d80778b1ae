"""Deployment facts from YAML files: which image, Helm release and Argo CD application serve a model version.

docgen asks no cluster. A release job writes what it did; the files are read strictly, and only those of the version at
hand are taken. The format is in docs/lineage.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from docgen.errors import DocgenError, Problem, ProblemsError, SourceError, UsageError
from docgen.model.canonical import sha256
from docgen.model.codec import converter, explain
from docgen.model.evidence import Attribute, Evidence, Missing, Provenance, Table, evidence_id
from docgen.model.formats.deployment import DeploymentFile
from docgen.model.layouts import DEPLOYMENT_COLUMNS
from docgen.sources.git_ import without_credentials
from docgen.strict_yaml import load_yaml

KINDS = ("container", "helm", "argocd")
MAX_FILES = 200
MAX_BYTES = 256 * 1024

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_HINT = "the format is in docs/lineage.md"


def read_deployments(place: Path, subject: str) -> tuple[Evidence, ...]:
    """Return the deployment facts of a model version.

    Args:
        place: a YAML file, or a folder of them (`*.yaml`, `*.yml`; folders below are not read).
        subject: `models:/<name>/<version>`.

    Returns:
        `deployment:<kind>@<environment>`, or `deployment:any` as `Missing` when no file is about this version.

    Raises:
        UsageError: there is no such place.
        ProblemsError: files of another shape, or two that tell the same thing: all of it at once.
    """
    problems: list[Problem] = []
    found: dict[str, Evidence] = {}
    for path in _files(place):
        try:
            record, data = _load(path)
        except ProblemsError as err:
            problems.extend(err.problems)
            continue
        for item in _evidence(record, path, data) if record.model == subject else ():
            if item.id in found:
                problems.append(Problem(f"{path.name}: {item.id} stands in {found[item.id].provenance.uri} already"))
            found.setdefault(item.id, item)
    if problems:
        raise ProblemsError(str(place), tuple(problems), hint=_HINT)
    return tuple(found.values()) or (_missing(place, subject),)


def _files(place: Path) -> list[Path]:
    try:
        if place.is_file():
            return [place]
        found = sorted(path for path in place.iterdir() if path.suffix in {".yaml", ".yml"} and path.is_file())
    except OSError as err:
        raise UsageError(
            f"[dossier] deployment = {str(place)!r}: {(err.strerror or str(err)).lower()}",
            hint="name a YAML file, or a folder of them",
        ) from err
    if len(found) > MAX_FILES:
        raise UsageError(f"{str(place)!r} holds {len(found)} deployment files, expected at most {MAX_FILES}")
    return found


def _load(path: Path) -> tuple[DeploymentFile, bytes]:
    """Read one file.

    Raises:
        ProblemsError: every fault of it.
        SourceError: it cannot be read.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ProblemsError(path.name, (Problem(f"{path.name}: larger than {MAX_BYTES} bytes"),))
        data = path.read_bytes()
        content = load_yaml(data.decode("utf-8"), where=path.name)
    except OSError as err:
        raise SourceError(f"{path}: {(err.strerror or str(err)).lower()}") from err
    except UnicodeDecodeError as err:
        raise ProblemsError(path.name, (Problem(f"{path.name}: not UTF-8"),)) from err
    except DocgenError as err:
        problems = err.problems if isinstance(err, ProblemsError) else (Problem(err.message),)
        named = tuple(item if item.startswith(path.name) else Problem(f"{path.name}:{item}") for item in problems)
        raise ProblemsError(path.name, named) from err
    try:
        record = converter().structure(content, DeploymentFile)
    except Exception as err:  # cattrs raises groups of many kinds; all mean "not of this shape"
        raise ProblemsError(path.name, explain(err, path.name)) from err
    if faults := tuple(_faults(record, path.name)):
        raise ProblemsError(path.name, faults)
    return record, data


def _faults(record: DeploymentFile, where: str) -> Iterator[Problem]:
    """Yield what the types do not say."""
    if not re.fullmatch(r"models:/[^/]+/[0-9]+", record.model):
        yield Problem(f"{where}: model is {record.model!r}, expected models:/<name>/<version>")
    if not _NAME.fullmatch(record.environment):
        yield Problem(f"{where}: environment is {record.environment!r}, expected letters, digits, '-', '_' and '.'")
    try:
        datetime.fromisoformat(record.recorded)
    except ValueError:
        yield Problem(f"{where}: recorded is {record.recorded!r}, expected a date or time in ISO 8601")
    if not any(getattr(record, kind) for kind in KINDS):
        yield Problem(f"{where}: expected at least one of {', '.join(KINDS)}")
    if record.container is not None and not _DIGEST.fullmatch(record.container.digest):
        yield Problem(
            f"{where}: container.digest is {record.container.digest!r}, expected sha256: and 64 hexadecimal digits"
        )


def _evidence(record: DeploymentFile, path: Path, data: bytes) -> Iterator[Evidence]:
    for kind in KINDS:
        facts = getattr(record, kind)
        if facts is None:
            continue
        fields = {
            key: without_credentials(value) if key == "repository" else value for key, value in asdict(facts).items()
        }
        table = Table(
            columns=DEPLOYMENT_COLUMNS,
            rows=tuple((key, str(value)) for key, value in fields.items() if value != ""),
            attributes=(
                Attribute(key="environment", value=record.environment),
                Attribute(key="recorded", value=record.recorded),
                Attribute(key="recorded_by", value=record.recorded_by),
            ),
        )
        where = Provenance(system="file", uri=path.name, key=kind, time=record.recorded, sha256=sha256(data))
        yield Evidence(id=evidence_id("deployment", kind, record.environment), value=table, provenance=where)


def _missing(place: Path, subject: str) -> Evidence:
    gap = Missing(
        wanted="where this version runs",
        reason="not_written",
        detail=f"no file in {place.name!r} is about {subject}",
        supply="let the release job write a deployment file for the version; docs/lineage.md shows one",
    )
    return Evidence(
        id=evidence_id("deployment", "any"), value=gap, provenance=Provenance(system="file", uri=place.name)
    )
