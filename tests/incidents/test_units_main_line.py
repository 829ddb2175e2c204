"""The main line with whole units, as office and villages live it: from the plan's terms to the signed review."""

from __future__ import annotations

import pytest
from django.test import Client

from muster.access.models import Account
from muster.apps.channels.models import InMessage, OutMessage
from muster.apps.incidents import actions, reads
from muster.apps.incidents.fold import coarse, fold
from muster.apps.incidents.led import group_of
from muster.apps.incidents.models import Alert, SolveRun
from muster.apps.plans.actions import PlanInput, PlanNeedInput, TermsInput, write_plan
from muster.apps.service.models import PastAlert
from muster.journal.models import Entry

pytestmark = pytest.mark.django_db


def test_from_the_plan_to_the_review_with_one_lead_by_text_one_on_his_page_and_one_silent(led):
    # A quiet day: the plan says that this kind of incident calls whole units.
    needs = [PlanNeedInput(led.skills["fire_support"], 14, 60), PlanNeedInput(led.skills["medic"], 3, 50)]
    terms = TermsInput("units", touch_cost=1.0, smallest_group=4, lead_minutes=6)
    write_plan(
        led.head,
        PlanInput(zh=led.plan.zh, kind="accident.fire", target=0.9, policy="propose", site=led.site, needs=needs,
                  muster_points=list(led.plan.muster_points.all()), terms=terms),
        plan=led.plan,
    )  # fmt: skip

    # The call comes in; units are proposed, certified, and approved by a named person.
    callout = led.opens()
    assert callout.by_units
    run = led.solves(callout)
    assert run.proposed_p_low >= 0.9
    assert run.certificate["cohesion"]["alerts"] <= len(run.proposal)
    actions.approve(led.commander, callout, run.pk)
    leads = list(callout.alerts.exclude(unit_called=None).select_related("member", "unit_called").order_by("pk"))
    assert len(leads) == len(run.groups) >= 2
    assert OutMessage.objects.filter(kind="alert").count() == len(leads)
    Alert.objects.filter(pk__in=[lead.pk for lead in leads]).update(state="notified", sent_at=led.clock.at)
    before = led.solves(callout).p_hat

    # The first lead texts a number only.
    led.clock.forward(2)
    texter, size = leads[0], group_of(leads[0]).called
    text = InMessage(gateway_id="t", member=texter.member, body=f"{size - 2}人", exercise=True, at=led.clock.at)
    assert actions.take_text(text) == "reply"
    assert group_of(texter).unnamed == size - 3

    # The second signs in, names one who can not come, and first writes one too many.
    namer = leads[1]
    people = [row for row in group_of(namer).people if row.pk != namer.pk]
    account = Account.objects.get(role="town_officer")
    account.role, account.unit_path = "village_lead", namer.unit_called.path
    account.save()
    village = Client(headers={"Accept-Language": "en"})
    village.force_login(account.user)
    assert f"/field/unit/{namer.pk}/" in village.get("/village/").content.decode()
    given = {"number": str(len(people) + 1), "cannot": [str(people[0].pk)]}
    refused = village.post(f"/field/unit/{namer.pk}/", given)
    assert refused.status_code == 400
    assert f'value="{people[0].pk}" checked' in refused.content.decode()
    assert village.post(f"/field/unit/{namer.pk}/", given | {"number": str(len(people))}).status_code == 302
    people[0].refresh_from_db()
    assert people[0].state == "declined"

    # Everybody behind any other lead is called himself once that lead's time is up; nobody is called twice.
    led.clock.forward(5)
    led.solves(callout)
    silent = [row for lead in leads[2:] for row in group_of(lead).people if row.pk != lead.pk]
    messages = OutMessage.objects.filter(kind="alert")
    assert set(messages.values_list("ref", flat=True)) == {row.ref for row in [*leads, *silent]}
    assert messages.values("member").distinct().count() == messages.count()

    # The desk sees it, and the chance has moved with what was said.
    board = reads.board(callout, led.duty)
    assert (board.led.units, board.led.confirmed, board.led.unnamed) == (len(leads), 2, size - 3)
    run = led.solves(callout)
    assert run.p_hat != before

    # Two of the texter's people come without having been named; then they are here and known.
    came = group_of(texter).open[:2]
    for row in [*came, *Alert.objects.filter(callout=callout, state="accepted")]:
        actions.check_in(led.duty, row)
    assert group_of(texter).unnamed == size - 5

    # Short of people all the same: replacements are proposed person by person, and certified.
    for row in Alert.objects.filter(callout=callout, through=namer, state="accepted"):
        actions.record_reply_at_desk(led.commander, row, answer="decline")
    run = led.solves(callout)
    if run.outcome == "plan":
        wave = actions.approve(led.commander, callout, run.pk)
        assert set(wave.alerts.values_list("through", flat=True)) == {None}
        assert callout.alerts.count() == callout.alerts.values("member").distinct().count()

    # The end: everybody accounted for, state as the journal tells it, and the answers learned.
    actions.stand_down(led.commander, callout)
    actions.leave(led.duty, callout, [row.pk for row in callout.alerts.filter(state="checked_in")])
    actions.close_incident(led.commander, callout.incident)
    actions.review_done(led.commander, callout.incident)
    told = fold(Entry.objects.filter(stream__name=callout.incident.stream).order_by("seq"))
    rows = list(callout.alerts.select_related("member"))
    assert told.people == {row.member.number: coarse(row.state) for row in rows}
    learned = PastAlert.objects.filter(callout_ref=callout.ref)
    assert learned.get(member=people[0].member).reply == "declined"
    assert learned.filter(channel="lead").exists()
    assert SolveRun.objects.filter(callout=callout, outcome="timeout").count() == 0
