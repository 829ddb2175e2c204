"""Bridges in loss tests and in what is supposed: who needs one, who is late without it, and a change that no plan feels."""

from __future__ import annotations

import re

import pytest

from muster.apps.maps.actions import end_closure
from muster.apps.maps.models import RoadNetwork
from muster.apps.plans.books import books_at
from muster.apps.plans.losing import loss_test
from muster.apps.plans.models import PlanCheck, PlanNeed
from muster.apps.plans.nightly import Nights, touched
from muster.apps.plans.proof import all_templates, prove_all
from muster.apps.plans.proving import Answer
from muster.apps.plans.whatif import Change, bridges, counted
from tests.maps.conftest import ALL_BRIDGES, WEST_BRIDGE
from tests.roads.makers import at
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("roads")]


def needs(world: World, people: int, minutes: int, target: float, points: slice = slice(1, 2)) -> None:
    """So many of all within so many minutes; by default everybody musters on the south bank."""
    PlanNeed.objects.filter(plan=world.plan).delete()
    PlanNeed.objects.create(
        plan=world.plan, order=1, capability=world.capabilities["general_rescue"], people=people, due_minutes=minutes
    )
    world.plan.target = target
    world.plan.save()
    world.plan.muster_points.set(world.muster_points[points])


def proved(world: World) -> PlanCheck:
    from muster.apps.plans.actions.checks import keep_proof

    kept: list[Answer] = []
    prove_all(all_templates(), world.now, keep=lambda one: kept.append(one.answer), workers=1)
    return keep_proof(all_templates()[0], world.now, 0, kept[0], 0.0)


def test_each_bridge_that_carries_somebody_is_closed_by_itself(world: World) -> None:
    needs(world, 8, 45, 0.8)
    check = proved(world)
    assert check.outcome == "holds"
    found = loss_test(all_templates()[0], check)
    assert found is not None
    bridged = {one["en"]: one for one in found["losses"] if one["kind"] == "bridge"}
    assert "West Bridge" in bridged
    west = bridged["West Bridge"]
    assert 0 < west["people"] < len(check.result["alert"])
    assert west["left"] <= found["left"]
    assert {one["kind"] for one in found["losses"]} >= {"bridge", "road", "member", "village", "town"}


def test_a_supposed_closure_says_what_a_drawn_one_does(world: World, close) -> None:
    needs(world, 8, 45, 0.8)
    books = books_at(world.now)
    assert books is not None
    assert books.roads.network is not None
    known = {one.name: one.way for one in bridges(books.roads.network)}
    assert set(known) == {"West Bridge", "East Bridge"}
    (one,) = counted(all_templates(), books, Change(bridge=known["West Bridge"]))
    close(WEST_BRIDGE)
    closed = books_at(world.now)
    assert closed is not None
    (drawn,) = counted(all_templates(), closed, Change())
    assert drawn.before == one.after <= one.before


def test_a_closure_touches_the_plans_whose_people_it_delays_and_no_others(world: World, close) -> None:
    needs(world, 8, 45, 0.8)
    proved(world)
    assert touched(world.now) == []
    nights = Nights()
    nights._seen = "before"
    elsewhere = close((at(1300, 900), at(1300, 1100)))  # the lane by the water, on nobody's way
    assert touched(world.now) == []
    assert not nights.look(world.now)
    end_closure(world.actor("duty_officer"), elsewhere)
    close(ALL_BRIDGES)
    assert len(touched(world.now)) == 1
    assert nights.look(world.now)


def test_a_bridge_can_be_chosen_on_the_page_and_a_depot_compared_by_road(world: World) -> None:
    needs(world, 8, 45, 0.8)
    client = world.client_of("office_head")
    read = client.get("/readiness/what-if/").content.decode()
    way = re.search(r'<option value="(\d+)">West Bridge', read)
    assert way is not None
    shown = client.get("/readiness/what-if/", {"plan": "all", "bridge": way.group(1)}).content.decode()
    assert 'data-testid="what-if"' in shown
    given = {"first": f"site-{world.site.pk}", "second": f"unit-{world.units['T2'].pk}"}
    assert client.get("/readiness/what-if/", given).status_code == 200
    assert RoadNetwork.objects.count() == 1
