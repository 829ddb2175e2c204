"""Commitments, turns of duty, rates, and what is learned from past alerts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.apps.service import actions
from muster.apps.service.actions import LearnedAlert
from muster.apps.service.models import Attendance, Commitment, PastAlert, PayRate
from muster.apps.service.reads import committed_ids, on_duty_ids
from muster.core.errors import Conflict, InvalidInput, NotAllowed
from muster.journal.models import Entry
from tests.world import World

pytestmark = pytest.mark.django_db


def entries() -> list[str]:
    return list(Entry.objects.filter(stream__name="service").order_by("seq").values_list("action", flat=True))


def ids(world: World, *numbers: int) -> list[int]:
    return [world.member(number).pk for number in numbers]


# --- commitments ---


def test_members_are_taken_once_and_given_back_once(world: World) -> None:
    wanted = ids(world, 1, 2, 3)
    assert actions.commit(wanted, "callout:1", world.now, False) == 3
    assert actions.commit(wanted[:2], "callout:1", world.now, False) == 0
    assert committed_ids(world.now) == set(wanted)
    later = world.now + timedelta(hours=1)
    assert actions.free(wanted[:1], "callout:1", later) == 1
    assert actions.free(wanted[:1], "callout:1", later) == 0
    assert committed_ids(later) == set(wanted[1:])
    assert entries() == ["members.committed", "members.freed"]
    assert Entry.objects.get(action="members.freed").payload == {"ref": "callout:1", "members": ["TY000001"]}


def test_nobody_is_taken_for_two_things_and_then_nobody_is_taken_at_all(world: World) -> None:
    actions.commit(ids(world, 1), "callout:1", world.now, False)
    with pytest.raises(Conflict) as caught:
        actions.commit(ids(world, 1, 2), "callout:2", world.now, False)
    assert (caught.value.code, caught.value.params) == ("service.already_committed", {"members": ["TY000001"]})
    assert committed_ids(world.now) == set(ids(world, 1))
    assert actions.free(ids(world, 1), "callout:2", world.now) == 0


def test_two_desks_at_the_same_moment_cannot_both_take_a_member(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    actions.commit(ids(world, 1), "callout:1", world.now, False)
    none = Commitment.objects.none()
    monkeypatch.setattr(Commitment.objects, "filter", lambda *args, **kwargs: none)  # the other had not written yet
    with pytest.raises(Conflict):
        actions.commit(ids(world, 1), "callout:2", world.now, False)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.booleans(), st.sampled_from(["callout:1", "callout:2"]), st.sets(st.integers(1, 6))), max_size=12
    )
)
def test_commitments_of_one_member_never_overlap(world: World, steps: list[tuple[bool, str, set[int]]]) -> None:
    Commitment.objects.all().delete()
    held: dict[int, str] = {}  # a plain model of what should stand
    for place, (take, ref, numbers) in enumerate(steps):
        at, members = world.now + timedelta(minutes=place), ids(world, *numbers)
        if not take:
            actions.free(members, ref, at)
            held = {member: other for member, other in held.items() if member not in members or other != ref}
        elif any(held.get(member, ref) != ref for member in members):
            with pytest.raises(Conflict):
                actions.commit(members, ref, at, True)
        else:
            actions.commit(members, ref, at, True)
            held |= dict.fromkeys(members, ref)
        assert dict(Commitment.objects.filter(ends_at=None).values_list("member_id", "ref")) == held
    for member in range(1, 7):
        spans = list(Commitment.objects.filter(member=world.member(member)).order_by("starts_at", "pk"))
        for earlier, later in pairwise(spans):
            assert earlier.ends_at is not None
            assert earlier.ends_at <= later.starts_at


# --- turns ---


def test_a_turn_starts_once_at_its_first_time_and_ends_once(world: World) -> None:
    member = world.member(1)
    first = actions.start_turn(member, "callout:1", world.now, False)
    again = actions.start_turn(member, "callout:1", world.now + timedelta(hours=1), False)
    assert (again.pk, again.starts_at) == (first.pk, world.now)
    assert on_duty_ids(world.now) == {member.pk}
    end = world.now + timedelta(hours=3)
    assert actions.end_turn(member, "callout:1", end) == 1
    assert actions.end_turn(member, "callout:1", end + timedelta(hours=1)) == 0
    assert Attendance.objects.get().ends_at == end
    assert on_duty_ids(end) == set()
    assert entries() == ["turn.started", "turns.ended"]


def test_many_turns_end_with_one_entry(world: World) -> None:
    for member in world.members:
        actions.start_turn(member, "callout:1", world.now, True)
    assert actions.end_turns([member.pk for member in world.members], "callout:1", world.now) == 30
    assert entries().count("turns.ended") == 1


# --- rates ---


def test_a_rate_is_set_by_the_office_head_and_rounded_to_cents(world: World) -> None:
    rate = actions.set_pay_rate(world.actor("office_head"), date(2026, 8, 1), Decimal("220.005"))
    assert rate.cny_per_day == Decimal("220.01")
    actions.set_pay_rate(world.actor("office_head"), date(2026, 8, 1), Decimal(230))
    assert PayRate.objects.filter(valid_from=date(2026, 8, 1)).count() == 1


@pytest.mark.parametrize("amount", ["-1", "100000.01"])
def test_impossible_rates_are_refused(world: World, amount: str) -> None:
    with pytest.raises(InvalidInput):
        actions.set_pay_rate(world.actor("office_head"), date(2026, 8, 1), Decimal(amount))


def test_others_set_no_rates_and_a_first_rate_is_seeded_once(world: World) -> None:
    with pytest.raises(NotAllowed):
        actions.set_pay_rate(world.actor("duty_officer"), date(2026, 8, 1), Decimal(1))
    assert not actions.seed_pay_rate()
    PayRate.objects.all().delete()
    assert actions.seed_pay_rate()


# --- learning ---


def test_alerts_of_a_callout_are_learned_once_and_can_be_corrected(world: World) -> None:
    def row(number: int, **changes: object) -> LearnedAlert:
        values = {
            "channel": "sms",
            "delivered": True,
            "reply": "accepted",
            "reply_minutes": 3.0,
            "arrived_minutes": 30.0,
        }
        return LearnedAlert(member_id=world.member(number).pk, called_at=world.now, **(values | changes))

    assert (
        actions.learn("callout:1", [row(1), row(2, reply="declined", arrived_minutes=None)], world.now, exercise=False)
        == 2
    )
    assert actions.learn("callout:1", [row(1, arrived_minutes=None)], world.now, exercise=False) == 1
    assert PastAlert.objects.count() == 2
    assert PastAlert.objects.get(member=world.member(1)).arrived_minutes is None


def test_without_past_alerts_there_is_no_model(world: World) -> None:
    assert actions.refit_response_model(world.now) is None


@pytest.mark.parametrize("role", ["town_officer", "commander", "auditor"])
def test_only_the_office_imports_a_history(world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        actions.import_history(world.actor(role), b"callout_id\n")
