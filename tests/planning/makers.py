"""Problems to test with, and slow independent judges that share no code with the planner."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
from scipy.stats import norm

from muster.planning.problem import Candidates, Need, Problem


def people(n, seed=0, *, capabilities=3, share=0.5, **changes):
    """n invented people; `changes` replace whole arrays."""
    rng = np.random.default_rng(seed)
    caps = np.zeros(n, np.uint64)
    for bit in range(capabilities):
        caps |= (rng.random(n) < share).astype(np.uint64) << np.uint64(bit)
    values = {
        "show": rng.uniform(0.3, 0.9, n),
        "offset_minutes": rng.uniform(0, 8, n),
        "mu": np.log(rng.uniform(10, 40, n)),
        "sigma": rng.uniform(0.1, 0.5, n),
        "caps": caps,
    }
    return Candidates(**{**values, **changes})


def problem(n=60, seed=0, *, needs=((0, 4, 45.0), (1, 3, 45.0), (2, 3, 30.0)), target=0.9, rho=0.03, **changes):
    """A problem over `people`; changes of `Problem` fields go there, the others to the people."""
    own = {key: changes.pop(key) for key in ("rho_town", "shock_mean", "shock_sd") if key in changes}
    lines = tuple(Need(*need) for need in needs)
    return Problem(
        people(n, seed, capabilities=max(need[0] for need in needs) + 1, **changes), lines, target, rho, **own
    )


def matching_fills(able, need):
    """Can the rows of `able` (people, lines) fill `need` heads per line? Augmenting paths, one person at a time."""
    posts = [line for line, heads in enumerate(need) for _ in range(heads)]
    taken = [None] * len(posts)

    def place(person, tried):
        for post, line in enumerate(posts):
            if able[person][line] and post not in tried:
                tried.add(post)
                if taken[post] is None or place(taken[post], tried):
                    taken[post] = person
                    return True
        return False

    return sum(place(person, set()) for person in range(len(able))) == len(posts)


def hall_missing(able, need):
    """(posts that stay empty, smallest set of lines that explains it) by trying every set of lines."""
    lines = range(len(need))
    best, chosen = 0, frozenset()
    for size in range(1, len(need) + 1):
        for some in combinations(lines, size):
            lack = sum(need[line] for line in some) - sum(any(row[line] for line in some) for row in able)
            if lack > best:
                best, chosen = lack, frozenset(some)
    return best, chosen


def arrival_chance(c, i, minutes):
    """P(arrival <= minutes | comes) of one person, straight from the definition."""

    def law(m):
        left = m - c.offset_minutes[i]
        return norm.cdf((np.log(left) - c.mu[i]) / c.sigma[i]) if left > 0 else 0.0

    known = law(c.not_before_minutes[i])
    return max(0.0, (law(minutes) - known) / (1 - known))


def exact_p(p, alert):
    """P(all lines filled) by listing every outcome of a handful of people, at 80 Gauss-Hermite points of the shock."""
    c = p.candidates
    members = sorted(set(np.flatnonzero(c.fixed).tolist()) | {int(i) for i in alert})
    dues = sorted({need.due_minutes for need in p.needs})
    by_due = [[arrival_chance(c, i, due) for due in dues] for i in members]
    able = [[bool(int(c.caps[i]) >> need.capability & 1) for need in p.needs] for i in members]
    need = [need.people for need in p.needs]
    line_due = [dues.index(need.due_minutes) for need in p.needs]
    good = [
        ranks
        for ranks in product(range(len(dues) + 1), repeat=len(members))
        if matching_fills(
            [[a and r <= d for a, d in zip(row, line_due, strict=True)] for row, r in zip(able, ranks, strict=True)],
            need,
        )
    ]
    ranks = np.array(good, int).reshape(len(good), len(members))
    points, weights = np.polynomial.hermite_e.hermegauss(60)
    total = 0.0
    for point, weight in zip(points, weights / weights.sum(), strict=True):
        shock = p.shock_mean + p.shock_sd * point
        chance = np.ones(len(good))
        for k, i in enumerate(members):
            load = c.loading[i]
            comes = norm.cdf((norm.ppf(c.show[i]) - np.sqrt(p.rho) * load * shock) / np.sqrt(1 - p.rho * load**2))
            law = np.array([*(comes * np.diff([0.0, *by_due[k]])), 1 - comes * by_due[k][-1]])
            chance *= law[ranks[:, k]]
        total += weight * chance.sum()
    return total


def simulate(p, alert, turnouts, seed):
    """(turnouts,) bool: were all lines filled? Own draws of shocks, answers and times; every set of lines is tried."""
    rng = np.random.default_rng(seed)
    c = p.candidates
    members = np.union1d(np.flatnonzero(c.fixed), np.asarray(alert, int))
    able = np.array([[bool(int(c.caps[i]) >> need.capability & 1) for need in p.needs] for i in members])
    size = (turnouts, len(members))
    load = c.loading[members]
    shock = (p.shock_mean + p.shock_sd * rng.standard_normal((turnouts, 1))) * np.sqrt(p.rho)
    towns = rng.standard_normal((turnouts, 200))[:, c.town[members]] * np.sqrt(p.rho_town) * (c.town[members] >= 0)
    own = 1 - (p.rho + p.rho_town * (c.town[members] >= 0)) * load**2
    comes = load * (shock + towns) + np.sqrt(own) * rng.standard_normal(size) < norm.ppf(c.show[members])
    time = c.offset_minutes[members] + np.exp(c.mu[members] + c.sigma[members] * rng.standard_normal(size))
    good = np.ones(turnouts, bool)
    for n in range(1, len(p.needs) + 1):
        for some in combinations(range(len(p.needs)), n):
            useful = np.zeros(size, bool)
            for line in some:
                useful |= comes & able[:, line] & (time <= p.needs[line].due_minutes)
            good &= useful.sum(axis=1) >= sum(p.needs[line].people for line in some)
    return good
