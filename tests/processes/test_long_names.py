"""The longest names that the books hold, without a single space in them, on a phone 360 pixels wide: no page grows wider."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.processes import scene
from tests.world import PASSWORD

WIDTH = 360
NAMES = """
from django.db.models import CharField
from muster.apps.incidents.models import Incident
from muster.apps.people.actions.members import name_keys
from muster.apps.people.models import Employer, Member, Unit
from muster.apps.plans.models import MusterPoint, Plan, Site
for model, fields in ((Unit, "name place name_en"), (Employer, "name"), (Incident, "title place reporter"),
                      (MusterPoint, "zh en"), (Site, "zh en"), (Plan, "zh en"), (Member, "name remark")):
    values = {field: (LETTERS * 200)[: model._meta.get_field(field).max_length] for field in fields.split()}
    model._default_manager.update(**values)
"""
PAGES = (
    "duty/", "duty/{i}/", "incidents/{i}/people/", "incidents/{i}/call-list/", "incidents/{i}/check-in/", "incidents/{i}/log/",
    "incidents/{i}/approve/", "incidents/{i}/pick/", "incidents/{i}/needs/", "incidents/{i}/roll-call/", "incidents/{i}/leave/",
    "incidents/{i}/stand-down/", "incidents/{i}/qr/", "command/{i}/", "command/{i}/people/", "command/{i}/needs/",
    "command/{i}/reports/", "people/", "people/TY000002/", "people/units/", "plans/", "plans/1/", "plans/points/", "rota/",
    "daily/", "review/", "wrong-numbers/", "account/", "start/", "about/",
)  # fmt: skip
pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture
def chromium() -> Iterator[Browser]:
    path = os.environ.get("MUSTER_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.once
def test_no_page_grows_wider_than_a_phone(new_home, start_home, gateway, chromium: Browser, tmp_path: Path) -> None:
    home = new_home(**scene.settings(gateway))
    scene.build(home)
    incident = scene.call_by_hand(home, 5)
    running = start_home(home)
    context = chromium.new_context(
        base_url=running.address, locale="en", viewport={"width": WIDTH, "height": 740}, java_script_enabled=True
    )
    page = context.new_page()
    page.goto("/login/")
    page.fill("[name=login]", "office_head")
    page.fill("[name=password]", PASSWORD)
    page.click("#login")
    page.wait_for_url("**/duty/**")
    wide: dict[str, int] = {}
    pictures = Path(os.environ.get("MUSTER_PICTURES") or tmp_path)
    for letters in ("长", "W"):
        home.python(f"LETTERS = {letters!r}\n{NAMES}")
        for address in PAGES:
            path = address.format(i=incident)
            answer = page.goto(path, wait_until="load")
            assert answer is not None
            assert answer.status < 500, path
            width = page.evaluate("document.scrollingElement.scrollWidth")
            if width > WIDTH:
                wide[f"{path} {letters}"] = width
            if width > WIDTH or "MUSTER_PICTURES" in os.environ:
                page.screenshot(path=pictures / f"{path.strip('/').replace('/', '-')}-{ord(letters)}.png")
    assert not wide
