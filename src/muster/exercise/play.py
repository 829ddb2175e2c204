"""Playing a scenario: the clock moves, members act, the desk answers, until everybody has gone home and is paid.

At full speed the clock stands still and is moved from tick to tick; each tick is over when the system has caught up, so
that the same seed gives the same run. At N times real time it runs, and things happen when it gets there.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx

from muster.core.errors import Unavailable
from muster.exercise.browser import Browser
from muster.exercise.crowd import Crowd, Event
from muster.exercise.data import read
from muster.exercise.desk import DUTY, Desk
from muster.exercise.gateway import Gateway
from muster.exercise.hand import ClockHand
from muster.exercise.phones import Phones
from muster.exercise.scenario import Scenario
from muster.exercise.trouble import Trouble
from muster.exercise.truth.behaviour import Say

# (until minute, tick in minutes): short while answers pour in, longer when little happens
LADDER = ((4.0, 0.5), (12.0, 1.0), (32.0, 2.0), (64.0, 4.0), (1e9, 5.0))
DUE_MINUTES = (25.0, 40.0, 45.0, 60.0)  # ticks fall on these, so that nobody is noted late by a coarse tick
LOOK_MINUTES = 4.0  # the longest tick before a due time, so that there is one within it
LOOK_EVERY_MINUTES = 0.9
IDLE_SECONDS = 120.0
POLL_SECONDS, LONGEST_POLL_SECONDS = 0.02, 0.2
LIVE_STEP_SECONDS, SLOW_SECONDS = 0.25, 1.0
APPROVE_EVERY_MINUTES = 2.0  # a commander does not sit with his finger on the button
RELEASE_FROM_MINUTE, RELEASE_EVERY_MINUTES = 12.0, 5.0  # earlier the forecast still swings


@dataclass(frozen=True, slots=True)
class Pace:
    """`live_until`: minute up to which the clock runs at `speed`; afterwards it moves from event to event, resting
    `rest_seconds` at each so that one can watch. Full speed: live_until 0, rest 0."""

    speed: float = 0.0
    live_until: float = 0.0
    rest_seconds: float = 0.0


FULL_SPEED = Pace()


def demo_pace(speed: float) -> Pace:
    """The demonstration: `speed` x real to T+10, then from event to event."""
    return Pace(speed, 10.0, 1.2)


def steady_pace(speed: float) -> Pace:
    """`speed` x real to the end."""
    return Pace(speed, 1e9, 0.0)


@dataclass
class Play:
    """One run. `tell` is called with a line for people whenever something worth watching happens."""

    scenario: Scenario
    crowd: Crowd
    desk: Desk
    gateway: Gateway
    hand: ClockHand
    pace: Pace
    tell: Callable[[float, str], None]
    phones: Phones | None = None
    approved: bool = False
    _phone: Browser = field(init=False)
    _http: httpx.Client = field(init=False)
    _acts: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    _calls: list[str] = field(default_factory=list)
    rung: set[str] = field(default_factory=set)
    listed: frozenset[str] = frozenset()  # on the call list at the stand-down, where texts were lost
    _next_call: float = 0.0
    _next_approval: float = 0.0
    _weak: bool = False  # what was approved last did not reach its target
    _next_release: float = RELEASE_FROM_MINUTE
    _stood_down: bool = False
    _over: bool = False
    _live: bool = False
    _paused: bool = False
    _looked: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._phone = Browser(self.desk.base, "member")
        self._http = httpx.Client(timeout=30.0, trust_env=False)
        plan = self.scenario.desk
        self._acts = [
            (plan["roll_call"], self._roll_call),
            (plan["stand_down"], self._end_callout),
            (plan["leave"], self._leave),
            (plan["close"], self._close),
        ]

    def run(self) -> None:
        """From the call to the pay sheet."""
        try:
            self.hand.set(self.scenario.at(0), self.pace.speed)
            spot = next(p["zh"] for p in read("district")["points"] if p["slug"] == self.scenario.site)
            self.desk.open_incident(self.scenario, spot)
            self.tell(0.0, "incident opened")
            self._wait_idle()
            for minute in self._ticks():
                self._tick(minute)
                if self._over:
                    return
        finally:
            self.close()

    def close(self) -> None:
        """Put the telephones down."""
        self._phone.close()
        self._http.close()

    # --- time ------------------------------------------------------------------------------------------
    def _ticks(self) -> Iterator[float]:
        """Minutes at which something is done."""
        minute = 0.0
        while True:
            self._live = minute < self.pace.live_until
            if self._live:
                minute = self._live_minute()
            else:
                minute = self._next_minute(minute)
                self.hand.set(self.scenario.at(minute), 0.0, hold=True)
                time.sleep(self.pace.rest_seconds)
            yield minute

    def _live_minute(self) -> float:
        """Let the clock run for a moment. Where the last tick took long, the clock rests during the next one: on a slow
        machine the show gets slower, instead of everybody seeming to answer late."""
        late = time.monotonic() - self._looked > SLOW_SECONDS
        self.hand.set(self.hand.now(), self.pace.speed)
        time.sleep(LIVE_STEP_SECONDS)
        self._looked = time.monotonic()
        if late:
            self.hand.set(self.hand.now(), 0.0)
        return self.scenario.minute(self.hand.now())

    def _next_minute(self, minute: float) -> float:
        """The next tick of the ladder; quiet stretches are skipped."""
        step = next(step for until, step in LADDER if minute < until)
        ahead = (int(minute / step + 1e-9) + 1) * step
        stops = [
            due for due in (*DUE_MINUTES, *(at for at, _ in self._acts), self.scenario.desk["approve"]) if due > minute
        ]
        waiting = [at for at in (self.crowd.next_at(), self._next_call if self._calls else None) if at is not None]
        if self.approved and waiting and min(waiting) > ahead and minute > max(DUE_MINUTES):
            ahead = (int(min(waiting) / step) + 1) * step
        elif self.approved and not waiting and minute > max(DUE_MINUTES):
            ahead = min(stops, default=ahead)
        return min([ahead, *stops])

    @property
    def _standing(self) -> bool:
        """Whether the clock stands between ticks: only then does a tick wait for the system."""
        return not self._live and self.hand.speed == 0.0

    def _wait_idle(self, *, solved: bool = True, at_rest: bool = False) -> dict[str, int]:
        """Until the system has caught up, seen twice running, since work may pass between its parts unseen.

        Not `solved`: only until everything is sent. A clock that runs between ticks is never waited for longer than that;
        `at_rest` it is for what is to be solved, not for texts that a slow gateway takes its time for."""
        standing = self._standing or at_rest
        deadline, calm, pause = time.monotonic() + IDLE_SECONDS, 0, POLL_SECONDS
        while True:
            state: dict[str, int] = self._http.get(f"{self.desk.base}/exercise/idle").raise_for_status().json()
            busy = state["outbox"] * (not at_rest) + (state["imports"] + state["unsolved"]) * (solved and standing)
            calm = 0 if busy else calm + 1
            if calm > 1 or (not standing and (calm or self.hand.speed > 0.0)):
                return state
            if time.monotonic() > deadline:
                raise Unavailable("exercise.never_idle", **state)
            time.sleep(POLL_SECONDS if calm else pause)
            pause = min(LONGEST_POLL_SECONDS, pause * 1.5)

    # --- one tick --------------------------------------------------------------------------------------
    def _tick(self, minute: float) -> None:
        while self._acts and self._acts[0][0] <= minute:
            self._acts.pop(0)[1]()
            if self._over:
                return
        self.gateway.hand_in_held(self.desk.base)
        self.crowd.close_bridges(self.gateway.trouble.closed, minute)
        self._leave_to_phones(self.crowd.about_to_act(minute))
        events = self.crowd.until(minute)
        if events:
            self._rest()
        self._members_act(events)
        self._go_on()
        self._telephone(minute)
        self._hold(False)
        state = self._wait_idle()
        self._hold(True)
        if self._decide(minute, self._newest(state)):
            self._wait_idle(solved=False)
        self._look(minute)
        if self.pace.rest_seconds:  # somebody is watching: he shall see the newest number while the clock rests
            self._hold(False)
        for text in self.gateway.collect():
            self.crowd.hear(text, minute)

    def _look(self, minute: float) -> None:
        """Shortly before a line falls due somebody at the desk looks at the duty page."""
        due = next((due for due in DUE_MINUTES if minute < due), None)
        if not self.approved or due is None or minute < due - LOOK_MINUTES:
            return
        before = self.desk.looks.get(due)
        if before is None or minute - before.minute >= LOOK_EVERY_MINUTES:
            self.desk.look(due, minute)

    def _rest(self) -> None:
        """A running clock stands while something is done: at twenty times life a second of work would look like people
        who have been silent for a third of a minute."""
        self._paused = self._live and self.hand.speed > 0.0
        if self._paused:
            self.hand.set(self.hand.now(), 0.0)

    def _go_on(self) -> None:
        if self._paused:
            self.hand.set(self.hand.now(), self.pace.speed)
            self._paused = False

    def _newest(self, state: dict[str, int]) -> dict[str, int]:
        """The same counts once all that has been said is in the number: nobody approves by one that is being replaced."""
        if self._live and self._would_approve(self.scenario.minute(self.hand.now()), state):
            self._rest()
            state = self._wait_idle(at_rest=True)
            self._go_on()
        return state

    def _hold(self, hold: bool) -> None:
        if self._standing:
            self.hand.hold(hold)

    def _would_approve(self, minute: float, state: dict[str, int]) -> bool:
        in_vain = (
            state.get("weak", 0) > 0 and self._weak
        )  # nobody calls ever more people with whom it still does not do
        due = not self._stood_down and minute >= max(self._next_approval, self.scenario.desk["approve"])
        return due and state["proposed"] > 0 and not in_vain

    def _decide(self, minute: float, state: dict[str, int]) -> bool:
        """The commander looks at what is proposed. True when something was sent."""
        if self._stood_down or minute < self.scenario.desk["approve"]:
            return False
        if self._would_approve(minute, state) and self.desk.approve():
            self._weak = state.get("weak", 0) > 0
            self.tell(minute, "callout approved" if not self.approved else "replacements approved")
            self.approved, self._next_approval = True, minute + APPROVE_EVERY_MINUTES
            self._calls = [n for n in self.desk.call_list() if n not in self.rung]
            self._next_call = max(self._next_call, minute + 0.5)
            return True
        if self.approved and state["releasable"] and minute >= self._next_release:
            told = self.desk.release()
            self._next_release = minute + RELEASE_EVERY_MINUTES
            if told:
                self.tell(minute, f"{told} people released before setting out")
            return told > 0
        return False

    # --- members ---------------------------------------------------------------------------------------
    def _leave_to_phones(self, numbers: list[str]) -> None:
        """Whoever is played by somebody on his own phone is not played here."""
        if self.phones is not None:
            self.crowd.taken |= self.phones.silent_among(self.desk.incident, numbers)

    def _members_act(self, events: list[Event]) -> None:
        cut_off = self.gateway.trouble.cuts_off
        events = [e for e in events if e.kind == "arrive" or not cut_off(e.person.phone)]
        reports = [e for e in events if e.kind == "report"]
        failed = [e for e in reports if not e.good]
        if reports:
            rows = [
                {"id": e.ref, "status": "delivered" if e.good else "failed", "detail": "" if e.good else "absent"}
                for e in reports
            ]
            self.gateway.hand_in(self.desk.base, "reports", rows)
        if failed:
            self._calls = [n for n in self.desk.call_list() if n not in self.rung]
        self._answer([e for e in events if e.kind in ("text", "page")])
        self._arrive([e for e in events if e.kind == "arrive"])

    def _answer(self, events: list[Event]) -> None:
        """Texts are handed in together, then pages are opened; who does both in one tick keeps his own order."""
        pages = [e for e in events if e.kind == "page"]
        both = {e.person.number for e in pages}
        self._hand_in([e for e in events if e.kind == "text" and e.person.number not in both])
        for event in (e for e in events if e.person.number in both):
            if event.kind == "page":
                self._on_page(event)
            else:
                self._hand_in([event])

    def _hand_in(self, events: list[Event]) -> None:
        rows = [
            {
                "id": f"{self.crowd.seed}-{e.person.number}-{e.minutes:.4f}",
                "from": e.person.phone,
                "text": self.crowd.words_of(e),
            }
            for e in events
        ]
        if rows:
            self.gateway.hand_in(self.desk.base, "inbound", rows)

    def _on_page(self, event: Event) -> None:
        """Open the link of the message and press the button; a page that asks nothing any more is closed again."""
        word = event.word
        if word is None or word.say is Say.MUMBLE:
            return
        path = event.link.removeprefix(self.desk.base)
        page = self._phone.open(path, expect=0)
        form = page.markup.form_with("answer")
        if form is None:
            return
        choice: dict[str, object] = {"answer": word.say.value}
        if word.eta_minutes is not None and "eta" in form.names():
            choice["eta"] = word.eta_minutes
        if word.reason and "reason" in form.names():
            choice["reason"] = word.reason
        self._phone.submit(page, form, choice, follow=False, expect=303)

    def _arrive(self, events: list[Event]) -> None:
        """Some scan the code on the wall; the others are ticked on a list, by their own town's officer or the desk."""
        lists: dict[str, list[str]] = defaultdict(list)
        for event in events:
            if self.crowd.called[event.person.number].conduct.by_qr and event.person.phone:
                self._scan(event)
            else:
                lists[self._lister(event)].append(event.person.number)
        for login in sorted(lists):
            self.desk.check_in(lists[login], login)

    def _lister(self, event: Event) -> str:
        town = self.crowd.district.ground.villages[event.person.village].town
        return town if town in ("liyu", "taishan") else DUTY

    def _scan(self, event: Event) -> None:
        code = sorted(self.desk.codes().items())[len(event.person.number) % 2][1]
        page = self._phone.open(f"/c/{code}")
        form = page.markup.form_with("phone")
        if form is None:
            raise Unavailable("exercise.no_form", path="/c/", fields="phone")
        self._phone.submit(page, form, {"phone": event.person.phone})

    def _telephone(self, minute: float) -> None:
        """The desk works through its call list, one after the other; while texts are failing it looks at the list anew."""
        if self.approved and not self._stood_down and self.gateway.trouble != Trouble():
            self._calls = [n for n in self.desk.call_list() if n not in self.rung]
        while self._calls and self._next_call <= minute:
            number = self._calls.pop(0)
            self._next_call = max(self._next_call, minute - 1.0) + 1.0 / self.scenario.calls_per_minute
            if number in self.rung or minute > max(DUE_MINUTES):
                continue
            self.rung.add(number)
            if self.gateway.trouble.cuts_off(self.crowd.person(number).phone):
                continue
            self._leave_to_phones([number])
            word = self.crowd.ring(number, minute)
            if word is not None:
                self.desk.enter(number, word)

    # --- the end ---------------------------------------------------------------------------------------
    def _roll_call(self) -> None:
        self.desk.roll_call()
        self.tell(self.scenario.desk["roll_call"], "roll call: everybody answered")

    def _end_callout(self) -> None:
        self._stood_down = True
        if self.gateway.lost:
            self.listed = frozenset(self.desk.call_list())
        self.desk.stand_down()
        self.tell(self.scenario.desk["stand_down"], "stood down")

    def _leave(self) -> None:
        self.desk.leave()

    def _close(self) -> None:
        self._over = True
        self.desk.leave()
        self.desk.close_incident()
        self.tell(self.scenario.desk["close"], "closed: everybody accounted for")
