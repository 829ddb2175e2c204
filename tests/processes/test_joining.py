"""Phones join an exercise on a running system: a hundred at once, an answer on the wall within a second, never for real."""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from muster.jobs.clock import MARKER
from tests.live.test_thirty_pages import pictures
from tests.processes.scene import BUILD, ROOT, SKILLS
from tests.server import Home, RunningHome

PHONES, CALLED, ANSWERS = 100, 75, 5
SECONDS = 60.0
NAMED = re.compile(r"You are (\S+), a virtual member")
OPEN = """
from muster.access.middleware import actor_of
from muster.access.models import Account
from muster.apps.incidents.actions import open_incident
from muster.apps.plans.models import Site
actor = actor_of(Account.objects.get(user__username="commander").user)
print(open_incident(
    actor, title="Fire", kind="accident.fire", place="", lon=113.12, lat=27.83, reporter="", reporter_phone="",
    mode="exercise", site=Site.objects.get(),
).pk)
"""
CALL = """
from muster.access.middleware import actor_of
from muster.access.models import Account
from muster.apps.incidents.actions import send_by_hand
from muster.apps.incidents.models import Incident
from muster.apps.people.models import Member
actor = actor_of(Account.objects.get(user__username="commander").user)
people = Member.objects.exclude(phone="").order_by("pk").values_list("pk", flat=True)[:%d]
send_by_hand(actor, Incident.objects.get().callout, list(people), reason="test")
"""
CODE = "import time\nfrom muster.exercise.join_code import make_code\nprint(make_code(0, time.time()))"
TAKEN = """
import json
from muster.exercise.joining import taking
from muster.apps.incidents.models import Incident
print(json.dumps(taking().taken(Incident.objects.get().pk)))
"""

pytestmark = [pytest.mark.processes, pytest.mark.django_db(databases=[])]


def district(home: Home) -> int:
    """The district of the tests in that home, with an exercise opened and nobody called; the incident's number."""
    home.env["PYTHONPATH"] = f"{ROOT}:{ROOT / 'src'}"
    home.init()
    home.python(f"SKILLS = {SKILLS!r}\n{BUILD}")
    return int(home.python(OPEN))


@pytest.fixture
def exercise(new_home, start_home) -> tuple[RunningHome, int]:
    home = new_home("exercise")
    home.path.mkdir(mode=0o700)
    (home.path / MARKER).touch()
    incident = district(home)
    return start_home(home), incident


def signed_in(address: str) -> dict[str, str]:
    """Cookies of the machine behind the wall."""
    with httpx.Client(base_url=address, trust_env=False, timeout=SECONDS) as browser:
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', browser.get("/login/").text)
        assert token
        fields = {"login": "wall_screen", "password": "quiet rivers run deep", "csrfmiddlewaretoken": token.group(1)}
        assert browser.post("/login/", data=fields, headers={"Referer": address}).status_code == 302
        return dict(browser.cookies)


def browser_of(address: str, cookies: dict[str, str] | None = None) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=5)
    return httpx.AsyncClient(
        base_url=address, cookies=cookies, trust_env=False, timeout=SECONDS, limits=limits, follow_redirects=True,
        headers={"Accept-Language": "en"},
    )  # fmt: skip


async def until_accepted(seen: AsyncIterator[tuple[int, dict[str, str]]], count: int) -> None:
    """Until the wall's people region says so."""
    async for _seq, regions in seen:
        found = re.search(r'id="state-accepted"><b>(\d+)</b>', regions.get("people", ""))
        if found and int(found.group(1)) >= count:
            return


async def answers(running: RunningHome, incident: int, code: str) -> list[float]:
    """Phones join one after the other and accept; seconds from pressing the button to the wall's new picture."""
    took = []
    cookies = await asyncio.to_thread(signed_in, running.address)
    async with browser_of(running.address, cookies) as wall, wall.stream("GET", f"/wall/{incident}/events") as stream:
        seen = pictures(stream)
        await until_accepted(seen, 0)
        for count in range(1, ANSWERS + 1):
            async with browser_of(running.address) as phone:
                joined = await phone.post(f"/exercise/join/{code}", data={"do": "join"})
                assert NAMED.search(joined.text), joined.text
                pressed = time.monotonic()
                said = asyncio.create_task(phone.post(f"/exercise/join/{code}", data={"answer": "accept", "eta": "15"}))
                await until_accepted(seen, count)
                took.append(time.monotonic() - pressed)
                assert "Got it, you are coming" in (await said).text
    return took


async def crowd_in(running: RunningHome, code: str) -> list[str]:
    """All phones at once wait for the alarm, then all ask again: what each page calls its reader, "" for nobody left."""
    phones = [browser_of(running.address) for _ in range(PHONES)]
    try:
        waiting = await asyncio.gather(*(phone.post(f"/exercise/join/{code}", data={"do": "join"}) for phone in phones))
        assert all("Waiting for the alarm" in page.text for page in waiting)
        await asyncio.to_thread(running.home.python, CALL % CALLED)
        pages = await asyncio.gather(*(phone.get(f"/exercise/join/{code}") for phone in phones))
        again = await asyncio.gather(*(phone.get(f"/exercise/join/{code}") for phone in phones))
    finally:
        await asyncio.gather(*(phone.aclose() for phone in phones))
    found = [NAMED.search(page.text) for page in pages]
    assert [NAMED.search(page.text) is not None for page in again] == [one is not None for one in found]
    assert [
        page.text for one, page in zip(found, pages, strict=True) if not one and "Everybody is taken" not in page.text
    ] == []
    return [one.group(1) if one else "" for one in found]


def test_a_hundred_phones_at_once_get_different_members_and_the_rest_is_told(exercise) -> None:
    running, _incident = exercise
    code = running.home.python(CODE).strip()
    called = asyncio.run(crowd_in(running, code))
    taken = json.loads(running.home.python(TAKEN))
    assert sum(name != "" for name in called) == len(taken) == len(set(taken)) == CALLED


def test_an_answer_by_phone_is_on_the_wall_within_a_second(exercise) -> None:
    running, incident = exercise
    running.home.python(CALL % CALLED)
    took = asyncio.run(answers(running, incident, running.home.python(CODE).strip()))
    assert statistics.median(took) < 1.0, took


def test_a_running_real_home_knows_nothing_of_it(new_home, start_home) -> None:
    home = new_home("real")
    incident = district(home)  # an exercise, but in the home of real incidents
    running = start_home(home)
    code = home.python(CODE).strip()
    for path in (f"exercise/join/{code}", f"exercise/join/{code}/state", "exercise/join/0.svg", "exercise/idle"):
        assert running.get(path).status_code == 404, path
    assert httpx.post(f"{running.address}exercise/join/{code}", data={"do": "join"}, trust_env=False).status_code == 404
    with httpx.Client(base_url=running.address, cookies=signed_in(running.address), trust_env=False) as wall:
        html = wall.get(f"/wall/{incident}/").text
    assert "wall-exercise" in html
    assert "wall-corner" not in html
