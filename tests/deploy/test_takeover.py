"""The takeover drill: the first machine is killed in the middle of a callout, the second one goes on, the first stays out.

Both machines are real processes on the loopback device, each with a data folder of its own; the rows are SQLite's, since
PostgreSQL brings its own replication.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import time_machine

from muster.conf import follow, pair
from muster.conf.real_time import utc_now
from muster.core.errors import Conflict, InvalidInput, NotFound, Unreadable
from tests.channels.conftest import GatewayProcess
from tests.processes import scene
from tests.server import Home, RunningHome, wait_until

PEOPLE = 40
LOST_SECONDS = 5.0
BACK_SECONDS = 60.0
pytestmark = [pytest.mark.once]
REPLIES = """
import json
from muster.apps.incidents.models import Reply
print(json.dumps(sorted([r.alert.member.phone, r.answer] for r in Reply.objects.select_related("alert__member"))))
"""


def free_ports(count: int) -> list[int]:
    found = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in found]
    for each in found:
        each.close()
    return ports


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[GatewayProcess]:
    process = GatewayProcess(tmp_path / "gateway.jsonl")
    yield process
    process.stop()


class Machines:
    """Two data folders that are a pair, and the processes on them."""

    def __init__(self, folder: Path, scheme: str = "http", **env: str) -> None:
        self.first, self.second = Home(folder / "first", **env), Home(folder / "second", **env)
        self.ports = free_ports(2)
        self.addresses = [f"{scheme}://127.0.0.1:{port}/" for port in self.ports]
        self.invitation = folder / "invitation.json"
        self.running: list[subprocess.Popen[str]] = []

    def make_pair(self) -> None:
        done = self.first.muster(
            "pair", str(self.invitation), "--first", self.addresses[0], "--second", self.addresses[1]
        )
        assert done.returncode == 0, done.stderr

    def start(self, home: Home, *words: str) -> subprocess.Popen[str]:
        log = home.path.with_suffix(f".{len(self.running)}.out").open("w")
        command = [sys.executable, "-m", "muster.cli.main", *words]
        process = subprocess.Popen(command, env=home.env, stdout=log, stderr=subprocess.STDOUT, text=True)
        log.close()
        self.running.append(process)
        return process

    def start_first(self) -> RunningHome:
        running = RunningHome(self.first, "--port", str(self.ports[0]))
        self.running.append(running.process)
        return running

    def start_second(self) -> subprocess.Popen[str]:
        process = self.start(self.second, "standby", "--from", str(self.invitation))
        wait_until(lambda: follow.read_state(self.second.path) is not None or process.poll() is not None)
        assert process.poll() is None
        wait_until(self.stands_by)
        return process

    def stands_by(self) -> bool:
        """Whether the second machine's door is open, and tells anybody that this is not the office."""
        try:
            answer = httpx.get(self.addresses[1], trust_env=False, verify=False, timeout=2)
        except httpx.TransportError:
            return False
        return answer.status_code == 503 and "stands by" in answer.text

    def answers(self, which: int) -> bool:
        try:
            return httpx.get(self.addresses[which] + "healthz/", trust_env=False, timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running:
            process.communicate(timeout=30)


@pytest.fixture
def machines(tmp_path: Path, gateway: GatewayProcess) -> Iterator[Machines]:
    made = Machines(tmp_path, **scene.settings(gateway))
    yield made
    made.stop()


class Texting(threading.Thread):
    """Members answer by text, one after the other, for as long as they are asked to; what was taken is written down."""

    def __init__(self, phones: scene.Phones, gateway: GatewayProcess, most: int) -> None:
        super().__init__(name="texting", daemon=True)
        self.phones, self.gateway, self.most = phones, gateway, most
        self.taken: list[tuple[float, str]] = []  # (when the system had said that it has it, phone)
        self.cut = threading.Event()

    def run(self) -> None:
        done: set[str] = set()
        while not self.cut.is_set() and len(done) < self.most:
            for phone in [str(message["to"]) for message in self.gateway.seen() if message["to"] not in done][:1]:
                done.add(phone)
                try:
                    self.phones.text(f"{phone}-1", phone, "1")
                except AssertionError:
                    return  # the first machine is gone
                self.taken.append((time.monotonic(), phone))
            time.sleep(0.1)


@pytest.mark.kill
@pytest.mark.processes
def test_the_drill(machines: Machines, gateway: GatewayProcess) -> None:
    gateway.behave(delay_seconds=0.3)
    scene.build(machines.first)
    machines.make_pair()
    first = machines.start_first()
    assert not [name for name in first.children() if name == "lane-send"]  # it can not ask the second one yet
    machines.start_second()
    wait_until(lambda: "lane-send" in first.children())
    phones = scene.Phones(first, give_up_seconds=1.0)
    scene.call_by_hand(machines.first, PEOPLE)
    members = Texting(phones, gateway, most=PEOPLE)
    members.start()
    wait_until(lambda: len(members.taken) >= PEOPLE * 2 // 3, 60)
    first.kill()
    killed = time.monotonic()
    members.cut.set()
    members.join()
    wait_until(lambda: not machines.answers(0))

    machines.start(machines.second, "takeover", "--up", "--port", str(machines.ports[1]))
    wait_until(lambda: machines.answers(1), BACK_SECONDS)
    back = time.monotonic() - killed
    kept = {phone for phone, _answer in json.loads(machines.second.python(REPLIES))}
    lost = [at for at, phone in members.taken if phone not in kept]
    print(f"back after {back:.1f} s; lost: the last {killed - min(lost) if lost else 0.0:.2f} s")
    assert back <= BACK_SECONDS
    assert all(killed - at <= LOST_SECONDS for at in lost)

    phones.client.base_url = machines.addresses[1]
    phones.give_up_seconds = 30
    for _at, phone in members.taken:  # the gateway delivers again what nobody may have kept: no harm is done
        phones.text(f"{phone}-1", phone, "1")
    phones.close()
    told = json.loads(machines.second.python(REPLIES))
    assert {phone for phone, _ in told} == {phone for _, phone in members.taken}
    assert len(told) == len(members.taken)
    wait_until(lambda: len({message["to"] for message in gateway.seen()}) == PEOPLE)

    before = len(gateway.seen())
    again = machines.first.muster("up", "--port", str(machines.ports[0]))
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert "Another machine has taken over" in again.stderr
    once_more = machines.first.muster("up", "--port", str(machines.ports[0]), "--alone")
    assert once_more.returncode == 1
    assert len(gateway.seen()) == before
    assert len({(message["to"], message["id"], message["text"]) for message in gateway.seen()}) == PEOPLE
    whole = machines.second.muster("check", "journal")
    assert whole.returncode == 0, whole.stdout + whole.stderr


@pytest.mark.processes
def test_a_first_machine_that_still_runs_is_only_replaced_when_that_is_meant_and_then_stops(machines: Machines) -> None:
    machines.first.init()
    machines.make_pair()
    first = machines.start_first()
    second = machines.start_second()
    asked = machines.second.muster("takeover")
    assert (asked.returncode, asked.stderr.count("\n")) == (1, 1)
    assert "still answers" in asked.stderr
    assert second.poll() is None
    done = machines.second.muster("takeover", "--although-it-answers")
    assert done.returncode == 0, done.stderr
    wait_until(lambda: first.process.poll() is not None)
    assert first.process.returncode == 1
    assert second.wait(10) == 0
    pair_now = pair.read(machines.second.path)
    assert pair_now is not None
    assert (pair_now.epoch, pair_now.peer) == (2, "")
    again = machines.second.muster("takeover")
    assert again.returncode == 1

    machines.invitation.unlink()  # the old first machine becomes the new second one, its own data set aside
    machines.addresses.reverse()
    machines.first, machines.second = machines.second, machines.first
    machines.ports.reverse()
    machines.make_pair()
    machines.start_first()
    machines.start_second()
    assert list(machines.second.path.glob("set-aside-fenced-*/muster.sqlite3"))


@pytest.mark.processes
def test_over_https_each_trusts_the_office_s_own_authority_and_nobody_else(tmp_path: Path) -> None:
    machines = Machines(tmp_path, scheme="https")
    try:
        machines.first.init()
        for words in (["make-ca"], ["issue", "127.0.0.1"]):
            assert machines.first.muster("certs", *words).returncode == 0
        machines.make_pair()
        invitation = json.loads(machines.invitation.read_text())
        first = machines.start_first()
        assert "lane-send" not in first.children()
        machines.start_second()
        wait_until(
            lambda: "lane-send" in first.children()
        )  # the second one's door shows the certificate that it was sent
        for address in machines.addresses:
            with (
                pytest.raises(httpx.ConnectError),
                pair.client(address, invitation["key"], "") as stranger,
            ):
                stranger.get("standby/state/")
        kept = {path.name for path in (machines.second.path / "standby" / "files" / "tls").iterdir()}
        assert kept == {"ca.pem", "ca.key", "server.pem", "server.key"}
    finally:
        machines.stop()


@pytest.mark.processes
def test_a_second_machine_whose_clock_is_wrong_is_told_so_loudly_on_both(machines: Machines) -> None:
    machines.first.init()
    machines.make_pair()
    machines.start_first()
    follow.join(machines.second.path, machines.invitation)
    said: list[str] = []
    follower = follow.Follower(machines.second.path, said.append)
    assert not follower.fetch().clock_is_wrong
    with time_machine.travel(utc_now() + timedelta(seconds=60), tick=True):
        state = follower.fetch()
        follower.fetch()
    follower.client.close()
    assert -61 < state.offset_seconds < -59
    assert sum("60.0 s FAST" in sentence for sentence in said) == 1
    seen = json.loads((machines.first.path / pair.SEEN).read_text())
    assert -61 < seen["offset_seconds"] < -59


@pytest.mark.processes
def test_strangers_learn_nothing_and_damaged_requests_are_refused(machines: Machines) -> None:
    machines.first.init()
    machines.make_pair()
    machines.start_first()
    key = json.loads(machines.invitation.read_text())["key"]
    with httpx.Client(base_url=machines.addresses[0], trust_env=False) as anybody:
        for path in ("state", "pull", "fence"):
            for header in ({}, {pair.HEADER: "0" * 64}, {pair.HEADER: "é".encode()}):
                assert anybody.post(f"standby/{path}/", json={"epoch": 9}, headers=header).status_code == 404
        known = {pair.HEADER: key}
        for body in (b"", b"[]", b"{}", b'{"clock": 1}', b'{"clock": "x"}', b'{"clock": "2026-01-01T00:00:00"}'):
            assert anybody.post("standby/pull/", content=body, headers=known).status_code == 400
        for body in ({}, {"epoch": "2"}, {"epoch": 1}):
            assert anybody.post("standby/fence/", json=body, headers=known).status_code == 400
        assert anybody.get("standby/state/", headers=known).json() == {"role": "first", "epoch": 1}


def test_the_commands_say_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"pair\.no_second"):
        follow.take_over(tmp_path)
    with pytest.raises(Unreadable, match=r"file\.missing"):
        follow.join(tmp_path, tmp_path / "none")
    (tmp_path / "bad").write_text('{"first": 1}')
    with pytest.raises(Unreadable, match=r"pair\.invitation"):
        follow.join(tmp_path, tmp_path / "bad")
    pair.invite(tmp_path, "https://a:1", "https://b:2", tmp_path / "good")
    (tmp_path / "muster.sqlite3").touch()
    with pytest.raises(Conflict, match=r"pair\.in_use"):
        follow.join(tmp_path, tmp_path / "good")
    (tmp_path / "muster.sqlite3").unlink()
    follow.join(tmp_path, tmp_path / "good")
    with pytest.raises(Conflict, match=r"takeover\.no_copy"):
        follow.take_over(tmp_path)


@pytest.mark.parametrize("address", ["", "a", "ftp://a", "https://", "https://a/b", "https://a?x=1"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match=r"pair\.address"):
        pair.address(address)


def test_keys_never_travel_in_the_clear_between_machines() -> None:
    with pytest.raises(InvalidInput, match=r"pair\.plain"):
        pair.address("http://10.0.0.2:8000")
    assert pair.address("http://[::1]:8000") == "http://[::1]:8000/"


def test_the_key_of_the_pair_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    pair.invite(tmp_path, "https://a:1", "https://b:2", tmp_path / "file")
    for name in ("file", pair.FILE):
        assert os.stat(tmp_path / name).st_mode & 0o777 == 0o600
    with pytest.raises(Conflict, match=r"file\.exists"):
        pair.invite(tmp_path, "https://a:1", "https://b:2", tmp_path / "file")
