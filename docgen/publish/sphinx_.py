"""One dossier = one Sphinx project: its folder is written, then built as HTML and as PDF.

The project holds `conf.py` and style from `sphinx_src`, the generated pages, and `dossier.json`, which is all that the
build reads: no network, no MLflow, no clock but the snapshot's own.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from docgen.errors import DocgenError, ExitCode, StorageError
from docgen.resources import sphinx_src_dir

_UNWRITTEN = re.compile(
    r"(?:ERROR: )?(?:error writing file |cannot copy (?:static|image) file |Failed to copy |Error during writing json )"
)
"""How Sphinx and sphinx-needs begin to say that a file of the site is not whole."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A Sphinx project on disk, its caches beside it."""

    source: Path
    cache: Path
    """Doctrees and drawn figures; safe to delete."""


class RenderError(DocgenError):
    """Sphinx or the PDF engine reported trouble with pages that docgen itself wrote."""

    code = ExitCode.BUG


def write_project(folder: Path, dossier: bytes, pages: Mapping[str, str]) -> Project:
    """Write the Sphinx project of one dossier into an empty folder.

    Args:
        folder: does not exist yet.
        dossier: the bytes of `dossier.json`.
        pages: file name -> MyST text; one of them is `index.md`.
    """
    source = folder.resolve() / "source"
    shutil.copytree(sphinx_src_dir(), source, ignore=shutil.ignore_patterns("pdf", "__pycache__"))
    (source / "dossier.json").write_bytes(dossier)
    for name, text in pages.items():
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text(text, "utf-8", newline="\n")
    return Project(source=source, cache=folder / "cache")


def run_builder(
    project: Project, builder: str, out: Path, *, moment: str, step: Callable[[str], None]
) -> tuple[str, ...]:
    """Run one Sphinx builder over the project, in this process.

    Args:
        project: as `write_project` wrote it.
        builder: `html` or `docgen_pdf`.
        out: the output folder.
        moment: ISO 8601 UTC; the only clock the build sees.
        step: told what is being done.

    Returns:
        Warnings, one line each; empty for a clean build.

    Raises:
        StorageError: Sphinx could not write a file; by itself it only warns, and goes on with half a page.
        RenderError: Sphinx could not finish.
    """
    from sphinx.application import Sphinx  # costs a second that `docgen check` need not pay
    from sphinx.errors import SphinxError
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    step(f"rendering {'PDF' if builder == 'docgen_pdf' else 'HTML'}")
    warnings = io.StringIO()
    # As sphinx-build does: `docutils.conf` takes effect, and what extensions register is forgotten afterwards.
    with _clock(moment), patch_docutils(project.source), docutils_namespace():
        try:
            app = Sphinx(
                srcdir=project.source,
                confdir=project.source,
                outdir=out,
                doctreedir=project.cache / "doctrees",
                buildername=builder,
                status=None,
                warning=warnings,
            )
            app.build()
        except SphinxError as err:
            if (cause := _trouble_with_files(err)) is not None:
                raise cause from err
            raise RenderError(f"{builder}: {err}\n{_plain(warnings, project)}".rstrip()) from err
    lines = tuple(line for line in _plain(warnings, project).splitlines() if line.strip())
    unwritten = [line.replace(f"{out}{os.sep}", "") for line in lines if _UNWRITTEN.match(line)]
    if unwritten:
        raise StorageError(f"cannot write every file of the dossier: {unwritten[0]}", hint="free some space")
    return lines


def _trouble_with_files(err: BaseException) -> OSError | None:
    """Return the error of the file system that Sphinx wrapped, if that is what stopped it."""
    current: BaseException | None = err
    while current is not None and not isinstance(current, OSError):
        current = getattr(current, "orig_exc", None) or current.__cause__ or current.__context__
    return current


def _plain(warnings: io.StringIO, project: Project) -> str:
    """Return what Sphinx warned of without colours and without the temporary folder's name."""
    return _COLOUR.sub("", warnings.getvalue()).replace(f"{project.source}{os.sep}", "").replace("WARNING: ", "")


@contextlib.contextmanager
def _clock(moment: str) -> Iterator[None]:
    """Give Sphinx and its extensions the snapshot's time as their only clock."""
    seconds = str(int(datetime.fromisoformat(moment).timestamp()))
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = seconds
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before
