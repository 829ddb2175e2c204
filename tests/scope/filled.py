"""Somebody about whom the system knows everything that it can know."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from muster.apps.channels.actions import dismiss_finding, record_inbound, report_wrong_number
from muster.apps.channels.models import OutMessage, Receipt
from muster.apps.desk.actions import take_entries
from muster.apps.desk.daily.actions import add_reader
from muster.apps.desk.town_entries import Tap
from muster.apps.incidents.actions import close_incident, record_reply_at_desk, stand_down
from muster.apps.incidents.models import RollCall, RollCallAnswer
from muster.apps.people import actions
from muster.apps.people.models import Consent, Holding, Member
from muster.apps.service.actions import RuleInput, bulk, rota, say_availability, take_back_availability
from tests.people.makers import id_of
from tests.world import World


def filled_member(world: World) -> Member:
    """Member 2 with every column filled, called once, with a text, a reply in words, and a roll call; nothing is open."""
    head, desk, commander = (world.actor(role) for role in ("office_head", "duty_officer", "commander"))
    member = world.member(2)
    alert = world.alert(2)
    Member.objects.filter(pk=member.pk).update(
        employer=world.member(4).employer, prefers="sms", remark="住在老槐树旁", is_lead=True,
        **actions.members.id_fields(id_of(3)),
    )  # fmt: skip
    Holding.objects.filter(member=member).update(
        number="湘证-7788", valid_from=date(2025, 1, 1), valid_to=date(2030, 1, 1), evidence="复印件"
    )
    actions.add_contact(head, member, "email", "somebody@example.org")
    away = actions.add_away(head, member, world.now + timedelta(days=9), world.now + timedelta(days=12), "走亲戚")
    actions.cancel_away(head, away)
    actions.withdraw_consent(head, actions.give_consent(head, member, "position"))
    assert Consent.objects.filter(member=member).exists()
    himself = replace(world.actor("member"), member_ref=member.number)
    actions.ask_erasure(himself, member)
    actions.take_back_erasure(himself, member)
    actions.ask_erasure(himself, member)
    actions.refuse_erasure(head, member, "还有一次值班")
    fire = world.capabilities["fire_support"]
    renewal = bulk.Order("renew", capability=fire, valid_to=date(2031, 1, 1))
    act = bulk.carry_out(head, renewal, [member.number], bulk.preview(head, renewal, [member.number]).digest)
    actions.set_holding(head, member, fire, number="湘证-7788", valid_to=date(2032, 1, 1), evidence="复印件")
    assert bulk.undo(head, act).kept == 1
    week = RuleInput(
        "delayed", world.now.date(), 60, 120, rrule="FREQ=WEEKLY;BYDAY=MO", minutes=20, reason="work",
        exceptions=(date(2026, 8, 3),),
    )  # fmt: skip
    take_back_availability(head, say_availability(head, member, week))
    post = rota.make_post(head, "值班员", on_sheet=False)
    tomorrow = date(2026, 7, 20)
    rota.add_turns(head, post, rota.TurnsInput(tomorrow, tomorrow, time(8), time(18)))
    rota.take_back_offer(head, rota.offer_seat(head, rota.sign_up(head, post.turns.get(), member)))
    record_inbound("g-1", member.phone, "孩子发烧去不了", False, world.now)
    record_reply_at_desk(desk, alert, answer="decline", reason="孩子发烧", text="孩子发烧去不了")
    times = {"started_at": world.now, "due_at": world.now, "closed_at": world.now}
    dismiss_finding(head, report_wrong_number(desk, member).pk, "是他爱人接的")
    add_reader(head, member.number, agreed=True)
    roll_call = RollCall.objects.create(callout=world.callout, started_by=desk.ref, **times)
    RollCallAnswer.objects.create(roll_call=roll_call, alert=alert, state="accounted", note="在医院", by=desk.ref)
    take_entries(world.actor("town_officer"), [Tap("tapped-1", alert.pk, "decline-ill")])
    stand_down(commander, world.callout)
    close_incident(commander, world.running)
    OutMessage.objects.filter(state="queued").update(state="sent")
    OutMessage.objects.filter(member=member).update(state="failed", error="no_route 13800000000")
    message = OutMessage.objects.filter(member=member).first()
    Receipt.objects.create(message=message, at=world.now, status="failed", detail="no route")
    return Member.objects.get(pk=member.pk)
