"""The search's bookkeeping against doing it all again, and its gains against what they promise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.planning.attempt import goal_of, sample_size
from muster.planning.field import field_of, shortlist, survey
from muster.planning.hall import shortage
from muster.planning.looks import tally
from muster.planning.lp_start import lp_start
from muster.planning.moves import add_best, exchange, grow, trim
from muster.planning.search import Sample
from tests.planning.makers import problem


def field(p, generosity=1.0):
    view = survey(p)
    people, complete = shortlist(view, generosity)
    return field_of(view, people, complete=complete)


def sample(p, rows=(), turnouts=512, seed=0):
    found = Sample(field(p), np.random.default_rng(seed), turnouts)
    found.restart(np.array(rows, int))
    return found


@given(st.lists(st.integers(0, 39), max_size=25), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_slack_after_any_moves_is_slack_counted_again(moves, seed):
    s = sample(problem(40, seed), rows=[0, 1, 2], seed=seed)
    for row in moves:
        if row >= s.field.size:
            continue
        if row in s.types:
            types = s.drop(row)
            if row % 3 == 0:
                s.put_back(row, types)
        else:
            s.add(row)
    kept = s.slack.copy()
    s._recount()
    assert (s.slack == kept).all()


def test_adding_twice_adds_once():
    s = sample(problem(20, 0))
    s.add(3)
    kept = s.slack.copy()
    s.add(3)
    assert (s.slack == kept).all()


def test_a_tightened_sample_judges_every_turnout_exactly():
    p = problem(60, 2, needs=((0, 3, 40.0), (1, 3, 40.0), (2, 2, 40.0), (3, 2, 30.0), (4, 2, 50.0)), share=0.6)
    f = field(p)
    rows = np.arange(f.size)[:16]
    s = Sample(f, np.random.default_rng(0), 1024)
    s.restart(rows)
    while s.tighten():
        pass
    exact = shortage(s.present, f.need, s.counts)
    assert ((s.worst() >= 0) == (exact.missing == 0)).all()


def test_losses_are_what_leaving_out_would_lose():
    s = sample(problem(40, 4), rows=range(20))
    rows = s.rows
    lost = s.losses(rows)
    before = (s.worst() >= 0).sum()
    for row, said in zip(rows.tolist(), lost.tolist(), strict=True):
        types = s.drop(row)
        assert before - (s.worst() >= 0).sum() == said
        s.put_back(row, types)


def test_losses_are_right_with_more_line_sets_than_one_word_holds():
    needs = tuple((line % 6, 1, 40.0 + line) for line in range(80))
    s = sample(problem(200, 4, needs=needs, share=0.7), rows=range(125), turnouts=128)
    assert len(s.sets) > 64
    before = (s.worst() >= 0).sum()
    rows = s.rows[:40]
    lost = s.losses(rows)
    assert lost.any()
    for row, said in zip(rows.tolist(), lost.tolist(), strict=True):
        types = s.drop(row)
        assert before - (s.worst() >= 0).sum() == said
        s.put_back(row, types)


def test_nobody_loses_nothing():
    assert sample(problem(20, 0)).losses(np.zeros(0, int)).shape == (0,)


@pytest.mark.parametrize("towns", [False, True])
def test_gains_are_the_mean_over_the_newcomers_own_luck(towns):
    changes = {"rho_town": 0.1, "town": np.arange(40) % 4 - 1} if towns else {}
    p = problem(40, 6, rho=0.1, **changes)
    s = sample(p, rows=range(14), turnouts=2048)
    gains = s.gains()
    before = (s.worst() >= 0).sum()
    for row in (20, 25, 30):
        seen = []
        for _ in range(60):
            s.add(row)
            seen.append((s.worst() >= 0).sum() - before)
            s.drop(row)
        assert gains[row] == pytest.approx(np.mean(seen), abs=4 * np.std(seen) / np.sqrt(60) + 0.5)


def test_the_sample_estimates_what_fresh_turnouts_say():
    p = problem(60, 8, rho=0.1, rho_town=0.05, town=np.arange(60) % 5 - 1)
    f = field(p)
    rows = np.arange(20)
    s = Sample(f, np.random.default_rng(1), 8192)
    s.restart(rows)
    fresh = tally(f, rows, np.random.default_rng(2))
    assert s.served() == pytest.approx(fresh.served / fresh.turnouts, abs=0.02)


def test_growing_reaches_the_goal_and_trimming_keeps_it():
    s = sample(problem(80, 9))
    assert grow(s, 0.9)
    assert s.served() >= 0.9
    full = len(s.rows)
    for row in range(5):
        s.add(row)
    trim(s, 0.9)
    assert s.served() >= 0.9
    assert len(s.rows) <= full + 5


def test_growing_gives_up_when_nobody_helps_any_more():
    p = problem(80, 9, needs=((0, 90, 45.0),))
    s = sample(p)
    assert not grow(s, 0.9)
    assert not add_best(Sample(field(problem(3, 0, show=np.zeros(3))), np.random.default_rng(0), 64))


def test_where_nothing_fails_the_tightest_turnouts_lead():
    s = sample(problem(200, 1, needs=((0, 1, 60.0),)), rows=range(60))
    assert s.served() == 1.0
    assert s.gains().sum() == 0
    assert s.reserve().sum() > 0
    assert sample(problem(20, 1), rows=[0]).reserve().sum() == 0
    before = len(s.rows)
    assert add_best(s)
    assert len(s.rows) == before + 1


def test_exchange_never_makes_the_set_larger_and_raises_its_worth():
    s = sample(problem(80, 12), turnouts=2048)
    grow(s, 0.85)
    size, before = len(s.rows), s.served()
    exchange(s, np.random.default_rng(0))
    assert len(s.rows) == size
    assert s.served() >= before - 0.02


def test_dear_people_must_earn_their_price():
    weight = np.where(np.arange(80) % 2, 1.0, 5.0)
    s = sample(problem(80, 12, weight=weight), turnouts=1024)
    grow(s, 0.85)
    before = s.cost
    exchange(s, np.random.default_rng(0))
    assert s.cost <= before
    dear = s.field.weight[s.rows] == 5
    assert dear.mean() < 0.5


def test_fixed_people_cost_nothing_and_stay():
    fixed = np.arange(80) < 10
    s = sample(problem(80, 12, fixed=fixed))
    s.restart(lp_start(s.field, 1.0))
    assert set(np.flatnonzero(s.field.fixed)) <= set(s.rows)
    trim(s, 0.0)
    assert s.rows.tolist() == np.flatnonzero(s.field.fixed).tolist()
    assert s.cost == 0


def test_the_start_is_near_the_goal_and_empty_without_people():
    p = problem(200, 3)
    f = field(p)
    s = Sample(f, np.random.default_rng(0), 1024)
    s.restart(lp_start(f, 1.0))
    assert s.served() > 0.6
    nobody = field(problem(5, 0, show=np.zeros(5)))
    assert lp_start(nobody, 1.0).tolist() == []


def test_a_shortlist_keeps_the_likeliest_and_says_whether_anybody_was_left_out():
    p = problem(2000, 3, needs=((0, 2, 45.0), (1, 2, 30.0)))
    view = survey(p)
    short, complete = shortlist(view, 0.5)
    assert not complete
    assert len(short) < 400
    best = np.argsort(-view.chance[:, 0])[:33]
    assert set(best) <= set(short)
    everybody, complete = shortlist(view, 1000.0)
    assert complete
    assert len(everybody) == (view.chance.max(axis=1) > 0).sum()


def test_equal_people_are_cut_by_index():
    p = problem(500, 0, needs=((0, 1, 45.0),), show=np.full(500, 0.5), mu=np.full(500, 3.0), sigma=np.full(500, 0.2),
                offset_minutes=np.zeros(500), caps=np.ones(500, np.uint64))  # fmt: skip
    short, _ = shortlist(survey(p), 1.0)
    assert short.tolist() == list(range(200))


def test_people_who_may_not_be_asked_are_not_looked_at():
    p = problem(50, 0, available=np.arange(50) >= 25, fixed=np.arange(50) == 3)
    f = field(p)
    assert set(f.people.tolist()) <= {3, *range(25, 50)}
    assert f.rows_of(np.array([3, 4, 30])).tolist() == [
        np.flatnonzero(f.people == i)[0] for i in (3, 30) if i in f.people
    ]


def test_equal_lines_are_one_line():
    f = field(problem(30, 0, needs=((0, 2, 45.0), (1, 1, 30.0), (0, 3, 45.0))))
    assert f.need.tolist() == [5, 1]
    assert f.merged.tolist() == [0, 1, 0]


def test_high_targets_take_more_turnouts():
    assert sample_size(4096, 0.95) == 4096
    assert sample_size(4096, 0.5) == 4096
    assert sample_size(4096, 0.995) == 40_960
    assert sample_size(4096, 0.99999) == 65_536
    assert 0.999 < goal_of(0.999) < 0.9995
