"""A regime's templates become MyST pages.

Templates see the regime's own data and nothing from evidence: they name blocks, the extension fetches the values. So
nothing that somebody logged can reach the template engine or the markup parser.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from docgen.errors import UsageError
from docgen.model.regime import Regime
from docgen.resources import templates_dir

SUFFIX = ".md.j2"
MAX_PAGE = 1_000_000
"""Characters; a template that writes more is at fault."""


class _Loader(BaseLoader):
    """Loads templates by plain file name from the regime's folder, then from the shared one; no links, no paths."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, None]:  # noqa: ARG002  # Jinja's
        if Path(template).name == template:
            for folder in self._folders:
                path = folder / template
                if path.is_file() and not path.is_symlink():
                    return path.read_text("utf-8"), template, None
        raise TemplateNotFound(template)


def render_dossier(regimes: tuple[tuple[Regime, Path], ...], shared: Path | None = None) -> dict[str, str]:
    """Return page file name -> MyST text of a whole dossier.

    Args:
        regimes: each with its folder; the pages of one stand at the top, those of several in a folder each, below a
            landing page of their own.
        shared: the folder of regime-neutral partials; docgen's own when None.

    Raises:
        UsageError: a template is at fault; the message names it and the line.
    """
    shared = shared or templates_dir()
    if len(regimes) == 1:
        return render_pages(*regimes[0], shared)
    starts = [f"{regime.id}/index" for regime, _ in regimes]
    environment = _environment(shared)
    pages = {
        "index.md": _render(environment, "dossier.md.j2", {"pages": [*starts, "dossier_trace"]}),
        "dossier_trace.md": _render(environment, "dossier_trace.md.j2", {}),
    }
    for regime, folder in regimes:
        pages |= {f"{regime.id}/{name}": text for name, text in render_pages(regime, folder, shared).items()}
    return pages


def render_pages(regime: Regime, folder: Path, shared: Path) -> dict[str, str]:
    """Return page file name -> MyST text for every template of the regime's documents, in reading order.

    Args:
        regime: as loaded from `folder`.
        folder: the regime's folder.
        shared: the folder of regime-neutral partials.

    Raises:
        UsageError: a template is at fault; the message names it and the line.
    """
    names = [name for document in regime.documents for name in document.templates]
    environment = _environment(folder / "templates", shared)
    header = {"id": regime.id, "title": regime.title, "instrument": regime.instrument, "edition": regime.edition}
    sections = {item.section: item.title for item in regime.sections}
    pages = [name.removesuffix(SUFFIX) for name in names]
    context = {"regime": header, "pages": pages, "sections": sections}
    return {name.removesuffix(".j2"): _render(environment, name, context) for name in names}


def _environment(*folders: Path) -> Environment:
    return ImmutableSandboxedEnvironment(
        loader=_Loader(*folders),
        undefined=StrictUndefined,
        autoescape=False,  # Markdown, and nothing from outside is in the context
        keep_trailing_newline=True,
    )


def _render(environment: Environment, name: str, context: Mapping[str, object]) -> str:
    try:
        text = environment.get_template(name).render(context)
    except TemplateError as err:
        line = f":{err.lineno}" if getattr(err, "lineno", None) else ""  # type: ignore[attr-defined]  # syntax errors only
        raise UsageError(
            f"templates/{name}{line}: {err.message or type(err).__name__}", hint="lint it: docgen regime lint <folder>"
        ) from err
    except (OverflowError, MemoryError, RecursionError) as err:
        raise UsageError(
            f"templates/{name}: {str(err) or type(err).__name__}", hint="a template only lays out blocks"
        ) from err
    if len(text) > MAX_PAGE:
        raise UsageError(f"templates/{name}: {len(text)} characters, expected at most {MAX_PAGE}")
    return text
