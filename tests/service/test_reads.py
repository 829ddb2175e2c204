"""Pay, histories, turnout, list and card as the pages get them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.apps.people.models import AwayNotice, Holding, Member
from muster.apps.service import actions
from muster.apps.service.actions import LearnedAlert
from muster.apps.service.models import Attendance, PayRate, ResponseModelRow
from muster.apps.service.reads import histories, member_history, pay_lines, pay_total, turnout
from muster.apps.service.reads.card import member_card, own_duties
from muster.apps.service.reads.history import outcome_of
from muster.apps.service.reads.listing import Asked, people_list
from muster.apps.service.reads.turnout import PRIOR_VERSION
from muster.core.errors import InvalidInput
from muster.core.units import BEIJING, beijing_day
from tests.world import World

pytestmark = pytest.mark.django_db


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def turn(world: World, number: int, ref: str, start: str, exercise: bool = False) -> None:
    actions.start_turn(world.member(number), ref, beijing(start), exercise)


# --- pay ---


def test_everyone_who_came_gets_the_rate_of_the_day_on_which_his_turn_began(world: World) -> None:
    PayRate.objects.create(valid_from=date(2026, 7, 15), cny_per_day=Decimal(230))
    turn(world, 1, "callout:1", "2026-07-14T23:59:59")
    turn(world, 2, "callout:1", "2026-07-15T00:00:00")
    amounts = {line.member.number: (line.days, line.amount) for line in pay_lines("callout:1")}
    assert amounts == {
        "TY000001": ((date(2026, 7, 14),), Decimal("200.00")),
        "TY000002": ((date(2026, 7, 15),), Decimal("230.00")),
    }
    assert pay_total(pay_lines("callout:1")) == Decimal("430.00")


def test_a_day_is_paid_once_by_the_callout_whose_turn_began_first(world: World) -> None:
    turn(world, 1, "callout:2", "2026-07-14T20:00:00")
    turn(world, 1, "callout:1", "2026-07-14T08:00:00")
    (early,), (late,) = pay_lines("callout:1"), pay_lines("callout:2")
    assert (early.amount, early.elsewhere) == (Decimal("200.00"), ())
    assert (late.amount, late.elsewhere) == (Decimal("0.00"), (date(2026, 7, 14),))


def test_an_exercise_never_takes_actual_pay_away(world: World) -> None:
    turn(world, 1, "callout:1", "2026-07-14T08:00:00", exercise=True)
    turn(world, 1, "callout:2", "2026-07-14T20:00:00")
    assert [line.amount for ref in ("callout:1", "callout:2") for line in pay_lines(ref)] == [Decimal("200.00")] * 2


def test_people_whose_employer_goes_on_paying_are_marked(world: World) -> None:
    for number in (3, 4):  # every fourth member works for a firm that pays
        turn(world, number, "callout:1", "2026-07-14T08:00:00")
    assert {line.member.number: line.employer_paid for line in pay_lines("callout:1")} == {
        "TY000003": False,
        "TY000004": True,
    }


def test_a_day_before_the_first_rate_is_an_error_not_a_zero(world: World) -> None:
    turn(world, 1, "callout:1", "2017-12-31T08:00:00")
    with pytest.raises(InvalidInput) as caught:
        pay_lines("callout:1")
    assert caught.value.code == "service.no_rate"
    assert pay_lines("callout:77") == []


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    turns=st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 100)),
        unique_by=lambda one: (one[0], one[1]), max_size=12,
    )
)  # fmt: skip
def test_all_pay_together_is_the_rate_times_distinct_people_and_days(
    world: World, turns: list[tuple[int, int, int]]
) -> None:
    Attendance.objects.all().delete()
    starts = [(number, f"callout:{ref}", world.now + timedelta(hours=hours)) for number, ref, hours in turns]
    for number, ref, start in starts:
        actions.start_turn(world.member(number), ref, start, False)
    expected = 200 * len({(number, beijing_day(start)) for number, _, start in starts})
    assert sum(pay_total(pay_lines(f"callout:{ref}")) for ref in (1, 2, 3)) == expected


# --- history ---


@pytest.mark.parametrize(
    ("delivered", "reply", "arrived", "outcome"),
    [
        (True, "accepted", 30.0, "came"), (True, "none", 30.0, "came"), (True, "accepted", None, "no_show"),
        (True, "declined", None, "declined"), (True, "none", None, "silent"), (False, "none", None, "undelivered"),
    ],
)  # fmt: skip
def test_what_came_of_a_call(delivered: bool, reply: str, arrived: float | None, outcome: str) -> None:
    assert outcome_of(delivered, reply, arrived) == outcome


def learn(world: World, callouts: int, *, exercise: bool = False) -> None:
    """Members 1 to 10 always come, 11 to 20 always decline, 21 to 30 were never called."""
    for callout in range(callouts):
        at = world.now - timedelta(days=30 * (callouts - callout))
        rows = [
            LearnedAlert(
                member_id=world.member(number).pk, called_at=at, channel="sms", delivered=True,
                reply="accepted" if number <= 10 else "declined", reply_minutes=3.0,
                arrived_minutes=30.0 if number <= 10 else None,
            )
            for number in range(1, 21)
        ]  # fmt: skip
        actions.learn(f"callout:{callout}", rows, world.now, exercise=exercise)


def test_a_member_s_history_counts_everything_and_shows_the_newest(world: World) -> None:
    learn(world, 15)
    found = member_history(world.member(1), shown=12)
    assert (len(found.calls), found.called, found.accepted, found.came) == (12, 15, 15, 15)
    assert found.calls[0].called_at > found.calls[-1].called_at
    assert member_history(world.member(30)).called == 0
    learn(world, 2, exercise=True)
    assert member_history(world.member(1)).called == 13  # the two are now said to have been exercises
    assert histories([world.member(11).pk, world.member(30).pk]) == {world.member(11).pk: (13, 0)}


# --- turnout ---


def test_without_a_model_the_prior_is_stated_as_such(world: World) -> None:
    said = turnout([world.member(1).pk, world.member(2).pk], world.now)
    assert said.model_version == PRIOR_VERSION
    assert said.prior.all()
    assert np.allclose(said.show, 0.96 * 0.70 * 0.95)
    assert len(turnout([], world.now).accept) == 0


def test_the_model_knows_who_comes_and_who_does_not(world: World) -> None:
    learn(world, 8)
    actions.refit_response_model(world.now)
    said = turnout([member.pk for member in world.members], world.now)
    assert said.accept[:10].min() > 0.6 > 0.4 > said.accept[10:20].max()
    assert not said.prior[:20].any()
    assert said.prior[20:].all()
    assert (said.accept_low <= said.accept).all()
    assert (said.accept <= said.accept_high).all()
    assert said.rho > 0


def test_the_order_asked_for_is_the_order_given(world: World) -> None:
    learn(world, 3)
    actions.refit_response_model(world.now)
    forth = [member.pk for member in world.members]
    assert np.array_equal(turnout(forth, world.now).accept, turnout(forth[::-1], world.now).accept[::-1])


def test_a_model_that_cannot_be_read_does_not_stop_an_alarm(world: World) -> None:
    body = {"model": {"effects": {}}, "members": [], "units": [], "channels": []}
    ResponseModelRow.objects.create(version="broken", fitted_at=world.now, callouts=1, body=body)
    assert turnout([world.member(1).pk], world.now).model_version == PRIOR_VERSION


# --- list ---


def listed(world: World, who: str = "office_head", **asked: object) -> list[str]:
    found = people_list(world.actor(who), Asked(**asked), world.now)
    assert found.total == len(found.rows)
    return [row.member.number for row in found.rows]


def test_the_list_is_sorted_by_pinyin_or_by_strokes(world: World) -> None:
    keys = dict(Member.objects.values_list("number", "sort_pinyin"))
    numbers = listed(world)
    assert numbers == sorted(numbers, key=lambda number: (keys[number], number))
    strokes = dict(Member.objects.values_list("number", "sort_stroke"))
    numbers = listed(world, sort="stroke")
    assert numbers == sorted(numbers, key=lambda number: (strokes[number], number))


def test_search_finds_names_initials_and_numbers(world: World) -> None:
    zhang = {member.number for member in world.members if member.name.startswith("张")}
    assert set(listed(world, q=" 张 ")) == zhang
    name = world.member(3).name
    assert world.member(3).number in listed(world, q=world.member(3).initials.upper())
    assert set(listed(world, q=name)) == {member.number for member in world.members if member.name == name}
    assert listed(world, q="ty000007") == ["TY000007"]
    assert listed(world, q="%") == []
    assert listed(world, q="' OR 1=1 --") == []


def test_filters_count_what_they_show(world: World) -> None:
    AwayNotice.objects.create(member=world.member(2), starts_at=world.now, ends_at=world.now + timedelta(days=1))
    actions.commit([world.member(4).pk], "callout:1", world.now, False)
    Holding.objects.filter(member=world.member(3), capability__slug="medic").update(valid_to=date(2026, 7, 30))
    Member.objects.filter(pk=world.member(30).pk).update(state="suspended")
    for who in ("office_head", "town_officer"):
        page = people_list(world.actor(who), Asked(), world.now)
        for count in page.groups:
            assert len(listed(world, who, group=count.key)) == count.heads
        for count in page.capabilities:
            assert len(listed(world, who, capability=count.key)) == count.heads
        for count in page.units:
            assert len(listed(world, who, unit=count.key)) == count.heads
    assert listed(world, group="away") == ["TY000002"]
    assert "TY000004" not in listed(world, group="today")
    assert listed(world, group="soon") == ["TY000003"]
    assert listed(world, group="inactive") == ["TY000030"]
    assert "TY000007" in listed(world, group="expired")
    assert "TY000007" not in listed(world, capability="medic")


def test_a_chosen_town_opens_its_villages(world: World) -> None:
    def keys(unit: str) -> list[str]:
        return [count.key for count in people_list(world.actor("office_head"), Asked(unit=unit), world.now).units]

    assert keys("") == keys("S1") == keys("nothing") == ["S1", "T1", "T2"]
    assert keys("T1") == keys("V12") == ["S1", "T1", "V11", "V12", "T2"]


def test_a_unit_s_people_are_those_who_serve_or_live_there(world: World) -> None:
    mine = {m.number for m in world.members if "V11" in (m.unit.code, m.home_unit.code)}
    assert set(listed(world, unit="V11")) == mine
    assert set(listed(world, unit="S1")) == {m.number for m in world.members if m.unit.code == "S1"}


def test_a_row_tells_whereabouts_age_and_the_certificate_that_ends_first(world: World) -> None:
    rows = {row.member.number: row for row in people_list(world.actor("office_head"), Asked(), world.now).rows}
    lapsed = rows["TY000007"]
    assert (lapsed.certificate_state, lapsed.days_over) == ("lapsed", (date(2026, 7, 14) - date(2026, 1, 31)).days)
    assert rows["TY000002"].certificate is None
    assert rows["TY000001"].age == 45  # born on 3 February 1981
    assert {row.now for row in rows.values()} == {"here"}


def test_what_an_address_asks_for_is_never_trusted() -> None:
    asked = Asked.of({"group": "x", "sort": "price", "page": "-3", "q": "a" * 99})
    assert (asked.group, asked.sort, asked.page, len(asked.q)) == ("all", "pinyin", 1, 60)
    assert Asked.of({"page": "9" * 30}).page == 1


def test_a_page_beyond_the_last_shows_the_last(world: World) -> None:
    found = people_list(world.actor("office_head"), Asked(page=99), world.now)
    assert (found.page, len(found.rows)) == (1, 30)


# --- card ---


def test_the_card_tells_the_year_and_what_has_lapsed(world: World) -> None:
    turn(world, 7, "callout:1", "2026-07-13T08:00:00")
    turn(world, 7, "callout:2", "2026-07-13T20:00:00")
    turn(world, 7, "callout:3", "2026-01-02T08:00:00", exercise=True)
    turn(world, 7, "callout:4", "2025-12-31T08:00:00")
    card = member_card(world.member(7), world.now)
    assert (card.year.turns, card.year.days, card.year.amount, card.year.exercises) == (2, 1, Decimal("200.00"), 1)
    assert (card.lapsed, card.renewable) == (1, "medic")
    assert [duty.ref for duty in own_duties(world.member(7))] == ["callout:2", "callout:1", "callout:3", "callout:4"]


def test_a_day_before_the_first_rate_leaves_the_card_readable(world: World) -> None:
    PayRate.objects.all().delete()
    turn(world, 1, "callout:1", "2026-07-13T08:00:00")
    assert member_card(world.member(1), world.now).year.amount == 0


def test_the_list_needs_as_many_queries_for_thirty_as_for_three_thousand(
    world: World, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(25):
        people_list(world.actor("office_head"), Asked(), world.now)
