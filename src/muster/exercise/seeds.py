"""Many seeds: does what was promised at the first approval hold as often as it was promised?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from scipy.stats import binom

from muster.core.errors import InvalidInput
from muster.exercise.engine import Result, run_once
from muster.exercise.scenario import Scenario

ERROR_RATE = 0.01  # one-sided: a promise that is kept is called refuted at most this often
MOST_SEEDS = 1000


def parse_seeds(text: str) -> range:
    """ "1-40" or "7". InvalidInput "exercise.seeds"."""
    first, dash, last = text.partition("-")
    if not first.isdigit() or (dash and not last.isdigit()):
        raise InvalidInput("exercise.seeds", text=text)
    found = range(int(first), int(last if dash else first) + 1)
    if not 0 < len(found) <= MOST_SEEDS:
        raise InvalidInput("exercise.seeds", text=text)
    return found


def refuted(met: int, runs: int, promised: float) -> bool:
    """Whether so few successes in `runs` would have a chance below ERROR_RATE were each of chance `promised`.

    Runs promise slightly different chances; the binomial of their mean has at least their spread (Hoeffding, Ann. Math.
    Stat. 27, 1956), so that taking it errs on the side of not refuting by no more than rounding."""
    return bool(binom.cdf(met, runs, promised) < ERROR_RATE)


def summary(results: Sequence[Result]) -> dict[str, Any]:
    """The contract's object for several runs."""
    stated = [float(r.outcome["stated_p"]) for r in results if r.outcome["stated_p"] is not None]
    met = sum(bool(r.outcome["needs_met"]) for r in results)
    promised = sum(stated) / len(stated) if stated else 0.0
    wrong = refuted(met, len(results), promised)
    unwarned = sum(r.outcome["warned_before_deadline"] is False for r in results)
    broken = [r.seed for r in results if not r.passed]
    return {
        "scenario": results[0].scenario,
        "runs": len(results),
        "needs_met": met,
        "mean_stated_p": round(promised, 6),
        "refuted": wrong,
        "passed": not wrong and not broken and not unwarned,
        "missed_without_warning": unwarned,
        "on_scene_enough": sum(bool(r.outcome["on_scene_enough"]) for r in results),
        "broken_seeds": broken,
    }


def summary_lines(body: Mapping[str, Any]) -> list[str]:
    """The summary for people."""
    broken = ", ".join(str(seed) for seed in body["broken_seeds"])
    kept = "refuted" if body["refuted"] else "not refuted"
    return [
        f"{body['scenario']}, {body['runs']} runs: all posts filled in time in {body['needs_met']}",
        f"  promised {body['mean_stated_p']:.3f} on average: {kept}",
        f"  enough people on the scene in {body['on_scene_enough']}; missed without warning: {body['missed_without_warning']}",
        f"  BROKEN  assertions with seeds {broken}" if broken else "  held    every assertion with every seed",
    ]


def run_many(
    scenario: Scenario, seeds: Iterable[int], tell: Callable[[Result], None] = lambda _result: None
) -> list[Result]:
    """One run per seed, each in a fresh home, so that no run learns from another."""
    results = []
    for seed in seeds:
        results.append(run_once(scenario, seed))
        tell(results[-1])
    return results
