"""The virtual members: phones that ring, people who answer, set out, arrive, or do not."""

from __future__ import annotations

import heapq
import math
import re
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Literal

from muster.core.units import part_of_day
from muster.exercise.data import read
from muster.exercise.district.folk import PersonData
from muster.exercise.district.make import District
from muster.exercise.district.roads import road_km
from muster.exercise.gateway import Text
from muster.exercise.scenario import Scenario
from muster.exercise.truth.behaviour import DETOUR, Conduct, Say, Word, conduct
from muster.exercise.truth.chance import stream
from muster.exercise.truth.day import day_of
from muster.exercise.truth.nature import nature_of

Kind = Literal["report", "text", "page", "arrive"]
FAR_KM = 60.0  # stands for a way that does not exist, so that all else is drawn as ever
SAYS_SO_MINUTES = 1.0  # after he heard that no road is left
TURN_BACK_MINUTES = 3.0  # who is that close comes the rest of the way
REPORT_MINUTES = (0.05, 0.4)
ACCEPTS, DECLINES = ("1", "1", "１", "1 到", "1。"), ("2", "2", "２", "2 走不开")
MUMBLES = ("在吗？", "什么情况", "等一下")
_LINK = re.compile(r"https?://\S+/r/[A-Za-z0-9_-]+")
_POINT = re.compile(r"(?:到|at )([A-Z])(?![A-Za-z])")
_CALL = re.compile(r"回1|Reply 1")


@dataclass(frozen=True, slots=True)
class Event:
    """Something a member or his phone does `minutes` after T0. `word` and `link` only where they are needed."""

    minutes: float
    kind: Kind
    person: PersonData
    ref: str = ""  # message id
    good: bool = True  # report: delivered
    word: Word | None = None
    link: str = ""


@dataclass(slots=True)
class Called:
    """What one person knows and does. `arrives` in minutes from T0; None: stays away."""

    person: PersonData
    conduct: Conduct
    since: float
    link: str
    arrives: float | None
    body: str = ""
    channel: str = "sms"
    stuck: bool = False  # would come, and no road is left
    told_off: bool = False
    came: float | None = None


def _refusal(word: Word) -> Word:
    return replace(word, say=Say.DECLINE, reason="other", eta_minutes=None) if word.say is Say.ACCEPT else word


def _at_home(plan: Conduct) -> Conduct:
    """The same person where no road is left: he says that he can not come."""
    return replace(plan, words=tuple(map(_refusal, plan.words)), sets_out=None, arrives=None)


@dataclass
class Crowd:
    """All members of the district on the day of run `seed`."""

    district: District
    scenario: Scenario
    seed: int
    called: dict[str, Called] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)  # members whom somebody plays on his own phone: they do nothing here
    _queue: list[tuple[float, int, Event]] = field(default_factory=list)
    _ways: dict[str, dict[str, float]] = field(default_factory=dict)
    _closed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        towns = tuple(town["code"] for town in read("district")["towns"])
        self._day = day_of(("run", self.seed), towns)
        self._phones = {person.phone: person for person in self.district.people if person.phone}
        self._numbers = {person.number: person for person in self.district.people}
        self._points = {point["letter"]: point for point in read("district")["muster_points"]}
        self._order = count()
        self._part = part_of_day(self.scenario.start)

    def person(self, number: str) -> PersonData:
        return self._numbers[number]

    def hear(self, text: Text, minutes: float) -> None:
        """A message reaches the network at `minutes`: a call the first time, else word not to come."""
        person = self._phones[text.to]
        if not _CALL.search(text.body):
            self._told_off(person, minutes)
            self._report(text, person, minutes, good=True)
            return
        if person.number in self.called:
            return
        plan = self._conduct(person, text.body, "sms")
        self._report(text, person, minutes, good=plan.delivered)
        link = _LINK.search(text.body)
        known = self._start(person, plan, minutes, link.group() if link else "")
        known.body = text.body

    def _report(self, text: Text, person: PersonData, minutes: float, *, good: bool) -> None:
        wait = stream("report", self.seed, person.number, text.body[:12]).uniform(*REPORT_MINUTES)
        self._push(Event(minutes + float(wait), "report", person, ref=text.id, good=good))

    def _told_off(self, person: PersonData, minutes: float) -> None:
        known = self.called.get(person.number)
        if known is None or known.came is not None or known.told_off:
            return
        known.told_off = True
        nearly_there = known.arrives is not None and known.arrives - minutes < TURN_BACK_MINUTES
        if not known.conduct.stubborn and not nearly_there:
            known.arrives = None

    def _conduct(self, person: PersonData, body: str, channel: str) -> Conduct:
        town = self.district.ground.villages[person.village].town
        nature = nature_of(self.district.seed, person.number, person.team or str(person.village), bool(person.team))
        distance = self._distance(person, body)
        plan = conduct(
            ("run", self.seed), person.number, nature, self._day, part=self._part, town=town, channel=channel,
            distance_km=distance if math.isfinite(distance) else FAR_KM,
        )  # fmt: skip
        return plan if math.isfinite(distance) else _at_home(plan)

    def _distance(self, person: PersonData, body: str) -> float:
        """To the muster point named in the message; to the nearest one when none is named."""
        named = _POINT.search(body)
        places = [self._points[named.group(1)]] if named and named.group(1) in self._points else self._points.values()
        return min(self._road_km(place)[person.number] for place in places) / DETOUR

    def _road_km(self, place: dict[str, Any]) -> dict[str, float]:
        """Everybody's way to a muster point along the roads, over the bridges; kept, since all people ask at once."""
        if place["letter"] not in self._ways:
            people = self.district.people
            lon, lat = [p.lon for p in people], [p.lat for p in people]
            told = road_km(self.district.seed, lon, lat, (place["lon"], place["lat"]), self._closed)
            self._ways[place["letter"]] = dict(zip([p.number for p in people], told, strict=True))
        return self._ways[place["letter"]]

    def close_bridges(self, names: tuple[str, ...], minutes: float) -> None:
        """Exactly these bridges are shut from now on. Who has not set out yet goes round, or stays where there is no way;
        who is on the road has found his way across."""
        if names == self._closed:
            return
        self._closed = names
        self._ways.clear()
        for known in self.called.values():
            out = known.conduct.sets_out
            waits = out is not None and known.since + out > minutes and known.came is None
            if waits and not known.told_off and not known.stuck:
                self._think_again(known, minutes)

    def _think_again(self, known: Called, minutes: float) -> None:
        again = self._conduct(known.person, known.body, known.channel)
        known.stuck, known.arrives = again.arrives is None, None
        if again.arrives is not None:
            known.arrives = known.since + again.arrives
            self._push(Event(known.arrives, "arrive", known.person))
        elif any(word.say is Say.ACCEPT and known.since + word.minutes <= minutes for word in known.conduct.words):
            word = Word(minutes + SAYS_SO_MINUTES, Say.DECLINE, page=False, reason="other")
            self._push(Event(word.minutes, "text", known.person, word=word))

    def _start(self, person: PersonData, plan: Conduct, minutes: float, link: str) -> Called:
        arrives = None if plan.arrives is None else minutes + plan.arrives
        known = self.called[person.number] = Called(person, plan, minutes, link, arrives)
        for word in plan.words:
            kind: Kind = "page" if word.page and link else "text"
            self._push(Event(minutes + word.minutes, kind, person, word=word, link=link))
        if arrives is not None:
            self._push(Event(arrives, "arrive", person))
        return known

    def ring(self, number: str, minutes: float, where: str = "") -> Word | None:
        """The desk telephones somebody of its call list. What he says at once, None when nobody picks up."""
        if number in self.taken:
            return None
        person = self._numbers[number]
        known = self.called.get(number)
        if known is None or not known.conduct.delivered:
            plan = self._conduct(person, where, "voice")
            known = self._start(person, plan.spoken(), minutes, "")
            known.conduct, known.body, known.channel = plan, where, "voice"
        return known.conduct.words[0] if known.conduct.delivered and known.conduct.words else None

    def _push(self, event: Event) -> None:
        heapq.heappush(self._queue, (event.minutes, next(self._order), event))

    def next_at(self) -> float | None:
        """When the next thing happens, in minutes from T0."""
        return self._queue[0][0] if self._queue else None

    def about_to_act(self, minutes: float) -> list[str]:
        """Numbers of those who would themselves do something up to `minutes`; reports are their network's."""
        return [e.person.number for at, _n, e in self._queue if at <= minutes and e.kind != "report"]

    def until(self, minutes: float) -> list[Event]:
        """Everything that happens up to `minutes`, in order; people who were told off and stay away do not arrive, and
        those who are taken neither answer nor come."""
        found = []
        while self._queue and self._queue[0][0] <= minutes:
            event = heapq.heappop(self._queue)[2]
            if event.kind != "report" and event.person.number in self.taken:
                continue
            if event.kind == "arrive" and not self._arrives(event):
                continue
            stuck = event.kind in ("text", "page") and self.called[event.person.number].stuck
            found.append(replace(event, word=_refusal(event.word)) if stuck and event.word else event)
        return found

    def _arrives(self, event: Event) -> bool:
        known = self.called[event.person.number]
        if known.came is not None or known.arrives is None or event.minutes < known.arrives:
            return False
        known.came = event.minutes
        return True

    def came(self) -> dict[str, float]:
        """Member number -> minutes from T0 of everybody who stood at a muster point."""
        return {number: known.came for number, known in self.called.items() if known.came is not None}

    def words_of(self, event: Event) -> str:
        """The text a member types."""
        assert event.word is not None
        texts = {Say.ACCEPT: ACCEPTS, Say.DECLINE: DECLINES, Say.MUMBLE: MUMBLES}[event.word.say]
        return str(stream("typed", self.seed, event.person.number, event.minutes).choice(texts))
