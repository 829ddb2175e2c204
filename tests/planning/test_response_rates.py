"""Lost alerts with their bad days, and who accepts and stays away, against textbook laws and known invented truth."""

import json

import numpy as np
import pytest
from scipy.stats import beta, betabinom

from muster.planning.history import ACCEPTED
from muster.planning.response import ResponseModel, predict
from muster.planning.response_fit import fit
from muster.planning.response_rates import ALIKE_GRID, days_apart, deliveries, no_shows, overall, pooled, share
from tests.planning.test_response import MEMBERS, UNIT_OF, UNITS, invented


def days(seed=0, days=200, usual=0.03, bad=0.5, often=0.06, least=10, most=90):
    rng = np.random.default_rng(seed)
    sent = rng.integers(least, most, days).astype(float)
    is_bad = rng.random(days) < often
    return rng.binomial(sent.astype(int), np.where(is_bad, bad, usual)).astype(float), sent, is_bad


def test_a_share_is_the_beta_law_s():
    found = share(3, 20, (1.0, 4.0))
    assert found.mean == pytest.approx(4 / 25)
    assert [found.low, found.high] == pytest.approx(beta.ppf([0.05, 0.95], 4, 21))
    assert not found.prior
    assert share(0, 0, (1.0, 4.0)).prior


def test_bad_days_of_a_channel_are_told_apart_from_usual_ones():
    lost, sent, is_bad = days()
    found = days_apart(lost, sent)
    assert found.bad_seen == pytest.approx(is_bad.sum(), abs=0.5)
    assert found.usual.low < 0.03 < found.usual.high
    assert found.on_bad_day.low < 0.5 < found.on_bad_day.high
    assert found.bad_days.low < 0.06 < found.bad_days.high
    assert found.days == 200


def test_the_intervals_hold_the_truth_as_often_as_they_say():
    held = np.zeros(3)
    for seed in range(60):
        found = days_apart(*days(seed, days=150)[:2])
        truth = (0.03, 0.5, 0.06)
        shares = (found.usual, found.on_bad_day, found.bad_days)
        held += [one.low <= value <= one.high for one, value in zip(shares, truth, strict=True)]
    assert (held >= 60 * 0.8).all()  # 90 % stated; 48 or fewer of 60 has a chance of 1 %


def test_days_that_differ_a_little_are_no_bad_days_but_widen_the_interval():
    rng = np.random.default_rng(1)
    sent = np.full(60, 100.0)
    even = days_apart(rng.binomial(100, 0.04, 60).astype(float), sent)
    uneven = days_apart(rng.binomial(100, rng.uniform(0.0, 0.08, 60)).astype(float), sent)
    assert max(even.bad_seen, uneven.bad_seen) < 1
    assert uneven.usual.high - uneven.usual.low > 1.2 * (even.usual.high - even.usual.low)
    assert uneven.usual.low < 0.04 < uneven.usual.high


def test_over_all_days_the_mean_is_the_mixture_s_and_the_interval_holds_it():
    lost, sent, _ = days(days=300)
    found = overall(days_apart(lost, sent))
    assert found.mean == pytest.approx(1 - lost.sum() / sent.sum(), abs=0.01)
    held = [overall(days_apart(*days(seed, days=60)[:2])) for seed in range(60)]
    assert sum(one.low < 1 - (0.94 * 0.03 + 0.06 * 0.5) < one.high for one in held) >= 48
    few = overall(days_apart(lost[:20], sent[:20]))
    assert few.high - few.low > 2 * (found.high - found.low)


def test_a_channel_without_use_has_the_prior_and_says_so():
    found = days_apart(np.zeros(0), np.zeros(0))
    assert found.usual.prior
    assert found.on_bad_day.prior
    assert found.bad_days.prior
    assert overall(found).prior
    assert (found.days, found.bad_seen) == (0, 0)
    assert overall(found).mean == pytest.approx(1 - (0.95 * 0.05 + 0.05 * 0.5))


def test_every_channel_has_its_own_days():
    history, _, _ = invented(callouts=10)
    rows = history.channel == 1
    lost = np.bincount(history.callout[rows], ~history.delivered[rows], 10)
    assert deliveries(history)[1] == days_apart(lost, np.bincount(history.callout[rows], minlength=10).astype(float))


def test_a_channel_that_always_loses_nearly_everything_has_few_days_worse_than_usual():
    sent = np.full(40, 50.0)
    found = days_apart(np.full(40, 48.0), sent)
    assert found.usual.mean == pytest.approx(0.96, abs=0.03)
    assert 0.9 < found.on_bad_day.mean < 1
    assert found.bad_seen < 3


# --- who accepts and stays away ---


def grouped(seed, groups, alike, mean=0.08, n=30):
    rng = np.random.default_rng(seed)
    width = (1 - alike) / alike
    rate = rng.beta(mean * width, (1 - mean) * width, groups)
    total = rng.integers(1, n, groups)
    return rng.binomial(total, rate), total, rate


def test_pooling_is_the_beta_binomial_posterior():
    count, total, _ = grouped(0, 40, 0.05)
    above = np.linspace(0.05, 0.12, 40)
    rate, alike = pooled(count, total, above)
    width = (1 - ALIKE_GRID) / ALIKE_GRID
    log = np.array([betabinom.logpmf(count, total, above * w, (1 - above) * w).sum() for w in width])
    weight = np.exp(log - log.max()) * beta.pdf(ALIKE_GRID, 1, 19) * ALIKE_GRID  # an even grid of logarithms
    weight /= weight.sum()
    assert alike.mean == pytest.approx(ALIKE_GRID @ weight)
    assert [alike.low, alike.high] == ALIKE_GRID[np.searchsorted(weight.cumsum(), [0.05, 0.95])].tolist()
    w = (1 - alike.mean) / alike.mean
    assert rate == pytest.approx((above * w + count) / (w + total))


@pytest.mark.parametrize("alike", [0.005, 0.05, 0.15])
def test_how_much_alike_is_found_again(alike):
    held = 0
    for seed in range(20):
        count, total, rate = grouped(seed, 150, alike)
        found, said = pooled(count, total, np.full(150, 0.08))
        held += said.low <= alike <= said.high
        if alike > 0.04:
            raw = count / total
            assert ((found - rate) ** 2).mean() < ((raw - rate) ** 2).mean()
    assert held >= 14  # 90 % stated, the prior pulls towards nothing


def test_nobody_accepted_yet_leaves_the_rate_above_and_the_prior():
    rate, alike = pooled(np.zeros(3), np.zeros(3), np.array([0.1, 0.2, 0.3]))
    assert rate.tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert alike.prior
    assert alike.low < 0.05 < alike.high


def test_members_who_stay_away_again_and_again_are_known_and_their_unit_with_them():
    """Unit 3 stays away half the time, and member 8 always."""
    history, _, _ = invented(callouts=40)
    rng = np.random.default_rng(5)
    chance = np.where(history.member == 8, 1.0, np.where(UNIT_OF[history.member] == 3, 0.5, 0.03))
    arrived = np.where((history.reply == ACCEPTED) & (rng.random(len(history)) >= chance), 30.0, np.nan)
    history, _, _ = invented(callouts=40, arrived_minutes=arrived)
    everybody, found = no_shows(history)
    rows = history.reply == ACCEPTED
    assert everybody.mean == pytest.approx(np.isnan(arrived[rows]).mean(), abs=0.005)
    assert found.unit.argmax() == 3
    assert found.unit[3] == pytest.approx(0.5, abs=0.1)
    others = np.delete(found.member, [8, *np.flatnonzero(UNIT_OF == 3)])
    assert found.member[8] > others.max()
    assert found.member[UNIT_OF == 3].mean() > 5 * others.mean()
    model = fit(history)
    said = predict(
        model, member=np.array([8, -1, -1, MEMBERS]), unit=np.array([0, 3, -1, UNITS]), part=0,
        channel=np.zeros(4, int),
    )  # fmt: skip
    assert said.no_show.tolist() == [found.member[8], found.unit[3], everybody.mean, everybody.mean]


def test_members_of_no_history_stand_at_everybody_s_rate():
    history, _, _ = invented(callouts=3, members=MEMBERS + 2)
    everybody, found = no_shows(history)
    assert found.member[MEMBERS:] == pytest.approx(everybody.mean)


# --- in the model ---


def test_the_model_keeps_both_apart_and_carries_them_through_json():
    history, _, _ = invented(callouts=12)
    model = fit(history)
    again = ResponseModel.from_dict(json.loads(json.dumps(model.to_dict())))
    assert again.to_dict() == model.to_dict()
    assert again.channels == model.channels == deliveries(history)
    assert model.delivered == tuple(overall(one) for one in model.channels)
    assert again.no_shows.member.tolist() == no_shows(history)[1].member.tolist()


def test_models_stored_before_the_rates_were_told_apart_are_still_read():
    values = fit(invented(callouts=5)[0]).to_dict()
    for name in ("channels", "no_shows", "shock_low", "shock_town_low"):
        del values[name]
    old = ResponseModel.from_dict(values)
    assert (old.channels, old.no_shows, old.shock_low) == ((), None, 0.0)
    said = predict(old, member=np.array([3]), unit=np.array([2]), part=0, channel=np.array([0]))
    assert said.no_show.tolist() == [old.no_show.mean]
    assert ResponseModel.from_dict(json.loads(json.dumps(old.to_dict()))).no_shows is None


def test_the_limits_of_both_shocks_enclose_their_estimates_and_the_truth_most_of_the_time():
    held = []
    for seed in range(8):
        model = fit(invented(seed + 40, callouts=40, shock=0.06, shock_town=0.04)[0])
        assert model.shock_low < model.shock < model.shock_upper
        assert model.shock_town_low < model.shock_town < model.shock_town_upper
        held += [model.shock_low <= 0.06 <= model.shock_upper, model.shock_town_low <= 0.04 <= model.shock_town_upper]
        assert model.rho_town_upper > model.rho_town
    assert sum(held) >= 12
