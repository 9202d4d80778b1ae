"""`docgen.toml`: where MLflow is, which regimes, which folders. One record for the CLI, the API and the docs."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from docgen.errors import Problem, ProblemsError, UsageError

CONFIG_NAME = "docgen.toml"
MAX_NUMBER = 1_000_000
"""Largest number that a key may have: more seconds, files or MiB than anybody waits for or keeps."""

T = TypeVar("T", "MlflowConfig", "DossierConfig", "ApprovalsConfig")


@dataclass(frozen=True, slots=True, kw_only=True)
class MlflowConfig:
    """`[mlflow]`: the store to read. Only a release or a rollback writes to it."""

    tracking_uri: str = "sqlite:///mlflow.db"
    """`http(s)://...`, `sqlite:///...`, `postgresql://...` or a folder of runs. `MLFLOW_TRACKING_URI` wins over it."""
    registry_uri: str = ""
    """Only where the model registry lives elsewhere."""
    artifact_roots: dict[str, str] = field(default_factory=dict)
    """Prefix of a logged artifact URI -> local folder that holds it now, for stores that were moved.

    Or -> the same prefix, to allow a bucket or host that the store may send docgen to.
    """
    timeout_seconds: int = 15
    """For one request."""
    retries: int = 2
    """Tries after the first one failed, for what may be answered later."""
    max_file_mib: int = 64
    """A needed artifact larger than this is refused."""
    max_files: int = 10_000
    """A run with more artifacts than this is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierConfig:
    """`[dossier]`: what to make, from what, and where."""

    regimes: tuple[str, ...] = ("model_card",)
    """Ids of the regimes to document for, as `docgen regime list` prints them."""
    regime_folders: tuple[str, ...] = ()
    """Folders with regimes of your own, searched before those that come with docgen."""
    policy: str = ""
    """YAML file with the firm's bounds and waivers; empty for none."""
    narratives: str = "narratives"
    """Folder of what people write: one Markdown file for each slot."""
    findings: str = ""
    """YAML file with the register of findings; empty for none."""
    requirements: str = ""
    """YAML file with requirements of your own, which join the rows of every regime; empty for none."""
    tests: str = ""
    """JUnit XML of the tests that your own requirements link to; empty for none."""
    monitoring: str = "monitoring"
    """Folder with what monitoring systems saved, for each version in `<model>/<version>/`; need not exist."""
    repository: str = "."
    """A folder inside the git repository that holds the training code."""
    deployment: str = ""
    """A YAML file, or a folder of them, that says where versions run; empty for none. See docs/lineage.md."""
    change_plan: str = "pccp"
    """Folder of a predetermined change control plan, its candidates and ledgers; need not exist. See docs/pccp.md."""
    store: str = ".docgen"
    """Snapshots and blobs; add it to your backups."""
    output: str = "dossiers"
    """Folder of the dossiers: `<output>/<model>/<version>`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalsConfig:
    """`[approvals]`: gates, signers, ledger: keep them under version control. See docs/approvals.md."""

    gates: str = "approvals/gates.yaml"
    """YAML file with the gates that a version must pass, in order."""
    signers: str = "approvals/signers.yaml"
    """YAML file with the people who may sign, their roles and public keys."""
    ledger: str = "approvals/ledger"
    """Folder of the ledgers, one below it for each registered model; only ever added to."""
    records: str = "approvals/records"
    """Folder of the pages of signatures and of the records of rollbacks, HTML and PDF."""
    sealed: str = "sealed"
    """Folder of the sealed dossiers."""
    timestamp_url: str = ""
    """`http(s)://...` of a time stamping authority (RFC 3161), asked at each signature; empty for none."""
    timestamp_roots: str = "approvals/timestamp-roots.pem"
    """PEM file with the certificates that vouch for the authority; only ever added to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole of `docgen.toml`; every key has a default."""

    mlflow: MlflowConfig = field(default_factory=MlflowConfig)
    dossier: DossierConfig = field(default_factory=DossierConfig)
    approvals: ApprovalsConfig = field(default_factory=ApprovalsConfig)
    root: Path = field(default_factory=Path)
    """The folder that relative paths start from: that of the file."""

    def path(self, text: str) -> Path:
        """Return a configured path below `root`."""
        return self.root / text


def load_config(path: Path | None = None, *, folder: Path | None = None) -> Config:
    """Read `docgen.toml`.

    Args:
        path: the file; None looks for `docgen.toml` in `folder` and takes the defaults when there is none.
        folder: where to look, and the root of the defaults; the current folder by default.

    Raises:
        UsageError: `path` does not exist or cannot be read.
        ProblemsError: not TOML, unknown keys, wrong types: all of them at once.
    """
    root = folder or Path()
    if path is None:
        path = root / CONFIG_NAME
        if not path.exists():
            return Config(root=root)
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as err:
        raise UsageError(f"{path}: {(err.strerror or str(err)).lower()}", hint="make one: docgen init") from err
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        raise ProblemsError(str(path), (Problem(f"not TOML: {err}"),), hint="see https://toml.io") from err
    problems: list[Problem] = []
    mlflow = _section(content.get("mlflow", {}), MlflowConfig, "mlflow", problems)
    dossier = _section(content.get("dossier", {}), DossierConfig, "dossier", problems)
    approvals = _section(content.get("approvals", {}), ApprovalsConfig, "approvals", problems)
    known = ("mlflow", "dossier", "approvals")
    problems[:0] = [_unknown(key, "", known) for key in content if key not in known]
    if problems:
        raise ProblemsError(str(path), tuple(problems), hint="every key is explained in the README under Configuration")
    return Config(mlflow=mlflow, dossier=dossier, approvals=approvals, root=path.parent)


def _section(content: object, wanted: type[T], name: str, problems: list[Problem]) -> T:
    if not isinstance(content, dict):
        problems.append(Problem(f"[{name}]: got {content!r}, expected a table"))
        return wanted()
    hints = get_type_hints(wanted)
    known = {item.name for item in fields(wanted)}
    good: dict[str, Any] = {}  # each value was checked against its own type
    for key, value in content.items():
        if key not in known:
            problems.append(_unknown(key, f"{name}.", tuple(sorted(known))))
        elif (problem := _fault(value, hints[key])) is not None:
            problems.append(Problem(f"{name}.{key}: got {value!r}, expected {problem}"))
        else:
            good[key] = tuple(value) if isinstance(value, list) else value
    return wanted(**good)


def _unknown(key: str, prefix: str, known: tuple[str, ...]) -> Problem:
    near = difflib.get_close_matches(key, known, n=1)
    advice = f"did you mean {prefix}{near[0]!s}?" if near else f"known: {', '.join(known)}"
    return Problem(f"{prefix}{key}: unknown key ({advice})")


def _fault(value: object, wanted: object) -> str | None:
    """Return what was expected, or None when `value` is of the wanted type."""
    if wanted is str:
        return None if _text(value) else "text"
    if wanted is int:
        good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_NUMBER
        return None if good else f"a whole number from 0 to {MAX_NUMBER}"
    if wanted == tuple[str, ...]:
        good = isinstance(value, list) and all(map(_text, value))
        return None if good else "a list of text"
    good = isinstance(value, dict) and all(map(_text, (*value, *value.values())))
    return None if good else "a table of text"


def _text(value: object) -> bool:
    """Whether a value is text that a path may hold."""
    return isinstance(value, str) and "\0" not in value
