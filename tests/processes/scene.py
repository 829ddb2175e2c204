"""A small district in a real home, and the outside world of it: a gateway process, members who answer by text or page."""

from __future__ import annotations

import atexit
import json
import re
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from muster.apps.channels.signing import headers
from tests.channels.conftest import GatewayProcess
from tests.postgres import copy_database, new_database
from tests.prepared import Model
from tests.server import Home, RunningHome

ROOT = Path(__file__).resolve().parents[2]
PUBLIC_URL = "https://reply.example"
SKILLS = ("fire_support", "medic", "team_leader", "general_rescue")
BUILD = """
from datetime import datetime, UTC
from muster.apps.people.models import Employer, Holding, Member, Unit
from tests import world
made = world.build(datetime.now(UTC))
employer = Employer.objects.get()
for index in range(31, 91):
    member = world._member(index, made.units, employer)
    for slug in {"general_rescue", SKILLS[index % len(SKILLS)]}:
        Holding.objects.create(member=member, capability=made.capabilities[slug])
"""
LINK = re.compile(r"/r/([A-Za-z0-9_-]{16,})")


def settings(gateway: GatewayProcess) -> dict[str, str]:
    """Environment of a home that sends through `gateway`."""
    return {"MUSTER_SMS_URL": gateway.url, "MUSTER_PUBLIC_URL": PUBLIC_URL, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}


BUILD_SECONDS = 400.0  # passwords are hashed slowly, on purpose
_built: dict[str, Model] = {}  # one per kind of database and test process: made once, then copied


def build(home: Home) -> None:
    """Tables and the district of `tests.world`, with sixty people more, in that home."""
    url = home.env.get("MUSTER_DATABASE_URL", "")
    kind = url.rpartition("/")[0]
    if kind in _built:
        shutil.copytree(_built[kind].folder, home.path, dirs_exist_ok=True)
        home.path.chmod(0o700)
        if url:
            copy_database(_built[kind].database_url, url)
        return
    home.init()
    home.python(f"SKILLS = {SKILLS!r}\n{BUILD}", seconds=BUILD_SECONDS)
    above = Path(tempfile.mkdtemp(prefix="muster-scene-"))
    atexit.register(shutil.rmtree, above, ignore_errors=True)
    own = new_database(url) if url else ""
    if url:
        copy_database(url, own)
    _built[kind] = Model(Path(shutil.copytree(home.path, above / "home")), own, "")


def call_by_hand(home: Home, people: int) -> int:
    """Open an incident and send to so many members with a mobile number; returns the incident's number."""
    told = home.python(f"""
from muster.access.middleware import actor_of
from muster.access.models import Account
from muster.apps.incidents.actions import open_incident, send_by_hand
from muster.apps.people.models import Member
from muster.apps.plans.models import Site
actor = actor_of(Account.objects.get(user__username="commander").user)
incident = open_incident(
    actor, title="Fire", kind="accident.fire", place="", lon=113.12, lat=27.83, reporter="", reporter_phone="",
    mode="actual", site=Site.objects.get(),
)
members = Member.objects.exclude(phone="").order_by("pk").values_list("pk", flat=True)
send_by_hand(actor, incident.callout, list(members[:{people}]), reason="test")
print(incident.pk)
""")
    return int(told)


@dataclass
class Phones:
    """The members' side. Everything is tried again until the system has said that it took it, as real gateways do."""

    running: RunningHome
    give_up_seconds: float = 60.0

    def __post_init__(self) -> None:
        kept = json.loads((self.running.home.path / "secrets.json").read_text(encoding="ascii"))
        self.key = kept["gateway_key"]
        self.client = httpx.Client(base_url=self.running.address, trust_env=False, timeout=5.0)

    def close(self) -> None:
        self.client.close()

    def deliver(self, message: dict[str, object]) -> None:
        """The delivery report of a message."""
        self._gateway("reports", [{"id": message["id"], "status": "delivered", "detail": ""}])

    def text(self, number: str, sender: str, words: str) -> None:
        """A text of `sender`; `number` is the gateway's own for it."""
        self._gateway("inbound", [{"id": number, "from": sender, "text": words}])

    def _gateway(self, what: str, items: list[dict[str, object]]) -> None:
        body = json.dumps(items, ensure_ascii=False).encode()

        def attempt() -> bool:
            signed = {"Content-Type": "application/json", **headers(self.key, "actual", int(time.time()), body)}
            answer = self.client.post(f"gateway/sms/actual/{what}", content=body, headers=signed)
            return answer.status_code == 200 and answer.json()["taken"] == len(items)

        self._until(attempt)

    def page(self, body: str, answer: str, **more: str) -> None:
        """Press a button on the reply page whose address stands in the message `body`."""
        found = LINK.search(body)
        assert found, body

        def attempt() -> bool:
            return self.client.post(f"r/{found.group(1)}", data={"answer": answer, **more}).status_code == 303

        self._until(attempt)

    def _until(self, attempt) -> None:
        end = time.monotonic() + self.give_up_seconds
        while True:
            try:
                if attempt():
                    return
            except httpx.TransportError:
                pass  # the server is being killed in this very moment: once more
            assert time.monotonic() < end, f"not taken within {self.give_up_seconds} s"
            time.sleep(0.05)
