"""What `nodes.typ` keeps together when lines and pages of the PDF end: ids, rows, and headings with what they head."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
import typst
from pypdf import PdfReader

from docgen.resources import sphinx_src_dir

PAGE = """\
#import "nodes.typ": blocks, sans
#set page(width: 80mm, height: 60mm, margin: 5mm)
#set text(font: sans, size: 9.5pt, hyphenate: false)
#show heading: it => block(sticky: true, it.body)
"""
FIGURE = '(t: "figure", c: ((t: "codeblock", s: "drawn\\n\\n\\n\\n\\n"),), caption: ((t: "text", s: "Figure"),))'


def set_(folder: Path, body: str) -> list[str]:
    """The text of each page that the layout sets."""
    shutil.copyfile(sphinx_src_dir() / "pdf" / "nodes.typ", folder / "nodes.typ")
    (folder / "main.typ").write_text(PAGE + body, "utf-8")
    made = typst.compile(
        str(folder / "main.typ"), font_paths=[str(sphinx_src_dir() / "pdf" / "fonts")], ignore_system_fonts=True
    )
    return [sheet.extract_text() for sheet in PdfReader(io.BytesIO(made)).pages]


def test_an_id_amid_words_moves_to_the_next_line_whole(tmp_path: Path) -> None:
    for blanks in range(1, 30):
        (page,) = set_(tmp_path, f'#blocks(((t: "para", c: ((t: "text", s: "{"i " * blanks}by (SR262-D-TE-03)."),)),))')
        assert "SR262-D-TE-03" in page


@pytest.mark.parametrize("kind", ["para", "note"])
def test_a_heading_and_the_line_below_it_stay_with_their_figure(tmp_path: Path, kind: str) -> None:
    head = '(t: "heading", level: 1, labels: (), c: ((t: "text", s: "Heading"),))'
    lead = f'(t: "{kind}", c: ((t: "text", s: "Read from"),))'
    first, second = set_(tmp_path, f"before #v(24mm) #blocks(({head}, {lead}, {FIGURE}))")
    assert first.split() == ["before"]
    assert second.split()[:4] == ["Heading", "Read", "from", "drawn"]


@pytest.mark.parametrize("whole", [True, False])
def test_a_row_that_is_whole_moves_to_the_next_page(tmp_path: Path, *, whole: bool) -> None:
    def cell(text: str) -> str:
        return f'(c: ((t: "text", s: "{text}"),), x: 1, y: 1, right: false, whole: {str(whole).lower()})'

    rows = f"(({cell('ID-01')}, {cell('many words ' * 14)}),)"
    table = f'(t: "table", caption: (), widths: (10, 20), line: 908, stub: false, head: (), kind: "", whole: false, body: {rows})'
    first, second = set_(tmp_path, f"before #v(26mm) #blocks(({table},))")
    assert ("ID-01" in second) == whole
    assert ("ID-01" in first) != whole
