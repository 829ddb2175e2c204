"""Shortfalls: the smallest conflict set, what is missing, and repairs that hold."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from muster.planning import repairs as repairing
from muster.planning import shortfall
from muster.planning.attempt import start_run
from muster.planning.outcome import Plan, Repair, Shortfall
from muster.planning.problem import Need
from muster.planning.repairs import find_repairs, price, with_need
from muster.planning.solve import SolveTimeout, solve
from tests.planning.makers import problem, simulate


def few_pilots(heads=6, **changes):
    """300 people, of whom only 12 hold capability 2."""
    rng = np.random.default_rng(0)
    caps = (rng.random(300) < 0.5).astype(np.uint64) + 2 * (rng.random(300) < 0.5).astype(np.uint64)
    caps[:12] |= np.uint64(4)
    return problem(300, 0, needs=((0, 6, 45.0), (1, 5, 45.0), (2, heads, 30.0)), caps=caps, **changes)


def test_the_line_that_nobody_can_fill_is_named_alone():
    short = solve(few_pilots(11), seed=0, repairs=False)
    assert isinstance(short, Shortfall)
    assert short.lines == (2,)
    assert 1 <= short.missing <= 11
    assert short.best_p_low < 0.9


def test_two_lines_that_compete_for_the_same_few_are_named_together():
    caps = np.where(np.arange(200) < 20, 3, 4).astype(np.uint64)
    p = problem(200, 1, needs=((0, 6, 60.0), (1, 6, 60.0), (2, 3, 60.0)), caps=caps, show=np.full(200, 0.7))
    short = solve(p, seed=0, repairs=False)
    assert short.lines == (0, 1)
    for lines in ((0,), (1,), (2,)):
        alone = replace(p, needs=tuple(p.needs[line] for line in lines))
        assert isinstance(solve(alone, seed=0), Plan)
    together = replace(p, needs=(p.needs[0], p.needs[1]))
    assert isinstance(solve(together, seed=0, repairs=False), Shortfall)
    assert simulate(together, np.arange(200), 5000, 1).mean() < p.target


def test_without_the_missing_heads_the_conflict_is_gone():
    short = solve(few_pilots(9), seed=0, repairs=False)
    p = few_pilots(9 - short.missing)
    assert isinstance(solve(p, seed=0, repairs=False), Plan)
    again = solve(few_pilots(9 - short.missing + 1), seed=0, repairs=False)
    assert isinstance(again, Shortfall)


def test_the_other_lines_are_served_all_the_same():
    p = few_pilots(11)
    best = solve(p, seed=0, repairs=False).best
    rest = replace(p, needs=p.needs[:2])
    assert simulate(rest, best.alert, 10_000, 3).mean() >= p.target - 0.01
    assert len(best.alert) < 60


def test_where_everything_is_short_everybody_is_the_best_there_is():
    p = problem(30, 0, needs=((0, 25, 30.0), (1, 25, 45.0), (2, 25, 45.0)))
    short = solve(p, seed=0, repairs=False)
    assert len(short.lines) == 1
    assert len(short.best.alert) >= 25
    single = solve(problem(30, 0, needs=((0, 25, 30.0),)), seed=0, repairs=False)
    assert single.best.certificate.p_low == 0.0


def test_with_too_many_sets_to_try_lines_are_left_out_from_the_start(monkeypatch):
    monkeypatch.setattr(shortfall, "MOST_COMBINATIONS", 1)
    assert solve(few_pilots(11), seed=0, repairs=False).lines == (2,)


def test_large_conflicts_are_found_by_leaving_lines_out():
    caps = np.full(60, 2**5 - 1, np.uint64)
    p = problem(60, 0, needs=tuple((bit, 7, 60.0) for bit in range(5)), caps=caps, show=np.full(60, 0.5), rho=0.0)
    short = solve(p, seed=0, repairs=False)
    worth = {}
    for size in (1, 2, 3, 4, 5):
        for lines in combinations(range(5), size):
            worth[lines] = simulate(replace(p, needs=tuple(p.needs[i] for i in lines)), np.arange(60), 2000, 1).mean()
    assert worth[short.lines] < p.target
    smaller = [lines for lines in worth if set(lines) < set(short.lines)]
    assert all(worth[lines] >= p.target - 0.02 for lines in smaller)
    assert len(short.lines) == 4


def test_every_repair_was_solved_and_holds():
    p = with_need(few_pilots(), 2, Need(2, 3, 16.0))
    short = solve(p, seed=0)
    kinds = {repair.kind for repair in short.repairs}
    assert {"more_minutes", "fewer_people", "train"} <= kinds
    assert [price(repair) for repair in short.repairs] == sorted(price(repair) for repair in short.repairs)
    for repair in short.repairs:
        changed = applied(p, repair)
        assert repair.p_low >= changed.target
        plan = solve(changed, seed=0, effort=0.5, repairs=False)
        assert isinstance(plan, Plan)
        assert abs(len(plan.alert) - repair.alerts) <= 2
        assert simulate(changed, plan.alert, 20_000, 5).mean() >= changed.target - 0.005


def applied(p, repair):
    """The problem with the repair made, written out again."""
    if repair.kind == "lower_target":
        return replace(p, target=repair.target)
    if repair.kind == "train":
        caps = p.candidates.caps.copy()
        caps[list(repair.members)] |= np.uint64(1 << repair.capability)
        assert len(repair.members) == repair.people
        return replace(p, candidates=replace(p.candidates, caps=caps))
    needs = []
    for line, need in enumerate(p.needs):
        if repair.line not in (None, line):
            needs.append(need)
        elif repair.kind == "more_minutes":
            needs.append(Need(need.capability, need.people, need.due_minutes + repair.minutes))
        else:
            needs.append(Need(need.capability, need.people - repair.people, need.due_minutes))
    return replace(p, needs=tuple(needs))


def test_nobody_on_the_books_can_be_trained_but_the_time_does_not_help():
    p = problem(200, 0, needs=((0, 3, 45.0), (40, 1, 45.0)), caps=np.ones(200, np.uint64))
    short = solve(p, seed=0)
    assert short.lines == (1,)
    assert short.best_p_low == 0.0
    assert {repair.kind for repair in short.repairs} == {"train"}
    assert short.repairs[0].capability == 40


def test_a_nearly_kept_promise_can_be_lowered(monkeypatch):
    monkeypatch.setattr(repairing, "MOST_LINES", 0)
    monkeypatch.setattr(repairing, "MINUTES", ())
    p = few_pilots(4, target=0.99)
    short = solve(p, seed=0)
    assert isinstance(short, Shortfall)
    lower = [repair for repair in short.repairs if repair.kind == "lower_target"]
    assert lower
    assert lower[0].target <= short.best_p_low


def test_all_lines_later_is_offered_only_where_there_are_several():
    p = problem(60, 0, needs=((0, 6, 9.0),))
    short = solve(p, seed=0)
    assert all(repair.line == 0 for repair in short.repairs if repair.kind == "more_minutes")
    two = problem(60, 0, needs=((0, 6, 9.0), (1, 6, 9.0)))
    everybody = [repair for repair in solve(two, seed=0).repairs if repair.kind == "more_minutes"]
    assert [repair.line for repair in everybody] == [None]


def test_a_due_time_in_the_past_is_a_shortfall_of_that_line():
    p = problem(100, 0, needs=((0, 3, 45.0), (1, 2, -5.0)))
    short = solve(p, seed=0, repairs=False)
    assert (short.lines, short.missing) == ((1,), 2)


def test_prices_put_the_kinds_in_one_order():
    assert price(Repair("more_minutes", 0.9, 1, line=0, minutes=10)) < price(Repair("more_minutes", 0.9, 1, minutes=10))
    assert price(Repair("fewer_people", 0.9, 1, line=0, people=2)) == 4
    assert price(Repair("train", 0.9, 1, capability=1, people=2)) == 6
    assert price(Repair("lower_target", 0.9, 1, target=0.9)) == pytest.approx(10)


def test_repairs_stop_at_the_deadline(monkeypatch):
    p = few_pilots(8)
    run = start_run(0, 0.5, lambda: True)
    with pytest.raises(SolveTimeout):
        find_repairs(p, (2,), 2, 0.3, run)
    monkeypatch.setattr(repairing, "MINUTES", (1,))
    monkeypatch.setattr(repairing, "_promising", lambda problem, run: True)
    run = start_run(0, 0.5, None)
    assert all(repair.kind != "more_minutes" for repair in find_repairs(few_pilots(12), (2,), 9, 0.0, run))


def test_changing_one_line_keeps_the_others():
    p = few_pilots(8)
    changed = with_need(p, 1, Need(5, 1, 10.0))
    assert changed.needs == (p.needs[0], Need(5, 1, 10.0), p.needs[2])
