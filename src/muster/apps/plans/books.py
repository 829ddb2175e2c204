"""What is on the books at one moment, read once for as many plans as are asked about, and a plan as a problem upon it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from muster.apps.maps.reads import Roads, roads_at
from muster.apps.people.models import Capability
from muster.apps.people.reads import MemberArrays, member_arrays
from muster.apps.plans.shipped import Spot, Template, spots
from muster.apps.plans.ways import UNKNOWN_HOME_MINUTES, UNKNOWN_HOME_SPREAD, quickest, usable_of
from muster.apps.service.reads import Turnout, availability_at, committed_ids, turnout
from muster.planning.arrays import Bools, Floats
from muster.planning.arrival import Trip, arrival_law
from muster.planning.problem import Candidates, Need, Problem


@dataclass(frozen=True, slots=True, eq=False)
class Books:
    """Everything that does not depend on the plan, as of `at`; arrays (N,) in the order of `arrays.ids`.

    usable: may be called at all; busy: on another call; off: not available by their week; later_minutes: by their week too
    bits: capability slug -> bit; trips: ways already worked out, by the letters of the muster points
    """

    at: datetime
    arrays: MemberArrays
    said: Turnout
    roads: Roads
    usable: Bools
    busy: Bools
    off: Bools
    later_minutes: Floats
    bits: dict[str, int]
    trips: dict[tuple[Spot, ...], Trip] = field(default_factory=dict)
    places: dict[tuple[str, ...], tuple[Spot, ...]] = field(default_factory=dict)

    def spots(self, letters: Sequence[str]) -> tuple[Spot, ...]:
        """Where people report, as `shipped.spots`."""
        key = tuple(letters)
        if key not in self.places:
            self.places[key] = spots(self.arrays, key)
        return self.places[key]

    def trip(self, points: tuple[Spot, ...]) -> Trip:
        """Everybody's way to the quickest of the points."""
        if points not in self.trips:
            self.trips[points] = trip_of(self.roads, self.arrays, points)
        return self.trips[points]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A template as a problem at one moment. `slugs`: capability bit -> slug; `touch`: what the plan hangs on, see
    `touch_of`."""

    template: Template
    problem: Problem
    arrays: MemberArrays
    spots: tuple[Spot, ...]
    slugs: dict[int, str]
    roster_hash: str
    model_version: str
    touch: str


def books_at(at: datetime, roads: Roads | None = None) -> Books | None:
    """The books as of `at`, over these roads or those of the moment; None while nobody is on them."""
    arrays = member_arrays(at)
    if not len(arrays):
        return None
    weeks = availability_at(arrays.ids, at)
    return Books(
        at=at,
        arrays=arrays,
        said=turnout(arrays.ids, at),
        roads=roads or roads_at(at),
        usable=usable_of(arrays),
        busy=np.isin(arrays.ids, np.array(sorted(committed_ids(at, exercises=False)), np.int64)),
        off=weeks.off,
        later_minutes=weeks.minutes,
        bits=dict(Capability.objects.values_list("slug", "bit")),
    )


def case_of(template: Template, at: datetime, books: Books | None = None) -> Case | None:
    """The problem of everybody on the books who could be called at `at`; None while nobody is on them."""
    books = books or books_at(at)
    return None if books is None else case_on(template, books)


def case_on(template: Template, books: Books) -> Case:
    """The template as a problem on these books."""
    arrays, said, points = books.arrays, books.said, books.spots(template.points)
    offset, mu, sigma = arrival_law(said.preparation, books.trip(points))
    candidates = Candidates(
        show=said.show,
        offset_minutes=offset + books.later_minutes,
        mu=mu,
        sigma=sigma,
        caps=arrays.caps,
        available=books.usable & ~books.busy & ~books.off,
        town=arrays.town.astype(np.int16),
    )
    needs = tuple(Need(books.bits[need.capability], need.people, need.due_minutes) for need in template.needs)
    return Case(
        template=template,
        problem=Problem(candidates, needs, template.target, said.rho, said.rho_town),
        arrays=arrays,
        spots=points,
        slugs={bit: slug for slug, bit in books.bits.items()},
        roster_hash=_hash(template, candidates, points, said.model_version, books.roads.key),
        model_version=said.model_version,
        touch=touch_of(template, books, points),
    )


def trip_of(roads: Roads, arrays: MemberArrays, points: tuple[Spot, ...]) -> Trip:
    """Without any known home there is no point to assume either: everybody is taken as far out."""
    if not points:
        return Trip(np.full(len(arrays), UNKNOWN_HOME_MINUTES), np.full(len(arrays), UNKNOWN_HOME_SPREAD))
    minutes, spread, _ = quickest(roads, arrays, points)
    return Trip(minutes, spread)


def _hash(template: Template, people: Candidates, points: tuple[Spot, ...], model: str, roads: str) -> str:
    digest = hashlib.sha256(repr((template, points, model, roads)).encode())
    for part in (
        people.caps,
        people.available,
        people.offset_minutes,
        np.round(people.mu, 6),
        np.round(people.show, 9),
    ):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()


def touch_of(template: Template, books: Books, points: tuple[Spot, ...]) -> str:
    """What this plan hangs on, as one text: a change that leaves it as it is does not touch the plan.

    The plan itself (needs, target, muster points), the response model, and of everybody who holds a capability that it asks
    for: who he is, which of them, whether he may be called and is free, and his minutes on the road. Who holds none of them
    can come and go, and a road can close on which none of these people drives. Left out on purpose is what the clock alone
    moves (the part of the day, what people say about their week): else every plan would be touched every few hours.
    """
    mask = np.uint64(sum(1 << bit for bit in {books.bits[need.capability] for need in template.needs}))
    able = np.flatnonzero((books.arrays.caps & mask) != 0)
    digest = hashlib.sha256(repr((template.needs, template.target, points, books.said.model_version)).encode())
    minutes = books.trip(points).minutes[able]
    for part in (
        books.arrays.ids[able],
        (books.arrays.caps & mask)[able],
        (books.usable & ~books.busy)[able],
        np.round(minutes, 3),
    ):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()
