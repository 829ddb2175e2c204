"""Ten fewer and ten more: the right people, the right chance, and stored beside the proposal they belong to."""

from __future__ import annotations

import math

import numpy as np
import pytest

from muster.apps.incidents import actions, margins
from muster.apps.incidents.jobs import solve_step
from muster.apps.incidents.margins import margins_of, seek_any_margins, seek_margins
from muster.apps.incidents.models import Callout
from muster.apps.people.models import Holding
from muster.planning.problem import Candidates, Need, Problem
from tests.incidents.units_cast import opened

HEADS = 20


def problem(show: list[float], capable: list[bool] | None = None, fixed: list[bool] | None = None) -> Problem:
    """One line of 20 heads; everybody who comes is there at once; no shared luck."""
    size = len(show)
    able = np.ones(size, bool) if capable is None else np.array(capable)
    people = Candidates(
        show=np.array(show), offset_minutes=np.ones(size), mu=np.full(size, -np.inf), sigma=np.zeros(size),
        caps=able.astype(np.uint64), fixed=np.zeros(size, bool) if fixed is None else np.array(fixed),
        available=np.ones(size, bool) if fixed is None else ~np.array(fixed),
    )  # fmt: skip
    return Problem(candidates=people, needs=(Need(0, HEADS, 30.0),), target=0.9, rho=0.0, rho_town=0.0)


def at_least(heads: int, chances: list[float]) -> float:
    """P(at least `heads` come), by adding up person after person."""
    law = [1.0]
    for p in chances:
        law = [
            (law[k] if k < len(law) else 0.0) * (1 - p) + (law[k - 1] * p if k else 0.0) for k in range(len(law) + 1)
        ]
    return math.fsum(law[heads:])


def near(p: float) -> object:
    return pytest.approx(p, abs=0.012)  # three standard errors of 20,000 turnouts


def test_the_least_likely_go_and_the_most_likely_come():
    show = [0.9] * 20 + [0.2] * 10 + [0.5] * 10 + [0.8] * 10 + [0.1] * 20
    found = margins_of(problem(show), np.arange(40), seed=5)
    assert found["fewer"]["n"] == found["more"]["n"] == 10
    assert found["fewer"]["p_hat"] == near(at_least(HEADS, [0.9] * 20 + [0.5] * 10))
    assert found["more"]["p_hat"] == near(at_least(HEADS, [0.9] * 20 + [0.2] * 10 + [0.5] * 10 + [0.8] * 10))
    assert found["fewer"]["p_low"] < found["fewer"]["p_hat"]


def test_nobody_who_can_not_help_is_added_and_where_few_can_there_is_no_such_figure():
    show = [0.9] * 30 + [0.9] * 9 + [1.0] * 20
    able = [True] * 39 + [False] * 20
    assert set(margins_of(problem(show, able), np.arange(30), seed=5)) == {"fewer"}


def test_people_already_alerted_are_never_left_out():
    show = [0.01] * 10 + [0.9] * 30
    found = margins_of(problem(show, fixed=[True] * 10 + [False] * 30), np.arange(10, 40), seed=5)
    assert found["fewer"]["p_hat"] == near(at_least(HEADS, [0.01] * 10 + [0.9] * 20))


def test_of_ten_or_less_nobody_can_be_left_out():
    assert margins_of(problem([1.0] * 10), np.arange(10), seed=5) == {}


def solved_without_margins(office, callout):
    """The first answer alone, as it is before the lane has had time for more."""
    office.solves(callout)
    callout.solve_runs.filter(certificate__has_key="margins").delete()
    return callout.solve_runs.latest("pk")


@pytest.mark.django_db
def test_the_proposal_is_stored_again_with_its_margins_and_is_still_the_same_proposal(office):
    callout = office.opens()
    bare = solved_without_margins(office, callout)
    assert seek_margins(callout) is True
    run = callout.solve_runs.latest("pk")
    margins = run.certificate["margins"]
    assert margins["fewer"]["p_hat"] < run.proposed_p_hat
    assert margins["more"]["p_hat"] >= run.proposed_p_hat - 0.01
    assert (run.proposal, run.at, run.outcome) == (bare.proposal, bare.at, bare.outcome)
    fresh = Callout.objects.get(pk=callout.pk)
    assert (fresh.state, fresh.solve_claim) == ("recommended", "")
    assert seek_margins(fresh) is False
    assert seek_any_margins() is False
    assert actions.approve(office.commander, fresh, bare.pk).alerts.count() == len(bare.proposal)


@pytest.mark.django_db
def test_margins_of_books_that_have_moved_are_not_kept(office):
    callout = office.opens()
    run = solved_without_margins(office, callout)
    Holding.objects.filter(member_id=run.proposal[0][0]).delete()
    assert seek_margins(callout) is False
    assert callout.solve_runs.count() == 1
    assert Callout.objects.get(pk=callout.pk).solve_claim == ""


@pytest.mark.django_db
def test_margins_wait_for_the_answer_they_belong_to_and_for_the_claim(office):
    callout = office.opens()
    assert seek_margins(callout) is False
    solved_without_margins(office, callout)
    actions.ask_again(office.duty, callout)
    assert seek_margins(Callout.objects.get(pk=callout.pk)) is False
    solved_without_margins(office, callout)
    fresh = Callout.objects.get(pk=callout.pk)
    claim = actions.claim_solve(fresh.pk)
    assert seek_margins(fresh) is False
    actions.drop_claim(fresh.pk, claim)
    assert seek_margins(fresh) is True


@pytest.mark.django_db
def test_a_running_callout_has_no_margins(office):
    callout = office.opens()
    office.calls(callout)
    office.solves(callout)
    assert seek_margins(Callout.objects.get(pk=callout.pk)) is False


def by_units_without_its_price(led):
    callout = opened(led)
    led.solves(callout)
    callout.solve_runs.filter(certificate__has_key="cohesion").delete()
    return callout


@pytest.mark.django_db
def test_the_price_of_cohesion_gives_way_to_a_callout_that_waits_and_is_sought_again_later(led):
    callout, asked = by_units_without_its_price(led), []

    def wanted():
        asked.append(1)
        return True

    assert seek_any_margins(wanted) is False
    assert asked == [1], "it is given up the first time it asks"
    fresh = Callout.objects.get(pk=callout.pk)
    assert fresh.solve_claim == ""
    assert "cohesion" not in callout.solve_runs.latest("pk").certificate
    assert seek_any_margins(lambda: False) is True
    assert callout.solve_runs.latest("pk").certificate["cohesion"]["holds"] is True


@pytest.mark.django_db
def test_the_solve_lane_leaves_the_price_of_cohesion_off_for_another_callout(led, monkeypatch):
    callout, really = by_units_without_its_price(led), margins.solve

    def another_comes_first(*what, **how):
        led.opens(title="another")
        return really(*what, **how)

    monkeypatch.setattr(margins, "solve", another_comes_first)
    solve_step()
    assert Callout.objects.count() == 2
    assert "cohesion" not in callout.solve_runs.latest("pk").certificate
