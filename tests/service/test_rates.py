"""Pay rates: the table, who may change it, and that confirmed pay stays as it is."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from muster.apps.service import actions
from muster.apps.service.actions import LearnedAlert
from muster.apps.service.models import PayRate
from muster.apps.service.reads import pay_lines
from muster.apps.service.reads.pay import RateRow, confirmed_until, rate_rows
from muster.core.errors import Conflict
from muster.core.units import beijing_day
from muster.journal.models import Entry
from tests.world import World

pytestmark = pytest.mark.django_db
ADDRESS = "/pay-rates/"


def sign(world: World, ref: str = "callout:1", *, exercise: bool = False) -> date:
    """A callout of today whose review is signed; its Beijing day."""
    member = world.member(1)
    actions.start_turn(member, ref, world.now, exercise)
    actions.end_turn(member, ref, world.now + timedelta(hours=2))
    lesson = LearnedAlert(member.pk, world.now, "sms", True, "accepted", 3.0, 30.0)
    actions.learn(ref, [lesson], world.now, exercise=exercise)
    return beijing_day(world.now)


def test_a_rate_is_in_force_until_the_day_before_the_next(world: World) -> None:
    head = world.actor("office_head")
    actions.set_pay_rate(head, date(2026, 9, 1), Decimal(260))
    actions.set_pay_rate(head, date(2026, 8, 1), Decimal(220))
    assert rate_rows() == [
        RateRow(date(2026, 9, 1), None, Decimal(260)),
        RateRow(date(2026, 8, 1), date(2026, 8, 31), Decimal(220)),
        RateRow(date(2018, 1, 1), date(2026, 7, 31), Decimal(200)),
    ]
    august = rate_rows()[1]
    assert [august.covers(date(2026, 8, 1)), august.covers(date(2026, 8, 31)), august.covers(date(2026, 9, 1))] == [
        True, True, False,
    ]  # fmt: skip
    PayRate.objects.all().delete()
    assert rate_rows() == []


def test_what_a_signed_review_confirmed_is_never_changed_again(world: World) -> None:
    head, today = world.actor("office_head"), beijing_day(world.now)
    assert confirmed_until() is None
    actions.start_turn(world.member(2), "callout:2", world.now + timedelta(days=3), False)  # not signed yet
    assert sign(world) == today == confirmed_until()
    before = pay_lines("callout:1")[0].amount
    for day in (today - timedelta(days=400), today):
        with pytest.raises(Conflict) as refused:
            actions.set_pay_rate(head, day, Decimal(300))
        assert (refused.value.code, refused.value.params) == ("service.rate_confirmed", {"day": today.isoformat()})
    actions.set_pay_rate(head, today + timedelta(days=1), Decimal(300))
    assert pay_lines("callout:1")[0].amount == before == Decimal("200.00")
    assert pay_lines("callout:2")[0].amount == Decimal("300.00")


def test_an_exercise_confirms_no_pay(world: World) -> None:
    sign(world, exercise=True)
    assert confirmed_until() is None
    actions.set_pay_rate(world.actor("office_head"), beijing_day(world.now), Decimal(300))


def test_the_journal_keeps_the_old_rate_beside_the_new(world: World) -> None:
    for amount in (220, 230):
        actions.set_pay_rate(world.actor("office_head"), date(2026, 8, 1), Decimal(amount))
    said = [entry.payload for entry in Entry.objects.filter(action="rate.set").order_by("seq")]
    assert said == [
        {"valid_from": "2026-08-01", "cny_per_day": "220.00"},
        {"valid_from": "2026-08-01", "cny_per_day": "230.00", "before": "220.00"},
    ]


# --- the page ---


def test_the_office_head_enters_a_rate_and_sees_it_in_the_table(world: World) -> None:
    head = world.client_of("office_head")
    answer = head.post(ADDRESS, {"valid_from": "2026-08-01", "cny_per_day": "220"}, follow=True)
    body = answer.content.decode()
    assert "The rate is entered." in body
    assert body.index("220") < body.index("200")
    for word in ("to come", "in force", "2026-08-01", "2026-07-31", "2018-01-01"):
        assert word in body
    assert PayRate.objects.get(valid_from=date(2026, 8, 1)).cny_per_day == Decimal(220)


@pytest.mark.parametrize("who", ["commander", "duty_officer", "auditor"])
def test_others_who_see_pay_see_the_rates_but_change_none(world: World, who: str) -> None:
    client = world.client_of(who)
    body = client.get(ADDRESS).content.decode()
    assert 'data-testid="rates"' in body
    assert 'id="rate-form"' not in body
    assert client.post(ADDRESS, {"valid_from": "2026-08-01", "cny_per_day": "220"}).status_code == 403
    assert PayRate.objects.count() == 1


@pytest.mark.parametrize(
    ("day", "amount"),
    [
        ("2026-08-01", "-1"), ("2026-08-01", "100000.01"), ("2026-08-01", "1.005"), ("2026-08-01", "NaN"),
        ("2026-08-01", "1e400"), ("2026-08-01", "9" * 5000), ("2026-08-01", ""), ("1700-01-01", "220"), ("", "220"),
        ("2026-02-30", "220"),
    ],
)  # fmt: skip
def test_what_is_no_rate_gets_a_word_at_its_field(world: World, day: str, amount: str) -> None:
    answer = world.client_of("office_head").post(ADDRESS, {"valid_from": day, "cny_per_day": amount})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert PayRate.objects.count() == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "is confirmed by signed reviews. Choose a later day"), ("zh-hans", "已由签字的复盘确认，请选择之后的日期")],
)
def test_a_confirmed_day_is_refused_at_its_field_in_the_reader_s_language(
    world: World, language: str, words: str
) -> None:
    day = sign(world)
    client = world.client_of("office_head", language=language)
    answer = client.post(ADDRESS, {"valid_from": day.isoformat(), "cny_per_day": "300"})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_the_rates_are_found_from_the_pay_sheet_and_the_reviews(world: World) -> None:
    head = world.client_of("office_head")
    assert f'href="{ADDRESS}"' in head.get("/review/").content.decode()
    assert f'href="{ADDRESS}"' in head.get(f"/review/{world.running.pk}/pay/").content.decode()
