"""Loss tests of a plan that holds: which single loss breaks it - a member, a village, a town, a channel, a bridge or a road.

Two chances stand beside each loss, counted on the same turnouts with and without it:
left   of those who would be called, the others as they are: what remains of the witness itself
rest   of everybody on the books who could be called instead
A loss "breaks" the plan when `rest` is below the target, so that nobody on the books can save it; "others" have to be called
when only `left` is. A lost road makes people late or leaves them without a way; a lost first channel makes those it reaches
later by the minutes that pass until the next one follows, and by BY_TELEPHONE_MINUTES more where that is the call list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from muster.apps.channels.order import CALL_LIST, steps
from muster.apps.people.models import Unit
from muster.apps.plans.books import Books, Case, books_at, case_on
from muster.apps.plans.models import PlanCheck
from muster.apps.plans.proving import Late, seed_of
from muster.apps.plans.shipped import Template
from muster.planning.arrays import Floats, Ints
from muster.planning.arrival import Trip, arrival_law
from muster.planning.chances import arrived_by
from muster.planning.field import Field, field_of, shortlist, survey
from muster.planning.hall import SUBSET_LINES
from muster.planning.losses import Turnouts, draw, drop_each, later, without
from muster.planning.problem import Candidates
from muster.planning.roads.carried import Carrier, carriers, shut
from muster.planning.roads.travel import RoadTravel
from muster.planning.solve import SolveTimeout

TURNOUTS_CALLED, TURNOUTS_REST = 10_000, 4096
TURNOUTS_MANY_LINES = 400
CELLS_CALLED, CELLS_REST = 2_500_000, 5_000_000
"""Turnouts x people: what a test of seconds allows; a plan that calls many is tested on fewer turnouts."""
BY_TELEPHONE_MINUTES = 20.0
"""Until the towns have rung up, one after the other, those who were to get a text: some 80 calls by seven towns."""
GENEROUS = 2.0
"""Of everybody those are drawn who are likeliest for each line, twice the usual shortlist: nobody else changes the answer."""
MOST_MEMBERS, MOST_UNITS, MOST_ROADS, MOST_ROADS_LARGE = 20, 200, 24, 16
LARGE_NETWORK = 40_000  # edges; each road costs a search over them all
MOST_LISTED = 60

Facts = dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """kind: member, village, town, channel, bridge or road; key: what it is (member or unit id, channel, "lon,lat");
    people: those called whom it concerns; verdict: breaks, others or holds."""

    kind: str
    key: str
    zh: str
    en: str
    people: int
    left: float
    rest: float
    verdict: str

    def facts(self) -> Facts:
        return {name: getattr(self, name) for name in self.__slots__}


def loss_test(template: Template, check: PlanCheck, late: Late | None = None) -> Facts | None:
    """The loss test of an answer that holds, as LossTest keeps it; None when the books are not those of the answer any more.

    Error: SolveTimeout once `late` says so."""
    books = books_at(check.at)
    if books is None:
        return None
    case = case_on(template, books)
    if case.roster_hash != check.roster_hash:
        return None
    alert = case.arrays.rows_of(check.result["alert"])
    return Losses(case, books, alert, seed_of(template, check.at), late).all()


class Losses:
    """The loss test of one witness on one reading of the books; `alert` are rows of the problem."""

    def __init__(self, case: Case, books: Books, alert: Ints, seed: int, late: Late | None = None) -> None:
        self.case, self.books, self.alert = case, books, np.sort(alert)
        self.late = late or (lambda: False)
        view = survey(case.problem)
        self.dues = view.dues
        everybody = np.union1d(shortlist(view, GENEROUS)[0], self.alert)
        called, field = field_of(view, self.alert, complete=False), field_of(view, everybody, complete=False)
        self.called = draw(called, np.arange(called.size), seed, _turnouts(called, TURNOUTS_CALLED, CELLS_CALLED))
        self.rest = draw(field, np.arange(field.size), seed + 1, _turnouts(field, TURNOUTS_REST, CELLS_REST))

    def all(self) -> Facts:
        """Everything, worst first."""
        found = [*self.members(), *self.units(), *self.channels(), *self.roads()]
        found.sort(key=lambda one: (one.rest >= self.target, one.rest if one.rest < self.target else 1.0, one.left))
        return {
            "losses": [one.facts() for one in found[:MOST_LISTED]], "tested": len(found),
            "left": self.called.p, "rest": self.rest.p, "turnouts": len(self.called.good),
            "turnouts_rest": len(self.rest.good),
        }  # fmt: skip

    @property
    def target(self) -> float:
        return self.case.problem.target

    def _loss(self, kind: str, key: str, names: tuple[str, str], people: int, left: float, rest: float) -> Loss:
        if self.late():
            raise SolveTimeout("planning.timeout")
        verdict = "breaks" if rest < self.target else "others" if left < self.target else "holds"
        return Loss(kind, key, *names, people, left, rest, verdict)

    def members(self) -> Iterator[Loss]:
        """Each of those called in one pass, and each of all others whose loss would break the plan; without names."""
        ids = self.case.arrays.ids
        rest = dict(zip(self.rest.field.people.tolist(), drop_each(self.rest).tolist(), strict=True))
        left = dict(zip(self.called.field.people.tolist(), drop_each(self.called).tolist(), strict=True))
        worst = sorted(left, key=lambda row: (left[row], row))[:MOST_MEMBERS]
        missed = sorted((row for row in rest if rest[row] < self.target), key=lambda row: (rest[row], row))
        for row in dict.fromkeys((*worst, *missed[:MOST_MEMBERS])):
            yield self._loss(
                "member", str(ids[row]), ("", ""), int(row in left), left.get(row, self.called.p), rest[row]
            )

    def units(self) -> Iterator[Loss]:
        """Villages and towns that people called live in: the 200 villages with most of them, and every town."""
        arrays = self.case.arrays
        units = {unit.pk: unit for unit in Unit.objects.all()}
        homes = arrays.home_unit[self.alert]
        pks, counts = np.unique(homes[homes >= 0], return_counts=True)
        for place in np.argsort(-counts, kind="stable")[:MOST_UNITS].tolist():
            unit = units[int(pks[place])]
            yield self._gone("village", str(unit.pk), _names(unit), np.flatnonzero(arrays.home_unit == unit.pk))
        by_path = {unit.path: unit for unit in units.values()}
        for index, path in enumerate(arrays.towns):
            if (arrays.town[self.alert] == index).any():
                unit = by_path[path]
                yield self._gone("town", str(unit.pk), _names(unit), np.flatnonzero(arrays.town == index))

    def channels(self) -> Iterator[Loss]:
        """The first channel, over which those with a mobile number are called, and the call list for all others."""
        order, phone = steps(), self.case.arrays.phone
        first = order[0]
        if first.channel != CALL_LIST:
            follows = next((step for step in order[1:] if step.channel != CALL_LIST), None)
            more = first.wait if follows is not None else first.wait + timedelta(minutes=BY_TELEPHONE_MINUTES)
            reached = np.flatnonzero(phone)
            yield self._late("channel", first.channel, ("", ""), reached, self._delayed(reached, more))
        listed = np.flatnonzero(~phone)
        if np.isin(listed, self.alert).any():
            yield self._gone("channel", CALL_LIST, ("", ""), listed)

    def _delayed(self, rows: Ints, wait: timedelta) -> Floats:
        people = self.case.problem.candidates
        offset = people.offset_minutes[rows] + wait.total_seconds() / 60
        return self._arrivals(rows, offset, people.mu[rows], people.sigma[rows])

    def roads(self) -> Iterator[Loss]:
        """Bridges and pieces of road that carry somebody who would be called, each closed by itself."""
        roads, arrays = self.books.roads, self.case.arrays
        if roads.network is None or roads.closed is None or not self.case.spots:
            return
        found = [piece for piece in self._carriers() if len(piece.people)]
        most = MOST_ROADS_LARGE if len(roads.network.graph.head) > LARGE_NETWORK else MOST_ROADS
        found.sort(key=lambda piece: (not piece.bridge, -len(piece.people), piece.segments.tolist()))
        rows = np.flatnonzero(np.isfinite(arrays.lon))
        rows = rows[np.isin(rows, self.rest.field.people)]
        for piece in found[:most]:
            times = RoadTravel(roads.network, shut(roads.network, roads.closed, piece.segments))
            trips = [times.travel(arrays.lon[rows], arrays.lat[rows], spot.lon, spot.lat) for spot in self.case.spots]
            minutes = np.min([trip.minutes for trip in trips], axis=0)
            offset, mu, sigma = arrival_law(self.books.said.preparation, Trip(minutes, trips[0].sigma))
            by_due = self._arrivals(rows, offset + self.books.later_minutes[rows], mu, sigma)
            key = f"{piece.lon:.5f},{piece.lat:.5f}"
            kind = "bridge" if piece.bridge else "road"
            yield self._late(kind, key, (piece.name, piece.name), rows, by_due, people=len(piece.people))

    def _carriers(self) -> list[Carrier]:
        """Everybody goes to his quickest muster point; pieces on the ways to several points are joined by their place."""
        arrays, roads = self.case.arrays, self.books.roads
        assert roads.network is not None
        assert roads.closed is not None
        rows = self.alert[np.isfinite(arrays.lon[self.alert])]
        trips = [roads.travel(arrays.lon, arrays.lat, spot.lon, spot.lat).minutes[rows] for spot in self.case.spots]
        quickest = np.argmin(trips, axis=0)
        joined: dict[tuple[int, ...], Carrier] = {}
        for number, spot in enumerate(self.case.spots):
            own = rows[quickest == number]
            if not len(own):
                continue
            for piece in carriers(
                roads.network, arrays.lon[own], arrays.lat[own], (spot.lon, spot.lat), roads.closed, own
            ):
                key = tuple(piece.segments.tolist())
                rival = joined.get(key)
                joined[key] = piece if rival is None else _both(rival, piece)
        return list(joined.values())

    def _arrivals(self, rows: Ints, offset: Floats, mu: Floats, sigma: Floats) -> Floats:
        """(rows, K) P(on site by each due time | comes) under these laws."""
        people = self.case.problem.candidates
        return arrived_by(Candidates(people.show[rows], offset, mu, sigma, people.caps[rows]), self.dues)

    def _gone(self, kind: str, key: str, names: tuple[str, str], rows: Ints) -> Loss:
        left, rest = (without(drawn, _places(drawn, rows)[0]) for drawn in (self.called, self.rest))
        return self._loss(kind, key, names, int(np.isin(self.alert, rows).sum()), left, rest)

    def _late(
        self, kind: str, key: str, names: tuple[str, str], rows: Ints, by_due: Floats, people: int | None = None
    ) -> Loss:
        chances = []
        for drawn in (self.called, self.rest):
            places, which = _places(drawn, rows)
            slower = np.minimum(by_due[which], drawn.field.by_due[places])  # another way is never a quicker one
            moved = (slower < drawn.field.by_due[places] - 1e-9).any(axis=1)
            chances.append(later(drawn, places[moved], slower[moved]))
        concerned = int(np.isin(self.alert, rows).sum()) if people is None else people
        return self._loss(kind, key, names, concerned, chances[0], chances[1])


def _turnouts(field: Field, usual: int, cells: int) -> int:
    if field.lines > SUBSET_LINES:
        return TURNOUTS_MANY_LINES
    return min(usual, max(1024, cells // max(1, field.size)))


def _places(drawn: Turnouts, rows: Ints) -> tuple[Ints, Ints]:
    """(places in `drawn` of those rows of the problem that are in it, their places in `rows`)."""
    _, places, which = np.intersect1d(drawn.field.people, rows, return_indices=True)
    return places, which


def _names(unit: Unit) -> tuple[str, str]:
    return unit.place or unit.name, unit.name_en or unit.place or unit.name


def _both(one: Carrier, other: Carrier) -> Carrier:
    people = np.union1d(one.people, other.people)
    return Carrier(one.segments, people, one.bridge, one.name, one.lon, one.lat)
