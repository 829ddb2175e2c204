"""Whole units called through their leads: chosen, certified, alerted, confirmed, replaced, and never called twice."""

from __future__ import annotations

import pytest

from muster.apps.channels.models import OutMessage
from muster.apps.incidents import actions
from muster.apps.incidents.models import Alert, Callout, Reply
from muster.apps.people.models import Member, Unit
from muster.apps.plans.actions import TermsInput

pytestmark = pytest.mark.django_db
UNITS = TermsInput("units", touch_cost=2.0, smallest_group=3, lead_minutes=5)


@pytest.fixture
def led(office):
    """The office with a lead in every village: the first member of each."""
    for unit in Unit.objects.filter(kind="village"):
        Member.objects.filter(pk=unit.members.order_by("pk").first().pk).update(is_lead=True)
    return office


def opened(office, terms=UNITS) -> Callout:
    return actions.set_calling(office.duty, office.opens(), terms)


def called(office, terms=UNITS) -> tuple[Callout, list[Alert]]:
    callout = opened(office, terms)
    office.calls(callout)
    return callout, list(
        callout.alerts.exclude(unit_called=None).select_related("member", "unit_called").order_by("pk")
    )


def test_whole_units_are_proposed_each_with_its_lead_and_certified(led):
    callout = opened(led)
    run = led.solves(callout)
    assert (run.outcome, callout.state) == ("plan", "recommended")
    assert run.proposed_p_low >= callout.target
    members = {m.pk: m for m in Member.objects.filter(pk__in=[pk for pk, _ in run.proposal])}
    units = {m.unit_id for m in members.values()}
    assert {group["unit"] for group in run.groups} == units
    for group in run.groups:
        own = [m for m in members.values() if m.unit_id == group["unit"]]
        assert group["people"] == len(own) >= 3
        assert members[group["lead"]].is_lead
        assert members[group["lead"]].unit_id == group["unit"]


def test_only_the_lead_gets_a_message_and_everybody_of_his_stands_on_the_list(led):
    callout, leads = called(led)
    assert leads
    assert OutMessage.objects.filter(kind="alert").count() == len(leads)
    for lead in leads:
        behind = list(lead.called_through.select_related("member"))
        assert behind
        assert all(row.member.unit_id == lead.unit_called_id and row.channel == "lead" for row in behind)
        body = OutMessage.objects.get(ref=lead.ref).body
        assert f"{lead.unit_called.name}{len(behind) + 1}人" in body
    assert callout.alerts.count() == len(leads) + callout.alerts.exclude(through=None).count()
