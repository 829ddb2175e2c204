"""Pictures of every page: Chinese and English, desktop and phone, light, and the duty page by night too.

    python tools/shots.py                          in a fresh exercise home with the demonstration district
    python tools/shots.py --address URL --logins FILE
                                                   of a system that runs already; FILE is its exercise.logins.json
    python tools/shots.py --only duty,people       some pages only

The pictures go to shots/<page>-<language>-<size>[-dark].png. Look at them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"desktop": (1440, 900), "phone": (360, 780), "wall": (1920, 1080)}
USUAL = ("desktop", "phone")
LANGUAGES = {"zh": "zh-hans", "en": "en"}
WALL = {"wall": "wall"}  # pages with a screen of their own instead of the usual sizes
DARK = {"duty", "people", "approve", "map-layers"}
GL = ["--no-sandbox", "--use-gl=swiftshader", "--enable-webgl", "--ignore-gpu-blocklist", "--enable-unsafe-swiftshader"]

# name, who looks, address; {incident}, {review}, {plan} and {member} are found on the list pages, {code} is made
PAGES = (
    ("login", None, "/login/"),
    ("not-found", "duty", "/no/such/page/"),
    ("duty-list", "duty", "/duty/?all=1"),
    ("daily", "head", "/daily/"),
    ("duty", "commander", "/duty/{incident}/"),
    ("tour", "duty", "/duty/{incident}/"),
    ("town", "taishan", "/town/"),
    ("town-check-in", "taishan", "/town/?view=here"),
    ("break", "commander", "/exercise/{incident}/break/"),
    ("command", "commander", "/command/{incident}/"),
    ("command-people", "commander", "/command/{incident}/people/"),
    ("command-needs", "commander", "/command/{incident}/needs/"),
    ("command-reports", "commander", "/command/{incident}/reports/"),
    ("command-sheet", "commander", "/command/{incident}/forms/201/"),
    ("wall", "auditor", "/wall/{incident}/"),
    ("join", None, "/exercise/join/{code}"),
    ("new-incident", "duty", "/incidents/new/"),
    ("needs", "commander", "/incidents/{incident}/needs/"),
    ("approve", "commander", "/incidents/{incident}/approve/"),
    ("units-needs", "commander", "/incidents/{by_units}/needs/"),
    ("units-approve", "commander", "/incidents/{by_units}/approve/"),
    ("units-duty", "commander", "/duty/{led}/"),
    ("units-alerted", "duty", "/incidents/{led}/people/"),
    ("units-lead", "duty", "/field/unit/{lead}/"),
    ("pick", "duty", "/incidents/{incident}/pick/"),
    ("alerted", "duty", "/incidents/{incident}/people/"),
    ("alerted-town", "taishan", "/incidents/{incident}/people/?state=silent"),
    ("check-in", "duty", "/incidents/{incident}/check-in/"),
    ("qr", "duty", "/incidents/{incident}/qr/"),
    ("call-list", "duty", "/incidents/{incident}/call-list/"),
    ("wrong-numbers", "taishan", "/wrong-numbers/"),
    ("comms-tests", "head", "/comms-tests/"),
    ("comms-test", "duty", "/comms-tests/1/"),
    ("comms-test-town", "taishan", "/comms-tests/1/"),
    ("roll-call", "duty", "/incidents/{incident}/roll-call/"),
    ("share-links", "commander", "/incidents/{incident}/share/"),
    ("share-view", None, "/share/{shared}/"),
    ("release", "commander", "/incidents/{incident}/release/"),
    ("stand-down", "commander", "/incidents/{incident}/stand-down/"),
    ("leave", "duty", "/incidents/{incident}/leave/"),
    ("close", "commander", "/incidents/{incident}/close/"),
    ("log", "duty", "/incidents/{incident}/log/"),
    ("incidents", "duty", "/incidents/"),
    ("reviews", "head", "/review/"),
    ("review", "head", "/review/{review}/"),
    ("lessons", "head", "/review/{review}/lessons/"),
    ("what-if", "head", "/review/{review}/what-if/"),
    ("thanks", "head", "/review/{review}/thanks/"),
    ("pay", "head", "/review/{review}/pay/"),
    ("pay-rates", "head", "/pay-rates/"),
    ("plans", "head", "/plans/"),
    ("readiness", "head", "/readiness/"),
    ("readiness-plan", "head", "/readiness/plan-{plan}/"),
    ("what-if", "head", "/readiness/what-if/?plan=all&on=2026-12-31"),
    ("plan-points", "head", "/plans/points/"),
    ("closures", "duty", "/maps/closures/"),
    ("reach", "duty", "/maps/reach/?point=A"),
    ("map-layers", "head", "/maps/layers/"),
    ("map-grounds", "head", "/maps/grounds/"),
    ("calibration", "head", "/plans/calibration/"),
    ("plan-new", "head", "/plans/new/"),
    ("plan", "head", "/plans/{plan}/"),
    ("people", "head", "/people/"),
    ("member", "head", "/people/{member}/"),
    ("bulk-choose", "head", "/people/?group=expired&choose=1"),
    ("bulk-act", "head", "/people/bulk/{bulk}/"),
    ("bulk-acts", "head", "/people/bulk/"),
    ("my-page", "member", "/me/"),
    ("member-history", "head", "/people/{changed}/history/"),
    ("rota", "head", "/rota/"),
    ("availability", "head", "/people/{member}/availability/"),
    ("people-map", "head", "/people/map/"),
    ("units", "head", "/people/units/"),
    ("unit-card", "head", "/units/{unit}/"),
    ("unit-town", "head", "/units/taishan/"),
    ("certificates", "head", "/people/certificates/"),
    ("start", "head", "/start/"),
    ("import", "head", "/people/import/"),
    ("accounts", "admin", "/accounts/"),
    ("system", "admin", "/system/"),
    ("journal", "auditor", "/journal/"),
    ("password", "duty", "/password/"),
    ("own-account", "duty", "/account/"),
    ("lend", "head", "/account/lend/"),
    ("factor", "duty", "/account/factor/"),
    ("sharing", "security", "/accounts/sharing/"),
    ("shared", "partner", "/shared/"),
)

# What is done on a page before its picture is taken.
FIRST = {
    "tour": "document.querySelector('[data-tour-start]')?.click()",
    "town": "document.querySelector('[data-open]')?.click()",
}


@contextlib.contextmanager
def fresh_home() -> Iterator[tuple[str, Path]]:
    """A running exercise home with the demonstration district; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="muster-shots-") as folder:
        env = {**os.environ, "MUSTER_HOME": folder}
        subprocess.run([sys.executable, "-m", "muster.exercise.prepare"], env=env, check=True)
        subprocess.run([sys.executable, str(ROOT / "tools" / "finished_callout.py")], env=env, check=True)
        command = [sys.executable, "-m", "muster.cli.main", "up", "--port", "0"]
        server = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            found = next((m for m in (re.search(r"http://\S+/", line) for line in server.stdout) if m), None)
            if found is None:
                sys.exit("shots: the system did not start")
            yield found.group(0).rstrip("/"), Path(folder) / "exercise.logins.json"
        finally:
            server.terminate()
            server.wait(timeout=30)


def chromium(play: object) -> Browser:
    """The system's Chromium when there is one, else the one Playwright brings."""
    path = os.environ.get("MUSTER_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    return play.chromium.launch(executable_path=path, args=GL)


class Studio:
    """Signed-in browsers of everybody who is needed."""

    def __init__(self, browser: Browser, address: str, logins: dict[str, dict[str, str]]) -> None:
        self.browser, self.address, self.logins = browser, address, logins
        self.states: dict[str | None, object] = {None: None}

    def context(self, who: str | None, language: str, size: str, theme: str = "light") -> BrowserContext:
        width, height = SIZES[size]
        made = self.browser.new_context(
            viewport={"width": width, "height": height}, storage_state=self._state(who), device_scale_factor=1
        )
        choice = {"muster_language": LANGUAGES[language], "muster_theme": theme}
        made.add_cookies([{"name": name, "value": value, "url": self.address} for name, value in choice.items()])
        return made

    def _state(self, who: str | None) -> object:
        if who not in self.states:
            with contextlib.closing(self.browser.new_context()) as visit:
                page = visit.new_page()
                page.goto(f"{self.address}/login/")
                page.fill("[name=login]", who)
                page.fill("[name=password]", self.logins[who]["password"])
                page.click("#login")
                page.wait_for_url(lambda url: "/login/" not in url)
                self.states[who] = visit.storage_state()
        return self.states[who]

    def links(self, who: str, path: str, pattern: str) -> list[str]:
        """Numbers that the links of a page hold, in their order."""
        with contextlib.closing(self.context(who, "en", "desktop")) as visit:
            page = visit.new_page()
            page.goto(self.address + path)
            found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
            return [match.group(1) for href in found if (match := re.fullmatch(pattern, href))]

    def shoot(self, name: str, who: str | None, path: str, language: str, size: str, theme: str, folder: Path) -> None:
        with contextlib.closing(self.context(who, language, size, theme)) as visit:
            page = visit.new_page()
            page.goto(self.address + path)
            settle(page)
            page.evaluate(FIRST.get(name, "null"))
            end = "-dark" if theme == "dark" else ""
            page.screenshot(path=folder / f"{name}-{language}-{size}{end}.png", full_page=size == "phone")


def settle(page: Page) -> None:
    """Wait for fonts, and for the map where there is one."""
    page.evaluate("document.fonts.ready")
    if page.locator("[data-map]").count():
        page.wait_for_selector("[data-map][data-ready=yes]", timeout=90_000)
        page.wait_for_timeout(700)  # the map fades its last tiles in


def open_one(studio: Studio, title: str = "变电站周边火灾", *, units: bool = False, send: bool = False) -> str:
    """An incident for the pictures; with `units` it calls whole units, with `send` it is approved. Its number."""
    with contextlib.closing(studio.context("commander", "zh", "desktop")) as visit:
        page = visit.new_page()
        page.goto(f"{studio.address}/incidents/new/")
        page.fill("[name=title]", title)
        value = page.locator("select[name=spot] option", has_text="牵引变电").first.get_attribute("value")
        page.select_option("[name=spot]", value)
        page.fill("[name=reporter]", "市消防指挥中心 04 号席")
        page.click("#incident-open")
        page.wait_for_selector("#main-act", timeout=60_000)
        number = page.url.rstrip("/").rpartition("/")[2]
        if units:
            page.goto(f"{studio.address}/incidents/{number}/needs/")
            page.check("[name=calling][value=units]")
            page.click("#calling-save")
            page.wait_for_selector("[data-testid=led]", timeout=60_000)
        if send:
            page.click("#approve-send")
            page.wait_for_url(f"**/duty/{number}/")
        elif units:
            deadline = time.monotonic() + 60
            while not page.locator("[data-testid=cohesion]").count() and time.monotonic() < deadline:
                page.wait_for_timeout(1_000)
                page.reload()
        return number


def call_units(studio: Studio, path: str, known: dict[str, str]) -> None:
    """A callout of units on the approver's table, and later one whose leads are called: made when their pages come up."""
    if "{by_units}" in path and "by_units" not in known:
        known["by_units"] = open_one(studio, "仓库火灾", units=True)
    if re.search("{led}|{lead}", path) and "led" not in known:
        known["led"] = open_one(studio, "河堤渗水", units=True, send=True)
        known["lead"] = studio.links("duty", f"/incidents/{known['led']}/people/", r"/field/unit/(\d+)/")[0]


def change_many(studio: Studio, path: str, known: dict[str, str]) -> None:
    """A change for many people, made when its page comes up."""
    if not re.search("{bulk}|{changed}", path) or "bulk" in known:
        return
    done = studio.links("head", "/people/bulk/", r"/people/bulk/(\d+)/")
    with contextlib.closing(studio.context("head", "zh", "desktop")) as visit:
        page = visit.new_page()
        if done:
            page.goto(f"{studio.address}/people/bulk/{done[0]}/")
        else:
            page.goto(f"{studio.address}/people/?group=expired&choose=1")
            page.click("#bulk-all")
            page.click("#kind-renew > summary")
            page.select_option("[name=renew-capability]", "driver_truck")
            page.fill("[name=renew-valid_to]", "2029-10-31")
            page.click("#preview-renew")
            page.click("#bulk-do")
        page.wait_for_selector("#changed")
        known["bulk"] = page.url.rstrip("/").rpartition("/")[2]
        first = page.locator("[data-testid=bulk-rows] tbody a").first.get_attribute("href") or ""
        known["changed"] = first.strip("/").rpartition("/")[2]


COMMAND = (  # what is entered on the pages of command before their pictures are taken: page, act, fields
    ("", "sector", {"name": "东侧", "points": "113.12, 27.84"}),
    ("", "task-plan", {"task_title": "东侧设置警戒线", "hazards": "带电设备、浓烟", "comms": "4 频道"}),
    ("", "zone-entry", {"kind": "power_isolated", "confirmed_by": "供电调度 3 号席", "number": "停令 17"}),
    ("needs/", "danger", {"danger_title": "围墙开裂", "place": "变电所东墙", "before": "照片 3，裂缝 4 厘米"}),
    ("needs/", "batch", {"from_place": "东侧居民楼", "to_place": "栗雨小学", "people": "42", "children": "6", "elderly": "9"}),
    ("needs/", "request", {"what": "移动照明车", "quantity": "2", "deliver_to": "东侧入口"}),
    ("reports/", "level", {"level": "III", "reason": "火势向东蔓延"}),
    ("reports/", "report", {"addressee": "区应急管理局"}),
)  # fmt: skip


def furnish(studio: Studio, number: str) -> None:
    """Enter something on every page of command."""
    with contextlib.closing(studio.context("commander", "zh", "desktop")) as visit:
        page = visit.new_page()
        for part, act, fields in COMMAND:
            page.goto(f"{studio.address}/command/{number}/{part}")
            page.click(f"#act-{act} > summary")
            for name, value in fields.items():
                field = page.locator(f"#act-{act} [name={name}]")
                if field.evaluate("one => one.tagName") == "SELECT":
                    field.select_option(value)
                else:
                    field.fill(value)
            page.click(f"#send-{act}")
            page.wait_for_load_state()


def prove(studio: Studio, plan: str) -> None:
    """Have every plan proved, and wait for repairs and for the loss test of one."""
    with contextlib.closing(studio.context("head", "zh", "desktop")) as visit:
        page = visit.new_page()
        page.goto(f"{studio.address}/readiness/")
        page.click("#readiness-ask")
        for path, found in (("", "[data-working=no]"), (f"plan-{plan}/", "[data-testid=losses]")):
            deadline = time.monotonic() + 300
            page.goto(f"{studio.address}/readiness/{path}")
            while not page.locator(found).count() and time.monotonic() < deadline:
                page.wait_for_timeout(2_000)
                page.reload()


def share(studio: Studio, number: str) -> str:
    """Token of a link to the partner view of that incident."""
    with contextlib.closing(studio.context("commander", "zh", "desktop")) as visit:
        page = visit.new_page()
        page.goto(f"{studio.address}/incidents/{number}/share/")
        page.fill("[name=reason]", "市消防救援支队指挥中心")
        page.click("#share-make")
        return page.input_value("#share-link").rstrip("/").rpartition("/")[2]


def numbers(studio: Studio) -> dict[str, str]:
    """What the addresses need: an open incident, a review, a plan, a member."""
    if not studio.links("commander", "/duty/?all=1", r"/duty/(\d+)/"):
        open_one(studio)
    found = {
        "incident": studio.links("commander", "/duty/?all=1", r"/duty/(\d+)/"),
        "review": studio.links("head", "/review/", r"/review/(\d+)/"),
        "plan": studio.links("head", "/plans/", r"/plans/(\d+)/"),
        "member": studio.links("head", "/people/", r"/people/([A-Z]+\d+)/"),
        "unit": studio.links("head", "/people/units/", r"/units/(\w+-\d+)/"),
    }
    return {name: values[0] for name, values in found.items() if values}


def join_code(home: Path) -> dict[str, str]:
    """The code with which phones join the exercise of that home."""
    told = "import time; from muster.exercise.join_code import make_code; print(make_code(0, time.time()))"
    program = f"from muster.conf.setup import setup_django; setup_django(); {told}"
    env = {**os.environ, "MUSTER_HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", program], env=env, check=True, capture_output=True, text=True)
    return {"code": done.stdout.strip()}


def wanted(only: str) -> list[tuple[str, str | None, str]]:
    names = {name for name in only.split(",") if name}
    return [page for page in PAGES if not names or page[0] in names]


def main() -> None:
    parser = argparse.ArgumentParser(description="Pictures of every page.")
    parser.add_argument("--address")
    parser.add_argument("--logins", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--out", type=Path, default=ROOT / "shots")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    home = contextlib.nullcontext((given.address.rstrip("/"), given.logins)) if given.address else fresh_home()
    with home as (address, logins), sync_playwright() as play, contextlib.closing(chromium(play)) as browser:
        studio = Studio(browser, address, json.loads(logins.read_text(encoding="utf-8")))
        known = numbers(studio) | join_code(logins.parent)
        for name, who, path in wanted(given.only):
            call_units(studio, path, known)
            change_many(studio, path, known)
            if "/command/" in path and "commanded" not in known:
                known["commanded"] = known["incident"]
                furnish(studio, known["incident"])
            if path.startswith("/readiness/") and "proved" not in known:
                known["proved"] = known["plan"]
                prove(studio, known["plan"])
            if "{shared}" in path and "incident" in known and "shared" not in known:
                known["shared"] = share(studio, known["incident"])
            if any(hole not in known for hole in re.findall(r"{(\w+)}", path)):
                print(f"shots: nothing to show for {name}", file=sys.stderr)
                continue
            for language in LANGUAGES:
                for size in (WALL[name],) if name in WALL else USUAL:
                    for theme in ("light", "dark") if name in DARK else ("light",):
                        studio.shoot(name, who, path.format(**known), language, size, theme, given.out)


if __name__ == "__main__":
    main()
