"""The duty page as pages: which incident, for whom, in which language; the map's data and its ground."""

from __future__ import annotations

import gzip
import html as html_lib
import json
import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.utils import translation

from muster.apps.desk import regions
from muster.apps.incidents.actions import close_incident, stand_down
from muster.apps.incidents.board import PeopleCounts
from muster.apps.plans.models import MapLayer
from tests.desk.sample_board import COMMANDER, DUTY_OFFICER, board, proposal, verdict
from tests.world import World

CJK = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z]{2,}")


def text_of(html: str) -> str:
    """What a reader sees: without tags, scripts, templates."""
    without = re.sub(r"<(script|style|template)\b.*?</\1>", " ", html, flags=re.S)
    return html_lib.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without)))


def test_without_incidents_the_page_is_calm_and_offers_one_act(world: World) -> None:
    body = world.client_of("duty_officer").get("/duty/").content.decode()
    assert "All quiet" in body
    assert body.count("btn-primary") == 1
    assert 'id="open-incident"' in body
    assert 'id="open-incident"' not in world.client_of("auditor").get("/duty/").content.decode()


def test_the_only_incident_opens_at_once_and_several_are_listed(world: World) -> None:
    client = world.client_of("duty_officer")
    first = world.open_incident()
    assert client.get("/duty/")["Location"] == f"/duty/{first.pk}/"
    assert "ACTUAL" in client.get("/duty/?all=1").content.decode()
    world.open_incident(title="第二起", mode="exercise")
    body = client.get("/duty/").content.decode()
    assert "第二起" in body
    assert "EXERCISE" in body


@pytest.mark.parametrize("who", ["office_head", "commander", "duty_officer", "town_officer", "auditor"])
def test_everybody_who_may_see_incidents_gets_the_whole_board(world: World, who: str) -> None:
    body = world.client_of(who).get(f"/duty/{world.running.pk}/").content.decode()
    for name in regions.REGIONS:
        assert f'id="region-{name}"' in body
    assert len(re.findall(r'class="btn btn-primary"', body)) <= 1


def test_an_unknown_incident_is_not_found(world: World) -> None:
    assert world.client_of("commander").get("/duty/9999/").status_code == 404


def test_an_incident_that_is_still_being_solved_can_be_looked_at(world: World) -> None:
    incident = world.open_incident()
    body = world.client_of("commander").get(f"/duty/{incident.pk}/").content.decode()
    assert "Nothing has been sent yet." in body


def test_the_stripe_follows_the_incident(world: World) -> None:
    client = world.client_of("commander")
    assert 'class="stripe"' in client.get(f"/duty/{world.open_incident(mode='exercise').pk}/").content.decode()
    assert 'class="stripe"' not in client.get(f"/duty/{world.open_incident().pk}/").content.decode()


def test_the_maps_data_holds_marks_but_no_names_and_no_numbers(world: World) -> None:
    answer = world.client_of("commander").get(f"/duty/{world.running.pk}/map.json")
    told = answer.json()
    assert len(told["people"]["features"]) == 6
    assert {"letter", "zh", "en", "at", "arrived"} == set(told["points"][0])
    body = answer.content.decode()
    assert not any(member.name in body or member.number in body for member in world.members)


def test_a_town_officer_sees_only_his_part_on_the_map(world: World) -> None:
    url = f"/duty/{world.running.pk}/map.json"
    whole = world.client_of("commander").get(url).json()["people"]["features"]
    town = world.client_of("town_officer").get(url).json()["people"]["features"]
    assert 0 < len(town) < len(whole)


def test_the_ground_is_sent_once_and_then_only_when_it_changed(world: World) -> None:
    client = world.client_of("commander")
    first = client.get("/map/layers.json")
    assert {layer["slug"] for layer in json.loads(first.content)["layers"]} == set(
        MapLayer.objects.values_list("slug", flat=True)
    )
    packed = client.get("/map/layers.json", headers={"Accept-Encoding": "gzip"})
    assert (packed["Content-Encoding"], gzip.decompress(packed.content)) == ("gzip", first.content)
    assert "Accept-Encoding" in packed["Vary"]
    again = client.get("/map/layers.json", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    MapLayer.objects.create(slug="new", geojson={"type": "FeatureCollection", "features": []})
    assert client.get("/map/layers.json", headers={"If-None-Match": first["ETag"]}).status_code == 200


BOARDS = {
    "short": board(),
    "approval": board(state="recommended", people=PeopleCounts(), verdict=verdict(word="enough", p_hat=0.956)),
    "no right": board(verdict=verdict(proposal=proposal(may_approve=False, why_not="access.not_allowed"))),
    "enough": board(verdict=verdict(word="enough", p_hat=0.9999, proposal=None, repairs=()), releasable=3),
    "measured": board(verdict=verdict(word="enough", p_hat=1.0, measured=True, proposal=None, repairs=())),
    "over": board(state="stood_down", verdict=verdict(proposal=None)),
    "unsolved": board(state="draft", lines=(), verdict=verdict(word="unknown", p_hat=None, p_low=None, proposal=None,
                                                             history=(), repairs=(), solved_at=None, solving=True)),
    "missing people": board(people=PeopleCounts(called=9, checked_in=9, unaccounted=2)),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BOARDS))
@pytest.mark.parametrize("actor", [COMMANDER, DUTY_OFFICER], ids=lambda actor: actor.role)
def test_every_state_draws_every_region_with_one_filled_button_at_most(name: str, actor: object) -> None:
    with translation.override("en"):
        drawn = regions.render(BOARDS[name], actor)
    assert set(drawn) == set(regions.REGIONS)
    assert sum(html.count("btn-primary") for html in drawn.values()) <= 1
    assert "style=" not in "".join(drawn.values())


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_chinese_pages_hold_no_english(name: str) -> None:
    with translation.override("zh-hans"):
        seen = text_of(" ".join(regions.render(BOARDS[name], COMMANDER).values()))
    assert set(WORD.findall(seen)) - {"EXERCISE"} == set()


def test_english_pages_hold_chinese_only_in_names() -> None:
    with translation.override("en"):
        seen = text_of(" ".join(regions.render(board(events=()), COMMANDER).values()))
    data = ("变电站周边火灾", "牵引变电所周边", "市消防指挥中心", "号席", "周砚秋", "罗一鸣", "汤怀瑾", "易南星")
    for name in data:
        seen = seen.replace(name, "")
    assert CJK.findall(seen) == []


def test_a_forecast_never_shows_none_or_all(client: Client) -> None:
    sure = board(verdict=verdict(word="enough", p_hat=1.0, p_low=1.0, p_high=1.0, proposal=None, repairs=()))
    with translation.override("en"):
        seen = text_of(regions.render(sure, COMMANDER)["verdict"])
    assert ">99.9" in seen
    assert "100%" not in seen.replace(" ", "")


def test_the_clock_stands_once_the_incident_is_closed(world: World, at: Callable[[str], datetime]) -> None:
    """T+ of a closed incident is how long it lasted; without its id no script of the page sets it going again."""
    incident, head = world.running, world.actor("office_head")
    pages = (f"/duty/{incident.pk}/", f"/wall/{incident.pk}/", f"/incidents/{incident.pk}/log/")
    client = world.client_of("office_head")
    assert all('id="t-clock"' in client.get(page).content.decode() for page in pages)
    at("2026-07-14 18:20")
    stand_down(head, world.callout)
    close_incident(head, world.running)
    at("2026-07-14 18:28")
    for page in pages:
        shown = client.get(page).content.decode()
        assert "240:00" in shown, page
        assert "248:00" not in shown, page
        assert 'id="t-clock"' not in shown, page
