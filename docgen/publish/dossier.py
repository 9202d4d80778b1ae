"""A dossier's folder: made beside its place, listed file by file, then exchanged for the old one in one step.

The folder is the HTML site itself; `files/` holds what is downloaded, `manifest.json` the SHA-256 of every file.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from docgen.errors import IntegrityError
from docgen.model.canonical import canonical, sha256
from docgen.model.crosswalk import Crosswalk
from docgen.model.document import Dossier
from docgen.model.manifest import Inputs
from docgen.model.policy import Policy
from docgen.model.regime import Regime
from docgen.model.snapshot import Snapshot, Subject
from docgen.publish.exports import FILES, exports, pdf_path
from docgen.publish.sphinx_ import run_builder, write_project
from docgen.regimes import folder_digest
from docgen.resources import package_dir, sphinx_src_dir, templates_dir
from docgen.store.dossier import dump_dossier
from docgen.store.files import slug, storage, sync_folder, uninterrupted
from docgen.store.locks import held, in_use
from docgen.store.manifests import faults, read_manifest, write_manifest
from docgen.tools import tools_in_use

_LEFTOVERS = (".buildinfo", ".doctrees", "_sources", "permalink.html", "schema_violations.json", "dossier.json")

_RANDOM = 12
"""Random digits in the name of the folder in which a dossier is made."""


def dossier_folder(output: Path, subject: Subject) -> Path:
    """Return where the dossier of a model version lies: `<output>/<model>/<version>`."""
    return output / slug(subject.name) / slug(subject.version or subject.run_id or "run")


def inputs_of(
    snapshot: Snapshot,
    regimes: tuple[Regime, ...],
    policy: Policy,
    as_of: str,
    *,
    pdf: bool,
    crosswalks: tuple[Crosswalk, ...] = (),
) -> Inputs:
    """Return all that the bytes of a dossier depend on."""
    skip = frozenset({"__pycache__", "_data"})  # a wheel's copy of the folders that are digested by themselves
    own = [folder_digest(folder, skip=skip) for folder in (package_dir(), templates_dir(), sphinx_src_dir())]
    return Inputs(
        snapshot=snapshot.digest(),
        regimes=tuple(regime.digest for regime in regimes),
        policy=policy.digest,
        as_of=as_of,
        resources=sha256(canonical([*own, *(item.digest for item in crosswalks)])),
        tools=tools_in_use(),
        pdf=pdf,
    )


def current(folder: Path, inputs: Inputs) -> bool:
    """Whether the dossier in `folder` was made from these inputs and every file of it still has its digest."""
    try:
        manifest = read_manifest(folder)
    except IntegrityError:
        return False  # made anew; `docgen verify` is the one to complain
    return manifest is not None and manifest.inputs == inputs and not faults(folder, manifest)


def publish(
    folder: Path, dossier: Dossier, pages: Mapping[str, str], inputs: Inputs, *, step: Callable[[str], None]
) -> tuple[str, ...]:
    """Render a dossier into `folder`, which is exchanged whole or left as it was.

    It is made in a hidden folder beside its place, which is held for as long: see `recover`.

    Args:
        folder: as `dossier_folder` gives it.
        dossier: facts and verdicts.
        pages: file name -> MyST text.
        inputs: as `inputs_of` gives it.
        step: told what is being done.

    Returns:
        Sphinx's warnings, one line each.

    Raises:
        StorageError: it cannot be written.
        RenderError: Sphinx or Typst could not finish.
    """
    work = folder.parent / f".{folder.name}.{secrets.token_hex(_RANDOM // 2)}.tmp"
    new = [path for path in (folder.parent, *folder.parent.parents) if not path.exists()]
    with contextlib.ExitStack() as mine:
        try:
            with storage(folder), held(folder.parent):
                mine.enter_context(held(work))
            with storage(folder):
                site, warnings = _render(work, dossier, pages, inputs, step)
            write_manifest(site, dossier.snapshot.subject.uri, inputs)
            with storage(folder), held(folder.parent), uninterrupted():
                _exchange(site, folder, work)
        finally:
            with uninterrupted():
                shutil.rmtree(work, ignore_errors=True)
                _remove_empty(new)
    return warnings


def _remove_empty(folders: Iterable[Path]) -> None:
    """Remove folders that were made for a dossier and hold nothing, the innermost first."""
    with contextlib.suppress(OSError):
        for path in folders:
            path.rmdir()


def recover(folder: Path, *, step: Callable[[str], None]) -> None:
    """Remove what killed builds left beside a dossier; one that was set aside to be exchanged comes back first.

    The system lets go of what a dead process held, so that nothing is touched in which somebody is at work.

    Args:
        folder: as `dossier_folder` gives it.
        step: told what was removed.

    Raises:
        StorageError: the folders cannot be written.
    """
    pattern = f".{folder.name}.{'[0-9a-f]' * _RANDOM}.tmp"
    if not any(folder.parent.glob(pattern)):
        return
    with storage(folder), held(folder.parent):
        for left in sorted(folder.parent.glob(pattern)):
            if left.is_symlink() or not left.is_dir() or in_use(left):
                continue
            with uninterrupted():
                if (left / "old").is_dir() and not folder.exists():
                    (left / "old").rename(folder)
                    sync_folder(folder.parent)
                shutil.rmtree(left, ignore_errors=True)
            step(f"removed what a killed build left: {left}")


def _render(
    work: Path, dossier: Dossier, pages: Mapping[str, str], inputs: Inputs, step: Callable[[str], None]
) -> tuple[Path, tuple[str, ...]]:
    whole = dump_dossier(dossier)
    project = write_project(work / "project", whole, pages)
    moment = dossier.snapshot.captured_at
    site = work / "site"
    warnings = run_builder(project, "html", site, moment=moment, step=step)
    files = site / FILES
    files.mkdir()
    (site / "needs.json").replace(files / "needs.json")
    (files / "dossier.json").write_bytes(whole)
    for path, data in exports(dossier).items():
        (site / path).write_bytes(data)
    if inputs.pdf:
        made = work / "pdf"
        warnings += run_builder(project, "docgen_pdf", made, moment=moment, step=step)
        for regime in dossier.regimes:
            (made / f"{regime.id}.pdf").replace(site / pdf_path(dossier.snapshot.subject, regime))
    for name in _LEFTOVERS:
        leftover = site / name
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink(missing_ok=True)
    return site, tuple(dict.fromkeys(warnings))


def _exchange(made: Path, folder: Path, work: Path) -> None:
    """Put the made folder in its place; the old one goes only after that."""
    if folder.exists():
        folder.rename(work / "old")
    try:
        made.rename(folder)
    except BaseException:
        if (work / "old").exists():
            (work / "old").rename(folder)
        raise
    sync_folder(folder.parent)
