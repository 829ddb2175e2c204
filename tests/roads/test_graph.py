"""The graph: directions, barriers, long pieces, and a file of it that is damaged."""

import math

import numpy as np
import pytest

from muster.core.errors import InvalidInput, Unreadable
from muster.planning.roads.build import LONGEST_M, build_graph
from muster.planning.roads.graph import CAR, FOOT, from_arrays
from tests.roads.makers import at, network_of, two_banks, way, ways_of

LINE = {"a": (0, 0), "b": (50, 0), "c": (100, 0)}


def edges(graph, mode):
    """(from, to) pairs of x in whole metres that a mode may use."""
    x = np.rint((graph.lon - at(0, 0)[0]) / (at(1, 0)[0] - at(0, 0)[0])).astype(int)
    usable = graph.kmh[:, mode] > 0
    pairs = zip(x[graph.tail()[usable]], x[graph.head[usable]], strict=True)
    return sorted((int(a), int(b)) for a, b in pairs)


def test_a_road_goes_both_ways_a_one_way_street_one_way_and_people_on_foot_always_both():
    both = [(0, 50), (50, 0), (50, 100), (100, 50)]
    assert edges(build_graph(ways_of(LINE, [way("a", "b", "c")])), CAR) == both
    along = build_graph(ways_of(LINE, [way("a", "b", "c", oneway=1)]))
    against = build_graph(ways_of(LINE, [way("a", "b", "c", oneway=-1)]))
    assert edges(along, CAR) == [(0, 50), (50, 100)]
    assert edges(against, CAR) == [(50, 0), (100, 50)]
    assert edges(along, FOOT) == edges(against, FOOT) == both


def test_a_barrier_stops_vehicles_on_both_sides_of_it_and_nobody_on_foot():
    graph = build_graph(ways_of(LINE | {"d": (150, 0)}, [way("a", "b", "c", "d")], barriers={"b"}))
    assert edges(graph, CAR) == [(100, 150), (150, 100)]
    assert len(edges(graph, FOOT)) == 6


def test_a_way_for_nobody_leaves_no_edge():
    graph = build_graph(ways_of(LINE, [way("a", "b"), way("b", "c", kmh=(0, 0, 0))]))
    assert edges(graph, FOOT) == [(0, 50), (50, 0)]


def test_long_pieces_are_divided_in_equal_parts_and_keep_their_length():
    graph = build_graph(ways_of({"a": (0, 0), "b": (1000, 0), "c": (1000, 50)}, [way("a", "b", "c")]))
    assert len(graph.metres) == math.ceil(1000 / LONGEST_M) + 1
    assert graph.metres.max() <= LONGEST_M
    assert graph.metres.sum() == pytest.approx(1050, rel=1e-4)
    assert edges(graph, CAR)[:2] == [(0, 59), (59, 0)]
    assert len(edges(graph, CAR)) == 2 * len(graph.metres)


def test_lengths_are_those_on_the_ground():
    graph = build_graph(ways_of({"a": (0, 0), "b": (30, 40)}, [way("a", "b")]))
    assert graph.metres.tolist() == pytest.approx([50], rel=1e-4)


@pytest.mark.parametrize(
    "ways",
    [[], [way("a")], [way("a", "a")], [way("a", "b", kmh=(0, 0, 0))]],
    ids=["none", "one node", "no length", "closed to all"],
)
def test_without_a_piece_of_road_there_is_no_network(ways):
    with pytest.raises(InvalidInput, match=r"maps\.no_roads"):
        build_graph(ways_of(LINE, ways))


def test_boats_land_at_the_nearest_node():
    graph = network_of(LINE, [way("a", "b", "c")], landings=[(95, 40, "Old Ferry")]).graph
    assert graph.lon[graph.landing].tolist() == pytest.approx([at(100, 0)[0]])
    assert graph.names[graph.landing_name].tolist() == ["Old Ferry"]


def test_what_a_file_kept_is_the_same_graph():
    graph = two_banks().graph
    again = from_arrays(graph.to_arrays())
    assert all(np.array_equal(value, again.to_arrays()[name]) for name, value in graph.to_arrays().items())


def damaged(name, change):
    arrays = two_banks().graph.to_arrays()
    arrays[name] = change(arrays[name])
    return arrays


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        damaged("head", lambda head: head[:-1]),
        damaged("head", lambda head: head + 10_000),
        damaged("segment", lambda segment: segment - 1),
        damaged("indptr", lambda indptr: indptr[::-1]),
        damaged("indptr", lambda indptr: np.where(np.arange(len(indptr)) == 2, 10**6, indptr)),
        damaged("lat", lambda lat: lat[:-1]),
        damaged("kmh", lambda kmh: kmh[:, :2]),
        damaged("ends", lambda ends: ends[:, :1]),
        damaged("way", lambda way: way + 1000),
        damaged("road", lambda road: road + 7),
        damaged("name", lambda name: name[:-1]),
        damaged("landing", lambda _: np.array([4], np.int32)),
        {name: value[:0] for name, value in two_banks().graph.to_arrays().items()},
    ],
    ids=str,
)
def test_a_damaged_file_is_refused_before_anything_is_looked_up_in_it(arrays):
    with pytest.raises(Unreadable, match=r"maps\.network_damaged"):
        from_arrays(arrays)
