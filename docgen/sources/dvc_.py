"""DVC: which stages and data a commit locks, with their hashes and parameters. DVC itself is never run.

The files are those of the run's commit (`dvc.lock`, `dvc.yaml`, `*.dvc`), not those of the work tree, which may have
moved on. Formats: dvc.org, "dvc.yaml Files" and ".dvc Files"; lock files of schema 2.0 and of 1.0, which names none.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from docgen.errors import ProblemsError, SourceError
from docgen.model.canonical import sha256
from docgen.model.evidence import Attribute, Commit, Evidence, EvidenceId, Missing, Provenance, Scalar, Table, Value
from docgen.model.layouts import DVC_COLUMNS
from docgen.model.snapshot import Finding
from docgen.sources.git_ import GitFacts, Repository, TreeFile
from docgen.strict_yaml import Yaml, load_yaml

MAX_FILES = 500
"""DVC files of one commit that are read."""

MAX_BYTES = 4 * 1024 * 1024
MAX_ROWS = 500
"""Dependencies, outputs and parameters of one stage that are kept."""

UNKNOWN = EvidenceId("dvc:files")
"""The gap where the repository has DVC files and it is unknown which of them the run used."""

_HASHES = ("md5", "etag", "checksum")
_SUPPLY = "run dvc repro or dvc add, and commit dvc.lock and the .dvc files before training"

Row = tuple[Scalar, ...]
Tree = dict[str, Yaml]


def read_dvc(folder: Path, head: Evidence | None, *, timeout_seconds: int = 15) -> GitFacts:
    """Return what the run's commit locks.

    Args:
        folder: any folder inside the repository.
        head: `commit:head` as `read_git` returns it.
        timeout_seconds: for one git call.

    Returns:
        `dvc:<stage>` and `dvc:<path of a .dvc file>`, each perhaps `Missing`; nothing for a repository without DVC;
        `dvc:files` as `Missing` where there is DVC and the run's commit is unknown.

    Raises:
        SourceError: git is not installed, or does not answer in time.
    """
    repository = Repository(folder, timeout_seconds)
    commit = head.value if head is not None and isinstance(head.value, Commit) and head.value.verified else None
    if commit is None:
        return GitFacts(evidence=_unknown(repository))
    listed = [file for file in repository.files(commit.sha) if _is_dvc(file.path)]
    reading = _Reading(repository, commit.sha)
    for file in listed[:MAX_FILES]:
        reading.take(file)
    reading.stages()
    found: tuple[Finding, ...] = ()
    if len(listed) > MAX_FILES:
        text = f"the commit holds {len(listed)} DVC files; the first {MAX_FILES} were read"
        found = (Finding(code="dvc_files_cut", message=text),)
    return GitFacts(evidence=tuple(reading.evidence.values()), findings=found)


def _is_dvc(path: str) -> bool:
    name = posixpath.basename(path)
    return name in {"dvc.yaml", "dvc.lock"} or (name.endswith(".dvc") and name != ".dvc")


def _unknown(repository: Repository) -> tuple[Evidence, ...]:
    """Return the gap of a repository that has DVC files now, when the run's commit is not known."""
    try:
        if not any(_is_dvc(file.path) for file in repository.files("HEAD")):
            return ()
    except SourceError:  # without git, nothing tells that there is DVC
        return ()
    gap = Missing(
        wanted="the data that DVC locked for the training",
        reason="unknown",
        detail="the repository has DVC files, but it is unknown at which commit the model was trained",
        supply="train from a script inside the repository, so that MLflow tags the run with its commit",
    )
    return (Evidence(id=UNKNOWN, value=gap, provenance=Provenance(system="git", uri="git")),)


class _Reading:
    """What the DVC files of one commit say, as it comes in."""

    def __init__(self, repository: Repository, commit: str) -> None:
        self.repository, self.commit = repository, commit
        self.evidence: dict[EvidenceId, Evidence] = {}
        self.locks: dict[str, tuple[Tree, Provenance]] = {}
        """Folder -> locked stages."""
        self.declared: dict[str, tuple[Tree, Provenance]] = {}
        """Folder -> declared stages."""

    def take(self, file: TreeFile) -> None:
        """Read one file; what cannot be read is a gap with its reason."""
        where = Provenance(system="git", uri=f"git:{self.commit}:{file.path}")
        try:
            data = _content(self.repository, file)
            where = Provenance(system="git", uri=where.uri, sha256=sha256(data))
            tree = _mapping(load_yaml(data.decode("utf-8"), where=file.path), "the file")
            folder, name = posixpath.split(file.path)
            if name == "dvc.lock":
                self.locks[folder] = (_stages(tree), where)
            elif name == "dvc.yaml":
                self.declared[folder] = (_mapping(tree.get("stages") or {}, "stages"), where)
            else:
                self._keep(file.path, _data_file(tree, folder), where)
        except (ProblemsError, ValueError) as err:
            detail = "; ".join(err.problems) if isinstance(err, ProblemsError) else str(err)
            self._keep(file.path, _gap(f"the content of {file.path}", "unreadable", detail[:500]), where)

    def stages(self) -> None:
        """Keep the stages of every folder, once all files are taken."""
        for folder, (locked, where) in sorted(self.locks.items()):
            declared = self.declared[folder][0] if folder in self.declared else {}
            for name, content in locked.items():
                stage = declared.get(_declared(name))
                place = stage.get("wdir") if isinstance(stage, dict) else None
                base = posixpath.join(folder, place) if isinstance(place, str) else folder
                self._stage(folder, name, content, base, where)
        for folder, (declared, where) in sorted(self.declared.items()):
            locked = self.locks[folder][0] if folder in self.locks else {}
            for name in sorted({*declared} - {_declared(name) for name in locked}):
                detail = "dvc.yaml declares the stage, dvc.lock does not hold it"
                self._keep(_address(folder, name), _gap(f"the lock of DVC stage {name}", "not_logged", detail), where)

    def _stage(self, folder: str, name: str, content: Yaml, base: str, where: Provenance) -> None:
        address = _address(folder, name)
        try:
            self._keep(address, _stage_table(_mapping(content, f"stage {name}"), base), where)
        except ValueError as err:
            self._keep(address, _gap(f"the lock of DVC stage {name}", "unreadable", str(err)[:500]), where)

    def _keep(self, name: str, value: Value, where: Provenance) -> None:
        item = Evidence(id=EvidenceId(f"dvc:{name}"), value=value, provenance=where)
        self.evidence.setdefault(item.id, item)


def _content(repository: Repository, file: TreeFile) -> bytes:
    if file.size > MAX_BYTES:
        raise ValueError(f"{file.size} bytes, expected at most {MAX_BYTES}")
    return repository.content(file)


def _address(folder: str, stage: str) -> str:
    """Return a stage's name as DVC addresses it: with the path of its file below the top."""
    return f"{folder}/dvc.yaml:{stage}" if folder else stage


def _declared(name: str) -> str:
    """Return the name under which `dvc.yaml` declares a locked stage: one of a `foreach` is `<stage>@<item>`."""
    return name.partition("@")[0]


def _gap(wanted: str, reason: Literal["unreadable", "not_logged"], detail: str) -> Missing:
    return Missing(wanted=wanted, reason=reason, detail=detail, supply=_SUPPLY)


def _stages(tree: Tree) -> Tree:
    """Return the locked stages.

    Raises:
        ValueError: a schema that is not known.
    """
    if "schema" not in tree:
        return tree
    if str(tree["schema"]) != "2.0":
        raise ValueError(f"schema is {tree['schema']!r}, expected '2.0' or none")
    return _mapping(tree.get("stages") or {}, "stages")


def _stage_table(stage: Tree, base: str) -> Table:
    command = stage.get("cmd")
    lines = [str(line) for line in command] if isinstance(command, list) else [str(command or "")]
    rows = [*_items("dep", stage.get("deps"), base), *_items("out", stage.get("outs"), base)]
    rows += _params(_mapping(stage.get("params") or {}, "params"), base)
    return _table(rows, "stage", "\n".join(lines))


def _data_file(tree: Tree, folder: str) -> Table:
    place = tree.get("wdir")
    base = posixpath.join(folder, place) if isinstance(place, str) else folder
    rows = [*_items("dep", tree.get("deps"), base), *_items("out", tree.get("outs"), base)]
    return _table(rows, "data", "")


def _table(rows: list[Row], kind: str, command: str) -> Table:
    attributes = (
        Attribute(key="kind", value=kind),
        Attribute(key="command", value=command),
        Attribute(key="rows", value=len(rows)),
    )
    return Table(columns=DVC_COLUMNS, rows=tuple(rows[:MAX_ROWS]), attributes=attributes)


def _items(role: str, items: Yaml, base: str) -> Iterator[Row]:
    """Yield a row for each dependency or output; a path is told from the top of the repository.

    Raises:
        ValueError: an item of another shape.
    """
    if items is None:
        return
    if not isinstance(items, list):
        raise ValueError(f"{role}s: expected a list")  # noqa: TRY004  # a fault of the file
    for item in items:
        entry = _mapping(item, f"an item of {role}s")
        path = entry.get("path")
        if not isinstance(path, str):
            raise ValueError(f"an item of {role}s: expected a path, got {path!r}")  # noqa: TRY004  # as above
        kind = next((name for name in _HASHES if entry.get(name)), None)
        digest = str(entry[kind]) if kind else None
        if kind == "md5" and "hash" not in entry:
            kind = "md5, line ends unified"  # before DVC 3
        yield role, _from_top(base, path), kind, digest, _count(entry.get("size")), _count(entry.get("nfiles")), None


def _params(files: Tree, base: str) -> Iterator[Row]:
    for file, values in files.items():
        for key, value in _mapping(values, f"params of {file}").items():
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
            yield "param", f"{_from_top(base, file)}:{key}", None, None, None, None, shown


def _from_top(base: str, path: str) -> str:
    """Return a path from the top of the repository; addresses and absolute paths stay as they are."""
    return path if "://" in path or path.startswith("/") else posixpath.normpath(posixpath.join(base, path))


def _mapping(value: Yaml, what: str) -> Tree:
    if not isinstance(value, dict):
        raise ValueError(f"{what}: expected a mapping")  # noqa: TRY004  # a fault of the file
    return value


def _count(value: Yaml) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
