"""A network taken into use and out of it; times as of a moment; files that are gone or damaged."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import osmium
import pytest
from django.conf import settings

from muster.access.rights import SYSTEM
from muster.apps.maps import store
from muster.apps.maps.actions import end_closure, forget_roads, import_roads, keep_network
from muster.apps.maps.models import RoadNetwork
from muster.apps.maps.reads import current_network, roads_at
from muster.core.datum import wgs84_to_gcj02
from muster.core.errors import Conflict, InvalidInput, NotAllowed
from muster.journal.models import Entry
from muster.planning.arrival import DistanceTravel
from tests.maps.conftest import ALL_BRIDGES, WEST_BRIDGE
from tests.roads.makers import at, network_of, two_banks, way

HOME = (np.array([at(1000, 2000)[0]]), np.array([at(1000, 2000)[1]]))


def minutes(moment):
    return float(roads_at(moment).travel(*HOME, *at(1000, 0)).minutes[0])


def files():
    return sorted(path.name for path in (Path(settings.HOME) / store.FOLDER).glob("*"))


def words():
    return [entry.action for entry in Entry.objects.filter(stream__name="maps").order_by("pk")]


def extract(path, *, move=lambda lon, lat: (lon, lat), lon=113.1, lat=27.8):
    """A file with one long road through the villages of the world."""
    with osmium.SimpleWriter(str(path)) as out:
        for number in range(1, 41):
            spot = move(lon + 0.0025 * number, lat + 0.00125 * number)
            out.add_node(osmium.osm.mutable.Node(id=number, location=spot))
        out.add_way(osmium.osm.mutable.Way(id=1, nodes=list(range(1, 41)), tags={"highway": "primary", "name": "干道"}))
    return path.read_bytes()


def test_without_roads_times_go_by_distance(world):
    assert current_network() is None
    assert roads_at(world.now).key == ""
    assert minutes(world.now) == DistanceTravel().travel(*HOME, *at(1000, 0)).minutes[0]
    assert roads_at(world.now).open().network is None


def test_with_roads_times_go_over_them_and_round_what_is_closed(world, roads, close):
    assert minutes(world.now) == pytest.approx(4.0, rel=1e-3)
    row = close(WEST_BRIDGE)
    assert minutes(world.now) == pytest.approx(16.0, rel=1e-3)
    assert float(roads_at(world.now).open().travel(*HOME, *at(1000, 0)).minutes[0]) == pytest.approx(4.0, rel=1e-3)
    close(ALL_BRIDGES)
    assert minutes(world.now) == np.inf
    for each in type(row).objects.all():
        end_closure(world.actor("commander"), each)
    assert minutes(world.now) == pytest.approx(4.0, rel=1e-3)


def test_a_closure_counts_from_its_start_to_its_end_and_not_a_minute_longer(world, roads, close):
    hour = timedelta(hours=1)
    close(WEST_BRIDGE, valid_from=world.now + hour, valid_to=world.now + 2 * hour)
    told = [round(minutes(world.now + step * hour / 2)) for step in range(6)]
    assert told == [4, 4, 16, 16, 4, 4]


def test_the_name_of_the_times_changes_with_network_and_closures_and_comes_back_with_them(world, roads, close):
    first = roads_at(world.now).key
    row = close(WEST_BRIDGE)
    assert roads_at(world.now).key != first
    end_closure(world.actor("commander"), row)
    assert roads_at(world.now).key == first
    keep_network(SYSTEM, network_of({"a": (0, 0), "b": (900, 0)}, [way("a", "b")]).graph, "other")
    assert roads_at(world.now).key not in ("", first)


def test_the_same_question_is_answered_once(world, roads):
    assert roads_at(world.now).travel(*HOME, *at(0, 0)) is roads_at(world.now).travel(*HOME, *at(0, 0))


def test_a_new_network_retires_the_old_one_and_its_file(world, roads):
    assert files() == [f"{roads.hash}.npz"]
    with pytest.MonkeyPatch.context():
        other = keep_network(SYSTEM, network_of({"a": (0, 0), "b": (900, 0)}, [way("a", "b")]).graph, "other")
    assert RoadNetwork.objects.filter(retired_at=None).get() == other
    assert words() == ["roads.imported", "roads.imported"]


@pytest.mark.django_db(transaction=True)
def test_files_go_with_their_networks_and_the_same_network_keeps_its_file(transactional_db, at, request):
    graph = two_banks().graph
    first = keep_network(SYSTEM, graph, "a")
    keep_network(SYSTEM, graph, "a again")
    assert files() == [f"{first.hash}.npz"]
    second = keep_network(SYSTEM, network_of({"a": (0, 0), "b": (900, 0)}, [way("a", "b")]).graph, "b")
    assert files() == [f"{second.hash}.npz"]
    forget_roads(SYSTEM)
    assert files() == []
    assert current_network() is None
    with pytest.raises(Conflict, match=r"maps\.no_network"):
        forget_roads(SYSTEM)


@pytest.mark.parametrize("harm", ["gone", "cut", "text", "other"])
def test_a_file_that_is_gone_or_damaged_leaves_times_by_distance_and_says_so(world, roads, harm):
    path = store.path_of(roads.hash)
    whole = path.read_bytes()
    path.unlink()
    if harm == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif harm == "text":
        path.write_text("roads", encoding="ascii")
    elif harm == "other":
        graph = network_of({"a": (0, 0), "b": (900, 0)}, [way("a", "b")]).graph
        np.savez(path, **graph.to_arrays())
    assert current_network().problem == ("maps.network_missing" if harm == "gone" else "maps.network_damaged")
    assert roads_at(world.now).key == ""
    assert minutes(world.now) == DistanceTravel().travel(*HOME, *at(1000, 0)).minutes[0]


def test_an_extract_is_imported_and_used(world, tmp_path):
    done = import_roads(SYSTEM, extract(tmp_path / "a.osm.pbf"), "a.osm.pbf")
    assert (done.ways, done.landings, done.shifted) == (1, 0, False)
    assert done.network.km == pytest.approx(11.0, abs=0.8)
    assert current_network().row == done.network


def test_an_extract_of_another_country_is_refused_and_the_roads_before_stay(world, roads, tmp_path):
    with pytest.raises(InvalidInput, match=r"maps\.network_elsewhere"):
        import_roads(SYSTEM, extract(tmp_path / "a.osm.pbf", lon=9.5, lat=47.1), "liechtenstein.osm.pbf")
    assert current_network().row == roads


def test_coordinates_in_the_other_datum_are_noticed_and_can_be_put_right(world, tmp_path):
    data = extract(tmp_path / "a.osm.pbf", move=wgs84_to_gcj02)
    assert import_roads(SYSTEM, data, "a").shifted
    mended = import_roads(SYSTEM, data, "a", datum="gcj02")
    assert not mended.shifted
    lon = current_network().network.graph.lon
    assert lon.min() == pytest.approx(113.1025, abs=1e-5)
    with pytest.raises(InvalidInput, match=r"geo\.datum_unknown"):
        import_roads(SYSTEM, data, "a", datum="mars")


def test_who_may_not_write_plans_imports_no_roads(world, tmp_path):
    with pytest.raises(NotAllowed):
        import_roads(world.actor("town_officer"), b"", "a")
    with pytest.raises(NotAllowed):
        forget_roads(world.actor("auditor"))
