"""Distances and boxes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.errors import InvalidInput
from muster.core.geo import CHINA, EARTH_RADIUS_KM, BBox, distance_km, distances_km, is_on_globe, plausible

LON, LAT = st.floats(-180, 180), st.floats(-90, 90)
DISTRICT = BBox(112.9, 27.6, 113.2, 27.9)


def test_a_quarter_of_a_great_circle():
    assert distance_km(0, 0, 90, 0) == pytest.approx(EARTH_RADIUS_KM * math.pi / 2)
    assert distance_km(10, 0, 55, 90) == pytest.approx(EARTH_RADIUS_KM * math.pi / 2)


@given(LON, LAT, LON, LAT)
def test_the_distance_is_that_of_the_chord(lon1, lat1, lon2, lat2):
    def on_sphere(lon, lat):
        a, b = math.radians(lon), math.radians(lat)
        return np.array([math.cos(b) * math.cos(a), math.cos(b) * math.sin(a), math.sin(b)])

    chord = float(np.linalg.norm(on_sphere(lon1, lat1) - on_sphere(lon2, lat2)))
    expected = 2 * EARTH_RADIUS_KM * math.asin(min(1.0, chord / 2))
    assert distance_km(lon1, lat1, lon2, lat2) == pytest.approx(expected, abs=1e-3)


@given(LON, LAT, LON, LAT)
def test_arrays_give_what_single_points_give(lon1, lat1, lon2, lat2):
    many = distances_km([lon1, lon2], [lat1, lat2], lon2, lat2)
    assert many == pytest.approx([distance_km(lon1, lat1, lon2, lat2), 0.0], abs=1e-6)


def test_edges_belong_to_a_box_and_nothing_else_does():
    assert DISTRICT.contains(112.9, 27.9)
    assert not DISTRICT.contains(113.21, 27.7)
    assert not DISTRICT.contains(113.0, 27.59)
    assert not DISTRICT.contains(float("nan"), 27.7)


def test_a_grown_box_stops_at_the_edges_of_the_globe():
    assert BBox(-179.9, -89.9, 179.9, 89.9).grown(1) == BBox(-180, -90, 180, 90)
    assert DISTRICT.grown(0.1).contains(112.81, 27.99)


@pytest.mark.parametrize(
    "edges",
    [
        (1, 0, 0, 1),
        (0, 1, 1, 0),
        (0, 0, float("nan"), 1),
        (-181, 0, 0, 1),
        (0, 0, 1, 91),
        (0, 0, float("inf"), 1),
    ],
)
def test_an_impossible_box_is_refused(edges):
    with pytest.raises(InvalidInput, match=r"geo\.bbox"):
        BBox(*edges)


def test_points_are_judged_against_the_district():
    assert plausible(113.0, 27.7, DISTRICT) == "ok"
    assert plausible(27.7, 113.0, DISTRICT) == "swapped"
    assert plausible(116.4, 39.9, DISTRICT) == "outside"
    assert plausible(116.4, 39.9, CHINA) == "ok"


def test_on_the_globe_or_not():
    assert is_on_globe(180, -90)
    assert not is_on_globe(180.1, 0)
    assert not is_on_globe(0, 90.1)
    assert not is_on_globe(float("nan"), 0)
