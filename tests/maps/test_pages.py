"""The pages: drawing by name, by typed points, with mistakes; who sees what; the shapes the map draws."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from muster.apps.maps.forms import points_of
from muster.apps.maps.models import Closure
from muster.core.errors import InvalidInput
from tests.maps.conftest import ALL_BRIDGES, WEST_BRIDGE
from tests.roads.makers import at

CLOSURES, REACH = "/maps/closures/", "/maps/reach/"
NORTH = [at(-500, 1500), at(-500, 3000), at(5000, 3000), at(5000, 1500)]


def text_of(points):
    return "\n".join(f"{lon:.6f}, {lat:.6f}" for lon, lat in points)


def given(**changes):
    return {
        "kind": "flood", "reason": "", "road": "", "shape": "line", "points": text_of(WEST_BRIDGE), "datum": "wgs84",
        "modes": ["car", "truck", "foot"], "valid_from": "", "valid_to": "", **changes,
    }  # fmt: skip


def page(answer):
    return answer.content.decode()


def test_a_typed_line_closes_the_bridge_and_the_page_says_what_it_closed(world, roads):
    client = world.client_of("duty_officer")
    answer = client.post(CLOSURES, given(), follow=True)
    assert "Closed: West Bridge" in page(answer)
    assert "Closed now: 1" in page(answer)
    row = Closure.objects.get()
    answer = client.post(reverse("closure-end", args=[row.pk]), follow=True)
    assert "West Bridge is open again" in page(answer)
    assert "All roads are open" in page(answer)


def test_a_bridge_is_chosen_by_name_and_times_are_those_of_beijing(world, roads):
    sent = given(points="", road="East Bridge", only_bridge="on", modes=["truck"], valid_to="2026-07-14T18:00")
    answer = world.client_of("commander").post(CLOSURES, sent, follow=True)
    row = Closure.objects.get()
    assert (row.road, row.modes) == ("East Bridge", ["truck"])
    assert row.valid_to - world.now == timedelta(hours=3, minutes=40)
    assert "Trucks" in page(answer)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"points": "", "road": ""}, "Say where"),
        ({"points": "113.1 east"}, "Line 1 is no point"),
        ({"points": "113.1"}, "Line 1 is no point"),
        ({"points": text_of([at(0, 700), at(50, 700)])}, "touches no road"),
        ({"shape": "area", "points": text_of([at(0, 0), at(9, 9), at(9, 0), at(0, 9)])}, "crosses itself"),
        ({"points": "27.8, 113.0\n27.9, 113.0"}, "Longitude comes first"),
        ({"road": "Rainbow Road"}, "“Rainbow Road”"),
        ({"modes": []}, "Nothing is closed yet"),
        ({"valid_to": "soon"}, "Nothing is closed yet"),
        ({"valid_from": "0001-01-01T00:00"}, "Check the year"),
        ({"valid_to": "9999-12-31T23:59"}, "Check the year"),
        ({"points": "inf, nan\n1e999, 4"}, "Longitude comes first"),
        ({"valid_from": "2026-07-14T18:00", "valid_to": "2026-07-14T17:00"}, "ends before it begins"),
        ({"kind": "dragon"}, "Nothing is closed yet"),
    ],
)
def test_mistakes_are_sentences_and_what_was_typed_stays(world, roads, changes, sentence):
    answer = world.client_of("duty_officer").post(CLOSURES, given(reason="水深半米", **changes))
    assert answer.status_code == 422
    assert sentence in page(answer)
    assert "水深半米" in page(answer)
    assert not Closure.objects.exists()


def test_who_is_cut_off_stands_on_the_page_by_name_and_a_town_officer_sees_only_his_own(world, roads, close):
    close(NORTH, area=True)
    told = page(world.client_of("commander").get(CLOSURES))
    assert "20 members can reach no muster point" in told
    assert "Nobody can reach muster point A" in told
    assert all((member.number in told) == (index % 3 > 0) for index, member in enumerate(world.members))
    town = page(world.client_of("town_officer").get(CLOSURES))
    assert 0 < sum(f"/people/{member.number}/" in town for member in world.members) < 20
    assert "closure-form" not in town


def test_the_callout_names_the_points_and_counts_the_people(world, roads, close):
    from muster.apps.incidents.actions.solving import claim_solve, store_run
    from muster.apps.incidents.solving import answer as solve

    close(NORTH, area=True)
    incident = world.open_incident()
    callout = incident.callout
    store_run(callout.pk, claim_solve(callout.pk), solve(callout, world.now))
    told = page(world.client_of("commander").get(reverse("incident-approve", args=[incident.pk])))
    assert "Nobody can reach muster point A" in told
    assert "No open road leads to a muster point for" in told


def test_pages_without_roads_say_how_to_get_them(world):
    client = world.client_of("duty_officer")
    assert "muster map import-roads" in page(client.get(CLOSURES))
    assert "muster map import-roads" in page(client.get(REACH))
    world.muster_points[0].plans.clear()
    for point in world.muster_points:
        point.plans.clear()
        point.delete()
    assert "No muster point is entered yet" in page(client.get(REACH))
    assert client.get("/maps/reach.json").json()["features"] == []


def test_minutes_to_a_point_are_counted_by_band(world, roads, close):
    client = world.client_of("town_officer")
    told = client.get(REACH, {"point": "B", "mode": "car"})
    counts = {row["minutes"]: row["people"] for row in told.context["rows"]}
    # by car: 30 km/h along the bank and over the nearer bridge; 4 minutes over the water, 2 for each kilometre
    expected = [2 * abs(i % 5 - 1) + (0 if i % 3 == 0 else 4) for i in range(30)]
    assert counts[10] == sum(minute <= 10 for minute in expected)
    assert sum(counts.values()) == 30
    close(ALL_BRIDGES)
    assert client.get(REACH, {"point": "B"}).context["rows"][-1]["never"] == 20
    assert client.get(REACH, {"point": "B", "mode": "boat"}).context["mode"] == "car"
    assert client.get(REACH, {"point": "Z"}).status_code == 404


def test_the_map_gets_closures_and_bands_as_shapes(world, roads, close):
    close(WEST_BRIDGE)
    close(NORTH, area=True, valid_from=world.now + timedelta(hours=1))
    client = world.client_of("auditor")
    drawn = client.get("/maps/closures.json").json()["features"]
    assert [(f["properties"]["kind"], f["geometry"]["type"]) for f in drawn] == [
        ("now", "LineString"),
        ("later", "Polygon"),
    ]
    bands = client.get("/maps/reach.json", {"point": "A"}).json()["features"]
    assert {f["properties"]["band"] for f in bands} <= set(range(5))
    assert bands


@pytest.mark.parametrize("path", [CLOSURES, REACH])
def test_chinese_pages_are_chinese(world, roads, close, path):
    close(NORTH, area=True)
    told = page(world.client_of("duty_officer", language="zh-hans").get(path))
    assert "封闭" in told
    for word in ("muster point", "Closed", "minutes", "members"):
        assert word not in told.replace("two-banks", "")


def test_points_are_read_as_people_write_them():
    assert points_of("113.1, 27.8\n\n113.2，27.9\n 113.3 28 ") == [(113.1, 27.8), (113.2, 27.9), (113.3, 28.0)]
    for text in ("113.1", "113.1, 27.8, 3", "a, b"):
        with pytest.raises(InvalidInput, match=r"maps\.points_text"):
            points_of(text)


def test_the_command_on_a_chinese_page_has_a_chinese_file_name(world):
    address = "/maps/reach/"
    assert "import-roads 地图.osm.pbf" in page(world.client_of("duty_officer", language="zh-hans").get(address))
    assert "import-roads FILE.osm.pbf" in page(world.client_of("duty_officer").get(address))
