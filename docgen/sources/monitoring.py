"""A folder of the user's with what monitoring systems saved: files for one model version lie in `<model>/<version>/`.

A `docgen.monitoring` file may lie anywhere when it names its model version. Links are not followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docgen.model.canonical import sha256
from docgen.model.evidence import Evidence, Table
from docgen.model.snapshot import Finding, Subject
from docgen.sources.evidence_files.feeds import FEED, date_in, feed_gap, read_feed
from docgen.sources.evidence_files.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSeries:
    """What a folder holds about one model version."""

    parts: tuple[Evidence, ...] = ()
    """Parts of series, for `docgen.model.monitoring.whole`."""
    gaps: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()


def read_folder(folder: Path, subject: Subject, *, max_bytes: int, max_files: int) -> FolderSeries:
    """Read every JSON file below a folder that is about a model version.

    Args:
        folder: need not exist.
        subject: the model version.
        max_bytes: a larger file is a gap.
        max_files: more files than these are left out, and it is said.
    """
    parts: list[Evidence] = []
    gaps: list[Evidence] = []
    findings: list[Finding] = []
    paths = list(_files(folder))
    if len(paths) > max_files:
        message = f"{folder.name} holds more than {max_files} files; the last ones by name were read"
        findings.append(Finding(code="monitoring_cut", message=message))
    mine = (subject.name, subject.version or "")
    for path in paths[-max_files:]:
        inside = path.relative_to(folder).parts
        about = inside[:2] if len(inside) > 2 else None
        if about not in {None, mine}:
            continue
        uri = f"{folder.name}/{'/'.join(inside)}"
        found = _read(path, uri, max_bytes)
        if not found:
            message = f"{uri} is no evidence file and no report of Evidently, and was left out"
            findings.append(Finding(code="monitoring_of_unknown_format", message=message))
        gaps += [item for item in found if item.missing]
        series = [item for item in found if isinstance(item.value, Table)]
        if about is None:
            named = [item for item in series if item.value.attribute("model") is not None]  # type: ignore[union-attr]  # a table
            if len(named) < len(series):
                message = (
                    f"{uri} does not say which model version it is about, and was left out; "
                    f"put it into {folder.name}/<model>/<version>/"
                )
                findings.append(Finding(code="monitoring_of_unknown_version", message=message))
            series = named
        parts += series
    return FolderSeries(parts=tuple(parts), gaps=tuple(gaps), findings=tuple(findings))


def _files(folder: Path) -> Iterator[Path]:
    """Yield the JSON files below a folder, in order of their paths."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_symlink() or path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.suffix.lower() == FEED:
            yield path


def _read(path: Path, uri: str, max_bytes: int) -> tuple[Evidence, ...]:
    try:
        if path.stat().st_size > max_bytes:
            return (feed_gap(uri, f"larger than {max_bytes} bytes"),)
        data = path.read_bytes()
    except OSError as err:
        return (feed_gap(uri, (err.strerror or str(err)).lower()),)
    return read_feed(Source(path=uri, data=data, sha256=sha256(data), run_id="", time=date_in(uri)))
