"""The pages of the sheet: who sees what, in both languages, forms, errors, and the line on the duty page."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from muster.apps.desk.daily import actions
from muster.apps.desk.models import DailySheet, DutyDay, SheetReader
from muster.apps.people.models import Holding
from tests.callout_pages.markup import part
from tests.world import World

At = Callable[[str], object]
Made = Callable[[], DailySheet]
SEES = ("office_head", "commander", "duty_officer", "auditor")


def sheet_of(page: object) -> str:
    """The words of the sheet itself, without markup."""
    text = page.content.decode()
    inner = text[text.index('<article class="paper') : text.index("</article>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", inner)).split())


@pytest.mark.parametrize("who", SEES)
def test_the_office_sees_the_sheet(world: World, who: str) -> None:
    page = world.client_of(who).get("/daily/")
    assert page.status_code == 200
    said = sheet_of(page)
    assert "应急后备办公室" in said
    assert "14 July 2026 Tuesday" in said
    assert "0731-55550119" in said
    assert ("Who is on duty" in page.content.decode()) is (who != "auditor")


@pytest.mark.parametrize("who", ["town_officer", "village_lead", "member", "system_admin"])
def test_others_do_not(world: World, who: str) -> None:
    assert world.client_of(who).get("/daily/").status_code == 403


def test_an_account_for_a_part_of_the_tree_does_not_see_the_whole_district(world: World) -> None:
    account = world.accounts["auditor"]
    account.unit_path = "OF/T1"
    account.save()
    assert world.client_of("auditor").get("/daily/").status_code == 403


def test_before_the_morning_it_says_that_it_is_only_the_state_of_the_moment(world: World, at: At) -> None:
    at("2026-07-14 06:00")
    page = world.client_of("office_head").get("/daily/")
    assert "as of 06:00, not yet the morning's record" in sheet_of(page)
    assert "is made at 07:30" in page.content.decode()
    assert 'id="daily-make"' not in page.content.decode(), "the lane makes it when its time has come"


def test_the_record_and_the_moment_stand_side_by_side(world: World, at: At, morning: Made) -> None:
    at("2026-07-14 07:30")
    morning()
    at("2026-07-14 09:00")
    client = world.client_of("office_head")
    assert "as of 07:30" in sheet_of(client.get("/daily/"))
    assert "as of 09:00, not yet the morning's record" in sheet_of(client.get("/daily/?now=1"))
    at("2026-07-15 06:00")
    client = world.client_of("office_head")  # the night has ended the session
    assert "14 July 2026" in part(client.get("/daily/"), "daily-earlier")
    assert "as of 07:30" in sheet_of(client.get("/daily/2026-07-14/"))


@pytest.mark.parametrize("day", ["2026-07-13", "2026-02-30", "yesterday", "9999-12-31"])
def test_a_day_without_a_sheet_says_so(world: World, day: str) -> None:
    page = world.client_of("office_head").get(f"/daily/{day}/")
    assert page.status_code == 404
    assert "There is no sheet of that day" in page.content.decode()


def test_a_sheet_that_was_not_made_by_itself_can_be_made_by_hand_once(world: World, at: At) -> None:
    at("2026-07-14 08:00")
    client = world.client_of("duty_officer")
    assert 'id="daily-make"' in client.get("/daily/").content.decode()
    client.post("/daily/make/")
    assert DailySheet.objects.get().asked_by == world.actor("duty_officer").ref
    again = client.post("/daily/make/", follow=True)
    assert "there already" in again.content.decode()
    assert DailySheet.objects.count() == 1


def test_who_is_on_duty_is_entered_on_the_page_and_a_later_change_is_named_as_one(
    world: World, at: At, morning: Made
) -> None:
    client = world.client_of("duty_officer")
    at("2026-07-14 07:00")
    said = client.post("/daily/duty/", {"day": "2026-07-14", "leader": "罗主任", "officer": "陈值班员"}, follow=True)
    assert "Entered for 14 July 2026" in said.content.decode()
    at("2026-07-14 07:30")
    morning()
    assert "Leader on duty 罗主任 Duty officer 陈值班员" in sheet_of(client.get("/daily/"))
    at("2026-07-14 08:10")
    client.post("/daily/duty/", {"day": "2026-07-14", "leader": "周副主任", "officer": "陈值班员"})
    said = sheet_of(client.get("/daily/"))
    assert "Leader on duty 罗主任" in said
    assert "Changed since entered at 08:10: leader 周副主任, duty officer 陈值班员" in said


@pytest.mark.parametrize(
    "given",
    [
        {"day": "2026-07-14", "leader": "", "officer": ""},
        {"day": "2026-09-14", "leader": "罗主任", "officer": ""},
        {"day": "soon", "leader": "罗主任", "officer": ""},
        {"day": "2026-07-14", "leader": "长" * 41, "officer": ""},
        {},
    ],
)
def test_nonsense_about_duty_changes_nothing_and_is_said(world: World, given: dict[str, str]) -> None:
    page = world.client_of("duty_officer").post("/daily/duty/", given, follow=True)
    assert 'class="note note-error"' in page.content.decode()
    assert not DutyDay.objects.exists()


def test_what_is_typed_is_never_markup(world: World) -> None:
    client = world.client_of("duty_officer")
    client.post("/daily/duty/", {"day": "2026-07-14", "leader": "<script>x</script>", "officer": "<b>"})
    page = client.get("/daily/").content.decode()
    assert "<script>x" not in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page


def test_readers_come_and_go_and_their_numbers_stay_masked(world: World) -> None:
    client = world.client_of("office_head")
    page = client.post("/daily/readers/", {"who": "TY000003", "agreed": "yes"}, follow=True)
    member = world.member(3)
    shown = part(page, "daily-readers")
    assert member.name in shown
    assert member.phone_masked in shown
    assert member.phone.removeprefix("+86") not in page.content.decode()
    client.post("/daily/readers/", {"remove": str(SheetReader.objects.get().pk)})
    assert not SheetReader.objects.exists()
    refused = client.post("/daily/readers/", {"who": "TY000003"}, follow=True)
    assert "Ask him first" in refused.content.decode()
    for odd in ({"remove": "999999"}, {"remove": "٣"}, {"remove": "x", "who": ""}):
        assert 'class="note note-error"' in client.post("/daily/readers/", odd, follow=True).content.decode()


def test_names_of_holders_are_beside_the_sheet_and_never_on_it(world: World, at: At) -> None:
    at("2028-06-10 08:00")
    page = world.client_of("auditor").get("/daily/")
    beside, name = part(page, "daily-endings"), world.member(3).name
    assert name in beside
    held = Holding.objects.filter(member=world.member(3), capability__slug="medic").get()
    assert held.capability.en in beside
    assert name not in sheet_of(page)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "This morning's sheet 07:30 Plans Enough"),
        ("zh-hans", "今日日报 07:30 预案 够"),
    ],
)
def test_the_duty_page_has_a_line_for_it(world: World, at: At, morning: Made, language: str, words: str) -> None:
    at("2026-07-14 07:30")
    client = world.client_of("duty_officer", language=language)
    assert "07:30" in part(client.get("/duty/"), "morning")
    morning()
    assert " ".join(part(client.get("/duty/"), "morning").split()).startswith(words)
    assert 'data-testid="morning"' not in world.client_of("town_officer").get("/duty/").content.decode()
    assert world.running
    assert "07:30" in part(client.get("/duty/?all=1"), "morning")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_is_in_one_language(world: World, at: At, morning: Made, language: str) -> None:
    at("2026-07-14 07:30")
    head = world.actor("office_head")
    actions.add_reader(head, "TY000003", agreed=True)
    morning()
    assert world.running
    for path in ("/daily/", "/daily/?now=1"):
        said = sheet_of(world.client_of("office_head", language=language).get(path))
        assert " the " not in said or language == "en"
        if language == "zh-hans":
            allowed = {"T", "P"}
            assert set(re.findall(r"[A-Za-z]{2,}", said)) - allowed - _hex(said) == set()
        else:
            own = ("应急后备办公室", "变电站周边火灾", "栗雨街道", "泰山街道")  # names that have no English
            for name in own:
                said = said.replace(name, "")
            assert re.findall(r"[\u4e00-\u9fff]+", said) == []


def _hex(said: str) -> set[str]:
    """Letters out of the check mark."""
    mark = re.search(r"校验码 ([0-9a-f]{12})", said)
    return set(re.findall(r"[A-Za-z]{2,}", mark[1])) if mark else set()
