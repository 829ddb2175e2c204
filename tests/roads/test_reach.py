"""Isochrones: every cell in the band of its time, and no ground beside no road."""

import numpy as np
import pytest
import shapely

from muster.planning.roads.closures import Cut, closed_edges, line_of
from muster.planning.roads.graph import CAR
from muster.planning.roads.reach import BANDS, bands_of, grid_over, isochrones
from tests.roads.makers import at, network_of, two_banks, way


@pytest.fixture(scope="module")
def network():
    return two_banks()


def covered(areas, x, y):
    """The band in which a place lies, None for none."""
    return next((limit for limit, area in areas if area.contains(shapely.Point(at(x, y)))), None)


def test_a_time_at_the_edge_of_a_band_belongs_to_it():
    assert bands_of(np.array([0.0, 10.0, 10.01, 60.0, 61.0, np.inf])).tolist() == [0, 0, 1, 4, 5, 5]


def test_places_lie_in_the_band_of_their_minutes(network):
    areas = isochrones(network, CAR, at(0, 0), None, (2.5, 5.0, 7.5, 60.0))
    for x, y, band in ((400, 30, 2.5), (2000, 30, 5.0), (3250, 30, 7.5), (4000, 1000, 60.0)):
        assert covered(areas, x, y) == band
    assert covered(areas, 2500, 1000) is None  # half a kilometre of water on all sides


def test_areas_do_not_overlap_and_have_no_hairlines(network):
    areas = [area for _, area in isochrones(network, CAR, at(0, 0), None, (2.5, 5.0, 7.5, 60.0))]
    whole = shapely.union_all(areas)
    assert whole.area == pytest.approx(sum(area.area for area in areas), rel=1e-9)
    cell = grid_over(network)
    holes = [ring for part in shapely.get_parts(whole) for ring in part.interiors]
    assert all(shapely.Polygon(hole).area > cell.half_lon * cell.half_lat for hole in holes)


def test_what_is_cut_off_belongs_to_no_band(network):
    closed = closed_edges(network, [Cut(line_of([at(-500, 1500), at(5000, 1500)]))])[CAR]
    areas = isochrones(network, CAR, at(0, 0), closed)
    assert covered(areas, 2000, 30) in BANDS
    assert covered(areas, 2000, 1980) is None


def test_a_point_without_any_way_to_it_has_no_areas(network):
    assert isochrones(network, CAR, (0.0, 0.0), None) == []


def test_a_single_street_is_network_enough():
    street = network_of({"a": (0, 0), "b": (0, 900)}, [way("a", "b")])
    assert covered(isochrones(street, CAR, at(0, 0), None), 0, 450) == BANDS[0]
