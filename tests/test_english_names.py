"""Pages read in English name units in English wherever a unit has such a name: every page of the address list."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest
from django.urls import reverse

from muster.apps.incidents.actions import (
    check_in,
    close_incident,
    leave,
    record_reply_at_desk,
    stand_down,
    start_roll_call,
)
from muster.apps.incidents.models import Incident
from muster.apps.people.models import Unit
from muster.apps.plans.models import MusterPoint
from tests.test_every_url_every_role import PAGES
from tests.world import World

ENGLISH = {
    "OF": "Reserve Office", "T1": "Liyu Subdistrict", "T2": "Taishan Subdistrict", "V11": "Xintian Community",
    "V12": "Gaotang Village", "V21": "Beiling Community", "V22": "Nanping Village", "S1": "Park Rescue Team",
}  # fmt: skip
READERS = ("office_head", "town_officer", "village_lead", "member", "system_admin")
NO_PAGE = {"live-events", "duty-events", "wall-events"}


@pytest.fixture
def named(world: World) -> World:
    """The district with English names for its units, a callout that runs, somebody on the spot and somebody missing."""
    for code, name in ENGLISH.items():
        Unit.objects.filter(code=code).update(name_en=name)
        world.units[code].name_en = name
    MusterPoint.objects.filter(letter="A").update(zh="河边广场")  # stands in the text sent, which is read out as it is
    commander = world.actor("commander")
    world.lead_alert()
    record_reply_at_desk(commander, world.alert(2), answer="accept", eta_minutes=15)
    for number in (3, 8):
        check_in(commander, world.alert(number))
    start_roll_call(commander, world.callout)
    return world


def _chinese() -> list[str]:
    return sorted({name for pair in Unit.objects.values_list("name", "place") for name in pair if name})


@pytest.mark.parametrize("name", sorted(set(PAGES) - NO_PAGE))
def test_no_english_page_shows_a_units_chinese_name(
    name: str, named: World, url_arguments: Callable[[str, str], object]
) -> None:
    wanted = PAGES[name].pattern.regex.groupindex
    address = reverse(name, kwargs={argument: url_arguments(name, argument) for argument in wanted})
    for who in READERS:
        _read(named, who, address)


def test_neither_do_the_proposal_to_approve_and_what_follows_the_end(named: World) -> None:
    incident, head = named.running, named.actor("office_head")
    proposed = [[named.member(number).pk, 0] for number in (1, 5, 7, 11, 12, 13, 14)]
    named.solve_run(outcome="plan", proposal=proposed, proposed_p_low=0.95, proposed_p_hat=0.96)
    read = _read(named, "commander", f"/incidents/{incident.pk}/approve/")
    assert "Liyu Subdistrict" in read
    assert "Xintian Community" in read
    stand_down(head, named.callout)
    leave(head, named.callout, [named.alert(3).pk, named.alert(8).pk])
    close_incident(head, named.running)
    _read(named, "office_head", f"/duty/{incident.pk}/")
    assert "Subdistrict" in _read(named, "office_head", f"/review/{incident.pk}/")
    assert "Beiling Community" in _read(named, "office_head", f"/review/{incident.pk}/pay/")


def test_what_is_chosen_as_the_place_goes_into_the_texts_in_chinese(named: World) -> None:
    """The texts to members are Chinese whatever the desk reads."""
    form = {"title": "x", "kind": "other", "spot": f"unit-{named.units['V12'].pk}", "mode": "actual"}
    page = named.client_of("duty_officer").get("/incidents/new/").content.decode()
    assert "Gaotang Village" in page
    named.client_of("duty_officer").post("/incidents/new/", form)
    assert Incident.objects.order_by("-pk").values_list("place", flat=True)[0] == "高塘村"


def test_chinese_pages_name_villages_and_units_as_before(named: World) -> None:
    page = named.client_of("office_head", language="zh-hans").get("/people/new/").content.decode()
    assert "栗雨街道 · 新田连" in page
    assert "栗雨街道 · 新田社区" in page
    assert "Liyu Subdistrict" not in page


def _read(world: World, who: str, address: str) -> str:
    """The page as this reader has it in English, once no Chinese name of a unit was found on it; "" for what is no page."""
    answer = world.client_of(who).get(address)
    if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
        return ""
    page = html.unescape(answer.content.decode())
    for chinese in _chinese():
        at = page.find(chinese)
        assert at < 0, f"{who} reads {chinese} on {address}: …{page[max(0, at - 120) : at + 40]}…"
    return page
