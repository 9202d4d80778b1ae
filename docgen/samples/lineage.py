"""Sample evidence of what stands around the run."""

from __future__ import annotations

from docgen.model.canonical import sha256
from docgen.model.evidence import Attribute, Column, Evidence, Scalar, Table, Text
from docgen.model.layouts import (
    DEPLOYMENT_COLUMNS,
    DIFF_COLUMNS,
    DVC_COLUMNS,
    IMAGE_COLUMNS,
    PIPELINE_COLUMNS,
    VERSION_COLUMNS,
)
from docgen.samples.making import PREVIOUS_RUN, item

Rows = tuple[tuple[Scalar, ...], ...]


def lineage() -> list[Evidence]:
    """Return what stands around the run: DVC, pipeline, image, earlier versions, uncommitted changes, deployment."""

    def table(wanted: str, columns: tuple[Column, ...], rows: Rows, **remarks: Scalar) -> Evidence:
        attributes = tuple(Attribute(key=key, value=value) for key, value in remarks.items())
        return item(wanted, Table(columns=columns, rows=rows, attributes=attributes))

    locked: Rows = (
        ("dep", "data/raw.csv", "md5", "e5ebd4c02cefbe7955977c67ada242b7", 81_220, None, None),
        ("out", "data/prepared", "md5", "c7c4a640138199eaebd9f18ba1c0ad4c.dir", 79_514, 2, None),
        ("param", "params.yaml:prepare.seed", None, None, None, None, "7"),
    )
    image = "registry.example.org/credit/scorer:2.3.0"
    digest = f"sha256:{sha256(b'image')}"
    earlier = ("1", "2026-01-12T08:00:00Z", "READY", "", "champion", PREVIOUS_RUN)
    place = {"environment": "production", "recorded": "2026-03-02", "recorded_by": "release engineer"}
    return [
        table("dvc:prepare", DVC_COLUMNS, locked, kind="stage", command="python prepare.py"),
        table("pipeline:kubeflow", PIPELINE_COLUMNS, (("kfp.pipeline_run_id", "0f3c9a7e-41d2", "parent"),)),
        table("runtime:image", IMAGE_COLUMNS, (("docgen.image_digest", digest, True),), sha256=digest[7:]),
        item("runtime:python", Text(text="3.11.7"), path="model/MLmodel"),
        table("versions:earlier", VERSION_COLUMNS, (earlier,), total=1),
        table("commit:uncommitted", DIFF_COLUMNS, (("train.py", 3, 1),), files=1, added=3, removed=1, untracked=0),
        table("deployment:container@production", DEPLOYMENT_COLUMNS, (("image", image), ("digest", digest)), **place),
    ]
