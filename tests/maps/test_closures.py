"""Closures drawn and ended: who may, what is refused, what stands in the journal, whom they cut off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.apps.incidents.models import Callout
from muster.apps.incidents.problem import problem_for
from muster.apps.incidents.solving import answer
from muster.apps.maps.actions import end_closure
from muster.apps.maps.models import Closure
from muster.apps.maps.reads import closure_by_id, cut_off_points, effects_at, listed_closures
from muster.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from muster.journal.models import Entry
from tests.maps.conftest import ALL_BRIDGES, EAST_BRIDGE, WEST_BRIDGE
from tests.roads.makers import at

SOUTH = 10  # of the world's thirty members


def test_a_drawn_closure_is_named_after_what_it_cuts_and_stands_in_the_journal(world, roads, close):
    row = close(WEST_BRIDGE, reason="桥面积水")
    assert row.name == "West Bridge"
    assert [name for name, _metres in row.cuts] == ["West Bridge"]
    end_closure(world.actor("commander"), row)
    entries = list(Entry.objects.filter(stream__name="maps", action__startswith="closure"))
    assert [entry.action for entry in entries] == ["closure.drawn", "closure.ended"]
    assert entries[0].payload["geometry"]["type"] == "LineString"


def test_a_bridge_is_closed_by_its_name(world, roads, close):
    row = close(road="East Bridge", only_bridge=True, kind="bridge")
    assert (row.name, row.road) == ("East Bridge", "East Bridge")
    assert row.cuts == [["East Bridge", 2000]]


def test_typed_points_may_come_from_another_map(world, roads, close):
    from muster.core.datum import wgs84_to_gcj02

    row = close([wgs84_to_gcj02(*point) for point in WEST_BRIDGE], datum="gcj02")
    assert row.geometry["coordinates"][0] == pytest.approx(WEST_BRIDGE[0], abs=2e-6)


@pytest.mark.parametrize("role", ["office_head", "commander", "duty_officer"])
def test_those_at_the_desk_draw_closures(close, role):
    assert close(WEST_BRIDGE, who=role).drawn_by_name == role.replace("_", " ")


@pytest.mark.parametrize("role", ["town_officer", "member", "auditor", "system_admin"])
def test_others_neither_draw_nor_end_closures(world, close, role):
    row = close(WEST_BRIDGE)
    with pytest.raises(NotAllowed):
        close(EAST_BRIDGE, who=role)
    with pytest.raises(NotAllowed):
        end_closure(world.actor(role), row)


BOW = [at(0, 0), at(100, 100), at(100, 0), at(0, 100)]
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"kind": "dragon"}, "maps.closure_kind"),
        ({"modes": ()}, "maps.closure_modes"),
        ({"modes": ("boat",)}, "maps.closure_modes"),
        ({"points": BOW, "area": True}, "maps.crosses_itself"),
        ({"points": [at(0, 0)]}, "maps.too_few_points"),
        ({"points": [(113.0, 95.0), (113.0, 27.0)]}, "maps.off_globe"),
        ({"points": [at(0, 700), at(100, 700)]}, "maps.cuts_nothing"),
        ({"points": [(float("inf"), 27.8), at(0, 0)], "datum": "bd09"}, "maps.off_globe"),
        ({"points": [(float("nan"), 27.8), at(0, 0)], "datum": "gcj02"}, "maps.off_globe"),
        ({"road": "No Such Road"}, "maps.road_unknown"),
        ({"road": "North Road", "only_bridge": True}, "maps.road_unknown"),
        ({"datum": "mars"}, "geo.datum_unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_closures_that_make_no_sense_are_refused(roads, close, values, code):
    with pytest.raises(InvalidInput) as error:
        close(**{"points": WEST_BRIDGE, **values})
    assert error.value.code == code
    assert not Closure.objects.exists()


def test_a_closure_must_end_after_it_began_and_after_now(world, close):
    with pytest.raises(InvalidInput, match=r"maps\.closure_times"):
        close(WEST_BRIDGE, valid_from=world.now, valid_to=world.now)
    with pytest.raises(InvalidInput, match=r"maps\.closure_over"):
        close(WEST_BRIDGE, valid_from=world.now - 2 * HOUR, valid_to=world.now - HOUR)


def test_a_closure_ends_once(world, close):
    row = close(WEST_BRIDGE)
    end_closure(world.actor("duty_officer"), row)
    with pytest.raises(Conflict, match=r"maps\.closure_ended"):
        end_closure(world.actor("duty_officer"), row)
    Closure.objects.all().delete()
    with pytest.raises(NotFound):
        end_closure(world.actor("duty_officer"), row)
    with pytest.raises(NotFound):
        closure_by_id(row.pk)


def test_two_hundred_open_closures_are_enough(world, close, monkeypatch):
    monkeypatch.setattr("muster.apps.maps.actions.closures.MOST_OPEN", 2)
    first = close(WEST_BRIDGE)
    close(EAST_BRIDGE)
    with pytest.raises(Conflict, match=r"maps\.too_many_closures"):
        close(ALL_BRIDGES)
    end_closure(world.actor("duty_officer"), first)
    assert close(ALL_BRIDGES).pk


def test_closures_are_listed_as_of_now_to_come_and_over(world, close):
    now, later, past = close(WEST_BRIDGE), close(EAST_BRIDGE, valid_from=world.now + HOUR), close(ALL_BRIDGES)
    end_closure(world.actor("duty_officer"), past)
    listed = listed_closures(world.now)
    assert (listed.now, listed.later, listed.past) == ([now], [later], [past])


def test_without_roads_a_closure_is_kept_and_cuts_nothing_off(world, close):
    assert close(WEST_BRIDGE).cuts == []
    assert not effects_at(world.now, world.actor("commander")).by_road


def test_people_without_a_way_are_counted_and_named(world, roads, close):
    boss = world.actor("commander")
    assert effects_at(world.now, boss).cut_off == 0
    close(ALL_BRIDGES)
    assert effects_at(world.now, boss).cut_off == 0  # a muster point lies on each bank
    close([at(-500, 1500), at(-500, 3000), at(5000, 3000), at(5000, 1500)], area=True)
    told = effects_at(world.now, boss)
    assert told.cut_off == 30 - SOUTH
    assert {person.number for person in told.people} == {m.number for i, m in enumerate(world.members) if i % 3}
    rows = {row.place.key: row for row in told.points}
    assert (rows["A"].reach, rows["A"].cut_off) == (0, True)
    assert (rows["B"].reach, rows["B"].cut_off) == (SOUTH, False)
    assert rows["B"].before == (30, 30)
    assert [point.key for point in cut_off_points(world.now, {"A", "B"})] == ["A"]


def test_a_town_officer_is_told_the_names_of_his_own_people_only(world, roads, close):
    close([at(-500, 1500), at(-500, 3000), at(5000, 3000), at(5000, 1500)], area=True)
    told = effects_at(world.now, world.actor("town_officer"))
    assert told.cut_off == 30 - SOUTH
    paths = {(person.unit.path, person.home_unit.path) for person in told.people}
    assert paths
    assert all("OF/T1" in path for pair in paths for path in [pair[0] + " " + pair[1]])


def test_a_closure_over_everything_cuts_everybody_off_and_breaks_nothing(world, roads, close):
    close([at(-9000, -9000), at(9000, -9000), at(9000, 9000), at(-9000, 9000)], area=True)
    told = effects_at(world.now, world.actor("commander"))
    at_point_b = sum(1 for i in range(30) if i % 5 == 1 and i % 3 == 0)  # they live beside it and walk
    assert told.cut_off == 30 - at_point_b
    assert [row.cut_off for row in told.points] == [True, False]
    run = answer(world.open_incident().callout, world.now)
    assert run.outcome == "shortfall"
    assert run.excluded["cut_off"] > 0


def test_sites_beyond_the_last_bridge_are_named(world, roads, close):
    world.site.lon, world.site.lat = at(4000, 0)
    world.site.save()
    world.muster_points[1].lon, world.muster_points[1].lat = at(2000, 2000)
    world.muster_points[1].save()
    assert effects_at(world.now, world.actor("commander")).sites == ()
    close(ALL_BRIDGES)
    assert [site.key for site in effects_at(world.now, world.actor("commander")).sites] == ["substation"]


def test_every_callout_wants_a_fresh_answer_after_a_closure_and_an_old_one_no_longer_fits(world, roads, close):
    callout = world.open_incident().callout
    before, wanted = problem_for(callout, world.now), Callout.objects.get(pk=callout.pk).wanted_seq
    row = close(ALL_BRIDGES)
    fresh = Callout.objects.get(pk=callout.pk)
    assert fresh.wanted_seq == wanted + 1
    assert problem_for(fresh, world.now).roster_hash != before.roster_hash
    end_closure(world.actor("duty_officer"), row)
    assert Callout.objects.get(pk=callout.pk).wanted_seq == wanted + 2
    assert problem_for(fresh, world.now).roster_hash == before.roster_hash


def test_a_closed_bridge_costs_chance_and_its_opening_gives_it_back(world, roads, close):
    callout = world.open_incident().callout
    callout.muster_points.set(world.muster_points[1:])  # the south bank, where a third of the people live

    def chance():
        return answer(Callout.objects.get(pk=callout.pk), world.now).proposed_p_hat

    open_chance = chance()
    row = close(ALL_BRIDGES)
    assert chance() < open_chance - 0.05
    end_closure(world.actor("duty_officer"), row)
    assert chance() == pytest.approx(open_chance, abs=0.02)
