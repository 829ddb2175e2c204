"""A thousand texts a second from a gateway gone mad: nothing is lost, doubled or shut out, and people's pages go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.channels.conftest import GatewayProcess
from tests.processes import scene
from tests.server import Home, RunningHome, wait_until

pytestmark = pytest.mark.processes
PEOPLE, SECONDS = 40, 4
PAGE_SECONDS = 3.0  # at worst, on a shared machine, at the lowest priority; usually far less
STATE = """
import json
from collections import Counter
from muster.apps.channels.models import InMessage, OutMessage
from muster.apps.incidents.models import Alert
from muster.journal.models import Entry
print(json.dumps({
    "replies": [[a.member.phone, a.state, a.replies.count()] for a in Alert.objects.select_related("member")],
    "states": Counter(OutMessage.objects.filter(kind="alert").values_list("state", flat=True)),
    "told": Entry.objects.filter(action="alert.replied").count(),
    "open": InMessage.objects.filter(handled="").count(),
}))
"""


def test_a_mad_gateway_costs_nobody_his_answer_or_his_page(
    new_home: Callable[..., Home], start_home: Callable[..., RunningHome], gateway: GatewayProcess
) -> None:
    home = new_home(**scene.settings(gateway))
    scene.build(home)
    scene.call_by_hand(home, PEOPLE)
    running = start_home(home)
    wait_until(lambda: len(gateway.seen()) >= PEOPLE)
    phones = scene.Phones(running)
    for message in gateway.seen():
        phones.deliver(message)
    numbers = [str(message["to"]) for message in gateway.seen()]
    given = {
        "key": phones.key,
        "seconds": SECONDS,
        "numbers": numbers,
        "messages": [m["id"] for m in gateway.seen()][:5],
    }
    program = str(Path(__file__).with_name("flood_process.py"))
    flood = subprocess.Popen(
        [sys.executable, program, running.address], env={**os.environ, **home.env}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert flood.stdin is not None
    flood.stdin.write(json.dumps(given) + "\n")
    flood.stdin.flush()
    waits = []
    while flood.poll() is None:
        started = time.monotonic()
        assert running.get("login/").status_code == 200
        waits.append(time.monotonic() - started)
        time.sleep(0.1)
    told = json.loads(flood.communicate()[0])
    phones.close()
    waits.sort()
    print(f"{told} pages: n={len(waits)} median={waits[len(waits) // 2]:.3f} p95={waits[int(len(waits) * 0.95)]:.3f}")
    assert told["offered"] == SECONDS * 1000
    assert told["offered_seconds"] < SECONDS + 1, "the flood really came that fast"
    assert told.get("given_up", 0) == 0
    assert told["forged.403"] == SECONDS * 4, "each forged batch is refused, and none is taken"
    assert "forged.200" not in told
    assert told["taken"] >= SECONDS * 1000 * 3 // 5, "answers, their doubles and strangers"
    assert waits[int(len(waits) * 0.95)] < PAGE_SECONDS
    found = json.loads(home.python(STATE))
    called = {phone: (state, count) for phone, state, count in found["replies"] if phone in numbers}
    assert set(called.values()) == {("accepted", 1)}, "everybody's yes once, whatever was doubled or forged"
    assert (found["told"], found["open"]) == (PEOPLE, 0)
    assert found["states"] == {"delivered": PEOPLE}, "a delivered message does not become failed by a lie"
    log = "".join(path.read_text(encoding="utf-8") for path in (home.path / "log").glob("*.log"))
    assert "database is locked" not in log
    assert running.answers()
