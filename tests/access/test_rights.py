"""The table of rights, and what an actor sees."""

from __future__ import annotations

import pytest

from muster.access.middleware import actor_of
from muster.access.models import Account, Role
from muster.access.rights import RIGHTS, SYSTEM, Actor, Right, check
from muster.access.texts import TEXTS, sentence_of
from muster.core.errors import InvalidInput, NotAllowed
from tests.world import World


def test_every_role_stands_in_the_table_and_no_other() -> None:
    assert set(RIGHTS) == set(Role.values)


def test_the_administrator_has_one_right_and_no_personal_data() -> None:
    assert RIGHTS["system_admin"] == {Right.MANAGE_ACCOUNTS}


def test_only_head_and_commander_approve_release_and_stand_down() -> None:
    for right in (Right.APPROVE, Right.RELEASE, Right.STAND_DOWN):
        assert {role for role, rights in RIGHTS.items() if right in rights} == {"office_head", "commander"}


def test_the_duty_officer_approves_what_was_pre_authorised_by_the_head_alone() -> None:
    assert Right.APPROVE_PRE_AUTHORISED in RIGHTS["duty_officer"]
    assert {role for role, rights in RIGHTS.items() if Right.PRE_AUTHORISE in rights} == {"office_head"}


def test_only_head_and_duty_officer_see_numbers_whole() -> None:
    assert {role for role, rights in RIGHTS.items() if Right.UNMASK in rights} == {"office_head", "duty_officer"}


def test_the_auditor_changes_nothing() -> None:
    assert all(right.startswith("see_") for right in RIGHTS["auditor"])


def test_checking_a_right() -> None:
    officer = Actor(ref="account:1", name="x", role="duty_officer")
    check(officer, Right.RECORD)
    with pytest.raises(NotAllowed) as refused:
        check(officer, Right.STAND_DOWN)
    assert refused.value.http_status == 403


def test_the_system_acts_on_orders_already_checked_but_nobody_passes_as_the_system() -> None:
    check(SYSTEM, Right.APPROVE)
    with pytest.raises(NotAllowed):
        check(Actor(ref="system", name="", role="system"), Right.APPROVE)


def test_a_part_of_the_tree_is_seen_with_all_below_it_and_nothing_beside() -> None:
    officer = Actor(ref="account:1", name="x", role="town_officer", unit_path="OF/T1")
    assert [officer.sees_unit(path) for path in ("OF/T1", "OF/T1/V1", "OF/T10", "OF/T2", "OF")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert Actor(ref="a", name="x", role="commander").sees_unit("OF/T2")


def test_who_acts_is_read_from_the_account(world: World) -> None:
    actor = world.actor("town_officer")
    assert (actor.role, actor.unit_path, actor.ref) == (
        "town_officer", "OF/T1", f"account:{world.accounts['town_officer'].pk}",
    )  # fmt: skip
    Account.objects.filter(role="town_officer").update(active=False)
    assert actor_of(world.accounts["town_officer"].user) is None
    assert actor_of(world.outsider) is None
    assert actor_of(object()) is None


def test_a_guarded_page_lets_in_whom_the_table_lets_in(world: World) -> None:
    assert world.client_of("auditor").get("/journal/").status_code == 200
    assert world.client_of("member").get("/journal/").status_code == 403
    assert world.client_of(None).get("/journal/")["Location"] == "/login/?next=/journal/"
    assert world.client_of("outsider").get("/journal/").status_code == 403
    assert world.client_of("outsider").get("/password/").status_code == 403


def test_errors_of_access_have_sentences() -> None:
    assert sentence_of(InvalidInput("access.login_form")) == str(TEXTS["access.login_form"])
    assert sentence_of(InvalidInput("access.odd")) == "access.odd"
