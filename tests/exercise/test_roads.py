"""The invented roads: every home is on them, and only two bridges join the north of the district with its south."""

from __future__ import annotations

import numpy as np
import pytest
from shapely.geometry import LineString, shape

from muster.core.geo import distances_km
from muster.exercise.data import read
from muster.exercise.district.ground import parting, to_plane
from muster.exercise.district.make import District, make_district
from muster.exercise.district.roads import make_roads, road_km
from muster.planning.arrival import DistanceTravel
from muster.planning.roads.closures import Cut, closed_edges, named_roads, shape_of_road
from muster.planning.roads.network import Network

BRIDGES = ("马家河大桥", "泰山路大桥")


@pytest.fixture(scope="module")
def district() -> District:
    return make_district()


@pytest.fixture(scope="module")
def network(district: District) -> Network:
    return Network(make_roads(district.ground, district.seed))


@pytest.fixture(scope="module")
def homes(district: District) -> tuple[np.ndarray, np.ndarray]:
    return np.array([p.lon for p in district.people]), np.array([p.lat for p in district.people])


def point(letter: str) -> tuple[float, float]:
    place = next(p for p in read("district")["muster_points"] if p["letter"] == letter)
    return place["lon"], place["lat"]


def reach(network: Network, homes: tuple[np.ndarray, np.ndarray], letter: str, *closed: str) -> np.ndarray:
    cuts = [Cut(shape_of_road(network, name, only_bridge=True), road=name) for name in closed]
    return network.best_times(*homes, point(letter), closed_edges(network, cuts))


def test_the_same_ground_has_the_same_roads(district: District, network: Network) -> None:
    again = make_roads(district.ground, district.seed).to_arrays()
    assert all(np.array_equal(again[name], array) for name, array in network.graph.to_arrays().items())


def test_everybody_lives_beside_a_road_and_reaches_every_muster_point(
    network: Network, homes: tuple[np.ndarray, np.ndarray]
) -> None:
    assert np.median(network.snap(0, *homes).metres) < 80
    for letter in "ABCDEFG":
        assert np.isfinite(reach(network, homes, letter)).all()


def test_two_bridges_carry_everything_across(network: Network, homes: tuple[np.ndarray, np.ndarray]) -> None:
    assert {name for name, is_bridge in named_roads(network).items() if is_bridge} == set(BRIDGES)
    water = parting(read("map")).buffer(-0.01)
    graph = network.graph
    ends = [
        LineString([to_plane(graph.lon[a], graph.lat[a]), to_plane(graph.lon[b], graph.lat[b])]) for a, b in graph.ends
    ]
    over = {str(graph.names[graph.name[graph.way[i]]]) for i, line in enumerate(ends) if line.crosses(water)}
    assert over <= set(BRIDGES)
    whole = reach(network, homes, "A")
    for name in BRIDGES:
        one = reach(network, homes, "A", name)
        assert np.isfinite(one).all()
        assert (one >= whole - 1e-9).all()
        assert (one > whole + 1).sum() > 100  # each of them is somebody's way
    none = reach(network, homes, "A", *BRIDGES)
    assert 1000 < np.isinf(none).sum() < 2000
    assert np.array_equal(np.isinf(none), np.isfinite(reach(network, homes, "F", *BRIDGES)))


def test_journeys_take_about_as_long_as_they_were_taken_to_by_distance(
    network: Network, homes: tuple[np.ndarray, np.ndarray]
) -> None:
    for letter in "ABCDEF":
        ratio = reach(network, homes, letter) / DistanceTravel().travel(*homes, *point(letter)).minutes
        assert 0.75 < np.median(ratio) < 1.25


def test_ways_of_the_people_go_along_the_roads(district: District, homes: tuple[np.ndarray, np.ndarray]) -> None:
    ways = np.array(road_km(district.seed, *(list(each) for each in homes), point("A")))
    straight = distances_km(*homes, *point("A"))
    assert (ways >= straight * 0.99).all()
    assert 1.05 < np.median(ways / straight) < 1.6


def test_the_drawn_roads_stop_at_the_water_but_on_the_bridges(district: District) -> None:
    water = parting(read("map")).buffer(-0.02)
    features = district.ground.layers["roads"]["features"]
    crossing = [
        f["properties"].get("zh", "")
        for f in features
        if LineString([to_plane(*p) for p in shape(f["geometry"]).coords]).intersects(water)
    ]
    assert sorted(crossing) == sorted(BRIDGES)
