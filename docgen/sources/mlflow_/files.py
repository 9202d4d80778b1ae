"""MLflow file stores (`mlruns/` folders of MLflow 2 and 3), read as they lie: nothing is written, created or followed.

MLflow's own reader refuses most stores that went through git or another machine; this one reads what is there and
reports what is odd.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from docgen.errors import ProblemsError, SourceError
from docgen.model.snapshot import Finding, Origin
from docgen.sources.mlflow_ import records
from docgen.sources.mlflow_.records import (
    CONTEXT_TAG,
    DELETED_VERSION,
    LOGGED_MODEL_STATUS,
    PARENT_TAG,
    PROMPT_TAG,
    LinkedMetric,
    Pairs,
    StoreDataset,
    StoreLoggedModel,
    StoreMetric,
    StoreModel,
    StoreRun,
    StoreVersion,
    clean,
    metric,
    moment,
    pairs,
)
from docgen.strict_yaml import Yaml, load_yaml

META = "meta.yaml"
MAX_META = 4 * 1024 * 1024
MAX_METRIC_FILE = 64 * 1024 * 1024

_RESERVED = frozenset({"models", "datasets", "traces", "tags", ".trash"})
_NOT_LOGGED = frozenset({".DS_Store", ".gitkeep", ".gitignore", ".keep", "desktop.ini", "Thumbs.db"})
_RUN_STATUS = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}

Meta = dict[str, Yaml]


def open_file_store(root: Path, uri: str) -> FileStore:
    """Open a folder of runs.

    Args:
        root: the folder.
        uri: as it was named.

    Raises:
        SourceError: no such folder, or a folder without experiments and models.
    """
    try:
        if not root.is_dir():
            what = "is no folder" if root.exists() else "does not exist"
            raise SourceError(
                f"no folder of MLflow runs at {uri!r}: {str(root)!r} {what}",
                hint=f"a database is named with its kind: sqlite:///{root.as_posix()}"
                if root.exists()
                else "correct [mlflow] tracking_uri in docgen.toml, or pass --tracking-uri",
            )
        names = sorted(child.name for child in root.iterdir())
    except OSError as err:
        raise SourceError(
            f"folder {str(root)!r} cannot be read: {(err.strerror or str(err)).lower()}",
            hint="correct [mlflow] tracking_uri in docgen.toml, or the permissions of the folder",
        ) from err
    if not any((root / name / META).is_file() for name in names) and not (root / "models").is_dir():
        inside = "; the folder 'mlruns' inside it looks like one" if "mlruns" in names else ""
        raise SourceError(
            f"{uri!r} is no folder of MLflow runs: it holds no experiment and no registered model{inside}",
            hint="point [mlflow] tracking_uri at the folder that holds the experiments, usually called mlruns",
        )
    return FileStore(root, uri)


class FileStore:
    """A folder of runs and registered models. Use `open_file_store`.

    Args:
        root: the folder of experiments.
        uri: as it was named.
    """

    def __init__(self, root: Path, uri: str) -> None:
        self.origin = Origin(kind="files", uri=uri)
        self._root = root
        self._real = root.resolve()
        self._odd: Counter[tuple[str, str]] = Counter()
        self._experiments = self._find_experiments()

    def close(self) -> None:
        """Nothing is held open."""

    def findings(self) -> tuple[Finding, ...]:
        """Return what was odd in the files read so far."""
        return tuple(
            Finding(
                code=code,
                message=f"{message} ({count} times)" if count > 1 else message,
                severity="info" if code == "stray_folder" else "warning",
            )
            for (code, message), count in sorted(self._odd.items())
        )

    def beside(self, run_id: str | None, model_id: str | None) -> Path | None:
        """Return where the folder `artifacts` of a run or logged model lies, or would lie, inside this store."""
        owner = self._run_folder(run_id) if run_id else self._logged_model_folder(model_id or "")
        folder = owner / "artifacts" if owner else None
        return folder if folder and self._inside(folder) else None

    def model_names(self) -> tuple[str, ...]:
        """Return the names of the registered models, prompts left out."""
        folders = (folder for folder in self._folders(self._root / "models") if (folder / META).is_file())
        return tuple(sorted(folder.name for folder in folders if not (folder / "tags" / PROMPT_TAG).exists()))

    def model(self, name: str) -> StoreModel | None:
        """Return a registered model, or None; a prompt is none."""
        folder = self._model_folder(name)
        meta = self._meta(folder) if folder else None
        if folder is None or meta is None:
            return None
        return StoreModel(
            name=name,
            description=clean(meta.get("description")),
            tags=self._pairs(folder / "tags"),
            aliases=self._aliases(folder),
        )

    def version_numbers(self, name: str) -> tuple[str, ...]:
        """Return the versions of a model in ascending order, deleted ones left out."""
        return tuple(str(number) for number in sorted(int(version) for version in self._versions(name)))

    def version(self, name: str, version: str) -> StoreVersion | None:
        """Return a model version, or None."""
        found = self._versions(name).get(version)
        folder = self._model_folder(name)
        if found is None or folder is None:
            return None
        where, meta = found
        source = clean(meta.get("source"))
        return StoreVersion(
            name=name,
            version=version,
            source=source,
            run_id=clean(meta.get("run_id")) or None,
            model_id=clean(meta.get("model_id")) or records.model_id_of(source),
            status=clean(meta.get("status")).rpartition(".")[2],
            stage=records.stage_of(meta.get("current_stage")),
            description=clean(meta.get("description")),
            created=moment(meta.get("creation_timestamp")),
            updated=moment(meta.get("last_updated_timestamp")),
            tags=self._pairs(where / "tags"),
            aliases=tuple(alias for alias, number in self._aliases(folder) if number == version),
        )

    def run(self, run_id: str) -> StoreRun | None:
        """Return a run, deleted ones too, or None."""
        folder = self._run_folder(run_id)
        meta = self._meta(folder) if folder else None
        return None if folder is None or meta is None else self._run(folder, meta)

    def children(self, run: StoreRun, *, limit: int) -> tuple[StoreRun, ...]:
        """Return at most `limit` runs of the same experiment that name `run` as their parent, by start and id."""
        found = []
        for folder in self._folders(self._experiment(run.experiment_id)):
            tag = folder / "tags" / PARENT_TAG
            if folder.name not in _RESERVED and tag.is_file() and self._read(tag, MAX_META).strip() == run.run_id:
                meta = self._meta(folder)
                if meta is not None:
                    found.append((clean(meta.get("start_time")).zfill(20), folder.name, folder, meta))
        first = sorted(found, key=lambda item: item[:2])[:limit]
        return tuple(self._run(folder, meta) for _, _, folder, meta in first)

    def tagged(self, key: str, value: str, *, limit: int) -> tuple[StoreRun, ...]:
        """Return the newest `limit` runs with this tag, of all experiments, by start and id; deleted ones left out."""
        found = []
        for experiment in self._experiments.values() if all(map(_plain, key.split("/"))) else ():
            if (self._meta(experiment) or {}).get("lifecycle_stage") == "deleted":
                continue
            for folder in self._folders(experiment):
                tag = folder / "tags" / key
                if folder.name in _RESERVED or not tag.is_file() or self._read(tag, MAX_META) != value:
                    continue
                meta = self._meta(folder)
                if meta is not None and meta.get("lifecycle_stage") != "deleted":
                    found.append((clean(meta.get("start_time")).zfill(20), folder.name, folder, meta))
        newest = sorted(found, key=lambda item: item[:2])[-limit:]
        return tuple(self._run(folder, meta) for _, _, folder, meta in newest)

    def history(self, run: StoreRun, key: str) -> tuple[StoreMetric, ...]:
        """Return every logged value of a metric, in order of step, time and value; doubled lines count once."""
        folder = self._run_folder(run.run_id)
        path = folder / "metrics" / key if folder and all(map(_plain, key.split("/"))) else None
        return records.history(self._points(key, path)) if path and path.is_file() else ()

    def logged_model(self, model_id: str) -> StoreLoggedModel | None:
        """Return a logged model, or None where the store has none."""
        folder = self._logged_model_folder(model_id)
        meta = self._meta(folder) if folder else None
        if folder is None or meta is None:
            return None
        status = clean(meta.get("status"))
        metrics = (
            _linked(key, words) for key, path in self._files(folder / "metrics") for words in self._lines(key, path, 4)
        )
        return StoreLoggedModel(
            model_id=model_id,
            name=clean(meta.get("name")),
            run_id=clean(meta.get("source_run_id")) or None,
            status=LOGGED_MODEL_STATUS.get(status, status),
            created=moment(meta.get("creation_timestamp")),
            location=clean(meta.get("artifact_location")),
            params=self._pairs(folder / "params"),
            tags=self._pairs(folder / "tags"),
            metrics=records.linked(metrics),
        )

    def _find_experiments(self) -> dict[str, Path]:
        """Return the experiments by id; one that lies in `.trash` gives way to one that does not."""
        found: dict[str, Path] = {}
        for folder in (*self._folders(self._root / ".trash"), *self._folders(self._root)):
            if folder.name in _RESERVED:
                continue
            meta = self._meta(folder) if (folder / META).is_file() else None
            if meta is None or "artifact_location" not in meta or "experiment_id" not in meta:
                self._odd["stray_folder", "the file store holds folders that are no experiments"] += 1
                continue
            found[folder.name] = folder
        return found

    def _experiment(self, experiment_id: str) -> Path:
        return self._experiments.get(experiment_id, self._root / ".no experiment")

    def _run(self, folder: Path, meta: Meta) -> StoreRun:
        tags = self._pairs(folder / "tags")
        status = clean(meta.get("status"))
        points = (point for key, path in self._files(folder / "metrics") for point in self._points(key, path))
        return StoreRun(
            run_id=folder.name,
            name=dict(tags).get("mlflow.runName") or clean(meta.get("run_name") or meta.get("name")),
            experiment_id=folder.parent.name,
            experiment=clean((self._meta(folder.parent) or {}).get("name")),
            status=_RUN_STATUS.get(status, status or "RUNNING"),
            lifecycle=clean(meta.get("lifecycle_stage")) or "active",
            started=moment(meta.get("start_time")),
            ended=moment(meta.get("end_time")),
            artifact_uri=clean(meta.get("artifact_uri")),
            params=self._pairs(folder / "params"),
            tags=tags,
            metrics=records.latest(points),
            datasets=self._datasets(folder),
            model_inputs=self._links(folder / "inputs", "MODEL"),
            model_outputs=self._links(folder / "outputs", "RUN_OUTPUT"),
        )

    def _datasets(self, run: Path) -> tuple[StoreDataset, ...]:
        found = []
        for link in self._folders(run / "inputs"):
            meta = self._meta(link)
            if meta is None or meta.get("source_type") != "DATASET":
                continue
            data = self._meta(run.parent / "datasets" / clean(meta.get("source_id")))
            tags = meta.get("tags")
            if data is None:
                self._odd["dataset_record_missing", "a run names a data set whose record is not in the store"] += 1
                continue
            found.append(_dataset(data, clean(tags.get(CONTEXT_TAG)) if isinstance(tags, dict) else ""))
        return tuple(sorted(found, key=records.dataset_order))

    def _links(self, folder: Path, kind: str) -> tuple[str, ...]:
        metas = (self._meta(link) for link in self._folders(folder))
        return tuple(sorted(clean(meta.get("source_id")) for meta in metas if meta and meta.get("source_type") == kind))

    def _versions(self, name: str) -> dict[str, tuple[Path, Meta]]:
        """Return the folder and record of each version that is not deleted, by version."""
        folder = self._model_folder(name)
        found: dict[str, tuple[Path, Meta]] = {}
        for child in self._folders(folder) if folder else ():
            meta = self._meta(child) if child.name.startswith("version-") else None
            number = child.name.removeprefix("version-")
            if (
                meta is not None
                and meta.get("current_stage") != DELETED_VERSION
                and number.isascii()
                and number.isdigit()
            ):
                found[number] = (child, meta)
        return found

    def _aliases(self, folder: Path) -> Pairs:
        return tuple((alias, version.strip()) for alias, version in self._pairs(folder / "aliases"))

    def _run_folder(self, run_id: str) -> Path | None:
        return self._first(experiment / run_id for experiment in self._experiments.values()) if _plain(run_id) else None

    def _logged_model_folder(self, model_id: str) -> Path | None:
        folders = (experiment / "models" / model_id for experiment in self._experiments.values())
        return self._first(folders) if _plain(model_id) else None

    def _first(self, folders: Iterator[Path]) -> Path | None:
        return next((folder for folder in folders if (folder / META).is_file()), None)

    def _model_folder(self, name: str) -> Path | None:
        folder = self._root / "models" / name
        found = _plain(name) and (folder / META).is_file() and not (folder / "tags" / PROMPT_TAG).exists()
        return folder if found else None

    def _points(self, key: str, path: Path) -> Iterator[StoreMetric]:
        """Yield a run's values: `time value [step [data set name, perhaps with spaces, digest]]` per line."""
        for words in self._lines(key, path, 2):
            yield metric(key, words[1], words[2] if len(words) > 2 else 0, words[0])

    def _lines(self, key: str, path: Path, at_least: int) -> Iterator[list[str]]:
        """Yield the words of the well-formed lines of a metric file."""
        for line in self._read(path, MAX_METRIC_FILE).splitlines():
            words = line.strip().split(" ")
            if len(words) >= at_least and all(map(_whole, (words[0], *words[2:3]))) and _real(words[1]):
                yield words
            elif line.strip():
                self._odd["metric_line_malformed", f"a line of metric {key!r} is no logged value and was left out"] += 1

    def _pairs(self, folder: Path) -> Pairs:
        return pairs((key, self._read(path, MAX_META)) for key, path in self._files(folder))

    def _files(self, folder: Path) -> Iterator[tuple[str, Path]]:
        """Yield the files below `folder` by key; a key may hold slashes and then lies in sub-folders."""
        for path, folders, names in os.walk(folder, onerror=self._unlisted):
            folders.sort()
            for name in sorted(names):
                if name not in _NOT_LOGGED:
                    full = Path(path) / name
                    yield full.relative_to(folder).as_posix(), full

    def _folders(self, folder: Path) -> list[Path]:
        try:
            return sorted(child for child in folder.iterdir() if child.is_dir() and not child.is_symlink())
        except ValueError:
            return []
        except OSError as err:
            self._unlisted(err)
            return []

    def _unlisted(self, err: OSError) -> None:
        """Note a folder that is there and cannot be listed: what it holds must not pass for not logged."""
        if not isinstance(err, (FileNotFoundError, NotADirectoryError)):
            name = Path(str(err.filename)).name
            self._odd["record_unreadable", f"folder {name!r} in the file store: {(err.strerror or '').lower()}"] += 1

    def _meta(self, folder: Path) -> Meta | None:
        """Return the content of `meta.yaml`, or None with a finding when it is no mapping."""
        path = folder / META
        if not path.is_file():
            return None
        try:
            content = load_yaml(self._read(path, MAX_META), where=str(path))
        except ProblemsError:
            content = None
        if isinstance(content, dict):
            return content
        where = path.relative_to(self._root).as_posix()
        self._odd["record_unreadable", f"{where!r} in the file store is not readable YAML"] += 1
        return None

    def _read(self, path: Path, limit: int) -> str:
        """Return a file's text; a link, a pipe, a device or a file of more than `limit` bytes reads as nothing."""
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
            with os.fdopen(handle, "rb") as file:
                facts = os.fstat(handle)
                if stat.S_ISREG(facts.st_mode) and facts.st_size <= limit and self._inside(path):
                    return file.read(limit).decode("utf-8", "replace")
        except OSError as err:
            self._odd[
                "record_unreadable", f"{path.name!r} in the file store: {(err.strerror or str(err)).lower()}"
            ] += 1
            return ""
        self._odd["record_refused", f"{path.name!r} in the file store is no plain file of the store, or too large"] += 1
        return ""

    def _inside(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self._real)


def _plain(name: str) -> bool:
    """Whether a name is one path component."""
    return bool(name) and name not in {".", ".."} and not set(name) & {"/", "\\", "\0", ":"}


def _whole(part: str) -> bool:
    return part.removeprefix("-").isdecimal() and part.isascii() and len(part) <= 20


def _real(part: str) -> bool:
    try:
        float(part)
    except ValueError:
        return False
    return True


def _dataset(data: Meta, context: str) -> StoreDataset:
    return StoreDataset(
        name=clean(data.get("name")),
        digest=clean(data.get("digest")),
        context=context,
        source_type=clean(data.get("source_type")),
        source=clean(data.get("source")),
        schema=clean(data.get("schema")),
        profile=clean(data.get("profile")),
    )


def _linked(key: str, words: list[str]) -> LinkedMetric:
    """Return the metric of a line `time value step run [data set name, perhaps with spaces, digest]`."""
    return LinkedMetric(
        metric=metric(key, words[1], words[2], words[0]),
        dataset_name=" ".join(words[4:-1]),
        dataset_digest=words[-1] if len(words) > 5 else "",
        run_id=words[3],
    )
