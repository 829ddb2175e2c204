"""The wall screen: who may open it, what it shows, what it never shows, and what it makes of a quiet night."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from muster.access.rights import RIGHTS, Right
from muster.apps.desk import regions, wall_board
from muster.apps.incidents.actions import record_reply
from muster.apps.incidents.board import Event
from muster.apps.incidents.models import Alert, Incident
from muster.apps.people.models import Member, Unit
from muster.live import source
from muster.live.hub import View
from tests.desk.sample_board import NOW, T0, board, lines
from tests.world import World

HTML_TAG = re.compile(r"<[^>]+>")
MAY = ("office_head", "commander", "duty_officer", "auditor", "wall_screen", "staff", "depot_keeper", "drone_crew")
PRESSED = re.compile(r"<(a|button|input|select|form|summary)\b")


def words(html: str) -> str:
    return HTML_TAG.sub(" ", html)


def page(world: World, path: str, who: str = "duty_officer", **options: object) -> str:
    answer = world.client_of(who, **options).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_only_those_who_see_the_whole_district_may_open_it() -> None:
    assert {role for role, rights in RIGHTS.items() if Right.SEE_WALL in rights} == set(MAY)
    assert RIGHTS["wall_screen"] == {Right.SEE_WALL}


@pytest.mark.parametrize("path", ["/wall/", "/wall/now.json", "/wall/{}/", "/wall/{}/map.json", "/wall/{}/events"])
def test_an_account_of_a_part_of_the_district_is_refused_with_the_reason(world: World, path: str) -> None:
    account = world.accounts["duty_officer"]
    account.unit_path = world.units["T1"].path
    account.save(update_fields=["unit_path"])
    answer = world.client_of("duty_officer").get(path.format(world.running.pk), headers={"Accept": "text/html"})
    assert answer.status_code == 403
    assert "the whole district" in answer.content.decode()


def test_the_machine_of_the_wall_stays_signed_in_and_nobody_else_does(world: World) -> None:
    desk = world.client_of("duty_officer")
    desk.get("/wall/")
    assert desk.session.get_expiry_age() <= 12 * 3600  # one turn of duty, also with the wall on the second screen
    wall = world.client_of("wall_screen")
    wall.get("/wall/")
    assert wall.session.get_expiry_age() >= 29 * 24 * 3600


def test_the_wall_machine_can_open_nothing_but_the_wall(world: World) -> None:
    wall = world.client_of("wall_screen")
    incident = world.running.pk
    assert wall.get("/")["Location"] == "/wall/"
    for path in ("/wall/", f"/wall/{incident}/", f"/wall/{incident}/map.json", "/map/layers.json", "/wall/now.json"):
        assert wall.get(path).status_code == 200, path
    for path in ("/duty/", f"/duty/{incident}/", f"/incidents/{incident}/people/", "/people/", "/plans/", "/journal/"):
        assert wall.get(path).status_code == 403, path


def test_there_is_nothing_to_press(world: World) -> None:
    quiet = page(world, "/wall/")
    shown = page(world, f"/wall/{world.running.pk}/")
    assert "All quiet" in quiet
    for html in (quiet, shown):
        assert PRESSED.search(html) is None
        assert 'data-bs-theme="dark"' in html


def test_the_standing_address_shows_an_actual_incident_before_any_exercise(world: World) -> None:
    assert wall_board.shown_incident() is None
    actual = world.open_incident()
    exercise = world.open_incident(mode="exercise", title="演练一场")
    assert wall_board.shown_incident() == actual
    html = page(world, "/wall/")
    assert f'data-url="/wall/{actual.pk}/events"' in html
    assert "1 more incident open" in html
    assert "ACTUAL" in html
    assert "wall-stripe" not in html
    Incident.objects.filter(pk=actual.pk).update(state="closed")
    html = page(world, "/wall/")
    assert f'data-url="/wall/{exercise.pk}/events"' in html
    assert "wall-stripe" in html


def test_the_page_learns_when_it_has_to_change_over(world: World) -> None:
    client = world.client_of("wall_screen")
    assert client.get("/wall/now.json").json()["shows"] == "quiet"
    assert 'data-shows="quiet"' in page(world, "/wall/")
    incident = world.open_incident()
    assert client.get("/wall/now.json").json()["shows"] == str(incident.pk)
    assert f'data-shows="{incident.pk}"' in page(world, "/wall/")
    assert 'data-shows=""' in page(world, f"/wall/{incident.pk}/")  # that page stays with its incident


def test_names_stand_in_the_last_line_only_and_numbers_nowhere(world: World) -> None:
    member = world.member(2)
    record_reply(
        world.running.callout.alerts.get(member=member), answer="accept", channel="sms", by="t", eta_minutes=20
    )
    drawn = wall_board.render(wall_board.board_of(world.running.pk))
    names = [person.name for person in world.members] + [account.name for account in world.accounts.values()]
    assert member.name in drawn["events"]
    for region in ("head", "verdict", "needs", "people"):
        assert not [name for name in names if name in drawn[region]], region
    everything = page(world, f"/wall/{world.running.pk}/")
    assert not [person for person in world.members if person.phone and person.phone[3:] in everything]
    assert not [person for person in world.members if person.number in everything]


def test_the_office_can_switch_the_names_off(world: World, settings) -> None:
    record_reply(world.alert(2), answer="accept", channel="sms", by="t", eta_minutes=20)
    settings.MUSTER_WALL_NAMES = False
    for language in ("en", "zh-hans"):
        with translation.override(language):
            said = words(wall_board.render(wall_board.board_of(world.running.pk))["events"])
        names = [person.name for person in world.members] + ["duty officer", "commander"]
        assert not [name for name in names if name in said]
        assert ("a member is coming" if language == "en" else "能来") in " ".join(said.split())
        assert "system" not in said
        assert "系统" not in said  # an order is not laid at the machine's door


def test_a_number_that_got_into_a_title_is_not_hung_on_the_wall(world: World) -> None:
    incident = world.open_incident(title="变电站火灾 报警人13800138000", place="幸福路 199 号 0731-22880119")
    html = page(world, f"/wall/{incident.pk}/")
    assert "13800138000" not in html
    assert "22880119" not in html
    assert "幸福路 199 号" in html
    assert wall_board.without_numbers("2026 年 7 月 14 日，35 kV") == "2026 年 7 月 14 日，35 kV"


def test_every_wall_is_drawn_once_for_all(world: World) -> None:
    drawn = source.draw(View(world.running.pk, "zh-hans", "", "", page="wall"))
    assert set(drawn.regions) == set(wall_board.REGIONS)
    assert "需求" in drawn.regions["needs"]
    duty = source.draw(View(world.running.pk, "zh-hans", "commander", ""))
    assert set(duty.regions) == set(regions.REGIONS)


@pytest.mark.django_db
class TestTheBoard:
    def test_it_says_the_same_as_the_duty_page(self) -> None:
        drawn = board()
        with translation.override("zh-hans"):
            wall = wall_board.render(drawn)
            duty = render_to_string("desk/_verdict.html", regions.context(drawn, wall_board.viewer()))
        for said in ("39", "无人机操作差 1 名", "再召 3 ", "95.8%", "37–41%"):
            assert said in words(duty), said
            assert said in words(wall["verdict"]), said
        assert re.findall(r'id="need-(\d+)"', wall["needs"]) == [str(line.order) for line in drawn.lines]
        assert "66</b> / 120" in wall["needs"]  # 64 on their way and 2 there
        assert {"4", "64", "50", "3", "189", "15", "37"} <= set(re.findall(r"<b>(\d+)</b>", wall["people"]))

    def test_the_next_due_line_is_the_first_that_still_waits(self) -> None:
        drawn = board()
        due = wall_board.next_due(drawn)
        assert due is not None
        assert (due.capability.slug, due.due_minutes) == ("drone", 25)
        full = tuple(dataclasses.replace(line, on_scene=line.people) for line in drawn.lines if line is due)
        rest = tuple(line for line in drawn.lines if line is not due)
        after = wall_board.next_due(board(lines=full + rest))
        assert after is not None
        assert after.due_minutes == 40
        late = board(now=T0.replace(hour=12))
        assert wall_board.next_due(late) is None

    def test_when_there_are_too_many_lines_the_unsafe_ones_stay_in_the_plans_order(self) -> None:
        drawn = board(lines=tuple(dataclasses.replace(line, order=n) for n, line in enumerate(lines() * 3, 1)))
        rows = regions.rows(drawn)
        kept, hidden = wall_board.chosen_rows(rows)
        assert len(kept) + hidden == len(rows) == 27
        assert len(kept) == wall_board.MOST_LINES - 1
        unsafe = [row.line.order for row in rows if row.word != "enough"]
        assert set(unsafe) <= {row.line.order for row in kept}
        assert [row.line.order for row in kept] == sorted(row.line.order for row in kept)
        with translation.override("en"):
            assert "and 15 more lines" in wall_board.render(drawn)["needs"]

    def test_orders_lose_their_giver_and_headings_stay_when_names_are_off(self) -> None:
        events = (
            Event(3, NOW, "callout.approved", "approved the callout: 9 people", "沈若岚", "act"),
            Event(2, NOW, "callout.solved", "39%", "Chance of enough in time", "bad"),
            Event(1, NOW, "alert.check_in_taken_back", "took the check-in of a member back", "沈若岚", "warn"),
        )
        shown = [(one.strong, one.sentence) for one in wall_board.told(events, names=False)]
        assert shown == [
            ("", "Approved the callout: 9 people"),
            ("Chance of enough in time", "39%"),
            ("", "Took the check-in of a member back"),
        ]
        assert wall_board.told(events, names=True)[0].strong == "沈若岚"


def test_the_quiet_wall_counts_as_the_duty_page_does(world: World) -> None:
    html = page(world, "/wall/", who="wall_screen")
    assert re.search(r'<div class="hero">30</div>', html)
    assert "of 30 people on the books" in html
    assert "Fire near the substation" in html
    chinese = page(world, "/wall/", language="zh-hans")
    assert "一切平静" in chinese
    assert "变电站周边火灾预案" in chinese
    assert "people on the books" not in chinese


def test_an_empty_system_has_a_quiet_wall_too(world: World) -> None:
    from muster.apps.people.models import Holding
    from muster.apps.plans.models import Plan

    Holding.objects.all().delete()
    Plan.objects.update(retired_at=world.now)
    html = page(world, "/wall/")
    assert "Nobody on the books holds a capability yet." in html
    assert "No plan is in force yet." in html


def test_no_code_hangs_in_the_corner_of_a_real_home(world: World) -> None:
    for path in ("/wall/", f"/wall/{world.open_incident(mode='exercise').pk}/"):
        html = page(world, path)
        assert "wall-corner" not in html
        assert "/exercise/join" not in html


def test_the_walls_question_every_five_seconds_writes_no_session(world: World, at) -> None:
    wall = world.client_of("wall_screen")
    wall.get("/wall/")
    with CaptureQueriesContext(connection) as seen:
        wall.get("/wall/now.json")
    assert not [each["sql"] for each in seen if "django_session" in each["sql"] and "UPDATE" in each["sql"]]
    at("2026-08-10 14:20")
    assert wall.session.get_expiry_age() < 4 * 24 * 3600
    assert wall.get("/wall/now.json").status_code == 200
    assert wall.session.get_expiry_age() >= 29 * 24 * 3600, "a wall that stays on stays signed in"
    assert Session.objects.get(pk=wall.session.session_key).expire_date > timezone.now() + timedelta(days=29)


def test_a_session_of_the_wall_that_was_counted_in_seconds_is_renewed_too(world: World) -> None:
    wall = world.client_of("wall_screen")
    session = wall.session
    session.set_expiry(30 * 24 * 3600)
    session.save()
    Session.objects.filter(pk=session.session_key).update(expire_date=timezone.now() + timedelta(hours=1))
    wall.get("/wall/now.json")
    assert Session.objects.get(pk=session.session_key).expire_date > timezone.now() + timedelta(days=29)


def test_the_walls_map_shows_villages_and_never_homes(world: World) -> None:
    incident = world.running.pk
    lost = world.member(8)
    Member.objects.filter(pk=lost.pk).update(lon=113.123456, lat=27.812345, home_unit=world.units["V22"])
    Unit.objects.filter(pk__in=[world.units["V22"].pk, lost.unit_id]).update(lon=None, lat=None)
    Alert.objects.filter(pk=world.alert(3).pk).update(state="checked_in")
    wall, desk = (
        {each["id"]: each["geometry"]["coordinates"] for each in answer.json()["people"]["features"]}
        for answer in (
            world.client_of("wall_screen").get(f"/wall/{incident}/map.json"),
            world.client_of("duty_officer").get(f"/duty/{incident}/map.json"),
        )
    )
    village, point = world.units["V12"], world.alert(3).muster_point
    assert desk[world.alert(2).pk] == [world.member(2).lon, world.member(2).lat] != [village.lon, village.lat]
    assert wall[world.alert(2).pk] == [village.lon, village.lat]
    assert wall[world.alert(8).pk] == [113.12, 27.81]
    assert wall[world.alert(3).pk] == [point.lon, point.lat]
    homes = {(each.lon, each.lat) for each in Member.objects.exclude(lat__in=Unit.objects.values("lat"))}
    assert not homes & {tuple(place) for place in wall.values()}
