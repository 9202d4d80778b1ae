"""Numbers and text become what people read: no false precision, nothing hidden, the same everywhere."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.render.filters import shown, significant
from docgen.render.text import one_line, visible


@pytest.mark.parametrize(
    ("value", "form", "unit", "wanted"),
    [
        (0.84123456, "number", "", "0.8412"),
        (0.5, "number", "", "0.5"),
        (0.0, "number", "", "0"),
        (-0.0, "number", "", "0"),
        (12.0, "number", "", "12"),
        (1234.5678, "number", "", "1,235"),
        (123456.7, "number", "", "123,500"),
        (0.00012345, "number", "", "0.0001234"),
        (0.000012345, "number", "", "1.234e-05"),
        (1e12, "number", "", "1.000e+12"),
        (-0.25, "number", "", "-0.25"),
        (10000, "count", "", "10,000"),
        (0.95, "percent", "", "95%"),
        (0.9973, "percent", "", "99.73%"),
        (1.5, "number", "log-odds", "1.5 log-odds"),
        (0, "bytes", "", "0 bytes"),
        (1536, "bytes", "", "1.5 KiB"),
        (5 * 1024**3, "bytes", "", "5 GiB"),
        (True, "text", "", "yes"),
        (False, "number", "", "no"),
        ("a" * 64, "digest", "", "a" * 12),
        ("2026-03-02T09:30:00Z", "time", "", "2026-03-02 09:30 UTC"),
        ("soon", "time", "", "soon"),
        ("<b>&amp;</b>", "text", "", "<b>&amp;</b>"),
    ],
)
def test_a_value_looks_so(value: object, form: str, unit: str, wanted: str) -> None:
    assert shown(value, form, unit) == wanted  # type: ignore[arg-type]


@given(st.floats(min_value=-1e300, max_value=1e300))
def test_what_is_shown_is_within_half_of_the_last_digit(value: float) -> None:
    back = float(significant(value).replace(",", ""))
    assert back == pytest.approx(value, rel=5.001e-4, abs=1e-300)
    assert not significant(value).startswith("-") or value < 0


@given(st.text())
def test_no_character_is_hidden_or_obeyed(text: str) -> None:
    found = one_line(text)
    assert all(
        char == " " or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}
        for char in found
    )
    assert text.isascii() is False or not text.isprintable() or found == text


def test_long_text_is_cut_and_says_so() -> None:
    assert visible("x" * 5000, limit=10) == "xxxxxxxxxx [cut: 5000 characters in all]"
