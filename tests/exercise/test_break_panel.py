"""The panel that breaks things: who may, where it exists, what each press does and what the journal keeps of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from muster.apps.incidents.models import Incident
from muster.apps.incidents.reads.events import events
from muster.apps.maps.models import Closure
from muster.apps.people.models import Unit
from muster.apps.plans.models import MapLayer
from muster.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, Unavailable
from muster.exercise import actions
from muster.exercise.gateway import Gateway
from muster.exercise.trouble import Trouble
from muster.jobs.clock import MARKER
from muster.journal.models import Entry
from tests.maps.conftest import _no_maps_left, roads
from tests.world import ROLES, World

__all__ = ["_no_maps_left", "roads"]
COMMANDING = {"office_head", "commander", "duty_officer"}


@pytest.fixture
def home(settings: Any) -> Iterator[Path]:
    """The data folder of the tests as one made for exercises, with the addresses that only such a home has."""
    marker = Path(settings.HOME) / MARKER
    marker.touch()
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "muster.exercise"]
    settings.ROOT_URLCONF = "tests.exercise.exercise_urls"
    yield marker.parent
    marker.unlink()


@pytest.fixture
def incident(world: World, home: Path) -> Incident:
    return world.open_incident(mode="exercise")


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    opened = Gateway(settings.SECRETS.gateway_key)
    settings.MUSTER_EXERCISE_SMS_URL = opened.url
    yield opened
    opened.close()


def press(client: Client, incident: Incident, do: str, what: str = "") -> str:
    """What the panel says afterwards."""
    after = client.post(f"/exercise/{incident.pk}/break/", {"do": do, "what": what}, follow=True)
    assert after.status_code == 200
    return after.content.decode()


def story(incident: Incident) -> list[tuple[str, str]]:
    rows = Entry.objects.filter(stream__name=incident.stream, action__startswith="exercise.").order_by("seq")
    return [(row.action, row.payload["what"]) for row in rows]


# --- where and for whom -------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [*ROLES, "outsider", None])
def test_those_who_command_open_the_panel_and_nobody_else(world: World, incident: Incident, role: str | None) -> None:
    client = world.client_of(role)
    path = f"/exercise/{incident.pk}/break/"
    if role in COMMANDING:
        assert client.get(path).status_code == 200
    elif role is None:
        assert client.get(path)["Location"].startswith("/login/?next=")
        assert client.post(path, {"do": "gateway"})["Location"].startswith("/login/?next=")
    else:
        assert client.get(path).status_code == 403
        assert client.post(path, {"do": "gateway", "what": "down"}).status_code == 403


def test_the_address_is_unknown_where_actual_incidents_are_led(world: World) -> None:
    for incident in (world.open_incident(mode="exercise"), world.open_incident()):
        assert world.client_of("commander").get(f"/exercise/{incident.pk}/break/").status_code == 404
        page = world.client_of("commander").get(f"/duty/{incident.pk}/").content.decode()
        assert "act-break" not in page


def test_an_actual_incident_is_never_broken_even_in_such_a_home(world: World, home: Path, incident: Incident) -> None:
    Incident.objects.filter(pk=incident.pk).update(mode="actual")
    actual = Incident.objects.get(pk=incident.pk)
    client = world.client_of("commander")
    assert client.get(f"/exercise/{actual.pk}/break/").status_code == 404
    assert client.post(f"/exercise/{actual.pk}/break/", {"do": "gateway", "what": "down"}).status_code == 404
    with pytest.raises(NotFound, match="not_an_exercise_home"):
        actions.set_gateway(world.actor("commander"), actual, "down")
    assert "act-break" not in client.get(f"/duty/{actual.pk}/").content.decode()


def test_the_actions_ask_for_right_and_home_themselves(world: World) -> None:
    incident = world.open_incident(mode="exercise")
    with pytest.raises(NotFound, match="not_an_exercise_home"):
        actions.kill_lane(world.actor("commander"), incident, "solve")
    with pytest.raises(NotAllowed):
        actions.close_bridge(world.actor("town_officer"), incident, "x")


def test_the_duty_page_of_an_exercise_leads_there_for_those_who_command(world: World, incident: Incident) -> None:
    link = f'href="/exercise/{incident.pk}/break/"'
    assert link in world.client_of("duty_officer").get(f"/duty/{incident.pk}/").content.decode()
    assert link not in world.client_of("auditor").get(f"/duty/{incident.pk}/").content.decode()


def test_a_closed_exercise_is_left_alone(world: World, incident: Incident, gateway: Gateway) -> None:
    Incident.objects.filter(pk=incident.pk).update(state="closed")
    incident.refresh_from_db()
    page = press(world.client_of("commander"), incident, "gateway", "down")
    assert "This exercise is over" in page
    assert gateway.trouble == Trouble()


# --- bridges ------------------------------------------------------------------------------------------------


def test_a_bridge_is_closed_and_opened_and_the_people_outside_hear_of_it(
    world: World, incident: Incident, roads: object, gateway: Gateway, django_capture_on_commit_callbacks: Any
) -> None:
    client = world.client_of("duty_officer")
    wanted = incident.callout.wanted_seq
    with django_capture_on_commit_callbacks(execute=True):
        page = press(client, incident, "close-bridge", "West Bridge")
    assert "West Bridge is closed" in page
    closure = Closure.objects.get()
    assert (closure.kind, closure.road, closure.ended_at) == ("bridge", "West Bridge", None)
    assert gateway.trouble.closed == ("West Bridge",)
    incident.callout.refresh_from_db()
    assert incident.callout.wanted_seq > wanted  # a fresh answer is asked for
    assert "This is broken already" in press(client, incident, "close-bridge", "West Bridge")
    with django_capture_on_commit_callbacks(execute=True):
        press(client, incident, "open-bridge", "West Bridge")
    assert Closure.objects.get().ended_at is not None
    assert gateway.trouble.closed == ()
    assert "This is whole already" in press(client, incident, "open-bridge", "West Bridge")
    assert story(incident) == [("exercise.broken", "bridge"), ("exercise.mended", "bridge")]


def test_bridges_and_places_stand_there_in_the_language_of_the_page(
    world: World, incident: Incident, roads: object, gateway: Gateway
) -> None:
    """The English name of a bridge is what the district's map calls it, that of a place what its unit is called."""
    words = {"zh": "West Bridge", "en": "Bridge of the West", "bridge": True}
    bridge = {"type": "Feature", "geometry": None, "properties": words}
    MapLayer.objects.create(slug="roads", geojson={"type": "FeatureCollection", "features": [bridge]})
    Unit.objects.filter(code="V12").update(name_en="Gaotang Village")
    client = world.client_of("commander")
    page = client.get(f"/exercise/{incident.pk}/break/").content.decode()
    assert "Bridge of the West" in page
    assert 'data-what="West Bridge"' in page
    assert "Gaotang Village: 0 called" in page
    assert "高塘" not in page
    said = press(client, incident, "close-bridge", "West Bridge")
    assert "Bridge of the West is closed" in said
    said = press(client, incident, "cut-off", "OF/T1/V12")
    assert "Gaotang Village has no network any more" in said
    assert "高塘" not in said
    told = world.client_of("commander", language="zh-hans").get(f"/incidents/{incident.pk}/log/").content.decode()
    assert "高塘村" in told
    assert "Gaotang" not in told
    assert "Bridge of" not in told


def test_only_bridges_of_the_network_are_closed_here(world: World, incident: Incident, roads: object) -> None:
    for name in ("North road", "", "no such"):
        with pytest.raises(InvalidInput, match="no_bridge"):
            actions.close_bridge(world.actor("commander"), incident, name)
    assert not Closure.objects.exists()


def test_a_bridge_can_be_closed_where_nobody_plays_the_world_outside(
    world: World, incident: Incident, roads: object, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        press(world.client_of("commander"), incident, "close-bridge", "West Bridge")
    assert Closure.objects.filter(ended_at=None).count() == 1


# --- gateway and places -------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["down", "lossy", "slow", "lying"])
def test_the_gateway_is_broken_in_each_way_and_mended(
    world: World, incident: Incident, gateway: Gateway, mode: str
) -> None:
    client = world.client_of("commander")
    press(client, incident, "gateway", mode)
    assert gateway.trouble.mode == mode
    assert "This is broken already" in press(client, incident, "gateway", mode)
    page = press(client, incident, "gateway", "whole")
    assert gateway.trouble == Trouble()
    assert "works again" in page
    assert story(incident) == [("exercise.broken", f"gateway_{mode}"), ("exercise.mended", "gateway")]


def test_a_village_and_a_town_lose_their_network_and_get_it_back(
    world: World, incident: Incident, gateway: Gateway
) -> None:
    client = world.client_of("commander")
    press(client, incident, "cut-off", "OF/T1")
    press(client, incident, "cut-off", "OF/T2/V21")
    phones = {m.phone for m in world.members if m.home_unit and m.home_unit.path.startswith(("OF/T1", "OF/T2/V21"))}
    others = {m.phone for m in world.members} - phones - {""}
    assert phones - {""}
    assert others
    assert all(gateway.trouble.cuts_off(phone) for phone in phones - {""})
    assert not any(gateway.trouble.cuts_off(phone) for phone in others)
    page = press(client, incident, "bring-back", "OF/T1")
    assert [path for path, _ in gateway.trouble.places] == ["OF/T2/V21"]
    assert 'data-what="OF/T2/V21"' in page
    assert [what for _, what in story(incident)] == ["village", "village", "village"]


def test_the_office_as_a_whole_is_no_place(world: World, incident: Incident, gateway: Gateway) -> None:
    for path in ("OF", "OF/S1", "", "nowhere"):
        with pytest.raises(NotFound, match="no_place"):
            actions.cut_off(world.actor("commander"), incident, path)
    assert gateway.trouble == Trouble()


def test_without_an_engine_the_panel_says_so_and_offers_neither_gateway_nor_places(
    world: World, incident: Incident, settings: Any
) -> None:
    settings.MUSTER_EXERCISE_SMS_URL = "http://127.0.0.1:9"  # nobody listens there
    client = world.client_of("commander")
    page = client.get(f"/exercise/{incident.pk}/break/").content.decode()
    assert "no-engine" in page
    assert 'data-do="gateway"' not in page
    assert 'data-do="cut-off"' not in page
    assert "Nobody plays the world outside" in press(client, incident, "gateway", "down")
    with pytest.raises(Unavailable, match="no_engine"):
        actions.cut_off(world.actor("commander"), incident, "OF/T1")
    assert story(incident) == []  # nothing was broken, so nothing is told


# --- processes ----------------------------------------------------------------------------------------------


def test_a_process_that_does_not_run_is_not_killed(world: World, incident: Incident) -> None:
    with pytest.raises(Unavailable, match="no_lane"):
        actions.kill_lane(world.actor("commander"), incident, "solve")
    for lane in ("import", "web", "../x"):
        with pytest.raises(InvalidInput, match="no_such_trouble"):
            actions.kill_lane(world.actor("commander"), incident, lane)
    assert story(incident) == []


# --- the story ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_was_broken_stands_in_the_log_in_words(
    world: World, incident: Incident, gateway: Gateway, language: str
) -> None:
    client = world.client_of("commander", language=language)
    for mode in ("down", "whole", "lossy", "slow", "lying"):
        press(client, incident, "gateway", mode)
    press(client, incident, "cut-off", "OF/T1")
    press(client, incident, "bring-back", "OF/T1")
    log = client.get(f"/incidents/{incident.pk}/log/").content.decode()
    assert "exercise." not in log.split("<main", 1)[1]
    words = {"en": ("lose 30% of the texts", "mended the SMS gateway"), "zh-hans": ("丢失 30% 的短信", "短信网关恢复")}
    assert all(word in log for word in words[language])
    assert len(events(incident, world.actor("commander"))) >= 7


def test_a_press_that_the_panel_does_not_know_is_refused(world: World, incident: Incident) -> None:
    answer = world.client_of("commander").post(f"/exercise/{incident.pk}/break/", {"do": "explode"})
    assert answer.status_code == 400
    with pytest.raises(InvalidInput):
        actions.set_gateway(world.actor("commander"), incident, "melted")


def test_two_at_the_panel_break_a_thing_once(world: World, incident: Incident, gateway: Gateway) -> None:
    actions.set_gateway(world.actor("commander"), incident, "down")
    with pytest.raises(Conflict, match="broken_already"):
        actions.set_gateway(world.actor("duty_officer"), incident, "down")
    assert len(story(incident)) == 1


def test_the_panel_in_chinese_is_chinese(world: World, incident: Incident, gateway: Gateway, roads: object) -> None:
    page = world.client_of("commander", language="zh-hans").get(f"/exercise/{incident.pk}/break/").content.decode()
    for word in ("设特情", "封桥", "短信网关失灵", "断网失联", "杀掉进程"):
        assert word in page
    for word in ("Break", "Close", "Kill", "Mend", "gateway fails"):
        assert f">{word}" not in page
