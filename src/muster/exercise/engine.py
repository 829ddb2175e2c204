"""One run of a scenario, from a fresh home to the verdict."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from muster.core.errors import Unavailable
from muster.exercise.audit import ask, journal_holds
from muster.exercise.crowd import Crowd
from muster.exercise.data import read
from muster.exercise.desk import Desk
from muster.exercise.district.make import make_district
from muster.exercise.gateway import Gateway, Trap
from muster.exercise.hand import ClockHand
from muster.exercise.phones import Phones
from muster.exercise.play import FULL_SPEED, Pace, Play
from muster.exercise.prepare import read_logins
from muster.exercise.scenario import Scenario, next_start
from muster.exercise.server import Server, environment, fresh_home, serving
from muster.exercise.trouble import WHOLE, Trouble
from muster.exercise.verdict import LATE_MINUTES, Assertion, Evidence, assertions, outcome
from muster.jobs.clock import MARKER

PAGE_SECONDS = 15.0  # a running clock goes on while a busy machine notes somebody's arrival


@dataclass(frozen=True, slots=True)
class Result:
    """What one run came to. `outcome` holds needs_met, stated_p and the figures beside them."""

    scenario: str
    seed: int
    assertions: tuple[Assertion, ...]
    outcome: dict[str, Any]
    seconds: float

    @property
    def passed(self) -> bool:
        return all(one.holds for one in self.assertions)

    def as_json(self) -> dict[str, Any]:
        """The contract's object; equal for equal seeds but for `seconds`."""
        figures = {key: value for key, value in self.outcome.items() if key not in ("needs_met", "stated_p")}
        return {
            "scenario": self.scenario,
            "seed": self.seed,
            "passed": self.passed,
            "assertions": [one.shown() for one in self.assertions],
            "needs_met": self.outcome["needs_met"],
            "stated_p": self.outcome["stated_p"],
            "outcome": figures,
            "seconds": round(self.seconds, 1),
        }

    def lines(self) -> list[str]:
        """What came of it, for people: a line per assertion, then what the posts and the promise came to."""
        told = [f"  {'held  ' if one.holds else 'BROKEN'}  {one.name}: {one.measured}" for one in self.assertions]
        met = "all posts filled in time" if self.outcome["needs_met"] else "not all posts filled in time"
        stated = self.outcome["stated_p"]
        promise = "no chance was promised" if stated is None else f"promised {stated:.3f}"
        return [*told, f"  {met}; {promise}; {self.outcome['came']} came"]


def quiet(_minute: float, _line: str) -> None:
    """Tell nothing."""


def surroundings(gateway: Gateway, trap: Trap) -> dict[str, str]:
    """Settings of the server of an exercise: our gateway for exercises, a trap where a real one would be."""
    phone = read("district")["desk_phone"]
    return {"MUSTER_EXERCISE_SMS_URL": gateway.url, "MUSTER_SMS_URL": trap.url, "MUSTER_DESK_PHONE": phone}


def gateway_key(home: Path) -> str:
    """The key that home and gateway share."""
    return str(json.loads((home / "secrets.json").read_text(encoding="ascii"))["gateway_key"])


def run_once(
    scenario: Scenario,
    seed: int,
    *,
    home: Path | None = None,
    pace: Pace = FULL_SPEED,
    tell: Callable[[float, str], None] = quiet,
    trouble: str = WHOLE,
) -> Result:
    """Play `scenario` with the people of `seed`, in a fresh home or in `home` (an exercise home with the district), over a
    gateway with this `trouble` from the first text on."""
    began = time.monotonic()
    if home is not None and not (home / MARKER).exists():
        raise Unavailable("exercise.not_an_exercise_home", home=str(home))
    with ExitStack() as stack:
        folder = stack.enter_context(fresh_home() if home is None else nullcontext(home))
        gateway, trap = Gateway(gateway_key(folder)), Trap()
        gateway.trouble = Trouble(trouble)
        stack.callback(gateway.close)
        stack.callback(trap.close)
        if home is not None:
            scenario = next_start(scenario, home)
        hand = ClockHand(folder, scenario.at(-1), 0.0)
        server = stack.enter_context(serving(folder, **surroundings(gateway, trap)))
        seen = play(scenario, seed, server, gateway, trap, hand, pace=pace, tell=tell)
    return judge(scenario, seed, seen, time.monotonic() - began)


def play(
    scenario: Scenario,
    seed: int,
    server: Server,
    gateway: Gateway,
    trap: Trap,
    hand: ClockHand,
    *,
    pace: Pace,
    tell: Callable[[float, str], None],
) -> Evidence:
    """Play against a running server and gather what was seen of it."""
    district = make_district()
    crowd = Crowd(district, scenario, seed)
    desk = Desk(server.base, read_logins(server.home))
    phones = Phones(server.base, gateway_key(server.home))
    game = Play(scenario, crowd, desk, gateway, hand, pace, tell, phones)
    try:
        game.run()
        desk.review()
        paid, days = desk.pay_sheet()
        tell(scenario.desk["pay"], f"pay sheet: {len(paid)} people")
    finally:
        desk.close()
    by_phone = {number: scenario.minute(at) for number, at in phones.came(desk.incident).items()}
    own = environment(server.home)
    return Evidence(
        district=district,
        start=scenario.start,
        came={**crowd.came(), **by_phone},
        bodies=[(text.body, text.exercise) for text in gateway.everything()],
        trapped=trap.caught,
        doubled=gateway.doubled,
        paid=paid,
        days=days,
        books=ask(own, desk.incident),
        journal_holds=journal_holds(own, server.home),
        looks=desk.looks,
        lost=frozenset(person.number for person in district.people if person.phone in gateway.lost),
        rung=frozenset(game.rung),
        listed=game.listed,
        stood_down=scenario.desk["stand_down"],
        slack=LATE_MINUTES + pace.speed * PAGE_SECONDS / 60.0,
    )


def judge(scenario: Scenario, seed: int, seen: Evidence, seconds: float) -> Result:
    """Assertions and outcome of what was seen."""
    figures = outcome(seen, people=scenario.target_people, minute=scenario.target_minute)
    return Result(scenario.slug, seed, tuple(assertions(seen)), figures, seconds)
