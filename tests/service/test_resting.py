"""Rest: who has worked a full stretch is not called again before he has slept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.apps.incidents.jobs import solve_step
from muster.apps.incidents.problem import Bundle, problem_for
from muster.apps.service.models import Attendance
from muster.apps.service.reads import resting_ids
from tests.world import World

pytestmark = pytest.mark.django_db


def worked(world: World, number: int, hours: float, ended_hours_ago: float, *, exercise: bool = False) -> None:
    end = world.now - timedelta(hours=ended_hours_ago)
    ref = f"turn:{number}:{hours}:{ended_hours_ago}"
    Attendance.objects.create(
        member=world.member(number), ref=ref, starts_at=end - timedelta(hours=hours), ends_at=end, exercise=exercise
    )


def may_be_called(world: World, bundle: Bundle, number: int) -> bool:
    return bool(bundle.available[bundle.member_ids == world.member(number).pk].all())


def test_after_twelve_hours_of_duty_somebody_is_not_proposed_and_is_counted(world: World) -> None:
    callout = world.open_incident().callout
    assert may_be_called(world, problem_for(callout, world.now), 2)
    worked(world, 2, hours=12, ended_hours_ago=2)
    bundle = problem_for(callout, world.now)
    assert not may_be_called(world, bundle, 2)
    assert bundle.excluded["resting"] == 1
    assert bundle.excluded["committed"] == bundle.excluded["off_duty"] == 0


@pytest.mark.parametrize(
    ("hours", "ended_hours_ago"), [(12, 8), (11.9, 1), (12, 30)], ids=["rested", "minutes left", "long ago"]
)
def test_who_has_rested_or_has_hours_left_may_be_called(world: World, hours: float, ended_hours_ago: float) -> None:
    worked(world, 2, hours, ended_hours_ago)
    assert resting_ids(world.now) == set()


def test_a_short_break_is_no_rest(world: World) -> None:
    worked(world, 2, hours=6, ended_hours_ago=7)
    worked(world, 2, hours=6, ended_hours_ago=0.5)
    assert resting_ids(world.now) == {world.member(2).pk}
    assert resting_ids(world.now + timedelta(hours=7)) == {world.member(2).pk}
    assert resting_ids(world.now + timedelta(hours=7.5)) == set()


def test_the_office_sets_the_limits(world: World, settings: object) -> None:
    worked(world, 2, hours=6, ended_hours_ago=1)
    settings.MUSTER_DUTY_HOURS = 6
    assert resting_ids(world.now) == {world.member(2).pk}
    settings.MUSTER_REST_HOURS = 1
    assert resting_ids(world.now) == set()


def test_an_exercise_tires_nobody_for_an_actual_callout(world: World) -> None:
    worked(world, 2, hours=14, ended_hours_ago=1, exercise=True)
    assert resting_ids(world.now) == {world.member(2).pk}
    assert resting_ids(world.now, exercises=False) == set()
    assert problem_for(world.open_incident().callout, world.now).excluded["resting"] == 0


def test_a_certificate_says_when_it_rests_on_other_people_than_now(world: World) -> None:
    callout = world.open_incident().callout
    before = problem_for(callout, world.now).roster_hash
    worked(world, 2, hours=12, ended_hours_ago=2)
    assert problem_for(callout, world.now).roster_hash != before


def test_somebody_who_is_called_already_stays_called(world: World) -> None:
    callout = world.callout
    worked(world, 2, hours=12, ended_hours_ago=2)
    bundle = problem_for(callout, world.now)
    assert bundle.problem.candidates.fixed[bundle.member_ids == world.member(2).pk].all()
    assert bundle.excluded["resting"] == 0


def test_the_approval_page_says_how_many_rest(world: World) -> None:
    incident = world.open_incident()
    worked(world, 2, hours=12, ended_hours_ago=2)
    while solve_step():
        pass
    page = world.client_of("commander").get(f"/incidents/{incident.pk}/approve/").content.decode()
    assert "1 resting after a full stretch of duty, not called" in page
