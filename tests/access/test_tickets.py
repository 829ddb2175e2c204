"""An open stream ends with what it was let in with: a lent role, a session, an account, a password, a part of the tree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client, RequestFactory

from muster.access import actions
from muster.access.lending import actions as lendings
from muster.access.middleware import actor_of
from muster.access.models import Account, Lending, SignIn
from muster.access.rights import Actor
from muster.access.sessions.actions import end_all_of
from muster.access.tickets import Ticket, holding, ticket_of
from muster.live import pages, source
from muster.live.hub import View
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db


def ticket_for(world: World, who: str) -> Ticket:
    """The ticket of a stream that this cast member opens now."""
    client: Client = world.client_of(who)
    request = RequestFactory().get("/")
    request.session = client.session
    request.actor = actor_of(Account.objects.get(pk=world.accounts[who].pk).user)
    return ticket_of(request)


def lend(world: World, who: str = "duty_officer", role: str = "commander") -> Lending:
    return lendings.lend(world.actor("office_head"), world.accounts[who], role, hours=1, reason="x")


def test_a_lent_role_drops_out_of_the_stream_with_the_minute_it_ends(
    world: World, at: Callable[[str], datetime]
) -> None:
    lend(world)
    ticket = ticket_for(world, "duty_officer")
    assert (ticket.role, ticket.base_role) == ("commander", "duty_officer")
    at("2026-07-14 15:19")
    assert holding([ticket]) == {ticket}
    at("2026-07-14 15:20")
    assert holding([ticket]) == set()
    assert holding([ticket_for(world, "duty_officer")])


def _given_back(world: World) -> None:
    lendings.end(world.actor("office_head"), Lending.objects.get().pk)


def _other_role_lent(world: World) -> None:
    Account.objects.filter(pk=world.accounts["duty_officer"].pk).update(role="staff")


def _switched_off(world: World) -> None:
    actions.switch_off(world.actor("system_admin"), world.accounts["duty_officer"])


def _session_ended(world: World) -> None:
    end_all_of(world.accounts["duty_officer"].user)


def _new_password(world: World) -> None:
    user = Account.objects.select_related("user").get(pk=world.accounts["duty_officer"].pk).user
    actions.change_password(world.actor("duty_officer"), user, PASSWORD, "other rivers run deeper")


def _smaller_tree(world: World) -> None:
    Account.objects.filter(pk=world.accounts["duty_officer"].pk).update(unit_path="OF/T1")


def _cookie_in_another_browser(world: World) -> None:
    keys = SignIn.objects.filter(user=world.accounts["duty_officer"].user).values_list("session_key", flat=True)
    SignIn.objects.filter(session_key__in=keys).update(browser="Firefox/140")
    for key in list(keys):
        thief = Client(headers={"User-Agent": "Chrome/140"})
        thief.cookies["sessionid"] = key
        assert thief.get("/duty/").status_code == 302


ENDS = (
    _cookie_in_another_browser,
    _given_back,
    _other_role_lent,
    _switched_off,
    _session_ended,
    _new_password,
    _smaller_tree,
)


@pytest.mark.parametrize("ends", ENDS, ids=lambda act: act.__name__.strip("_"))
def test_what_ends_a_stream(world: World, ends: Callable[[World], None]) -> None:
    lend(world)
    ticket, other = ticket_for(world, "duty_officer"), ticket_for(world, "auditor")
    assert holding([ticket, other]) == {ticket, other}
    ends(world)
    assert holding([ticket, other]) == {other}


def test_a_session_that_is_over_ends_its_stream(world: World, at: Callable[[str], datetime]) -> None:
    ticket = ticket_for(world, "auditor")
    at("2026-07-15 14:20")
    assert holding([ticket]) == set()


def test_thirty_streams_are_asked_in_three_queries(world: World, django_assert_num_queries: object) -> None:
    whos = ("office_head", "commander", "duty_officer", "staff", "auditor", "town_officer", "wall_screen")
    tickets = [ticket_for(world, who) for who in whos * 4]
    with django_assert_num_queries(3):
        assert holding(tickets) == set(tickets)


def test_a_stream_is_drawn_for_the_own_role_beside_the_lent_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lend(world, "staff", "duty_officer")
    views: list[View] = []
    viewers: list[Actor] = []
    board = source.reads.board
    monkeypatch.setattr(pages.hub, "stream", lambda view, _ticket: iter([views.append(view) or b""]))
    monkeypatch.setattr(source.reads, "board", lambda one, viewer: viewers.append(viewer) or board(one, viewer))
    list(world.client_of("staff").get(f"/duty/{world.running.pk}/events").streaming_content)
    source.draw(views[0])
    assert (viewers[0].role, viewers[0].base_role) == ("duty_officer", "staff")
