"""Lists of those called, answers by telephone, the call list, check-in, sheets with the code."""

from datetime import timedelta

import pytest

from muster.apps.channels.models import OutMessage
from muster.apps.incidents import actions
from muster.apps.incidents.models import Alert, CheckIn, Reply
from muster.apps.incidents.wall_code import read_code
from muster.jobs import clock
from muster.journal.models import Entry
from tests.callout_pages.cast import alerts_of, fresh
from tests.callout_pages.markup import part


def base(incident) -> str:
    return f"/incidents/{incident.pk}"


def names_in(page: str, alerts: list[Alert]) -> set[str]:
    return {alert.member.number for alert in alerts if f'id="alert-{alert.pk}"' in page}


def in_town(alert: Alert, district) -> bool:
    return alert.member.unit.path.startswith(district.units["t1"].path + "/")


def test_everybody_called_stands_on_the_list_with_state_and_masked_number(district):
    incident = district.approved()
    alerts = alerts_of(incident)
    page = district.page("duty_officer", f"{base(incident)}/people/")
    assert names_in(page, alerts) == {alert.member.number for alert in alerts}
    assert alerts[0].member.phone_masked in page
    assert alerts[0].member.phone not in page


def test_the_list_is_filtered_by_state_unit_and_name(district):
    incident = district.approved()
    alerts = alerts_of(incident)
    district.accept(alerts[:5])
    page = district.page("duty_officer", f"{base(incident)}/people/?state=accepted")
    assert names_in(page, alerts) == {alert.member.number for alert in alerts[:5]}
    town = district.units["t1"].path
    page = district.page("duty_officer", f"{base(incident)}/people/?unit={town}")
    assert names_in(page, alerts) == {a.member.number for a in alerts if in_town(a, district)}
    page = district.page("duty_officer", f"{base(incident)}/people/?q={alerts[7].member.name}")
    assert names_in(page, alerts) == {alerts[7].member.number}


def test_who_has_been_silent_longest_stands_first(district, noon):
    incident = district.approved()
    noon.shift(300)
    late = actions.send_by_hand(
        district.actors["commander"], incident.callout, [m.pk for m in district.members if not m.alerts.exists()][:3]
    )
    page = district.page("duty_officer", f"{base(incident)}/people/?state=silent")
    last = max(page.index(f'id="alert-{alert.pk}"') for alert in alerts_of(incident) if alert.wave_id != late.pk)
    first = min(page.index(f'id="alert-{pk}"') for pk in late.alerts.values_list("pk", flat=True))
    assert last < first


def test_a_town_officer_sees_and_answers_only_for_his_town(district):
    incident = district.approved()
    alerts = alerts_of(incident)
    page = district.page("town_officer", f"{base(incident)}/people/")
    assert names_in(page, alerts) == {a.member.number for a in alerts if in_town(a, district)}
    mine = next(a for a in alerts if in_town(a, district))
    other = next(a for a in alerts if not in_town(a, district))
    assert (
        district.post("town_officer", f"{base(incident)}/reply/{mine.pk}/", {"quick": "accept-15"}).status_code == 302
    )
    assert (
        district.post("town_officer", f"{base(incident)}/reply/{other.pk}/", {"quick": "accept-15"}).status_code == 404
    )
    district.post("town_officer", f"{base(incident)}/check-in/", {"alert": [mine.pk, other.pk]})
    assert list(CheckIn.objects.values_list("alert", flat=True)) == [mine.pk]


@pytest.mark.parametrize(
    ("quick", "state", "reason"),
    [
        ("accept-15", "accepted", ""),
        ("accept-60", "accepted", ""),
        ("en_route", "accepted", ""),
        ("decline-at_work", "declined", "at_work"),
        ("unclear", "unclear", ""),
    ],
)
def test_each_answer_is_one_press(district, quick, state, reason):
    incident = district.approved()
    alert = alerts_of(incident)[0]
    answer = district.post(
        "duty_officer", f"{base(incident)}/reply/{alert.pk}/", {"quick": quick, "query": "state=silent"}
    )
    assert answer.url == f"{base(incident)}/people/?state=silent"
    alert.refresh_from_db()
    assert (alert.state, alert.reason) == (state, reason)
    reply = Reply.objects.get()
    assert (reply.channel, reply.by) == ("desk", district.actors["duty_officer"].ref)


def test_an_eta_becomes_a_clock_time(district):
    incident = district.approved()
    alert = alerts_of(incident)[0]
    district.post("duty_officer", f"{base(incident)}/reply/{alert.pk}/", {"answer": "accept", "eta_minutes": "25"})
    alert.refresh_from_db()
    assert alert.eta_at == clock.now() + timedelta(minutes=25)
    assert "due to arrive at 12:25" in district.page("duty_officer", f"{base(incident)}/people/")


@pytest.mark.parametrize(
    "form", [{}, {"quick": "maybe"}, {"quick": "accept--5"}, {"answer": "accept", "eta_minutes": "9999"}]
)
def test_an_answer_nobody_understands_is_refused_and_not_kept(district, form):
    incident = district.approved()
    alert = alerts_of(incident)[0]
    assert district.post("duty_officer", f"{base(incident)}/reply/{alert.pk}/", form).status_code == 400
    assert Reply.objects.count() == 0


def test_answers_that_do_not_count_are_kept_and_the_desk_is_told_why(district):
    incident = district.approved()
    alert = alerts_of(incident)[0]
    path = f"{base(incident)}/reply/{alert.pk}/"

    def say(quick: str) -> str:
        district.post("duty_officer", path, {"quick": quick})
        return district.page("duty_officer", f"{base(incident)}/people/")

    assert "comes in 15 minutes" in say("accept-15")
    assert "had already said so" in say("accept-15")
    assert "had said otherwise before" in say("decline-ill")
    district.arrive([alert])
    assert "has already checked in" in say("decline-ill")
    actions.stand_down(district.actors["commander"], fresh(incident).callout)
    assert "the callout has ended" in say("accept-15")
    assert Reply.objects.count() == 5
    panel = part(district.clients["duty_officer"].get(path), "replies")
    assert panel.count("kept, does not count") == 3


def test_the_panel_of_answers_opens_inside_the_list(district):
    incident = district.approved()
    alert = alerts_of(incident)[0]
    page = district.page("duty_officer", f"{base(incident)}/reply/{alert.pk}/", **{"HX-Request": "true"})
    assert "<html" not in page
    assert page.count("<button") == 4 + 1 + 5 + 1 + 1


def test_a_long_list_shows_its_first_part_and_all_of_it_on_demand(district, monkeypatch):
    monkeypatch.setattr("muster.apps.incidents.pages.people.SHOWN", 10)
    incident = district.approved()
    alerts = alerts_of(incident)
    page = district.page("duty_officer", f"{base(incident)}/people/?state=silent")
    assert len(names_in(page, alerts)) == 10
    assert f"Show the other {len(alerts) - 10}" in page
    page = district.page("duty_officer", f"{base(incident)}/people/?state=silent&all=1")
    assert len(names_in(page, alerts)) == len(alerts)


def test_the_auditor_sees_the_list_without_buttons(district):
    incident = district.approved()
    page = district.page("auditor", f"{base(incident)}/people/")
    assert "Note answer" not in page
    alert = alerts_of(incident)[0]
    assert district.post("auditor", f"{base(incident)}/reply/{alert.pk}/", {"quick": "accept-15"}).status_code == 403


# --- call list --------------------------------------------------------------------------------------------


def test_the_call_list_shows_whole_numbers_of_who_got_no_message_and_says_so_in_the_journal(district):
    incident, (alert, _silent) = district.called(district.members[1], district.members[24])
    OutMessage.objects.filter(ref=alert.ref).update(state="failed")
    page = district.page("duty_officer", f"{base(incident)}/call-list/")
    assert alert.member.phone.removeprefix("+86") in page
    assert "message not delivered" in page
    assert "no mobile number or no gateway" in page
    entry = Entry.objects.get(action="people.call_list_opened")
    assert alert.member.number in entry.payload["members"]


def test_who_has_answered_leaves_the_call_list(district):
    incident, (alert, _other) = district.called(district.members[24], district.members[1])
    assert f'id="reply-{alert.pk}"' in district.page("duty_officer", f"{base(incident)}/call-list/")
    actions.record_reply_at_desk(district.actors["duty_officer"], alert, answer="accept", eta_minutes=20)
    assert f'id="reply-{alert.pk}"' not in district.page("duty_officer", f"{base(incident)}/call-list/")


def test_an_empty_call_list_is_good_news_and_journals_nothing(district):
    incident = district.open()
    assert "Nobody has to be telephoned" in district.page("duty_officer", f"{base(incident)}/call-list/")
    assert not Entry.objects.filter(action="people.call_list_opened").exists()


def test_who_is_released_and_gets_no_message_is_told_by_telephone(district):
    incident, (alert, _other) = district.called(district.members[24], district.members[1])
    district.accept([alert])
    actions.stand_down(district.actors["commander"], incident.callout)
    path = f"{base(incident)}/call-list/"
    message = OutMessage.objects.get(ref=alert.ref, kind="stand_down")
    page = district.page("duty_officer", path)
    assert f'data-tell="{message.pk}"' in page
    assert alert.member.name in page
    assert f'data-member="{alert.member.number}"' not in page
    assert district.post("duty_officer", path, {"message": message.pk}).status_code == 302
    message.refresh_from_db()
    assert message.state == "delivered"
    assert f'data-tell="{message.pk}"' not in district.page("duty_officer", path)
    assert district.post("duty_officer", path, {"message": "x"}).status_code == 404


def test_who_says_yes_too_late_and_has_no_message_is_told_by_telephone(district):
    incident, (alert, _other) = district.called(district.members[24], district.members[1])
    actions.stand_down(district.actors["commander"], incident.callout)
    district.accept([alert])
    message = OutMessage.objects.get(ref=alert.ref, kind="thanks")
    assert f'data-tell="{message.pk}"' in district.page("duty_officer", f"{base(incident)}/call-list/")


# --- check-in ---------------------------------------------------------------------------------------------


def test_ticked_people_are_checked_in_together_and_ticking_again_changes_nothing(district, noon):
    incident = district.approved()
    alerts = alerts_of(incident)[:4]
    form = {"alert": [alert.pk for alert in alerts], "where": "muster", "point": "B"}
    answer = district.post("duty_officer", f"{base(incident)}/check-in/", form)
    assert answer.url == f"{base(incident)}/check-in/?where=muster&point=B"
    noon.shift(60)
    district.post("duty_officer", f"{base(incident)}/check-in/", form)
    assert CheckIn.objects.count() == 4
    assert set(CheckIn.objects.values_list("at", "where", "method")) == {
        (clock.now() - timedelta(minutes=1), "muster", "list")
    }


def test_nothing_ticked_writes_nothing(district):
    incident = district.approved()
    district.post("duty_officer", f"{base(incident)}/check-in/", {"alert": ["zz"], "point": "nowhere"})
    assert CheckIn.objects.count() == 0
    assert "Nobody was ticked" in district.page("duty_officer", f"{base(incident)}/check-in/")


def test_who_said_he_comes_stands_on_top_who_declined_at_the_bottom(district):
    incident = district.approved()
    alerts = alerts_of(incident)
    coming, declined = alerts[5], alerts[1]
    district.accept([coming])
    actions.record_reply(declined, answer="decline", channel="sms", by="member:x")
    page = district.page("duty_officer", f"{base(incident)}/check-in/")
    places = {alert.pk: page.index(f'name="alert" value="{alert.pk}"') for alert in alerts}
    assert min(places, key=places.get) == coming.pk
    assert max(places, key=places.get) == declined.pk


def test_the_list_of_one_muster_point_shows_its_people_only(district):
    incident = district.approved()
    alerts = alerts_of(incident)
    page = district.page("duty_officer", f"{base(incident)}/check-in/?point=A&where=scene")
    for alert in alerts:
        assert (f'name="alert" value="{alert.pk}"' in page) == (alert.muster_point.letter == "A")


def test_check_in_from_the_people_list_returns_there(district):
    incident = district.approved()
    alert = alerts_of(incident)[0]
    answer = district.post(
        "duty_officer", f"{base(incident)}/check-in/", {"alert": [alert.pk], "query": "state=silent"}
    )
    assert answer.url == f"{base(incident)}/people/?state=silent"
    assert f"Checked in: {alert.member.name}." in district.page("duty_officer", f"{base(incident)}/people/")


def test_an_unknown_place_of_check_in_is_refused(district):
    incident = district.approved()
    alert = alerts_of(incident)[0]
    assert (
        district.post("duty_officer", f"{base(incident)}/check-in/", {"alert": [alert.pk], "where": "moon"}).status_code
        == 400
    )


def test_after_closing_nobody_can_be_checked_in(district):
    incident = district.approved()
    alert = alerts_of(incident)[0]
    actions.stand_down(district.actors["commander"], incident.callout)
    actions.close_incident(district.actors["commander"], fresh(incident))
    assert district.post("duty_officer", f"{base(incident)}/check-in/", {"alert": [alert.pk]}).status_code == 409


def test_a_sheet_hangs_at_every_muster_point_and_one_at_the_scene(district, settings):
    settings.MUSTER_PUBLIC_URL = "https://m.example.org/"
    incident = district.approved()
    page = district.page("duty_officer", f"{base(incident)}/qr/")
    assert page.count("<svg") >= 3
    assert page.count("https://m.example.org/c/") == 3
    codes = [piece.split("<")[0].strip() for piece in page.split("https://m.example.org/c/")[1:]]
    assert [read_code(code).letter for code in codes] == ["A", "B", "0"]
    assert {read_code(code).callout_id for code in codes} == {incident.callout.pk}
    assert " style=" not in page


def test_without_a_public_address_the_sheets_say_where_they_work(district):
    incident = district.approved()
    assert "only on telephones inside the office network" in district.page("duty_officer", f"{base(incident)}/qr/")
