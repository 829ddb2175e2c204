"""Who sees whom."""

from __future__ import annotations

import pytest

from muster.access.rights import Actor
from muster.apps.people.reads import member_by_number, visible_members, visible_units
from muster.core.errors import NotFound
from tests.world import World

pytestmark = pytest.mark.django_db


def test_the_office_sees_everybody(world: World) -> None:
    assert visible_members(world.actor("office_head")).count() == 30
    assert visible_units(world.actor("auditor")).count() == 8


def test_a_town_officer_sees_those_who_serve_or_live_in_his_subtree(world: World) -> None:
    seen = set(visible_members(world.actor("town_officer")).values_list("pk", flat=True))
    expected = {
        member.pk
        for member in world.members
        if member.unit.path.startswith("OF/T1/") or member.home_unit.path.startswith("OF/T1/")
    }
    assert seen == expected
    assert 0 < len(seen) < 30


def test_a_subtree_does_not_reach_a_town_whose_code_begins_alike(world: World) -> None:
    narrow = Actor(ref="account:9", name="", role="town_officer", unit_path="OF/T")
    assert not visible_members(narrow).exists()
    assert not visible_units(narrow).exists()


def test_a_member_sees_only_himself(world: World) -> None:
    assert list(visible_members(world.actor("member"))) == [world.member(1)]
    nobody = Actor(ref="account:9", name="", role="member")
    assert not visible_members(nobody).exists()


def test_the_system_administrator_sees_nobody(world: World) -> None:
    assert not visible_members(world.actor("system_admin")).exists()


def test_a_member_of_another_town_is_as_unknown_as_one_who_does_not_exist(world: World) -> None:
    officer = world.actor("town_officer")
    hidden = next(
        m for m in world.members if not m.unit.path.startswith("OF/T1") and m.home_unit.path.startswith("OF/T2")
    )
    for number in (hidden.number, "TY999999"):
        with pytest.raises(NotFound) as caught:
            member_by_number(officer, number)
        assert caught.value.code == "people.member_unknown"
    assert member_by_number(world.actor("office_head"), hidden.number) == hidden
