"""Renewing certificates: the fewest that restore the promise, the right people first, None where it does not help."""

from dataclasses import replace

import numpy as np
import pytest

from muster.planning.attempt import start_run
from muster.planning.outcome import Plan, Repair, Shortfall
from muster.planning.renewals import find_renewal, worth_renewing
from muster.planning.repairs import first_certified, price
from muster.planning.solve import SolveTimeout, solve
from tests.planning.makers import arrival_chance, problem, simulate

PILOT = 2


def lapsed_pilots(valid=6, lapsed=14, heads=6, **changes):
    """300 people: `valid` of them hold capability 2, the next `lapsed` have let it run out. Returns problem and masks."""
    rng = np.random.default_rng(0)
    caps = (rng.random(300) < 0.5).astype(np.uint64) + 2 * (rng.random(300) < 0.5).astype(np.uint64)
    caps[:valid] |= np.uint64(4)
    masks = np.zeros(300, np.uint64)
    masks[valid : valid + lapsed] = np.uint64(4)
    given = {"needs": ((0, 6, 45.0), (1, 5, 45.0), (PILOT, heads, 60.0)), "caps": caps, **changes}
    return problem(300, 0, **given), masks


def renewed(p, pairs):
    caps = p.candidates.caps.copy()
    for member, bit in pairs:
        caps[member] |= np.uint64(1) << np.uint64(bit)
    return replace(p, candidates=replace(p.candidates, caps=caps))


def test_the_fewest_renewals_that_hold_are_named_and_hold_in_an_independent_count():
    p, lapsed = lapsed_pilots()
    short = solve(p, seed=0, repairs=False)
    assert isinstance(short, Shortfall)
    repair = find_renewal(p, lapsed, short.lines, start_run(0, 1.0, None))
    assert repair is not None
    assert (repair.kind, repair.people) == ("renew", len(repair.holdings))
    assert repair.members == tuple(sorted(member for member, _ in repair.holdings))
    assert repair.p_low >= p.target
    mended = renewed(p, repair.holdings)
    plan = solve(mended, seed=5, repairs=False)
    assert isinstance(plan, Plan)
    assert simulate(mended, plan.alert, 20_000, 3).mean() >= p.target - 0.01
    fewer = renewed(p, repair.holdings[:-1])
    everybody = np.arange(300)
    assert simulate(fewer, everybody, 20_000, 4).mean() < p.target + 0.01


@pytest.mark.parametrize("valid", range(2, 7))
def test_between_two_steps_the_smallest_number_is_found(valid):
    p, lapsed = lapsed_pilots(valid=valid, lapsed=20)
    order = worth_renewing(p, lapsed, (2,))
    repair = find_renewal(p, lapsed, (2,), start_run(0, 1.0, None))
    assert repair is not None
    fewer = first_certified([(renewed(p, order[: len(repair.holdings) - 1]), repair)], start_run(0, 1.0, None))
    assert fewer is None


def test_the_likeliest_to_be_there_is_renewed_first():
    p, lapsed = lapsed_pilots()
    order = worth_renewing(p, lapsed, (2,))
    chances = [p.candidates.show[i] * arrival_chance(p.candidates, i, 60.0) for i, bit in order if bit == PILOT]
    assert len(order) == 14
    assert chances == sorted(chances, reverse=True)


def test_certificates_of_the_lines_in_conflict_come_before_others():
    p, lapsed = lapsed_pilots()
    lacks = np.flatnonzero((p.candidates.caps & np.uint64(1)) == 0)[-3:]
    lapsed[lacks] |= np.uint64(1)
    order = worth_renewing(p, lapsed, (2,))
    assert [bit for _, bit in order] == [PILOT] * 14 + [0] * 3


def test_two_lines_of_one_capability_count_a_certificate_once():
    p, lapsed = lapsed_pilots(needs=((PILOT, 3, 60.0), (PILOT, 4, 90.0)))
    assert len(worth_renewing(p, lapsed, (0,))) == 14


def test_who_may_not_be_called_or_holds_it_already_is_not_asked_to_renew():
    p, lapsed = lapsed_pilots()
    available = np.ones(300, bool)
    available[6:10] = False
    fixed = np.zeros(300, bool)
    fixed[10] = True
    lapsed[:6] = np.uint64(4)  # they have it
    asked = replace(p, candidates=replace(p.candidates, available=available, fixed=fixed))
    assert {member for member, _ in worth_renewing(asked, lapsed, (2,))} == set(range(11, 20))


def test_where_one_certificate_is_missing_one_is_named():
    rng = np.random.default_rng(1)
    p, lapsed = lapsed_pilots(valid=2, lapsed=1, heads=3, show=np.full(300, 0.999), mu=rng.uniform(2, 2.5, 300))
    repair = find_renewal(p, lapsed, (2,), start_run(0, 1.0, None))
    assert repair is not None
    assert repair.holdings == ((2, PILOT),)


@pytest.mark.parametrize(("lapsed", "heads"), [(0, 9), (3, 12)])
def test_where_renewing_everything_does_not_help_nothing_is_offered(lapsed, heads):
    p, masks = lapsed_pilots(lapsed=lapsed, heads=heads)
    assert find_renewal(p, masks, (2,), start_run(0, 1.0, None)) is None


def test_same_seed_same_renewals_and_the_deadline_is_heeded():
    p, lapsed = lapsed_pilots()
    first, second = (find_renewal(p, lapsed, (2,), start_run(3, 1.0, None)) for _ in range(2))
    assert first == second
    with pytest.raises(SolveTimeout):
        find_renewal(p, lapsed, (2,), start_run(3, 1.0, lambda: True))


def test_a_renewal_is_cheaper_than_training_the_same_heads():
    assert price(Repair("renew", 0.96, 9, people=3)) < price(Repair("train", 0.96, 9, people=3))
