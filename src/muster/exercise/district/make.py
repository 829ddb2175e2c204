"""The whole district as plain data: same seed, same district."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from muster.exercise.data import read
from muster.exercise.district.folk import FirmData, PersonData, make_firms, make_people
from muster.exercise.district.ground import Ground, make_ground
from muster.exercise.scenario import load_scenario


@dataclass(frozen=True, slots=True)
class District:
    """`start` is the moment (UTC) around which certificates and away notices were laid; `patrol` are the
    member numbers that stand on river patrol then."""

    seed: int
    start: datetime
    ground: Ground
    firms: tuple[FirmData, ...]
    people: tuple[PersonData, ...]
    patrol: frozenset[str]


def _with_leads(people: tuple[PersonData, ...]) -> tuple[PersonData, ...]:
    """One lead per unit: the first team leader serving there, else the first member."""
    leads: dict[tuple[str, int], PersonData] = {}
    for person in people:
        unit = (person.team, -1) if person.team else ("", person.village)
        able = any(h.capability == "team_leader" for h in person.holdings)
        held = leads.get(unit)
        if held is None or (able and not any(h.capability == "team_leader" for h in held.holdings)):
            leads[unit] = person
    chosen = {person.number for person in leads.values()}
    return tuple(replace(p, is_lead=True) if p.number in chosen else p for p in people)


@functools.lru_cache(maxsize=4)
def make_district(seed: int | None = None, count: int | None = None) -> District:
    """The demonstration district, or another of `count` people from another seed."""
    spec = read("district")
    seed = spec["seed"] if seed is None else seed
    start = load_scenario("S1").start.astimezone(UTC)
    ground = make_ground(seed)
    rng = np.random.default_rng([seed, 3])
    firms = tuple(make_firms(rng))
    people = _with_leads(make_people(ground.villages, len(firms), start, seed, count or spec["members"]))
    free = [p.number for p in people if not p.suspended and not p.away]
    patrol = rng.choice(len(free), min(spec["committed_elsewhere"], len(free)), replace=False)
    return District(seed, start, ground, firms, people, frozenset(free[i] for i in patrol))
