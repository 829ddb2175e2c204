"""How far the stated chance holds: hundreds of exercises under the usual truth and under differently shaped ones.

Each exercise takes a certified plan of scenario S1 (another district with its own past, another hour, another place)
and lets the truth decide who of its first wave stands at his muster point in time. That is exactly what the certificate
promises. A full exercise (`muster exercise`) also replaces who declines, rings up whom no text has reached and releases
the surplus, over the web pages of the running system: it keeps more promises than this one, and takes a hundred times
as long.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from muster.core.errors import InvalidInput, Unavailable
from muster.exercise.seeds import refuted
from muster.exercise.server import environment
from muster.exercise.truth.shapes import Shape
from muster.planning.tails import clopper_pearson

PLANS, DAYS, DISTRICTS, FIRST_SEED = 12, 10, 8, 101
MOST = 10_000
CONFIDENCE = 0.95  # of the interval, two-sided
Found = Mapping[str, Any]


def run_coverage(
    *,
    districts: int = DISTRICTS,
    plans: int = PLANS,
    days: int = DAYS,
    workers: int = 2,
    tell: Callable[[Found], None] = lambda _found: None,
) -> list[Found]:
    """`plans` plans in each of so many districts, each on `days` days of each shape; in the order of the districts.

    InvalidInput "exercise.coverage_size"; Unavailable "exercise.home_failed" when a district can not be made.
    """
    if min(districts, plans, days, workers) < 1 or districts * plans * days > MOST:
        raise InvalidInput("exercise.coverage_size", most=MOST)
    with ThreadPoolExecutor(workers) as pool:
        seeds = range(FIRST_SEED, FIRST_SEED + districts)
        return [one for found in pool.map(lambda seed: _district(seed, plans, days, tell), seeds) for one in found]


def _district(seed: int, plans: int, days: int, tell: Callable[[Found], None]) -> list[Found]:
    """All exercises of one district, in a process and an exercise home of their own."""
    found: list[Found] = []
    with tempfile.TemporaryDirectory(prefix="muster-coverage-") as home, tempfile.TemporaryFile("w+") as said:
        command = [sys.executable, "-m", "muster.exercise.drill", str(seed), str(plans), str(days)]
        with subprocess.Popen(
            command, env=environment(Path(home)), stdout=subprocess.PIPE, stderr=said, text=True
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                found.append(json.loads(line))
                tell(found[-1])
        if process.returncode:
            said.seek(0)
            raise Unavailable("exercise.home_failed", said=(said.read().strip().splitlines() or ["?"])[-1][:300])
    return found


def summary(found: Sequence[Found]) -> dict[str, Any]:
    """What the exercises came to: {"plans", "certified", "exercises", "truths": [{...}], "shortfalls": [{...}], "passed"}.

    `truths` are of the plans certified at their target, `shortfalls` of those sent with less. `stated_p` is the mean of
    the stated lower limits; low, high the 95 % Clopper-Pearson interval of the share met; refuted: so few met has a
    chance below 1 % were P as stated; worst the most posts left empty on one day. `passed`: under the usual truth P is
    refuted for neither.
    """
    good = [one for one in found if one["certified"]]
    truths = [_truth(good, shape) for shape in Shape]
    short = [_truth([one for one in found if not one["certified"]], shape) for shape in Shape]
    return {
        "scenario": "S1",
        "plans": len(found),
        "certified": len(good),
        "exercises": truths[0]["exercises"],
        "mean_alerted": round(sum(one["alerted"] for one in good) / len(good), 1) if good else 0.0,
        "truths": truths,
        "shortfalls": short,
        "parts": _parts(good),
        "passed": bool(good) and not truths[0]["refuted"] and not short[0]["refuted"],
    }


def _truth(good: Iterable[Found], shape: Shape) -> dict[str, Any]:
    days = [(one["stated_p"], empty) for one in good for empty in one["missing"][shape.value]]
    met, runs = sum(empty == 0 for _, empty in days), len(days)
    stated = sum(p for p, _ in days) / runs if runs else 0.0
    tail = 1 - (1 - CONFIDENCE) / 2
    low, high = clopper_pearson(met, runs, tail) if runs else (0.0, 1.0)
    short = sorted(empty for _, empty in days if empty)
    return {
        "truth": shape.value, "exercises": runs, "stated_p": round(stated, 4), "met": met,
        "share": round(met / runs, 4) if runs else 0.0, "low": round(low, 4), "high": round(high, 4),
        "refuted": bool(runs) and refuted(met, runs, stated), "worst": short[-1] if short else 0,
        "empty_when_missed": short[len(short) // 2] if short else 0,
    }  # fmt: skip


def _parts(good: Iterable[Found]) -> dict[str, dict[str, int]]:
    """Met and played by part of the week, usual truth only."""
    parts: dict[str, dict[str, int]] = {}
    for one in good:
        part = parts.setdefault(one["part"], {"exercises": 0, "met": 0})
        part["exercises"] += len(one["missing"][Shape.USUAL.value])
        part["met"] += sum(empty == 0 for empty in one["missing"][Shape.USUAL.value])
    return dict(sorted(parts.items()))


def table(body: Mapping[str, Any]) -> str:
    """The truths as a table in Markdown: certified plans, then those sent with less."""
    rows = ["| plans | truth | exercises | mean stated P | met | share met | 95 % interval | posts empty when missed |"]
    rows.append("|---|---|---|---|---|---|---|---|")
    for name, key in (("certified", "truths"), ("short of target", "shortfalls")):
        for one in body[key]:
            verdict = " **refuted**" if one["refuted"] else ""
            rows.append(
                f"| {name} | {one['truth'].replace('_', ' ')} | {one['exercises']} | {one['stated_p']:.3f} "
                f"| {one['met']} | {one['share']:.3f}{verdict} | {one['low']:.3f} to {one['high']:.3f} "
                f"| {one['empty_when_missed']} (worst {one['worst']}) |"
            )
    return "\n".join(rows) + "\n"
