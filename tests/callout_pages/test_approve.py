"""Approving: what the page says before, who may press, and that pressing twice sends once."""

import threading

import pytest
from django.db import connection
from django.test import Client

from muster.apps.channels.models import OutMessage
from muster.apps.incidents import actions
from muster.apps.incidents.margins import seek_margins
from muster.apps.incidents.models import Alert, Wave
from muster.apps.incidents.pages.common import odds
from muster.apps.people.models import AwayNotice
from muster.apps.plans import actions as plan_actions
from muster.jobs import clock
from muster.web import show
from tests.callout_pages.cast import ROLES, alerts_of, fresh, make_district, solve
from tests.callout_pages.markup import fields_of, part, sentences_of


def path(incident) -> str:
    return f"/incidents/{incident.pk}/approve/"


def run_of(district, incident, role="commander") -> str:
    return fields_of(district.clients[role].get(path(incident)))["run"][0]


def press(district, incident, role="commander", **more):
    return district.post(role, path(incident), {"run": run_of(district, incident, role), **more})


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_tells_how_many_with_what_chance_from_where_and_what_to_know(district, language):
    incident = district.solved()
    run = incident.callout.solve_runs.latest("pk")
    page = district.clients["commander"].get(path(incident), headers={"accept-language": language})
    assert part(page, "count").startswith(str(len(run.proposal)))
    assert part(page, "chance").startswith(f"{int(run.proposed_p_hat * 1000) / 10:.1f}")
    text = page.content.decode()
    assert ("Qunfeng" in text) or ("群丰镇" in text)
    assert "【演练】" in part(page, "preview")
    away = {"en": "Controlled airspace", "zh-hans": "管制空域"}[language]
    assert away in text


def test_nothing_is_sent_before_the_press_and_everything_after_it(district):
    incident = district.solved()
    assert OutMessage.objects.count() == 0
    proposed = len(incident.callout.solve_runs.latest("pk").proposal)
    answer = press(district, incident, reason="火势蔓延")
    assert (answer.status_code, answer.url) == (302, f"/duty/{incident.pk}/")
    assert Alert.objects.count() == proposed == OutMessage.objects.count()
    wave = Wave.objects.get()
    assert (wave.ordered_by, wave.reason) == (district.actors["commander"].ref, "火势蔓延")


def test_people_without_a_number_are_counted_before_approval_and_land_on_the_call_list(district):
    incident = district.solved()
    ids = [member for member, _order in incident.callout.solve_runs.latest("pk").proposal]
    silent = sum(not member.phone_masked for member in district.members if member.pk in ids)
    assert silent > 0
    assert f"{silent} people have no mobile number" in district.page("commander", path(incident))
    press(district, incident)
    assert OutMessage.objects.filter(channel="call_list", member__phone_index="").count() == silent


def test_a_duty_officer_alone_may_approve_only_a_pre_authorised_plan_and_is_told_whom_to_wake(district):
    incident = district.solved()
    page = district.clients["duty_officer"].get(path(incident))
    for name in ("贺知远", "周砚秋"):
        assert name in part(page, "may-not") or name in page.content.decode()
    assert "run" not in fields_of(page)
    run = incident.callout.solve_runs.latest("pk").pk
    assert district.post("duty_officer", path(incident), {"run": run}).status_code == 403
    plan_actions.pre_authorise(district.actors["office_head"], district.plan)
    assert press(district, incident, "duty_officer").status_code == 302


def test_changed_needs_are_no_longer_the_pre_authorised_plan(district):
    plan_actions.pre_authorise(district.actors["office_head"], district.plan)
    incident = district.solved()
    actions.set_needs(district.actors["duty_officer"], incident.callout, [actions.NeedInput("medic", 4, 45)])
    solve()
    assert "run" not in fields_of(district.clients["duty_officer"].get(path(incident)))


def test_a_stale_certificate_is_solved_again_before_anything_is_sent(district):
    incident = district.solved()
    run = run_of(district, incident)
    member = district.members[0]
    now = clock.now()
    AwayNotice.objects.create(member=member, starts_at=now, ends_at=now.replace(day=20))
    answer = district.post("commander", path(incident), {"run": run, "reason": "快"})
    assert answer.status_code == 409
    assert "solved again; nothing was sent" in part(answer, "stale") or any(
        "solved again" in s for s in sentences_of(answer)
    )
    assert fields_of(answer)["reason"] == ["快"]
    assert OutMessage.objects.count() == 0
    solve()
    fresh_run = run_of(district, incident)
    assert int(fresh_run) > int(run)
    assert press(district, incident).status_code == 302
    assert not Alert.objects.filter(member=member).exists()


def test_the_second_desk_sees_who_approved_and_nothing_is_sent_twice(district):
    incident = district.solved()
    run = run_of(district, incident)
    assert district.post("commander", path(incident), {"run": run}).status_code == 302
    sent = OutMessage.objects.count()
    answer = district.post("office_head", path(incident), {"run": run})
    assert answer.status_code == 409
    assert any("周砚秋 approved this at 12:00" in said for said in sentences_of(answer))
    assert OutMessage.objects.count() == sent


@pytest.mark.parametrize("run", ["", "abc", "0", "99999999", "-1"])
def test_a_run_that_does_not_exist_is_refused_on_the_same_page(district, run):
    incident = district.solved()
    answer = district.post("commander", path(incident), {"run": run})
    assert answer.status_code == 404
    assert OutMessage.objects.count() == 0


def test_before_the_first_solve_the_page_waits_and_offers_picking_by_hand(district):
    incident = district.open()
    page = district.clients["commander"].get(path(incident))
    assert "Being solved" in part(page, "nothing")
    assert f"/incidents/{incident.pk}/pick/" in page.content.decode()
    assert 'http-equiv="refresh"' in page.content.decode()


def test_the_waiting_page_asks_for_itself_as_a_fragment(district):
    incident = district.open()
    page = district.page("commander", path(incident), **{"HX-Request": "true"})
    assert "<html" not in page
    assert 'hx-trigger="load delay:1s"' in page
    solve()
    page = district.page("commander", path(incident), **{"HX-Request": "true"})
    assert 'hx-trigger="load delay:1s"' not in page
    assert 'id="approve-send"' in page


def test_replacements_are_approved_on_the_same_page(district):
    incident = district.approved()
    for alert in alerts_of(incident)[:20]:
        actions.record_reply(alert, answer="decline", channel="sms", by="member:x", reason="ill")
    solve()
    page = district.clients["commander"].get(path(incident))
    more = int(part(page, "count").split()[0])
    assert "Call more people" in page.content.decode()
    before = Alert.objects.count()
    assert press(district, incident).status_code == 302
    assert Alert.objects.count() == before + more
    assert Wave.objects.get(number=2).origin == "replacement"


def test_when_those_called_are_enough_the_page_says_so(district):
    incident = district.approved()
    district.accept(alerts_of(incident))
    solve()
    assert "Nobody further needs to be called." in part(district.clients["commander"].get(path(incident)), "nothing")


def test_a_shortfall_is_said_in_words_with_what_would_help(district):
    incident = district.open()
    actions.set_needs(district.actors["duty_officer"], incident.callout, [actions.NeedInput("uas_pilot", 9, 30)])
    solve()
    page = district.page("commander", path(incident))
    assert "Even with everybody who can be called this is not enough." in page
    assert "What would help" in page


@pytest.mark.parametrize(
    ("p", "said"),
    [(0.956, (19, 20)), (0.999, (19, 20)), (0.9, (18, 20)), (0.39, (3, 10)), (0.0, (0, 10)), (1.0, (19, 20))],
)
def test_a_chance_is_told_as_times_out_of_ten_or_twenty_rounded_down(p, said):
    assert odds(p) == said


@pytest.mark.django_db(transaction=True)
def test_two_desks_pressing_in_the_same_moment_send_once(noon):
    """Real threads on the real database: one gets the duty page, the other learns who was faster."""
    district = make_district()
    incident = district.solved()
    run = run_of(district, incident)
    start, codes = threading.Barrier(2), {}

    def desk(role: str, client: Client) -> None:
        try:
            start.wait(timeout=10)
            codes[role] = client.post(path(incident), {"run": run}).status_code
        finally:
            connection.close()

    desks = [threading.Thread(target=desk, args=(r, district.clients[r])) for r in ("commander", "office_head")]
    for thread in desks:
        thread.start()
    for thread in desks:
        thread.join(timeout=30)
    assert sorted(codes.values()) == [302, 409]
    winner = next(role for role, code in codes.items() if code == 302)
    incident = fresh(incident)
    assert incident.callout.approved_by == district.actors[winner].ref
    assert Wave.objects.count() == 1
    assert Alert.objects.count() == OutMessage.objects.count() == len(incident.callout.solve_runs.get(pk=run).proposal)
    answer = district.post("office_head", path(incident), {"run": run})
    assert any(ROLES[winner] in said for said in sentences_of(answer))


def test_a_line_past_its_time_is_said_so_with_how_many_were_there(district, noon):
    incident, alerts = district.called(*district.members[:4])
    district.arrive(alerts[:1])  # one of the three medics is there in time
    noon.shift(50 * 60)
    solve()
    page = district.clients["commander"].get(path(incident))
    late = " ".join(sentences_of(page))
    assert "Line 2, Medic, is past its time (T+45): 1 of 3 were there." in late
    assert "Line 3, Drone pilot, is past its time (T+40): 0 of 2 were there." in late
    assert "Line 1" not in late
    assert "comes late, counted until T+70" in late
    assert "all other lines are filled in time" in page.content.decode()


def test_before_approval_too_a_line_whose_time_has_passed_is_named(district, noon):
    incident = district.open()
    noon.shift(42 * 60)
    solve()
    late = " ".join(sentences_of(district.clients["commander"].get(path(incident))))
    assert "Line 3" in late
    assert "Line 2" not in late


def test_while_every_line_is_in_time_nothing_is_said_of_being_late(district):
    assert sentences_of(district.clients["commander"].get(path(district.solved()))) == []


def test_the_page_shows_what_ten_fewer_and_ten_more_would_mean(district):
    incident = district.solved()
    seek_margins(incident.callout)
    found = incident.callout.solve_runs.latest("pk").certificate["margins"]
    shown = part(district.clients["commander"].get(path(incident)), "margins")
    for word, one in (("fewer", found["fewer"]), ("more", found["more"])):
        assert f"10 {word}{show.chance(one['p_hat'])} lower limit {show.chance(one['p_low'])}" in shown
    assert found["fewer"]["p_hat"] < found["more"]["p_hat"]
