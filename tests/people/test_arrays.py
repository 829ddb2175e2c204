"""The planner's input: arrays that agree with the rows one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.apps.people.models import AwayNotice, Capability, Consent, Holding, Member, MemberState
from muster.apps.people.reads import capability_masks, holding_state, member_arrays, valid_holdings
from muster.core.units import beijing_day
from tests.world import World

pytestmark = pytest.mark.django_db


def _mask_by_hand(member: Member, day: date) -> int:
    """An independent oracle: the rule read row by row."""
    mask = 0
    for holding in member.holdings.select_related("capability"):
        begun = holding.valid_from is None or holding.valid_from <= day
        lasting = holding.valid_to is None or holding.valid_to >= day
        proven = not holding.capability.needs_certificate or holding.number or holding.valid_to
        if begun and lasting and proven:
            mask |= 1 << holding.capability.bit
    return mask


def test_masks_agree_with_the_rule_read_row_by_row(world: World) -> None:
    arrays = member_arrays(world.now)
    day = beijing_day(world.now)
    assert arrays.ids.tolist() == sorted(member.pk for member in world.members)
    for row, pk in enumerate(arrays.ids.tolist()):
        assert int(arrays.caps[row]) == _mask_by_hand(Member.objects.get(pk=pk), day)


def test_a_lapsed_certificate_gives_nothing_but_is_seen_as_lapsed(world: World) -> None:
    arrays = member_arrays(world.now)
    row = arrays.rows_of([world.member(7).pk])[0]  # medic until January
    medic = np.uint64(1 << world.capabilities["medic"].bit)
    assert not arrays.caps[row] & medic
    assert arrays.lapsed[row] & medic


@pytest.mark.parametrize(("hour", "counts"), [("15:59", True), ("16:00", False)])
def test_the_last_day_ends_at_midnight_in_beijing(world: World, hour: str, counts: bool) -> None:
    medic = world.capabilities["medic"]
    Holding.objects.filter(member=world.member(3), capability=medic).update(valid_to=date(2026, 7, 14))
    moment = datetime.fromisoformat(f"2026-07-14T{hour}:00+00:00")  # 16:00 UTC is midnight in Beijing
    assert bool(capability_masks(moment, [world.member(3).pk]).get(world.member(3).pk, 0) >> medic.bit & 1) is counts


def test_a_claim_without_any_certificate_gives_nothing(world: World) -> None:
    pilot = world.capabilities["uas_pilot"]
    holding = Holding.objects.create(member=world.member(1), capability=pilot)
    assert holding_state(holding, date(2026, 7, 14)) == "unproven"
    assert holding not in valid_holdings(date(2026, 7, 14))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    start=st.none() | st.integers(-40, 40), length=st.none() | st.integers(0, 60),
    number=st.sampled_from(["", "ZS1"]), slug=st.sampled_from(["medic", "traffic"]),
)  # fmt: skip
def test_query_and_single_row_judge_alike(
    world: World, start: int | None, length: int | None, number: str, slug: str
) -> None:
    day = date(2026, 7, 14)
    begin = None if start is None else day + timedelta(days=start)
    end = None if length is None else (begin or day - timedelta(days=30)) + timedelta(days=length)
    holding, _ = Holding.objects.update_or_create(
        member=world.member(2), capability=world.capabilities[slug],
        defaults={"valid_from": begin, "valid_to": end, "number": number},
    )  # fmt: skip
    counted = valid_holdings(day).filter(pk=holding.pk).exists()
    assert counted == (holding_state(holding, day) in ("valid", "soon"))


def test_away_covers_its_first_moment_and_not_its_last(world: World) -> None:
    start, end = world.now, world.now + timedelta(hours=2)
    AwayNotice.objects.create(member=world.member(4), starts_at=start, ends_at=end)
    AwayNotice.objects.create(member=world.member(5), starts_at=start, ends_at=end, cancelled_at=start)

    def away(at: datetime) -> list[int]:
        arrays = member_arrays(at)
        return arrays.ids[arrays.away].tolist()

    assert away(start) == [world.member(4).pk]
    assert away(end - timedelta(seconds=1)) == [world.member(4).pk]
    assert away(end) == []
    assert away(start - timedelta(seconds=1)) == []


def test_a_consent_taken_back_counts_until_it_is_given_again(world: World) -> None:
    member, before = world.member(6), world.now - timedelta(days=9)
    Consent.objects.create(member=member, purpose="callout", given_at=before, withdrawn_at=before + timedelta(days=1))
    Consent.objects.create(member=world.member(5), purpose="employer", given_at=before, withdrawn_at=before)
    arrays = member_arrays(world.now)
    assert arrays.ids[arrays.withdrawn].tolist() == [member.pk]
    Consent.objects.create(member=member, purpose="callout", given_at=before + timedelta(days=2))
    assert not member_arrays(world.now).withdrawn.any()


def test_only_active_members_are_there(world: World) -> None:
    Member.objects.filter(pk=world.member(9).pk).update(state=MemberState.SUSPENDED)
    Member.objects.filter(pk=world.member(10).pk).update(state=MemberState.DISCHARGED)
    arrays = member_arrays(world.now)
    assert len(arrays) == 28
    assert not np.isin([world.member(9).pk, world.member(10).pk], arrays.ids).any()


def test_places_come_from_the_home_then_the_village_then_the_unit(world: World) -> None:
    Member.objects.filter(pk=world.member(1).pk).update(lon=None, lat=None)
    Member.objects.filter(pk=world.member(2).pk).update(lon=None, lat=None, home_unit=None)
    arrays = member_arrays(world.now)
    one, two, three = arrays.rows_of([world.member(n).pk for n in (1, 2, 3)])
    assert (arrays.lon[one], arrays.lat[one]) == (world.units["V11"].lon, world.units["V11"].lat)
    assert (arrays.lon[two], arrays.lat[two]) == (world.member(2).unit.lon, world.member(2).unit.lat)
    assert arrays.lon[three] == pytest.approx(world.member(3).lon)
    assert arrays.home_unit[two] == -1


def test_the_town_is_the_one_lived_in_and_missing_for_a_team_without_homes(world: World) -> None:
    team = next(member for member in world.members if member.unit.kind == "team")
    arrays = member_arrays(world.now)
    assert arrays.towns[arrays.town[arrays.rows_of([team.pk])[0]]] == "OF/T1"
    Member.objects.filter(pk=team.pk).update(home_unit=None)
    arrays = member_arrays(world.now)
    assert arrays.town[arrays.rows_of([team.pk])[0]] == -1
    assert arrays.unit_path[arrays.rows_of([team.pk])[0]] == "OF/S1"


def test_unknown_ids_have_no_row(world: World) -> None:
    arrays = member_arrays(world.now)
    assert arrays.rows_of([-5, world.member(30).pk, 10**9]).tolist() == [29]


def test_an_empty_house_gives_empty_arrays(db: None) -> None:
    arrays = member_arrays(datetime(2026, 7, 14, tzinfo=UTC))
    assert len(arrays) == 0
    assert arrays.rows_of([1]).tolist() == []
    assert capability_masks(datetime(2026, 7, 14, tzinfo=UTC)) == {}
    assert not Capability.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_roster(world: World, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(8):
        member_arrays(world.now)
