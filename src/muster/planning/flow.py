"""Hall's condition by maximum flow, for more lines than subsets can be listed of."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from muster.planning.arrays import Bools, Ints

BATCH_NODES = 60_000


def shortage_by_flow(types: Bools, need: Ints, counts: Ints) -> tuple[Ints, Bools]:
    """Posts that stay empty (T,) and the smallest competing set (T, L), by one flow for a batch of turnouts."""
    turnouts = counts.shape[1]
    if not types.any():
        return np.full(turnouts, need.sum()), np.ones((turnouts, len(need)), np.bool_)
    step = max(1, BATCH_NODES // (len(types) + len(need)))
    missing = np.zeros(turnouts, np.int64)
    short = np.zeros((turnouts, len(need)), np.bool_)
    for start in range(0, turnouts, step):
        part = slice(start, min(start + step, turnouts))
        missing[part], short[part] = _batch(types, need, counts[:, part])
    return missing, short


def served_in_order(types: Bools, need: Ints, counts: Ints) -> Bools:
    """(T,) True where the lines, scarcest first, can simply take people one after the other, the least wanted first.

    True proves that everything can be filled; False says nothing. It settles most turnouts without a flow.
    """
    left = counts.astype(np.int32)
    hits = types.T.astype(np.int64) @ counts
    plenty = hits.mean(axis=1) / need
    wanted = types @ (1 / np.maximum(plenty, 1e-9))
    good = np.ones(counts.shape[1], np.bool_)
    for line in np.argsort(plenty, kind="stable").tolist():
        open_posts = np.full(counts.shape[1], need[line], np.int32)
        able = np.flatnonzero(types[:, line])
        for kind in able[np.argsort(wanted[able], kind="stable")].tolist():
            taken = np.minimum(open_posts, left[kind])
            left[kind] -= taken
            open_posts -= taken
        good &= open_posts == 0
    return good


def _batch(types: Bools, need: Ints, counts: Ints) -> tuple[Ints, Bools]:
    """Nodes: 0 source, 1 sink, then the types and then the lines of each turnout of the batch."""
    kinds, lines, turnouts = len(types), len(need), counts.shape[1]
    size = 2 + turnouts * (kinds + lines)
    type_node = 2 + np.arange(turnouts)[:, None] * (kinds + lines) + np.arange(kinds)[None, :]
    line_node = 2 + np.arange(turnouts)[:, None] * (kinds + lines) + kinds + np.arange(lines)[None, :]
    kind, line = np.nonzero(types)
    present = counts.T
    between = (type_node[:, kind], line_node[:, line], present[:, kind])
    supply = (np.zeros_like(type_node), type_node, present)
    demand = (line_node, np.ones_like(line_node), np.broadcast_to(need, line_node.shape))
    edges = zip(between, supply, demand, strict=True)
    start, end, capacity = (np.concatenate([part.ravel() for part in parts]) for parts in edges)
    used = capacity > 0
    graph = csr_array((capacity[used].astype(np.int32), (start[used], end[used])), shape=(size, size))
    flow = maximum_flow(graph, 0, 1).flow
    carried = np.asarray(flow[between[0].ravel(), between[1].ravel()]).reshape(turnouts, -1)
    place = np.arange(turnouts)[:, None] * lines + line[None, :]
    filled = np.bincount(place.ravel(), carried.ravel(), turnouts * lines).reshape(turnouts, lines)
    empty = need[None, :] - filled.astype(np.int64)
    missing = empty.sum(axis=1)
    failing = np.flatnonzero(missing)
    served = np.zeros((len(failing), kinds, lines), np.bool_)
    served[:, kind, line] = carried[failing] > 0
    short = np.zeros((turnouts, lines), np.bool_)
    short[failing] = _reached(types, present[failing] > 0, served, empty[failing] > 0)
    return missing, short


def _reached(types: Bools, present: Bools, served: Bools, empty: Bools) -> Bools:
    """Lines reached from empty posts by alternating paths: line <- a person who could -> the line he serves now."""
    short = empty
    while True:
        could = (short.astype(np.int64) @ types.T.astype(np.int64) > 0) & present
        wider = short | (served & could[:, :, None]).any(axis=1)
        if (wider == short).all():
            return short
        short = wider
