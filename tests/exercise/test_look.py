"""What the exercise's desk reads off a duty page, held against the board the page was drawn from."""

from __future__ import annotations

import dataclasses

import pytest
from django.template.loader import render_to_string

from muster.apps.desk import regions
from muster.core.errors import Unavailable
from muster.exercise.browser import Page
from muster.exercise.desk import Look, read_look
from muster.exercise.markup import read_markup
from tests.desk.sample_board import COMMANDER, board, verdict

pytestmark = pytest.mark.django_db


def page_of(html: str) -> Page:
    return Page(200, "http://127.0.0.1/duty/1/", html.encode(), read_markup(html))


def duty_page(**seen: object) -> Page:
    drawn = dataclasses.replace(board(), verdict=verdict(**seen))
    values = regions.context(drawn, COMMANDER)
    return page_of("".join(render_to_string(f"desk/_{name}.html", values) for name in ("verdict", "needs")))


@pytest.mark.parametrize(
    ("p", "word", "shown"),
    [(0.39, "short", "39"), (0.948, "at_risk", "94.8"), (0.99999, "enough", ">99.9"), (0.0, "short", "<0.1"),
     (None, "unknown", "")],
)  # fmt: skip
def test_the_number_and_the_word_are_read_as_they_stand_there(p: float | None, word: str, shown: str) -> None:
    look = read_look(duty_page(p_hat=p, word=word), 24.0)
    assert (look.minute, look.p, look.word) == (24.0, shown, word)


def test_every_line_is_read_with_its_own_word() -> None:
    drawn = board()
    look = read_look(duty_page(), 24.0)
    assert look.lines == {row.line.order: row.word for row in regions.context(drawn, COMMANDER)["rows"]}
    assert len(set(look.lines.values())) > 1


def test_a_page_without_a_chance_is_not_taken_for_one() -> None:
    with pytest.raises(Unavailable, match="no_verdict"):
        read_look(page_of("<h1>All quiet</h1>"), 24.0)


def test_a_look_is_told_with_its_red_lines_only() -> None:
    look = Look(23.96, "39", "short", {3: "short", 1: "at_risk", 2: "enough"})
    assert look.shown(25.0) == {"due": 25.0, "at": 24.0, "p": "39", "word": "short", "red_lines": [1, 3]}
