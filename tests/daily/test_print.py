"""The sheet as the browser prints it: one A4 page, by day and by night, for a small district, a whole one, and the worst."""

from __future__ import annotations

import copy
import mimetypes
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, Route, sync_playwright

from muster.access.middleware import actor_of
from muster.access.models import Account
from muster.apps.desk.daily import actions
from muster.apps.desk.daily.words import MOST
from muster.apps.desk.models import DailySheet
from muster.apps.people.actions import seed_capabilities
from muster.apps.people.models import Member, Unit
from muster.core.units import beijing_day, to_beijing
from muster.exercise.district.load import load_district
from muster.exercise.district.make import make_district
from muster.exercise.prepare import make_cast
from muster.jobs import clock
from tests.world import World

pytestmark = pytest.mark.browser
ADDRESS = "http://sheet.test"
A4_POINTS = (595, 842)
LANGUAGES = ("en", "zh-hans")


@pytest.fixture
def chromium() -> Iterator[Browser]:
    path = os.environ.get("MUSTER_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Printer:
    """Shows pages that were fetched before, with their own security headers and the real style sheets, and prints them."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.complaints: list[str] = []

    def print(self, answer: object, theme: str = "light") -> bytes:
        body, policy = answer.content, answer.headers["Content-Security-Policy"]

        def serve(route: Route) -> None:
            path = route.request.url.removeprefix(ADDRESS).partition("?")[0]
            if path.startswith("/static/"):
                file = Path(finders.find(path.removeprefix("/static/")) or "missing")
                kind = mimetypes.guess_type(file.name)[0] or "text/plain"
                route.fulfill(body=file.read_bytes(), content_type=kind)
            else:
                headers = {"Content-Security-Policy": policy, "Content-Type": "text/html; charset=utf-8"}
                route.fulfill(body=body, headers=headers)

        page = self.browser.new_page()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.route("**/*", serve)
        page.goto(ADDRESS + "/daily/")
        page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme; }", theme)
        page.evaluate("document.fonts.ready")
        made = page.pdf(prefer_css_page_size=True, print_background=True)
        page.close()
        return made


def pages_of(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of each page in points."""
    boxes = re.findall(rb"/Type\s*/Page\b(?!s).*?/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", pdf, re.DOTALL)
    if not boxes:
        boxes = re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", pdf)
    assert len(boxes) == len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))
    return [(round(float(width)), round(float(height))) for width, height in boxes]


def sheets(world: World, path: str = "/daily/") -> list[object]:
    return [world.client_of("office_head", language=language).get(path) for language in LANGUAGES]


def test_the_sheet_of_a_small_district_is_one_page_of_a4(world: World, request: pytest.FixtureRequest) -> None:
    answers = sheets(world)
    printer = Printer(request.getfixturevalue("chromium"))
    for answer in answers:
        for theme in ("light", "dark"):
            (size,) = pages_of(printer.print(answer, theme))
            assert size == pytest.approx(A4_POINTS, abs=1)
    assert printer.complaints == []


@pytest.fixture
def head(db: None, monkeypatch: pytest.MonkeyPatch, at: Callable[[str], datetime]) -> Account:
    """The office head of the demonstration district: a hundred units, three thousand people."""
    monkeypatch.setattr("muster.exercise.district.load.is_exercise_home", lambda: True)
    seed_capabilities()
    made = make_district()
    at(to_beijing(made.start).strftime("%Y-%m-%d %H:%M"))
    load_district(made)
    make_cast()
    return Account.objects.select_related("user").get(user__username="head")


def test_the_sheet_of_the_demonstration_district_is_one_page(head: Account, request: pytest.FixtureRequest) -> None:
    assert Unit.objects.filter(kind__in=("village", "team")).count() >= 100
    assert Member.objects.count() >= 2900
    actor, clients = actor_of(head.user), [Client(headers={"Accept-Language": language}) for language in LANGUAGES]
    actions.enter_duty(actor, beijing_day(clock.now()), "罗启明主任", "顾明远、陆怀瑾")
    actions.make_now(actor)
    for client in clients:
        client.force_login(head.user)
    answers = [client.get("/daily/") for client in clients]
    printer = Printer(request.getfixturevalue("chromium"))
    assert [len(pages_of(printer.print(answer))) for answer in answers] == [1, 1]


@pytest.fixture
def kept(world: World) -> DailySheet:
    """A sheet after which somebody else took the duty: one line more than it was made for."""
    sheet = actions.make_now(world.actor("office_head"))
    DailySheet.objects.filter(pk=sheet.pk).update(made_at=sheet.made_at - timedelta(minutes=5))
    actions.enter_duty(world.actor("duty_officer"), sheet.day, "罗启明主任", "顾明远、陆怀瑾")
    return sheet


def test_the_fullest_sheet_there_can_be_is_one_page(
    world: World, kept: DailySheet, request: pytest.FixtureRequest
) -> None:
    DailySheet.objects.filter(pk=kept.pk).update(content=fullest(kept.content))
    answers = sheets(world)
    assert all("罗启明主任" in answer.content.decode() for answer in answers)
    printer = Printer(request.getfixturevalue("chromium"))
    assert [len(pages_of(printer.print(answer))) for answer in answers] == [1, 1]


def test_a_sheet_just_before_and_after_the_border_to_small_print_is_one_page(
    world: World, kept: DailySheet, request: pytest.FixtureRequest
) -> None:
    full, answers = fullest(kept.content), []
    for plans in (5, 10, 11, 12, 13, 14):
        some = {"towns": 8, "capabilities": 16, "findings": 4, "incidents": 1, "plans": plans}
        shorter = full | {name: full[name][:length] for name, length in some.items()}
        for row in shorter["towns"]:
            row["en"] = "Liyu"
        DailySheet.objects.filter(pk=kept.pk).update(content=shorter)
        answers += sheets(world)
    dense = ["is-dense" in answer.content.decode() for answer in answers]
    assert {True, False} == set(dense[1::2]), "the border lies within what is tried"
    printer = Printer(request.getfixturevalue("chromium"))
    assert {len(pages_of(printer.print(answer))) for answer in answers} == {1}


def fullest(content: dict[str, object]) -> dict[str, object]:
    """Every list longer than a page bears, every text as long as real ones get."""
    full = copy.deepcopy(content)
    town = full["towns"][0] | {"zh": "嵩山路街道办事处", "en": "Songshan Road Subdistrict"}
    full["towns"] = [town] * 30
    skill = {"zh": "危险化学品处置", "en": "Village information officer", "holders": 1805, "ready": 1641, "need": 1800}
    full["capabilities"] = [skill] * 30
    short = {"missing": 118, "minutes": 45, "lines": [{"zh": "转移引导", "en": "Evacuation guide"}] * 3}
    plan = {
        "zh": "变电所及铁路沿线火灾联合处置预案", "en": "Fire at the substation or along the railway line", "own": True,
        "state": "red", "why": "", "p_low": 0.384, "target": 0.95, "at": full["at"], "alerts": None, "fades": False,
        "short": short,
    }  # fmt: skip
    full["plans"] = [plan] * 30
    row = {"zh": "危险化学品处置", "en": "Village information officer", "soon": 120, "later": 80}
    full["certificates"] |= {"soon": 3600, "later": 2400, "lapsed": 512, "rows": [row] * 30}
    said = {
        "zh": "第二台机器已有 14.2 分钟没有取数据。",
        "en": "The second machine has not fetched anything for 14.2 minutes.",
    }
    full["findings"] = [{"code": "machine", **said}] * (MOST["findings"] + 5)
    incident = {
        "title": "栗雨变电站周边山林火灾", "kind": "accident.fire", "t0": full["at"], "exercise": True, "taken": 1234,
    }  # fmt: skip
    full["incidents"] = [incident] * 6
    full["exercise"] = True
    return full
