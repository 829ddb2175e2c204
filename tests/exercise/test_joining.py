"""`Join the exercise`: from the code on the wall to one member on one phone, in exercise homes only."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from muster.apps.channels.signing import headers
from muster.apps.incidents.actions import record_reply, send_by_hand, stand_down
from muster.apps.incidents.models import Alert, Incident, NeedLine
from muster.core.errors import NotFound
from muster.exercise import joining
from muster.exercise.join_code import ANY, GOOD_HOURS, HOUR_SECONDS, make_code, read_code
from muster.exercise.taking import FILE, LOCK
from muster.jobs.clock import MARKER
from tests.world import World

CALLED = (2, 3, 4, 6, 8, 10)  # 8 has no telephone: the desk has a list for him
NAMED = re.compile(r"You are (\S+), a virtual member")


@pytest.fixture
def home(world: World, settings) -> Iterator[Path]:
    """The world in an exercise home, with the pages that only such a home has."""
    folder = Path(settings.HOME)
    (folder / MARKER).touch()
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "muster.exercise"]
    settings.ROOT_URLCONF = "tests.exercise.exercise_urls"
    yield folder
    for name in (FILE, LOCK):
        (folder / name).unlink(missing_ok=True)


@pytest.fixture
def opened(world: World, home: Path) -> Incident:
    """An exercise that nobody has been called for yet."""
    return world.open_incident(mode="exercise")


@pytest.fixture
def exercise(world: World, opened: Incident) -> Incident:
    call(world, opened, *CALLED)
    return opened


def call(world: World, incident: Incident, *numbers: int) -> None:
    people = [world.member(number).pk for number in numbers]
    send_by_hand(world.actor("commander"), incident.callout, people, reason="test")


class Phone:
    """A browser on somebody's phone."""

    def __init__(self, incident: int = ANY, code: str = "") -> None:
        self.client = Client(headers={"Accept-Language": "en"})
        self.path = f"/exercise/join/{code or make_code(incident, time.time())}"

    def look(self, status: int = 200) -> str:
        answer = self.client.get(self.path)
        assert answer.status_code == status
        return answer.content.decode()

    def press(self, **fields: str) -> str:
        answer = self.client.post(self.path, fields)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (303, self.path)
        return self.look()

    def join(self) -> str:
        return self.press(do="join")

    def stamp(self) -> str:
        return str(self.client.get(f"{self.path}/state").json()["stamp"])


def who(html: str) -> str:
    found = NAMED.search(html)
    assert found, html
    return found.group(1)


class TestTheCode:
    def test_it_is_read_back_for_two_to_three_hours(self) -> None:
        hour = 495_800 * HOUR_SECONDS
        for begun in (0, HOUR_SECONDS - 1):
            code = make_code(12, hour + begun)
            assert read_code(code, hour + begun).incident_id == 12
            assert not read_code(code.lower(), hour + GOOD_HOURS * HOUR_SECONDS - 1).expired
            assert read_code(code, hour + GOOD_HOURS * HOUR_SECONDS).expired

    def test_a_changed_one_is_none(self) -> None:
        code = make_code(12, 1.7e9)
        number, hour, seal = code.split("-")
        later = f"{number}-{int(hour) + 1}-{seal}"
        other = f"13-{hour}-{seal}"
        torn = code[:-1] + ("0" if code[-1] != "0" else "1")
        for forged in (later, other, torn, code + "0", "", "x", "1-2-3", code.replace("-", "")):
            with pytest.raises(NotFound, match="code_unknown"):
                read_code(forged, 1.7e9)


class TestWhereItIs:
    def test_it_does_not_exist_in_a_real_home(self, world: World) -> None:
        incident = world.open_incident(mode="exercise")
        for path in (f"/exercise/join/{make_code(incident.pk, time.time())}", f"/exercise/join/{incident.pk}.svg"):
            assert world.client_of("commander").get(path).status_code == 404
        assert Client().post("/exercise/speak").status_code == 404

    def test_the_pages_refuse_even_where_somebody_installed_them_in_a_real_home(
        self, exercise: Incident, home: Path
    ) -> None:
        (home / MARKER).unlink()
        Phone().look(404)
        assert Client().get(f"{Phone().path}/state").status_code == 404
        assert Client().post("/exercise/speak").status_code == 404

    def test_an_actual_incident_can_not_be_joined(self, world: World, settings, request: pytest.FixtureRequest) -> None:
        actual = world.running
        request.getfixturevalue("home")
        assert "not valid" in Phone(actual.pk).look(404)
        assert "Waiting for the alarm" in Phone().join()  # of the codes for any exercise it is none
        wall = world.client_of("wall_screen")
        assert wall.get(f"/exercise/join/{actual.pk}.svg").status_code == 404
        assert b"wall-corner" not in wall.get(f"/wall/{actual.pk}/").content

    def test_forged_and_expired_codes_get_a_page_that_says_what_to_do(self, exercise: Incident) -> None:
        forged = Phone(code=make_code(exercise.pk, time.time())[:-2] + "00")
        assert "This code is not valid" in forged.look(404)
        old = Phone(code=make_code(exercise.pk, time.time() - 4 * HOUR_SECONDS))
        assert "scan it once more" in old.look(410)
        assert old.client.post(old.path, {"do": "join"}).status_code == 410

    def test_who_has_joined_stays_when_his_code_grows_old(self, exercise: Incident, monkeypatch) -> None:
        phone = Phone()
        name = who(phone.join())
        later = time.time() + 5 * HOUR_SECONDS
        monkeypatch.setattr("muster.exercise.join_pages.time.time", lambda: later)
        assert who(phone.look()) == name


class TestTheWall:
    def test_the_code_hangs_on_the_wall_and_opens_the_page(self, world: World, exercise: Incident) -> None:
        client = world.client_of("wall_screen")
        html = client.get("/wall/").content.decode()
        assert f'src="/exercise/join/{exercise.pk}.svg"' in html
        assert "Join the exercise" in html
        picture = client.get(f"/exercise/join/{exercise.pk}.svg", headers={"Host": "localhost"})
        assert picture["Content-Type"] == "image/svg+xml"
        assert picture.content.startswith(b"<svg")
        assert b"no-store" in picture["Cache-Control"].encode()

    def test_it_hangs_there_on_a_quiet_night_too(self, world: World, home: Path) -> None:
        assert f'src="/exercise/join/{ANY}.svg"' in world.client_of("wall_screen").get("/wall/").content.decode()

    @pytest.mark.parametrize(
        ("public", "relay", "host", "expected"),
        [
            ("", "", "wall.example:8000", "http://wall.example:8000"),
            ("https://muster.example/", "", "wall.example", "https://muster.example"),
            ("http://127.0.0.1:8000", "", "wall.example", "http://wall.example"),
            ("http://localhost:8000", "", "wall.example", "http://wall.example"),
            ("https://relay.example", "https://relay.example", "wall.example", "http://wall.example"),
        ],
    )
    def test_the_address_is_one_that_phones_reach(
        self, exercise: Incident, world: World, settings, monkeypatch, public: str, relay: str, host: str, expected: str
    ) -> None:
        settings.MUSTER_PUBLIC_URL, settings.MUSTER_RELAY_URL, settings.ALLOWED_HOSTS = public, relay, ["*"]
        drawn: list[str] = []
        make = joining_segno().make
        monkeypatch.setattr(
            "muster.exercise.join_pages.segno.make", lambda text, **how: drawn.append(text) or make(text, **how)
        )
        world.client_of("wall_screen").get(f"/exercise/join/{exercise.pk}.svg", headers={"Host": host})
        assert [text.partition("/exercise/join/")[0] for text in drawn] == [expected]

    def test_it_says_when_only_this_machine_is_reached(self, world: World, exercise: Incident, settings) -> None:
        settings.ALLOWED_HOSTS = ["*"]
        client = world.client_of("wall_screen")
        near = client.get("/wall/", headers={"Host": "127.0.0.1:8000"}).content.decode()
        far = client.get("/wall/", headers={"Host": "192.0.2.7:8000"}).content.decode()
        assert ("works on this machine only" in near, "works on this machine only" in far) == (True, False)


def joining_segno():
    import segno

    return segno


class TestJoining:
    def test_looking_takes_nobody(self, exercise: Incident) -> None:
        for _ in range(3):
            assert "You become one of the virtual members" in Phone().look()
        assert joining.taking().taken(exercise.pk) == []

    def test_a_phone_becomes_one_member_and_stays_it(self, world: World, exercise: Incident) -> None:
        phone = Phone()
        first = phone.join()
        taken = joining.taking().taken(exercise.pk)
        member = next(person for person in world.members if [person.number] == taken)
        assert who(first) == member.name[1:]
        alert = Alert.objects.select_related("muster_point").get(callout=exercise.callout, member=member)
        assert f"{alert.muster_point.letter} {alert.muster_point.en}" in first
        assert member.number not in first
        assert not member.phone or member.phone not in first
        assert who(phone.look()) == who(phone.join()) == who(first)
        assert len(joining.taking().taken(exercise.pk)) == 1

    def test_no_two_phones_get_the_same_and_the_last_is_told_kindly(self, world: World, exercise: Incident) -> None:
        able = [n for n in CALLED if n != 8]
        phones = [Phone() for _ in range(len(able) + 1)]
        pages = [phone.join() for phone in phones]
        assert joining.taking().taken(exercise.pk) == [world.member(n).number for n in able]
        assert "Everybody is taken" in pages[-1]
        assert phones[-1].stamp() == "nobody"
        call(world, exercise, 12)
        assert phones[-1].stamp() == "call"  # the page loads itself anew
        assert who(phones[-1].look()) == world.member(12).name[1:]

    def test_lines_at_risk_come_first_and_who_has_answered_not_at_all(self, world: World, exercise: Incident) -> None:
        record_reply(
            Alert.objects.get(callout=exercise.callout, member=world.member(2)), answer="decline", channel="sms", by="t"
        )
        lines = {line.order: line for line in NeedLine.objects.filter(callout=exercise.callout)}
        medic = next(line for line in lines.values() if line.capability.slug == "medic")
        fire = next(line for line in lines.values() if line.capability.slug == "fire_support")
        for number, line in ((3, medic), (4, fire), (6, fire), (10, fire)):
            Alert.objects.filter(callout=exercise.callout, member=world.member(number)).update(need=line)
        chances = {medic.order: 0.97, fire.order: 0.4}
        exercise.callout.solve_runs.create(
            seq=1, at=world.now, solved_at=world.now, seconds=0.1, outcome="short", roster_hash="0" * 64,
            model_version="prior", per_line=[{"order": o, "p": p, "expected": 1.0} for o, p in chances.items()],
        )  # fmt: skip
        assert joining.candidates(exercise.callout) == [world.member(n).number for n in (4, 6, 10, 3)]

    def test_before_the_callout_one_waits_and_is_called_by_itself(self, world: World, opened: Incident) -> None:
        phone = Phone()
        waiting = phone.join()
        assert "Waiting for the alarm" in waiting
        assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in waiting
        assert phone.stamp() == "waiting"
        call(world, opened, 2, 3)
        assert phone.stamp() == "call"
        assert who(phone.look())

    def test_one_can_wait_before_there_is_any_exercise(self, world: World, home: Path) -> None:
        phone = Phone()
        assert "Waiting for the alarm" in phone.join()
        call(world, world.open_incident(mode="exercise"), 2)
        assert who(phone.look()) == world.member(2).name[1:]

    def test_when_it_is_over_latecomers_are_thanked(self, world: World, exercise: Incident) -> None:
        stand_down(world.actor("commander"), exercise.callout)
        assert "This exercise has ended" in Phone().join()
        assert joining.taking().taken(exercise.pk) == []

    def test_a_cookie_of_ones_own_making_is_none(self, exercise: Incident) -> None:
        phone = Phone()
        phone.client.cookies["muster_phone"] = "abcdef:1abcde:forged"
        assert "You become one of the virtual members" in phone.look()

    def test_a_foreign_page_can_not_answer(self, exercise: Incident) -> None:
        phone = Phone()
        phone.join()
        answer = phone.client.post(phone.path, {"answer": "accept"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
        assert not Alert.objects.filter(state="accepted").exists()


class TestAnswering:
    def test_the_answer_is_an_answer_like_any_other(self, world: World, exercise: Incident) -> None:
        phone = Phone()
        phone.join()
        [number] = joining.taking().taken(exercise.pk)
        said = phone.press(answer="accept", eta="15")
        alert = Alert.objects.get(callout=exercise.callout, member__number=number)
        reply = alert.replies.get()
        assert (alert.state, reply.answer, reply.eta_minutes, reply.channel, reply.by, reply.counted) == (
            "accepted", "accept", 15, "page", f"member:{number}", True,
        )  # fmt: skip
        assert "Got it, you are coming" in said
        assert "I am at the muster point" in said

    def test_a_decline_with_its_reason(self, exercise: Incident) -> None:
        phone = Phone()
        phone.join()
        assert "Got it, you can not come" in phone.press(answer="decline", reason="ill")
        assert "I am at the muster point" not in phone.look()

    def test_nothing_chosen_is_said_on_the_page(self, exercise: Incident) -> None:
        phone = Phone()
        phone.join()
        answer = phone.client.post(phone.path, {"answer": ""})
        assert answer.status_code == 422
        assert "virtual member" in answer.content.decode()

    def test_what_to_do_is_said_until_it_is_done_and_the_page_has_its_picture(self, exercise: Incident) -> None:
        phone = Phone()
        assert 'rel="icon"' in phone.look()
        asked = phone.join()
        assert "Answer below as you would" in asked
        assert 'rel="icon"' in asked
        assert "Answer below as you would" not in phone.press(answer="accept", eta="15")

    def test_arriving_checks_in(self, exercise: Incident) -> None:
        phone = Phone()
        phone.join()
        phone.press(answer="accept", eta="15")
        before = phone.stamp()
        assert "You are checked in" in phone.press(do="here")
        assert phone.stamp() != before
        assert Alert.objects.filter(state="checked_in").count() == 1


class TestSpeaking:
    """The engine asks before its crowd speaks."""

    def ask(self, settings, body: object, key: str = "") -> object:
        raw = json.dumps(body).encode()
        signed = headers(key or settings.SECRETS.gateway_key, "exercise", int(time.time()), raw)
        return Client().post("/exercise/speak", raw, content_type="application/json", headers=signed)

    def test_whom_a_phone_has_taken_the_crowd_leaves_and_the_others_no_phone_gets(
        self, world: World, exercise: Incident, settings
    ) -> None:
        phone = Phone()
        phone.join()
        [taken] = joining.taking().taken(exercise.pk)
        others = [world.member(n).number for n in CALLED if world.member(n).number != taken]
        told = self.ask(settings, {"incident": exercise.pk, "numbers": [taken, *others]}).json()
        assert told == {"silent": [taken], "came": {}}
        assert "Everybody is taken" in Phone().join()

    def test_who_came_by_his_phone_is_told_with_the_time(self, world: World, exercise: Incident, settings) -> None:
        phone = Phone()
        phone.join()
        phone.press(answer="accept", eta="15")
        phone.press(do="here")
        [taken] = joining.taking().taken(exercise.pk)
        came = self.ask(settings, {"incident": exercise.pk, "numbers": []}).json()["came"]
        assert came == {taken: world.now.isoformat()}

    def test_strangers_and_nonsense_are_refused(self, exercise: Incident, settings) -> None:
        assert self.ask(settings, {"incident": exercise.pk, "numbers": []}, key="00" * 32).status_code == 403
        assert Client().post("/exercise/speak", "{}", content_type="application/json").status_code == 403
        for nonsense in ([], {}, {"incident": "x", "numbers": []}, {"incident": 1, "numbers": None}):
            assert self.ask(settings, nonsense).status_code == 400


@pytest.mark.parametrize(
    ("name", "given"), [("罗启明", "启明"), ("欧阳若谷", "若谷"), ("王伟", "伟"), ("Ann", "Ann"), ("李", "李")]
)
def test_people_are_called_by_their_given_names(name: str, given: str) -> None:
    assert joining.given_name(name) == given
