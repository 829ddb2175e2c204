"""The standing warning: which plans get weak before anything happens, from when on and why; counted by hand here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from muster.apps.desk.standing import Weak, standing
from muster.apps.desk.standing_words import line_words, said
from muster.apps.people.models import AwayNotice, Capability, Holding, Member
from muster.apps.plans.models import PlanCheck, PlanNeed
from muster.apps.service.actions import commit
from muster.apps.service.models import DutyPost, DutyTurn
from tests.world import World


def weak(world: World) -> tuple[Weak, ...]:
    return standing(world.actor("duty_officer"), world.now).weak


def holders(world: World, slug: str) -> list[Member]:
    """Active members who hold it today, found one by one."""
    today = world.now.date()
    rows = Holding.objects.filter(capability__slug=slug, member__state="active").select_related("member")
    return [row.member for row in rows.order_by("member") if row.valid_to is None or row.valid_to >= today]


@pytest.fixture
def medics(world: World) -> list[Member]:
    """The plan needs as many medics as there are, and nothing else."""
    found = holders(world, "medic")
    PlanNeed.objects.filter(plan=world.plan).exclude(
        pk=PlanNeed.objects.filter(plan=world.plan).order_by("pk")[0].pk
    ).delete()
    medic = Capability.objects.get(slug="medic")
    PlanNeed.objects.filter(plan=world.plan).update(capability=medic, people=len(found))
    return found


def test_enough_heads_are_no_warning(world: World, medics: list[Member]) -> None:
    assert weak(world) == ()
    assert "Weak before" not in world.client_of("duty_officer").get("/duty/").content.decode()


def test_a_certificate_that_will_end_is_named_with_the_first_day_looked_at(world: World, medics: list[Member]) -> None:
    Holding.objects.filter(member=medics[0], capability__slug="medic").update(
        valid_to=(world.now + timedelta(days=5)).date()
    )
    (one,) = weak(world)
    (line,) = one.lines
    assert (one.days, line.have, line.need, line.ending, line.away) == (7, len(medics) - 1, len(medics), 1, 0)
    with translation.override("en"):
        why = "1 certificate has run out, 1 certificate runs out"
        assert line_words(line) == f"{line.capability.en} {line.have} of {line.need}: {why}"
        assert said(standing(world.actor("duty_officer"), world.now))[0].when == "from 21 Jul at the latest"


def test_who_is_away_busy_or_gone_is_counted_under_his_own_reason(world: World, medics: list[Member]) -> None:
    away, busy, gone, *_ = medics
    AwayNotice.objects.create(member=away, starts_at=world.now, ends_at=world.now + timedelta(days=2))
    commit([busy.pk], "callout:9", world.now, False)
    Member.objects.filter(pk=gone.pk).update(state="discharged")
    (one,) = weak(world)
    (line,) = one.lines
    assert (one.days, line.have) == (0, len(medics) - 3)
    assert (line.away, line.taken, line.left, line.ending, line.withdrawn) == (1, 1, 1, 0, 0)


def test_a_notice_in_three_weeks_warns_for_then(world: World, medics: list[Member]) -> None:
    start = world.now + timedelta(days=12)
    AwayNotice.objects.create(member=medics[0], starts_at=start, ends_at=start + timedelta(days=4))
    assert [(one.days, one.lines[0].away) for one in weak(world)] == [(14, 1)]


def test_a_check_that_fails_is_said_even_where_heads_are_enough(world: World, medics: list[Member]) -> None:
    facts = {
        "template": f"plan-{world.plan.pk}",
        "state": "done",
        "target": 0.95,
        "asked_by": "t",
        "asked_at": world.now,
    }
    lines = [{"capability": "medic", "due_minutes": 45}]
    result = {"shortfall": {"lines": [0], "missing": 2}, "lines": lines}
    PlanCheck.objects.create(**facts, outcome="short", result=result)
    (one,) = weak(world)
    assert one.lines == ()
    page = world.client_of("duty_officer").get("/duty/").content.decode()
    assert "The newest check fails: short of 2" in page
    PlanCheck.objects.create(**facts, outcome="holds", result={"lines": lines})
    assert weak(world) == (), "the newest one counts"


def test_a_town_officer_sees_none_and_gaps_of_the_rota_stand_there(world: World, medics: list[Member]) -> None:
    post = DutyPost.objects.create(zh="值班室")
    for days in (1, 3, 9):
        begin = world.now + timedelta(days=days)
        DutyTurn.objects.create(post=post, starts_at=begin, ends_at=begin + timedelta(hours=8), heads=2)
    assert standing(world.actor("duty_officer"), world.now).gaps == 4
    assert "4 places in the next seven days" in world.client_of("office_head").get("/start/").content.decode()
    assert standing(world.actor("town_officer"), world.now).gaps == 0
