"""The parts of `docs/lineage.md` that the code says of itself."""

from __future__ import annotations

from docgen.model.formats.deployment import ArgoFacts, ContainerFacts, DeploymentFile, HelmFacts
from docgen.resources import formats_dir
from docgen.sources.mlflow_.surroundings import IMAGE_TAGS, PIPELINE_TAGS
from support.formats_page import _fields
from support.markdown import table


def deployment() -> str:
    """The fields of a deployment file, and the example."""
    example = (formats_dir() / "examples" / "docgen.deployment.yaml").read_text("utf-8")
    kinds = (("container", ContainerFacts), ("helm", HelmFacts), ("argocd", ArgoFacts))
    parts = [_fields(DeploymentFile)]
    for name, record in kinds:
        parts += [f"`{name}`:", _fields(record)]
    return "\n\n".join([*parts, f"```yaml\n{example.rstrip()}\n```"])


def pipelines() -> str:
    """Which tags name a pipeline run."""
    rows = [(f"`pipeline:{system}`", ", ".join(f"`{key}`" for key in keys)) for system, keys in PIPELINE_TAGS.items()]
    return table(("Evidence", "Run tags, compared for equality"), rows)


def images() -> str:
    """Which tags name the image of the training."""
    return table(("Run tag, the first with a digest counts",), [(f"`{key}`",) for key in IMAGE_TAGS])
