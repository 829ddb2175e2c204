"""Do the chances come true? The past forecast from what was known before it, held against what happened.

The reliability curve has a consistency band (Bröcker and Smith, Weather and Forecasting 22, 2007): outcomes are drawn
again and again from the forecasts themselves, so that the band holds the whole curve in 95 of 100 draws if the
forecasts are right. Replies of one callout share its shocks; the draws do too, by the shocks the model had learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from muster.planning.arrays import Bools, Floats, Ints
from muster.planning.history import ACCEPTED, PARTS, History
from muster.planning.problem import InvalidProblem
from muster.planning.response import predict
from muster.planning.response_fit import fit

BINS = 10
LEVEL = 0.95
TURNOUT_LEVEL = 0.90
DRAWS = 1000
BLOCK = 50
LEAST_CHANCE = 1e-9
LEAST_TRAINING = 4  # callouts; below that a check would speak of the prior only
USUAL_FITS = 6  # a fit takes up to a second, and the office waits


@dataclass(frozen=True, slots=True, eq=False)
class BackTest:
    """One row per delivered alert of the forecast callouts (R,): the chance said before, and whether he accepted.

    pooled: the share of all alerts before, the plainest forecast. group numbers (callout, town) pairs; rho, rho_town
    the latent correlations that the model held at the time; known: the member had been called before.
    """

    chance: Floats
    pooled: Floats
    accepted: Bools
    callout: Ints
    group: Ints
    part: Ints
    known: Bools
    rho: Floats
    rho_town: Floats

    def __len__(self) -> int:
        return len(self.chance)


def backtest(past: History, first: int, *, fits: int | None = None) -> BackTest:
    """Forecast callouts `first` and later, each by a model fitted to earlier ones only.

    `fits` bounds the work: so many models at most, each forecasting a run of callouts up to the next (None: a model
    per callout). InvalidProblem "planning.nothing_to_check" when no alert was delivered from `first` on.
    """
    callouts = np.unique(past.callout[(past.callout >= first) & past.delivered])
    if not len(callouts) or first < 1:
        raise InvalidProblem("planning.nothing_to_check", callouts=len(callouts))
    runs = np.array_split(callouts, min(len(callouts), fits or len(callouts)))
    found = [_forecast(past, run) for run in runs]
    return BackTest(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def _forecast(past: History, run: Ints) -> tuple[Floats | Ints | Bools, ...]:
    """The columns of BackTest for the callouts of `run`, from what lay before the first of them."""
    before = past.until(int(run[0]))
    model = fit(before)
    rows = np.flatnonzero(np.isin(past.callout, run) & past.delivered)
    chance, known = np.zeros(len(rows)), np.zeros(len(rows), bool)
    for part in np.unique(past.part[rows]):
        own = past.part[rows] == part
        some = rows[own]
        said = predict(
            model, member=past.member[some], unit=past.unit[some], part=int(part), channel=past.channel[some]
        )
        chance[own], known[own] = said.accept, ~said.prior
    heard = before.delivered
    rate = (1 + (before.reply[heard] == ACCEPTED).sum()) / (2 + heard.sum())
    size = len(rows)
    callout = past.callout[rows]
    return (
        chance, np.full(size, rate), past.reply[rows] == ACCEPTED, callout, callout * past.towns + past.town[rows],
        past.part[rows], known, np.full(size, model.rho), np.full(size, model.rho_town),
    )  # fmt: skip


def brier(chance: Floats, happened: Bools) -> float:
    """Mean squared error of stated chances (Brier, Monthly Weather Review 78, 1950); lower is better."""
    return float(((chance - happened) ** 2).mean())


def log_score(chance: Floats, happened: Bools) -> float:
    """Mean negative log likelihood of what happened (Good, JRSS B 14, 1952); lower is better."""
    safe = np.clip(chance, LEAST_CHANCE, 1 - LEAST_CHANCE)
    return float(-np.log(np.where(happened, safe, 1 - safe)).mean())


@dataclass(frozen=True, slots=True)
class Bin:
    """Alerts with similar chances: mean of what was said, share that accepted, and the band for that share.

    low, high: with shared shocks, as the model has them; low_alone, high_alone: were everybody to answer for himself.
    """

    alerts: int
    said: float
    happened: float
    low: float
    high: float
    low_alone: float
    high_alone: float

    @property
    def inside(self) -> bool:
        return self.low <= self.happened <= self.high


@dataclass(frozen=True, slots=True)
class Group:
    """A named part of the alerts: mean of what was said and share that accepted."""

    alerts: int
    said: float
    happened: float


@dataclass(frozen=True, slots=True)
class Check:
    """What a back-test came to; `parts` by index of the part of the week; turnouts_inside of `callouts` callouts had
    as many acceptances as the 90 % interval of the forecast says. brier_pooled, log_pooled: one rate for everybody."""

    callouts: int
    alerts: int
    trained_on: int
    brier: float
    log: float
    brier_pooled: float
    log_pooled: float
    turnouts_inside: int
    bins: tuple[Bin, ...]
    parts: tuple[Group | None, ...]
    known: Group | None
    new: Group | None

    @property
    def inside(self) -> bool:
        """Whether the whole curve lies in its band."""
        return all(one.inside for one in self.bins)

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON; `from_dict` gives back an equal check."""
        return asdict(self)

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> Check:
        """Inverse of `to_dict`; InvalidProblem when something is missing or unknown."""
        try:
            content = dict(values)
            content["bins"] = tuple(Bin(**one) for one in content["bins"])
            content["parts"] = tuple(None if one is None else Group(**one) for one in content["parts"])
            for name in ("known", "new"):
                content[name] = None if content[name] is None else Group(**content[name])
            return Check(**content)
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidProblem("planning.model_unreadable", reason=str(error)) from error


def check(past: History, first: int, *, fits: int | None = None, seed: int = 0) -> Check:
    """Back-test from callout `first` on and sum it up; the draws of the bands come from `seed`."""
    return summed_up(backtest(past, first, fits=fits), trained_on=first, seed=seed)


def summed_up(test: BackTest, *, trained_on: int, seed: int = 0) -> Check:
    """Scores, reliability curve with bands, parts of the week, and turnouts of whole callouts."""
    rng = np.random.default_rng(seed)
    callouts = np.unique(test.callout, return_inverse=True)[1]
    drawn = draws(test, rng, callouts)
    low, high = np.quantile(drawn, [(1 - TURNOUT_LEVEL) / 2, (1 + TURNOUT_LEVEL) / 2], axis=0)
    came = np.bincount(callouts, test.accepted)
    return Check(
        callouts=len(came),
        alerts=len(test),
        trained_on=trained_on,
        brier=brier(test.chance, test.accepted),
        log=log_score(test.chance, test.accepted),
        brier_pooled=brier(test.pooled, test.accepted),
        log_pooled=log_score(test.pooled, test.accepted),
        turnouts_inside=int(((came >= low) & (came <= high)).sum()),
        bins=reliability(test, rng),
        parts=tuple(_group(test, test.part == part) for part in range(PARTS)),
        known=_group(test, test.known),
        new=_group(test, ~test.known),
    )


def _group(test: BackTest, rows: Bools) -> Group | None:
    if not rows.any():
        return None
    return Group(int(rows.sum()), float(test.chance[rows].mean()), float(test.accepted[rows].mean()))


def reliability(test: BackTest, rng: np.random.Generator, bins: int = BINS) -> tuple[Bin, ...]:
    """Equally full bins in the order of the stated chance, with their bands."""
    bins = min(bins, len(test))
    place = np.zeros(len(test), np.int64)
    place[np.argsort(test.chance, kind="stable")] = np.arange(len(test)) * bins // len(test)
    size = np.bincount(place)
    low, high = band(draws(test, rng, place) / size)
    low_alone, high_alone = band(draws(test, rng, place, shared=False) / size)
    said, happened = np.bincount(place, test.chance) / size, np.bincount(place, test.accepted) / size
    columns: Sequence[Floats] = (said, happened, low, high, low_alone, high_alone)
    return tuple(Bin(int(size[k]), *(float(column[k]) for column in columns)) for k in range(bins))


def draws(test: BackTest, rng: np.random.Generator, place: Ints, *, shared: bool = True) -> Floats:
    """Acceptances per place (DRAWS, places) in outcomes drawn from the forecasts; `shared`: with their shocks."""
    threshold = ndtri(np.clip(test.chance, LEAST_CHANCE, 1 - LEAST_CHANCE))
    callout = np.unique(test.callout, return_inverse=True)[1]
    group = np.unique(test.group, return_inverse=True)[1]
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(int(place.max()) + 1))
    district, town = np.sqrt(test.rho), np.sqrt(test.rho_town)
    rest = np.sqrt(1 - test.rho - test.rho_town)
    found = []
    for _ in range(DRAWS // BLOCK):
        chance = np.broadcast_to(test.chance, (BLOCK, len(test)))
        if shared:
            push = district * rng.standard_normal((BLOCK, int(callout.max()) + 1))[:, callout]
            push += town * rng.standard_normal((BLOCK, int(group.max()) + 1))[:, group]
            chance = ndtr((threshold - push) / rest)
        happened = rng.random((BLOCK, len(test))) < chance
        found.append(np.add.reduceat(happened[:, order], starts, axis=1, dtype=np.float64))
    return np.concatenate(found)


def band(curves: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
    """(low, high), each (K,): the narrowest band of equal ranks that holds `level` of the whole curves (S, K)."""
    ordered = np.sort(curves, axis=0)
    depth = np.full(len(curves), len(curves))
    for column, sorted_column in zip(curves.T, ordered.T, strict=True):
        below = np.searchsorted(sorted_column, column, side="right")
        above = len(curves) - np.searchsorted(sorted_column, column, side="left")
        depth = np.minimum(depth, np.minimum(below, above))
    cut = int(np.sort(depth)[int((1 - level) * len(curves))]) - 1
    return ordered[cut], ordered[len(curves) - 1 - cut]


def usual_check(past: History) -> Check | None:
    """The check shown beside a model: the first third of the callouts only teaches; None where that is too little."""
    callouts = int(past.callout.max(initial=-1)) + 1
    first = callouts // 3
    if first < LEAST_TRAINING or not (past.delivered & (past.callout >= first)).any():
        return None
    return check(past, first, fits=USUAL_FITS)
