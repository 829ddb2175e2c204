"""The calendar of certificates against dates set by hand."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import load_workbook

from muster.apps.people.models import Holding, Member, MemberState
from muster.apps.people.reads.certificates import AskedDates, calendar_of, months_from
from muster.journal.models import Entry
from tests.world import World

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 14)


@pytest.fixture
def dated(world: World) -> World:
    """Four certificates with an end, and no other: of members 3 (S... medic), 7, 12 and 18."""
    Holding.objects.filter(valid_to__isnull=False).update(valid_to=None)
    ends = {
        (3, "medic"): date(2026, 7, 14),
        (7, "medic"): date(2026, 7, 13),
        (12, "medic"): date(2027, 6, 30),
        (17, "driver_truck"): date(2027, 7, 1),
    }
    for (number, slug), last in ends.items():
        Holding.objects.filter(member=world.member(number), capability__slug=slug).update(valid_to=last)
    return world


def shown(world: World, who: str = "office_head", **query: str) -> list[str]:
    found = calendar_of(world.actor(who), AskedDates.of(query, TODAY), TODAY)
    assert found.total == len(found.rows)
    return [row.holding.member.number for row in found.rows]


def test_twelve_months_begin_with_this_one_and_pass_the_turn_of_the_year() -> None:
    months = months_from(date(2026, 7, 31))
    assert len(months) == 12
    assert (months[0], months[5], months[6], months[-1]) == (
        date(2026, 7, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
        date(2027, 6, 1),
    )


def test_a_strip_counts_what_ran_out_each_month_and_what_ends_later(dated: World) -> None:
    found = calendar_of(dated.actor("office_head"), AskedDates(), TODAY)
    strips = {strip.capability.slug: strip for strip in found.strips}
    assert set(strips) == {"medic", "driver_truck"}
    medic = strips["medic"]
    assert (medic.over.count, [cell.count for cell in medic.cells], medic.later.count) == (1, [1, *[0] * 10, 1], 0)
    assert strips["driver_truck"].later.count == 1
    assert [(one.slug, heads) for one, heads in found.lost] == [("medic", 1)]


def test_the_last_day_still_counts_and_the_next_is_expired(dated: World) -> None:
    assert shown(dated) == ["TY000007", "TY000003"]  # expired, or ends this month
    assert shown(dated, when="over") == ["TY000007"]
    assert shown(dated, when="2026-07") == ["TY000003"]
    assert shown(dated, when="2027-06") == ["TY000012"]
    assert shown(dated, when="later") == ["TY000017"]


def test_filters_hold_by_unit_and_capability(dated: World) -> None:
    assert shown(dated, when="over", capability="driver_truck") == []
    assert shown(dated, unit="V12") == ["TY000007"]
    assert shown(dated, unit="T1") == ["TY000007"]
    assert shown(dated, unit="nowhere") == []


@pytest.mark.parametrize("when", ["2019-01", "2026-7", "x", "'", "2026-13"])
def test_unknown_months_fall_back_to_the_first_view(dated: World, when: str) -> None:
    assert shown(dated, when=when) == shown(dated)


def test_people_who_left_stand_in_no_calendar(dated: World) -> None:
    Member.objects.filter(number="TY000007").update(state=MemberState.DISCHARGED)
    assert shown(dated) == ["TY000003"]


def test_a_town_officer_sees_the_certificates_of_his_town_only(dated: World) -> None:
    assert shown(dated, "town_officer") == ["TY000007"]
    assert shown(dated, "other_town") == ["TY000003"]
    assert shown(dated, "town_officer", unit="V21") == []
    page = dated.client_of("town_officer").get("/people/certificates/").content.decode()
    assert "泰山街道" not in page


def test_the_page_leads_to_the_people_and_says_what_they_can_no_longer_do(dated: World) -> None:
    page = dated.client_of("office_head").get("/people/certificates/").content.decode()
    assert 'href="/people/TY000007/?renew=medic#fold-holding"' in page
    assert "expired 1 day ago" in page
    assert "0 days left" in page
    assert 'href="?capability=medic&amp;when=over#list"' in page
    assert 'id="people-certificates"' in dated.client_of("office_head").get("/people/").content.decode()


def test_the_export_holds_the_list_that_was_asked_for_and_is_journaled(dated: World) -> None:
    answer = dated.client_of("office_head").get("/people/certificates.xlsx", {"when": "over"})
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    numbers = [row[0] for row in sheet.iter_rows(values_only=True) if str(row[0]).startswith("TY")]
    assert numbers == ["TY000007"]
    assert Entry.objects.filter(action="people.exported").count() == 1


def test_an_empty_house_says_so(world: World) -> None:
    Holding.objects.all().delete()
    page = world.client_of("office_head").get("/people/certificates/").content.decode()
    assert "No certificate with a last day is entered here." in page
