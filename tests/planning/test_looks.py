"""Looks at fresh turnouts: who joins later is looked at on the same ones."""

from dataclasses import replace

import numpy as np
import pytest

from muster.planning.field import field_of, survey
from muster.planning.hall import shortage
from muster.planning.looks import Looked
from tests.planning.makers import exact_p, problem


def field(p):
    return field_of(survey(p), np.arange(len(p.candidates)), complete=True)


def looked(f, rows, seed=0, turnouts=20_000):
    return Looked(f, np.array(rows, int), np.random.default_rng(seed), turnouts)


def error_of(truth, turnouts=20_000):
    return 4.5 * np.sqrt(truth * (1 - truth) / turnouts) + 1e-9


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("first", [0, 2, 5])
def test_who_joins_makes_the_chance_that_of_the_whole_set(seed, first):
    p = problem(6, seed, needs=((0, 1, 45.0), (1, 1, 30.0)), rho=0.2, loading=np.linspace(0.2, 1, 6))
    f = field(p)
    look = looked(f, range(first), seed)
    for row in range(first, 6):
        look.add(np.array([row]))
    counted, truth = look.counted(), exact_p(p, np.arange(6))
    assert abs(counted.served / counted.turnouts - truth) < error_of(truth)


def test_what_is_counted_after_joining_is_what_the_people_of_each_failing_turnout_say():
    p = problem(30, 4, needs=((0, 3, 60.0), (1, 2, 50.0), (2, 2, 50.0)), share=0.6)
    look = looked(field(p), range(16), turnouts=2000)
    before = look.counted()
    look.add(np.array([17, 20, 25]))
    after = look.counted()
    assert 0 < before.served < after.served < 2000
    assert not (after.missing > before.missing).any()
    assert (after.missing >= before.missing - 3).all()
    assert after.sets.shape[0] == 2000 - after.served == np.count_nonzero(after.missing)
    assert (after.short == after.sets.sum(axis=0)).all()
    again = shortage(look.field.types[look._kinds], look.field.need, look._counts)
    assert again.missing.tolist() == after.missing[after.missing > 0].tolist()


def test_the_same_people_arrive_in_the_mean_whether_they_join_late_or_not():
    p = problem(20, 3)
    f = field(p)
    late = looked(f, range(10))
    late.add(np.arange(10, 20))
    assert late.counted().arrivals == pytest.approx(looked(f, range(20), 1).counted().arrivals, abs=0.1)


def test_people_on_site_who_join_fill_their_post_in_every_turnout():
    p = problem(6, 3, needs=((0, 1, 45.0),), share=1.0)
    here = np.arange(6) == 5
    people = replace(
        p.candidates, show=np.where(here, 1.0, p.candidates.show), mu=np.where(here, -np.inf, p.candidates.mu)
    )
    look = looked(field(replace(p, candidates=people)), [], turnouts=500)
    assert look.counted().served == 0
    look.add(np.array([5]))
    assert look.counted().served == 500
    assert look.counted().arrivals.tolist() == [1.0]


def test_when_nobody_joins_nothing_changes():
    p = problem(20, 3)
    look = looked(field(p), range(12), turnouts=1000)
    before = look.counted()
    look.add(np.zeros(0, int))
    assert (look.counted().missing == before.missing).all()


def test_towns_shake_those_who_join_with_the_others():
    town = np.zeros(12, int)
    p = problem(12, 1, needs=((0, 6, 90.0),), share=1.0, rho=0.05, rho_town=0.6, town=town)
    f = field(p)
    joined = looked(f, range(6))
    joined.add(np.arange(6, 12))
    at_once = looked(f, range(12), 7)
    a, b = joined.counted().served / 20_000, at_once.counted().served / 20_000
    assert 0.05 < a < 0.95
    assert abs(a - b) < 2 * error_of(a)
