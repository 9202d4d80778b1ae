"""PDF of docgen's own records: any text can stand in one, and none of it is layout."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfReader

from docgen.render.pdf import set_pdf

LAYOUT = b"""#let content = json("content.json")
#set document(title: "T")
#set text(font: "IBM Plex Sans", lang: "en")
= T
#content.text
#content.rows.flatten().join(" ")
"""


def test_a_character_that_no_font_can_show_is_named_and_typst_stays_text() -> None:
    """PDF/A allows no character without a glyph: Typst would refuse the whole document."""
    content = {"text": "\u4fe1 #eval(1)", "rows": [["*b*", "\U0001f4a3"]]}
    made = set_pdf(LAYOUT, content, at="2026-01-01T00:00:00Z")
    text = "".join(PdfReader(BytesIO(made)).pages[0].extract_text().split())
    assert "<U+4FE1>#eval(1)*b*<U+1F4A3>" in text
