"""Accounts: who makes them, what is refused, what the journal keeps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from muster.access import actions, directory, reads
from muster.access.models import Account, FirstLink
from muster.access.rights import SYSTEM
from muster.core.errors import Conflict, InvalidInput, MusterError, NotAllowed, NotFound
from muster.journal.models import Entry
from tests.world import PASSWORD, World


def acts() -> list[str]:
    return list(Entry.objects.filter(stream__name="security").order_by("seq").values_list("action", flat=True))


def test_an_account_starts_with_a_one_time_link(world: World) -> None:
    account, token = actions.make_account(
        world.actor("system_admin"), login=" Zhang.San ", name="张三", role="member", member_ref="TY000001"
    )
    assert account.user.get_username() == "zhang.san"
    assert not account.user.has_usable_password()
    actions.use_link(token, PASSWORD)
    assert Account.objects.get(pk=account.pk).user.check_password(PASSWORD)
    assert acts()[-3:] == ["account.made", "account.link_made", "account.password_set"]


@pytest.mark.parametrize("role", ["office_head", "commander", "duty_officer", "town_officer", "member", "auditor"])
def test_only_the_administrator_manages_accounts(world: World, role: str) -> None:
    actor, account = world.actor(role), world.accounts["auditor"]
    before = len(acts())
    for act in (
        lambda: actions.make_account(actor, login="new", name="x", role="auditor"),
        lambda: actions.new_link(actor, account),
        lambda: actions.set_role(actor, account, "commander"),
        lambda: actions.switch_off(actor, account),
        lambda: actions.switch_on(actor, account),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert len(acts()) == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"login": "a"}, "access.login_form"),
        ({"login": "with blank"}, "access.login_form"),
        ({"login": "-dash"}, "access.login_form"),
        ({"login": "AUDITOR"}, "access.login_taken"),
        ({"role": "emperor"}, "access.role_unknown"),
        ({"role": "town_officer"}, "access.unit_needed"),
        ({"role": "member"}, "access.member_needed"),
    ],
)
def test_accounts_that_make_no_sense_are_refused(world: World, changes: dict[str, str], code: str) -> None:
    given = {"login": "new", "name": "x", "role": "auditor", **changes}
    with pytest.raises(MusterError) as refused:
        actions.make_account(world.actor("system_admin"), **given)
    assert refused.value.code == code
    assert not Account.objects.filter(user__username="new").exists()


def test_a_part_of_the_tree_must_exist(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "_offers", [lambda: [("OF/T1", "栗雨街道")]])
    admin = world.actor("system_admin")
    with pytest.raises(InvalidInput, match=r"access\.unit_unknown"):
        actions.make_account(admin, login="new", name="x", role="town_officer", unit_path="OF/T9")
    account, _ = actions.make_account(admin, login="new", name="x", role="town_officer", unit_path="OF/T1")
    assert account.unit_path == "OF/T1"


def test_without_offers_the_directory_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "_offers", [])
    assert directory.units() == []
    directory.offer_units(lambda: [("OF", "办公室")])
    assert directory.units() == [("OF", "办公室")]


def test_a_link_works_once(world: World) -> None:
    token = actions.new_link(SYSTEM, world.accounts["auditor"])
    actions.use_link(token, PASSWORD)
    with pytest.raises(NotFound, match=r"access\.link_unknown"):
        actions.use_link(token, PASSWORD)


def test_a_link_dies_after_a_day(world: World, at: Callable[[str], datetime]) -> None:
    token = actions.new_link(SYSTEM, world.accounts["auditor"])
    at("2026-07-15 14:19")
    assert actions.link_of(token).account == world.accounts["auditor"]
    at("2026-07-15 14:20")
    with pytest.raises(NotFound):
        actions.link_of(token)


def test_a_newer_link_kills_the_older(world: World) -> None:
    old, new = (actions.new_link(SYSTEM, world.accounts["auditor"]) for _ in range(2))
    with pytest.raises(NotFound):
        actions.link_of(old)
    assert actions.link_of(new)


def test_of_two_who_use_a_link_at_once_one_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    token = actions.new_link(SYSTEM, world.accounts["auditor"])
    real = actions._check_password

    def meanwhile_used(password: str, user: object) -> None:
        real(password, user)
        FirstLink.objects.update(used_at=world.now)

    monkeypatch.setattr(actions, "_check_password", meanwhile_used)
    with pytest.raises(NotFound, match=r"access\.link_unknown"):
        actions.use_link(token, "another password")
    assert world.accounts["auditor"].user.check_password(PASSWORD)


def test_only_the_hash_of_a_link_is_kept(world: World) -> None:
    token = actions.new_link(SYSTEM, world.accounts["auditor"])
    assert token not in str(list(FirstLink.objects.values_list()))
    assert token not in str(list(Entry.objects.values_list("payload")))
    assert str(FirstLink.objects.latest("pk")).startswith("link for")


@pytest.mark.parametrize("password", ["short", "1234567890", "password123"])
def test_weak_passwords_are_refused_and_leave_the_link_open(world: World, password: str) -> None:
    token = actions.new_link(SYSTEM, world.accounts["auditor"])
    with pytest.raises(InvalidInput) as refused:
        actions.use_link(token, password)
    assert refused.value.params["reasons"]
    assert actions.link_of(token)


def test_a_password_change_needs_the_present_one(world: World) -> None:
    actor, user = world.actor("auditor"), world.accounts["auditor"].user
    with pytest.raises(InvalidInput, match=r"access\.password_wrong"):
        actions.change_password(actor, user, "not it", "another good one")
    actions.change_password(actor, user, PASSWORD, "another good one")
    assert user.check_password("another good one")
    assert acts()[-1] == "account.password_changed"


def test_a_switched_off_account_is_shut_at_once_and_can_be_opened_again(world: World) -> None:
    admin, account = world.actor("system_admin"), world.accounts["commander"]
    browser = world.client_of("commander")
    token = actions.new_link(admin, account)
    actions.switch_off(admin, account)
    assert browser.get("/password/").status_code == 302
    with pytest.raises(NotFound):
        actions.link_of(token)
    with pytest.raises(Conflict, match=r"access\.switched_off"):
        actions.new_link(admin, account)
    actions.switch_on(admin, account)
    assert world.client_of("commander").get("/password/").status_code == 200
    assert [act for act in acts() if act.startswith("account.switched")] == [
        "account.switched_off",
        "account.switched_on",
    ]


def test_nobody_shuts_himself_out(world: World) -> None:
    with pytest.raises(Conflict, match=r"access\.own_account"):
        actions.switch_off(world.actor("system_admin"), world.accounts["system_admin"])


def test_the_last_administrator_stays(world: World) -> None:
    admin = world.accounts["system_admin"]
    with pytest.raises(Conflict, match=r"access\.last_admin"):
        actions.set_role(SYSTEM, admin, "auditor")
    with pytest.raises(Conflict, match=r"access\.last_admin"):
        actions.switch_off(SYSTEM, admin)
    second, _ = actions.make_account(SYSTEM, login="second", name="x", role="auditor")
    actions.set_role(SYSTEM, second, "system_admin")
    actions.set_role(SYSTEM, admin, "auditor")
    assert reads.account(admin.pk).role == "auditor"


def test_a_changed_role_is_journaled_with_the_one_before(world: World) -> None:
    actions.set_role(world.actor("security_admin"), world.accounts["auditor"], "town_officer", "OF/T2")
    entry = Entry.objects.latest("pk")
    assert entry.payload["before"] == "auditor"
    assert entry.payload["unit_path"] == "OF/T2"
    assert reads.account(world.accounts["auditor"].pk).unit_path == "OF/T2"


def test_an_unknown_account_is_not_found(world: World) -> None:
    with pytest.raises(NotFound, match=r"access\.account_unknown"):
        reads.account(10**9)


def test_logins_without_an_account_are_journaled_too(world: World) -> None:
    world.client_of("outsider").post("/logout/")
    entries = Entry.objects.filter(stream__name="security").order_by("-seq")[:2]
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("login.ended", "stranger"),
        ("login.done", "stranger"),
    ]


def test_accounts_name_themselves(world: World) -> None:
    assert str(world.accounts["auditor"]) == "auditor"
