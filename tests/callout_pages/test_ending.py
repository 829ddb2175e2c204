"""Roll call, early release, stand-down, leaving, closing: nobody is forgotten on the way out."""

from datetime import timedelta

import pytest

from muster.apps.channels.actions import record_inbound
from muster.apps.channels.models import OutMessage
from muster.apps.incidents import actions
from muster.apps.incidents.models import Alert, RollCallAnswer, SolveRun
from muster.apps.incidents.pages.ending import LOG_PAGE
from muster.jobs import clock
from tests.callout_pages.cast import NOON, alerts_of, fresh, solve
from tests.callout_pages.markup import fields_of, part, sentences_of


def base(incident) -> str:
    return f"/incidents/{incident.pk}"


def present(district, count=6):
    """An approved incident with `count` people checked in."""
    incident = district.approved()
    alerts = sorted(alerts_of(incident), key=lambda alert: alert.member.number[::-1])  # both towns among the first
    district.accept(alerts[: count + 4])
    district.arrive(alerts[:count])
    return fresh(incident), alerts[:count]


# --- roll call --------------------------------------------------------------------------------------------


def test_a_roll_call_expects_everybody_checked_in_and_counts_down_three_minutes(district, noon):
    incident, here = present(district)
    path = f"{base(incident)}/roll-call/"
    assert "6 people are checked in" in district.page("duty_officer", path)
    district.post("duty_officer", path, {"start": "1"})
    noon.shift(50)
    page = district.page("duty_officer", path)
    assert ">2:10<" in page
    assert all(alert.member.name in part(page, "missing") for alert in here)


def test_ticked_people_are_there_the_others_stay_on_the_missing_list(district):
    incident, here = present(district)
    path = f"{base(incident)}/roll-call/"
    district.post("duty_officer", path, {"start": "1"})
    district.post("duty_officer", path, {"alert": [a.pk for a in here[:5]], "present": "1"})
    page = district.page("duty_officer", path)
    assert here[5].member.name in part(page, "missing")
    assert here[0].member.name not in part(page, "missing")


def test_after_three_minutes_the_missing_turn_to_unaccounted(district, noon):
    incident, _here = present(district)
    path = f"{base(incident)}/roll-call/"
    district.post("duty_officer", path, {"start": "1"})
    noon.shift(181)
    page = district.page("duty_officer", path)
    assert "unaccounted" in part(page, "roll-figures")
    assert any("6 people have not answered" in said for said in sentences_of(page))
    district.post("duty_officer", path, {"close": "1"})
    assert "Unaccounted:" in district.page("duty_officer", path)


def test_somebody_elsewhere_is_accounted_for_with_the_place_in_words(district):
    incident, here = present(district)
    path = f"{base(incident)}/roll-call/"
    district.post("duty_officer", path, {"start": "1"})
    form = {"alert": [here[0].pk], "accounted": "1"}
    assert district.post("duty_officer", path, form).status_code == 400
    district.post("duty_officer", path, {**form, "remark": "送医院"})
    answer = RollCallAnswer.objects.get(alert=here[0])
    assert (answer.state, answer.note) == ("accounted", "送医院")


def test_everybody_at_one_press_and_then_closed(district):
    incident, _here = present(district)
    path = f"{base(incident)}/roll-call/"
    district.post("duty_officer", path, {"start": "1"})
    district.post("duty_officer", path, {"everyone": "1"})
    assert "Everybody has answered." in district.page("duty_officer", path)
    district.post("duty_officer", path, {"close": "1"})
    assert "Everybody accounted for." in district.page("duty_officer", path)


def test_nobody_ticked_or_no_roll_call_running_changes_nothing(district):
    incident, _here = present(district)
    path = f"{base(incident)}/roll-call/"
    assert district.post("duty_officer", path, {"present": "1"}).status_code == 409
    district.post("duty_officer", path, {"start": "1"})
    district.post("duty_officer", path, {"present": "1"})
    assert "Nobody was ticked" in district.page("duty_officer", path)
    assert not RollCallAnswer.objects.exclude(state="expected").exists()


def test_a_town_officer_answers_for_his_own_and_sees_how_many_belong_to_others(district):
    incident, here = present(district)
    town = district.units["t1"].path + "/"
    mine = [a for a in here if a.member.unit.path.startswith(town)]
    path = f"{base(incident)}/roll-call/"
    district.post("duty_officer", path, {"start": "1"})
    page = district.page("town_officer", path)
    assert f"{len(here) - len(mine)} more belong to other towns" in page
    district.post("town_officer", path, {"everyone": "1"})
    assert set(RollCallAnswer.objects.filter(state="present").values_list("alert", flat=True)) == {a.pk for a in mine}


def test_the_list_renews_itself_as_a_fragment(district):
    incident, _here = present(district)
    path = f"{base(incident)}/roll-call/"
    page = district.page("duty_officer", path, **{"HX-Request": "true", "HX-Target": "roll-call"})
    assert "<html" not in page


# --- early release ----------------------------------------------------------------------------------------


def test_who_is_not_needed_is_ticked_beforehand_and_told_so(district):
    incident = district.approved()
    alerts = alerts_of(incident)
    district.accept(alerts)
    solve()
    run = SolveRun.objects.latest("pk")
    assert run.releasable
    path = f"{base(incident)}/release/"
    ticked = fields_of(district.clients["commander"].get(path))["alert"]
    assert sorted(map(int, ticked)) == sorted(run.releasable)
    assert district.post("commander", path, {"alert": ticked}).url == f"/duty/{incident.pk}/"
    assert OutMessage.objects.filter(kind="release").count() == len(ticked)
    assert set(Alert.objects.filter(state="released").values_list("pk", flat=True)) == set(run.releasable)


def test_nobody_ticked_tells_nobody_anything(district):
    incident = district.approved()
    path = f"{base(incident)}/release/"
    assert "Nobody who accepted is still under way." in district.page("commander", path)
    assert district.post("commander", path, {}).url == path
    assert OutMessage.objects.filter(kind="release").count() == 0


def test_only_who_may_release_sees_the_page(district):
    incident = district.approved()
    assert district.client("duty_officer").get(f"{base(incident)}/release/").status_code == 403


# --- the end ----------------------------------------------------------------------------------------------


def test_standing_down_says_first_what_it_does(district):
    incident, _here = present(district)
    words = part(district.page("commander", f"{base(incident)}/stand-down/"), "consequences")
    assert "6 people are here" in words
    assert "4 people are under way" in words
    assert "posts are filled" in words


def test_standing_down_leads_to_the_leaving_list(district):
    incident, here = present(district)
    answer = district.post("commander", f"{base(incident)}/stand-down/")
    assert answer.url == f"{base(incident)}/leave/"
    assert fresh(incident).callout.state == "stood_down"
    page = district.page("commander", answer.url)
    assert all(alert.member.name in page for alert in here)
    assert district.post("commander", f"{base(incident)}/stand-down/").status_code == 409
    assert "nothing to stand down" in district.page("commander", f"{base(incident)}/stand-down/")


def test_people_leave_by_the_list_singly_or_all_at_once(district):
    incident, here = present(district)
    path = f"{base(incident)}/leave/"
    district.post("duty_officer", path, {"alert": [here[0].pk]})
    assert Alert.objects.filter(state="checked_in").count() == 5
    district.post("duty_officer", path, {})
    assert "Nobody was ticked" in district.page("duty_officer", path)
    district.post("duty_officer", path, {"everyone": "1"})
    assert Alert.objects.filter(state="checked_in").count() == 0
    assert "Nobody is here any more." in district.page("duty_officer", path)


def test_everyone_of_a_town_officer_is_everyone_of_his_town(district):
    incident, here = present(district)
    town = district.units["t1"].path + "/"
    others = {a.pk for a in here if not a.member.unit.path.startswith(town)}
    district.post("town_officer", f"{base(incident)}/leave/", {"everyone": "1", "alert": list(others)})
    assert set(Alert.objects.filter(state="checked_in").values_list("pk", flat=True)) == others


def test_closing_is_refused_while_anybody_is_here_and_the_page_says_who(district):
    incident, here = present(district)
    path = f"{base(incident)}/close/"
    assert "Stand down first" not in district.page("commander", path)
    actions.stand_down(district.actors["commander"], incident.callout)
    answer = district.post("commander", path)
    assert answer.status_code == 409
    assert all(alert.member.name in part(answer, "still-here") for alert in here)
    district.post("commander", f"{base(incident)}/leave/", {"everyone": "1"})
    answer = district.post("commander", path)
    assert answer.url == f"/review/{incident.pk}/"
    assert fresh(incident).state == "closed"
    awaited = district.page("duty_officer", f"{base(incident)}/check-in/")
    assert "Nobody is awaited here." in awaited
    assert 'name="alert"' not in awaited


def test_a_running_callout_without_people_is_to_be_stood_down_first(district):
    incident = district.approved()
    assert "Stand down first" in district.page("commander", f"{base(incident)}/close/")
    assert district.post("commander", f"{base(incident)}/close/").status_code == 409


@pytest.mark.parametrize("page", ["stand-down", "close", "release"])
@pytest.mark.parametrize("role", ["duty_officer", "town_officer", "auditor"])
def test_orders_of_the_end_belong_to_the_commander_and_the_head(district, page, role):
    incident = district.approved()
    assert district.post(role, f"{base(incident)}/{page}/").status_code == 403
    assert fresh(incident).callout.state in {"filling", "filled", "short"}


# --- time list --------------------------------------------------------------------------------------------


def test_the_time_list_shows_everything_newest_first_a_hundred_at_a_time(district, noon):
    incident, _here = present(district, 20)
    noon.shift(60)
    for alert in incident.callout.alerts.filter(checked_in_at=None).select_related("member"):
        for _again in range(4):
            actions.record_reply(
                alert, answer="decline", channel="sms", by=f"member:{alert.member.number}", reason="ill"
            )
    page = district.page("duty_officer", f"{base(incident)}/log/")
    assert page.count("<li>") == LOG_PAGE
    older = page.split('href="?before=')[1].split('"')[0]
    next_page = district.page("duty_officer", f"{base(incident)}/log/?before={older}")
    assert "opened the incident" in next_page
    assert "T+0" in next_page
    assert "T+1" in page
    assert district.page("duty_officer", f"{base(incident)}/log/?before=x").count("<li>") == LOG_PAGE


def test_a_town_officer_reads_no_names_of_other_towns(district):
    incident, here = present(district)
    page = part(district.page("town_officer", f"{base(incident)}/log/"), "log")
    town = district.units["t1"].path + "/"
    for alert in here:
        assert (alert.member.name in page) == alert.member.unit.path.startswith(town)


@pytest.mark.parametrize("page", ["needs", "approve", "pick", "people", "call-list", "check-in", "qr", "roll-call",
                                  "release", "stand-down", "leave", "close", "log"])  # fmt: skip
def test_an_unknown_incident_is_a_404_page(district, page):
    assert district.client("commander").get(f"/incidents/424242/{page}/").status_code == 404


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("phase", ["open", "solved", "running", "roll_call", "over"])
def test_every_page_opens_in_both_languages_in_every_phase_without_inline_styles(district, language, phase):
    incident = {"open": district.open, "solved": district.solved}.get(phase, lambda: present(district)[0])()
    if phase == "roll_call":
        actions.start_roll_call(district.actors["commander"], incident.callout)
    if phase == "over":
        actions.stand_down(district.actors["commander"], incident.callout)
        actions.leave(district.actors["commander"], incident.callout, [a.pk for a in alerts_of(incident)])
        actions.close_incident(district.actors["commander"], fresh(incident))
    names = ["needs", "approve", "pick", "people", "call-list", "check-in", "qr", "roll-call", "release", "stand-down",
             "leave", "close", "log"]  # fmt: skip
    for name in names:
        page = district.page("commander", f"{base(incident)}/{name}/", language)
        assert " style=" not in page
        assert " onclick=" not in page
        assert page.count("btn-primary") <= 1, name
    assert clock.now() - incident.t0 < timedelta(hours=1)


def test_texts_nobody_could_place_stand_below_the_time_list_with_masked_numbers(district):
    incident = district.approved()
    record_inbound("x:1", "19911112222", "你们是谁", True, NOON)
    record_inbound("a:1", "19911123333", "你们是谁", False, NOON)
    page = district.page("duty_officer", f"/incidents/{incident.pk}/log/")
    assert page.count('data-testid="strange"') == page.count("199****2222") == 1
    assert not [words for words in ("199****3333", "19911112222", "你们是谁") if words in page]
    assert 'data-testid="strange"' not in district.page("town_officer", f"/incidents/{incident.pk}/log/")
    assert 'data-testid="strange"' not in district.page("duty_officer", f"/incidents/{incident.pk}/log/?before=9")
