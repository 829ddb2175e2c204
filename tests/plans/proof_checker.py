"""Checks what `muster prove --json` says, from the file alone and with nothing of the program: own draws, own matching.

Turnout as the file's columns say it: u = sqrt(rho) Z + sqrt(rho_town) W[town] + sqrt(1 - rho - rho_town) e, he comes when
u < Phi^-1(show), and arrives offset + exp(mu + sigma g) minutes after the alarm. All posts that can be filled are counted by a
maximum matching of people and single posts.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching
from scipy.stats import beta

TURNOUTS = 1500
SURE = 0.9995


def faults(plan: dict[str, Any], seed: int = 7) -> list[str]:
    """What is wrong with the proof of one plan; nothing for one that stands."""
    evidence = plan["evidence"]
    rows = [dict(zip(evidence["columns"], row, strict=True)) for row in evidence["people"]]
    if plan["outcome"] == "holds":
        return _witness_faults(plan, rows, seed)
    lines = plan["shortfall"]["lines"]
    low, _ = _limits(_filled(plan, rows, lines, seed))
    return [] if low <= plan["target"] else [f"the conflict set {lines} can be filled: {low:.3f}"]


def _witness_faults(plan: dict[str, Any], rows: list[dict[str, Any]], seed: int) -> list[str]:
    found = []
    if [row["id"] for row in rows] != plan["alert"] or len(set(plan["alert"])) != len(plan["alert"]):
        found.append("those named are not those proved with")
    for row, post in zip(rows, plan["posts"], strict=True):
        if post >= 0 and plan["needs"][post][0] not in row["capabilities"]:
            found.append(f"{row['id']} is told a post that he can not fill")
    if plan["p_low"] < plan["target"]:
        found.append("the promise lies below the target")
    _, high = _limits(_filled(plan, rows, list(range(len(plan["needs"]))), seed))
    return found if high >= plan["p_low"] else [*found, f"refuted: {high:.3f} < {plan['p_low']:.3f}"]


def _limits(good: np.ndarray) -> tuple[float, float]:
    hits, tries = int(good.sum()), len(good)
    low = beta.ppf(1 - SURE, hits, tries - hits + 1) if hits else 0.0
    high = beta.ppf(SURE, hits + 1, tries - hits) if hits < tries else 1.0
    return float(low), float(high)


def _filled(plan: dict[str, Any], rows: list[dict[str, Any]], lines: list[int], seed: int) -> np.ndarray:
    """(TURNOUTS,) whether every post of these lines was filled."""
    if not rows:
        return np.zeros(TURNOUTS, np.bool_)
    rng = np.random.default_rng(seed)
    rho, rho_town = plan["certificate"]["rho"], plan["certificate"]["rho_town"]
    get = {name: np.array([row[name] for row in rows], float) for name in ("show", "offset_minutes", "mu", "sigma")}
    town = np.array([row["town"] for row in rows])
    bar = np.array([NormalDist().inv_cdf(min(max(show, 1e-12), 1 - 1e-12)) for show in get["show"]])
    posts = [(capability, due) for line in lines for capability, n, due in [plan["needs"][line]] for _ in range(n)]
    able = np.array([[capability in row["capabilities"] for capability, _due in posts] for row in rows])
    dues = np.array([due for _capability, due in posts], float)
    good = np.zeros(TURNOUTS, np.bool_)
    own = np.where(town >= 0, 1 - rho - rho_town, 1 - rho)
    for turnout in range(TURNOUTS):
        shocks = np.append(rng.standard_normal(max(town.max(initial=-1) + 1, 0)), 0.0)  # the last one is for no town
        luck = np.sqrt(rho) * rng.standard_normal() + np.sqrt(rho_town) * shocks[town]
        comes = luck + np.sqrt(own) * rng.standard_normal(len(rows)) < bar
        minutes = get["offset_minutes"] + np.exp(get["mu"] + get["sigma"] * rng.standard_normal(len(rows)))
        edges = able & comes[:, None] & (minutes[:, None] <= dues[None, :])
        match = maximum_bipartite_matching(csr_array(edges[comes]), perm_type="row")
        good[turnout] = (match >= 0).all()
    return good
