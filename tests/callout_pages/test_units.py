"""Whole units on the desk's pages: the terms, the proposal with its price, and the list of leads."""

from __future__ import annotations

import pytest

from muster.apps.channels.models import OutMessage
from muster.apps.incidents.models import Alert, Callout
from muster.apps.people.models import Member
from muster.apps.plans.models import Plan
from tests.callout_pages.cast import fresh, solve
from tests.callout_pages.markup import fields_of, part, sentences_of

TERMS = {"calling": "units", "touch_cost": "2", "smallest_group": "3", "lead_minutes": "7"}


@pytest.fixture
def led(district):
    """Every unit that people serve in is led by its first member."""
    leads = {}
    for member in district.members:
        leads.setdefault(member.unit_id, member.pk)
    Member.objects.filter(pk__in=leads.values()).update(is_lead=True)
    return district


def by_units(district, terms=TERMS):
    incident = district.solved()
    answer = district.post("duty_officer", f"/incidents/{incident.pk}/calling/", terms)
    assert (answer.status_code, answer.url) == (302, f"/incidents/{incident.pk}/approve/")
    solve()
    return fresh(incident)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_proposal_names_the_units_their_leads_and_the_price_of_cohesion(led, language):
    incident = by_units(led)
    run = incident.callout.solve_runs.latest("pk")
    page = led.clients["commander"].get(f"/incidents/{incident.pk}/approve/", headers={"accept-language": language})
    text = page.content.decode()
    for group in run.groups:
        assert Member.objects.get(pk=group["lead"]).name in part(page, "led")
    price = run.certificate["cohesion"]
    more = len(run.proposal) - price["alerts"]
    said = {"en": f"{more} more alert", "zh-hans": f"多发 {more} 条"}[language]
    usual = {"en": "no more alerts", "zh-hans": "不比逐人通知多发"}[language]
    assert (said if more > 0 else usual) in part(page, "cohesion").replace("<b>", "").replace("</b>", "")
    assert {"en": "7 minutes to confirm", "zh-hans": "7 分钟内确认"}[language] in text
    assert f"{run.groups[0]['people']}人（含您）" in part(page, "preview")


def test_pressing_calls_the_leads_alone_and_the_list_says_through_whom_the_others_are_called(led):
    incident = by_units(led)
    run = incident.callout.solve_runs.latest("pk")
    led.post("commander", f"/incidents/{incident.pk}/approve/", {"run": run.pk})
    assert OutMessage.objects.count() == len(run.groups) < Alert.objects.count() == len(run.proposal)
    people = led.page("duty_officer", f"/incidents/{incident.pk}/people/?all=1")
    lead = Alert.objects.exclude(unit_called=None).first()
    assert f"/field/unit/{lead.pk}/" in people
    assert "not confirmed yet" in people
    assert f"through {lead.member.name}" in people
    board = led.page("duty_officer", f"/duty/{incident.pk}/")
    waiting = Alert.objects.exclude(through=None).count()
    assert f"Through their leads: 0 of {len(run.groups)} units confirmed" in board
    assert f"{waiting} people wait for their lead" in board
    led.post("duty_officer", f"/field/unit/{lead.pk}/", {"number": str(lead.called_through.count())})
    board = led.page("duty_officer", f"/duty/{incident.pk}/")
    assert f"Through their leads: 1 of {len(run.groups)} units confirmed" in board
    assert "more come, names not yet known" in board
    assert "of the unit (not all by name)" in board


def test_without_leads_the_page_says_that_it_is_the_units_that_make_it_short(district):
    Member.objects.update(is_lead=False)
    incident = by_units(district)
    page = district.page("commander", f"/incidents/{incident.pk}/approve/")
    assert "It is the units that make it short" in page


def test_terms_that_are_refused_stay_on_the_page_with_the_reason(led):
    incident = led.solved()
    answer = led.post(
        "duty_officer", f"/incidents/{incident.pk}/calling/", {**TERMS, "smallest_group": "0", "lead_minutes": "500"}
    )
    assert answer.status_code == 422
    assert fields_of(answer)["lead_minutes"] == ["500"]
    assert len([said for said in sentences_of(answer) if said]) >= 2
    assert fresh(incident).callout.calling == "individuals"


def test_after_approval_the_terms_can_not_be_changed(led):
    incident = led.approved()
    answer = led.post("duty_officer", f"/incidents/{incident.pk}/calling/", TERMS)
    assert answer.status_code == 422
    assert Callout.objects.get(incident=incident).calling == "individuals"
    assert "calling-form" not in led.page("duty_officer", f"/incidents/{incident.pk}/needs/")


def test_a_plan_keeps_its_terms_and_its_copy_has_them_too(led):
    path = f"/plans/{led.plan.pk}/"
    fields = fields_of(led.clients["office_head"].get(path))
    given = {name: values for name, values in fields.items() if name not in {"add_row", "remove_row"}} | TERMS
    answer = led.post("office_head", path, {**given, "save": "1"})
    assert answer.status_code == 302, sentences_of(answer)
    plan = Plan.objects.get(pk=led.plan.pk)
    assert (plan.calling, plan.touch_cost, plan.smallest_group, plan.lead_minutes) == ("units", 2.0, 3, 7)
    led.post("office_head", f"{path}copy/", {"zh": "另一个"})
    twin = Plan.objects.get(zh="另一个")
    assert (twin.calling, twin.lead_minutes) == ("units", 7)
    assert led.open().callout.calling == "units"
