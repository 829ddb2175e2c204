"""The response model finds again what invented history was made from, and is honest about what it does not know."""

import json

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import norm

from muster.planning import response_fit
from muster.planning.history import ACCEPTED, DECLINED, NO_REPLY, PARTS, History
from muster.planning.problem import InvalidProblem
from muster.planning.response import Delay, ResponseModel, accept_after_silence, predict
from muster.planning.response_fit import fit

MEMBERS, UNITS, TOWNS = 150, 8, 4
UNIT_TOWN = np.arange(UNITS) % TOWNS
UNIT_OF = np.arange(MEMBERS) % UNITS
PART_EFFECT = np.array([0.3, 0.0, -0.3, 0.0, 0.3, 0.0, 0.1, 0.0])


def invented(seed=0, callouts=30, asked=80, shock=0.05, shock_town=0.03, **changes):
    """A history made from known effects: (history, P(accepts) of every row given the shocks' mean)."""
    rng = np.random.default_rng(seed)
    person = rng.normal(0, 0.45, MEMBERS)
    callout = np.repeat(np.arange(callouts), asked)
    member = np.concatenate([rng.choice(MEMBERS, asked, replace=False) for _ in range(callouts)])
    unit = UNIT_OF[member]
    part = rng.integers(0, PARTS, callouts)[callout]
    common = rng.normal(0, np.sqrt(shock), callouts)[callout]
    local = rng.normal(0, np.sqrt(shock_town), (callouts, TOWNS))[callout, UNIT_TOWN[unit]]
    mean = 0.3 + PART_EFFECT[part] + person[member]
    channel = rng.integers(0, 2, len(member))
    delivered = rng.random(len(member)) < np.where(channel == 0, 0.97, 0.8)
    accepts = delivered & (rng.normal(size=len(member)) < mean + common + local)
    words = delivered & ~accepts & (rng.random(len(member)) < 0.6)
    reply = np.where(accepts, ACCEPTED, np.where(words, DECLINED, NO_REPLY))
    road = rng.uniform(5, 25, len(member))
    arrived = np.where(
        accepts & (rng.random(len(member)) < 0.94), road + 4 + np.exp(rng.normal(1.5, 0.4, len(member))), np.nan
    )
    minutes = np.where(reply > 0, np.exp(rng.normal(1.2, 0.7, len(member))), np.nan)
    values = {
        "callout": callout,
        "part": part,
        "member": member,
        "unit": unit,
        "channel": channel,
        "delivered": delivered,
        "reply": reply,
        "reply_minutes": minutes,
        "arrived_minutes": arrived,
        "unit_town": UNIT_TOWN,
        "members": MEMBERS,
        "channels": 2,
        "road_minutes": road,
    }
    return History(**{**values, **changes}), ndtr(mean / np.sqrt(1 + shock + shock_town)), person


def nothing():
    empty = np.zeros(0)
    none = np.zeros(0, int)
    return History(none, none, none, none, none, none.astype(bool), none, empty, empty, UNIT_TOWN, MEMBERS, 2)


@pytest.fixture(scope="module")
def learned():
    history, truth, person = invented()
    return history, truth, person, fit(history)


def test_the_chances_are_near_the_true_ones_and_better_than_one_rate_for_all(learned):
    history, truth, _, model = learned
    rows = history.callout == 7
    said = predict(
        model,
        member=history.member[rows],
        unit=history.unit[rows],
        part=int(history.part[rows][0]),
        channel=history.channel[rows],
    )
    pooled = (history.reply[history.delivered] == ACCEPTED).mean()
    assert np.abs(said.accept - truth[rows]).mean() < 0.8 * np.abs(pooled - truth[rows]).mean()
    inside = (said.low <= truth[rows]) & (truth[rows] <= said.high)
    assert inside.mean() > 0.75
    assert (said.low < said.accept).all()
    assert (said.accept < said.high).all()
    assert said.show == pytest.approx(said.delivered * said.accept * (1 - said.no_show))


def test_members_who_came_more_often_are_expected_more_but_not_as_much_as_their_raw_rate(learned):
    _, _, person, model = learned
    effect = model.effects["member"].mean
    assert np.corrcoef(effect, person)[0, 1] > 0.6
    assert 0 < model.effects["member"].spread < 0.45**2 * 1.6
    assert np.abs(effect).mean() < np.abs(person).mean()


def test_shocks_are_found_and_their_limits_lie_above():
    district, town, upper = [], [], []
    for seed in range(4):
        model = fit(invented(seed + 10, callouts=50)[0])
        district.append(model.shock)
        town.append(model.shock_town)
        upper.append(model.rho_upper)
        assert model.rho < model.rho_upper
        assert model.rho_town < model.rho_town_upper
    assert np.mean(district) == pytest.approx(0.05, rel=0.4)
    assert np.mean(town) == pytest.approx(0.03, rel=0.5)
    assert sum(limit >= 0.05 / 1.08 for limit in upper) >= 3


def test_delivery_no_show_refusal_and_delays_are_kept_apart(learned):
    _, _, _, model = learned
    assert model.delivered[0].mean == pytest.approx(0.97, abs=0.02)
    assert model.delivered[1].mean == pytest.approx(0.8, abs=0.03)
    assert model.no_show.mean == pytest.approx(0.06, abs=0.02)
    assert model.no_show.low < 0.06 < model.no_show.high
    assert model.decline.mean == pytest.approx(0.6, abs=0.05)
    assert model.reply_delay.mu == pytest.approx(1.2, abs=0.05)
    assert model.reply_delay.sigma == pytest.approx(0.7, abs=0.05)
    mean = model.preparation.offset + np.exp(model.preparation.mu + model.preparation.sigma**2 / 2)
    assert mean == pytest.approx(4 + np.exp(1.5 + 0.08), rel=0.1)


def test_bad_days_of_a_channel_widen_its_interval():
    history, _, _ = invented(3)
    rng = np.random.default_rng(0)
    steady = fit(invented(3, delivered=rng.random(len(history)) < 0.9, reply=np.zeros(len(history), int))[0])
    good = np.where(history.callout % 5 == 0, 0.5, 1.0)
    shaky = fit(invented(3, delivered=rng.random(len(history)) < good, reply=np.zeros(len(history), int))[0])
    width = [model.delivered[0].high - model.delivered[0].low for model in (steady, shaky)]
    assert width[1] > 2 * width[0]


def test_members_without_history_get_the_prior_and_it_is_said(learned):
    _, _, _, model = learned
    unknown = np.array([-1, MEMBERS + 5, 3])
    said = predict(model, member=unknown, unit=np.array([-1, 2, 3]), part=0, channel=np.array([-1, 1, 0]))
    assert said.prior.tolist() == [True, True, False]
    assert said.high[0] - said.low[0] > said.high[2] - said.low[2]
    assert said.delivered.tolist() == [model.delivered[1].mean, model.delivered[1].mean, model.delivered[0].mean]


def test_without_any_history_everything_is_prior():
    model = fit(nothing())
    said = predict(model, member=np.arange(3), unit=np.arange(3), part=2, channel=np.zeros(3, int))
    assert said.prior.all()
    assert said.accept == pytest.approx(0.5, abs=0.01)
    assert model.no_show.prior
    assert model.delivered[0].prior
    assert 0 < model.rho < model.rho_upper < 0.15
    assert (model.callouts, model.alerts) == (0, 0)


def test_effects_of_a_level_without_members_are_its_spread():
    model = fit(History(*(np.zeros(0, int) for _ in range(5)), np.zeros(0, bool), np.zeros(0, int), np.zeros(0),
                        np.zeros(0), np.zeros(0, int), 0, 1))  # fmt: skip
    said = predict(model, member=np.array([0]), unit=np.array([0]), part=0, channel=np.array([0]))
    assert said.prior.all()
    assert said.low[0] < 0.5 < said.high[0]


def test_a_model_survives_json_and_its_version_names_its_content(learned):
    _, _, _, model = learned
    again = ResponseModel.from_dict(json.loads(json.dumps(model.to_dict())))
    assert again.version == model.version
    assert again.to_dict() == model.to_dict()
    assert fit(invented()[0]).version == model.version
    assert fit(invented(1)[0]).version != model.version


@pytest.mark.parametrize("change", [{"effects": {}}, {"no_show": None}, {"seen": ["x"]}, {"colour": 1}])
def test_a_model_that_can_not_be_read_is_refused(learned, change):
    values = {**learned[3].to_dict(), **change}
    if change == {"effects": {}}:
        del values["effects"]
    with pytest.raises(InvalidProblem):
        ResponseModel.from_dict(values)


@pytest.mark.parametrize(
    "change",
    [
        {"part": np.full(2400, 8)},
        {"reply": np.full(2400, 3)},
        {"member": np.full(2400, -1)},
        {"unit": np.full(2400, UNITS)},
        {"channel": np.full(2400, 2)},
        {"reply_minutes": np.zeros(3)},
        {"road_minutes": np.zeros(3)},
    ],
)
def test_a_history_that_makes_no_sense_is_refused(change):
    with pytest.raises(InvalidProblem):
        invented(**change)


def test_times_that_lie_before_the_alert_are_refused():
    history, _, _ = invented(callouts=3)
    with pytest.raises(InvalidProblem):
        fit(invented(callouts=3, reply_minutes=np.where(history.reply > 0, -1.0, np.nan))[0])


def test_the_past_ends_where_a_back_test_says():
    history, _, _ = invented(callouts=6)
    past = history.until(4)
    assert len(past) == 320
    assert past.callout.max() == 3
    assert past.town.tolist() == UNIT_TOWN[past.unit].tolist()
    bare, _, _ = invented(callouts=6, road_minutes=None)
    assert bare.until(2).road_minutes is None


def test_only_the_latest_callouts_shape_the_chances(monkeypatch):
    monkeypatch.setattr(response_fit, "MOST_CALLOUTS", 6)
    history, _, _ = invented(callouts=11, asked=30)
    changed = history.reply.copy()
    changed[history.callout < 5] = NO_REPLY
    other, _, _ = invented(callouts=11, asked=30, reply=changed)
    assert fit(history).intercept == pytest.approx(fit(other).intercept)


def test_ways_that_are_hardly_known_leave_the_usual_preparation():
    plain = fit(invented(callouts=4, road_minutes=None)[0]).preparation
    history, _, _ = invented(callouts=4)
    few = np.where(np.arange(len(history)) < 10, history.road_minutes, np.nan)
    assert fit(invented(callouts=4, road_minutes=few)[0]).preparation == plain


def test_silence_lowers_the_chance_by_bayes_rule():
    delay = Delay(0.0, 1.0, 0.8)
    a, d, t = 0.6, 0.5, 5.0
    heard = norm.cdf((np.log(t) - 1.0) / 0.8)
    expected = a * (1 - heard) / (1 - (a + d * (1 - a)) * heard)
    assert accept_after_silence(np.array([a]), np.array([t]), delay, d)[0] == pytest.approx(expected)
    assert accept_after_silence(np.array([a]), np.array([0.0]), delay)[0] == pytest.approx(a)
    waits = accept_after_silence(np.full(5, a), np.array([0, 1, 5, 20, 100.0]), delay)
    assert (np.diff(waits) < 0).all()
    assert accept_after_silence(np.array([1.0]), np.array([1e9]), delay)[0] == 0
