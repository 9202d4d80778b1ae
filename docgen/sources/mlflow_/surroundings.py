"""What a run's tags tell of the pipeline and the container image around it, and which versions came before.

Tags are claims of whoever set them. Only the keys below are taken, compared for equality.
"""

from __future__ import annotations

import re

from docgen.model.evidence import Attribute, Missing, Scalar, Table, evidence_id
from docgen.model.layouts import IMAGE_COLUMNS, PIPELINE_COLUMNS, VERSION_COLUMNS
from docgen.sources.mlflow_.reading import Found, without_log_in
from docgen.sources.mlflow_.records import Store, StoreRun, StoreVersion

PIPELINE_TAGS: dict[str, tuple[str, ...]] = {
    "kubeflow": (
        "kfp.pipeline_run_id",
        "kfp.pipeline_run_url",
        "kfp.pipeline_id",
        "kfp.pipeline_version_id",
        "kubeflow_run_id",
        "kfp_run_id",
    ),
    "sagemaker": (
        "sagemaker.pipeline_execution_arn",
        "sagemaker.pipeline_execution_id",
        "sagemaker.pipeline_name",
        "sagemaker.training_job_arn",
        "sagemaker.training_job_name",
    ),
    "azure_ml": (
        "azureml.pipelinerunid",
        "azureml.pipeline",
        "azureml.pipelineComponent",
        "azureml.nodeid",
        "azureml.runsource",
    ),
}
"""System -> run tags that name a pipeline run, the most telling first.

Kubeflow Pipelines' own MLflow plug-in sets `kfp.*` on the parent run (kubeflow.org, MLflow Plugin); kedro-kubeflow sets
`kubeflow_run_id`; `kfp_run_id` is a habit of training scripts. SageMaker sets no tag by itself: scripts set
`sagemaker.*` from `ExecutionVariables.PIPELINE_EXECUTION_ARN` and the job's environment. Azure ML sets `azureml.*` on
the runs of its workspace.
"""

IMAGE_TAGS = ("docgen.image_digest", "mlflow.docker.image.uri", "mlflow.docker.image.id")
"""Run tags that name the container image of the training; MLflow sets its two for projects with Docker."""

MAX_EARLIER = 10
"""Earlier versions that are told one by one."""

_DIGEST = re.compile(r"(?:^|@)sha256:([0-9a-f]{64})$")


def read_pipelines(found: Found, run: StoreRun, parent: StoreRun | None) -> None:
    """Keep `pipeline:<system>` for each system whose tags stand on the run or its parent."""
    for system, keys in PIPELINE_TAGS.items():
        rows: list[tuple[Scalar, ...]] = [
            (key, without_log_in(value), role)
            for role, where in (("run", run), ("parent", parent))
            for key in keys
            if where is not None and (value := where.tag(key))
        ]
        if rows:
            table = Table(columns=PIPELINE_COLUMNS, rows=tuple(rows))
            found.add(evidence_id("pipeline", system), table, f"runs:/{run.run_id}", run_id=run.run_id)


def read_image(found: Found, run: StoreRun) -> None:
    """Keep `runtime:image`: the image as tagged, and its digest where a tag holds one."""
    tagged = [(key, without_log_in(value)) for key in IMAGE_TAGS if (value := run.tag(key))]
    if not tagged:
        return
    digests = [match.group(1) for _, value in tagged if (match := _DIGEST.search(value))]
    table = Table(
        columns=IMAGE_COLUMNS,
        rows=tuple((key, value, _DIGEST.search(value) is not None) for key, value in tagged),
        attributes=(Attribute(key="sha256", value=digests[0]),) if digests else (),
    )
    name = evidence_id("runtime", "image")
    found.add(name, table, f"runs:/{run.run_id}", run_id=run.run_id)
    if not digests:
        found.note("image_not_pinned", "the image is named by a tag only, which can be moved to another image", name)


def read_earlier(found: Found, store: Store, version: StoreVersion) -> None:
    """Keep `versions:earlier`: the versions of the model below this one, newest first."""
    numbers = [number for number in store.version_numbers(version.name) if int(number) < int(version.version)]
    rows: list[tuple[Scalar, ...]] = []
    for number in reversed(numbers[-MAX_EARLIER:]):
        earlier = store.version(version.name, number)
        if earlier is not None:
            aliases = ", ".join(earlier.aliases)
            rows.append((earlier.version, earlier.created, earlier.status, earlier.stage, aliases, earlier.run_id))
    if rows:
        table = Table(
            columns=VERSION_COLUMNS, rows=tuple(rows), attributes=(Attribute(key="total", value=len(numbers)),)
        )
        found.add(evidence_id("versions", "earlier"), table, f"models:/{version.name}")


def missing_parent(found: Found, run: StoreRun, parent_id: str) -> None:
    """Keep the gap that a parent run leaves which the run names and the store does not hold."""
    gap = Missing(
        wanted="the parent run that the run names",
        reason="unreachable",
        detail=f"no run {parent_id!r} in the store",
        supply="keep parent runs as long as the models that came out of them",
    )
    name = evidence_id("run", parent_id)
    found.add(name, gap, f"runs:/{run.run_id}", run_id=run.run_id, key="mlflow.parentRunId")
    found.note("parent_missing", "the run names a parent run that is gone from the store", name)
