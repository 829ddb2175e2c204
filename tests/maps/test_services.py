"""Base-map services: off until switched on, by whom it may, and the browser is let out to their hosts alone."""

from __future__ import annotations

import pytest

from muster.apps.maps.actions import ServiceInput, add_service, switch_service
from muster.apps.maps.models import MapService
from muster.core.errors import Conflict, InvalidInput, NotAllowed
from muster.journal.models import Entry
from tests.world import World

GROUNDS = "/maps/grounds/"
GIVEN = {
    "name": "影像图", "template": "https://tiles.invalid:8443/img/{z}/{x}/{y}.png?tk=0f1e", "approval": "GS（2026）1234号",
    "attribution": "某测绘院", "datum": "gcj02", "max_zoom": "18",
}  # fmt: skip
HOST = "https://tiles.invalid:8443"
MAP_PAGES = ("/maps/closures/", "/maps/layers/", "/people/map/")


def policy(answer) -> dict[str, list[str]]:
    found = answer["Content-Security-Policy"].split(";")
    return {words[0]: words[1:] for words in (each.split() for each in found)}


def page(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def service(world: World) -> MapService:
    return add_service(world.actor("office_head"), ServiceInput(**{**GIVEN, "max_zoom": 18}))


def test_the_office_head_or_the_administrator_enters_it_and_it_is_off(world: World) -> None:
    for who in ("office_head", "system_admin"):
        answer = world.client_of(who).post(GROUNDS, GIVEN, follow=True)
        assert "影像图 is entered, and off" in page(answer)
    row = MapService.objects.first()
    assert (row.approval, row.on) == ("GS(2026)1234号", False)
    assert world.client_of("commander").get("/maps/choices.json").json()["services"] == []
    for who in ("commander", "duty_officer", "town_officer", "auditor"):
        assert world.client_of(who).post(GROUNDS, GIVEN).status_code == 403
        with pytest.raises(NotAllowed):
            switch_service(world.actor(who), row.pk, on=True)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"approval": ""}, "Nothing is entered yet"),
        ({"approval": "none"}, "no approval number"),
        ({"template": "https://tiles.invalid/{z}/{x}"}, "each in braces"),
        ({"template": "https://*/{z}/{x}/{y}"}, "no address of a map service"),
        ({"attribution": ""}, "Nothing is entered yet"),
        ({"datum": "bd09"}, "Nothing is entered yet"),
        ({"max_zoom": "40"}, "Nothing is entered yet"),
    ],
)
def test_mistakes_are_sentences_and_what_was_typed_stays(world: World, changes, sentence) -> None:
    answer = world.client_of("office_head").post(GROUNDS, {**GIVEN, **changes})
    assert answer.status_code == 422
    assert sentence in page(answer)
    assert "影像图" in page(answer)
    assert not MapService.objects.exists()


def test_only_pages_with_a_map_let_the_browser_out_and_only_to_hosts_that_are_on(
    world: World, service: MapService
) -> None:
    client = world.client_of("commander")
    closed = {path: policy(client.get(path)) for path in (*MAP_PAGES, "/plans/")}
    switch_service(world.actor("office_head"), service.pk, on=True)
    for path in MAP_PAGES:
        opened = policy(client.get(path))
        for directive, sources in closed[path].items():
            if directive in ("img-src", "connect-src"):
                assert opened[directive] == [*sources, HOST]
            elif directive != "style-src":  # its nonce is another one each time
                assert [each for each in opened[directive] if "nonce-" not in each] == [
                    each for each in sources if "nonce-" not in each
                ]
        assert set(opened) == set(closed[path])
    assert HOST not in client.get("/plans/")["Content-Security-Policy"]
    assert HOST not in world.client_of(None).get("/login/")["Content-Security-Policy"]
    assert HOST not in world.client_of("system_admin").get(GROUNDS)["Content-Security-Policy"]
    switch_service(world.actor("office_head"), service.pk, on=False)
    assert HOST not in client.get(MAP_PAGES[0])["Content-Security-Policy"]


def test_maps_hear_of_it_with_its_approval_number_once_it_is_on(world: World, service: MapService) -> None:
    answer = world.client_of("office_head").post(f"{GROUNDS}services/{service.pk}/switch/", {"to": "on"}, follow=True)
    assert "影像图 is on" in page(answer)
    (told,) = world.client_of("town_officer").get("/maps/choices.json").json()["services"]
    assert (told["approval"], told["attribution"], told["datum"]) == ("GS(2026)1234号", "某测绘院", "gcj02")
    assert told["template"] == GIVEN["template"]


def test_a_wall_screen_chooses_nothing_and_hears_of_no_service(world: World, service: MapService) -> None:
    switch_service(world.actor("office_head"), service.pk, on=True)
    found = world.client_of("wall_screen").get("/maps/choices.json").json()
    assert (found["services"], found["overlays"], found["manage"]) == ([], [], "")


def test_the_journal_tells_every_act_and_never_the_key(world: World, service: MapService) -> None:
    head = world.client_of("office_head")
    head.post(f"{GROUNDS}services/{service.pk}/switch/", {"to": "on"})
    head.post(f"{GROUNDS}services/{service.pk}/switch/", {"to": "off"})
    head.post(f"{GROUNDS}services/{service.pk}/remove/")
    entries = list(Entry.objects.filter(action__startswith="service.").order_by("pk"))
    assert [each.action for each in entries] == ["service.added", "service.on", "service.off", "service.removed"]
    assert "0f1e" not in "".join(str(each.payload) for each in entries)
    assert not MapService.objects.exists()
    assert head.post(f"{GROUNDS}services/{service.pk}/switch/", {"to": "on"}).status_code == 404


def test_there_is_an_end_of_services(world: World, service: MapService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.apps.maps.actions.services.MOST_SERVICES", 1)
    with pytest.raises(Conflict):
        add_service(world.actor("office_head"), ServiceInput(**{**GIVEN, "max_zoom": 18}))
    with pytest.raises(InvalidInput):
        add_service(world.actor("office_head"), ServiceInput(**{**GIVEN, "max_zoom": 0}))
