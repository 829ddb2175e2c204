"""Parts that measure commands: imports, the planner, an exercise at full speed, the second start of the demonstration."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from acceptance.ground import MAKE_INSTANCE, ROSTER, capability_names, checked_roster, expected_roster, script
from tools.bench.big_roster import write
from tools.bench.figures import Figure

from muster.planning.instance import solve_instance

MUSTER = [sys.executable, "-m", "muster.cli.main"]
MANY = 100_000
GIBIBYTE = 2**30


def environment(home: Path) -> dict[str, str]:
    """Of a command that works in `home` and knows none of the caller's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
    return {**kept, "MUSTER_HOME": str(home), "MUSTER_LOG": "WARNING"}


def run(home: Path, *words: str) -> tuple[float, int]:
    """(seconds, bytes of memory at most) of one command that must succeed."""
    began = time.monotonic()
    process = subprocess.Popen([*MUSTER, *words], env=environment(home), stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words)
    return time.monotonic() - began, used.ru_maxrss * 1024


def roster(times: int) -> Iterator[Figure]:
    """The shared roster: dry run, then commit, programs' own start included."""
    told = expected_roster()
    words = ("import", "people", str(ROSTER), "--datum", told["datum"], "--as-of", told["as_of"])
    measured = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            run(home, "init")
            measured.append(run(home, *words, "--dry-run")[0] + run(home, *words)[0])
    yield Figure("roster.xlsx: dry run and commit", 10, "s", tuple(measured))


def rows(times: int) -> Iterator[Figure]:
    """A hundred thousand rows, once, whatever `times` says."""
    del times
    with tempfile.TemporaryDirectory() as folder:
        workbook, home = Path(folder) / "many.xlsx", Path(folder) / "home"
        write(workbook, checked_roster()[1].accepted, capability_names(), MANY)
        run(home, "init")
        seconds, most = run(home, "import", "people", str(workbook), "--datum", "wgs84")
    yield Figure("100,000 rows: import", 150, "s", (seconds,))
    yield Figure("100,000 rows: most memory", 1, "GiB", (most / GIBIBYTE,))


def instance(members: int, seed: int) -> dict[str, np.ndarray]:
    """Arrays of the public instance of this size and seed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instance.npz"
        script(MAKE_INSTANCE, path, "--members", members, "--seed", seed).check_returncode()
        with np.load(io.BytesIO(path.read_bytes())) as stored:
            return dict(stored)


def plan(times: int) -> Iterator[Figure]:
    """Plan and certificate, in this process and as the command tells it."""
    for members, bar in ((3_000, 0.6), (30_000, 1.0)):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "instance.npz"
            script(MAKE_INSTANCE, path, "--members", members, "--seed", 0).check_returncode()
            with np.load(io.BytesIO(path.read_bytes())) as stored:
                arrays = dict(stored)
            inside, told = [], []
            for seed in range(times):
                began = time.perf_counter()
                solve_instance(arrays, seed)
                inside.append(time.perf_counter() - began)
                told.append(_told_seconds(Path(folder), path, seed))
        yield Figure(f"plan and certificate, {members:,} members", bar, "s", tuple(inside))
        yield Figure(f"the same by the command, {members:,} members", bar, "s", tuple(told))


def _told_seconds(folder: Path, path: Path, seed: int) -> float:
    out = folder / "plan.json"
    run(folder / "home", "plan", "solve", "--instance", str(path), "--seed", str(seed), "--json", str(out))
    return float(json.loads(out.read_text(encoding="utf-8"))["seconds"])


def exercise(times: int) -> Iterator[Figure]:
    """S1 at full speed, the template of its district made beforehand."""
    from muster.exercise.server import template_home

    template_home()
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run.json"
        for seed in range(1, times + 1):
            run(Path(folder) / "home", "exercise", "S1", "--speed", "max", "--seed", str(seed), "--json", str(out))
            measured.append(float(json.loads(out.read_text(encoding="utf-8"))["seconds"]))
    yield Figure("S1 at full speed", 60, "s", tuple(measured))


def demo(times: int) -> Iterator[Figure]:
    """From the command to the first page, when the folder was made by an earlier start."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        _first_page(home)
        yield Figure("demonstration: first page, second start", 10, "s", tuple(_first_page(home) for _ in range(times)))


def _first_page(home: Path) -> float:
    from urllib.request import ProxyHandler, build_opener

    began = time.monotonic()
    command = [*MUSTER, "demo", "--no-play", "--port", "0"]
    process = subprocess.Popen(command, env=environment(home), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = next(filter(None, (re.search(r"http://\S+", line) for line in process.stdout)))
        with build_opener(ProxyHandler({})).open(found.group(0), timeout=30) as page:
            page.read()
        return time.monotonic() - began
    finally:
        process.terminate()
        process.communicate(timeout=60)
