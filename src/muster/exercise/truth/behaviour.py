"""What one person does when one message reaches his phone: everything drawn at once, told by minutes from the call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from muster.exercise.truth.chance import logistic, lognormal, stream
from muster.exercise.truth.day import Day
from muster.exercise.truth.nature import Nature

DETOUR = 1.32
FOOT_KM, FOOT_KMH, CAR_KMH, MOPED_KMH = 0.8, 5.0, 33.0, 25.0
REASONS = ("at_work", "out_of_town", "ill", "family", "other")
REASON_SHARES = (0.34, 0.26, 0.08, 0.22, 0.10)
SILENT_WHO_WOULD_COME = 0.03  # of the willing come without a word
SILENT_WHO_WOULD_NOT = 0.52  # of the unwilling never answer
CHANGES_MIND, ANSWERS_TWICE, MUMBLES = 0.012, 0.02, 0.012


class Say(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    MUMBLE = "mumble"


@dataclass(frozen=True, slots=True)
class Word:
    """One answer: `minutes` after the call, by text digit or on the reply page."""

    minutes: float
    say: Say
    page: bool
    reason: str = ""
    eta_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Conduct:
    """`words` in order of time; `sets_out` and `arrives` None when he does not come.

    `stubborn`: comes although he was told not to; `by_qr`: checks himself in by the printed code."""

    delivered: bool
    words: tuple[Word, ...]
    sets_out: float | None
    arrives: float | None
    stubborn: bool
    by_qr: bool

    def spoken(self) -> Conduct:
        """The same conduct when the answer is given by telephone: no texts and pages follow."""
        return replace(self, words=())


def road_minutes(rng: np.random.Generator, distance_km: float, road: float) -> float:
    """A journey on foot, by moped or by car, with its own luck and the day's roads."""
    own = float(np.exp(0.20 * rng.standard_normal()))
    wheels = MOPED_KMH if rng.random() < 0.3 else CAR_KMH
    speed = FOOT_KMH if distance_km < FOOT_KM else wheels
    return 60.0 * distance_km * DETOUR / speed * own * road


def _reply_delay(rng: np.random.Generator) -> float:
    """Most answer within minutes, some after a while, a few when it is nearly over."""
    draw = rng.random()
    if draw < 0.76:
        return 0.3 + lognormal(rng, 1.7, 0.85)
    if draw < 0.96:
        return 1.0 + lognormal(rng, 7.0, 0.7)
    return 20.0 + lognormal(rng, 25.0, 0.6)


def _ready(rng: np.random.Generator, nature: Nature) -> float:
    """Minutes from the call to the road; now and then somebody must first find a cover for what he does."""
    slow = float(rng.uniform(8.0, 22.0)) if rng.random() < 0.05 else 0.0
    return 1.0 + lognormal(rng, 6.8, 0.42) * nature.brisk + slow


def _words(rng: np.random.Generator, nature: Nature, willing: bool, delay: float, eta: float) -> tuple[Word, ...]:
    silent = SILENT_WHO_WOULD_COME if willing else SILENT_WHO_WOULD_NOT
    if rng.random() < silent:
        return ()
    page = bool(rng.random() < nature.link)
    reason = "" if willing else str(rng.choice(REASONS, p=REASON_SHARES))
    rounded = int(min(60, max(15, 15 * round(eta / 15.0)))) if page else None
    first = Word(delay, Say.ACCEPT if willing else Say.DECLINE, page, reason, rounded if willing else None)
    draw = rng.random()
    if draw < CHANGES_MIND:  # said the other thing first
        other = Word(delay * 0.5, Say.DECLINE if willing else Say.ACCEPT, False, "at_work" if willing else "")
        return (other, first)
    if draw < CHANGES_MIND + ANSWERS_TWICE:
        return (first, Word(delay + float(rng.uniform(0.2, 3.0)), first.say, False, first.reason))
    if draw < CHANGES_MIND + ANSWERS_TWICE + MUMBLES:
        return (Word(delay * 0.7, Say.MUMBLE, False), first)
    return (first,)


def conduct(
    seed: object, number: str, nature: Nature, day: Day, *, part: int, town: str, distance_km: float, channel: str
) -> Conduct:
    """How member `number` takes a call of run `seed` in the day's part `part`, `distance_km` from where he is sent."""
    rng = stream("conduct", seed, number, channel)
    delivered = bool(rng.random() >= day.failure[channel])
    willing = bool(rng.random() < logistic(nature.willing[part] + day.shock + day.towns.get(town, 0.0)))
    comes = willing and bool(rng.random() >= min(0.9, day.no_show * nature.careless)) and town not in day.cut_off
    delay, ready = _reply_delay(rng), _ready(rng, nature)
    journey = road_minutes(rng, distance_km, day.road)
    sets_out = max(delay + 0.5, ready)  # most pack first and answer on the way to the door
    if not delivered:
        return Conduct(False, (), None, None, nature.stubborn, by_qr=False)
    words = _words(rng, nature, willing, delay, ready + journey)
    by_qr = bool(rng.random() < 0.12)
    if not comes:
        return Conduct(True, words, None, None, nature.stubborn, by_qr)
    return Conduct(True, words, sets_out, sets_out + journey, nature.stubborn, by_qr)
