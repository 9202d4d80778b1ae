"""Where the data folders are: inside the installed package, or at the top of a checkout."""

from __future__ import annotations

from pathlib import Path

from docgen.errors import UsageError

_PACKAGE = Path(__file__).resolve().parent


def package_dir() -> Path:
    """Return the folder of docgen's own code."""
    return _PACKAGE


def formats_dir() -> Path:
    """Return the folder of the evidence formats, with `schemas/<format>.json` and `examples/<format>.json`."""
    return _PACKAGE / "model" / "formats"


def regimes_dir() -> Path:
    """Return the folder of the regimes that come with docgen."""
    return _data("regimes")


def templates_dir() -> Path:
    """Return the folder of the regime-neutral partial templates."""
    return _data("templates")


def sphinx_src_dir() -> Path:
    """Return the folder of the Sphinx configuration, style and PDF template."""
    return _data("sphinx_src")


def _data(name: str) -> Path:
    for folder in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise UsageError(
        f"docgen's folder {name!r} is missing beside {_PACKAGE.name!r}",
        hint="install docgen again: pip install --force-reinstall docgen",
    )
