"""Fit the response model: penalised quasi-likelihood with EM for the spreads (Breslow and Clayton, JASA 88, 1993).

Members are many, but each alert has just one, so their block of the Hessian is diagonal and is eliminated (Schur
complement); what remains is some hundred unknowns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array
from scipy.special import log_ndtr

from muster.planning.arrays import Floats, Indices, Ints
from muster.planning.history import ACCEPTED, DECLINED, PARTS, History
from muster.planning.problem import InvalidProblem
from muster.planning.response import LEVELS, Delay, Effects, ResponseModel, Share
from muster.planning.response_rates import HIGH_QUANTILE, LOW_QUANTILE, deliveries, no_shows, overall, share

MOST_CALLOUTS = 120
"""Only this many of the latest callouts are used: people change, and each callout costs unknowns."""
SPREADS = {
    "callout": 0.03,
    "callout_town": 0.02,
    "part": 0.03,
    "channel": 0.01,
    "town": 0.02,
    "unit": 0.01,
    "member": 0.2,
}
"""Prior spreads (variances on the probit scale), also the starting point."""
PRIOR_WEIGHT = {"callout": 8, "callout_town": 8, "part": 2, "channel": 2, "town": 2, "unit": 2, "member": 2}
"""How many effects the prior spread counts for (scaled inverse chi-square)."""
LEAST_SPREAD = 1e-4
ROUNDS = 12
DECLINE_PRIOR = (5.0, 4.0)
PREPARATION_PRIOR = Delay(3.0, 1.6, 0.5)
LEAST_ARRIVALS = 30
HALF_LOG_TWO_PI = 0.9189385332046727


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Rows x levels: column numbers (A, F) into the unknowns; column 0 is the intercept; members apart."""

    columns: Indices
    starts: dict[str, slice]
    member: Ints
    members: int
    sign: Floats


def fit(history: History) -> ResponseModel:
    """Learn from the history; an empty one gives the prior. InvalidProblem if a delivered alert has a bad time."""
    latest = int(history.callout.max(initial=-1)) + 1 - MOST_CALLOUTS
    used = (history.callout >= latest) & history.delivered
    design = _design(history, np.flatnonzero(used), latest)
    state = _Pql(design)
    state.newton(steps=3)
    for _ in range(ROUNDS):
        state.spread_step()
        state.newton(steps=1)
    effects = {name: state.effects(name) for name in LEVELS}
    shock, shock_low, shock_upper = _shock(state.effects("callout"), "callout")
    shock_town, town_low, town_upper = _shock(state.effects("callout_town"), "callout_town")
    accepted = history.reply == ACCEPTED
    no_show, by_whom = no_shows(history)
    channels = deliveries(history)
    return ResponseModel(
        intercept=float(state.beta[0]),
        intercept_variance=float(state.variance[0]),
        effects=effects,
        seen=np.bincount(history.member[history.delivered], minlength=history.members),
        unit_town=history.unit_town,
        delivered=tuple(overall(channel) for channel in channels),
        channels=channels,
        no_show=no_show,
        no_shows=by_whom,
        decline=_decline(history),
        shock=shock,
        shock_town=shock_town,
        shock_low=shock_low,
        shock_town_low=town_low,
        shock_upper=shock_upper,
        shock_town_upper=town_upper,
        reply_delay=_delay(history.reply_minutes[(accepted | (history.reply == DECLINED))], Delay(0.0, 1.1, 0.8)),
        arrival=_delay(history.arrived_minutes[accepted & ~np.isnan(history.arrived_minutes)], Delay(0.0, 3.2, 0.4)),
        preparation=_preparation(history),
        callouts=len(np.unique(history.callout)),
        alerts=len(history),
    )


def _design(history: History, rows: Indices, first_callout: int) -> Design:
    callout = history.callout[rows] - max(0, first_callout)
    callouts, towns = int(callout.max(initial=-1)) + 1, history.towns
    town = history.town[rows]
    blocks = {
        "callout": (callout, callouts),
        "callout_town": (callout * towns + town, callouts * towns),
        "part": (history.part[rows], PARTS),
        "channel": (history.channel[rows], history.channels),
        "town": (town, towns),
        "unit": (history.unit[rows], len(history.unit_town)),
    }
    columns, starts, start = [np.zeros(len(rows), np.int64)], {}, 1
    for name, (index, count) in blocks.items():
        columns.append(index + start)
        starts[name] = slice(start, start + count)
        start += count
    sign = np.where(history.reply[rows] == ACCEPTED, 1.0, -1.0)
    starts["all"] = slice(0, start)
    return Design(np.stack(columns, axis=1), starts, history.member[rows], history.members, sign)


class _Pql:
    """Unknowns, their posterior variances and the spreads of the levels."""

    def __init__(self, design: Design) -> None:
        self.design = design
        alerts, width = design.columns.shape
        unknowns = design.starts["all"].stop
        rows = np.repeat(np.arange(alerts), width)
        self.x = csr_array((np.ones(alerts * width), (rows, design.columns.ravel())), shape=(alerts, unknowns))
        self.of_member = csr_array(
            (np.ones(alerts), (design.member, np.arange(alerts))), shape=(design.members, alerts)
        )
        self.beta = np.zeros(unknowns)
        self.member = np.zeros(design.members)
        self.variance = np.zeros(unknowns)
        self.member_variance = np.zeros(design.members)
        self.spread = dict(SPREADS)

    def newton(self, steps: int) -> None:
        """Posterior mode of all effects for the present spreads, and their variances."""
        design = self.design
        precision = np.full(len(self.beta), 1e-3)
        for name, where in design.starts.items():
            if name != "all":
                precision[where] = 1 / self.spread[name]
        member_precision = 1 / self.spread["member"]
        for _ in range(steps):
            slope, weight = self._curve()
            diagonal = np.asarray(self.of_member @ weight) + member_precision
            cross = (self.of_member.multiply(weight[None, :]) @ self.x).tocsr()
            rest = (self.x.T.multiply(weight[None, :]) @ self.x).toarray() + np.diag(precision)
            scaled = cross.multiply(1 / diagonal[:, None]).tocsr()
            schur = cho_factor(rest - (cross.T @ scaled).toarray())
            member_slope = self.of_member @ slope - self.member * member_precision
            beta_slope = self.x.T @ slope - precision * self.beta
            beta_step = cho_solve(schur, beta_slope - scaled.T @ member_slope)
            self.member += (member_slope - cross @ beta_step) / diagonal
            self.beta += beta_step
        inverse = cho_solve(schur, np.eye(len(self.beta)))
        self.variance = np.diag(inverse).copy()
        self.member_variance = 1 / diagonal + np.asarray(scaled.multiply(scaled @ inverse).sum(axis=1)).ravel()

    def _curve(self) -> tuple[Floats, Floats]:
        """First and negative second derivative of the probit log likelihood in the linear predictor."""
        score = self.design.sign * (self.x @ self.beta + self.member[self.design.member])
        ratio = np.exp(-0.5 * score**2 - HALF_LOG_TWO_PI - log_ndtr(score))
        return self.design.sign * ratio, ratio * (ratio + score)

    def spread_step(self) -> None:
        """EM step with a scaled inverse chi-square prior on each spread."""
        for name in self.spread:
            effects = self.effects(name)
            weight, prior = PRIOR_WEIGHT[name], SPREADS[name]
            total = float((effects.mean**2 + effects.variance).sum()) + weight * prior
            self.spread[name] = max(LEAST_SPREAD, total / (len(effects.mean) + weight))

    def effects(self, name: str) -> Effects:
        if name == "member":
            return Effects(self.member.copy(), self.member_variance.copy(), self.spread[name])
        where = self.design.starts[name]
        return Effects(self.beta[where].copy(), self.variance[where].copy(), self.spread[name])


def _shock(effects: Effects, name: str) -> tuple[float, float, float]:
    """(estimate, 5 % limit, 95 % limit) of a shock variance.

    Each callout's shrunken effect is turned back into an unshrunken one with its own error; the spread then has a
    one-dimensional posterior on a grid (prior: scaled inverse chi-square around the usual value).
    """
    grid = np.exp(np.linspace(np.log(LEAST_SPREAD), np.log(1.0), 400))
    weight, prior = PRIOR_WEIGHT[name], SPREADS[name]
    log_posterior = -0.5 * weight * np.log(grid) - 0.5 * weight * prior / grid
    kept = np.minimum(effects.variance / effects.spread, 1 - 1e-9)
    raw, error = effects.mean / (1 - kept), effects.variance / (1 - kept)
    for value, noise in zip(raw, error, strict=True):
        log_posterior += -0.5 * np.log(grid + noise) - 0.5 * value**2 / (grid + noise)
    posterior = np.exp(log_posterior - log_posterior.max())
    posterior /= posterior.sum()
    low, high = grid[np.searchsorted(posterior.cumsum(), (LOW_QUANTILE, HIGH_QUANTILE))]
    return float((grid * posterior).sum()), float(low), float(high)


def _decline(history: History) -> Share:
    """P(declines in words | delivered and does not accept)."""
    refused = history.delivered & (history.reply != ACCEPTED)
    return share(int((history.reply[refused] == DECLINED).sum()), int(refused.sum()), DECLINE_PRIOR)


def _preparation(history: History) -> Delay:
    """Minutes from the alert to setting out: what the arrival took beyond the way, where the way is known.

    Half of the shortest preparations (5 % point) is taken as the fixed part; the way is taken at its usual length.
    """
    if history.road_minutes is None:
        return PREPARATION_PRIOR
    before = history.arrived_minutes - history.road_minutes
    before = before[np.isfinite(before) & (before > 0)]
    if len(before) < LEAST_ARRIVALS:
        return PREPARATION_PRIOR
    offset = float(np.quantile(before, LOW_QUANTILE)) / 2
    rest = _delay(np.maximum(before - offset, 0.5), PREPARATION_PRIOR)
    return Delay(offset, rest.mu, rest.sigma)


def _delay(minutes: Floats, prior: Delay) -> Delay:
    """Log-normal delay; the prior counts for ten observations. Who came without a word (nan) says nothing of delays."""
    minutes = minutes[~np.isnan(minutes)]
    if not np.all(minutes > 0):
        raise InvalidProblem("planning.history_minutes", least=float(np.min(minutes)))
    logs = np.log(minutes)
    weight = 10.0
    mu = (logs.sum() + weight * prior.mu) / (len(logs) + weight)
    square = ((logs - mu) ** 2).sum() + weight * (prior.sigma**2 + (prior.mu - mu) ** 2)
    return Delay(0.0, float(mu), float(np.sqrt(square / (len(logs) + weight))))
