"""The storm: 360 and 5,000 alerts approved at once, handed to a gateway on loopback that takes a tenth of a second for each.

The send lanes are real processes over one SQLite database, in which answers are written all the while.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tools.bench.commands import MUSTER
from tools.bench.figures import Figure

GATEWAY_SECONDS = 0.1  # a gateway across the town's network, with encryption
FEW, MANY = 360, 5000
FIRST_SECONDS, FEW_SECONDS, MANY_SECONDS = 2.0, 20.0, 180.0
TWICE = 0.5  # of the time of one worker
DOUBLES_ALLOWED = 0
LOCK_WORDS = ("database is locked", "database_away", "OperationalError")


@dataclass(frozen=True, slots=True)
class Storm:
    """Seconds after approval of the first and the last message at the gateway, and what must be 0."""

    approval: float
    first: float
    last: float
    doubles: int
    missing: int
    lost_answers: int
    troubles: int  # lock errors, in the office's process and in the lanes' logs


class _Gateway(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        self.taken: list[tuple[float, str]] = []
        super().__init__(("127.0.0.1", 0), _Taker)


class _Taker(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.taken.append((time.monotonic(), body["id"]))
        time.sleep(GATEWAY_SECONDS)
        answer = b'{"accepted": true}'
        self.send_response(202)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: object) -> None:
        """Quiet."""


def run_storm(count: int, workers: int) -> Storm:
    """One storm in a home of its own."""
    gateway = _Gateway()
    threading.Thread(target=gateway.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="muster-storm-") as folder:
        url = f"http://127.0.0.1:{gateway.server_port}"
        env = {**os.environ, "MUSTER_HOME": folder, "MUSTER_EXERCISE_SMS_URL": url, "MUSTER_SMS_URL": ""}
        try:
            told, words = _storm(count, workers, env, Path(folder))
        finally:
            gateway.shutdown()
            gateway.server_close()
    at = sorted(moment for moment, _id in gateway.taken)
    ids = [one for _moment, one in gateway.taken]
    return Storm(
        approval=told["seconds"], first=at[0] - told["approved"], last=at[-1] - told["approved"],
        doubles=len(ids) - len(set(ids)), missing=count - len(set(ids)), lost_answers=int(told["told"] - told["kept"]),
        troubles=int(told["troubles"]) + sum(words.count(word) for word in LOCK_WORDS),
    )  # fmt: skip


def _storm(count: int, workers: int, env: dict[str, str], folder: Path) -> tuple[dict[str, float], str]:
    office = subprocess.Popen(
        [sys.executable, "-m", "tools.bench.storm_home", str(count)], env=env, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    lanes: list[subprocess.Popen[bytes]] = []
    logs = [folder / f"send-{n}.log" for n in range(workers)]
    try:
        assert office.stdout is not None
        if office.stdout.readline() != "ready\n":
            raise RuntimeError("storm: the office's side did not start")
        for log in logs:
            with log.open("wb") as out:
                lanes.append(
                    subprocess.Popen(
                        [*MUSTER, "worker", "--lane", "send"], env=env, stdout=out, stderr=subprocess.STDOUT
                    )
                )
        while sum("lane.started" in log.read_text() for log in logs) < workers:
            time.sleep(0.1)
        answer, _ = office.communicate("go\n")
    finally:
        for process in (*lanes, office):
            process.terminate()
            process.wait()
    return json.loads(answer), "".join(log.read_text(encoding="utf-8") for log in logs)


def storm(times: int) -> Iterator[Figure]:
    """First and last of 360; last of 5,000 with one and two workers; doubles, lost answers and lock errors of all."""
    few = [run_storm(FEW, 1) for _ in range(times)]
    yield Figure(f"{FEW} alerts: first at the gateway", FIRST_SECONDS, "s", tuple(run.first for run in few))
    yield Figure(f"{FEW} alerts: all at the gateway", FEW_SECONDS, "s", tuple(run.last for run in few))
    one, two = run_storm(MANY, 1), run_storm(MANY, 2)
    yield Figure(f"{MANY} alerts, one worker: all at the gateway", MANY_SECONDS, "s", (one.last,))
    yield Figure(f"{MANY} alerts, two workers: share of that time", TWICE, "", (two.last / one.last,))
    wrong = sum(run.doubles + run.missing + run.lost_answers + run.troubles for run in (*few, one, two))
    yield Figure("storms: doubled, missing, lost answers, lock errors", DOUBLES_ALLOWED, "", (float(wrong),))
