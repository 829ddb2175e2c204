"""Real processes: an office that only calls out, a relay that only answers, members' phones between them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.channels.conftest import GatewayProcess
from tests.processes.scene import ROOT, build, call_by_hand
from tests.relay.relay_process import HOST, RelayProcess
from tests.server import Home, RunningHome, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.kill]


@pytest.fixture
def start_relay() -> Iterator[Callable[..., RelayProcess]]:
    running: list[RelayProcess] = []

    def start(folder: Path, *words: str) -> RelayProcess:
        running.append(RelayProcess(folder, *words))
        return running[-1]

    yield start
    for each in running:
        each.stop()


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[GatewayProcess]:
    made = GatewayProcess(tmp_path / "gateway.jsonl")
    yield made
    made.stop()


@pytest.fixture
def office(new_home: Callable[..., Home], gateway: GatewayProcess, tmp_path: Path) -> Home:
    """A home with the district, and a relay's folder beside it at `tmp_path/relay`."""
    home = new_home("office", MUSTER_SMS_URL=gateway.url, PYTHONPATH=f"{ROOT}:{ROOT / 'src'}")
    build(home)
    done = home.muster("relay", "keys", str(tmp_path / "relay"), "--language", "en")
    assert done.returncode == 0, done.stderr
    return home


def linked(home: Home, relay: RelayProcess) -> Home:
    home.env |= {"MUSTER_PUBLIC_URL": relay.url, "MUSTER_RELAY_URL": relay.url}
    return home


def links(gateway: GatewayProcess, count: int) -> list[str]:
    """The links as they stand in the text messages, once so many have been sent."""
    wait_until(lambda: len(gateway.seen()) >= count)
    return [found.group(0) for one in gateway.seen() if (found := re.search(r"http\S+/r/[\w-]+", str(one["text"])))]


def look(link: str) -> httpx.Response:
    return httpx.get(link, trust_env=False, timeout=10)


def press(link: str, answer: str) -> int:
    return httpx.post(link, data={"answer": answer}, trust_env=False, timeout=10).status_code


def replies(home: Home) -> list[str]:
    told = home.python(
        "from muster.apps.incidents.models import Reply\n"
        "print([f'{r.answer}:{r.counted}' for r in Reply.objects.order_by('pk')])"
    )
    return json.loads(told.replace("'", '"'))


def status(home: Home) -> dict[str, object]:
    return json.loads(home.muster("relay", "status", "--json", "-").stdout)


def test_answers_arrive_though_nobody_can_reach_the_office_and_everything_dies_once(
    office: Home, tmp_path: Path, gateway: GatewayProcess, start_relay, start_home: Callable[..., RunningHome]
) -> None:
    relay = start_relay(tmp_path / "relay")
    running = start_home(linked(office, relay))
    call_by_hand(office, 4)
    first, second, third, _ = links(gateway, 4)
    assert first.startswith(f"http://{HOST}:")
    wait_until(lambda: look(first).status_code == 200)
    assert press(first, "accept") == 303
    wait_until(lambda: "answered at" in look(first).text)  # there and back: the office has it, the page says so
    # The relay knows no address of the office and has never called anybody: all its sockets are of its own port.
    assert {local.split(":")[1] for local, _, state in relay.sockets() if state != "0A"} <= {f"{relay.port:04X}"}
    assert running.address.rstrip("/") not in (tmp_path / "relay" / "relay.json").read_text()

    running.kill()  # the office is down: members still see their page and are kept in mind
    assert press(second, "decline") == 303
    relay.kill()  # and now the relay, between answer and fetching
    relay.start()
    assert "on its way to the duty desk" in look(second).text
    assert press(third, "accept") == 303
    start_home(office)
    wait_until(lambda: "answered at" in look(third).text)
    assert "on its way" not in look(second).text
    assert replies(office) == ["accept:True", "decline:True", "accept:True"]
    assert (status(office)["trouble"], status(office)["taken_seq"]) == ("", 3)
    assert relay.stop() == 0
    assert office.muster("check", "journal").returncode == 0


def test_a_flood_of_false_tokens_stays_at_the_relay(
    office: Home, tmp_path: Path, gateway: GatewayProcess, start_relay, start_home: Callable[..., RunningHome]
) -> None:
    relay = start_relay(tmp_path / "relay")
    start_home(linked(office, relay))
    call_by_hand(office, 2)
    link = links(gateway, 2)[0]
    wait_until(lambda: look(link).status_code == 200)
    before, memory = (tmp_path / "relay" / "relay.log").read_bytes(), rss(relay)
    # A connection for each: the relay hangs up on a push it refuses unread, and the next request must not meet that.
    fresh = httpx.Limits(max_keepalive_connections=0)
    with (
        httpx.Client(base_url=relay.url, trust_env=False, timeout=20, limits=fresh) as client,
        ThreadPoolExecutor(8) as threads,
    ):
        codes = list(threads.map(lambda n: client.get(f"/r/{n:022d}").status_code, range(5000)))
        pushes = list(threads.map(lambda n: client.post("/core/exchange", content=b"x" * 5000).status_code, range(500)))
        assert press(link, "accept") == 303  # amid all that, from the very address of the flood
    assert set(codes) == {404, 429}
    assert codes.count(404) < 70
    assert set(pushes) == {403}
    assert (tmp_path / "relay" / "relay.log").read_bytes().startswith(before)
    assert rss(relay) - memory < 30_000_000
    wait_until(lambda: "answered at" in look(link).text)
    assert replies(office) == ["accept:True"]
    assert status(office)["refused"] == 0


def rss(relay: RelayProcess) -> int:
    """Bytes of memory in use by the relay."""
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 for pid in relay.pids())


def test_signed_files_across_a_gate_by_command(
    office: Home, tmp_path: Path, gateway: GatewayProcess, start_relay
) -> None:
    relay = start_relay(tmp_path / "relay")
    office.env |= {"MUSTER_PUBLIC_URL": relay.url, "MUSTER_RELAY_URL": "files"}
    call_by_hand(office, 2)
    assert office.muster("relay", "export", str(tmp_path / "out")).stdout.endswith(": 2 pages\n")
    there = Home(tmp_path / "no-home-here", PYTHONPATH=str(ROOT / "src"))
    del there.env["MUSTER_HOME"]
    assert (
        there.muster("relay", "take", str(tmp_path / "relay"), str(tmp_path / "out")).stdout == "Page files taken: 1.\n"
    )
    token_links = office.python(
        "import re\nfrom muster.apps.channels.models import OutMessage\n"
        "print(*[re.search(r'http\\S+/r/[\\w-]+', m.body).group(0) for m in OutMessage.objects.all()])"
    ).split()
    wait_until(lambda: look(token_links[0]).status_code == 200)
    assert press(token_links[0], "accept") == 303
    assert there.muster("relay", "answers", str(tmp_path / "relay"), str(tmp_path / "in")).stdout.endswith(
        ": 1 answers\n"
    )
    done = office.muster("relay", "import", str(tmp_path / "in"), "--json", "-")
    assert (done.returncode, json.loads(done.stdout)["taken"]) == (0, 1)
    (file,) = (tmp_path / "in").iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    broken = office.muster("relay", "import", str(tmp_path / "in"))
    assert broken.returncode == 1
    assert "Fetch it again" in broken.stdout
    assert replies(office) == ["accept:True"]


def test_commands_refuse_in_one_sentence(office: Home, tmp_path: Path, start_relay) -> None:
    relay = start_relay(tmp_path / "relay")
    cases = [
        (("relay", "run", str(tmp_path / "relay"), "--port", "0"), 1, "already runs"),
        (("relay", "run", str(tmp_path), "--port", "0"), 2, "no relay's folder"),
        (("relay", "keys", str(tmp_path / "relay")), 2, "exists already"),
        (("relay", "keys", str(tmp_path / "new"), "--language", "fr"), 2, "choose zh or en"),
        (("relay", "import", str(tmp_path / "nowhere")), 2, "There is no file"),
        (("relay", "run", str(tmp_path / "relay"), "--certificate", str(tmp_path / "x.pem")), 2, "There is no file"),
    ]
    for words, code, said in cases:
        done = office.muster(*words)
        assert (done.returncode, done.stderr.count("\n")) == (code, 1), (words, done.stderr)
        assert said in done.stderr
    assert relay.answers()
    other = office.muster("relay", "keys", str(tmp_path / "second"))
    assert other.returncode == 0
    taken = office.muster("relay", "run", str(tmp_path / "second"), "--host", HOST, "--port", str(relay.port))
    assert (taken.returncode, "taken by another program" in taken.stderr) == (2, True)
