"""The three pictures of the README, in both languages: `python -m tools.portraits` writes docs/{start,duty,wall}-{en,zh}.png
(`start` or `exercise` as an argument: only those).

The start page is that of an empty system which was given the demonstration workbook; duty page and wall are those of
scenario S1, some minutes after the call. Look at them before they are committed.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from tools.bench.first import HEAD, LOGIN
from tools.shots import LANGUAGES, ROOT, Studio, chromium, settle

DOCS = ROOT / "docs"
MUSTER = [sys.executable, "-m", "muster.cli.main"]
MINUTE = 9  # of the incident: most have answered, the first are arriving
SPEED = 6


@contextlib.contextmanager
def serving(home: Path, *words: str) -> Iterator[str]:
    """Run a command that prints an address, and end it."""
    process = subprocess.Popen(
        [*MUSTER, *words], env={**os.environ, "MUSTER_HOME": str(home)}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        found = next(filter(None, (re.search(r"http://\S+", line) for line in process.stdout)), None)
        assert found is not None, "it printed no address"
        yield found.group(0).rstrip("/")
    finally:
        process.terminate()
        process.communicate(timeout=60)


def take(studio: Studio, who: str, path: str, name: str, size: str) -> None:
    """One page in both languages, in the same minute."""
    for language in LANGUAGES:
        with contextlib.closing(studio.context(who, language, size)) as visit:
            page = visit.new_page()
            page.goto(studio.address + path)
            settle(page)
            page.screenshot(path=DOCS / f"{name}-{language}.png")


def start(browser: object, folder: Path) -> None:
    """The start page with strength and the answers of the shipped plans."""
    home = folder / "first"
    env = {**os.environ, "MUSTER_HOME": str(home)}
    subprocess.run([*MUSTER, "init"], env=env, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([sys.executable, "-c", HEAD], env=env, check=True)
    with serving(home, "up", "--port", "0") as address:
        studio = Studio(browser, address, {LOGIN[0]: {"password": LOGIN[1]}})
        with contextlib.closing(studio.context(LOGIN[0], "en", "desktop")) as visit:
            page = visit.new_page()
            page.goto(f"{address}/start/")
            page.click("#start-demo")
            page.wait_for_selector("[data-state=done]", timeout=240_000)
            page.wait_for_selector("[data-working=no]", timeout=240_000)
        take(studio, LOGIN[0], "/start/", "start", "desktop")


def exercise(browser: object, folder: Path) -> None:
    """Duty page and wall in the middle of the first minutes."""
    home = folder / "exercise"
    with serving(home, "demo", "--scenario", "S1", "--speed", str(SPEED), "--port", "0") as address:
        logins = json.loads((home / "exercise.logins.json").read_text(encoding="utf-8"))
        studio = Studio(browser, address, logins)
        number = _incident(studio)
        with contextlib.closing(studio.context("commander", "en", "desktop")) as visit:
            page = visit.new_page()
            page.goto(f"{address}/duty/{number}/")
            _wait_for_minute(page)
        take(studio, "commander", f"/duty/{number}/", "duty", "desktop")
        take(studio, "auditor", f"/wall/{number}/", "wall", "wall")


def _incident(studio: Studio) -> str:
    for _ in range(60):
        found = studio.links("commander", "/duty/?all=1", r"/duty/(\d+)/")
        if found:
            return found[0]
        time.sleep(1)
    raise AssertionError("no incident was opened")


def _wait_for_minute(page: Page) -> None:
    end = time.monotonic() + 600
    while time.monotonic() < end:
        found = re.search(r"(\d+):\d\d", page.locator("#t-clock").inner_text())
        if found and int(found.group(1)) >= MINUTE:
            return
        page.wait_for_timeout(1_000)
    raise AssertionError("the exercise did not get that far")


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="muster-portraits-") as folder,
        sync_playwright() as play,
        contextlib.closing(chromium(play)) as browser,
    ):
        for part in (start, exercise):
            if part.__name__ in (sys.argv[1:] or part.__name__):
                part(browser, Path(folder))


if __name__ == "__main__":
    main()
