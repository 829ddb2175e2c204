"""The district's past: callouts of the last years, lived through by the same people who will answer next time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from muster.core.geo import distances_km
from muster.core.units import part_of_day
from muster.exercise.data import read
from muster.exercise.district.make import District
from muster.exercise.truth.behaviour import Conduct, Say, conduct
from muster.exercise.truth.day import Day, day_of
from muster.exercise.truth.nature import nature_of

CALLOUTS = 40
SPAN_DAYS = 900
QUIET_DAYS = 20  # before the exercise
CALLED = (90, 320)
CHANNELS, CHANNEL_SHARES = ("sms", "voice"), (0.85, 0.15)


@dataclass(frozen=True, slots=True)
class PastRow:
    """`member` indexes the district's people; minutes from the call, None where it did not happen."""

    ref: str
    called_at: datetime
    member: int
    channel: str
    delivered: bool
    reply: str
    reply_minutes: float | None
    arrived_minutes: float | None


def _row(ref: str, at: datetime, member: int, channel: str, done: Conduct) -> PastRow:
    heard = [w for w in done.words if w.say is not Say.MUMBLE]
    if heard:
        reply = "accepted" if heard[-1].say is Say.ACCEPT else "declined"
    else:
        reply = "accepted" if done.arrives is not None else "none"
    said = round(heard[0].minutes, 2) if heard else None
    arrived = None if done.arrives is None or reply != "accepted" else round(done.arrives, 2)
    return PastRow(ref, at, member, channel, done.delivered, reply, said, arrived)


def _callout(district: District, number: int, at: datetime, rng: np.random.Generator) -> list[PastRow]:
    spec = read("district")
    towns = tuple(t["code"] for t in spec["towns"])
    day: Day = day_of(("past", district.seed, number), towns)
    place = spec["muster_points"][int(rng.integers(len(spec["muster_points"])))]
    people = district.people
    km = distances_km([p.lon for p in people], [p.lat for p in people], place["lon"], place["lat"])
    able = np.array([bool(p.holdings) for p in people])
    weight = np.exp(-km / 8.0) * able
    size = min(int(rng.integers(*CALLED)), int(able.sum()))
    called = np.sort(rng.choice(len(people), size, replace=False, p=weight / weight.sum()))
    rows = []
    for index in called:
        person = people[index]
        channel = str(rng.choice(CHANNELS, p=CHANNEL_SHARES))
        home = person.team or str(person.village)
        nature = nature_of(district.seed, person.number, home, bool(person.team))
        town = district.ground.villages[person.village].town
        done = conduct(
            ("past", district.seed, number), person.number, nature, day,
            part=part_of_day(at), town=town, distance_km=float(km[index]), channel=channel,
        )  # fmt: skip
        rows.append(_row(f"P{number:03d}", at, int(index), channel, done))
    return rows


def make_past(district: District) -> list[PastRow]:
    """About 8,000 alerts of 40 callouts at all hours, oldest first, the last QUIET_DAYS before the exercise."""
    rng = np.random.default_rng([district.seed, 4])
    days = np.sort(rng.uniform(QUIET_DAYS, SPAN_DAYS, CALLOUTS))[::-1]
    rows = []
    for number, back in enumerate(days, start=1):
        at = (district.start - timedelta(days=float(back))).replace(second=0, microsecond=0)
        rows += _callout(district, number, at, rng)
    return rows
