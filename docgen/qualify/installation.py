"""Installation qualification: is what runs here what was shipped, and does the machine have what it needs?"""

from __future__ import annotations

import locale
import platform
import secrets
import shutil
import sys
import time
from importlib.metadata import Distribution
from pathlib import Path

from packaging.specifiers import SpecifierSet

from docgen.errors import SourceError
from docgen.model.qualification import BASIS, Found
from docgen.packages import closure, installed, lock_faults, read_lock
from docgen.qualify.bench import Bench, Step, judged
from docgen.qualify.installed_files import UnlistedError, check_files
from docgen.resources import package_dir, sphinx_src_dir
from docgen.store.files import write_atomic

FREE_MIB = 1024
"""Free space that is asked for: a sealed dossier can be as large, and is made in memory and then written."""
_TYPST = b'#set document(title: "Test")\n#set text(font: "IBM Plex Sans", lang: "en")\n= Test\n'


def _docgen() -> Distribution:
    found = installed("docgen")
    if found is None:
        raise SourceError("docgen is not installed: no package of that name", hint="install its wheel with pip")
    return found


def _python(_bench: Bench) -> Found:
    asked = _docgen().metadata["Requires-Python"]
    version = platform.python_version()
    told = f"{platform.python_implementation()} {version}, docgen {_docgen().version}"
    good = SpecifierSet(asked).contains(version, prereleases=True)
    details = (f"platform: {platform.platform()}", f"machine: {platform.machine()}", f"interpreter: {sys.executable}")
    return judged(() if good else (f"{told}: Python {asked} is asked for",), told, details)


def _packages(_bench: Bench) -> Found:
    found = closure()
    faults = tuple(fault for item in found for fault in item.faults)
    lines = tuple(f"{item.name} {item.installed}: {', '.join(item.wanted) or 'any version'}" for item in found)
    return judged(faults, f"{len(found)} packages, each in a version that is asked for", lines)


def _lock(bench: Bench) -> Found:
    if bench.lock is None:
        return Found(
            outcome="noted",
            got="no file of pinned versions was given: give one with --lock to hold each version against it",
        )
    found, pins = closure(), read_lock(bench.lock)
    good = f"{len(found)} packages, each in the version that {bench.lock.name} pins"
    return judged(lock_faults(found, pins), good, tuple(f"{item.name} {item.installed}" for item in found))


def _files(_bench: Bench) -> Found:
    try:
        found = check_files(_docgen(), package_dir())
    except UnlistedError as err:
        return Found(outcome="not_shown", got=str(err))
    told = (f"SHA-256 over path and digest of every file of docgen: {found.digest}",)
    return judged(found.faults, f"{found.count} files, each with the SHA-256 that RECORD has for it", told)


def _fonts(_bench: Bench) -> Found:
    from docgen.render.fonts import coverage, font_folders

    names = tuple(path.name for folder in font_folders() for path in sorted(folder.glob("*.ttf")))
    wanted = (sphinx_src_dir() / "pdf" / "fonts" / "LICENSE-OFL.txt").is_file() and len(names) >= 4
    count = len(coverage())
    return judged(() if wanted else (f"got {names}, expected four fonts and their licence",),
                  f"{len(names)} fonts, which show {count:,} characters", names)  # fmt: skip


def _typst(_bench: Bench) -> Found:
    from docgen.render.pdf import set_pdf

    engine = installed("typst")
    made = set_pdf(_TYPST, {}, at="2026-01-01T00:00:00Z")
    faults = () if made.startswith(b"%PDF-") else (f"made {made[:8]!r}, expected a PDF",)
    return judged(faults, f"typst {engine.version if engine else 'unknown'} set a page as PDF/A-3a and PDF/UA-1")


def _surroundings(_bench: Bench) -> Found:
    zone = f"{time.tzname[0]}, UTC{time.strftime('%z')}"
    language, encoding = locale.getlocale()
    return Found(
        outcome="noted",
        got=f"time zone {zone}; locale {language or 'C'} {encoding or ''}".rstrip(),
        details=(f"files: {sys.getfilesystemencoding()}", f"standard output: {sys.stdout.encoding}"),
    )


def _place(bench: Bench) -> Path:
    """Return the store, or the nearest folder above it that exists: a test leaves no store behind."""
    store = bench.config.path(bench.config.dossier.store).absolute()
    return next(folder for folder in (store, *store.parents) if folder.is_dir())


def _disk(bench: Bench) -> Found:
    place = _place(bench)
    free = shutil.disk_usage(place).free >> 20
    return judged(
        () if free >= FREE_MIB else (f"{free} MiB are free in {place}, expected {FREE_MIB} or more",),
        f"{free} MiB are free in {place}",
    )


def _store(bench: Bench) -> Found:
    place = _place(bench)
    path, data = place / f".docgen-qualify-{secrets.token_hex(6)}", secrets.token_bytes(64)
    write_atomic(path, data)
    try:
        same = path.read_bytes() == data
    finally:
        path.unlink()
    good = f"64 bytes were written to {place}, synced, read back and removed"
    return judged(() if same else (f"what was written to {place} was not read back",), good)


STEPS = (
    Step(
        id="IQ-PYTHON",
        title="Python",
        shows="docgen runs on a Python that it is made for",
        expected="a version that docgen's package asks for",
        run=_python,
    ),
    Step(
        id="IQ-PACKAGES",
        title="Packages",
        shows="every package that docgen needs, directly or not, is there",
        expected="each in a version that whoever needs it asks for",
        run=_packages,
    ),
    Step(
        id="IQ-LOCK",
        title="Pinned versions",
        shows="the packages are those that docgen is tested with",
        expected="each in the version that the file given with --lock pins",
        run=_lock,
    ),
    Step(
        id=BASIS,
        title="Files of docgen",
        shows="no installed file of docgen was changed, removed or added",
        expected="each has the SHA-256 that RECORD of its installation has for it, and no other lies there",
        run=_files,
    ),
    Step(
        id="IQ-FONTS",
        title="Fonts",
        shows="the fonts of the PDF are there and can be read",
        expected="four fonts and their licence",
        run=_fonts,
    ),
    Step(
        id="IQ-TYPST",
        title="PDF engine",
        shows="Typst is there and makes archival, accessible PDF",
        expected="a page is set as PDF/A-3a and PDF/UA-1",
        run=_typst,
    ),
    Step(
        id="IQ-SURROUNDINGS",
        title="Time zone and locale",
        shows="where the run took place; dossiers depend on neither",
        expected="nothing: they are noted",
        run=_surroundings,
    ),
    Step(
        id="IQ-DISK",
        title="Free space",
        shows="a dossier can be written",
        expected=f"{FREE_MIB} MiB or more are free where the store lies",
        run=_disk,
    ),
    Step(
        id="IQ-STORE",
        title="Store",
        shows="the store of snapshots can be written to",
        expected="what is written, synced and read back is the same",
        run=_store,
    ),
)
"""In the order in which they are run."""
