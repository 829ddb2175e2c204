"""The moves of the search when units are called as blocks: open a unit, add one of an open unit, take out, recreate."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np

from muster.planning.arrays import Bools, Floats, Indices, Ints
from muster.planning.field import Field
from muster.planning.moves import ENOUGH_NEAR
from muster.planning.search import Sample

WORTHLESS = 1e-9
RECREATED = 12
PATIENCE = 4
"""People who can not be spared, tried in the order of least loss, before nobody is thought to be."""


@dataclass(frozen=True, eq=False)
class Group:
    """One unit. rows (m,) its useful people as rows of the field, leads (m,) who of them may lead; spare, spare_leads:
    its other available people (indices in the problem), of no use for any line but able to lead or to make up the
    smallest group; weight (N,) of everybody in the problem; opened: called before, so free to touch."""

    unit: int
    rows: Indices
    leads: Bools
    spare: Ints
    spare_leads: Bools
    weight: Floats
    opened: bool

    @cached_property
    def leading(self) -> frozenset[int]:
        """Rows of the useful people who may lead."""
        return frozenset(self.rows[self.leads].tolist())

    @cached_property
    def _spare(self) -> tuple[list[int], list[int], int]:
        """(the spare people, cheapest first; the same without the cheapest who may lead; that leader or -1)."""
        order = np.lexsort((self.spare, self.weight[self.spare]))
        spare = self.spare[order].tolist()
        leader = next((one for one, leads in zip(spare, self.spare_leads[order], strict=True) if leads), -1)
        return spare, [one for one in spare if one != leader], leader

    @cached_property
    def _prices(self) -> tuple[list[float], list[float]]:
        """(price of the first k spare people, k = 0, 1, ...; the same when the leader has to come first)."""
        spare, rest, leader = self._spare
        sums = np.concatenate([[0.0], np.cumsum(self.weight[spare])])
        if leader < 0:
            return sums.tolist(), []
        with_leader = self.weight[leader] + np.concatenate([[0.0], np.cumsum(self.weight[rest])])
        return sums.tolist(), with_leader.tolist()

    def filling(self, count: int, led: bool, smallest: int) -> float:
        """Price of the spare people who must come along with `count` useful ones; infinite when there are too few."""
        lacking = max(0, smallest - count - (not led))
        prices = self._prices[0 if led else 1]
        return prices[lacking] if lacking < len(prices) else inf

    def fillers(self, taken: list[int], smallest: int, people: Indices) -> tuple[list[int], int]:
        """(spare people who must come along so that the group is led and large enough, the leader), as indices."""
        own = sorted(self.leading.intersection(taken))
        spare, rest, leader = self._spare
        if own:
            return spare[: max(0, smallest - len(taken))], int(people[own[0]])
        return [leader, *rest[: max(0, smallest - len(taken) - 1)]], leader


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """All units that may be called and the two prices of the policy (see `Blocks`)."""

    groups: tuple[Group, ...]
    touch_cost: float
    smallest: int


def cost_of(roster: Roster, chosen: set[int], field: Field) -> float:
    """Price of a set of rows: weights of new people, spare ones who come along, units touched."""
    total = 0.0
    for group in roster.groups:
        taken = [row for row in group.rows.tolist() if row in chosen]
        if taken:
            total += float(field.weight[taken].sum()) + _opening(roster, group, taken)
    return total


def _opening(roster: Roster, group: Group, taken: Collection[int]) -> float:
    """What touching the unit costs beside the useful people taken; infinite when it cannot be led or is too small."""
    if group.opened:
        return 0.0
    led = not group.leading.isdisjoint(taken)
    return roster.touch_cost + group.filling(len(taken), led, roster.smallest)


def _worth(sample: Sample) -> Floats:
    """Turnouts that each person would mend, those in the set 0; see `moves`."""
    near = int((sample.worst() == -1).sum())
    value = sample.gains() if near >= ENOUGH_NEAR else sample.pull()
    if not value.any():
        value = sample.reserve()
    value[sample.rows] = 0
    return np.asarray(np.round(value, 9))


def grow(sample: Sample, roster: Roster, goal: float, most: int | None = None) -> None:
    """Add the best block or person until the goal is met, nobody helps any more, or `most` were added."""
    done = 0
    while sample.served() < goal and (most is None or done < most):
        sample.alive()
        block = _best(sample, roster)
        if not block:
            return
        for row in block:
            sample.add(row)
        done += 1


def _best(sample: Sample, roster: Roster) -> list[int]:
    """The rows with the most worth per cost: one person of a touched unit, or the opening of another unit."""
    worth = _worth(sample)
    enough = float(max(1, (sample.worst() < 0).sum()))
    best, choice = WORTHLESS, list[int]()
    for group in roster.groups:
        if not len(group.rows) or worth[group.rows].max() <= 0:
            continue
        touched = group.opened or any(row in sample.types for row in group.rows.tolist())
        rate, rows = _one(sample, group, worth) if touched else _opened(sample, roster, group, worth, enough)
        if rate > best * (1 + 1e-9):
            best, choice = rate, rows
    return choice


def _one(sample: Sample, group: Group, worth: Floats) -> tuple[float, list[int]]:
    rates = worth[group.rows] / sample.field.weight[group.rows]
    place = int(np.argmax(rates))
    return float(rates[place]), [int(group.rows[place])]


def _opened(sample: Sample, roster: Roster, group: Group, worth: Floats, enough: float) -> tuple[float, list[int]]:
    """The best opening of a unit: its leader and as many of its people as raise worth per cost, no more than mend
    all that fails."""
    order = group.rows[np.lexsort((group.rows, -worth[group.rows]))].tolist()
    first = next(([row] for row in order if row in group.leading), [])
    rest = [row for row in order if row not in first]
    best, choice = 0.0, list[int]()
    taken, sum_worth, sum_weight = list(first), float(worth[first].sum()), float(sample.field.weight[first].sum())
    for row in [None, *rest]:
        if row is not None:
            taken.append(row)
            sum_worth += float(worth[row])
            sum_weight += float(sample.field.weight[row])
        if not taken:
            continue
        price = sum_weight + _opening(roster, group, taken)
        rate = min(sum_worth, enough) / price
        if rate > best:
            best, choice = rate, list(taken)
        if sum_worth >= enough and len(taken) >= roster.smallest:
            break
    return best, choice


def trim(sample: Sample, roster: Roster, goal: float) -> None:
    """Take out whoever is missed least per cost saved, as long as the goal still holds."""
    stuck: set[int] = set()
    while True:
        sample.alive()
        options = _singles(sample, roster, stuck)
        if not options:
            break
        rows = np.array([row for row, _ in options], np.intp)
        saved = np.array([saving for _, saving in options])
        lost = np.round(sample.losses(rows) / saved, 9)
        row = int(rows[np.argmin(lost)])
        types = sample.drop(row)
        if sample.served() < goal:
            sample.put_back(row, types)
            stuck.add(row)
            if len(stuck) >= PATIENCE:
                break


def _singles(sample: Sample, roster: Roster, stuck: set[int]) -> list[tuple[int, float]]:
    """(row, saving) of everybody who can leave alone: his unit stays led and large enough, and it saves something."""
    options = []
    weight = sample.field.weight
    for group in roster.groups:
        taken = [row for row in group.rows.tolist() if row in sample.types]
        if not taken:
            continue
        leaders = len(group.leading.intersection(taken))
        for row in taken:
            saving = float(weight[row])
            if not group.opened:
                led, still = leaders > 0, leaders > (row in group.leading)
                count = len(taken)
                saving += group.filling(count, led, roster.smallest) - group.filling(count - 1, still, roster.smallest)
            if saving > WORTHLESS and row not in stuck and (group.opened or len(taken) > 1):
                options.append((row, saving))
    return options


def close(sample: Sample, roster: Roster, goal: float) -> None:
    """Close whole units that are not missed, the dearest first."""
    for group in sorted(roster.groups, key=lambda one: (-_price(sample, roster, one), one.unit)):
        taken = [row for row in group.rows.tolist() if row in sample.types]
        if not taken:
            continue
        kept = {row: sample.drop(row) for row in taken}
        if sample.served() < goal:
            for row, types in kept.items():
                sample.put_back(row, types)


def _price(sample: Sample, roster: Roster, group: Group) -> float:
    taken = [row for row in group.rows.tolist() if row in sample.types]
    return float(sample.field.weight[taken].sum()) + _opening(roster, group, taken) if taken else 0.0


def recreate(sample: Sample, roster: Roster, goal: float, rng: np.random.Generator) -> int:
    """Take out touched units, some by lot, and let the rest grow again; kept where that is cheaper. How many were."""
    changed = 0
    touched = [group for group in roster.groups if any(row in sample.types for row in group.rows.tolist())]
    for place in rng.permutation(len(touched)).tolist()[:RECREATED]:
        group = touched[place]
        taken = [row for row in group.rows.tolist() if row in sample.types]
        sample.alive()
        types, slack, price = dict(sample.types), sample.slack.copy(), cost_of(roster, set(sample.types), sample.field)
        for row in taken:
            sample.drop(row)
        grow(sample, roster, goal)
        trim(sample, roster, goal)
        if sample.served() >= goal and cost_of(roster, set(sample.types), sample.field) < price - 1e-6:
            changed += 1
        else:
            sample.types, sample.slack = types, slack
    return changed
