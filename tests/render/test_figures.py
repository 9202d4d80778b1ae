"""Single plots: what is drawn where."""

from __future__ import annotations

import re

from docgen.model.document import Mark, Plot
from docgen.render.figures import draw


def test_a_tornado_has_one_row_for_each_input_and_tells_lowered_inputs_in_grey_too() -> None:
    marks = (
        Mark(label="small", value=0.01, low=0.008, high=0.012),
        Mark(label="wide", value=0.3),
        Mark(label="wide", value=-0.2, emphasis=True),
    )
    drawn = draw(Plot(kind="tornado", x_title="change", marks=marks)).decode()
    assert drawn == draw(Plot(kind="tornado", x_title="change", marks=marks)).decode()
    assert len(re.findall(r'id="ytick_\d+"', drawn)) == 2, "one row for each input"
    assert "<pattern" in drawn, "hatching"
    assert 'id="legend_1"' in drawn
    alone = draw(Plot(kind="tornado", x_title="change", marks=marks[:2])).decode()
    assert 'id="legend_1"' not in alone
