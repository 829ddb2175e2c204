"""A sharper lower limit on the alerts: lines in two camps, and the many-sided as jokers.

All lines together are filled soonest by the likeliest people of all, as if everybody could serve everything. That is too
kind: most people serve few lines, and what one line has too many helps no other. So the lines are put into two camps. Who
serves lines of one camp only counts there; who serves both is a joker and may fill any post. Within a camp everybody still
serves everything (Hall's condition of the union of its lines), so the limit holds. For k1, k2 and m people of the first
camp, the second and the jokers nobody does better than the likeliest ones, and with D1 and D2 posts left open by the camps

    P(all filled | shock) <= P(D1 + D2 <= jokers present | shock),    D1, D2 and the jokers independent.

The bound is the least K for which some k1 + k2 + m = K reaches the target. All of them are tried.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.planning.arrays import Bools, Floats, Indices, Ints

LIKELIEST = 250
"""People by whose capabilities it is judged which lines belong together."""
MOST_POSTS = 400


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """come (Z, n) P(comes | shock) at the favourable end of each of Z intervals of shocks, which have `share` (Z,);
    reach (n, L) P(in time for the line | comes), 0 if incapable; fixed (n,) in the set already, at no cost; need (L,)."""

    come: Floats
    share: Floats
    reach: Floats
    fixed: Bools
    need: Ints
    target: float


def camps_bound(crowd: Crowd, first: Bools, alone: tuple[int, int], low: int, high: int) -> int:
    """Least number of new alerts, from `low` (known to be a limit) to `high` (known to suffice), with which two camps
    and their jokers reach the target; `low` for very many posts.

    first (L,) lines of the first camp; alone: limits for the first and the second camp, each as if it were alone.
    """
    if crowd.need.sum() > MOST_POSTS or high <= low:
        return low
    camps = _Part(crowd, first, ~first, high - alone[1]), _Part(crowd, ~first, first, high - alone[0])
    tried = _Tried(crowd.share, camps, _Jokers(crowd, first, high), alone)
    # Mostly it is one or a few more than was known: step by step and then in strides, back again by halves.
    below, enough, stride = low - 1, high, 1
    while enough - below > 1:
        middle = min(below + stride, (below + enough) // 2)
        if tried.best(middle) >= crowd.target:
            enough = middle
        else:
            below, stride = middle, 2 * stride
    return enough


def two_camps(crowd: Crowd) -> Bools:
    """(L,) True for the lines of the first camp. Lines that the likeliest people serve together are put together, step by
    step, those first that share most people for their posts, so that few people belong to both."""
    chance = (crowd.share @ crowd.come) * crowd.reach.max(axis=1)
    likely = np.argsort(-np.round(chance, 12), kind="stable")[:LIKELIEST]
    able = (crowd.reach[likely] > 0).astype(np.float64)
    shared, need = able.T @ able, crowd.need.astype(np.float64)
    camps: list[list[int]] = [[line] for line in range(len(need))]
    while len(camps) > 2:
        pairs = [(i, j) for i in range(len(camps)) for j in range(i)]
        worth = [
            shared[np.ix_(camps[i], camps[j])].sum() / (need[camps[i]].sum() * need[camps[j]].sum()) for i, j in pairs
        ]
        i, j = pairs[int(np.argmax(np.round(worth, 12)))]
        camps[j] += camps.pop(i)
    inside = np.zeros(len(need), np.bool_)
    inside[camps[0]] = True
    return inside


def _likeliest(chance: Floats, most: int) -> Floats:
    """The `most` greatest chances of each row, greatest first."""
    most = min(most, chance.shape[1])
    return -np.sort(-chance, axis=1)[:, :most]


class _Part:
    """A camp: open[k] (Z, n + 1) law of its open posts when the k likeliest of its own people are called."""

    def __init__(self, crowd: Crowd, own: Bools, other: Bools, most: int) -> None:
        mine = (crowd.reach[:, own] > 0).any(axis=1) & ~(crowd.reach[:, other] > 0).any(axis=1)
        chance = crowd.come[:, mine] * crowd.reach[mine][:, own].max(axis=1, initial=0)
        fixed = crowd.fixed[mine]
        posts = int(crowd.need[own].sum())
        law = np.zeros((len(crowd.share), posts + 1))
        law[:, posts] = 1
        for person in np.flatnonzero(fixed).tolist():
            law = _filled(law, chance[:, person])
        laws = [law]
        for column in _likeliest(chance[:, ~fixed], most).T:
            laws.append(_filled(laws[-1], column))
        self.open = np.stack(laws)


def _filled(law: Floats, chance: Floats) -> Floats:
    """The law of open posts with one person more, who comes with `chance` (Z,)."""
    p = chance[:, None]
    after = law * (1 - p)
    after[:, :-1] += law[:, 1:] * p
    after[:, 0] += law[:, 0] * chance
    return after


class _Jokers:
    """reach[m] (Z, D + 1): P(at least d jokers are there) for d = 0 … all posts, when the m likeliest are called."""

    def __init__(self, crowd: Crowd, first: Bools, most: int) -> None:
        both = (crowd.reach[:, first] > 0).any(axis=1) & (crowd.reach[:, ~first] > 0).any(axis=1)
        chance = crowd.come[:, both] * crowd.reach[both].max(axis=1, initial=0)
        fixed = crowd.fixed[both]
        tail = np.zeros((len(crowd.share), int(crowd.need.sum()) + 1))
        tail[:, 0] = 1
        for person in np.flatnonzero(fixed).tolist():
            tail = _present(tail, chance[:, person])
        tails = [tail]
        for column in _likeliest(chance[:, ~fixed], most).T:
            tails.append(_present(tails[-1], column))
        self.tail = np.stack(tails)


def _present(tail: Floats, chance: Floats) -> Floats:
    after = tail.copy()
    after[:, 1:] += (tail[:, :-1] - tail[:, 1:]) * chance[:, None]
    return after


@dataclass(frozen=True, slots=True, eq=False)
class _Tried:
    """All ways to share a number of new people out among the camps and the jokers."""

    share: Floats
    camps: tuple[_Part, _Part]
    jokers: _Jokers
    alone: tuple[int, int]

    def best(self, count: int) -> float:
        """The greatest chance with `count` new people. So many serve a camp at all that it is filled by itself: what one
        camp's own people are too many by, the other lacks."""
        one, two, tail = self.camps[0].open, self.camps[1].open, self.jokers.tail
        posts = one.shape[2], two.shape[2]
        windows = np.lib.stride_tricks.sliding_window_view(tail, posts[1], axis=2)[:, :, : posts[0]]
        best = 0.0
        for first in range(min(count - self.alone[1], len(one) - 1) + 1):
            seconds = self._seconds(count, first)
            if len(seconds):
                # P(jokers - D1 >= d2) for every number of jokers that goes with `first` and `seconds`
                rest = np.einsum("zd,mzde->mze", one[first], windows[count - first - seconds])
                chances = np.einsum("mze,mze,z->m", rest, two[seconds], self.share)
                best = max(best, float(chances.max()))
        return best

    def _seconds(self, count: int, first: int) -> Indices:
        """How many of the others may be of the second camp, when there are only so many of them and of the jokers."""
        left, most = count - first, min(len(self.camps[1].open) - 1, count - self.alone[0])
        return np.arange(max(0, left - len(self.jokers.tail) + 1), min(left, most) + 1)
