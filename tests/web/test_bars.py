"""The need bar: every need mark at the same place, stretches that never overlap, a text that says the same."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from muster.web import bars


@dataclass(frozen=True)
class Need:
    people: int
    accepted: int
    expected: float
    on_scene: int
    missing: int


NEEDS = st.builds(
    Need,
    people=st.integers(1, 500),
    accepted=st.integers(0, 600),
    expected=st.floats(0, 900),
    on_scene=st.integers(0, 600),
    missing=st.integers(0, 500),
)


@given(NEEDS)
def test_stretches_lie_in_order_inside_the_bar(need: Need) -> None:
    found = bars.pieces(need)
    assert [p.look for p in found] == [look for look in ("on", "acc", "exp", "gap") if look in {p.look for p in found}]
    for left, right in itertools.pairwise(found):
        assert abs(left.start + left.width - right.start) < 0.1
    assert all(p.start >= 0 and p.start + p.width <= 100.02 for p in found)


@given(NEEDS)
def test_a_gap_reaches_exactly_up_to_the_need(need: Need) -> None:
    gaps = [p for p in bars.pieces(need) if p.look == "gap"]
    if gaps:
        assert need.missing > 0
        assert abs(gaps[0].start + gaps[0].width - bars.MARK_PERCENT) < 0.02


def test_the_short_line_of_the_picture() -> None:
    found = {p.look: p for p in bars.pieces(Need(people=2, accepted=0, expected=1.3, on_scene=0, missing=1))}
    assert set(found) == {"exp", "gap"}
    assert found["exp"].width == round(1.3 / 2 * 200 / 3, 2)


def test_the_bar_says_its_four_numbers_and_the_gap() -> None:
    with translation.override("en"):
        drawn = str(bars.need_bar(Need(people=2, accepted=0, expected=1.3, on_scene=0, missing=1)))
    assert 'aria-label="need 2, accepted 0, expected 1.3, on scene 0, 1 short"' in drawn
    assert 'x1="66.67%"' in drawn
    assert "style=" not in drawn
    assert re.findall(r"url\(#hatch-(\w+)\)", drawn) == ["exp", "gap"]
