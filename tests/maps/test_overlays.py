"""Layers: uploaded with their datum, listed, hidden, taken out in any datum, removed."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from muster.access.rights import SYSTEM
from muster.apps.maps.actions import add_overlay
from muster.apps.maps.models import Overlay
from muster.codecs.layer_files import MOST_BYTES, read_layer
from muster.core.datum import from_wgs84
from muster.core.errors import Conflict, InvalidInput
from muster.core.geo import distance_km
from muster.journal.models import Entry
from tests.world import World

LAYERS = "/maps/layers/"
SPOT = (113.0823, 27.8266)


def geojson(lon: float, lat: float, name: str = "沙袋点", **rest: object) -> bytes:
    feature = {
        "type": "Feature",
        "properties": {"name": name},
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature], **rest}).encode()


def upload(
    world: World, data: bytes, *, who: str = "duty_officer", file: str = "点位.geojson", language="en", **given: str
):
    values = {"name": "", "datum": "wgs84", **given, "file": SimpleUploadedFile(file, data)}
    return world.client_of(who, language=language).post(LAYERS, values, follow=True)


def page(answer) -> str:
    return answer.content.decode()


def test_a_file_becomes_a_layer_named_as_the_file(world: World) -> None:
    answer = upload(world, geojson(*SPOT))
    assert "点位 is on the map: 1 feature." in page(answer)
    row = Overlay.objects.get()
    assert (row.name, row.source, row.count, row.shown) == ("点位", "点位.geojson", 1, True)
    assert Entry.objects.order_by("-pk").first().action == "layer.added"
    assert "已上图，共 1 个要素" in page(upload(world, geojson(*SPOT), name="二号", language="zh-hans"))


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_points_of_another_datum_come_to_lie_where_they_are(world: World, datum: str) -> None:
    upload(world, geojson(*from_wgs84(*SPOT, datum)), datum=datum)
    drawn = world.client_of("town_officer").get(f"/maps/layers/{Overlay.objects.get().pk}.json").json()
    assert distance_km(*drawn["features"][0]["geometry"]["coordinates"], *SPOT) < 0.0001
    assert drawn["features"][0]["properties"]["name"] == "沙袋点"


def test_without_a_datum_nothing_is_taken(world: World) -> None:
    answer = upload(world, geojson(*SPOT), datum="")
    assert answer.status_code == 422
    assert "Say what the coordinates are" in page(answer)
    assert "checked" not in page(world.client_of("duty_officer").get(LAYERS)).split('id="layer-form"')[1]
    assert not Overlay.objects.exists()


def test_a_file_that_names_its_datum_is_not_taken_as_another(world: World) -> None:
    answer = upload(world, geojson(*SPOT, datum="gcj02"))
    assert "The file itself says that it is GCJ02" in page(answer)
    assert upload(world, geojson(*SPOT, datum="gcj02"), datum="gcj02").status_code == 200


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"hello", "no GeoJSON, GPX, KML or KMZ"),
        (geojson(27.8, 113.1), "wrong way round"),
        (b"<!DOCTYPE gpx><gpx/>", "document type"),
        (b"<gpx/>", "no point, line or area"),
    ],
)
def test_mistakes_are_sentences(world: World, data: bytes, sentence: str) -> None:
    answer = upload(world, data)
    assert answer.status_code == 422
    assert sentence in page(answer)
    assert not Overlay.objects.exists()


def test_more_than_50_mb_is_refused(world: World) -> None:
    answer = upload(world, b"{" + b" " * MOST_BYTES)
    assert answer.status_code == 422
    assert "larger than 50 MB" in page(answer)


@pytest.mark.parametrize("form", ["geojson", "gpx", "kml"])
@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_it_goes_out_in_a_datum_that_the_file_and_its_name_say(world: World, form: str, datum: str) -> None:
    layer = add_overlay(SYSTEM, geojson(*SPOT), "点位.geojson", datum="wgs84").layer
    answer = world.client_of("auditor").get(f"/maps/layers/{layer.pk}/file/", {"format": form, "datum": datum})
    assert f"点位-{datum}.{form}" in unquote(answer["Content-Disposition"])
    found = read_layer(answer.content)
    assert (found.datum, found.name, found.features[0].name) == (datum, "点位", "沙袋点")
    assert found.features[0].parts[0][0] == pytest.approx(from_wgs84(*SPOT, datum), abs=1e-7)
    back = upload(world, answer.content, file=f"again.{form}", datum=datum)
    assert back.status_code == 200
    assert distance_km(*Overlay.objects.latest("pk").features[0][3][0][0], *SPOT) < 0.0001


@pytest.mark.parametrize("asked", [{"format": "xls"}, {"datum": "mars"}])
def test_other_formats_and_datums_are_refused(world: World, asked: dict[str, str]) -> None:
    layer = add_overlay(SYSTEM, geojson(*SPOT), "a", datum="wgs84").layer
    assert world.client_of("commander").get(f"/maps/layers/{layer.pk}/file/", asked).status_code == 400


def test_a_layer_is_hidden_shown_and_removed(world: World) -> None:
    layer = add_overlay(SYSTEM, geojson(*SPOT), "点位.geojson", datum="wgs84").layer
    client = world.client_of("commander")

    def shown() -> list[bool]:
        return [each["shown"] for each in client.get("/maps/choices.json").json()["overlays"]]

    assert shown() == [True]
    client.post(f"/maps/layers/{layer.pk}/show/", {"to": "off"})
    assert shown() == [False]
    client.post(f"/maps/layers/{layer.pk}/show/", {"to": "on"})
    assert shown() == [True]
    assert "点位 is removed" in page(client.post(f"/maps/layers/{layer.pk}/remove/", follow=True))
    assert shown() == []
    assert client.get(f"/maps/layers/{layer.pk}.json").status_code == 404


def test_who_only_looks_finds_no_form_and_can_not_post(world: World) -> None:
    assert "layer-form" not in page(world.client_of("town_officer").get(LAYERS))
    assert upload(world, geojson(*SPOT), who="town_officer").status_code == 403
    assert not Overlay.objects.exists()


def test_names_in_a_file_are_text_and_nothing_else(world: World) -> None:
    upload(world, geojson(*SPOT, name="<script>alert(1)</script>墙"), name="<img src=x>点")
    row = Overlay.objects.get()
    assert (row.name, row.features[0][0]) == ("点", "alert(1) 墙")


def test_there_is_an_end_of_layers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.apps.maps.actions.overlays.MOST_OVERLAYS", 1)
    add_overlay(SYSTEM, geojson(*SPOT), "a", datum="wgs84")
    with pytest.raises(Conflict):
        add_overlay(SYSTEM, geojson(*SPOT), "b", datum="wgs84")
    with pytest.raises(InvalidInput):
        add_overlay(SYSTEM, geojson(*SPOT), "b", datum="mars")
