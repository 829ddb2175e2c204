"""The limit of two camps and jokers: never above what is possible, and exact where the relaxation is the problem itself."""

from itertools import combinations, product

import numpy as np
import pytest
from scipy.stats import binom

from muster.planning import camps
from muster.planning.bound import lower_bound
from muster.planning.camps import Crowd, camps_bound, two_camps
from muster.planning.field import survey
from tests.planning.makers import exact_p, problem

SURE_IN_TIME = {"mu": np.log(5.0), "offset_minutes": 0.0, "sigma": 0.1}


def crowd_of(groups, needs, target, rho=0.0):
    """A problem of groups (heads, capability mask, show); everybody is on site in time if he comes at all."""
    caps = np.concatenate([np.full(heads, mask, np.uint64) for heads, mask, _ in groups])
    show = np.concatenate([np.full(heads, share) for heads, _, share in groups])
    size = len(caps)
    same = {name: np.full(size, value) for name, value in SURE_IN_TIME.items()}
    lines = tuple((capability, heads, 60.0) for capability, heads in enumerate(needs))
    return problem(size, needs=lines, target=target, rho=rho, caps=caps, show=show, **same)


def least_of_two(one, two, both, needs, target):
    """Fewest people of three kinds (heads, share), by trying every split with the binomial law."""
    for total in range(1, 200):
        for first, second in product(range(total + 1), repeat=2):
            jokers = total - first - second
            if jokers < 0 or first > one[0] or second > two[0] or jokers > both[0]:
                continue
            open_one = [binom.pmf(came, first, one[1]) for came in range(first + 1)]
            chance = 0.0
            for came, p in enumerate(open_one):
                for other in range(second + 1):
                    lacking = max(0, needs[0] - came) + max(0, needs[1] - other)
                    chance += p * binom.pmf(other, second, two[1]) * binom.sf(lacking - 1, jokers, both[1])
            if chance >= target:
                return total
    raise AssertionError


@pytest.mark.parametrize(
    ("one", "two", "both"),
    [((30, 0.8), (30, 0.6), (0, 0.5)), ((20, 0.8), (20, 0.8), (4, 0.9)), ((9, 0.7), (12, 0.8), (30, 0.5))],
    ids=["nobody serves both", "few serve both", "many poor jokers"],
)
def test_with_two_lines_and_equal_people_the_limit_is_the_optimum(one, two, both):
    needs = (4, 5)
    groups = [(one[0], 1, one[1]), (two[0], 2, two[1]), (both[0], 3, both[1])]
    view = survey(crowd_of([group for group in groups if group[0]], needs, 0.9))
    assert lower_bound(view, 60) == least_of_two(one, two, both, needs, 0.9)


@pytest.mark.parametrize("seed", range(60))
def test_no_set_of_people_that_keeps_the_promise_is_smaller(seed):
    fixed = np.arange(6) == (0 if seed % 2 else -1)
    p = problem(6, seed, needs=((0, 1, 50.0), (1, 1, 40.0)), target=0.5, rho=0.2, share=0.6, fixed=fixed)
    for size in range(7):
        if any(exact_p(p, some) >= p.target for some in combinations(np.flatnonzero(~fixed), size)):
            bound = lower_bound(survey(p), 6)
            assert bound is not None
            assert bound <= size
            return


def test_it_is_never_below_what_was_known_and_never_above_a_plan():
    view = survey(problem(300, 4, needs=((0, 8, 45.0), (1, 6, 45.0), (2, 4, 30.0))))
    known = lower_bound(view)
    assert known is not None
    found = [lower_bound(view, high) for high in range(known - 1, known + 8)]
    assert found[0] == found[1] == known
    assert found == sorted(found)
    assert all(bound <= max(high, known) for high, bound in zip(range(known - 1, known + 8), found, strict=True))


def test_lines_that_the_same_people_serve_are_of_one_camp():
    groups = [(20, 0b0011, 0.9), (20, 0b1100, 0.9), (5, 0b0110, 0.5)]
    view = survey(crowd_of(groups, (2, 2, 2, 2), 0.9))
    crowd = Crowd(
        np.ones((1, 45)), np.ones(1), view.by_due[:, view.line_due] * view.able, np.zeros(45, bool), view.need, 0.9
    )
    first = two_camps(crowd)
    assert first[0] == first[1] != first[2] == first[3]


def test_people_who_come_anyway_cost_nothing():
    groups = [(12, 1, 0.9), (12, 2, 0.9), (2, 3, 0.9)]
    p = crowd_of(groups, (3, 3), 0.9)
    free = lower_bound(survey(p), 40)
    fixed = np.isin(np.arange(26), [0, 1, 12, 24])
    helped = crowd_of(groups, (3, 3), 0.9)
    helped = problem(
        26, needs=tuple((n.capability, n.people, n.due_minutes) for n in helped.needs), target=0.9, rho=0.0, fixed=fixed,
        **{name: getattr(helped.candidates, name) for name in ("caps", "show", "mu", "offset_minutes", "sigma")},
    )  # fmt: skip
    assert lower_bound(survey(helped), 40) == free - 4


def test_very_many_posts_are_left_to_the_simple_limit(monkeypatch):
    view = survey(crowd_of([(30, 1, 0.8), (30, 2, 0.6)], (4, 5), 0.9))
    sharp = lower_bound(view, 60)
    monkeypatch.setattr(camps, "MOST_POSTS", 8)
    assert lower_bound(view, 60) < sharp
    crowd = Crowd(np.ones((1, 1)), np.ones(1), np.ones((1, 2)), np.zeros(1, bool), np.array([4, 5]), 0.9)
    assert camps_bound(crowd, np.array([True, False]), (0, 0), 3, 60) == 3
