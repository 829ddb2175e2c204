"""A higher role for some hours: lent by the head, or taken behind glass; over by the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from muster.access.lending import actions, reads
from muster.access.models import Lending
from muster.access.rights import Right
from muster.core.errors import Conflict, InvalidInput, MusterError, NotAllowed
from muster.journal.models import Entry
from tests.world import World


def lend(world: World, who: str = "duty_officer", role: str = "commander", **given: object) -> Lending:
    terms = {"hours": 2, "reason": "commander ill", **given}
    return actions.lend(world.actor("office_head"), world.accounts[who], role, **terms)


def test_a_lent_role_opens_what_it_opens_and_ends_by_the_clock(world: World, at: Callable[[str], datetime]) -> None:
    assert not world.actor("duty_officer").may(Right.STAND_DOWN)
    row = lend(world)
    assert world.actor("duty_officer").may(Right.STAND_DOWN)
    page = world.client_of("duty_officer").get("/account/").content.decode()
    assert "120 min left" in page
    at("2026-07-14 16:19")
    assert world.actor("duty_officer").role == "commander"
    at("2026-07-14 16:20")
    assert world.actor("duty_officer").role == "duty_officer"
    assert 'id="lent"' not in world.client_of("duty_officer").get("/account/").content.decode()
    assert str(row) == f"commander for {row.account_id}"
    entry = Entry.objects.get(action="role.lent")
    assert (entry.payload["role"], entry.payload["hours"], entry.payload["reason"]) == (
        "commander", 2, "commander ill",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"role": "system_admin"}, "access.not_lendable"),
        ({"role": "office_head"}, "access.not_lendable"),
        ({"who": "auditor"}, "access.not_lendable"),
        ({"who": "office_head"}, "access.not_lendable"),
        ({"hours": 0}, "access.hours"),
        ({"hours": 25}, "access.hours"),
        ({"reason": "  "}, "access.reason_needed"),
    ],
)
def test_what_can_not_be_lent(world: World, changes: dict[str, object], code: str) -> None:
    with pytest.raises(MusterError) as refused:
        lend(world, **changes)
    assert refused.value.code == code
    assert not Lending.objects.exists()


def test_what_is_lent_can_not_be_lent_on(world: World) -> None:
    lend(world, "commander", "office_head")
    with pytest.raises(NotAllowed):
        actions.lend(world.actor("commander"), world.accounts["staff"], "duty_officer", hours=1, reason="x")


def test_a_new_base_role_ends_what_was_lent_to_the_old_one(world: World) -> None:
    lend(world)
    account = world.accounts["duty_officer"]
    account.role = "town_officer"
    account.save(update_fields=["role"])
    assert world.actor("duty_officer").role == "town_officer"


def test_it_is_given_back_by_himself_or_ended_by_the_head_and_by_nobody_else(world: World) -> None:
    row = lend(world)
    with pytest.raises(NotAllowed):
        actions.end(world.actor("auditor"), row.pk)
    assert world.client_of("duty_officer").post("/account/lent/end/", {"pk": row.pk}).status_code == 302
    assert world.actor("duty_officer").role == "duty_officer"
    with pytest.raises(Conflict, match=r"access\.no_lending"):
        actions.end(world.actor("office_head"), row.pk)
    other = lend(world, "staff", "duty_officer")
    answer = world.client_of("office_head").post("/account/lent/end/", {"pk": other.pk, "from": "lend"})
    assert answer["Location"] == "/account/lend/"
    assert world.actor("staff").role == "staff"


def test_the_head_lends_on_his_page(world: World) -> None:
    head, who = world.client_of("office_head"), f"{world.accounts['staff'].pk}:duty_officer"
    assert "No role was lent yet" in head.get("/account/lend/").content.decode()
    assert head.post("/account/lend/", {"who": who, "hours": "4", "reason": ""}).status_code == 400
    assert head.post("/account/lend/", {"who": who, "hours": "4", "reason": "flood"}).status_code == 302
    assert "flood" in head.get("/account/lend/").content.decode()
    assert world.actor("staff").role == "duty_officer"
    head.post("/account/lend/", {"who": "999999:commander", "hours": "4", "reason": "x"})
    refused = head.post("/account/lend/", {"who": who, "hours": "4", "reason": " \t"})
    assert refused.status_code == 400


def test_an_action_that_refuses_is_told_on_the_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_HOURS", 1)
    who = f"{world.accounts['staff'].pk}:duty_officer"
    answer = world.client_of("office_head").post("/account/lend/", {"who": who, "hours": "4", "reason": "x"})
    assert answer.status_code == 400
    assert Lending.objects.count() == 0


def test_glass_is_shut_where_nobody_configured_it(world: World) -> None:
    with pytest.raises(NotAllowed, match=r"access\.glass_shut"):
        actions.break_glass(world.actor("duty_officer"), world.accounts["duty_officer"], "commander", reason="x")


def test_broken_glass_is_loud(world: World, settings: object) -> None:
    settings.MUSTER_BREAK_GLASS = (("duty_officer", "commander"), ("duty_officer", "system_admin"))
    duty, head = world.client_of("duty_officer"), world.client_of("office_head")
    assert [role for role, _word in reads.glass_for(world.accounts["duty_officer"])] == ["commander"]
    assert duty.post("/account/glass/", {"role": "system_admin", "reason": "x"}).status_code == 403
    assert duty.post("/account/glass/", {"role": "commander", "reason": "dam breaks"}).status_code == 302
    assert world.actor("duty_officer").role == "commander"
    assert Entry.objects.filter(action="role.glass_broken").exists()
    row = Lending.objects.get()
    assert "dam breaks" in head.get("/account/").content.decode()
    actions.end(world.actor("duty_officer"), row.pk)
    assert "dam breaks" in head.get("/account/").content.decode()  # also when it is over by then
    head.post("/account/glass/seen/", {"pk": row.pk})
    assert "dam breaks" not in head.get("/account/").content.decode()
    actions.take_note(world.actor("office_head"), row.pk)
    assert Entry.objects.filter(action="role.glass_seen").count() == 1


def test_nobody_takes_note_of_his_own_glass_for_the_head(world: World, settings: object) -> None:
    settings.MUSTER_BREAK_GLASS = (("commander", "office_head"),)
    row = actions.break_glass(world.actor("commander"), world.accounts["commander"], "office_head", reason="x")
    actions.take_note(world.actor("commander"), row.pk)
    assert Lending.objects.get(pk=row.pk).seen_at is None


def test_nobody_breaks_the_glass_for_another(world: World, settings: object) -> None:
    settings.MUSTER_BREAK_GLASS = (("duty_officer", "commander"),)
    with pytest.raises(NotAllowed):
        actions.break_glass(world.actor("commander"), world.accounts["duty_officer"], "commander", reason="x")
    with pytest.raises(InvalidInput):
        actions.break_glass(world.actor("duty_officer"), world.accounts["duty_officer"], "commander", reason=" ")
