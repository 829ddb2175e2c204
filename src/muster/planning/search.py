"""Local search on common random turnouts.

The set's own turnouts are sampled; a newcomer's luck is not: his gain is the mean over his own draw, given the
shocks (Rao-Blackwell), so comparing two people costs no noise of their own. Only a pool of line sets is watched;
sets that turn out to bind are added to the pool by an exact check (cutting planes).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from muster.planning.arrays import Bools, Floats, Indices, product
from muster.planning.field import Field
from muster.planning.hall import present_types, shortage
from muster.planning.turnouts import levels_for, types_from


class Sample:
    """A growing and shrinking alert set, watched on T common random turnouts."""

    def __init__(
        self, field: Field, rng: np.random.Generator, turnouts: int, alive: Callable[[], None] | None = None
    ) -> None:
        self.alive = alive or _go_on
        self.field = field
        self.rng = rng
        self.turnouts = turnouts
        self.types: dict[int, Indices] = {}
        self.sets = np.zeros((0, field.lines), np.bool_)
        self.levels = levels_for(field, turnouts, rng)
        self._watch(_first_sets(field.lines))

    # ---- the set

    def restart(self, rows: Indices) -> None:
        """Forget all turnouts and draw fresh ones for these people."""
        self.levels = levels_for(self.field, self.turnouts, self.rng)
        self.types = dict(zip(rows.tolist(), self._draw(rows), strict=True))
        self._recount()
        self.tighten()

    def add(self, row: int) -> None:
        if row not in self.types:
            self.types[row] = self._draw(np.array([row]))[0]
            self.slack += self.hit[self.types[row]]

    def drop(self, row: int) -> Indices:
        """Take one out; returns his turnouts so that `put_back` can undo it."""
        types = self.types.pop(row)
        self.slack -= self.hit[types]
        return types

    def put_back(self, row: int, types: Indices) -> None:
        self.types[row] = types
        self.slack += self.hit[types]

    @property
    def rows(self) -> Indices:
        return np.array(sorted(self.types), np.intp)

    @property
    def removable(self) -> Indices:
        rows = self.rows
        return rows[~self.field.fixed[rows]]

    @property
    def cost(self) -> float:
        return float(self.field.weight[self.removable].sum())

    # ---- what it is worth

    def worst(self) -> NDArray[np.int16]:
        return np.asarray(self.slack.min(axis=1))

    def served(self) -> float:
        """Share of turnouts in which every watched set has its people."""
        return float((self.worst() >= 0).mean())

    def gains(self) -> Floats:
        """Turnouts that each person, alone and added now, would turn good, in expectation over his own luck; (n,)."""
        worst = self.worst()
        return self._gains_at(np.flatnonzero(worst == -1), None)

    def pull(self) -> Floats:
        """Like gains, but turnouts that lack more heads count too, each head more by half: a direction when P is low."""
        worst = self.worst()
        failing = np.flatnonzero(worst < 0)
        least = worst[failing].max(initial=-32_000)  # from the best one down, or all would vanish where P is very low
        return self._gains_at(failing, np.exp2(worst[failing].astype(np.float64) - least))

    def reserve(self) -> Floats:
        """When nothing fails on these turnouts: who would help where it is tightest."""
        worst = self.worst()
        least = worst.min()
        return self._gains_at(np.flatnonzero(worst == least), None) if least >= 0 else np.zeros(self.field.size)

    def _gains_at(self, failing: Indices, worth: Floats | None) -> Floats:
        gains = np.zeros(self.field.size)
        if not len(failing):
            return gains
        # Sets are kept small to large: the first that attains the minimum is the smallest competing set.
        lacking = np.argmin(self.slack[failing], axis=1)
        used, lacking = np.unique(lacking, return_inverse=True)
        count = self.levels.count
        for group in range(self.field.groups):
            members = self.members[group]
            if not len(members):
                continue
            cell = lacking * count + self.levels.level[group, failing]
            weight = np.bincount(cell, worth, len(used) * count).reshape(len(used), count)
            coming = product(self.levels.show[members], weight.T)
            gains[members] = (coming * self.reach[np.ix_(members, used)]).sum(axis=1)
        return gains

    def losses(self, rows: Indices) -> Floats:
        """Turnouts that would turn bad without each of these members (drop-one, one pass over the tight turnouts)."""
        if not len(rows):
            return np.zeros(0)
        tight_turnouts = np.flatnonzero(self.worst() == 0)
        tight = _bits(self.slack[tight_turnouts] == 0)
        serves = _bits(self.hit > 0)
        types = np.stack([self.types[row][tight_turnouts] for row in rows.tolist()])
        lost = np.zeros(types.shape, np.bool_)
        for word in range(tight.shape[1]):
            lost |= (serves[types, word] & tight[:, word]) != 0
        return np.asarray(lost.sum(axis=1), np.float64)

    # ---- turnouts

    def _draw(self, rows: Indices) -> Indices:
        level = self.levels.level[self.field.group[rows]]
        come = np.take_along_axis(self.levels.show[rows], level, axis=1)
        uniform = self.rng.random(come.shape, dtype=np.float32)
        return types_from(self.field, rows, come, uniform)

    def _matrix(self) -> Indices:
        if not self.types:
            return np.zeros((0, self.turnouts), np.intp)
        return np.stack(list(self.types.values()))

    def _recount(self) -> None:
        self.present, self.counts = present_types(self.field.types, self._matrix())
        hit = _hits(self.present, self.sets).astype(np.float32)
        hits = product(self.counts.T.astype(np.float32), hit)
        need = self.sets @ self.field.need
        self.slack = (hits - need[None, :].astype(np.float32)).astype(np.int16)

    # ---- which sets are watched

    def _watch(self, sets: Bools) -> None:
        """Add line sets to the pool and keep it sorted from small to large."""
        everything = np.unique(np.vstack([self.sets, sets]), axis=0)
        self.sets = everything[np.argsort(everything.sum(axis=1), kind="stable")]
        field = self.field
        self.hit = _hits(field.types, self.sets).astype(np.int16)
        self.reach = np.zeros((field.size, len(self.sets)))
        for number, inside in enumerate(self.sets):
            self.reach[:, number] = field.reach[:, inside].max(axis=1)
        self.members = [np.flatnonzero(field.group == group) for group in range(field.groups)]
        self._recount()

    def tighten(self) -> int:
        """Check every turnout exactly and watch the competing sets that the pool has missed; how many were new."""
        self._recount()
        found = shortage(self.present, self.field.need, self.counts)
        missed = found.missing[found.failing] > -self.worst()[found.failing]
        if not missed.any():
            return 0
        known = len(self.sets)
        self._watch(found.short[missed])
        return len(self.sets) - known


def _go_on() -> None:
    """No deadline."""


def _hits(types: Bools, sets: Bools) -> Bools:
    """Does the type serve a line of the set? (J, A)."""
    return np.asarray(product(types.astype(np.float32), sets.T.astype(np.float32)) > 0)


def _bits(flags: Bools) -> NDArray[np.uint64]:
    """Rows of flags as words of 64 bits: (rows, columns) -> (rows, ceil(columns / 64))."""
    words = -(-flags.shape[1] // 64)
    packed = np.zeros((len(flags), words * 8), np.uint8)
    packed[:, : -(-flags.shape[1] // 8)] = np.packbits(flags, axis=1)
    return packed.view(np.uint64)


def _first_sets(lines: int) -> Bools:
    """Each line alone, and all lines together."""
    return np.vstack([np.eye(lines, dtype=np.bool_), np.ones((1, lines), np.bool_)])
