"""PDF of docgen's own records: content as JSON, layout as Typst; nothing that was logged becomes Typst source."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from docgen.render.fonts import font_folders, showable


def set_pdf(layout: bytes, content: Mapping[str, Any], *, at: str) -> bytes:
    """Return a PDF/A-3a that is PDF/UA-1 too.

    Args:
        layout: Typst source that reads `content.json`.
        content: every value as text, or lists and tables of text; characters without a glyph are named in it.
        at: ISO 8601 UTC; the only clock in it.
    """
    import typst

    compile_pdf: Any = typst.compile
    with tempfile.TemporaryDirectory(prefix="docgen-") as name:
        work = Path(name)
        (work / "layout.typ").write_bytes(layout)
        (work / "content.json").write_text(json.dumps(_showable(content), sort_keys=True), "utf-8")
        made: bytes = compile_pdf(
            str(work / "layout.typ"),
            root=str(work),
            font_paths=[str(folder) for folder in font_folders()],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["a-3a", "ua-1"],
            timestamp=int(datetime.fromisoformat(at).timestamp()),
        )
    return made


def _showable(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _showable(item) for key, item in value.items()}
    return [_showable(item) for item in value] if isinstance(value, (list, tuple)) else showable(str(value))
