"""Times along the roads: against a plain heap, by the ruler, with ways on foot at both ends."""

import numpy as np
import pytest

from muster.planning.roads.closures import Cut, closed_edges, line_of
from muster.planning.roads.graph import CAR, FOOT, TRUCK
from muster.planning.roads.network import FARTHEST_M, FOOT_KMH, OFF_ROAD_DETOUR
from muster.planning.roads.travel import RoadTravel
from tests.roads.makers import at, network_of, plain_minutes, random_network, two_banks, way

STREET = {"a": (0, 0), "b": (3000, 0)}


def homes(*places):
    spots = np.array([at(*place) for place in places])
    return spots[:, 0], spots[:, 1]


@pytest.mark.parametrize("mode", [CAR, TRUCK, FOOT])
@pytest.mark.parametrize("seed", range(6))
def test_times_are_those_of_a_plain_dijkstra_with_and_without_closed_edges(seed, mode):
    network = random_network(seed)
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, len(network.graph.lon), 3)
    for closed in (None, rng.random(len(network.graph.head)) < 0.2):
        found = network.minutes_to(mode, targets, closed)
        for row, target in zip(found, targets.tolist(), strict=True):
            told = plain_minutes(network.graph, mode, target, closed)
            assert np.array_equal(np.isinf(row), np.isinf(told))
            finite = np.isfinite(told)
            assert row[finite] == pytest.approx(told[finite], rel=1e-6, abs=1e-4)


def test_of_two_roads_between_the_same_places_the_quicker_counts_and_the_other_when_it_is_closed():
    slow, quick = way("a", "b", kmh=(10, 10, 5), name="Old Road"), way("a", "b", kmh=(40, 40, 5), name="New Road")
    network = network_of({"a": (0, 0), "b": (50, 0)}, [slow, quick])
    both = Cut(line_of([at(25, -9), at(25, 9)]), road="New Road")
    assert network.times(CAR, *homes((50, 0)), at(0, 0), None)[0] == pytest.approx(0.075, rel=1e-3)
    closed = closed_edges(network, [both])[CAR]
    assert network.times(CAR, *homes((50, 0)), at(0, 0), closed)[0] == pytest.approx(0.3, rel=1e-3)


def test_minutes_are_length_over_speed():
    network = network_of(STREET, [way("a", "b", kmh=(30, 20, 5))])
    lon, lat = homes((3000, 0))
    for mode, minutes in ((CAR, 6.0), (TRUCK, 9.0), (FOOT, 36.0)):
        assert network.times(mode, lon, lat, at(0, 0), None)[0] == pytest.approx(minutes, rel=1e-3)


def test_the_way_to_the_road_is_on_foot_and_not_straight():
    network = network_of(STREET, [way("a", "b")])
    lon, lat = homes((3000, 400))
    walk = 0.4 * OFF_ROAD_DETOUR / FOOT_KMH * 60
    assert network.times(CAR, lon, lat, at(0, 200), None)[0] == pytest.approx(6 + 1.5 * walk, rel=1e-3)


def test_the_direction_is_from_the_home_to_the_point():
    network = network_of({"a": (0, 0), "b": (50, 0), "c": (0, 50)}, [
        way("a", "b", oneway=1), way("b", "c", oneway=1), way("c", "a", oneway=1),
    ])  # fmt: skip
    near, far = (network.times(CAR, *homes(place), at(50, 0), None)[0] for place in ((0, 0), (0, 50)))
    assert near == pytest.approx(0.1, rel=0.01)
    assert far == pytest.approx(0.2, rel=0.01)  # round the block, not back


def test_people_walk_where_that_is_quicker_or_the_only_way():
    places = STREET | {"c": (0, 300)}
    network = network_of(places, [way("a", "b"), way("a", "c", kmh=(0, 0, 5))])
    by_car = network.times(CAR, *homes((0, 300)), at(1020, 0), None)[0]
    best = network.best_times(*homes((0, 300)), at(1020, 0))[0]
    assert best == pytest.approx(min(by_car, 1.32 / 5 * 60), rel=1e-3)
    closed = closed_edges(network, [Cut(line_of([at(500, -50), at(500, 50)]), ("car", "truck"))])
    assert network.best_times(*homes((0, 300)), at(1020, 0), closed)[0] == pytest.approx(1.32 / 5 * 60, rel=1e-3)


def test_an_unknown_home_and_one_far_from_every_road_have_no_way():
    network = two_banks()
    lon, lat = homes((0, -FARTHEST_M - 500), (0, 0), (0, 0))
    lon[2] = np.nan
    minutes = network.best_times(lon, lat, at(1000, 0))
    assert np.isfinite(minutes).tolist() == [False, True, False]
    assert np.isinf(network.best_times(*homes((0, 0)), at(0, FARTHEST_M * 2))).all()
    assert np.isinf(network.best_times(*homes((np.nan, 0)), at(0, 0))).all()


def test_nobody_starts_on_a_piece_of_road_that_leads_nowhere():
    places = STREET | {"x": (1000, 60), "y": (1040, 60)}
    network = network_of(places, [way("a", "b"), way("x", "y")])
    assert network.times(CAR, *homes((1020, 60)), at(0, 0), None)[0] == pytest.approx(2.04 + 1.0, abs=0.4)


def test_a_mode_that_may_go_nowhere_reaches_nothing():
    network = network_of(STREET, [way("a", "b", kmh=(30, 0, 5))])
    assert np.isinf(network.times(TRUCK, *homes((3000, 0)), at(0, 0), None)).all()
    assert network.snap(TRUCK, *homes((3000, 0))).node.tolist() == [-1]


def test_the_planner_gets_medians_of_at_least_a_minute_and_never_where_there_is_no_way():
    network = two_banks()
    lon, lat = homes((1000, 0), (1000, 2000))
    closed = closed_edges(network, [Cut(line_of([at(-500, 1500), at(5000, 1500)]))])
    trip = RoadTravel(network, closed).travel(lon, lat, *at(1000, 0))
    assert trip.minutes.tolist() == [1.0, np.inf]
    assert trip.sigma.tolist() == [0.3, 0.3]
    open_trip = RoadTravel(network, closed_edges(network, [])).travel(lon, lat, *at(1000, 0))
    assert open_trip.minutes[1] == pytest.approx(4.0, rel=1e-3)
