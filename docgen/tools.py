"""The programs that have a hand in the bytes of a dossier, each with its installed version."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from docgen.model.manifest import Tool

TOOLS = (
    "docgen", "sphinx", "docutils", "jinja2", "myst-parser", "sphinx-needs", "furo", "matplotlib", "typst",
    "xlsxwriter",
)  # fmt: skip
"""Programs whose version can change the bytes of a dossier."""


def tools_in_use() -> tuple[Tool, ...]:
    """Return each program with its version."""
    return tuple(Tool(name=name, version=_version(name)) for name in TOOLS)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
