"""What many tests share: the demo, trained and built once, and a way to run docgen as a user does."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from docgen.config import Config, load_config
from support.commands import run_docgen

pytest_plugins = (
    "support.stores",
    "support.approval_world",
    "support.qualified",
    "support.authority",
    "support.tokens",
)

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_configure() -> None:
    for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
        del os.environ[name]
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    # No test fails for the machine being busy.
    settings.register_profile("docgen", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("docgen")


@pytest.fixture(autouse=True)
def _mlflow_settings() -> Iterator[None]:
    """No test hands a tracking server on to the next one: MLflow keeps it in the environment, children inherit it."""
    before = {name: value for name, value in os.environ.items() if name.startswith("MLFLOW_")}
    yield
    assert {name: value for name, value in os.environ.items() if name.startswith("MLFLOW_")} == before


@dataclass(frozen=True)
class Demo:
    """The demo's folder after `docgen demo`."""

    folder: Path
    said: str

    @property
    def config(self) -> Config:
        return load_config(self.folder / "docgen.toml")

    def dossier(self, version: str) -> Path:
        return self.folder / "dossiers" / "credit-default" / version


Docgen = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def docgen() -> Docgen:
    """`docgen(*arguments, cwd=...)`: the command line in a process of its own."""
    return run_docgen


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """`docgen demo`, run once; tests that change something copy it."""
    parent = tmp_path_factory.mktemp("demo")
    done = run_docgen("demo", "demo", cwd=parent)
    assert done.returncode == 0, done.stderr[-3000:]
    return Demo(folder=parent / "demo", said=done.stdout)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public data sets beside the project; tests that want it are skipped without it."""
    if not SHARED.is_dir():
        pytest.skip("the folder of shared data sets is not there")
    return SHARED
