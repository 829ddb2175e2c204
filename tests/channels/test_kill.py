"""kill -9 of the sender at ten random points, and of the gateway once: no message lost, nobody told two different things."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.channels.conftest import GatewayProcess
from tests.postgres import new_database

MESSAGES = 240
KILLS = 10
ROOT = Path(__file__).resolve().parents[2]


class Home:
    """A data folder of its own with a sender process that can be killed."""

    def __init__(self, path: Path, gateway: GatewayProcess, database_url: str) -> None:
        self.env = {
            **os.environ,
            "MUSTER_HOME": str(path),
            "MUSTER_SMS_URL": gateway.url,
            "MUSTER_DATABASE_URL": database_url,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
        }
        self.env.pop("DJANGO_SETTINGS_MODULE", None)
        self.run("prepare", str(MESSAGES))

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.channels.sender_process", *words]
        return subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def run(self, *words: str) -> str:
        with self.start(*words) as process:
            out, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        return out

    def states(self) -> dict[str, str]:
        return {row[0]: row[1] for row in json.loads(self.run("show"))}


@pytest.fixture
def home(tmp_path: Path, gateway: GatewayProcess, on_postgres: bool) -> Home:
    gateway.behave(delay_seconds=0.03)
    url = new_database(os.environ["MUSTER_DATABASE_URL"]) if on_postgres else ""
    return Home(tmp_path / "home", gateway, url)


def wait_for(gateway: GatewayProcess, count: int, seconds: float = 60) -> None:
    """Until the gateway has seen `count` tries."""
    end = time.monotonic() + seconds
    while len(gateway.seen()) < count:
        assert time.monotonic() < end, f"{len(gateway.seen())} of {count} after {seconds} s"
        time.sleep(0.002)


@pytest.mark.kill
@pytest.mark.processes
def test_a_sender_killed_at_ten_random_points_loses_nothing_and_says_nothing_different(
    home: Home, gateway: GatewayProcess
) -> None:
    chance = random.Random(20261102)
    for number in range(KILLS):
        process = home.start("send")
        if number == KILLS // 2:
            wait_for(gateway, len(gateway.seen()) + 3)
            gateway.stop()
            gateway.start()
            gateway.behave(delay_seconds=0.03)
        wait_for(gateway, len(gateway.seen()) + chance.randint(1, 14))
        time.sleep(chance.random() * 0.03)  # anywhere between two messages
        process.kill()
        process.communicate()
    last = home.start("send")
    all_ids = set(home.states())
    end = time.monotonic() + 60
    while {str(m["id"]) for m in gateway.seen()} != all_ids or set(home.states().values()) - {"sent", "perhaps_sent"}:
        assert time.monotonic() < end
        time.sleep(0.2)
    last.kill()
    last.communicate()

    seen = gateway.seen()
    tries = Counter(str(m["id"]) for m in seen)
    assert len(all_ids) == MESSAGES
    assert len({(m["id"], m["to"], m["text"]) for m in seen}) == MESSAGES
    assert len({m["to"] for m in seen}) == MESSAGES
    states = home.states()
    assert {states[key] for key, count in tries.items() if count > 1} <= {"perhaps_sent"}
    # Only what was in flight at a kill (of a sender or the gateway) may have gone out twice: at most eight at a time.
    assert len(seen) - MESSAGES <= (KILLS + 1) * 8
