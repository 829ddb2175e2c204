"""Travel by distance and the law of preparation plus way."""

import numpy as np
import pytest

from muster.core.geo import distance_km
from muster.planning.arrival import DistanceTravel, Trip, arrival_law
from muster.planning.chances import arrived_by
from muster.planning.problem import InvalidProblem
from muster.planning.response import Delay
from tests.planning.makers import people


def test_minutes_are_distance_times_detour_over_speed():
    trip = DistanceTravel(detour=1.4, speed_km_h=28).travel(np.array([113.0]), np.array([27.7]), 113.1, 27.8)
    assert trip.minutes[0] == pytest.approx(distance_km(113.0, 27.7, 113.1, 27.8) * 1.4 / 28 * 60)
    assert trip.sigma.tolist() == [0.3]


def test_living_next_door_takes_a_minute_and_an_unknown_home_for_ever():
    trip = DistanceTravel().travel(np.array([113.0, np.nan]), np.array([27.7, 27.7]), 113.0, 27.7)
    assert trip.minutes.tolist() == [1.0, np.inf]


@pytest.mark.parametrize("bad", [{"detour": 0.9}, {"speed_km_h": 0}, {"spread": -1}, {"least_minutes": 0}])
def test_travel_that_makes_no_sense_is_refused(bad):
    with pytest.raises(InvalidProblem):
        DistanceTravel(**bad)


def test_preparation_and_way_add_up():
    rng = np.random.default_rng(0)
    minutes, sigma = np.array([5.0, 20.0, 40.0]), np.array([0.3, 0.25, 0.2])
    offset, mu, spread = arrival_law(Delay(4.0, 1.6, 0.5), Trip(minutes, sigma))
    for i in range(3):
        way = minutes[i] * np.exp(sigma[i] * rng.normal(size=200_000))
        total = 4 + np.exp(1.6 + 0.5 * rng.normal(size=200_000)) + way
        assert offset[i] + np.exp(mu[i] + spread[i] ** 2 / 2) == pytest.approx(total.mean(), rel=0.01)
        assert offset[i] + np.exp(mu[i]) == pytest.approx(np.median(total), rel=0.02)
        for share in (0.1, 0.9):
            law = offset[i] + np.exp(mu[i] + spread[i] * {0.1: -1.2816, 0.9: 1.2816}[share])
            assert law == pytest.approx(np.quantile(total, share), rel=0.03)


def test_where_there_is_no_way_nobody_comes():
    offset, mu, sigma = arrival_law(Delay(4.0, 1.6, 0.5), Trip(np.array([np.inf]), np.array([0.3])))
    crowd = people(1, offset_minutes=offset, mu=mu, sigma=sigma)
    assert arrived_by(crowd, np.array([100_000.0])).tolist() == [[0.0]]
