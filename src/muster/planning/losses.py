"""What one single loss costs: the chance that is left without this person, without these people, or when they come later.

All losses are held against the same random turnouts, so that they differ by the loss alone. Leaving out each person in turn
takes one pass: in a turnout that is good, somebody is missed exactly if he can serve a line of the largest set of lines that
has just as many people as it needs (slack 0, "tight"). Tight sets are closed under union (hits are submodular), so there is a
largest one, and every person who can serve a line of any tight set can serve a line of that one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from muster.planning.arrays import Bools, Floats, Indices, Ints
from muster.planning.field import Field
from muster.planning.hall import SUBSET_LINES, counts_of, shortage
from muster.planning.tails import clopper_pearson
from muster.planning.turnouts import coming, fresh_shocks, types_from

CELLS = 1 << 18


@dataclass(frozen=True, slots=True, eq=False)
class Turnouts:
    """T turnouts of the people in `rows` of a field: types (n, T) what each is good for in each turnout, counts (J, T),
    good (T,) every line was filled; come, luck (n, T): P(comes | shocks) and the uniform number that decided."""

    field: Field
    rows: Indices
    types: NDArray[np.int16]
    counts: Ints
    good: Bools
    come: NDArray[np.float32]
    luck: NDArray[np.float32]

    @property
    def p(self) -> float:
        """Share of good turnouts."""
        return float(self.good.mean())

    def low(self, p: float, confidence: float) -> float:
        """Lower limit of a share that was counted on these turnouts."""
        return clopper_pearson(round(p * len(self.good)), len(self.good), confidence)[0]


def draw(field: Field, rows: Indices, seed: int, turnouts: int) -> Turnouts:
    """Fresh turnouts of these rows of the field."""
    rng = np.random.default_rng(seed)
    come = coming(field, rows, fresh_shocks(field.problem, field.groups, turnouts, rng))
    luck = rng.random(come.shape, dtype=np.float32)
    types = types_from(field, rows, come.astype(np.float64), luck).astype(np.int16)
    counts = counts_of(types, len(field.types))
    return Turnouts(field, rows, types, counts, _good(field, counts), come, luck)


def drop_each(drawn: Turnouts) -> Floats:
    """(n,) P(all lines filled) without each person, all others as they were; exactly what counting anew would give."""
    missed = np.zeros(len(drawn.rows), np.int64)
    columns = np.flatnonzero(drawn.good)
    types, need = drawn.field.types, drawn.field.need
    step = max(16, CELLS >> min(len(need), SUBSET_LINES))
    for start in range(0, len(columns), step):
        part = columns[start : start + step]
        tight = largest_tight(types, need, drawn.counts[:, part])
        wanted = types.astype(np.int64) @ tight.T > 0
        missed += wanted[drawn.types[:, part], np.arange(len(part))[None, :]].sum(axis=1)
    return np.asarray((drawn.good.sum() - missed) / len(drawn.good), np.float64)


def without(drawn: Turnouts, gone: Indices) -> float:
    """P(all lines filled) without these places in `drawn.rows`."""
    return _changed(drawn, gone, np.zeros((len(gone), drawn.types.shape[1]), np.int16))


def later(drawn: Turnouts, places: Indices, by_due: Floats) -> float:
    """P(all lines filled) when these places in `drawn.rows` arrive by another law: by_due (places, K) as in Field.

    The luck of each stays what it was, so that nobody comes sooner because he is delayed."""
    field, rows = drawn.field, drawn.rows[places]
    other = field.by_due.copy()
    other[rows] = by_due
    slower = replace(field, by_due=other)
    types = types_from(slower, rows, drawn.come[places].astype(np.float64), drawn.luck[places]).astype(np.int16)
    return _changed(drawn, places, types)


def _changed(drawn: Turnouts, places: Indices, types: NDArray[np.int16]) -> float:
    """Only the turnouts in which one of these people turned out otherwise are looked at again; losses make none better."""
    if not len(places):
        return drawn.p
    moved = drawn.good & (drawn.types[places] != types).any(axis=0)
    if not moved.any():
        return drawn.p
    kinds = len(drawn.field.types)
    counts = (
        drawn.counts[:, moved] - counts_of(drawn.types[places][:, moved], kinds) + counts_of(types[:, moved], kinds)
    )
    lost = int((~_good(drawn.field, counts)).sum())
    return float((drawn.good.sum() - lost) / len(drawn.good))


def _good(field: Field, counts: Ints) -> Bools:
    step = max(64, CELLS // max(1, len(field.types)))
    parts = [
        shortage(field.types, field.need, counts[:, start : start + step]).missing == 0
        for start in range(0, counts.shape[1], step)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, np.bool_)


def largest_tight(types: Bools, need: Ints, counts: Ints) -> Bools:
    """(T, L) the largest set of lines with exactly as many people as it needs, in turnouts that are good.

    Up to SUBSET_LINES lines from all subsets, above by augmenting the counted people one line after the other."""
    if len(need) <= SUBSET_LINES:
        return _tight_by_subsets(types, need, counts)
    return np.array([_tight_by_paths(types, need, counts[:, turnout]) for turnout in range(counts.shape[1])], np.bool_)


def _tight_by_subsets(types: Bools, need: Ints, counts: Ints) -> Bools:
    """inside[S] = people who can serve lines of S only; slack of a set A = people - inside[complement of A] - need(A)."""
    lines, turnouts = len(need), counts.shape[1]
    inside = np.zeros((1 << lines, turnouts), np.int32)
    inside[types @ (1 << np.arange(lines))] = counts  # types are distinct sets, so each has its own row
    heads = np.zeros(1 << lines, np.int32)
    heads[1 << np.arange(lines)] = need
    for line in range(lines):
        pairs = inside.reshape(-1, 2, 1 << line, turnouts)
        pairs[:, 1] += pairs[:, 0]
        sums = heads.reshape(-1, 2, 1 << line)
        sums[:, 1] += sums[:, 0]
    tight = (
        counts.sum(axis=0)[None, :] - inside[::-1] == heads[:, None]
    )  # row A of the reversed table: the complement of A
    found = np.zeros((turnouts, lines), np.bool_)
    for line in range(lines):
        holds = (np.arange(1 << lines) >> line) & 1 == 1
        found[:, line] = tight[holds].any(axis=0)
    return found


def _tight_by_paths(types: Bools, need: Ints, present: Ints) -> Bools:
    """Fill all lines by augmenting paths; tight are the lines that no spare person reaches by passing posts on."""
    lines = len(need)
    spare = present.astype(np.int64).copy()
    serving = np.zeros((len(present), lines), np.int64)
    for line in range(lines):
        for _ in range(int(need[line])):
            _augment(types, spare, serving, line)
    relaxed = np.zeros(lines, np.bool_)
    while True:
        helpers = (spare > 0) | ((serving > 0) & relaxed[None, :]).any(axis=1)
        wider = relaxed | (types & helpers[:, None]).any(axis=0)
        if (wider == relaxed).all():
            return ~relaxed
        relaxed = wider


def _augment(types: Bools, spare: Ints, serving: Ints, line: int) -> None:
    """Give `line` one more person: the nearest spare one, over people who change from line to line."""
    came: dict[int, tuple[int, int]] = {}  # line -> (kind that leaves it, the line it goes to)
    queue, seen = [line], {line}
    for at in queue:
        able = np.flatnonzero(types[:, at])
        free = able[spare[able] > 0]
        if len(free):
            _pass_on(serving, spare, int(free[0]), at, line, came)
            return
        for kind in able.tolist():
            for other in np.flatnonzero(serving[kind]).tolist():
                if other not in seen:
                    seen.add(other)
                    came[other] = (kind, at)
                    queue.append(other)


def _pass_on(serving: Ints, spare: Ints, kind: int, at: int, line: int, came: dict[int, tuple[int, int]]) -> None:
    spare[kind] -= 1
    serving[kind, at] += 1
    while at != line:
        mover, to = came[at]
        serving[mover, at] -= 1
        serving[mover, to] += 1
        at = to
