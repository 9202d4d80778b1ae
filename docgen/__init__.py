"""docgen: an MLflow model version becomes a traceable regulatory dossier, HTML and PDF.

The public API is what `__all__` names; everything else may move. Names are loaded on first use, so that
`import docgen` costs nothing. `setup` makes the package a Sphinx extension: `extensions = ["docgen"]`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__version__ = "0.1.0"

_HOMES = {
    "Assessment": "docgen.model.assessment",
    "BuildReport": "docgen.pipeline",
    "Change": "docgen.evaluate",
    "Collected": "docgen.pipeline",
    "Config": "docgen.config",
    "Contender": "docgen.evaluate",
    "DocgenError": "docgen.errors",
    "Dossier": "docgen.model.document",
    "Evidence": "docgen.model.evidence",
    "ExitCode": "docgen.errors",
    "Missing": "docgen.model.evidence",
    "Snapshot": "docgen.model.snapshot",
    "Verdict": "docgen.model.assessment",
    "VerifyReport": "docgen.pipeline",
    "assess": "docgen.pipeline",
    "build": "docgen.pipeline",
    "collect": "docgen.pipeline",
    "latest_snapshot": "docgen.pipeline",
    "load_config": "docgen.config",
    "log_comparison": "docgen.evaluate",
    "log_dataset": "docgen.evaluate",
    "log_evidence": "docgen.evaluate",
    "log_overlap": "docgen.evaluate",
    "log_predictions": "docgen.evaluate",
    "log_sensitivity": "docgen.evaluate",
    "log_shift": "docgen.evaluate",
    "verify": "docgen.pipeline",
}

__all__ = [*_HOMES, "__version__", "setup"]  # noqa: PLE0604  # the keys are text


def __getattr__(name: str) -> Any:  # noqa: ANN401  # module attributes are of any type
    if name not in _HOMES:
        raise AttributeError(f"module 'docgen' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register docgen's directives and roles with Sphinx."""
    from docgen.sphinx_ext.main import setup as setup_extension  # keeps `import docgen` free of Sphinx

    return setup_extension(app)
