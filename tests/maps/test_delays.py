"""What closures cost those who are called: minutes more by the way that is left, against a way measured without them."""

from __future__ import annotations

import numpy as np
import pytest

from muster.apps.incidents.reads.reasons import reasons_of
from muster.apps.maps.actions import end_closure
from muster.apps.maps.reads import delays_at, roads_at
from muster.apps.maps.reads import roads as roads_module
from muster.planning.roads.network import Network
from tests.maps.conftest import ALL_BRIDGES, EAST_BRIDGE, WEST_BRIDGE
from tests.roads.makers import at
from tests.world import World

HOMES = (at(1000, 0), at(4000, 0), at(1000, 2000), at(4000, 2000))  # two in the south, two in the north
LON, LAT = (np.array(column) for column in zip(*HOMES, strict=True))
NORTH = [at(1500, 2000)]


def test_open_roads_delay_nobody_and_cost_one_query(world: World, roads, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert delays_at(world.now, LON, LAT, NORTH) is None


def test_one_bridge_costs_its_people_the_way_round_by_the_other(world: World, roads, close):
    open_minutes = roads_at(world.now).travel(LON, LAT, *NORTH[0]).minutes
    closure = close(WEST_BRIDGE)
    delays = delays_at(world.now, LON, LAT, NORTH)
    closed_minutes = roads_at(world.now).travel(LON, LAT, *NORTH[0]).minutes
    assert delays is not None
    assert delays.more == pytest.approx(closed_minutes - open_minutes)
    assert (delays.more > 1).tolist() == [True, False, False, False]
    assert delays.closures == (closure,)


def test_where_a_second_bridge_is_shut_too_nobody_crosses_and_both_are_named(world: World, roads, close):
    both = (close(WEST_BRIDGE), close(EAST_BRIDGE))
    delays = delays_at(world.now, LON, LAT, NORTH)
    assert delays is not None
    assert np.isinf(delays.more).tolist() == [True, True, False, False]
    assert delays.closures == both


def test_a_closure_whose_end_would_help_nobody_is_not_named_beside_one_that_would(world: World, roads, close):
    west = close(WEST_BRIDGE)
    close(EAST_BRIDGE, modes=("truck",))
    delays = delays_at(world.now, LON, LAT, NORTH)
    assert delays is not None
    assert delays.closures == (west,)


def test_two_closures_over_each_other_are_both_named_since_only_both_ends_would_help(world: World, roads, close):
    both = (close(ALL_BRIDGES), close(ALL_BRIDGES))
    delays = delays_at(world.now, LON, LAT, NORTH)
    assert delays is not None
    assert delays.closures == both


def test_the_same_question_again_searches_no_road_however_many_are_closed(
    world: World, roads, close, monkeypatch, django_assert_num_queries
):
    """Twelve closures: as many states of the roads and two more, each to two points."""
    for metres in range(12):
        close((at(900, 1500 + 10 * metres), at(1100, 1500 + 10 * metres)))
    points = [*NORTH, at(4000, 2000)]
    searches: list[tuple[float, float]] = []
    search = Network.best_times
    monkeypatch.setattr(
        Network,
        "best_times",
        lambda self, lon, lat, to, closed: searches.append(to) or search(self, lon, lat, to, closed),
    )
    cuts: list[int] = []
    cut = roads_module.closed_edges
    monkeypatch.setattr(roads_module, "closed_edges", lambda net, shut: cuts.append(len(shut)) or cut(net, shut))
    first = delays_at(world.now, LON, LAT, points)
    assert first is not None
    assert len(searches) >= 12 * 2  # open roads may have been asked before
    assert len(cuts) >= 12
    searches.clear()
    cuts.clear()
    with django_assert_num_queries(2):
        again = delays_at(world.now, LON, LAT, points)
    assert searches == cuts == []
    assert again is not None
    assert again.more.tolist() == first.more.tolist()
    assert again.closures == first.closures


def test_a_closure_that_ends_is_asked_anew(world: World, roads, close):
    west, east = close(WEST_BRIDGE), close(EAST_BRIDGE)
    both = delays_at(world.now, LON, LAT, NORTH)
    end_closure(world.actor("duty_officer"), east)
    one = delays_at(world.now, LON, LAT, NORTH)
    assert both is not None
    assert one is not None
    assert np.isinf(both.more).any()
    assert not np.isinf(one.more).any()
    assert one.closures == (west,)


def test_a_closed_bridge_is_a_reason_on_the_duty_page_until_it_is_opened(world: World, roads, close):
    callout = world.callout
    callout.muster_points.set(world.muster_points[:1])  # north; every third home lies in the south
    closure = close(ALL_BRIDGES)
    (reason,) = reasons_of(callout, list(callout.alerts.all()), world.now)
    south = sum((alert.member_id - world.members[0].pk) % 3 == 0 for alert in callout.alerts.all())
    assert (reason.kind, reason.lost, reason.names) == ("road", south, (closure.name or closure.get_kind_display(),))
    page = world.client_of("duty_officer").get(f"/duty/{callout.incident_id}/").content.decode()
    assert f"{south} have no way left" in page
    end_closure(world.actor("duty_officer"), closure)
    assert reasons_of(callout, list(callout.alerts.all()), world.now) == ()
