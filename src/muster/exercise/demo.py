"""`muster demo`: the demonstration district, the system running on it, and a scenario played before one's eyes."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from muster.core.errors import Conflict, InvalidInput
from muster.exercise.browser import Browser
from muster.exercise.engine import gateway_key, judge, play, surroundings
from muster.exercise.gateway import Gateway, Trap
from muster.exercise.hand import ClockHand
from muster.exercise.play import FULL_SPEED, Pace, demo_pace, steady_pace
from muster.exercise.prepare import LOGINS_FILE, read_logins
from muster.exercise.scenario import Scenario, load_scenario, next_start
from muster.exercise.server import LOOPBACK, Server, build_home, free_port, serving
from muster.jobs.clock import MARKER
from muster.jobs.lock import FILE as UP_LOCK
from muster.jobs.lock import read as read_lock

LOCK = "demo.lock"
HARMLESS = (LOCK, "secrets.json", "log")  # what any command leaves in a folder that holds no data yet
DEMO_SEED = 1
SHOWN_ROLES = ("duty", "commander", "head", "liyu", "lead", "auditor", "admin")


def _factor(speed: str) -> float | None:
    """None for "max", else a number. InvalidInput "exercise.speed"."""
    if speed == "max":
        return None
    try:
        factor = float(speed)
    except ValueError as error:
        raise InvalidInput("exercise.speed", text=speed) from error
    if not 0 < factor <= 1000:
        raise InvalidInput("exercise.speed", text=speed)
    return factor


def pace_of(speed: str) -> Pace:
    """Of the demonstration: that speed up to T+10, then from event to event; "max" for full speed."""
    factor = _factor(speed)
    return FULL_SPEED if factor is None else demo_pace(factor)


def steady_pace_of(speed: str) -> Pace:
    """Of an exercise: that speed to the end; "max" for full speed."""
    factor = _factor(speed)
    return FULL_SPEED if factor is None else steady_pace(factor)


def lock_home(home: Path) -> int:
    """Hold the demo's lock on `home`. Conflicts: "demo.running" with its address, "demo.home_in_use" for a folder that
    holds anything but a demonstration."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        address = read_lock(home / UP_LOCK).get("address", "an address it will print in a moment")
        raise Conflict("demo.running", address=address) from error
    if not (home / MARKER).exists() and any(path.name not in HARMLESS for path in home.iterdir()):
        os.close(handle)
        raise Conflict("demo.home_in_use", home=str(home))
    return handle


def logins_text(server: Server) -> list[str]:
    """The address and the logins of this home, as lines."""
    wall = f"The wall screen is {server.base}/wall/ (sign in as duty; phones join by the code on it)"
    lines = [f"Muster answers at {server.base}/", wall, "", f"{'login':<12}{'password':<20}role"]
    for login, one in read_logins(server.home).items():
        if login in SHOWN_ROLES:
            lines.append(f"{login:<12}{one['password']:<20}{one['role'].replace('_', ' ')}")
    return [*lines, f"(all logins: {server.home / LOGINS_FILE})", ""]


def run_demo(
    home: Path, scenario_name: str, pace: Pace, port: int, plays: bool, say: Callable[[str], None], host: str = LOOPBACK
) -> bool:
    """Everything from an empty folder to Ctrl-C. True when the scenario was played and every assertion held.

    `host` is the address of this machine to answer at; phones join by one that they can reach."""
    scenario = load_scenario(scenario_name)
    free_port(host)
    with ExitStack() as stack:
        stack.callback(os.close, lock_home(home))
        if not (home / LOGINS_FILE).exists():
            say("Making the demonstration district: 3,000 invented people, 40 past callouts (about 10 seconds) ...")
            build_home(home)
        scenario = next_start(scenario, home, count=plays)
        gateway, trap = Gateway(gateway_key(home)), Trap()
        stack.callback(gateway.close)
        stack.callback(trap.close)
        hand = ClockHand(home, scenario.at(-1), 1.0)
        server = stack.enter_context(serving(home, port=port, host=host, **surroundings(gateway, trap)))
        for line in logins_text(server):
            say(line)
        held = _play(scenario, server, gateway, trap, hand, pace, say) if plays else True
        have_plans_proved(server)
        say(f"The system keeps running at {server.base}/ for looking around. Ctrl-C ends it.")
        while server.alive:
            time.sleep(0.5)
    return held


def have_plans_proved(server: Server) -> None:
    """The head asks for the proof of every plan, as every night does in a home that lives in real time; the solve lane answers
    while people look around."""
    with closing(Browser(server.base, "head")) as head:
        head.sign_in("head", read_logins(server.home)["head"]["password"])
        page = head.open("/readiness/")
        form = page.markup.form_with("template")
        if form is not None:
            head.submit(page, form)


def _play(
    scenario: Scenario,
    server: Server,
    gateway: Gateway,
    trap: Trap,
    hand: ClockHand,
    pace: Pace,
    say: Callable[[str], None],
) -> bool:
    """Play with the people of a seed that is the same every time, then let the clock run on at its natural pace."""
    began = time.monotonic()

    def tell(minute: float, line: str) -> None:
        say(f"T+{int(minute):03d}  {line}")

    seen = play(scenario, DEMO_SEED, server, gateway, trap, hand, pace=pace, tell=tell)
    hand.set(scenario.at(scenario.desk["pay"]), 1.0)
    result = judge(scenario, DEMO_SEED, seen, time.monotonic() - began)
    for line in result.lines():
        say(line)
    return result.passed
