"""A road network under the world's feet: its homes and muster points lie on two banks with two bridges between them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from muster.apps.maps import store
from muster.apps.maps.actions import ClosureInput, draw_closure, keep_network
from muster.apps.maps.models import Closure, RoadNetwork
from tests.roads.makers import at, two_banks
from tests.world import World

WEST_BRIDGE = (at(900, 1500), at(1100, 1500))
EAST_BRIDGE = (at(3900, 1500), at(4100, 1500))
ALL_BRIDGES = (at(-500, 1500), at(5000, 1500))


@pytest.fixture(autouse=True)
def _no_maps_left() -> Iterator[None]:
    yield
    shutil.rmtree(Path(settings.HOME) / store.FOLDER, ignore_errors=True)
    store._loaded.cache_clear()


@pytest.fixture
def roads(world: World) -> RoadNetwork:
    """The two banks in use: muster point A on the north bank, B on the south, every third home on the south."""
    point_a, point_b = world.muster_points
    (point_a.lon, point_a.lat), (point_b.lon, point_b.lat) = at(1500, 2000), at(1000, 0)
    for point in (point_a, point_b):
        point.save()
    for number, member in enumerate(world.members):
        member.lon, member.lat = at(1000 * (number % 5), 0 if number % 3 == 0 else 2000)
        member.save()
    return keep_network(world.actor("office_head"), two_banks().graph, "two-banks.osm.pbf")


@pytest.fixture
def close(world: World) -> Callable[..., Closure]:
    """`close(WEST_BRIDGE, who="commander", kind="works")`."""

    def draw(points: object = (), *, who: str = "duty_officer", **values: object) -> Closure:
        return draw_closure(world.actor(who), ClosureInput(**{"kind": "flood", "points": points, **values}))

    return draw
