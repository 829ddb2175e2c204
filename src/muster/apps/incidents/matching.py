"""Arrivals matched to posts: facts about who was there in time, by a maximum bipartite matching (Hopcroft and Karp, 1973)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from muster.apps.incidents.models import NeedLine


def heads_missing(needs: Sequence[NeedLine], arrivals: Sequence[tuple[int, float]]) -> dict[int, int]:
    """Need primary key -> heads that no arrival fills in time; 0 everywhere when all lines are met together.

    arrivals: (capability mask, minutes from T0) of each person who came. Each fills one post he is qualified for, if he
    was there by its due time.
    """
    missing = {need.pk: need.people for need in needs}
    if not arrivals or not needs:
        return missing
    mask = np.array([mask for mask, _ in arrivals], np.uint64)
    minute = np.array([minute for _, minute in arrivals])
    fits = np.zeros((len(arrivals), sum(missing.values())), bool)
    posts: list[int] = []
    for need in needs:
        able = ((mask >> np.uint64(need.capability.bit)) & np.uint64(1)).astype(bool) & (minute <= need.due_minutes)
        fits[:, len(posts) : len(posts) + need.people] = able[:, None]
        posts += [need.pk] * need.people
    matched = maximum_bipartite_matching(csr_matrix(fits), perm_type="row")
    for column in np.flatnonzero(matched >= 0).tolist():
        missing[posts[column]] -= 1
    return missing
