"""Opening an incident with five fields and saying what it needs."""

import html
import json
import re
from datetime import timedelta

import pytest

from muster.apps.incidents.models import Incident
from muster.apps.plans.models import Plan, PlanNeed
from muster.core.datum import from_wgs84
from muster.core.units import to_beijing
from muster.jobs import clock
from tests.callout_pages.cast import NOON, fresh
from tests.callout_pages.markup import fields_of, sentences_of


def typed(district, **changes):
    form = {
        "title": "变电站周边火灾", "kind": "accident.fire", "spot": f"site-{district.site.pk}", "place": "", "lon": "",
        "lat": "", "datum": "wgs84", "when": "", "reporter": "市消防指挥中心", "reporter_phone": "0731-00000119",
        "mode": "exercise",
    }  # fmt: skip
    return {**form, **changes}


def the_incident() -> Incident:
    return Incident.objects.select_related("callout").get()


def test_five_fields_open_an_incident_and_the_matching_plan_is_taken(district):
    answer = district.post("duty_officer", "/incidents/new/", typed(district))
    incident = the_incident()
    assert (answer.status_code, answer.url) == (302, f"/duty/{incident.pk}/")
    assert incident.plan == district.plan
    assert (incident.lon, incident.lat, incident.place) == (113.041, 27.793, "Railway substation")
    assert incident.t0 == NOON
    assert list(incident.callout.needs.values_list("people", flat=True)) == [12, 3, 2]


def test_the_phone_of_the_reporter_is_kept_sealed(district):
    district.post("duty_officer", "/incidents/new/", typed(district))
    assert the_incident().reporter_phone == "0731-00000119"
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT reporter_phone FROM incidents_incident")
        assert "00000119" not in cursor.fetchone()[0]


def test_a_village_can_be_the_place(district):
    village = district.units["t1v1"]
    district.post("duty_officer", "/incidents/new/", typed(district, spot=f"unit-{village.pk}", place="村口小学"))
    incident = the_incident()
    assert (incident.lon, incident.lat, incident.place, incident.site) == (village.lon, village.lat, "村口小学", None)


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_a_typed_point_is_stored_in_wgs84_whatever_map_it_was_read_from(district, datum):
    lon, lat = from_wgs84(113.05, 27.80, datum)
    form = typed(district, spot="", place="河边", lon=f"{lon:.8f}", lat=f"{lat:.8f}", datum=datum)
    district.post("duty_officer", "/incidents/new/", form)
    incident = the_incident()
    assert incident.lon == pytest.approx(113.05, abs=1e-6)
    assert incident.lat == pytest.approx(27.80, abs=1e-6)


def test_the_time_of_the_call_is_beijing_time(district, noon):
    noon.shift(600)
    at = to_beijing(clock.now() - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%S")
    district.post("duty_officer", "/incidents/new/", typed(district, when=at))
    assert the_incident().t0 == NOON + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "This field is required."),
        ({"kind": "war"}, "is not one of the available choices"),
        ({"spot": ""}, "Choose a place, or type its longitude and latitude."),
        ({"spot": "", "lon": "113"}, "Longitude and latitude belong together."),
        ({"spot": "", "lat": "28"}, "Longitude and latitude belong together."),
        ({"spot": "", "lon": "abc", "lat": "28"}, "Enter a number."),
        ({"spot": "", "lon": "1130", "lat": "28", "place": "x"}, "This is not a longitude and a latitude."),
        ({"spot": "", "lon": "113", "lat": "28"}, "Say in words where it is."),
        ({"when": "2027-03-11T12:00"}, "This lies in the future."),
        ({"when": "2027-03-01T12:00"}, "This is more than two days ago."),
        ({"when": "noon"}, "Enter a valid date/time."),
        ({"mode": ""}, "This field is required."),
        ({"spot": "site-999999"}, "is not one of the available choices"),
        ({"lon": "1", "lat": "1", "datum": "gcj02"}, ""),
    ],
)
def test_mistakes_are_named_and_everything_typed_stays(district, changes, sentence):
    answer = district.post("duty_officer", "/incidents/new/", typed(district, **changes))
    if not sentence:
        # a point outside China has no shift between the datums: it is taken as it is
        assert answer.status_code == 302
        return
    assert answer.status_code == 422
    assert any(sentence in said for said in sentences_of(answer)), sentences_of(answer)
    assert fields_of(answer)["reporter"] == ["市消防指挥中心"]
    assert Incident.objects.count() == 0


def test_actual_or_exercise_has_to_be_chosen_each_time(district):
    fields = fields_of(district.clients["duty_officer"].get("/incidents/new/"))
    assert "mode" not in fields


def test_an_exercise_home_offers_only_exercise(district, monkeypatch):
    monkeypatch.setattr(clock, "is_exercise_home", lambda: True)
    page = district.clients["duty_officer"].get("/incidents/new/")
    assert fields_of(page)["mode"] == ["exercise"]
    assert b'value="actual"' not in page.content
    assert district.post("duty_officer", "/incidents/new/", typed(district, mode="actual")).status_code == 422


@pytest.mark.parametrize("role", ["town_officer", "auditor", "member", "system_admin"])
def test_who_may_not_open_incidents_gets_a_403(district, role):
    assert district.post(role, "/incidents/new/", typed(district)).status_code == 403
    assert Incident.objects.count() == 0


# --- needs ------------------------------------------------------------------------------------------------


def lines(district, *rows):
    skills = [district.skills[slug].pk for slug, _people, _due in rows]
    return {"capability": skills, "people": [r[1] for r in rows], "due_minutes": [r[2] for r in rows], "save": "1"}


def test_needs_can_be_changed_before_approval_and_are_solved_again(district):
    incident = district.solved()
    path = f"/incidents/{incident.pk}/needs/"
    before = incident.callout.wanted_seq
    answer = district.post("duty_officer", path, lines(district, ("medic", 5, 50), ("fire_support", 8, 60)))
    assert answer.url == f"/incidents/{incident.pk}/approve/"
    kept = list(incident.callout.needs.values_list("capability__slug", "people", "due_minutes"))
    assert kept == [("medic", 5, 50), ("fire_support", 8, 60)]
    assert fresh(incident).callout.wanted_seq > before


def test_a_due_time_in_the_past_is_refused_with_the_present_minute(district, noon):
    incident = district.solved()
    noon.shift(25 * 60)
    answer = district.post("duty_officer", f"/incidents/{incident.pk}/needs/", lines(district, ("medic", 5, 20)))
    assert answer.status_code == 422
    assert any("This moment has passed: it is T+25 now" in said for said in sentences_of(answer))
    assert incident.callout.needs.count() == 3


def test_a_need_nobody_holds_is_refused_but_more_than_hold_it_is_left_to_the_planner(district):
    incident = district.solved()
    path = f"/incidents/{incident.pk}/needs/"
    answer = district.post("duty_officer", path, lines(district, ("boat_crew", 1, 50)))
    assert any("Nobody on the roster holds this" in said for said in sentences_of(answer))
    assert district.post("duty_officer", path, lines(district, ("uas_pilot", 40, 50))).status_code == 302


def test_rows_can_be_added_with_and_without_scripts(district):
    incident = district.solved()
    path = f"/incidents/{incident.pk}/needs/"
    form = {**lines(district, ("medic", 5, 50)), "add_row": "1"}
    assert fields_of(district.post("duty_officer", path, form))["people"] == ["5", ""]
    part = district.clients["duty_officer"].post(path, form, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert fields_of(part)["people"] == ["5", ""]


def test_after_approval_the_needs_stand_still(district):
    incident = district.approved()
    path = f"/incidents/{incident.pk}/needs/"
    page = district.page("duty_officer", path)
    assert "周砚秋 approved this callout at 12:00" in page
    assert 'id="needs-save"' not in page
    answer = district.post("duty_officer", path, lines(district, ("medic", 5, 50)))
    assert answer.status_code == 422
    assert incident.callout.needs.count() == 3


def test_another_plan_can_be_taken_and_a_retired_or_unknown_one_cannot(district):
    incident = district.solved()
    other = Plan.objects.create(zh="小火", kind="accident.fire", target=0.8, changed_at=NOON)
    other.muster_points.set(district.points[:1])
    PlanNeed.objects.create(plan=other, order=1, capability=district.skills["medic"], people=2, due_minutes=30)
    path = f"/incidents/{incident.pk}/plan/"
    assert district.post("duty_officer", path, {"plan": other.pk}).status_code == 302
    callout = fresh(incident).callout
    assert (callout.target, callout.needs.count()) == (0.8, 1)
    assert district.post("duty_officer", path, {"plan": "drop table"}).status_code == 404
    other.retired_at = NOON
    other.save()
    assert district.post("duty_officer", path, {"plan": other.pk}).status_code == 400


def test_the_policy_of_replacements_is_set_by_who_may_approve(district):
    incident = district.solved()
    path = f"/incidents/{incident.pk}/policy/"
    assert district.post("duty_officer", path, {"policy": "automatic"}).status_code == 403
    assert district.post("commander", path, {"policy": "sometimes"}).status_code == 400
    assert district.post("commander", path, {"policy": "automatic"}).status_code == 302
    assert fresh(incident).callout.policy == "automatic"
    assert 'id="policy-save"' not in district.page("duty_officer", f"/incidents/{incident.pk}/needs/")


def test_a_false_alarm_closes_an_incident_for_which_nobody_was_called(district):
    incident = district.solved()
    assert district.post("duty_officer", f"/incidents/{incident.pk}/false-alarm/").status_code == 302
    assert fresh(incident).state == "false_alarm"
    running = district.approved()
    assert district.post("duty_officer", f"/incidents/{running.pk}/false-alarm/").status_code == 409


def test_an_incident_without_a_plan_says_so(district):
    incident = district.open(kind="health.infectious_disease")
    assert "No plan fits this kind of incident" in district.page("duty_officer", f"/incidents/{incident.pk}/needs/")


def test_the_map_knows_the_point_of_every_place_that_can_be_chosen(district):
    page = district.clients["duty_officer"].get("/incidents/new/")
    shown = json.loads(html.unescape(re.search(r'data-pick="([^"]*)"', page.content.decode())[1]))
    offered = set(re.findall(r'<option value="((?:site|unit)-\d+)"', page.content.decode()))
    assert set(shown) == offered
    assert shown[f"site-{district.site.pk}"] == [113.041, 27.793]
