"""What goes wrong around a running callout: a locked or a full database, a gateway that says all twice or lies, strangers who
pose as one, a host whose clock jumps. Nothing is lost, nothing is counted twice, and whoever meets it is told in words."""

from __future__ import annotations

import json
import resource
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from muster.apps.channels.signing import headers
from tests.channels.conftest import GatewayProcess
from tests.processes import scene
from tests.processes.test_kill import process_of
from tests.server import Home, RunningHome, wait_until

HERE = Path(__file__).parent
LOCKED_SECONDS = 5.0
REPLIES = """
import json
from muster.apps.incidents.models import Alert
print(json.dumps({
    a.member.phone: [a.state, [[r.channel, r.answer] for r in a.replies.order_by("pk")]]
    for a in Alert.objects.select_related("member")
}))
"""
pytestmark = [pytest.mark.processes, pytest.mark.kill]


def replies(home: Home) -> dict[str, list]:
    """Phone number -> [state, [[channel, answer], …]] of all who were called."""
    return json.loads(home.python(REPLIES))


def journal_is_whole(home: Home) -> None:
    done = home.muster("check", "journal")
    assert done.returncode == 0, done.stdout + done.stderr


def called(home: Home, gateway: GatewayProcess, people: int) -> list[dict[str, object]]:
    """Call so many people and wait until the gateway has all their messages."""
    scene.call_by_hand(home, people)
    wait_until(lambda: len({message["to"] for message in gateway.seen()}) >= people, 60)
    return gateway.seen()


def signed(phones: scene.Phones, what: str, items: object, *, at: float = 0.0, key: str = "", mode: str = "actual",
           changed: bytes = b"") -> httpx.Response:  # fmt: skip
    """A list of the gateway as it is sent once; `changed` goes out in the place of what was signed."""
    body = json.dumps(items, ensure_ascii=False).encode()
    stamp = headers(key or phones.key, mode, int(time.time() + at), body)
    return phones.client.post(
        f"gateway/sms/actual/{what}", content=changed or body, headers={"Content-Type": "application/json", **stamp},
        timeout=40,
    )  # fmt: skip


@pytest.fixture
def scenery(new_home, start_home, gateway) -> Iterator[tuple[Home, RunningHome, scene.Phones, GatewayProcess]]:
    home = new_home(**scene.settings(gateway))
    scene.build(home)
    running = start_home(home)
    phones = scene.Phones(running)
    yield home, running, phones, gateway
    phones.close()


@contextmanager
def locked(home: Home) -> Iterator[None]:
    """Another program holds the database: nobody else may write."""
    url = home.env.get("MUSTER_DATABASE_URL", "")
    if url:
        import psycopg

        with psycopg.connect(url) as other:
            other.execute("LOCK TABLE incidents_callout, incidents_alert, journal_stream IN EXCLUSIVE MODE")
            yield
        return
    other = sqlite3.connect(home.path / "muster.sqlite3", timeout=20, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    yield
    other.execute("COMMIT")
    other.close()


def test_locked_for_five_seconds_doubled_and_forged(scenery) -> None:
    home, running, phones, gateway = scenery
    messages = called(home, gateway, 16)
    by_page, by_text, twice = messages[:6], messages[6:11], messages[11:16]
    with ThreadPoolExecutor(12) as crowd:
        with locked(home):
            pages = [crowd.submit(press, running, message) for message in by_page]
            texts = [crowd.submit(signed, phones, "inbound", [yes(message)]) for message in by_text]
            threading.Event().wait(LOCKED_SECONDS)
            assert not any(one.done() for one in [*pages, *texts]), "they wait; nobody is sent away"
        assert [one.result().status_code for one in pages] == [303] * len(pages)
        assert [one.result().json()["taken"] for one in texts] == [1] * len(texts)
        for message in twice:  # the same list three times at the same moment, as gateways do that heard no answer
            same = [crowd.submit(signed, phones, "inbound", [yes(message)]) for _ in range(3)]
            same += [crowd.submit(signed, phones, "reports", [report(message)]) for _ in range(3)]
            assert {one.result().status_code for one in same} == {200}
    before = replies(home)
    assert before == {str(message["to"]): ["accepted", [["page" if message in by_page else "sms", "accept"]]]
                      for message in messages}  # fmt: skip
    forged(phones, messages[0])
    assert replies(home) == before
    journal_is_whole(home)


def press(running: RunningHome, message: dict[str, object]) -> httpx.Response:
    """Press yes on the member's own page, once."""
    found = scene.LINK.search(str(message["text"]))
    assert found
    address = f"{running.address}r/{found.group(1)}"
    return httpx.post(address, data={"answer": "accept"}, trust_env=False, timeout=40)


def yes(message: dict[str, object], number: str = "yes") -> dict[str, object]:
    return {"id": f"{message['to']}-{number}", "from": message["to"], "text": "1"}


def report(message: dict[str, object]) -> dict[str, object]:
    return {"id": message["id"], "status": "delivered", "detail": ""}


def forged(phones: scene.Phones, message: dict[str, object]) -> None:
    """Strangers at the gateway's door: each is refused with a code, and none meets an error of the server."""
    no = {"id": "forged-1", "from": message["to"], "text": "2"}
    door, other_key, changed = "gateway/sms/actual/inbound", "00" * 32, json.dumps([no]).encode()
    tries = [
        signed(phones, "inbound", [no], key=other_key),
        signed(phones, "inbound", [no], at=-3600),
        signed(phones, "inbound", [no], at=3600),
        signed(phones, "inbound", [no], mode="exercise"),
        signed(phones, "inbound", [yes(message, "other")], changed=changed),
        signed(phones, "reports", [{"id": message["id"], "status": "failed"}], key=other_key),
        phones.client.post(door, content=changed),
        phones.client.post(door, content=changed, headers={"X-Muster-Time": "-1", "X-Muster-Signature": "x"}),
    ]  # fmt: skip
    for answer in tries:
        assert answer.status_code == 403
        assert answer.json()["error"].startswith("gateway.")


def limit_writes(running: RunningHome, most_bytes: int | None) -> None:
    """No file of the system's processes may grow beyond so many bytes; None: as before."""
    for target in ("web", "worker", "lane-send", "lane-solve"):
        process = process_of(running, target)
        assert process
        hard = resource.prlimit(process, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(process, resource.RLIMIT_FSIZE, (hard if most_bytes is None else most_bytes, hard))


@pytest.mark.once  # of PostgreSQL it is the server's disk, which no test may fill
def test_full(scenery) -> None:
    home, running, phones, gateway = scenery
    messages = called(home, gateway, 6)
    by_page, by_text = messages[:3], messages[3:]
    limit_writes(running, 2 * 4096)
    for message in by_page:
        told = press(running, message)
        assert told.status_code == 503
        assert "服务器磁盘已满" in told.text
    for message in by_text:
        assert signed(phones, "inbound", [yes(message)]).status_code == 503
    assert running.get("login/").status_code == 200
    limit_writes(running, None)
    assert {tuple(each) for _state, held in replies(home).values() for each in held} == set()
    for message in by_page:
        phones.page(str(message["text"]), "accept")
    for message in by_text:
        phones.text(str(yes(message)["id"]), str(message["to"]), "1")
    assert {(state, len(held)) for state, held in replies(home).values()} == {("accepted", 1)}
    journal_is_whole(home)


def test_the_clock_of_the_host_jumps(new_home, start_home, gateway, tmp_path: Path) -> None:
    leap = tmp_path / "leap"
    leap.write_text("0")
    env = scene.settings(gateway)
    home = new_home(**env | {"PYTHONPATH": f"{HERE / 'leaps'}:{env['PYTHONPATH']}", "LEAP_FILE": str(leap)})
    scene.build(home)
    running = start_home(home)
    phones = scene.Phones(running)
    gateway.behave(delay_seconds=0.3)
    scene.call_by_hand(home, 12)
    wait_until(lambda: len(gateway.seen()) >= 2, 60)
    jump(leap, 3 * 3600)  # while messages are on their way
    wait_until(lambda: len({message["to"] for message in gateway.seen()}) >= 12, 60)
    first = gateway.seen()
    assert press(running, first[0]).status_code == 303
    stale = signed(phones, "inbound", [yes(first[1])])
    assert (stale.status_code, stale.json()["error"]) == (403, "gateway.stale")  # it tells again, so nothing is lost
    gateway.behave(delay_seconds=0.0, status=503)
    home.python(MORE.format(first=12, last=20))
    wait_until(lambda: len({message["to"] for message in gateway.seen()}) >= 20, 60)
    jump(leap, 0)  # three hours back: what waits for its next try must not wait until then
    gateway.behave(status=202)
    wait_until(lambda: all_left(home), 60)
    for message in first[1:6]:
        phones.text(str(yes(message)["id"]), str(message["to"]), "1")
    phones.close()
    kept = replies(home)
    assert sorted(len(held) for _state, held in kept.values()) == [0] * 14 + [1] * 6
    seen = gateway.seen()
    assert len({message["to"] for message in seen}) == 20
    assert len({(message["to"], message["id"], message["text"]) for message in seen}) == 20
    journal_is_whole(home)


def jump(leap: Path, seconds: int) -> None:
    """Set the clock and wait until every process has seen it."""
    leap.write_text(str(seconds))
    threading.Event().wait(0.3)


MORE = """
from muster.access.middleware import actor_of
from muster.access.models import Account
from muster.apps.incidents.actions import send_by_hand
from muster.apps.incidents.models import Callout
from muster.apps.people.models import Member
actor = actor_of(Account.objects.get(user__username="commander").user)
members = Member.objects.exclude(phone="").order_by("pk").values_list("pk", flat=True)
send_by_hand(actor, Callout.objects.get(), list(members[{first}:{last}]), reason="test")
"""
LEFT = """
from muster.apps.channels.models import OutMessage
print(OutMessage.objects.exclude(state__in=("sent", "perhaps_sent", "delivered")).count()
      + OutMessage.objects.filter(sent_at=None).count())
"""


def all_left(home: Home) -> bool:
    return int(home.python(LEFT)) == 0
