"""Where a model version runs, as a release job or an engineer writes it down: YAML files in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DEPLOYMENT_VERSION = 1
"""Version of deployment files.

To change it: raise the number, teach `docgen.sources.deployments` to read the old one, keep a file of the old version
in the tests, and note the change in the changelog and in docs/lineage.md.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerFacts:
    """The image that serves the model."""

    image: str
    """As deployed: `registry.example.org/credit/scorer:2.3.0`."""
    digest: str
    """`sha256:` and 64 hexadecimal digits: of the manifest in the registry, which no tag can move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelmFacts:
    """A Helm release, as `helm list` and `helm status` tell it."""

    release: str
    namespace: str
    chart: str
    chart_version: str
    revision: int
    """Of the release."""
    app_version: str = ""
    status: str = ""
    """deployed, failed, superseded, ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgoFacts:
    """An Argo CD application, as `argocd app get` tells it."""

    application: str
    repository: str
    """Without credentials."""
    revision: str
    """What was synced: a commit of 40 digits, or the version of a chart."""
    path: str = ""
    sync: str = ""
    """Synced, OutOfSync, Unknown."""
    health: str = ""
    """Healthy, Degraded, ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentFile:
    """One deployment of one model version in one environment; at least one of container, helm and argocd."""

    format: Literal["docgen.deployment"]
    version: Literal[1]
    model: str
    """`models:/<name>/<version>`: facts of other versions are left out."""
    environment: str
    """production, staging, production-eu, ...: a name of letters, digits, `-`, `_` and `.`."""
    recorded: str
    """When this was true: a date or a time in ISO 8601, in quotes or not."""
    recorded_by: str = ""
    """The role, or the job, that wrote it."""
    container: ContainerFacts | None = None
    helm: HelmFacts | None = None
    argocd: ArgoFacts | None = None
