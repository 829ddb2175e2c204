"""What silence and absence say about people, checked against plain simulation."""

from types import SimpleNamespace

import numpy as np
import pytest

from muster.apps.incidents.forecast import Standing, _not_here_yet
from muster.apps.service.reads import Turnout
from muster.planning.response import Delay

SIZE = 1
DECLINE = 0.5


def turnout_of(accept: float, delivered: float, no_show: float) -> Turnout:
    one = np.ones(SIZE)
    return Turnout(
        accept=one * accept, accept_low=one * 0, accept_high=one, delivered=one * delivered, no_show=one * no_show,
        prior=np.zeros(SIZE, bool), model_version="t", rho=0.05, rho_town=0.0, reply_delay=Delay(0.0, np.log(4.0), 0.9),
        decline=DECLINE, preparation=Delay(0.0, np.log(8.0), 0.5),
    )  # fmt: skip


def standing(**known) -> Standing:
    flags = {
        name: np.zeros(SIZE, bool)
        for name in ("here", "coming", "unclear", "undelivered", "silent", "declined", "delivered")
    }
    minutes = {
        name: np.full(SIZE, np.nan) for name in ("since_alert", "eta_in", "since_reply", "since_arrival", "share")
    }
    for name, value in known.items():
        (flags if name in flags else minutes)[name] = np.full(SIZE, value)
    return Standing(fixed=np.ones(SIZE, bool), alert_ids=np.ones(SIZE, np.int64), **flags, **minutes)


LAW = (np.full(SIZE, 8.0), np.log(np.full(SIZE, 12.0)), np.full(SIZE, 0.3))


def first(parts):
    names = ("show", "offset", "mu", "sigma", "loading", "not_before")
    return SimpleNamespace(**{name: float(part[0]) for name, part in zip(names, parts, strict=True)})


@pytest.mark.parametrize("waited", [1.0, 5.0, 20.0])
def test_silence_makes_coming_less_likely_exactly_as_often_as_silent_people_come_in_a_simulation(waited):
    rng = np.random.default_rng(7)
    n = 400_000
    accepts = rng.random(n) < 0.7
    delivered = rng.random(n) < 0.9
    shows = rng.random(n) < 0.95
    says_no = ~(accepts & delivered) & (rng.random(n) < DECLINE)
    delay = np.exp(np.log(4.0) + 0.9 * rng.standard_normal(n))
    silent = ~(((accepts & delivered) | says_no) & (delay <= waited))
    expected = (accepts & delivered & shows)[silent].mean()
    law = standing(silent=True, since_alert=waited).laws(turnout_of(0.7, 0.9, 0.05), LAW)
    assert first(law).show == pytest.approx(expected, abs=0.004)


def test_who_should_have_been_here_long_ago_is_hardly_expected_any_more():
    rng = np.random.default_rng(11)
    n = 400_000
    comes = rng.random(n) < 0.95
    arrival = np.exp(np.log(10.0) + 0.3 * rng.standard_normal(n))
    left = 16.0
    expected = comes[~(comes & (arrival <= left))].mean()
    got = _not_here_yet(np.array([0.95]), np.array([-left]), np.log(np.array([10.0])), np.array([0.3]))
    assert got[0] == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("waited", [0.0, 15.0, 30.0])
def test_of_people_behind_a_number_so_many_come_as_a_simulation_says_of_those_not_yet_here(waited):
    rng = np.random.default_rng(13)
    n = 400_000
    comes = (rng.random(n) < 5 / 8) & (rng.random(n) < 0.95)
    arrival = 8.0 + np.exp(np.log(12.0) + 0.3 * rng.standard_normal(n))
    expected = comes[~(comes & (arrival <= waited))].mean()
    law = standing(silent=True, since_alert=waited, share=5 / 8).laws(turnout_of(0.2, 0.5, 0.05), LAW)
    assert first(law).show == pytest.approx(expected, abs=0.004), "neither his own rate nor the channel counts any more"
    assert first(law).loading < 1
    assert first(law).offset == pytest.approx(8.0 - waited)


def test_behind_a_lead_who_has_said_nothing_people_count_by_their_own_chance_as_if_called_now():
    law = standing(silent=True).laws(turnout_of(0.6, 0.9, 0.1), LAW)
    assert first(law).show == pytest.approx(0.6 * 0.9 * 0.9)
    assert first(law).offset == 8.0
    assert first(law).loading == 1.0


def test_somebody_checked_in_is_certain_and_arrived_when_he_did():
    known = first(standing(here=True, since_alert=40.0, since_arrival=5.0).laws(turnout_of(0.7, 0.9, 0.05), LAW))
    assert (known.show, known.offset, known.mu, known.loading) == (1.0, -5.0, -np.inf, 0.0)


def test_an_eta_replaces_the_computed_road():
    known = first(standing(coming=True, since_alert=10.0, eta_in=25.0).laws(turnout_of(0.7, 0.9, 0.05), LAW))
    assert known.show == pytest.approx(0.95)
    assert (known.offset, known.mu) == (0.0, pytest.approx(np.log(25.0)))


def test_who_is_long_overdue_by_his_own_eta_is_hardly_expected_any_more():
    in_time = first(
        standing(coming=True, since_alert=22.0, since_reply=20.0, eta_in=10.0).laws(turnout_of(0.7, 0.9, 0.05), LAW)
    )
    overdue = first(
        standing(coming=True, since_alert=62.0, since_reply=60.0, eta_in=-30.0).laws(turnout_of(0.7, 0.9, 0.05), LAW)
    )
    assert in_time.show > 0.93
    assert overdue.show < 0.4


def test_an_undelivered_message_leaves_little_hope_and_an_unclear_answer_half():
    said = turnout_of(0.8, 1.0, 0.0)
    assert first(standing(undelivered=True, since_alert=1.0).laws(said, LAW)).show == pytest.approx(0.08)
    assert first(standing(unclear=True, since_alert=1.0).laws(said, LAW)).show == pytest.approx(0.4)
