"""Picking by hand: it never waits for the solver, and it never calls who cannot be called."""

from datetime import timedelta

import pytest

from muster.apps.channels.models import OutMessage
from muster.apps.incidents import actions, picking
from muster.apps.incidents.models import Alert, Wave
from muster.apps.people.models import AwayNotice
from muster.apps.plans import actions as plan_actions
from muster.core.errors import Unavailable
from muster.jobs import clock
from tests.callout_pages.cast import fresh, solve
from tests.callout_pages.markup import fields_of, part, sentences_of


def path(incident) -> str:
    return f"/incidents/{incident.pk}/pick/"


def test_people_and_whole_units_are_called_at_one_press_before_anything_is_solved(district):
    incident = district.open()
    alone, unit = district.members[0], district.units["t2v1"]
    answer = district.post("commander", path(incident), {
        "member": [alone.pk], "unit": [unit.pk], "reason": "等不及", "send": "1",
    })  # fmt: skip
    assert (answer.status_code, answer.url) == (302, f"/duty/{incident.pk}/")
    called = set(Alert.objects.values_list("member_id", flat=True))
    assert called == {alone.pk} | {m.pk for m in district.members if m.unit_id == unit.pk}
    assert (Wave.objects.get().origin, Wave.objects.get().reason) == ("hand", "等不及")
    solve()
    assert fresh(incident).callout.solve_runs.latest("pk").p_hat is not None


def test_nobody_away_or_called_already_is_offered_or_called(district):
    incident = district.open()
    away, asked = district.members[0], district.members[1]
    now = clock.now()
    AwayNotice.objects.create(member=away, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=1))
    actions.send_by_hand(district.actors["commander"], incident.callout, [asked.pk])
    page = district.page("commander", path(incident) + "?q=" + away.name)
    for member in (away, asked):
        assert f'name="member" value="{member.pk}"' not in page
    answer = district.post("commander", path(incident), {"member": [away.pk, asked.pk], "send": "1"})
    assert answer.status_code == 400
    assert sentences_of(answer)
    assert Alert.objects.count() == 1


def test_nothing_chosen_is_refused_and_nothing_typed_is_lost(district):
    incident = district.open()
    answer = district.post("commander", path(incident), {"send": "1", "reason": "急", "q": "ta"})
    assert answer.status_code == 400
    assert fields_of(answer)["reason"] == ["急"]
    assert fields_of(answer)["q"][-1] == "ta"


def test_filters_by_name_initials_capability_and_unit(district):
    incident = district.open()
    pilots = {m.pk for n, m in enumerate(district.members) if n % 10 == 3 and n != 93}
    page = district.clients["commander"].get(path(incident) + "?capability=6")
    shown = district.page("commander", path(incident) + "?capability=6")
    assert {m.pk for m in district.members if f'name="member" value="{m.pk}"' in shown} == pilots
    assert "9 match, of 100" in page.content.decode()
    name = district.members[0].name
    assert district.page("commander", path(incident) + f"?q={name}").count('name="member"') == 1
    town = district.units["t2"].path
    assert "40 match, of 100" in district.page("commander", path(incident) + f"?town={town}")
    assert "Nobody who can be called now fits this." in district.page("commander", path(incident) + "?q=nobody")


def test_a_choice_survives_looking_for_others(district):
    incident = district.open()
    chosen = district.members[0]
    answer = district.post("commander", path(incident), {
        "member": [chosen.pk], "unit": [district.units["t2v1"].pk], "q": district.members[5].name, "filter": "1",
    })  # fmt: skip
    fields = fields_of(answer)
    assert fields["member"] == [str(chosen.pk)]
    assert fields["unit"] == [str(district.units["t2v1"].pk)]
    assert "21 people chosen" in part(answer, "chosen")


def test_the_chance_of_a_choice_is_computed_when_asked_and_more_people_are_worth_more(district):
    incident = district.open()
    said = []
    for count in (20, 60):
        ids = [member.pk for member in district.members[:count]]
        answer = district.post("commander", path(incident), {"member": ids, "weigh": "1"})
        assert answer.status_code == 200
        said.append(part(answer, "worth"))
        bundle = picking.problem_now(incident.callout, clock.now())
        worth = picking.worth_of(incident.callout, bundle, ids, [], clock.now())
        assert f"{int(worth.p_hat * 100)}" in said[-1]
    assert said[0] != said[1]
    assert Alert.objects.count() == 0


def test_a_chance_that_cannot_be_computed_does_not_stop_the_sending(district, monkeypatch):
    incident = district.open()

    def broken(*args, **kwargs):
        raise Unavailable("planning.too_slow")

    monkeypatch.setattr(picking, "evaluate", broken)
    answer = district.post("commander", path(incident), {"member": [district.members[0].pk], "weigh": "1"})
    assert "could not be computed" in part(answer, "worth")
    assert 'id="pick-send"' in answer.content.decode()
    assert (
        district.post("commander", path(incident), {"member": [district.members[0].pk], "send": "1"}).status_code == 302
    )


def test_a_duty_officer_without_pre_authorisation_sees_whom_to_wake_and_cannot_send(district):
    incident = district.open()
    answer = district.clients["duty_officer"].get(path(incident))
    assert "周砚秋" in answer.content.decode()
    assert 'id="pick-send"' not in answer.content.decode()
    form = {"member": [district.members[0].pk], "send": "1"}
    assert district.post("duty_officer", path(incident), form).status_code == 403
    plan_actions.pre_authorise(district.actors["office_head"], district.plan)
    assert district.post("duty_officer", path(incident), form).status_code == 302
    assert OutMessage.objects.count() == 1


def test_after_the_end_nobody_is_called(district):
    incident = district.approved()
    actions.stand_down(district.actors["commander"], incident.callout)
    free = district.members[-1]
    answer = district.post("commander", path(incident), {"member": [free.pk], "send": "1"})
    assert answer.status_code == 409
    assert any("The callout is over" in said for said in sentences_of(answer))


def test_an_incident_without_needs_says_what_to_do(district):
    incident = district.open(kind="health.infectious_disease")
    assert "write down at least one line" in district.page("commander", path(incident))
    assert (
        picking.worth_of(incident.callout, picking.problem_now(incident.callout, clock.now()), [1], [], clock.now())
        is None
    )


@pytest.mark.parametrize("text", ["x", "-1", "１２", "9" * 30, ""])
def test_what_is_no_number_is_passed_over(district, text):
    incident = district.open()
    assert (
        district.post("commander", path(incident), {"member": [text], "unit": [text], "filter": "1"}).status_code == 200
    )
