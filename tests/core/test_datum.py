"""Map datums: the figures that were measured for this district, and exact inverses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core import datum
from muster.core.errors import InvalidInput
from muster.core.geo import distance_km

LON, LAT = st.floats(112.95, 113.16), st.floats(27.60, 27.90)  # the demo district
CHINA_LON, CHINA_LAT = st.floats(75, 134), st.floats(18, 53)


def metres(a, b):
    return distance_km(*a, *b) * 1000


def test_a_published_pair_of_points():
    # Tian'anmen, as the usual converters print it: (116.404, 39.915) in BD-09 is (116.39762729119315,
    # 39.90865673957631) in GCJ-02; (116.404, 39.915) in GCJ-02 is (116.41036949371029, 39.92133699351021) in BD-09
    # and the same numbers in WGS-84 are (116.41024449916938, 39.91640428150164) in GCJ-02.
    assert datum.gcj02_to_bd09(116.404, 39.915) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)
    assert datum.wgs84_to_gcj02(116.404, 39.915) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)
    assert datum.bd09_to_gcj02(116.404, 39.915) == pytest.approx((116.39762729119315, 39.90865673957631), abs=2e-6)


@given(LON, LAT)
def test_the_datums_lie_some_660_metres_apart_here(lon, lat):
    assert 655 <= metres((lon, lat), datum.wgs84_to_gcj02(lon, lat)) <= 675


@given(LON, LAT)
def test_three_passes_invert_to_a_twentieth_of_a_millimetre(lon, lat):
    back = datum.gcj02_to_wgs84(*datum.wgs84_to_gcj02(lon, lat))
    # The haversine of doubles resolves about a tenth of this.
    assert metres((lon, lat), back) < 0.00005 + 0.00001


def test_fewer_passes_are_as_bad_as_measured(monkeypatch):
    points = [(112.95 + 0.21 * i / 17, 27.60 + 0.30 * j / 17) for i in range(18) for j in range(18)]
    worst = []
    for passes in (1, 2, 3):
        monkeypatch.setattr(datum, "PASSES", passes)
        worst.append(max(metres(p, datum.gcj02_to_wgs84(*datum.wgs84_to_gcj02(*p))) for p in points))
    assert 2 < worst[0] < 5
    assert 0.005 < worst[1] < 0.020
    assert worst[2] < 0.00006


@given(CHINA_LON, CHINA_LAT, st.sampled_from(datum.DATUMS))
def test_there_and_back_in_the_whole_country(lon, lat, name):
    there = datum.from_wgs84(lon, lat, name)
    assert metres((lon, lat), datum.to_wgs84(*there, name)) < 0.01


@pytest.mark.parametrize("point", [(9.5, 47.1), (-70.0, -33.0), (113.0, 60.0), (140.0, 35.0)])
def test_outside_the_country_nothing_is_shifted(point):
    assert datum.wgs84_to_gcj02(*point) == point
    assert datum.gcj02_to_wgs84(*point) == point


def test_an_unknown_datum_is_refused_both_ways():
    for convert in (datum.to_wgs84, datum.from_wgs84):
        with pytest.raises(InvalidInput, match=r"geo\.datum_unknown"):
            convert(113.0, 27.7, "bj54")
