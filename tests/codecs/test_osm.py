"""Extracts of OpenStreetMap: roads out of files that the library's own writer made, and files that are broken."""

import math

import numpy as np
import osmium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.codecs.osm import read_roads
from muster.codecs.osm_tags import CAR_KMH, CLASSES, FOOT_KMH, Road, is_barrier, landing_name, road_of, speed_limit
from muster.core.errors import InvalidInput, Unreadable

POINTS = {1: (113.0, 27.8, {}), 2: (113.01, 27.8, {}), 3: (113.02, 27.81, {}), 4: (113.03, 27.82, {})}


@pytest.fixture
def extract(tmp_path):
    """Bytes of a file with these points {number: (lon, lat, tags)} and ways [(points, tags)]."""

    def write(points, ways):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.osm.pbf"
        with osmium.SimpleWriter(str(path)) as out:
            for number, (lon, lat, tags) in points.items():
                out.add_node(osmium.osm.mutable.Node(id=number, location=(lon, lat), tags=tags))
            for number, (refs, tags) in enumerate(ways, start=1):
                out.add_way(osmium.osm.mutable.Way(id=number, nodes=refs, tags=tags))
        return path.read_bytes()

    return write


def test_roads_come_with_their_points_names_and_limits(extract):
    roads = read_roads(extract(POINTS, [
        ([1, 2, 3], {"highway": "primary", "name": "滨江路", "oneway": "yes", "maxspeed": "60"}),
        ([3, 4], {"highway": "residential", "bridge": "yes", "maxweight": "7.5", "maxheight": "3.6 m"}),
        ([1, 4], {"waterway": "river", "name": "湘江"}),
    ]))  # fmt: skip
    assert [roads.classes[i] for i in roads.road] == ["primary", "residential"]
    assert [roads.names[i] for i in roads.name] == ["滨江路", ""]
    assert roads.ptr.tolist() == [0, 3, 5]
    first = roads.refs[:3]
    assert roads.lon[first].tolist() == pytest.approx([113.0, 113.01, 113.02])
    assert roads.lat[first].tolist() == pytest.approx([27.8, 27.8, 27.81])
    assert roads.refs[3] == roads.refs[2]  # both roads meet at one point
    assert roads.kmh[0].tolist() == pytest.approx([48.0, 38.4, FOOT_KMH])
    assert roads.oneway.tolist() == [1, 0]
    assert roads.bridge.tolist() == [False, True]
    assert roads.weight_t.tolist() == [math.inf, 7.5]
    assert roads.height_m.tolist() == [math.inf, 3.6]


def test_barriers_and_landings_are_points_of_their_own(extract):
    points = POINTS | {
        2: (113.01, 27.8, {"barrier": "bollard"}),
        9: (113.02, 27.8, {"leisure": "slipway", "name": "渡口"}),
    }
    roads = read_roads(extract(points, [([1, 2, 3], {"highway": "service"})]))
    assert roads.lon[roads.barrier].tolist() == pytest.approx([113.01])
    assert roads.landings.tolist() == [pytest.approx([113.02, 27.8])]
    assert roads.names[roads.landing_names[0]] == "渡口"


def test_the_reader_tells_how_far_it_is(extract):
    ways = [([1, 2], {"highway": "service"})] * 4_000
    told = []
    read_roads(extract(POINTS, ways), told.append)
    assert told == [2_000, 4_000]


def test_points_outside_the_extract_are_left_out_and_too_many_mean_a_file_cut_short(extract):
    inside = [([1, 2, 3, 4], {"highway": "primary"})] * 5
    roads = read_roads(
        extract(POINTS, [*inside, ([77, 1], {"highway": "primary"}), ([4, 3, 78], {"highway": "primary"})])
    )
    assert np.diff(roads.ptr).tolist() == [4] * 5 + [2]
    with pytest.raises(Unreadable, match=r"maps\.pbf_cut"):
        read_roads(extract(POINTS, [([1, 2, 3, 76, 77, 78], {"highway": "primary"})]))


@pytest.mark.parametrize("ways", [[], [([1, 2], {"waterway": "river"})], [([1, 2], {"highway": "proposed"})]], ids=str)
def test_an_extract_without_roads_is_said_to_have_none(extract, ways):
    with pytest.raises(InvalidInput, match=r"maps\.no_roads"):
        read_roads(extract(POINTS, ways))


def test_files_that_are_no_extract_or_damaged_are_refused(extract):
    rng = np.random.default_rng(3)
    points = {i: (113 + float(a), 27 + float(b), {}) for i, (a, b) in enumerate(rng.random((3_000, 2)), start=1)}
    whole = extract(points, [([1, 2, 3], {"highway": "primary"})])
    for cut in (len(whole) // 2, len(whole) - 5):
        with pytest.raises(Unreadable, match=r"maps\.pbf_cut"):
            read_roads(whole[:cut])
    middle = len(whole) // 2
    for broken in (b"", b"this is not a map", b"PK\x03\x04" * 50, whole[:middle] + b"\0" * 300 + whole[middle + 300 :]):
        with pytest.raises(Unreadable, match=r"maps\.pbf_unreadable"):
            read_roads(broken)


def road(**tags):
    return road_of({key.replace("__", ":"): value for key, value in tags.items()})


@pytest.mark.parametrize(
    ("tags", "allowed"),
    [
        ({"highway": "residential"}, (1, 1, 1)),
        ({"highway": "residential", "access": "private"}, (0, 0, 0)),
        ({"highway": "residential", "access": "private", "foot": "yes"}, (0, 0, 1)),
        ({"highway": "residential", "motor_vehicle": "no"}, (0, 0, 1)),
        ({"highway": "residential", "motor_vehicle": "no", "hgv": "yes"}, (0, 1, 1)),
        ({"highway": "residential", "vehicle": "no", "motorcar": "yes"}, (1, 0, 1)),
        ({"highway": "residential", "hgv": "no"}, (1, 0, 1)),
        ({"highway": "residential", "motor_vehicle": "destination"}, (1, 1, 1)),
        ({"highway": "motorway"}, (1, 1, 0)),
        ({"highway": "trunk", "foot": "yes"}, (1, 1, 1)),
        ({"highway": "motorway", "foot": "no"}, (1, 1, 0)),
        ({"highway": "track"}, (1, 0, 1)),
        ({"highway": "footway"}, (0, 0, 1)),
        ({"highway": "steps"}, (0, 0, 1)),
        ({"highway": "footway", "foot": "no"}, (0, 0, 0)),
        ({"highway": "footway", "area": "yes"}, (0, 0, 0)),
        ({"highway": "construction"}, (0, 0, 0)),
        ({}, (0, 0, 0)),
    ],
    ids=str,
)
def test_tags_say_who_may_use_a_road(tags, allowed):
    found = road_of(tags)
    assert tuple(int(speed > 0) for speed in (found.kmh if found else (0, 0, 0))) == allowed


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ({}, 0),
        ({"oneway": "yes"}, 1),
        ({"oneway": "-1"}, -1),
        ({"oneway": "no"}, 0),
        ({"junction": "roundabout"}, 1),
        ({"junction": "roundabout", "oneway": "no"}, 0),
        ({"oneway": "alternating"}, 0),
    ],
    ids=str,
)
def test_tags_say_the_direction(tags, direction):
    assert road(highway="primary", **tags).oneway == direction


def test_motorways_run_one_way_unless_a_tag_says_otherwise():
    assert road(highway="motorway").oneway == 1
    assert road(highway="motorway", oneway="no").oneway == 0


def test_a_signed_limit_counts_for_vehicles_and_steps_are_slow():
    assert road(highway="primary").kmh[0] == CAR_KMH["primary"]
    assert road(highway="primary", maxspeed="30 mph").kmh[0] == pytest.approx(30 * 1.609344 * 0.8)
    assert road(highway="footway", maxspeed="50").kmh == (0, 0, FOOT_KMH)
    assert road(highway="steps").kmh == (0, 0, FOOT_KMH / 2)


@pytest.mark.parametrize(
    ("text", "kmh"),
    [("50", 50), (" 50 km/h", 50), ("none", None), ("0", None), ("", None), ("CN:urban", None), ("20 mph", 32.18688)],
)
def test_limits_of_speed_are_read_where_they_are_numbers(text, kmh):
    assert speed_limit(text) == (None if kmh is None else pytest.approx(kmh))


@pytest.mark.parametrize(
    ("text", "tonnes"),
    [("10", 10), ("7.5 t", 7.5), ("3500 kg", 3.5), ("none", math.inf), ("0", math.inf), ("10 lbs", math.inf)],
)
def test_limits_of_weight_are_read_with_their_unit_and_never_guessed(text, tonnes):
    assert road(highway="primary", maxweight=text).weight_t == tonnes


def test_heights_are_metres():
    assert road(highway="primary", maxheight="350 cm").height_m == 3.5


@pytest.mark.parametrize(
    ("tags", "stops"),
    [
        ({"barrier": "bollard"}, True),
        ({"barrier": "gate"}, False),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, False),
        ({"access": "no"}, False),
        ({}, False),
    ],
    ids=str,
)
def test_bollards_stop_vehicles_and_gates_do_only_when_they_are_said_to(tags, stops):
    assert is_barrier(tags) is stops


def test_slipways_and_ferries_are_where_boats_land():
    assert landing_name({"leisure": "slipway"}) == ""
    assert landing_name({"amenity": "ferry_terminal", "name": " 雷打石渡口 "}) == "雷打石渡口"
    assert landing_name({"amenity": "cafe", "name": "x"}) is None


KEYS = st.sampled_from(
    ["highway", "access", "foot", "hgv", "motor_vehicle", "oneway", "maxspeed", "maxweight", "junction"]
)
VALUES = st.one_of(st.text(max_size=12), st.sampled_from([*CLASSES, "yes", "no", "50", "7.5 t", "-1", "roundabout"]))


@given(st.dictionaries(KEYS, VALUES))
def test_any_tags_make_a_road_that_can_be_used_or_none(tags):
    found = road_of(tags)
    assert found is None or (isinstance(found, Road) and max(found.kmh) > 0 and math.isfinite(max(found.kmh)))
