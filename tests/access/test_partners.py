"""A partner agency: which incidents it sees, until when, what of them, and whom it never sees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from muster.access.models import Account, IncidentGrant
from muster.access.partners import actions, reads
from muster.apps.incidents.actions import check_in, record_reply
from muster.core.errors import MusterError, NotAllowed
from muster.journal.models import Entry
from tests.world import World

pytestmark = pytest.mark.django_db


def share(world: World, incident: int, **given: object) -> IncidentGrant:
    terms = {"hours": 4, "reason": "fire brigade", **given}
    return actions.share(world.actor("security_admin"), world.accounts["partner"], incident, **terms)


def page(world: World) -> str:
    return world.client_of("partner").get("/shared/").content.decode()


def test_it_sees_nothing_until_it_is_let_in_and_then_that_incident_alone(world: World) -> None:
    first, second = world.running, world.open_incident(title="另一起事件")
    assert "No incident is shared with you now. Ask" in page(world)
    share(world, first.pk)
    told = page(world)
    assert first.title in told
    assert second.title not in told
    assert [facts.number for facts in reads.shared_with(world.actor("partner"))] == [first.pk]


def test_it_sees_sums_and_nobodys_name_or_number(world: World) -> None:
    share(world, world.running.pk)
    for number in (2, 3, 4):
        record_reply(world.alert(number), answer="accept", channel="sms", by="gateway:test", eta_minutes=20)
    check_in(world.actor("duty_officer"), world.alert(2))
    (facts,) = reads.shared_with(world.actor("partner"))
    assert (facts.called, facts.coming, facts.on_scene) == (6, 2, 1)
    told = page(world)
    for member in world.members:
        assert member.name not in told
        assert member.number not in told
        assert not member.phone or member.phone.removeprefix("+86") not in told
    for account in world.accounts.values():
        assert account.role == "partner" or account.name not in told


def test_it_ends_by_the_clock(world: World, at: Callable[[str], datetime]) -> None:
    share(world, world.running.pk, hours=2)
    at("2026-07-14 16:19")
    assert world.running.title in page(world)
    at("2026-07-14 16:20")
    assert world.running.title not in page(world)
    assert not world.actor("partner").sees_incident(world.running.pk)


def test_it_ends_at_once_when_it_is_taken_back_and_that_is_told_once(world: World) -> None:
    grant = share(world, world.running.pk)
    security = world.client_of("security_admin")
    assert f'value="{grant.pk}"' in security.get("/accounts/sharing/").content.decode()
    for _again in range(2):
        assert security.post("/accounts/sharing/end/", {"pk": grant.pk}).status_code == 302
    assert world.running.title not in page(world)
    told = Entry.objects.filter(stream__name="security", action__startswith="incident.share").order_by("pk")
    assert [entry.action for entry in told] == ["incident.shared", "incident.share_ended"]


def test_an_exercise_is_marked_and_one_closed_long_ago_is_gone(world: World, at: Callable[[str], datetime]) -> None:
    exercise = world.open_incident(title="演练一", mode="exercise")
    share(world, exercise.pk, hours=7 * 24)
    assert "演练一" in page(world)
    assert "EXERCISE<" in page(world)
    type(exercise).objects.filter(pk=exercise.pk).update(closed_at=world.now)
    at("2026-07-21 14:19")
    assert "演练一" in page(world)
    at("2026-07-21 14:21")
    assert "演练一" not in page(world)


@pytest.mark.parametrize("who", ["office_head", "commander", "duty_officer", "system_admin", "auditor", "partner"])
def test_only_the_security_administrator_lets_agencies_in(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        actions.share(world.actor(who), world.accounts["partner"], world.running.pk, hours=1, reason="x")
    grant = share(world, world.running.pk)
    with pytest.raises(NotAllowed):
        actions.end(world.actor(who), grant.pk)
    assert world.client_of(who).post("/accounts/sharing/end/", {"pk": grant.pk}).status_code == 403
    assert reads.running() == [grant]


@pytest.mark.parametrize(
    ("who", "given", "code"),
    [
        ("duty_officer", {}, "access.no_partner"),
        ("partner", {"hours": 0}, "access.hours"),
        ("partner", {"hours": 7 * 24 + 1}, "access.hours"),
        ("partner", {"reason": " \n"}, "access.reason_needed"),
        ("partner", {"incident": 9999}, "access.incident_unknown"),
    ],
)
def test_what_can_not_be_shared(world: World, who: str, given: dict[str, object], code: str) -> None:
    terms = {"hours": 1, "reason": "x", "incident": world.running.pk, **given}
    with pytest.raises(MusterError) as refused:
        actions.share(world.actor("security_admin"), world.accounts[who], terms.pop("incident"), **terms)
    assert refused.value.code == code
    assert not IncidentGrant.objects.exists()


def test_the_page_lets_in_and_keeps_what_was_typed_when_it_refuses(world: World) -> None:
    incident, security = world.running, world.client_of("security_admin")
    given = {"account": world.accounts["partner"].pk, "incident": incident.pk, "hours": "4", "reason": "brigade 119"}
    refused = security.post("/accounts/sharing/", given | {"reason": ""})
    assert refused.status_code == 400
    assert f'value="{incident.pk}" selected' in refused.content.decode()
    assert security.post("/accounts/sharing/", given).status_code == 302
    assert "brigade 119" in security.get("/accounts/sharing/").content.decode()
    assert incident.title in page(world)


def test_an_agency_that_is_switched_off_sees_nothing_and_its_grants_come_with_no_other_role(world: World) -> None:
    share(world, world.running.pk)
    partner = Account.objects.get(pk=world.accounts["partner"].pk)
    Account.objects.filter(pk=partner.pk).update(role="gate_guard")
    assert world.client_of("partner").get("/shared/").status_code == 403
    Account.objects.filter(pk=partner.pk).update(role="partner", active=False)
    assert world.client_of("partner").get("/shared/").status_code == 403


INSIDE = ("/duty/", "/duty/{}/", "/duty/{}/events", "/incidents/{}/people/", "/incidents/{}/log/", "/wall/{}/", "/people/",
          "/people/TY000002/", "/command/{}/", "/review/{}/", "/journal/")  # fmt: skip


@pytest.mark.parametrize("path", INSIDE)
def test_being_let_into_an_incident_opens_none_of_its_pages(world: World, path: str) -> None:
    share(world, world.running.pk)
    answer = world.client_of("partner").get(path.format(world.running.pk))
    assert answer.status_code == 403
    assert world.running.title not in answer.content.decode()
