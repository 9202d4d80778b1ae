"""Code, data versions, pipelines, environment, files and deployments: each as it was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from docgen.assessment.select import parts
from docgen.blocks.values import cell, gap_wanting, missing_box, text
from docgen.model.document import (
    Absent,
    Block,
    Dossier,
    Facts,
    Grid,
    Heading,
    Line,
    Paragraph,
    Shown,
    ValueFormat,
    Words,
)
from docgen.model.evidence import Commit, Evidence, File, Missing, Scalar, Table, Text


def commit(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the commit of the training code, and how much changed since the previous version's."""
    head = dossier.snapshot.find("commit:head")
    if head is None or not isinstance(head.value, Commit):
        return (gap_wanting(dossier, "the commit of the training code", "commit"),)
    value, name = head.value, head.id
    dirty: Line = (
        (Absent(wanted="dirty flag", reason="not recorded"),)
        if value.dirty is None
        else (Shown(value="uncommitted changes" if value.dirty else "clean", evidence=name),)
    )
    rows: list[tuple[str, Line]] = [
        ("Commit", text(value.sha, name, "code")),
        (
            "Checked",
            (
                Words(
                    text="found in the repository"
                    if value.verified
                    else "a claim of the run's tags: not found in a repository"
                ),
            ),
        ),
        ("Work tree at training", dirty),
        ("Branch", text(value.branch, name)),
        ("Remote", text(value.remote, name, "code")),
        ("Author", text(value.author, name)),
        ("Authored", text(value.authored, name, "time")),
    ]
    blocks: list[Block] = [Facts(rows=tuple(rows), caption="Commit of the training code")]
    beyond = dossier.snapshot.find("commit:uncommitted")
    if beyond is not None and isinstance(beyond.value, Table):
        blocks += [
            Heading(text="Uncommitted changes at training"),
            _grid(beyond, beyond.value, "Files changed beyond the commit", (1, 2)),
        ]
    diff = dossier.snapshot.find("commit:diff")
    if diff is not None and isinstance(diff.value, Table):
        blocks += [
            Heading(text="Files changed since the previous version"),
            _grid(diff, diff.value, "Files changed", (1, 2)),
        ]
    elif diff is not None and isinstance(diff.value, Missing):
        blocks.append(
            Paragraph(
                line=(
                    Words(text="What changed since the previous version is unknown: "),
                    Words(text=diff.value.detail),
                    Words(text="."),
                )
            )
        )
    return tuple(blocks)


def _grid(item: Evidence, table: Table, caption: str, numeric: tuple[int, ...] = ()) -> Grid:
    rows = tuple(
        tuple(cell(value, column, item.id) for value, column in zip(row, table.columns, strict=True))
        for row in table.rows
    )
    labels: tuple[tuple[str, str, ValueFormat], ...] = (
        ("files", "Files changed", "count"),
        ("added", "Lines added", "count"),
        ("removed", "Lines removed", "count"),
        ("untracked", "Files that git does not track", "count"),
        ("sha256", "SHA-256 of the patch", "digest"),
    )
    notes = tuple(
        (Words(text=f"{label}: "), Shown(value=value, evidence=item.id, format=form), Words(text="."))
        for key, label, form in labels
        if (value := table.attribute(key)) is not None
    )
    return Grid(
        caption=caption,
        columns=tuple(column.title for column in table.columns),
        rows=rows,
        numeric=numeric,
        notes=notes,
    )


def signature(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return inputs and outputs of the model."""
    found = dossier.snapshot.find("signature:model")
    if found is None or not isinstance(found.value, Table):
        return (gap_wanting(dossier, "inputs and outputs of the model", "signature"),)
    return (_grid(found, found.value, "Inputs and outputs"),)


def environment(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the files that describe the software environment, line by line."""
    rows: list[tuple[Line, ...]] = []
    for item in dossier.snapshot.of_kind("environment"):
        if isinstance(item.value, Text):
            lines = [line for line in item.value.text.splitlines() if line.strip()]
            rows += [
                (
                    (Shown(value=parts(item.id).name, evidence=item.id, format="code"),),
                    (Shown(value=line, evidence=item.id, format="code"),),
                )
                for line in lines[:200]
            ]
    around = tuple(_runtime(dossier))
    if not rows:
        return (*around, gap_wanting(dossier, "the software environment", "environment"))
    caption = "Software environment as logged with the model"
    return (*around, Grid(caption=caption, columns=("File", "Line"), rows=tuple(rows)))


def _runtime(dossier: Dossier) -> Iterator[Block]:
    """Yield Python and the container image, where they are known."""
    rows: list[tuple[str, Line]] = []
    python = dossier.snapshot.find("runtime:python")
    if python is not None and isinstance(python.value, Text):
        rows.append(("Python", text(python.value.text, python.id)))
    image = dossier.snapshot.find("runtime:image")
    if image is not None and isinstance(image.value, Table):
        for key, value, _ in image.value.rows:
            tag, content = (Shown(value=item, evidence=image.id, format="code") for item in (key, value))
            rows.append(("Training image, as tagged", (content, Words(text=" ("), tag, Words(text=")"))))
        digest = image.value.attribute("sha256")
        pinned: Line = (
            (Shown(value=digest, evidence=image.id, format="code"),)
            if digest
            else (Absent(wanted="digest", reason="no tag holds one, and a name can be moved to another image"),)
        )
        rows.append(("SHA-256 of the image", pinned))
    if rows:
        yield Facts(rows=tuple(rows), caption="Python and image")


def artifacts(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return every logged file with size and SHA-256."""
    rows: list[tuple[Line, ...]] = []
    for item in dossier.snapshot.of_kind("artifact"):
        value = item.value
        if isinstance(value, Missing):
            rows.append(
                (
                    (Shown(value=value.wanted, evidence=item.id),),
                    (),
                    (Absent(wanted="files", reason="cannot be reached"),),
                )
            )
        elif isinstance(value, File):
            size: Scalar = value.size
            proof: Line = (
                (Shown(value=value.sha256, evidence=item.id, format="digest"),)
                if value.sha256
                else (Absent(wanted="SHA-256", reason=value.not_hashed or "not read"),)
            )
            rows.append(
                (
                    (Shown(value=value.path, evidence=item.id, format="code"),),
                    (Shown(value=size, evidence=item.id, format="bytes"),) if size is not None else (),
                    proof,
                )
            )
    if not rows:
        return (gap_wanting(dossier, "the files of model and run", "artifact"),)
    return (
        Grid(caption="Files of model and run", columns=("File", "Size", "SHA-256"), rows=tuple(rows), numeric=(1,)),
    )


def pipelines(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the pipeline runs that tags name, as claimed by whoever set them."""
    rows: list[tuple[Line, ...]] = []
    for item in dossier.snapshot.of_kind("pipeline"):
        if isinstance(item.value, Table):
            name: Line = (Shown(value=item.id.partition(":")[2], evidence=item.id),)
            for key, value, on in item.value.rows:
                forms = (Shown(value=text, evidence=item.id, format="code") for text in (key, value))
                rows.append((name, *((form,) for form in forms), (Shown(value=on, evidence=item.id),)))
    if not rows:
        return (Paragraph(line=(Words(text="No tag of the run names a pipeline of a kind that docgen knows."),)),)
    return (Grid(caption="Pipeline runs, as tagged", columns=("System", "Tag", "Value", "Set on"), rows=tuple(rows)),)


def deployments(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return where the version runs, as files tell it."""
    items = dossier.snapshot.of_kind("deployment")
    blocks: list[Block] = [box for item in items if (box := missing_box(item))]
    for item in items:
        if isinstance(item.value, Table):
            blocks += [
                Heading(text=_KINDS.get(parts(item.id).name, "Deployment"), value=_attribute(item, "environment")),
                Facts(rows=tuple(_deployed(item, item.value)), caption="As written down"),
            ]
    if not items:
        words = "No deployment file is configured, so that it is unknown where this version runs."
        blocks.append(Paragraph(line=(Words(text=words),)))
    return tuple(blocks)


_KINDS = {"container": "Container in", "helm": "Helm release in", "argocd": "Argo CD application in"}

_FIELDS = {
    "image": "Image",
    "digest": "Digest",
    "release": "Release",
    "namespace": "Namespace",
    "chart": "Chart",
    "chart_version": "Version of the chart",
    "revision": "Revision",
    "app_version": "Version of the application",
    "status": "State",
    "application": "Application",
    "repository": "Repository",
    "path": "Path",
    "sync": "Sync",
    "health": "Health",
}
"""Field of a deployment file -> our word for it."""


def _attribute(item: Evidence, key: str) -> Shown:
    return Shown(value=item.value.attribute(key) if isinstance(item.value, Table) else None, evidence=item.id)


def _deployed(item: Evidence, table: Table) -> list[tuple[str, Line]]:
    rows: list[tuple[str, Line]] = [
        (_FIELDS.get(str(key), "Field"), (Shown(value=value, evidence=item.id, format="code"),))
        for key, value in table.rows
    ]
    rows += [
        ("Recorded", (_attribute(item, "recorded"),)),
        ("Recorded by", text(str(table.attribute("recorded_by") or ""), item.id)),
    ]
    return rows
