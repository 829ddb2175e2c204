"""The only security administrator is locked out: he is let in again at the machine, in the open, and nobody else is."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from typer.testing import CliRunner

from muster.access import actions
from muster.access.models import Account, FirstLink
from muster.access.recovery import actions as recovery
from muster.cli.main import app
from muster.core.errors import MusterError
from muster.journal.models import Entry
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db
NEW = "another quiet river runs"


def recovers(login: str = "security_admin", reason: str = "phone lost") -> str:
    return recovery.recover(login, operator="root", reason=reason)


@pytest.mark.parametrize("who", ["security_admin", "system_admin"])
def test_he_gets_a_link_and_everything_he_had_before_is_void(world: World, who: str) -> None:
    user = world.accounts[who].user
    Authenticator.objects.create(user=user, type="totp", data={})
    before = world.client_of(who)
    assert before.get("/accounts/").status_code == 200
    token = recovers(who.upper() + " ")
    assert before.get("/accounts/").status_code == 302
    assert not Authenticator.objects.filter(user=user).exists()
    user.refresh_from_db()
    assert not user.check_password(PASSWORD)
    actions.use_link(token, NEW)
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_it_stands_in_the_journal_with_who_sat_there_and_why(world: World) -> None:
    recovers(reason=" phone \n lost ")
    entry = Entry.objects.get(action="account.recovered")
    assert (entry.stream.name, entry.actor) == ("security", "console")
    assert (entry.payload["operator"], entry.payload["reason"]) == ("root", "phone lost")
    page = world.client_of("auditor").get("/journal/?stream=security").content.decode()
    assert "Let in again at the machine by root: phone lost" in page
    assert "At the machine" in page


@pytest.mark.parametrize("who", ["office_head", "auditor", "member", "nobody"])
def test_nobody_else_is_let_in_this_way(world: World, who: str) -> None:
    with pytest.raises(MusterError, match=r"access\.recover_unknown"):
        recovers(who)
    assert not FirstLink.objects.filter(used_at=None).exists()


def test_it_takes_a_reason(world: World) -> None:
    with pytest.raises(MusterError, match=r"access\.reason_needed"):
        recovers(reason=" \n")


def test_a_second_one_of_his_kind_does_it_on_his_page(world: World) -> None:
    other, token = actions.make_account(actions.SYSTEM, login="second", name="x", role="security_admin")
    assert recovers()  # the second has not set a password yet: he could not sign in either
    actions.use_link(token, PASSWORD)
    with pytest.raises(MusterError, match=r"access\.recover_other"):
        recovers()
    Account.objects.filter(pk=other.pk).update(active=False)
    assert recovers()


def test_the_command_prints_the_link_and_refuses_in_one_sentence(world: World) -> None:
    done = CliRunner().invoke(app, ["recover", "security_admin", "--reason", "x", "--address", "https://muster.test/"])
    assert done.exit_code == 0
    found = re.search(r"https://muster\.test/first/([\w-]+)/", done.stdout)
    assert found
    assert actions.link_of(found.group(1)).account == world.accounts["security_admin"]
    refused = CliRunner().invoke(app, ["recover", "auditor", "--reason", "x"])
    assert isinstance(refused.exception, MusterError)
    assert CliRunner().invoke(app, ["recover", "security_admin"]).exit_code == 2


def test_a_user_whom_the_system_does_not_name_is_no_obstacle(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert CliRunner().invoke(app, ["recover", "security_admin", "--reason", "x"]).exit_code == 0
    assert Entry.objects.get(action="account.recovered").payload["operator"] == "?"
