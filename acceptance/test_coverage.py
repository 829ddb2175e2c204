"""How far the stated chance holds: the same figures again, and the page of the docs holds those that are shipped."""

import json

from tools.coverage_table import FIGURES, PAGE, with_table


def test_equal_programs_find_equal_figures(home):
    words = ("exercise-coverage", "--districts", "2", "--plans", "1", "--days", "2", "--json", "-")
    first, second = (home.muster(*words, seconds=600) for _ in range(2))
    assert first.stdout == second.stdout
    body = json.loads(first.stdout)
    assert first.returncode == (0 if body["passed"] else 1)
    assert body["plans"] == 2


def test_the_page_holds_the_shipped_figures_and_they_are_of_enough_exercises():
    figures = FIGURES.read_text(encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page, figures)
    body = json.loads(figures)
    pairs = list(zip(body["truths"], body["shortfalls"], strict=True))
    assert len(pairs) >= 3
    assert min(one["exercises"] + other["exercises"] for one, other in pairs) >= 400
