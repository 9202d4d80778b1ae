"""Columns of wide tables keep room for what cannot be broken, and nothing that the PDF shows is torn without need."""

from __future__ import annotations

from dataclasses import replace

import pytest
from docutils import nodes
from docutils.utils import new_document
from matplotlib.ft2font import FT2Font, LoadFlags

from docgen.blocks.values import full
from docgen.model.assessment import Verdict
from docgen.model.document import Badge, Dossier, Grid, Line, Link, Shown, Words
from docgen.model.evidence import Interval, Quantity
from docgen.resources import sphinx_src_dir
from docgen.sphinx_ext.doctree_json import LINE_POINTS, Converter, without_dead_links
from docgen.sphinx_ext.nodes_ import NodeMaker
from docgen.sphinx_ext.widths import INSET, LONGEST_WORD, code_parts, column_widths
from docgen.testing import sample_snapshot

DIGEST = "0f1e2d3c4b5a"


def grid(*row: Line, heads: tuple[str, ...] = (), times: int = 1) -> Grid:
    return Grid(caption="", columns=heads or tuple("ABCDEFGHIJ"[: len(row)]), rows=(row,) * times)


def words(text: str) -> Line:
    return (Words(text=text),)


def printed(text: str) -> float:
    """How many characters of a line a text takes in the font of the PDF."""
    font = FT2Font(str(sphinx_src_dir() / "pdf" / "fonts" / "IBMPlexSans-Regular.ttf"))
    advances = (font.load_char(ord(c), flags=LoadFlags.NO_SCALE).horiAdvance for c in text)
    return sum(advances) / font.units_per_EM * LINE_POINTS / (170 / 25.4 * 72)


def test_a_digest_beside_long_texts_keeps_its_twelve_characters() -> None:
    digest = (Shown(value=DIGEST * 4, evidence="x", format="digest"),)
    widths = column_widths(grid(words("far too long " * 40), words("also long " * 40), digest, words("long " * 80)))
    assert widths[2] - INSET > len(DIGEST)
    assert sum(widths) <= 107 + 1


def test_a_verdict_and_the_id_of_a_requirement_are_never_broken() -> None:
    badge = (Badge(verdict=Verdict.AWAITING_ATTESTATION),)
    link = (Link(label="need:SR117-V-03", text="SR117-V-03"),)
    widths = column_widths(grid(badge, link, *(words("a long text of many words " * 9),) * 4))
    assert widths[0] - INSET > len("awaiting attestation")
    assert widths[1] - INSET > len("SR117-V-03")


@pytest.mark.parametrize("name", ["MC-QUA-01", "MC-MON-01", "SR117-V-03", "HOUSE-RULES-04", "WWW-MMM-00"])
def test_an_id_of_capitals_and_digits_has_room_as_it_is_printed(name: str) -> None:
    """MC-QUA-01 was given nine average letters, and broke at its hyphen."""
    widths = column_widths(
        grid((Link(label=f"need:{name}", text=name),), *(words("a long text of many words " * 9),) * 5)
    )
    assert widths[0] - INSET >= printed(name)


def test_a_verdict_takes_no_more_than_its_words_need() -> None:
    badge = (Badge(verdict=Verdict.NOT_MET),)
    widths = column_widths(grid(badge, *(words("a long text of many words " * 9),) * 5))
    assert widths[0] - INSET <= printed("not met") + 3


def test_room_goes_to_the_column_whose_text_makes_the_rows_tall() -> None:
    short, number = words("Selection rate difference by groups"), words("0.1377 (95% CI 0.0616 to 0.2374, n = 1,800)")
    block = replace(grid(short, number, words("a long text of many words " * 5)), numeric=(1,))
    measure, value, formed = column_widths(block)
    assert value - INSET >= printed(number[0].text)  # type: ignore[union-attr]
    assert formed > 1.5 * measure
    assert measure + value + formed == 107


def test_a_single_endless_word_does_not_take_the_whole_page() -> None:
    widths = column_widths(grid(words("x" * 4000), words("a few words here")))
    assert widths[0] <= LONGEST_WORD + INSET + 60
    assert widths[1] - INSET >= len("words")


def test_a_number_with_its_interval_is_not_broken_for_the_sake_of_words() -> None:
    number = words("0.1216 (0.1046 to 0.1409)")
    text = words("Positive predictive value by groups")
    block = grid(text, text, number, number, number)
    widths = column_widths(replace(block, numeric=(2, 3, 4)))
    assert all(width - INSET >= printed("0.1216 (0.1046 to 0.1409)") for width in widths[2:])
    assert min(widths[:2]) - INSET > len("predictive")


def test_one_long_cell_among_many_short_ones_takes_a_second_line() -> None:
    rows = ((Words(text="short"),),) * 20 + ((Words(text="a cell much longer than all the others of its column"),),)
    (width,) = column_widths(Grid(caption="", columns=("A",), rows=tuple((row,) for row in rows)))
    assert width <= len("column") + 1 + INSET


def test_columns_that_fit_get_what_they_want() -> None:
    assert column_widths(grid(words("one two"), words("three"))) == (7 + INSET, 6 + INSET)


def test_a_table_of_words_alone_and_an_empty_one_have_widths() -> None:
    assert column_widths(Grid(caption="", columns=("Measure", "n"), rows=())) == (9 + INSET, 2 + INSET)


def maker() -> NodeMaker:
    return NodeMaker(
        dossier=Dossier(snapshot=sample_snapshot(), regimes=(), assessments=()),
        docname="page",
        anchor=lambda _label, _name: None,
        image=lambda name, _svg: name,
        prose=lambda _text, _slot: [],
    )


def set_(block: Grid) -> dict[str, object]:
    """The table of the PDF that a grid becomes."""
    converter = Converter(image=lambda uri: uri, text=str, unknown=lambda _name: None)
    (table,) = (tree for node in maker().make((block,)) for tree in converter.node(node) if tree["t"] == "table")
    return table


def test_a_short_table_is_not_torn_and_one_that_may_outgrow_a_page_is() -> None:
    assert set_(grid(words("a"), words("b"), times=12))["whole"]
    assert not set_(grid(words("a"), words("b"), times=60))["whole"]
    assert not set_(grid(words("a"), words("many words " * 400)))["whole"]
    assert not set_(grid(words("a"), words("line\n" * 40)))["whole"]


def test_a_row_stays_on_one_page_unless_it_may_outgrow_one() -> None:
    row, _ = set_(grid(words("a"), words("many words " * 40), times=60))["body"][:2]  # type: ignore[index]
    assert all(cell["whole"] for cell in row)
    row, _ = set_(grid(words("a"), words("many words " * 400), times=2))["body"]  # type: ignore[misc]
    assert not any(cell["whole"] for cell in row)


def test_an_interval_in_brackets_moves_to_the_next_line_whole_where_it_has_room() -> None:
    value = Quantity(value=0.1216, n=1250, interval=Interval(low=0.1046, high=0.1409, level=0.95, method="wilson"))
    number = full(value, "metric:x@test")
    table = set_(replace(grid(number, words("few words")), numeric=(0,)))
    ((cell, _),) = table["body"]  # type: ignore[misc]
    assert [tree["t"] for tree in cell["c"]] == ["value", "text", "whole"]
    narrow = [set_(replace(grid(*[number] * 12), numeric=tuple(range(12))))["body"]]
    assert "whole" not in str([tree["t"] for tree in narrow[0][0][0]["c"]])  # type: ignore[index]


def test_a_place_that_nothing_leads_to_takes_no_line() -> None:
    converter = Converter(image=lambda uri: uri, text=str, unknown=lambda _name: None, docname="page")
    reference = nodes.reference("", "there", refid="wanted")
    body = nodes.section("", nodes.target("", "", ids=["wanted"]), nodes.target("", "", ids=["idle"]), reference)
    trees = [tree for child in body.children for tree in converter.node(child)]
    kept = without_dead_links(trees, converter.labels)
    assert [tree.get("label") for tree in kept if tree["t"] == "target"] == ["page:wanted"]


def test_what_is_laid_across_has_half_as_much_room_again_and_its_whole_document_lies_so() -> None:
    block = grid(*(words("a long text of many words " * 9),) * 6)
    wide = replace(block, across=True)
    assert sum(column_widths(wide)) > 1.35 * sum(column_widths(block))
    across, upright = document(wide), document(block)
    assert [tree["t"] for tree in across] == ["across"]
    (table,) = across[0]["c"]  # type: ignore[misc]
    assert table["line"] > 1.4 * upright[0]["line"]  # type: ignore[operator]


def document(block: Grid) -> list[dict[str, object]]:
    """The trees of a document that holds nothing but a grid."""
    whole = new_document("page")
    whole += maker().make((block,))
    converter = Converter(image=lambda uri: uri, text=str, unknown=lambda _name: None)
    return converter.document("page", whole, 1)


def test_codes_break_after_a_separator_and_no_word_of_usual_length_is_torn() -> None:
    assert code_parts("narrative:classification_rationale") == ["narrative:", "classification_", "rationale"]
    assert code_parts("runs:/0123456789abcdef/docgen") == ["runs:/", "0123456789abcdef/", "docgen"]


@pytest.mark.parametrize("length", [32, 40, 64])
def test_no_part_of_a_digest_is_so_short_that_it_reads_as_a_number(length: int) -> None:
    """A run id that ended in four digits stood in the PDF's trace matrix as a number of its own."""
    parts = code_parts(f"run:{'f736c6d24bbb4a058a40272f25632901' * 2}"[: 4 + length])
    assert "".join(parts[1:]) == ("f736c6d24bbb4a058a40272f25632901" * 2)[:length]
    assert min(map(len, parts[1:])) >= 8
