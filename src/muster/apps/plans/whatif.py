"""What if: the plans with something changed that is not so - a day ahead, a closed bridge, more people, a moved muster point.

Nothing is kept and nobody is told. One plan is solved and certified before and after; all plans together are only counted, on
the same turnouts before and after: whether everybody who could be called would be enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from muster.apps.maps.reads import Roads
from muster.apps.people.reads import capability_masks
from muster.apps.plans.books import Books, Case, case_on
from muster.apps.plans.proving import Late, seed_of
from muster.apps.plans.shipped import Spot, Template
from muster.planning.field import field_of, shortlist, survey
from muster.planning.losses import draw
from muster.planning.outcome import Plan
from muster.planning.problem import Candidates, Problem
from muster.planning.roads.carried import shut
from muster.planning.roads.graph import TRUCK
from muster.planning.roads.network import Network
from muster.planning.solve import solve

COUNTED_TURNOUTS = 1024
GENEROUS = 2.0
MOST_ADDED = 500


@dataclass(frozen=True, slots=True)
class Change:
    """What is supposed. on: certificates as on that day, all else as it is. bridge: way of the network that is closed (-1 for
    none). people: so many more who hold `capability`, each of whom turns out and travels as the median of those who may be
    called. point: letter of the muster point that lies at (lon, lat) instead, degrees WGS-84."""

    on: datetime | None = None
    bridge: int = -1
    people: int = 0
    capability: str = ""
    point: str = ""
    place: tuple[float, float] | None = None

    def __bool__(self) -> bool:
        return self.on is not None or self.bridge >= 0 or self.people > 0 or self.place is not None


@dataclass(frozen=True, slots=True)
class Supposed:
    """A plan before and after. `certified`: both are p_low of a solve, else shares of counted turnouts; called: alerts."""

    template: Template
    before: float
    after: float
    certified: bool
    called_before: int | None = None
    called_after: int | None = None

    @property
    def held(self) -> bool:
        return self.before >= self.template.target

    @property
    def holds(self) -> bool:
        return self.after >= self.template.target


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge that can be supposed closed; `way` in the network."""

    way: int
    name: str


def bridges(network: Network) -> list[Bridge]:
    """Those with a name, in its order."""
    graph = network.graph
    ways = np.unique(graph.way)
    found = [Bridge(int(way), str(graph.names[graph.name[way]])) for way in ways[graph.bridge[ways]]]
    return sorted((one for one in found if one.name), key=lambda one: (one.name, one.way))


def supposed(books: Books, change: Change) -> Books:
    """The books with what belongs to them changed; people are added to each problem instead."""
    arrays, roads = books.arrays, books.roads
    if change.on is not None:
        ahead = capability_masks(change.on)
        caps = np.array([ahead.get(pk, 0) for pk in arrays.ids.tolist()], np.uint64)
        arrays = replace(arrays, caps=arrays.caps & caps)
    if change.bridge >= 0 and roads.network is not None and roads.closed is not None:
        segments = np.flatnonzero(roads.network.graph.way == change.bridge)
        roads = Roads(f"{roads.key}|{change.bridge}", roads.network, shut(roads.network, roads.closed, segments))
    return replace(books, arrays=arrays, roads=roads, trips={}, places={})


def case_if(template: Template, books: Books, change: Change) -> Case:
    """The plan as a problem on books that were made by `supposed`."""
    if change.place is not None:
        key = tuple(template.points)
        books.places[key] = tuple(_moved(spot, change) for spot in books.spots(key))
    case = case_on(template, books)
    if change.people <= 0:
        return case
    bit = books.bits[change.capability]
    return replace(case, problem=_grown(case.problem, change.people, bit))


def _moved(spot: Spot, change: Change) -> Spot:
    if spot.letter != change.point or change.place is None:
        return spot
    return replace(spot, lon=change.place[0], lat=change.place[1])


def _grown(problem: Problem, people: int, bit: int) -> Problem:
    """More people with this capability alone, of no town; usual in everything else."""
    old = problem.candidates
    usual = np.flatnonzero(old.available)
    rows = usual if len(usual) else np.arange(len(old))
    middle = {name: float(np.median(getattr(old, name)[rows])) for name in ("show", "offset_minutes", "mu", "sigma")}
    fresh = {name: np.concatenate([getattr(old, name), np.full(people, value)]) for name, value in middle.items()}
    caps = np.concatenate([old.caps, np.full(people, np.uint64(1) << np.uint64(bit), np.uint64)])
    available = np.concatenate([old.available, np.ones(people, np.bool_)])
    town = np.concatenate([old.town, np.full(people, -1, np.int16)])
    return replace(problem, candidates=Candidates(**fresh, caps=caps, available=available, town=town))


def solved(template: Template, books: Books, change: Change, late: Late | None = None) -> Supposed:
    """One plan, certified before and after. Error: SolveTimeout once `late` says so."""
    seed = seed_of(template, books.at)
    answers = []
    for case in (case_on(template, books), case_if(template, supposed(books, change), change)):
        said = solve(case.problem, seed=seed, deadline=late, repairs=False)
        called = said if isinstance(said, Plan) else said.best
        low = said.certificate.p_low if isinstance(said, Plan) else said.best_p_low
        answers.append((low, len(called.alert)))
    (before, first), (after, second) = answers
    return Supposed(template, before, after, certified=True, called_before=first, called_after=second)


def counted(templates: Sequence[Template], books: Books, change: Change) -> list[Supposed]:
    """All of them, counted only; those that would change sides first, then the worst."""
    changed = supposed(books, change)
    found = []
    for one in templates:
        before, after = case_on(one, books), case_if(one, changed, change)
        shares = _shares(before.problem, after.problem, seed_of(one, books.at))
        found.append(Supposed(one, *shares, certified=False))
    return sorted(found, key=lambda one: (one.held == one.holds, one.holds, one.after - one.template.target))


def _shares(before: Problem, after: Problem, seed: int) -> tuple[float, float]:
    """Of the same people with the same luck, whoever matters before or after; those who are added come last, so that nobody
    else's luck is another one for them."""
    views = survey(before), survey(after)
    people = np.union1d(*(shortlist(view, GENEROUS)[0] for view in views))
    shares = []
    for view in views:
        field = field_of(view, people[people < len(view.problem.candidates)], complete=False)
        shares.append(draw(field, np.arange(field.size), seed, COUNTED_TURNOUTS).p)
    return shares[0], shares[1]


def truck_minutes(roads: Roads, start: tuple[float, float], ends: Sequence[tuple[float, float]]) -> list[float]:
    """Minutes by truck from one place to each of the others over the roads that are open, +inf where there is no way; by
    distance where there is no network."""
    lon, lat = np.array([start[0]]), np.array([start[1]])
    if roads.network is None or roads.closed is None:
        return [float(roads.travel(lon, lat, *end).minutes[0]) for end in ends]
    return [float(roads.network.times(TRUCK, lon, lat, end, roads.closed[TRUCK])[0]) for end in ends]
