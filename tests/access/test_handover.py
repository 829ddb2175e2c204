"""The duty goes from one to the other, in the journal and on the daily sheet."""

from __future__ import annotations

import pytest

from muster.access.handover import actions, reads
from muster.access.models import Account, Handover
from muster.access.rights import Right
from muster.apps.desk.models import DutyDay
from muster.core.errors import Conflict, MusterError, NotAllowed
from muster.journal.models import Entry
from tests.world import World


def acts() -> list[str]:
    rows = Entry.objects.filter(stream__name="security", action__startswith="duty.").order_by("seq")
    return list(rows.values_list("action", flat=True))


@pytest.fixture
def on_duty(world: World) -> World:
    actions.take_free_duty(world.actor("duty_officer"))
    return world


def test_the_free_duty_is_taken_by_who_may_and_only_once(world: World) -> None:
    assert reads.holder() is None
    for who in ("town_officer", "auditor", "staff"):
        with pytest.raises(NotAllowed):
            actions.take_free_duty(world.actor(who))
    row = actions.take_free_duty(world.actor("duty_officer"))
    assert reads.holder() == world.accounts["duty_officer"]
    assert str(row).startswith("duty from None")
    with pytest.raises(Conflict, match=r"access\.duty_held"):
        actions.take_free_duty(world.actor("commander"))


def test_the_duty_moves_when_the_other_accepts_and_the_sheet_follows(on_duty: World) -> None:
    giver, taker = on_duty.client_of("duty_officer"), on_duty.client_of("commander")
    sent = {"do": "offer", "to": on_duty.accounts["commander"].pk, "note": "bridge  closed"}
    assert giver.post("/account/duty/", sent).status_code == 302
    assert reads.holder() == on_duty.accounts["duty_officer"]
    page = taker.get("/account/").content.decode()
    assert "hands the duty to you" in page
    assert "bridge closed" in page
    taker.post("/account/duty/", {"do": "accept", "pk": Handover.objects.latest("pk").pk})
    assert reads.holder() == on_duty.accounts["commander"]
    assert DutyDay.objects.get().officer_name == "commander"
    assert acts() == ["duty.taken", "duty.offered", "duty.accepted"]
    assert "commander holds the duty" in giver.get("/account/").content.decode()


def test_a_declined_or_withdrawn_offer_leaves_the_duty_where_it_is(on_duty: World) -> None:
    for answer, who in (("decline", "commander"), ("back", "duty_officer"), ("back", "office_head")):
        offered = actions.offer(on_duty.actor("duty_officer"), on_duty.accounts["commander"].pk)
        with pytest.raises(Conflict, match=r"access\.offer_open"):
            actions.offer(on_duty.actor("duty_officer"), on_duty.accounts["office_head"].pk)
        assert on_duty.client_of("office_head").get("/account/").status_code == 200
        on_duty.client_of(who).post("/account/duty/", {"do": answer, "pk": offered.pk})
        assert reads.holder() == on_duty.accounts["duty_officer"]
        assert reads.open_offer() is None
    with pytest.raises(Conflict, match=r"access\.offer_gone"):
        actions.take_back(on_duty.actor("duty_officer"), offered.pk)


@pytest.mark.parametrize("who", ["commander", "auditor"])
def test_only_the_holder_offers_it(on_duty: World, who: str) -> None:
    with pytest.raises(Conflict, match=r"access\.not_on_duty"):
        actions.offer(on_duty.actor(who), on_duty.accounts["office_head"].pk)


def test_strangers_to_an_offer_neither_accept_nor_withdraw_it(on_duty: World) -> None:
    row = actions.offer(on_duty.actor("duty_officer"), on_duty.accounts["commander"].pk)
    for act in (
        lambda: actions.answer(on_duty.actor("office_head"), row.pk, accept=True),
        lambda: actions.take_back(on_duty.actor("commander"), row.pk),
    ):
        with pytest.raises(MusterError):
            act()
    assert reads.open_offer() == row


def test_it_goes_to_nobody_who_may_not_hold_it(on_duty: World) -> None:
    for who in ("town_officer", "auditor", "duty_officer"):
        with pytest.raises(Conflict, match=r"access\.taker_unknown"):
            actions.offer(on_duty.actor("duty_officer"), on_duty.accounts[who].pk)
    assert on_duty.client_of("duty_officer").post("/account/duty/", {"do": "dance"}).status_code == 400


def test_a_holder_whose_account_is_shut_holds_nothing(on_duty: World) -> None:
    Account.objects.filter(role="duty_officer").update(active=False)
    assert reads.holder() is None


def test_strict_duty_leaves_the_rights_to_the_holder(world: World, settings: object) -> None:
    settings.MUSTER_DUTY_STRICT = True
    assert world.actor("duty_officer").may(Right.OPEN_INCIDENT)  # nobody holds it: whoever comes first may act
    actions.take_free_duty(world.actor("commander"))
    assert world.actor("duty_officer").role == "staff"
    assert not world.actor("duty_officer").may(Right.OPEN_INCIDENT)
    actions.offer(world.actor("commander"), world.accounts["duty_officer"].pk)
    actions.answer(world.actor("duty_officer"), Handover.objects.latest("pk").pk, accept=True)
    assert world.actor("duty_officer").role == "duty_officer"


def test_a_listener_is_registered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "_listeners", [])
    for _ in range(2):
        reads.on_change(print)
    assert reads._listeners == [print]
