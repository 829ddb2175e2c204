"""System, security and audit administrators can not act for each other, and nobody promotes himself."""

from __future__ import annotations

import itertools

import pytest

from muster.access import actions
from muster.access.models import Account, Role
from muster.access.rights import ADMINISTRATORS, HARMLESS, LENT, RIGHTS, Actor, Right
from muster.access.second_factor.actions import take_off
from muster.core.errors import Conflict, MusterError, NotAllowed
from muster.journal.models import Entry
from tests.world import PASSWORD, World


def test_no_two_administrators_share_a_right() -> None:
    for one, other in itertools.combinations(ADMINISTRATORS, 2):
        assert not RIGHTS[one] & RIGHTS[other], f"{one} and {other}"


def test_no_other_role_administers_and_no_administrator_is_lent_or_lends() -> None:
    for role, rights in RIGHTS.items():
        if role not in ADMINISTRATORS:
            assert not rights & {Right.MANAGE_ACCOUNTS, Right.GRANT_ROLES}
    borrowed = {role for roles in LENT.values() for role in roles}
    assert not (set(LENT) | borrowed) & set(ADMINISTRATORS)


def test_every_lent_role_adds_something_and_takes_nothing_away() -> None:
    for base, roles in LENT.items():
        for role in roles:
            assert RIGHTS[role] - RIGHTS[base]
            lent = Actor("account:1", "", role, base_role=base)
            assert {right for right in Right if lent.may(right)} == RIGHTS[base] | RIGHTS[role]


def test_harmless_roles_see_nobody_else() -> None:
    for role in HARMLESS:
        assert not RIGHTS[role] & {Right.SEE_PEOPLE, Right.SEE_INCIDENTS, Right.SEE_JOURNAL, Right.UNMASK}


@pytest.mark.parametrize("who", ADMINISTRATORS)
@pytest.mark.parametrize("role", Role.values)
def test_nobody_gives_himself_a_role(world: World, who: str, role: str) -> None:
    account = world.accounts[who]
    with pytest.raises((NotAllowed, Conflict)):
        actions.set_role(world.actor(who), account, role, "OF/T1")
    assert Account.objects.get(pk=account.pk).role == who


def test_the_system_administrator_opens_no_account_that_sees_people(world: World) -> None:
    admin = world.actor("system_admin")
    for role in sorted(set(Role.values) - HARMLESS):
        account, token = actions.make_account(admin, login=f"new-{role}", name="x", role=role, unit_path="OF/T1")
        actions.use_link(token, PASSWORD)
        account.refresh_from_db()
        assert (account.role, account.asked_role) == ("unassigned", role)
        with pytest.raises(NotAllowed):
            actions.set_role(admin, account, role, "OF/T1")
    wall, _ = actions.make_account(admin, login="wall-2", name="x", role="wall_screen")
    assert (wall.role, wall.asked_role) == ("wall_screen", "")


def test_the_security_administrator_grants_what_was_asked_for_and_makes_nothing(world: World) -> None:
    account, _ = actions.make_account(world.actor("system_admin"), login="new", name="x", role="commander")
    granter = world.actor("security_admin")
    with pytest.raises(NotAllowed):
        actions.make_account(granter, login="newer", name="x", role="commander")
    actions.set_role(granter, account, "commander")
    account.refresh_from_db()
    assert (account.role, account.asked_role) == ("commander", "")
    assert Entry.objects.latest("pk").payload["before"] == "unassigned"


@pytest.mark.parametrize("watcher", ["security_admin", "auditor"])
def test_the_system_administrator_can_not_sign_in_as_who_watches_him(world: World, watcher: str) -> None:
    admin, account = world.actor("system_admin"), world.accounts[watcher]
    account.user.set_password(PASSWORD)
    for act in (actions.new_link, actions.switch_off, actions.switch_on, take_off):
        with pytest.raises(NotAllowed):
            act(admin, account)


def test_without_a_security_administrator_the_system_administrator_does_his_work(world: World) -> None:
    Account.objects.filter(role="security_admin").update(active=False)
    admin = world.actor("system_admin")
    assert not actions.has_security_admin()
    made, _ = actions.make_account(admin, login="new", name="x", role="commander")
    assert made.role == "commander"
    actions.set_role(admin, made, "security_admin")  # the first one is made so, and watches from then on
    assert actions.keeper(made) == Right.MANAGE_ACCOUNTS  # until he has set his password
    made.user.set_password(PASSWORD)
    assert actions.keeper(made) == Right.GRANT_ROLES
    with pytest.raises(NotAllowed):
        actions.set_role(admin, made, "commander")


def test_the_last_security_administrator_stays(world: World) -> None:
    with pytest.raises(MusterError, match=r"access\.last_security_admin"):
        actions.switch_off(actions.SYSTEM, world.accounts["security_admin"])


def test_the_pages_show_each_administrator_his_own_buttons(world: World) -> None:
    actions.make_account(world.actor("system_admin"), login="asks", name="x", role="commander")
    system = world.client_of("system_admin").get("/accounts/").content.decode()
    security = world.client_of("security_admin").get("/accounts/").content.decode()
    assert 'id="account-form"' in system
    assert "/role/" not in system
    assert "waits for the security administrator" in system
    assert 'id="account-form"' not in security
    assert "Grant the role" in security
    assert world.client_of("security_admin").post("/accounts/", {"login": "x1"}).status_code == 403
