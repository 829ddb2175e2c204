"""From an empty system to the first certified answer: an office brings the shared roster to the start page over HTTP."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx
from acceptance.ground import ROSTER, expected_roster
from tools.bench.commands import MUSTER, environment, run
from tools.bench.figures import Figure

LOGIN = ("head", "quiet rivers run deep")
HEAD = f"""
from muster.conf.setup import setup_django
setup_django()
from muster.access import actions
from muster.access.rights import SYSTEM
_account, token = actions.make_account(SYSTEM, login="{LOGIN[0]}", name="周砚秋", role="office_head")
actions.use_link(token, "{LOGIN[1]}")
"""
MOST_SECONDS, GIVE_UP_SECONDS = 60.0, 240.0
ANSWER = re.compile(r'data-outcome="(holds|short)"')


@dataclass(frozen=True, slots=True)
class Walk:
    """Seconds after the file was handed in: people on the books, first certified answer, all answers with repairs;
    bytes of the page with all it loads, compressed; the page at the end."""

    enrolled: float
    first: float
    everything: float
    page_bytes: int
    page: str


class Office:
    """The head of an office in front of a browser."""

    def __init__(self, base: str) -> None:
        self.client = httpx.Client(
            base_url=base, timeout=30.0, follow_redirects=True, trust_env=False, headers={"Accept-Language": "en"}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def sign_in(self) -> str:
        """Returns where that leads."""
        token = self._token("/login/")
        given = {"login": LOGIN[0], "password": LOGIN[1], "csrfmiddlewaretoken": token}
        answer = self.client.post("/login/", data=given, headers=self._referer("/login/"))
        answer.raise_for_status()
        return answer.url.path

    def bring(self, file: Path, datum: str) -> None:
        """Hand a workbook in."""
        given = {"datum": datum, "csrfmiddlewaretoken": self._token("/start/")}
        with file.open("rb") as data:
            answer = self.client.post(
                "/start/", data=given, files={"file": (file.name, data)}, headers=self._referer("/start/")
            )
        answer.raise_for_status()

    def look(self, query: str = "") -> str:
        """The start page as it is now."""
        return self.client.get("/start/" + query).raise_for_status().text

    def weight(self) -> int:
        """Bytes of the page and of every file it loads, as they come compressed."""
        page = self.look()
        paths = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))
        return sum(len(gzip.compress(self.client.get(path).content)) for path in paths) + len(
            gzip.compress(page.encode())
        )

    def _token(self, path: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.client.get(path).text)
        assert found is not None, path
        return found.group(1)

    def _referer(self, path: str) -> dict[str, str]:
        return {"Referer": f"{self.client.base_url}{path.lstrip('/')}", "Origin": str(self.client.base_url).rstrip("/")}


def walk(base: str) -> Walk:
    """The whole way in a system that is empty but for the head's account."""
    with Office(base) as office:
        assert office.sign_in() == "/start/"
        began = time.monotonic()
        office.bring(ROSTER, str(expected_roster()["datum"]))
        enrolled = _until(lambda: 'data-state="done"' in office.look(), began)
        first = _until(lambda: ANSWER.search(office.look("?part=answers")) is not None, began)
        everything = _until(lambda: 'data-working="no"' in office.look("?part=answers"), began)
        return Walk(enrolled, first, everything, office.weight(), office.look())


def _until(holds: object, began: float) -> float:
    while not holds():
        assert time.monotonic() - began < GIVE_UP_SECONDS, "no answer came"
        time.sleep(0.2)
    return time.monotonic() - began


def first_answer(times: int) -> Iterator[Figure]:
    """The bar of the first five minutes."""
    walks = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            run(home, "init")
            subprocess.run([sys.executable, "-c", HEAD], env=environment(home), check=True)
            walks.append(_walk_in(home))
    yield Figure("roster.xlsx: first certified answer", MOST_SECONDS, "s", tuple(one.first for one in walks))
    yield Figure(
        "roster.xlsx: all shipped plans with repairs", MOST_SECONDS, "s", tuple(one.everything for one in walks)
    )
    yield Figure("start page with all it loads, compressed", 200.0, "KB", tuple(one.page_bytes / 1000 for one in walks))


def _walk_in(home: Path) -> Walk:
    command = [*MUSTER, "up", "--port", "0"]
    process = subprocess.Popen(command, env=environment(home), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = next(filter(None, (re.search(r"http://\S+", line) for line in process.stdout)))
        return walk(found.group(0).rstrip("/"))
    finally:
        process.terminate()
        process.communicate(timeout=30)
