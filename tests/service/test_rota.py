"""The duty rota: signing up, what is refused, swaps with and without approval, and what the daily sheet reads."""

from __future__ import annotations

import contextlib
import random
from datetime import date, time, timedelta

import pytest

from muster.apps.desk.daily.facts import duty_of
from muster.apps.service.actions import rota
from muster.apps.service.models import DutyPost, DutySeat, DutySwap, DutyTurn
from muster.apps.service.reads.rota import gaps_until, month_of
from muster.core.errors import Conflict, InvalidInput, MusterError, NotAllowed
from muster.core.rota import refusal
from tests.world import World

pytestmark = pytest.mark.django_db

FIRST = date(2026, 7, 15)
DAY = rota.TurnsInput(FIRST, FIRST + timedelta(days=2), time(8), time(20))
KINDS = ("sign", "offer", "offer", "take", "take", "take", "approve", "approve", "back")
NIGHT = rota.TurnsInput(FIRST, FIRST + timedelta(days=2), time(20), time(8))


def a_post(world: World, **more: object) -> DutyPost:
    post = rota.make_post(world.actor("office_head"), str(more.pop("zh", "值班员")), **more)
    rota.add_turns(world.actor("office_head"), post, DAY)
    rota.add_turns(world.actor("office_head"), post, NIGHT)
    return post


def turns(post: DutyPost) -> list[DutyTurn]:
    return list(post.turns.order_by("starts_at"))


def sign(world: World, turn: DutyTurn, number: int) -> DutySeat:
    return rota.sign_up(world.actor("duty_officer"), turn, world.member(number))


def code(error: pytest.ExceptionInfo) -> str:
    return error.value.code


def test_a_month_shows_who_sits_where_and_the_gaps(world: World) -> None:
    first, *_ = turns(a_post(world))
    sign(world, first, 2)
    days = {day.day: day.gap for day in month_of(FIRST.replace(day=1)) if day.turns}
    assert days == {FIRST: 1, FIRST + timedelta(days=1): 2, FIRST + timedelta(days=2): 2}
    assert gaps_until(world.now) == 5


def test_the_same_turns_are_not_added_twice(world: World) -> None:
    post = a_post(world)
    assert rota.add_turns(world.actor("office_head"), post, DAY) == 0
    assert post.turns.count() == 6


def test_a_turn_is_taken_once_and_by_whom_it_is_for(world: World) -> None:
    post = a_post(world, unit=world.units["V11"], capability=world.capabilities["team_leader"])
    first, *_ = turns(post)
    for number in (2, 16):  # of another unit; of the unit but without the capability
        with pytest.raises(Conflict) as refused:
            sign(world, first, number)
        assert code(refused) == "service.not_for_him"
    rota.sign_up(world.actor("member"), first, world.member(1))
    for number, why in ((1, "service.seat_taken"), (6, "service.turn_full")):
        with pytest.raises(Conflict) as refused:
            sign(world, first, number)
        assert code(refused) == why
    with pytest.raises(MusterError):
        rota.sign_up(world.actor("member"), turns(post)[2], world.member(6))


def test_a_night_after_a_day_is_refused_and_the_next_day_after_a_night_too(world: World) -> None:
    day, night, next_day, *_ = turns(a_post(world))
    sign(world, day, 2)
    with pytest.raises(Conflict) as refused:
        sign(world, night, 2)
    assert code(refused) == "service.turn_no_rest"
    sign(world, next_day, 2)
    other = a_post(world, zh="备勤队")
    with pytest.raises(Conflict) as refused:
        sign(world, turns(other)[0], 2)
    assert code(refused) == "service.turn_overlap"


def test_an_offer_stays_the_givers_until_the_office_has_approved(world: World) -> None:
    first, *_ = turns(a_post(world))
    seat = sign(world, first, 1)
    swap = rota.offer_seat(world.actor("member"), seat)
    with pytest.raises(Conflict):
        rota.offer_seat(world.actor("member"), seat)
    rota.take_offer(world.actor("duty_officer"), swap, world.member(2))
    assert DutySeat.objects.get().member == world.member(1)
    with pytest.raises(NotAllowed):
        rota.approve_swap(world.actor("member"), swap, yes=True)
    rota.approve_swap(world.actor("office_head"), swap, yes=True)
    assert DutySeat.objects.get().member == world.member(2)
    with pytest.raises(Conflict):
        rota.approve_swap(world.actor("office_head"), swap, yes=True)


def test_a_post_may_do_without_approval_and_a_refusal_changes_nothing(world: World) -> None:
    first, *_ = turns(a_post(world, swaps_approved=False))
    swap = rota.offer_seat(world.actor("duty_officer"), sign(world, first, 2))
    rota.take_offer(world.actor("duty_officer"), swap, world.member(3))
    assert DutySeat.objects.get().member == world.member(3)
    other, *_ = turns(a_post(world, zh="备勤队"))
    swap = rota.offer_seat(world.actor("duty_officer"), sign(world, other, 4))
    rota.take_offer(world.actor("duty_officer"), swap, world.member(6))
    rota.approve_swap(world.actor("office_head"), swap, yes=False)
    assert DutySeat.objects.get(turn=other).member == world.member(4)


def test_who_took_another_turn_meanwhile_can_not_get_the_swap_approved(world: World) -> None:
    first, *_ = turns(a_post(world))
    swap = rota.offer_seat(world.actor("duty_officer"), sign(world, first, 2))
    rota.take_offer(world.actor("duty_officer"), swap, world.member(3))
    sign(world, turns(a_post(world, zh="备勤队"))[0], 3)
    with pytest.raises(Conflict) as refused:
        rota.approve_swap(world.actor("office_head"), swap, yes=True)
    assert code(refused) == "service.turn_overlap"
    rota.take_back_offer(world.actor("duty_officer"), swap)
    assert DutySeat.objects.get(turn=first).member == world.member(2)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_people_do_seats_are_neither_lost_nor_doubled_and_nobody_has_two_turns(
    world: World, seed: int
) -> None:
    chance = random.Random(seed)
    posts = [a_post(world), a_post(world, zh="备勤队", swaps_approved=False)]
    every = [turn for post in posts for turn in turns(post)]
    head, count = world.actor("office_head"), 0
    for _ in range(90):
        member, act = world.member(chance.randint(1, 5)), chance.choice(KINDS)
        wanted = {"take": "offered", "approve": "accepted"}.get(act, "offered")
        swaps = list(DutySwap.objects.filter(state=wanted).order_by("pk"))
        with contextlib.suppress(Conflict):
            if act == "sign":
                rota.sign_up(world.actor("duty_officer"), chance.choice(every), member)
                count += 1
            elif act == "offer" and DutySeat.objects.exists():
                rota.offer_seat(world.actor("duty_officer"), chance.choice(list(DutySeat.objects.order_by("pk"))))
            elif swaps and act == "take":
                rota.take_offer(world.actor("duty_officer"), chance.choice(swaps), member)
            elif swaps and act == "approve":
                rota.approve_swap(head, chance.choice(swaps), yes=chance.random() < 0.8)
            elif swaps:
                rota.take_back_offer(world.actor("duty_officer"), chance.choice(swaps))
        assert DutySeat.objects.count() == count
        for one in world.members[:5]:
            mine = sorted(DutyTurn.objects.filter(seats__member=one).values_list("starts_at", "ends_at"))
            for index, turn in enumerate(mine):
                assert not refusal(mine[:index] + mine[index + 1 :], turn, rota.limits())
    assert count > 2
    assert DutySwap.objects.filter(state="done").exists()


def test_the_daily_sheet_reads_the_rota_where_nobody_was_entered(world: World) -> None:
    first, *_ = turns(a_post(world, on_sheet=True))
    sign(world, first, 2)
    assert duty_of(FIRST)["officer"] == world.member(2).name
    assert duty_of(FIRST + timedelta(days=1))["officer"] == ""


@pytest.mark.parametrize(
    "change",
    [{"last": FIRST - timedelta(days=1)}, {"last": FIRST + timedelta(days=90)}, {"heads": 0}, {"to_time": time(7)}],
)
def test_turns_that_make_no_sense_are_refused(world: World, change: dict[str, object]) -> None:
    post = rota.make_post(world.actor("office_head"), "值班员")
    given = {"first": FIRST, "last": FIRST, "from_time": time(8), "to_time": time(18), **change}
    with pytest.raises(InvalidInput):
        rota.add_turns(world.actor("office_head"), post, rota.TurnsInput(**given))


def test_only_the_office_makes_posts_and_takes_people_off(world: World) -> None:
    with pytest.raises(NotAllowed):
        rota.make_post(world.actor("town_officer"), "值班员")
    first, *_ = turns(a_post(world))
    seat = sign(world, first, 1)
    with pytest.raises(NotAllowed):
        rota.give_up(world.actor("member"), seat)
    rota.give_up(world.actor("town_officer"), seat)
    assert not DutySeat.objects.exists()
    for name, kind in (("值班员", Conflict), (" ", InvalidInput)):
        with pytest.raises(kind):
            rota.make_post(world.actor("office_head"), name)


FORM = {
    "act": "turns", "post": "", "name": "值班员", "first": "2026-07-15", "last": "2026-07-16", "from_time": "08:00",
    "to_time": "20:00", "heads": "2", "unit": "",
}  # fmt: skip


def test_the_office_makes_a_rota_and_a_member_signs_up_offers_and_takes_back(world: World) -> None:
    office, member = world.client_of("office_head"), world.client_of("member")
    assert office.post("/rota/", FORM).status_code == 302
    assert "4 places are not covered" in office.get("/rota/").content.decode()
    first = DutyTurn.objects.order_by("starts_at").first()
    member.post("/rota/", {"act": "sign-up", "row": first.pk})
    seat = DutySeat.objects.get()
    assert seat.member == world.member(1)
    assert world.member(1).name in office.get("/rota/?month=2026-07").content.decode()
    member.post("/rota/", {"act": "offer", "row": seat.pk})
    swap = DutySwap.objects.get()
    office.post("/rota/", {"act": "take", "row": swap.pk, "member": "TY000002"})
    office.post("/rota/", {"act": "approve", "row": swap.pk})
    assert DutySeat.objects.get().member == world.member(2)
    office.post("/rota/", {"act": "give-up", "row": seat.pk})
    assert not DutySeat.objects.exists()


def test_a_refusal_is_said_on_the_page(world: World) -> None:
    first, *_ = turns(a_post(world))
    sign(world, first, 2)
    answer = world.client_of("member").post("/rota/", {"act": "sign-up", "row": first.pk}, follow=True)
    assert "This turn is full meanwhile" in answer.content.decode()
    for bad in ({"act": "sign-up", "row": "x"}, {"act": "dance", "row": "1"}):
        assert world.client_of("member").post("/rota/", bad).status_code in (302, 404)
    assert world.client_of("member").post("/rota/", {"act": "approve", "row": "1"}).status_code in (302, 403)


@pytest.mark.parametrize("change", [{"name": ""}, {"last": "2026-07-01"}, {"to_time": "07:30"}, {"heads": "0"}])
def test_a_form_that_can_not_be_keeps_what_was_typed(world: World, change: dict[str, str]) -> None:
    answer = world.client_of("office_head").post("/rota/", FORM | change)
    assert answer.status_code == 422
    assert b'value="2026-07-15"' in answer.content
    assert not DutyTurn.objects.exists()
