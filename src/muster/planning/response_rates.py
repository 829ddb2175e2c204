"""Rates beside willingness: alerts that a channel loses, with its bad days, and acceptances without an arrival."""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv, betaln, expit

from muster.planning.arrays import Floats, Ints
from muster.planning.history import ACCEPTED, History
from muster.planning.response import INTERVAL_SCORE, Delivery, NoShows, Share

LOW_QUANTILE, HIGH_QUANTILE = 0.05, 0.95
Prior = tuple[float, float]  # a, b of a beta law
LOST_PRIOR: Prior = (1.0, 19.0)  # of 20 alerts on a usual day one is lost
BAD_DAY_PRIOR: Prior = (2.0, 2.0)  # on a bad day half of them
BAD_DAYS_PRIOR: Prior = (0.5, 9.5)  # one day in twenty is bad
LEAST_WORSE = 0.1  # a bad day loses at least this much more than a usual one; less is everyday luck
NO_SHOW_PRIOR: Prior = (1.0, 14.0)
ALIKE_PRIOR: Prior = (1.0, 19.0)  # two acceptances of one person have hardly anything in common
ALIKE_GRID = np.exp(np.linspace(np.log(1e-4), np.log(0.5), 160))
ROUNDS = 60


def share(count: float, total: float, prior: Prior) -> Share:
    """Beta-binomial share with a 90 % interval."""
    return _beta(prior[0] + count, prior[1] + total - count, total == 0)


def _beta(a: float, b: float, prior: bool) -> Share:
    low, high = (float(betaincinv(a, b, quantile)) for quantile in (LOW_QUANTILE, HIGH_QUANTILE))
    return Share(a / (a + b), low, high, prior)


def deliveries(history: History) -> tuple[Delivery, ...]:
    """Loss of each channel, told apart by usual and bad days; a day is a callout."""
    found = []
    for channel in range(history.channels):
        of_channel = history.channel == channel
        sent = np.bincount(history.callout[of_channel]).astype(float)
        lost = np.bincount(history.callout[of_channel], ~history.delivered[of_channel], len(sent))
        found.append(days_apart(lost[sent > 0], sent[sent > 0]))
    return tuple(found)


def days_apart(lost: Floats | Ints, sent: Floats) -> Delivery:
    """Two kinds of days by EM on a mixture of two binomials (Dempster, Laird and Rubin, JRSS B 39, 1977); (D,) each."""
    days, total = len(sent), float(sent.sum())
    usual = (LOST_PRIOR[0] + float(lost.sum())) / (sum(LOST_PRIOR) + total)
    bad, often = max(0.5, (1 + usual) / 2), BAD_DAYS_PRIOR[0] / sum(BAD_DAYS_PRIOR)
    weight = np.zeros(days)
    for _ in range(ROUNDS):
        odds = np.log(often / (1 - often)) + lost * np.log(bad / usual)
        weight = expit(odds + (sent - lost) * np.log((1 - bad) / (1 - usual)))
        often = (BAD_DAYS_PRIOR[0] + float(weight.sum())) / (sum(BAD_DAYS_PRIOR) + days)
        usual = _rate(lost, sent, 1 - weight, LOST_PRIOR)
        bad = max(_rate(lost, sent, weight, BAD_DAY_PRIOR), min(usual + LEAST_WORSE, (1 + usual) / 2))
    # Usual days differ a little as well: their alerts count for fewer (observed spread over the binomial one).
    calm = 1 - weight
    spread = float((calm * (lost - sent * usual) ** 2).sum())
    effect = max(1.0, spread / max(1e-9, float((calm * sent).sum()) * usual * (1 - usual)))
    return Delivery(
        usual=share(float(calm @ lost) / effect, float(calm @ sent) / effect, LOST_PRIOR),
        on_bad_day=share(float(weight @ lost), float(weight @ sent), BAD_DAY_PRIOR),
        bad_days=share(float(weight.sum()), days, BAD_DAYS_PRIOR),
        days=days,
        bad_seen=float(weight.sum()),
    )


def _rate(lost: Floats | Ints, sent: Floats, weight: Floats, prior: Prior) -> float:
    return (prior[0] + float(weight @ lost)) / (sum(prior) + float(weight @ sent))


def overall(channel: Delivery) -> Share:
    """Share delivered over usual and bad days; the interval by the delta method and a beta law of the same spread.

    The laws lean to the right, so that their upper halves give the spread.
    """
    often, bad, usual = channel.bad_days.mean, channel.on_bad_day.mean, channel.usual.mean
    mean = 1 - (1 - often) * usual - often * bad
    parts = ((bad - usual, channel.bad_days), (1 - often, channel.usual), (often, channel.on_bad_day))
    variance = sum((slope * (one.high - one.mean) / INTERVAL_SCORE) ** 2 for slope, one in parts)
    total = max(2.0, mean * (1 - mean) / variance - 1)
    one = _beta(mean * total, (1 - mean) * total, channel.days == 0)
    return Share(mean, one.low, one.high, one.prior)


def no_shows(history: History) -> tuple[Share, NoShows]:
    """P(stays away | accepted) over everybody, then by unit and by member.

    Empirical Bayes from the top down: each level is a beta law around the one above, its width from the
    beta-binomial likelihood of the counts (Skellam, JRSS B 10, 1948).
    """
    rows = history.reply == ACCEPTED
    away = np.isnan(history.arrived_minutes[rows])
    everybody = share(int(away.sum()), int(rows.sum()), NO_SHOW_PRIOR)
    units = len(history.unit_town)
    unit = history.unit[rows]
    unit_rate, alike_unit = pooled(
        np.bincount(unit, away, units), np.bincount(unit, minlength=units), np.full(units, everybody.mean)
    )
    member, home = history.member[rows], np.full(history.members, -1)
    home[history.member] = history.unit
    above = np.append(unit_rate, everybody.mean)[home]
    member_rate, alike_member = pooled(
        np.bincount(member, away, history.members), np.bincount(member, minlength=history.members), above
    )
    return everybody, NoShows(unit_rate, member_rate, alike_unit, alike_member)


def pooled(count: Floats | Ints, total: Floats | Ints, above: Floats) -> tuple[Floats, Share]:
    """Rates (K,) of groups with `count` of `total`, pooled towards `above`, and how much alike one group's are."""
    heard = total > 0
    n, k, m = total[heard, None], count[heard, None], above[heard, None]
    width = (1 - ALIKE_GRID) / ALIKE_GRID
    a, b = m * width, (1 - m) * width
    log_posterior = (betaln(k + a, n - k + b) - betaln(a, b)).sum(axis=0)
    log_posterior += (ALIKE_PRIOR[1] - 1) * np.log1p(-ALIKE_GRID) + ALIKE_PRIOR[0] * np.log(ALIKE_GRID)
    posterior = np.exp(log_posterior - log_posterior.max())
    posterior /= posterior.sum()
    low, high = ALIKE_GRID[np.searchsorted(posterior.cumsum(), (LOW_QUANTILE, HIGH_QUANTILE))]
    alike = float(ALIKE_GRID @ posterior)
    strength = (1 - alike) / alike
    rate = (strength * above + count) / (strength + total)
    return np.asarray(rate), Share(alike, float(low), float(high), not heard.any())
