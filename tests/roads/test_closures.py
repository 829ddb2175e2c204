"""Closures cut what they touch: by line, by area, by name, for some modes; and shapes that make no sense."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.errors import InvalidInput
from muster.planning.roads.closures import (
    MOST_CORNERS,
    Cut,
    area_of,
    closed_edges,
    line_of,
    named_roads,
    roads_of,
    shape_of_road,
    touched,
)
from muster.planning.roads.graph import CAR, FOOT
from tests.roads.makers import at, plain_minutes, two_banks

ACROSS = [at(-500, 1500), at(5000, 1500)]  # a line along the middle of the water


@pytest.fixture(scope="module")
def network():
    return two_banks()


def node(network, x, y):
    lon, lat = at(x, y)
    return int(np.hypot(network.graph.lon - lon, network.graph.lat - lat).argmin())


def minutes(network, cuts, start, end, mode=CAR):
    closed = closed_edges(network, cuts)[mode]
    return network.minutes_to(mode, [node(network, *end)], closed)[0, node(network, *start)]


def test_a_line_cuts_what_it_crosses_and_the_detour_is_taken(network):
    west = Cut(line_of([at(900, 1500), at(1100, 1500)]))
    start, end = (1000, 2000), (1000, 0)
    assert minutes(network, [], start, end) == pytest.approx(4.0, rel=1e-3)
    assert minutes(network, [west], start, end) == pytest.approx(16.0, rel=1e-3)
    assert minutes(network, [Cut(line_of(ACROSS))], start, end) == np.inf


def test_an_area_cuts_everything_in_it_and_at_its_border(network):
    square = area_of([at(3500, 500), at(4500, 500), at(4500, 1500), at(3500, 1500)])
    assert roads_of(network, touched(network, Cut(square)))[0][0] == "East Bridge"
    both = [Cut(square), Cut(line_of([at(900, 1500), at(1100, 1500)]))]
    assert minutes(network, both, (4000, 2000), (4000, 0)) == np.inf


def test_a_closure_for_vehicles_leaves_people_on_foot_alone(network):
    cut = Cut(line_of(ACROSS), ("car", "truck"))
    assert minutes(network, [cut], (1000, 2000), (1000, 0)) == np.inf
    assert minutes(network, [cut], (1000, 2000), (1000, 0), FOOT) == pytest.approx(24.0, rel=1e-3)


def test_a_bridge_closed_by_name_leaves_the_road_below_it_open(network):
    shape = shape_of_road(network, "West Bridge", only_bridge=True)
    every = touched(network, Cut(shape))
    named = touched(network, Cut(shape, road="West Bridge"))
    assert {name for name, _ in roads_of(network, every)} == {"West Bridge", "Water Lane", "North Road", "South Road"}
    assert roads_of(network, named) == [("West Bridge", pytest.approx(2000, rel=1e-3))]


def test_roads_are_offered_by_name_with_their_bridges_marked(network):
    assert named_roads(network) == {
        "East Bridge": True, "North Road": False, "South Road": False, "Water Lane": False, "West Bridge": True,
    }  # fmt: skip
    assert shape_of_road(network, "North Road", only_bridge=False).length > 0
    assert shape_of_road(network, "North Road", only_bridge=True) is None
    assert shape_of_road(network, "No Such Road", only_bridge=False) is None


def test_what_a_closure_cuts_can_be_named_also_without_a_name(network):
    found = roads_of(network, touched(network, Cut(line_of([at(200, 500), at(300, 400)]))))
    assert [name for name, _ in found] == [""]
    assert roads_of(network, np.zeros(0, np.int64)) == []


def test_without_closures_nothing_is_shut(network):
    assert not closed_edges(network, []).any()


def test_a_closure_over_everything_leaves_every_edge_shut(network):
    cut = Cut(area_of([at(-9000, -9000), at(9000, -9000), at(9000, 9000), at(-9000, 9000)]))
    assert closed_edges(network, [cut]).all()
    assert (
        np.isinf(network.best_times(network.graph.lon, network.graph.lat, at(0, 0), closed_edges(network, [cut]))).sum()
        > 0
    )


@pytest.mark.parametrize("seed", range(5))
def test_many_closures_at_once_give_the_times_of_a_plain_dijkstra(network, seed):
    rng = np.random.default_rng(seed)
    cuts = []
    for _ in range(8):
        x, y = rng.uniform(-500, 4500), rng.uniform(-500, 2500)
        cuts.append(Cut(line_of([at(x, y), at(x + rng.uniform(-400, 400), y + rng.uniform(-400, 400))])))
    closed = closed_edges(network, cuts)[CAR]
    target = node(network, 2000, 0)
    found = network.minutes_to(CAR, [target], closed)[0]
    told = plain_minutes(network.graph, CAR, target, closed)
    assert np.array_equal(np.isinf(found), np.isinf(told))
    assert found[np.isfinite(found)] == pytest.approx(told[np.isfinite(told)], rel=1e-6, abs=1e-4)


BOW = [at(0, 0), at(100, 100), at(100, 0), at(0, 100)]


@pytest.mark.parametrize(
    ("make", "points", "code"),
    [
        (line_of, [], "maps.too_few_points"),
        (line_of, [at(0, 0), at(0, 0)], "maps.too_few_points"),
        (line_of, [at(i, 0) for i in range(MOST_CORNERS + 1)], "maps.too_many_points"),
        (line_of, [(27.8, 113.0), (27.9, 113.0)], "maps.off_globe"),
        (line_of, [(float("nan"), 27.8), at(0, 0)], "maps.off_globe"),
        (area_of, [at(0, 0), at(10, 0), at(0, 0)], "maps.too_few_points"),
        (area_of, BOW, "maps.crosses_itself"),
        (area_of, [at(0, 0), at(10, 0), at(20, 0)], "maps.crosses_itself"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_shapes_that_make_no_sense_are_refused_with_their_own_code(make, points, code):
    with pytest.raises(InvalidInput) as error:
        make(points)
    assert error.value.code == code


def test_an_area_may_repeat_its_first_point():
    ring = [at(0, 0), at(100, 0), at(100, 100)]
    assert area_of(ring).equals(area_of([*ring, ring[0]]))


@given(st.lists(st.tuples(st.floats(-181, 181), st.floats(-91, 91)), max_size=8), st.sampled_from([line_of, area_of]))
def test_any_list_of_numbers_is_a_shape_or_refused(points, make):
    said, shape = "", None
    try:
        shape = make(points)
    except InvalidInput as error:
        said = error.code
    assert said.startswith("maps.") or (shape is not None and shape.is_valid)
