"""The back-test tells right forecasts from wrong ones, looks at nothing that lay ahead, and its bands hold."""

import json

import numpy as np
import pytest
from scipy.stats import binom, norm

from muster.planning import response_check
from muster.planning.history import ACCEPTED, NO_REPLY
from muster.planning.problem import InvalidProblem
from muster.planning.response import predict
from muster.planning.response_check import (
    BackTest,
    Check,
    backtest,
    band,
    brier,
    check,
    draws,
    log_score,
    reliability,
    summed_up,
    usual_check,
)
from muster.planning.response_fit import fit
from tests.planning.test_response import invented, nothing


def forecast(rows=4000, callouts=40, seed=0, rho=0.0, rho_town=0.0, said=lambda p: p, towns=4):
    """A back-test of people with known chances; `said` distorts what was stated of them."""
    rng = np.random.default_rng(seed)
    callout = np.arange(rows) % callouts
    town = rng.integers(0, towns, rows)
    chance = rng.uniform(0.2, 0.9, rows)
    push = np.sqrt(rho) * rng.normal(size=callouts)[callout]
    push = push + np.sqrt(rho_town) * rng.normal(size=(callouts, towns))[callout, town]
    accepted = push + np.sqrt(1 - rho - rho_town) * rng.normal(size=rows) < norm.ppf(chance)
    same = np.ones(rows)
    return BackTest(
        chance=said(chance), pooled=same * chance.mean(), accepted=accepted, callout=callout,
        group=callout * towns + town, part=callout % 3, known=rng.random(rows) < 0.7, rho=same * rho,
        rho_town=same * rho_town,
    )  # fmt: skip


def test_scores_are_the_textbook_ones():
    chance, happened = np.array([0.8, 0.3, 1.0]), np.array([True, False, False])
    assert brier(chance, happened) == pytest.approx((0.04 + 0.09 + 1) / 3)
    assert log_score(chance[:2], happened[:2]) == pytest.approx(-(np.log(0.8) + np.log(0.7)) / 2)
    assert 6 < log_score(chance, happened) < 8  # a certainty that did not come is bad but not infinite


def test_each_callout_is_forecast_from_the_ones_before_it_only():
    history, _, _ = invented(callouts=8, asked=40)
    ahead = np.where(history.callout > 5, NO_REPLY, history.reply)
    changed, _, _ = invented(callouts=8, asked=40, reply=ahead)
    known, other = backtest(history, 5), backtest(changed, 5)
    first = known.callout == 5
    assert known.chance[first] == pytest.approx(other.chance[first], abs=0)
    assert np.abs(known.chance[known.callout == 7] - other.chance[known.callout == 7]).max() > 1e-3
    rows = np.flatnonzero((history.callout == 5) & history.delivered)
    said = predict(
        fit(history.until(5)), member=history.member[rows], unit=history.unit[rows], part=int(history.part[rows[0]]),
        channel=history.channel[rows],
    )  # fmt: skip
    assert known.chance[first].tolist() == said.accept.tolist()
    assert known.known[first].tolist() == np.isin(
        history.member[rows], history.member[history.delivered & (history.callout < 5)]
    ).tolist()  # fmt: skip
    heard = history.delivered & (history.callout < 5)
    assert known.pooled[first] == pytest.approx((1 + (history.reply[heard] == ACCEPTED).sum()) / (2 + heard.sum()))


def test_fewer_models_forecast_runs_of_callouts_and_still_look_at_nothing_ahead(monkeypatch):
    history, _, _ = invented(callouts=10, asked=40)
    asked = []
    monkeypatch.setattr(response_check, "fit", lambda past: asked.append(int(past.callout.max())) or fit(past))
    found = backtest(history, 4, fits=3)
    assert asked == [3, 5, 7]
    assert sorted(set(found.callout.tolist())) == [4, 5, 6, 7, 8, 9]
    assert len(found) == int((history.delivered & (history.callout >= 4)).sum())


@pytest.mark.parametrize("first", [0, 8])
def test_a_past_with_nothing_before_or_nothing_after_can_not_be_checked(first):
    history, _, _ = invented(callouts=8, asked=40)
    with pytest.raises(InvalidProblem):
        backtest(history, first)


def test_the_band_holds_as_many_whole_curves_as_it_says():
    rng = np.random.default_rng(0)
    curves = rng.normal(size=(2000, 6)).cumsum(axis=1)
    low, high = band(curves, 0.9)
    fresh = np.random.default_rng(1).normal(size=(4000, 6)).cumsum(axis=1)
    held = ((fresh >= low) & (fresh <= high)).all(axis=1).mean()
    assert held == pytest.approx(0.9, abs=0.03)
    assert ((curves >= low) & (curves <= high)).all(axis=1).mean() >= 0.9


def test_one_bin_without_shocks_has_the_binomial_s_own_limits():
    test = forecast(rows=300, said=lambda p: np.full(len(p), 0.6))
    (one,) = reliability(test, np.random.default_rng(0), bins=1)
    assert one.alerts == 300
    for low, high in ((one.low, one.high), (one.low_alone, one.high_alone)):
        assert [low * 300, high * 300] == pytest.approx(binom.ppf([0.025, 0.975], 300, 0.6), abs=2.1)


def test_draws_with_shocks_have_the_variance_of_the_latent_model():
    """Of one callout's acceptances at chance p: n p (1 - p) + n (n - 1) (P(both) - p^2), by the bivariate normal."""
    rho, rho_town, p, n = 0.06, 0.04, 0.6, 200
    same, place = np.ones(n), np.zeros(n, int)
    town = np.arange(n) % 2
    test = BackTest(same * p, same * p, same > 0, place, town, place, same > 0, same * rho, same * rho_town)
    drawn = draws(test, np.random.default_rng(0), place)[:, 0]
    z = norm.ppf(p)
    pairs = {
        r: np.mean(norm.cdf((z - np.sqrt(r) * norm.ppf((np.arange(20000) + 0.5) / 20000)) / np.sqrt(1 - r)) ** 2)
        for r in (rho, rho + rho_town)
    }
    within = 2 * (n / 2) * (n / 2 - 1) * (pairs[rho + rho_town] - p**2)
    across = n * n / 2 * (pairs[rho] - p**2)
    assert drawn.mean() == pytest.approx(n * p, rel=0.03)
    assert drawn.var() == pytest.approx(n * p * (1 - p) + within + across, rel=0.15)


def test_right_forecasts_lie_in_their_band_and_wrong_ones_do_not():
    right = [summed_up(forecast(seed=seed, rho=0.05, rho_town=0.03), trained_on=5).inside for seed in range(10)]
    assert sum(right) >= 8
    assert not summed_up(forecast(said=lambda p: np.clip(p + 0.15, 0, 1)), trained_on=5).inside
    assert not summed_up(forecast(said=lambda p: np.clip(1.8 * (p - 0.55) + 0.55, 0, 1)), trained_on=5).inside


def test_answers_that_hang_together_leave_the_band_of_those_who_answer_alone():
    """With strong shocks the narrow band, which knows of none, is too narrow: that is why both are shown."""
    together = [summed_up(forecast(seed=seed, callouts=12, rho=0.2), trained_on=5) for seed in range(10)]
    alone = sum(all(b.low_alone <= b.happened <= b.high_alone for b in one.bins) for one in together)
    assert alone <= 3 < 7 <= sum(one.inside for one in together)


def test_as_many_turnouts_as_stated_lie_in_their_interval_and_fewer_when_shocks_are_denied():
    found = [summed_up(forecast(seed=s, rho=0.08), trained_on=5).turnouts_inside for s in range(5)]
    assert np.mean(found) / 40 == pytest.approx(0.9, abs=0.06)
    shaken = forecast(seed=3, rho=0.3)
    denied = BackTest(
        **{n: getattr(shaken, n) for n in shaken.__slots__ if not n.startswith("rho")}, rho=np.zeros(4000),
        rho_town=np.zeros(4000),
    )  # fmt: skip
    assert summed_up(denied, trained_on=5).turnouts_inside < 30


def test_parts_and_newcomers_are_summed_up_apart_and_what_is_missing_is_missing():
    test = forecast()
    found = summed_up(test, trained_on=5)
    assert found.parts[3:] == (None,) * 5
    assert found.parts[1].happened == pytest.approx(test.accepted[test.part == 1].mean())
    assert (found.callouts, found.alerts, found.trained_on) == (40, 4000, 5)
    assert found.known.alerts + found.new.alerts == 4000
    assert found.new.said == pytest.approx(test.chance[~test.known].mean())
    assert found.brier < found.brier_pooled
    assert found.log < found.log_pooled


def test_a_handful_of_alerts_gets_as_many_bins_as_there_are_alerts():
    assert len(reliability(forecast(rows=4, callouts=2), np.random.default_rng(0))) == 4


def test_a_check_survives_json_and_is_the_same_from_the_same_seed():
    history, _, _ = invented(callouts=8, asked=40)
    found = check(history, 5, fits=1, seed=3)
    assert found == check(history, 5, fits=1, seed=3)
    assert Check.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    old = summed_up(forecast(rows=4, callouts=2), trained_on=1)
    assert Check.from_dict(json.loads(json.dumps(old.to_dict()))) == old


def test_the_check_beside_a_model_trains_on_a_third_and_waits_until_there_is_enough():
    history, _, _ = invented(callouts=12, asked=40)
    found = usual_check(history)
    assert (found.trained_on, found.callouts) == (4, 8)
    assert found == check(history, 4, fits=6)
    assert usual_check(history.until(11)) is None
    lost, _, _ = invented(callouts=12, asked=40, delivered=history.delivered & (history.callout < 4))
    assert usual_check(lost) is None
    assert usual_check(nothing()) is None


@pytest.mark.parametrize("change", [{"bins": [{"colour": 1}]}, {"known": 3}, {"more": 1}])
def test_a_check_that_can_not_be_read_is_refused(change):
    found = summed_up(forecast(rows=40, callouts=2), trained_on=1).to_dict()
    with pytest.raises(InvalidProblem):
        Check.from_dict({**found, **change})
    del found["bins"]
    with pytest.raises(InvalidProblem):
        Check.from_dict(found)
