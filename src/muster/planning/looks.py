"""Turnouts nobody has looked at before, and how many of them a set of people serves.

They are kept with what failed in them, so that people who join the set are looked at on the same turnouts: a newcomer
costs one draw of his own luck and a second look at what failed, since more people never spoil a turnout. This is fair
as long as turnouts decide of a set only whether it does: which set is asked next must not hang on how they fail.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.planning.arrays import Bools, Floats, Indices, Ints
from muster.planning.field import Field
from muster.planning.hall import shortage
from muster.planning.turnouts import Shocks, coming, draw_counts, fresh_shocks, types_from

TURNOUTS = 20_000
CELLS = 150_000  # turnouts x people at once: what fits into the cache of a processor is a quarter faster
"""People x turnouts drawn at once: bounds memory and keeps a block in the cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Counts over fresh turnouts. short (L,) turnouts in which the merged line belongs to the smallest competing set;
    missing (T,) empty posts; sets (F, L) the competing sets of the failing turnouts; arrivals (L,) mean able people in
    time."""

    turnouts: int
    served: int
    short: Ints
    missing: Ints
    sets: Bools
    arrivals: Floats


class Looked:
    """`turnouts` independent turnouts of the people `rows`, each tested exactly; `add` lets others join."""

    def __init__(self, field: Field, rows: Indices, rng: np.random.Generator, turnouts: int) -> None:
        self.field, self.rng, self.turnouts = field, rng, turnouts
        self._kinds = np.unique(field.type_of[rows])
        self._arrivals = np.zeros(field.lines)
        step = max(64, min(turnouts, CELLS // max(1, len(rows))))
        parts = [self._draw(rows, start, min(step, turnouts - start)) for start in range(0, turnouts, step)]
        self._shocks = Shocks(*(np.concatenate([part[0][side] for part in parts], axis=-1) for side in (0, 1)))
        self._failing, self._missing = (np.concatenate([part[place] for part in parts]) for place in (1, 2))
        self._short = np.concatenate([part[3] for part in parts])
        self._counts = np.concatenate([part[4] for part in parts], axis=1)

    def _draw(self, rows: Indices, start: int, size: int) -> tuple[tuple[Floats, Floats], Indices, Ints, Bools, Ints]:
        """A block of turnouts: shocks, and of the failing ones the numbers, empty posts, competing sets, people."""
        shocks = fresh_shocks(self.field.problem, self.field.groups, size, self.rng)
        types, counts = draw_counts(self.field, rows, shocks, self.rng)
        self._arrivals += counts.sum(axis=1) @ types
        found = shortage(types, self.field.need, counts)
        bad = found.failing
        return (shocks.district, shocks.towns), start + bad, found.missing[bad], found.short, counts[:, bad]

    def add(self, rows: Indices) -> None:
        """These people join; none of them may be in the set already."""
        for row in rows.tolist():
            self._join(row)
        if len(rows):
            found = shortage(self.field.types[self._kinds], self.field.need, self._counts)
            bad = found.failing
            self._missing, self._short = found.missing[bad], found.short
            self._failing, self._counts = self._failing[bad], self._counts[:, bad]

    def _join(self, row: int) -> None:
        one = np.array([row])
        come = coming(self.field, one, self._shocks)
        drawn = types_from(self.field, one, come, self.rng.random(come.shape, dtype=np.float32))[0]
        kinds, often = np.unique(drawn, return_counts=True)
        self._arrivals += often @ self.field.types[kinds]
        fresh = np.setdiff1d(kinds, self._kinds)
        self._kinds = np.concatenate([self._kinds, fresh])
        self._counts = np.vstack([self._counts, np.zeros((len(fresh), self._counts.shape[1]), self._counts.dtype)])
        place = np.zeros(len(self.field.types), np.intp)
        place[self._kinds] = np.arange(len(self._kinds))
        self._counts[place[drawn[self._failing]], np.arange(len(self._failing))] += 1

    def counted(self) -> Tally:
        """What the looks say of the set as it is now."""
        missing = np.zeros(self.turnouts, np.int64)
        missing[self._failing] = self._missing
        served = self.turnouts - len(self._failing)
        return Tally(
            self.turnouts, served, self._short.sum(axis=0), missing, self._short, self._arrivals / self.turnouts
        )


def tally(field: Field, rows: Indices, rng: np.random.Generator, turnouts: int = TURNOUTS) -> Tally:
    """Draw `turnouts` independent turnouts of these people and test each exactly."""
    return Looked(field, rows, rng, turnouts).counted()
