"""After a signed review the model is fitted anew: from actual callouts only, by the import lane, once."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from muster.apps.incidents import actions as acts
from muster.apps.incidents.models import Callout
from muster.apps.people import jobs as people_jobs
from muster.apps.service import actions, jobs
from muster.apps.service.actions import LearnedAlert
from muster.apps.service.models import Learning, PastAlert, ResponseModelRow
from muster.apps.service.reads import model_in_force, turnout
from muster.apps.service.reads.fitting import fit_wanted
from muster.jobs import lanes
from muster.journal.models import Entry
from muster.planning.problem import InvalidProblem
from tests.world import World

pytestmark = pytest.mark.django_db


def answers(world: World, numbers: range, reply: str, days_ago: int = 1) -> list[LearnedAlert]:
    came = 30.0 if reply == "accepted" else None
    return [
        LearnedAlert(world.member(n).pk, world.now - timedelta(days=days_ago), "sms", True, reply, 3.0, came)
        for n in numbers
    ]


def learn(world: World, ref: str, reply: str, *, exercise: bool = False, days_ago: int = 1) -> None:
    rows = answers(world, range(1, 21), reply, days_ago)
    actions.learn(ref, rows, world.now, exercise=exercise)


def accept(world: World) -> float:
    return float(np.mean(turnout([m.pk for m in world.members[:20]], world.now).accept))


def test_the_lane_fits_once_to_what_was_learned_and_then_rests(world: World) -> None:
    assert not jobs.learn_step()
    for place in range(4):
        learn(world, f"callout:{place}", "accepted", days_ago=10 - place)
    assert jobs.step()
    first = model_in_force()
    assert first is not None
    assert first.callouts == 4
    assert not jobs.step()
    learn(world, "callout:9", "declined")
    before = accept(world)
    assert jobs.step()
    newest = model_in_force()
    assert newest is not None
    assert (newest.callouts, newest.version != first.version) == (5, True)
    assert accept(world) != before
    fitted = Entry.objects.filter(stream__name="service", action="model.fitted").order_by("-seq").first()
    assert fitted is not None
    assert fitted.payload == {"version": newest.version, "callouts": 5, "alerts": 100}


def test_an_exercise_changes_no_forecast_of_actual_callouts(world: World) -> None:
    for place in range(4):
        learn(world, f"callout:{place}", "accepted", days_ago=10 - place)
    jobs.learn_step()
    before, version = accept(world), ResponseModelRow.objects.get().version
    for place in range(4, 12):
        learn(world, f"callout:{place}", "declined", exercise=True)
    assert not jobs.learn_step()
    row = actions.refit_response_model(world.now + timedelta(hours=1))
    assert row is not None
    assert (row.version, row.callouts) == (version, 4)
    assert accept(world) == before


def test_only_exercises_give_no_model(world: World) -> None:
    learn(world, "callout:1", "accepted", exercise=True)
    assert actions.refit_response_model(world.now) is None
    assert PastAlert.objects.filter(exercise=True).count() == 20


def test_what_is_learned_while_a_fit_runs_waits_for_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from muster.apps.service.actions import learning

    learn(world, "callout:1", "accepted")
    fit = learning.fitted_model

    def meanwhile() -> object:
        fitted = fit()
        monkeypatch.setattr(learning, "fitted_model", fit)
        learn(world, "callout:2", "declined")
        return fitted

    monkeypatch.setattr(learning, "fitted_model", meanwhile)
    assert jobs.learn_step()
    assert fit_wanted() is not None
    assert jobs.learn_step()
    assert fit_wanted() is None
    assert [row.callouts for row in ResponseModelRow.objects.order_by("pk")] == [1, 2]


def test_answers_no_model_can_be_fitted_to_leave_the_old_one_and_are_not_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from muster.apps.service.actions import learning

    learn(world, "callout:1", "accepted")
    jobs.learn_step()
    learn(world, "callout:2", "accepted")

    def refuses() -> object:
        raise InvalidProblem("planning.history_minutes", least=0.0)

    with monkeypatch.context() as patch:
        patch.setattr(learning, "fitted_model", refuses)
        assert jobs.learn_step()
        assert not jobs.learn_step()
    assert ResponseModelRow.objects.count() == 1
    learn(world, "callout:2", "accepted")  # mended
    assert jobs.learn_step()
    assert ResponseModelRow.objects.count() == 2


def test_the_import_lane_does_both_and_imports_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lane = lanes.find("import")
    assert lane is jobs.IMPORT_LANE
    learn(world, "callout:1", "accepted")
    monkeypatch.setattr(people_jobs, "step", lambda: True)
    assert lane.step()
    assert not ResponseModelRow.objects.exists()


@pytest.mark.parametrize("mode", ["actual", "exercise"])
def test_a_signed_review_is_learned_from_unless_it_was_an_exercise(world: World, mode: str) -> None:
    head, duty = world.actor("office_head"), world.actor("duty_officer")
    incident = world.open_incident(mode=mode)
    acts.send_by_hand(head, incident.callout, [world.member(n).pk for n in (2, 3, 4)], reason="test")
    callout = Callout.objects.get(incident=incident)
    acts.check_in(duty, callout.alerts.get(member=world.member(2)))
    acts.stand_down(head, callout)
    acts.leave(duty, callout, [callout.alerts.get(member=world.member(2)).pk])
    acts.review_done(head, acts.close_incident(head, incident))
    assert PastAlert.objects.filter(callout_ref=callout.ref, exercise=mode == "exercise").count() == 3
    assert jobs.learn_step() is (mode == "actual")
    assert Learning.objects.exists() is (mode == "actual")
