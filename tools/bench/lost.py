"""A gateway that loses 30 of 100 texts without a word: is everybody who was called reached, or named as not reached, in time?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tools.bench.figures import Figure

from muster.exercise.browser import Page
from muster.exercise.crowd import Crowd
from muster.exercise.data import read
from muster.exercise.desk import COMMANDER, DUTY, Desk, Look, read_look
from muster.exercise.district.make import make_district
from muster.exercise.engine import gateway_key, quiet, surroundings
from muster.exercise.gateway import Gateway, Trap
from muster.exercise.hand import ClockHand
from muster.exercise.play import FULL_SPEED, Play
from muster.exercise.prepare import read_logins
from muster.exercise.scenario import load_scenario
from muster.exercise.server import Server, fresh_home, serving

MOST_FORGOTTEN = 5.0  # per cent
LOOKED_AT_MINUTES = 4.5  # the desk has to act on it, and on a running clock sending itself takes a while
STEP_MINUTES = 1.5
MOST_TRIES = 6


@dataclass
class Stage:
    """A system with S1 open, whose clock and people are moved by hand: nobody at the desk acts but on order."""

    server: Server
    gateway: Gateway
    crowd: Crowd
    desk: Desk
    play: Play
    minute: float = 0.0

    def go(self, minutes: float, step: float = STEP_MINUTES) -> None:
        """Let so many simulated minutes pass; after each step the system has caught up, its newest answer included."""
        end = self.minute + minutes
        while self.minute < end - 1e-9:
            self.minute = min(end, self.minute + step)
            self.play.hand.set(self.play.scenario.at(self.minute), 0.0, hold=True)  # nothing is solved half done
            self.gateway.hand_in_held(self.desk.base)
            self.crowd.close_bridges(self.gateway.trouble.closed, self.minute)
            self.play._members_act(self.crowd.until(self.minute))
            self.play.hand.hold(False)
            self.settle()
            for text in self.gateway.collect():
                self.crowd.hear(text, self.minute)

    def first_answer(self) -> None:
        """Wait for the first answer; on a machine that is too busy for it in time, the planner is given a minute more."""
        self.settle()
        for _ in range(MOST_TRIES):
            if self.duty()[0].p:
                return
            self.go(1.0, 1.0)

    def settle(self) -> None:
        """Wait until everything that can be sent is sent and everything is solved."""
        self.play._wait_idle()

    def press(self, do: str, what: str) -> Page:
        """One button of the panel; the panel afterwards."""
        commander = self.desk.who(COMMANDER)
        page = commander.open(f"/exercise/{self.desk.incident}/break/")
        form = page.markup.form_with("do", "what")
        if form is None:
            raise LookupError("the panel has no buttons")
        return commander.submit(page, form, {"do": do, "what": what})

    def duty(self) -> tuple[Look, str]:
        """What the duty page says, and all its words in Chinese."""
        page = self.desk.who(DUTY).open(f"/duty/{self.desk.incident}/")
        return read_look(page, self.minute), page.markup.words

    def called(self) -> set[str]:
        """Member numbers of everybody called."""
        return set(self.desk._alerts)

    def approve(self) -> None:
        """The commander presses the one button; everything is sent."""
        self.settle()
        if not self.desk.approve():
            raise LookupError("nothing to approve")
        self.settle()
        for text in self.gateway.collect():
            self.crowd.hear(text, self.minute)


@contextmanager
def stage(seed: int = 1) -> Iterator[Stage]:
    """A fresh demonstration home with S1 just opened, its clock standing."""
    scenario = load_scenario("S1")
    with ExitStack() as stack:
        home = stack.enter_context(fresh_home())
        gateway, trap = Gateway(gateway_key(home)), Trap()
        stack.callback(gateway.close)
        stack.callback(trap.close)
        hand = ClockHand(home, scenario.at(0), 0.0)
        server = stack.enter_context(serving(home, **surroundings(gateway, trap)))
        desk = Desk(server.base, read_logins(home))
        stack.callback(desk.close)
        crowd = Crowd(make_district(), scenario, seed)
        play = Play(scenario, crowd, desk, gateway, hand, FULL_SPEED, quiet)
        stack.callback(play.close)
        made = Stage(server, gateway, crowd, desk, play)
        spot = next(point["zh"] for point in read("district")["points"] if point["slug"] == scenario.site)
        desk.open_incident(scenario, spot)
        made.first_answer()
        yield made


@dataclass(frozen=True, slots=True)
class Lost:
    """Before five minutes are over: people called, those of them whom a text reached or who answered (as the world outside knows
    it), those whom the call list names."""

    called: set[str]
    reached: set[str]
    named: set[str]

    @property
    def forgotten_per_cent(self) -> float:
        """Neither reached nor named."""
        return 100.0 * len(self.called - self.reached - self.named) / len(self.called)


def measure(on: Stage) -> Lost:
    """Break the gateway, approve, and compare what the desk can see shortly before five minutes are over with what is
    true."""
    on.press("gateway", "lossy")
    on.approve()
    on.go(LOOKED_AT_MINUTES)
    reached = {number for number, known in on.crowd.called.items() if known.conduct.delivered}
    return Lost(on.called(), reached, set(on.desk.call_list()))


def lost_texts(times: int) -> Iterator[Figure]:
    """How many of those called are forgotten when the gateway loses 30 of 100 texts."""
    measured = []
    for seed in range(1, times + 1):
        with stage(seed) as on:
            measured.append(measure(on).forgotten_per_cent)
    yield Figure("gateway loses 30 %: called, not reached, not named", MOST_FORGOTTEN, "%", tuple(measured))
