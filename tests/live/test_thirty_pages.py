"""Thirty open pages on a real server: all hear of an act of another process, come back after a crash, and leave at the end."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from tests.server import Home, RunningHome, wait_until

PAGES = 30
PATIENCE = 30.0
PASSWORD = "quiet rivers run deep"

SETTING = f"""
from muster.access.actions import make_account, use_link
from muster.access.rights import SYSTEM, Actor
from muster.apps.incidents.actions import open_incident
account, token = make_account(SYSTEM, login="desk", name="desk", role="commander")
use_link(token, {PASSWORD!r})
incident = open_incident(
    Actor(f"account:{{account.pk}}", "desk", "commander"), title="fire", kind="accident.fire", place="yard", lon=113.1, lat=27.8,
    reporter="", reporter_phone="", mode="exercise",
)
print(incident.pk)
"""
ACT = """
from muster.apps.incidents.models import Incident
from muster.jobs import clock
from muster.journal.actions import append
print(append(Incident.objects.get().stream, "callout.needs_set", actor="system", at=clock.now()).seq)
"""

pytestmark = [pytest.mark.processes, pytest.mark.django_db(databases=[])]


def signed_in(address: str) -> dict[str, str]:
    """Cookies of the desk's session."""
    with httpx.Client(base_url=address, trust_env=False) as browser:
        form = browser.get("/login/").text
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', form)
        assert token
        fields = {"login": "desk", "password": PASSWORD, "csrfmiddlewaretoken": token.group(1)}
        assert browser.post("/login/", data=fields, headers={"Referer": address}).status_code == 302
        return dict(browser.cookies)


async def pictures(answer: httpx.Response) -> AsyncIterator[tuple[int, dict[str, str]]]:
    """(seq, regions) of every `regions` event of a stream."""
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
            continue
        if fields.get("event") == "regions":
            yield int(fields["id"]), json.loads(fields["data"])["regions"]
        fields = {}


async def watch(browser: httpx.AsyncClient, path: str, seen: list[int]) -> None:
    """Open one page and note the state of every picture it gets."""
    async with browser.stream("GET", path) as answer:
        assert answer.status_code == 200
        async for seq, _regions in pictures(answer):
            seen.append(seq)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.05)


async def watch_together(home: RunningHome, path: str, cookies: dict[str, str]) -> tuple[int, list[list[int]]]:
    """All pages at once; when each has its first picture, another process acts. The act's number and what each page saw."""
    seen: list[list[int]] = [[] for _ in range(PAGES)]
    limits = httpx.Limits(max_connections=PAGES + 5)
    async with httpx.AsyncClient(
        base_url=home.address, cookies=cookies, trust_env=False, timeout=PATIENCE, limits=limits
    ) as browser:
        pages = [asyncio.create_task(watch(browser, path, mine)) for mine in seen]
        await until(lambda: all(seen))
        number = int(await asyncio.to_thread(home.home.python, ACT))
        await until(lambda: all(mine[-1] >= number for mine in seen))
        for page in pages:
            page.cancel()
        await asyncio.wait(pages)
    return number, seen


def test_thirty_pages(new_home: Callable[..., Home], start_home: Callable[..., RunningHome]) -> None:
    home = new_home()
    home.init()
    path = f"/duty/{home.python(SETTING).strip()}/events"
    running = start_home(home)
    cookies = signed_in(running.address)

    first, seen = asyncio.run(watch_together(running, path, cookies))
    assert all(mine == sorted(mine) and mine[0] < first for mine in seen)

    crashed = running.children()["web"]
    os.kill(crashed, signal.SIGKILL)
    wait_until(lambda: running.children().get("web") not in (None, crashed) and running.answers())
    second, seen = asyncio.run(watch_together(running, path, cookies))
    assert all(first <= mine[0] < second for mine in seen), "who comes back gets the newest state"

    with (
        httpx.Client(base_url=running.address, cookies=cookies, trust_env=False, timeout=PATIENCE) as browser,
        browser.stream("GET", path) as answer,
    ):
        assert next(answer.iter_lines()).startswith("retry")
        assert running.stop() == 0, "an open page does not keep the server from stopping"
