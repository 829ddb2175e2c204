"""Plans: they keep their promise, ask only whom they may, and are near the smallest there is."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from muster.planning import attempt as attempting
from muster.planning.bound import lower_bound
from muster.planning.field import field_of, survey
from muster.planning.outcome import Plan, Shortfall
from muster.planning.problem import Candidates, Need, Problem
from muster.planning.replan import replan
from muster.planning.search import Sample
from muster.planning.solve import SolveTimeout, solve
from tests.planning.makers import exact_p, problem, simulate


def refuted(p, alert, seed=99, turnouts=20_000):
    """Would an independent judge, 99 % sure, call the promise broken?"""
    good = int(simulate(p, alert, turnouts, seed).sum())
    return beta.ppf(0.99, good + 1, turnouts - good) < p.target if good < turnouts else False


@given(st.integers(0, 10_000))
@settings(max_examples=12, deadline=None)
def test_no_promise_is_refuted_by_an_independent_judge(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(60, 200))
    p = problem(
        n,
        seed,
        needs=((0, int(rng.integers(1, 8)), 45.0), (1, int(rng.integers(1, 5)), 45.0), (2, 2, 30.0)),
        target=float(rng.choice([0.8, 0.9, 0.95, 0.98])),
        rho=float(rng.uniform(0, 0.2)),
        rho_town=float(rng.choice([0.0, 0.05])),
        town=rng.integers(-1, 4, n),
        loading=rng.uniform(0.3, 1, n),
        available=rng.random(n) < 0.9,
        fixed=rng.random(n) < 0.05,
        shock_mean=float(rng.normal(0, 0.5)),
        shock_sd=float(rng.uniform(0.4, 1)),
    )
    answer = solve(p, seed=seed, repairs=False)
    if isinstance(answer, Shortfall):
        assert answer.best_p_low < p.target
        assert answer.missing >= 1
        return
    people = p.candidates
    assert answer.certificate.p_low >= p.target
    assert (np.diff(answer.alert) > 0).all()
    assert people.available[answer.alert].all()
    assert not people.fixed[answer.alert].any()
    assert (people.caps[answer.alert] & np.uint64(7) != 0).all()
    assert not refuted(p, answer.alert, seed + 1)


def test_the_same_question_has_the_same_answer():
    p = problem(300, 4, needs=((0, 8, 45.0), (1, 6, 45.0), (2, 4, 30.0)))
    first, second, other = solve(p, seed=1), solve(p, seed=1), solve(p, seed=2)
    assert first.alert.tolist() == second.alert.tolist()
    assert first.posts.tolist() == second.posts.tolist()
    assert first.certificate == second.certificate
    assert first.per_line == second.per_line
    assert other.certificate.seed == 2
    assert abs(len(other.alert) - len(first.alert)) <= 2


@pytest.mark.parametrize("seed", range(4))
def test_a_small_problem_is_solved_almost_to_the_optimum_and_its_bound_holds(seed):
    p = problem(6, seed, needs=((0, 1, 50.0), (1, 1, 50.0)), target=0.5, rho=0.05, share=0.7)
    sizes = (size for size in range(7) if any(exact_p(p, some) >= p.target for some in combinations(range(6), size)))
    least = next(sizes, None)
    answer = solve(p, seed=seed, repairs=False)
    if least is None:
        assert isinstance(answer, Shortfall)
        return
    assert isinstance(answer, Plan)
    bound = answer.lower_bound_alerts
    assert bound is None or bound <= least
    assert least <= len(answer.alert) <= least + 1


@pytest.mark.parametrize("fixed", [0, 3])
def test_what_is_promised_beyond_the_target_is_given_back_as_people_not_called(fixed):
    p = problem(900, 4, needs=((0, 12, 45.0), (1, 9, 45.0)), target=0.9, fixed=np.arange(900) < fixed)
    plan = solve(p, seed=1)
    others = np.setdiff1d(np.flatnonzero(p.candidates.caps & np.uint64(3)), plan.alert)[fixed : fixed + 6]
    view = survey(p)
    f = field_of(view, np.sort(np.concatenate([np.arange(fixed), plan.alert, others])), complete=True)
    run = attempting.start_run(1, 1.0, None)
    everybody = np.arange(f.size)
    found = (everybody, *run.look(f, everybody))
    rows, proof, _ = attempting._pruned(f, Sample(f, run.search, attempting.SAMPLE), run, found)
    assert len(plan.alert) + fixed <= len(rows) + 1 <= f.size - 1
    assert f.fixed[rows].sum() == f.fixed.sum()
    assert p.target <= proof.p_low < found[1].p_low
    assert proof.tries == run.tries >= len(everybody) - len(rows)
    assert not refuted(p, f.people[rows])


def test_where_everybody_is_coming_anyway_there_is_nobody_to_leave_out():
    p = problem(60, 4, needs=((0, 4, 45.0),), target=0.9, fixed=np.ones(60, bool))
    assert solve(p, seed=1).alert.tolist() == []


def test_a_plan_says_what_it_is_for_each_line():
    p = problem(300, 4, needs=((0, 8, 45.0), (1, 6, 45.0), (2, 4, 30.0), (0, 2, 45.0)))
    plan = solve(p, seed=0)
    assert [line.line for line in plan.per_line] == [0, 1, 2, 3]
    assert all(plan.certificate.p_hat <= line.p <= 1 for line in plan.per_line)
    assert all(line.p_low < line.p for line in plan.per_line)
    assert all(line.expected >= p.needs[line.line].people for line in plan.per_line)
    assert plan.per_line[0].p == plan.per_line[3].p
    assert sum(line.assigned for line in plan.per_line) == len(plan.alert)
    held = p.candidates.caps[plan.alert] >> np.array([p.needs[post].capability for post in plan.posts], np.uint64)
    assert (held & np.uint64(1)).all()
    assert 0 < plan.expected_present < len(plan.alert)


def test_people_who_are_coming_anyway_are_not_asked_again():
    p = problem(300, 4, needs=((0, 8, 45.0), (1, 6, 45.0)))
    alone = solve(p, seed=0)
    fixed = np.zeros(300, bool)
    fixed[alone.alert[::2]] = True
    show = np.where(fixed, 0.95, p.candidates.show)
    helped = Problem(
        Candidates(
            show, p.candidates.offset_minutes, p.candidates.mu, p.candidates.sigma, p.candidates.caps, fixed=fixed
        ),
        p.needs,
        p.target,
        p.rho,
    )
    less = solve(helped, seed=0)
    assert len(less.alert) < len(alone.alert)
    assert not set(less.alert) & set(np.flatnonzero(fixed))


def test_enough_people_on_site_need_no_alert():
    p = problem(
        40,
        0,
        needs=((0, 3, 30.0),),
        show=np.ones(40),
        mu=np.full(40, -np.inf),
        offset_minutes=np.full(40, -4.0),
        caps=np.ones(40, np.uint64),
        loading=np.zeros(40),
        fixed=np.arange(40) < 3,
    )
    plan = solve(p, seed=0)
    assert plan.alert.tolist() == []
    assert plan.certificate.p_hat == 1.0
    assert plan.lower_bound_alerts == 0
    assert replan(p, seed=0).alert.tolist() == []


def test_fair_weights_spare_those_who_were_asked_often():
    weight = np.where(np.arange(400) < 200, 3.0, 1.0)
    p = problem(400, 4, needs=((0, 8, 45.0), (1, 6, 45.0)), weight=weight)
    plain = solve(problem(400, 4, needs=((0, 8, 45.0), (1, 6, 45.0))), seed=0)
    fair = solve(p, seed=0)
    assert (fair.alert < 200).sum() < (plain.alert < 200).sum()
    assert weight[fair.alert].sum() <= weight[plain.alert].sum()


def test_a_high_target_is_certified_too():
    p = problem(400, 4, needs=((0, 4, 60.0),), target=0.999, rho=0.0)
    plan = solve(p, seed=0)
    assert isinstance(plan, Plan)
    assert plan.certificate.turnouts == 200_000
    assert plan.certificate.p_low >= 0.999


def test_a_shortlist_that_was_too_short_is_widened(monkeypatch):
    monkeypatch.setattr(attempting, "shortlist", _mean_shortlist)
    p = problem(200, 4, needs=((0, 8, 45.0),))
    assert isinstance(solve(p, seed=0), Plan)


def _mean_shortlist(view, generosity):
    rows = np.flatnonzero(view.chance.max(axis=1) > 0)
    keep = rows[: int(8 * generosity)]
    return keep, len(keep) == len(rows)


def test_more_effort_never_breaks_the_promise_and_more_lines_than_subsets_work():
    needs = tuple((bit, 1, 40.0) for bit in range(13))
    p = problem(200, 1, needs=needs, share=0.3)
    plan = solve(p, seed=0, effort=0.25, repairs=False)
    assert isinstance(plan, Plan)
    assert simulate(p, plan.alert, 500, 3).mean() >= p.target - 0.04
    assert isinstance(solve(problem(100, 2), seed=0, effort=3), Plan)


def test_the_deadline_stops_a_solve_and_leaves_nothing_behind():
    asked = []

    def late():
        asked.append(1)
        return len(asked) > 1

    with pytest.raises(SolveTimeout):
        solve(problem(100, 2), seed=0, deadline=late)
    assert len(asked) == 2


def test_the_bound_is_not_given_where_it_is_not_known():
    towns = problem(50, 0, rho_town=0.1, town=np.zeros(50, int))
    assert lower_bound(survey(towns)) is None
    assert lower_bound(survey(problem(20, 0, needs=((0, 15, 45.0),)))) is None
    certain = problem(
        50, 0, needs=((0, 3, 90.0),), show=np.ones(50), rho=0.2, shock_sd=0.0, caps=np.ones(50, np.uint64)
    )
    assert lower_bound(survey(certain)) == 3


def test_the_smallest_addition_replaces_those_who_declined():
    p = problem(400, 4, needs=((0, 8, 45.0), (1, 6, 45.0)))
    plan = solve(p, seed=0)
    fixed = np.zeros(400, bool)
    fixed[plan.alert[3:]] = True
    c = p.candidates
    available = np.ones(400, bool)
    available[plan.alert] = False
    live = Problem(
        Candidates(c.show, c.offset_minutes, c.mu, c.sigma, c.caps, fixed=fixed, available=available),
        p.needs,
        p.target,
        p.rho,
    )
    for like_for_like in (True, False):
        more = replan(live, seed=0, like_for_like=like_for_like)
        assert 1 <= len(more.alert) <= 8
        assert available[more.alert].all()
        assert more.certificate.p_low >= p.target
        assert not refuted(live, more.alert)
    assert replan(live, seed=0).alert.tolist() == replan(live, seed=0).alert.tolist()


def test_lines_that_compete_are_seen_while_adding():
    caps = np.where(np.arange(300) % 3 == 0, 4, 3).astype(np.uint64)
    p = problem(300, 4, needs=((0, 6, 60.0), (1, 6, 60.0), (2, 3, 60.0)), caps=caps)
    plan = replan(p, seed=0)
    assert not refuted(p, plan.alert)
    assert plan.certificate.p_low >= p.target


def test_a_search_that_aimed_too_low_adds_people_until_the_promise_holds(monkeypatch):
    monkeypatch.setattr(attempting, "goal_of", lambda target: target - 0.6)
    p = problem(300, 4, needs=((0, 8, 45.0), (1, 6, 45.0)))
    plan = solve(p, seed=0, repairs=False)
    assert plan.certificate.tries > 3
    assert not refuted(p, plan.alert)


def test_a_promise_that_everybody_together_just_misses_is_not_given():
    p = problem(6, 2, needs=((0, 1, 60.0),), target=0.5, share=1.0)
    p = Problem(p.candidates, p.needs, exact_p(p, range(6)), p.rho)
    short = solve(p, seed=0, repairs=False)
    assert isinstance(short, Shortfall)
    assert short.best_p_low == pytest.approx(p.target, abs=0.02)


def test_a_replan_that_can_not_be_says_so():
    p = problem(40, 4, needs=((0, 60, 45.0),))
    short = replan(p, seed=0)
    assert isinstance(short, Shortfall)
    assert short.repairs == ()
    assert short.best_p_low == 0.0


def test_one_person_for_thirty_lines_is_a_shortfall():
    needs = tuple((bit, 1, 45.0) for bit in range(30))
    p = problem(1, 0, needs=needs, caps=np.array([2**30 - 1], np.uint64))
    short = solve(p, seed=0, repairs=False)
    assert isinstance(short, Shortfall)
    assert short.best_p_low == 0.0


def test_an_empty_roster_is_a_shortfall_with_every_head_missing():
    p = Problem(problem(0, 0).candidates, (Need(0, 3, 30.0),), 0.9, 0.03)
    short = solve(p, seed=0)
    assert (short.lines, short.missing, short.best_p_low) == ((0,), 3, 0.0)
    assert short.best.alert.tolist() == []
