"""How virtual members behave: always alike for equal seeds, and within the figures an exercise is specified with."""

from __future__ import annotations

import numpy as np
import pytest

from muster.exercise.truth.behaviour import Conduct, Say, conduct, road_minutes
from muster.exercise.truth.chance import stream
from muster.exercise.truth.day import Day, day_of
from muster.exercise.truth.nature import nature_of

TOWNS = ("a", "b", "c")
DAYS = [day_of(("test", n), TOWNS) for n in range(400)]


def meet(seed: object, number: str, day: Day, channel: str = "sms") -> Conduct:
    nature = nature_of(1, number, "u", team=False)
    return conduct(seed, number, nature, day, part=6, town="a", distance_km=4.0, channel=channel)


def test_equal_seeds_give_equal_conduct_in_whatever_order_one_asks() -> None:
    day = day_of("d", TOWNS)
    forward = [meet(5, f"M{n}", day) for n in range(50)]
    backward = [meet(5, f"M{n}", day) for n in reversed(range(50))]
    assert forward == backward[::-1]
    assert forward != [meet(6, f"M{n}", day) for n in range(50)]
    assert day_of("d", TOWNS) == day


def test_streams_of_different_words_differ_and_of_equal_words_do_not() -> None:
    assert stream("a", 1).random() == stream("a", 1).random()
    assert stream("a", 1).random() != stream("a", 2).random()
    assert stream("ab", "c").random() != stream("a", "bc").random()


def test_shocks_are_spread_as_specified_and_have_no_bias() -> None:
    rho = np.array([day.rho for day in DAYS])
    assert rho.min() >= 0.02
    assert rho.max() <= 0.10
    scaled = np.array([day.shock / np.sqrt(day.rho / (1 - day.rho)) for day in DAYS])
    assert abs(scaled.mean()) < 4 * scaled.std() / len(DAYS) ** 0.5
    spread = np.pi / 3**0.5 * 0.65**0.5
    assert scaled.std() == pytest.approx(spread, rel=0.15)


def test_no_shows_of_days_lie_between_three_and_eight_in_a_hundred() -> None:
    shares = [day.no_show for day in DAYS]
    assert 0.03 <= min(shares) < max(shares) <= 0.08
    people = [meet(1, f"N{n}", DAYS[0]) for n in range(4000)]
    said = [p for p in people if p.words and p.words[-1].say is Say.ACCEPT]
    stayed = sum(p.arrives is None for p in said) / len(said)
    assert stayed == pytest.approx(DAYS[0].no_show, abs=0.02)


def test_one_in_ten_ignores_a_release() -> None:
    stubborn = [nature_of(1, f"S{n}", "u", team=False).stubborn for n in range(4000)]
    assert np.mean(stubborn) == pytest.approx(0.10, abs=0.02)


def test_nobody_arrives_before_setting_out_or_answers_before_being_called() -> None:
    for n in range(500):
        seen = meet(2, f"A{n}", DAYS[n % 50])
        assert all(word.minutes > 0 for word in seen.words)
        assert [w.minutes for w in seen.words] == sorted(w.minutes for w in seen.words)
        if seen.arrives is not None:
            assert seen.sets_out is not None
            assert 0 < seen.sets_out < seen.arrives
            assert seen.delivered


def test_who_is_not_reached_does_nothing() -> None:
    lost = [c for n in range(3000) if not (c := meet(3, f"L{n}", DAYS[1])).delivered]
    assert lost
    assert all(not c.words and c.arrives is None for c in lost)


def test_a_decline_names_a_reason_the_reply_page_knows() -> None:
    reasons = {w.reason for n in range(2000) for w in meet(4, f"R{n}", DAYS[2]).words if w.say is Say.DECLINE}
    assert reasons <= {"at_work", "out_of_town", "ill", "family", "other"}
    assert len(reasons) > 3


def test_a_longer_way_takes_longer_and_bad_roads_too() -> None:
    near = np.mean([road_minutes(stream("n", n), 2.0, 1.0) for n in range(300)])
    far = np.mean([road_minutes(stream("n", n), 8.0, 1.0) for n in range(300)])
    jam = np.mean([road_minutes(stream("n", n), 8.0, 1.25) for n in range(300)])
    assert near < far < jam
    assert jam == pytest.approx(1.25 * far)


def test_one_who_was_telephoned_sends_no_texts_but_comes_the_same() -> None:
    seen = next(c for n in range(50) if (c := meet(5, f"T{n}", DAYS[3])).words and c.arrives)
    assert seen.spoken().words == ()
    assert seen.spoken().arrives == seen.arrives
