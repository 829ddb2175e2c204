"""Which pieces of road carry whom: the ways are the quickest ones, and what carries the same people is one loss."""

import numpy as np
import pytest

from muster.planning.roads.carried import carriers, shut
from muster.planning.roads.graph import CAR
from tests.roads.makers import at, random_network, two_banks


def all_open(network):
    return np.zeros((3, len(network.graph.head)), np.bool_)


def homes(*places):
    spots = np.array([at(*place) for place in places])
    return spots[:, 0], spots[:, 1]


def test_a_bridge_carries_those_on_the_other_bank_and_nobody_else():
    network = two_banks()
    lon, lat = homes((0, 2000), (2000, 2000), (0, 0), (4000, 2000))
    people = np.array([10, 11, 12, 13])
    found = carriers(network, lon, lat, at(1000, 0), all_open(network), people)
    bridges = {one.name: one.people.tolist() for one in found if one.bridge}
    assert bridges == {"West Bridge": [10, 11, 13]}
    assert [len(one.people) for one in found] == sorted((len(one.people) for one in found), reverse=True)
    assert len({tuple(one.people.tolist()) for one in found}) == len(found)  # one piece for the same people


def test_with_a_bridge_closed_the_ways_lead_over_the_other_one():
    network = two_banks()
    lon, lat = homes((0, 2000), (4000, 2000))
    west = next(one for one in carriers(network, lon, lat, at(1000, 0), all_open(network), np.arange(2)) if one.bridge)
    closed = shut(network, all_open(network), west.segments)
    names = {one.name for one in carriers(network, lon, lat, at(1000, 0), closed, np.arange(2)) if one.bridge}
    assert names == {"East Bridge"}
    slower = network.best_times(lon, lat, at(1000, 0), closed) >= network.best_times(lon, lat, at(1000, 0))
    assert slower.all()


@pytest.mark.parametrize("seed", range(5))
def test_closing_a_piece_delays_nobody_whom_it_does_not_carry(seed):
    """All by car and on a patchy network: who is not carried by a piece keeps his minutes to the last digit."""
    network = random_network(seed)
    rng = np.random.default_rng(seed)
    nodes = rng.integers(0, len(network.graph.lon), 12)
    lon, lat = network.graph.lon[nodes], network.graph.lat[nodes]
    to = (float(network.graph.lon[0]), float(network.graph.lat[0]))
    free = all_open(network)
    before = network.times(CAR, lon, lat, to, free[CAR])
    for one in carriers(network, lon, lat, to, free, np.arange(12)):
        after = network.times(CAR, lon, lat, to, shut(network, free, one.segments)[CAR])
        others = np.setdiff1d(np.arange(12), one.people)
        assert np.array_equal(after[others], before[others])
        assert (after >= before).all()


def test_a_point_off_the_network_and_homes_without_a_way_are_carried_by_nothing():
    network = two_banks()
    lon, lat = homes((0, 2000))
    assert carriers(network, lon, lat, at(900_000, 0), all_open(network), np.arange(1)) == []
    everything = np.ones((3, len(network.graph.head)), np.bool_)
    assert carriers(network, lon, lat, at(1000, 0), everything, np.arange(1)) == []
