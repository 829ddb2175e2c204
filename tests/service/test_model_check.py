"""A fitted model is kept with its check, and certificates take the upper limits of both shocks from it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.apps.incidents.problem import problem_for
from muster.apps.service import actions
from muster.apps.service.actions import LearnedAlert
from muster.apps.service.models import ResponseModelRow
from muster.apps.service.reads import turnout
from muster.apps.service.reads.fitting import Fitted
from tests.world import World

pytestmark = pytest.mark.django_db


def learn(world: World, callouts: int) -> None:
    """Twenty members; on every third callout most of one half stays away, so that answers hang together."""
    for callout in range(callouts):
        at = world.now - timedelta(days=30 * (callouts - callout))
        rows = []
        for number in range(1, 21):
            comes = (number + callout) % 4 != 0 and not (callout % 3 == 0 and number <= 10)
            rows.append(
                LearnedAlert(
                    member_id=world.member(number).pk, called_at=at, channel="sms", delivered=(number + callout) % 9 != 0,
                    reply="accepted" if comes else "none", reply_minutes=3.0 if comes else None,
                    arrived_minutes=30.0 if comes and (number * callout) % 11 else None,
                )
            )  # fmt: skip
        actions.learn(f"callout:{callout}", rows, world.now, exercise=False)


def test_a_fit_to_twelve_callouts_is_checked_against_eight_of_them_and_one_to_fewer_is_not(world: World) -> None:
    learn(world, 11)
    assert Fitted.of(actions.refit_response_model(world.now)).check is None
    learn(world, 12)
    actions.refit_response_model(world.now)
    kept = Fitted.of(ResponseModelRow.objects.order_by("-pk").first()).check
    assert (kept.callouts, kept.trained_on) == (8, 4)
    assert kept.alerts == sum((n + c) % 9 != 0 for c in range(4, 12) for n in range(1, 21))


def test_certificates_take_the_upper_limit_of_the_district_s_and_of_the_towns_shock(world: World) -> None:
    learn(world, 9)
    model = Fitted.of(actions.refit_response_model(world.now)).model
    said = turnout([world.member(1).pk], world.now)
    assert (said.rho, said.rho_town) == (model.rho_upper, model.rho_town_upper)
    assert model.rho_upper > model.rho > 0
    assert model.rho_town_upper > model.rho_town > 0
    problem = problem_for(world.open_incident().callout, world.now).problem
    assert (problem.rho, problem.rho_town) == (model.rho_upper, model.rho_town_upper)
    assert set(problem.candidates.town[problem.candidates.available].tolist()) - {-1}  # towns are known to the planner


def test_the_no_show_of_a_member_is_his_own_where_he_has_accepted_before(world: World) -> None:
    learn(world, 9)
    model = Fitted.of(actions.refit_response_model(world.now)).model
    said = turnout([world.member(n).pk for n in (1, 2, 25)], world.now)
    fitted_rows = sorted(world.member(n).pk for n in range(1, 21))
    for row, number in enumerate((1, 2)):
        place = fitted_rows.index(world.member(number).pk)
        assert said.no_show[row] == model.no_shows.member[place]
    assert said.no_show[0] != said.no_show[1]
    assert said.prior.tolist() == [False, False, True]
