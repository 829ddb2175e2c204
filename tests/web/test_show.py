"""How numbers and times are written: the tables of the visual direction, and what must hold for every chance."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from muster.web import show

NOW = datetime(2026, 11, 2, 6, 27, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("p", "written"),
    [
        (0.3949, "39%"),
        (0.958, "95.8%"),
        (0.95849, "95.8%"),
        (0.9, "90.0%"),
        (0.8999, "89%"),
        (0.29, "29%"),
        (0.07, "7%"),
        (0.0099, "0.9%"),
        (0.001, "0.1%"),
        (0.0009, "<0.1%"),
        (0.0, "<0.1%"),
        (0.999, "99.9%"),
        (0.9991, ">99.9%"),
        (1.0, ">99.9%"),
        (None, "–"),
    ],
)
def test_a_chance_is_rounded_down_and_never_certain(p: float | None, written: str) -> None:
    assert show.chance(p) == written


@given(st.floats(0.001, 0.999))
def test_no_chance_is_ever_written_larger_than_it_is(p: float) -> None:
    written = float(show.chance_number(p))
    assert written / 100 <= p + 1e-12
    assert p - written / 100 < 0.01


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_larger_chance_is_never_written_smaller(p: float, q: float) -> None:
    def value(x: float) -> float:
        return float(show.chance_number(x).strip("<>"))

    assert value(min(p, q)) <= value(max(p, q))


def test_facts_may_be_none_or_all() -> None:
    assert [show.fact_number(p) for p in (0, 1, 0.5, None)] == ["0", "100", "50", "–"]


def test_the_band_and_the_target() -> None:
    assert show.chance_band(0.372, 0.4102) == "37–41%"
    assert show.chance_band(0.9512, 0.9519) == "95.1%"
    assert show.chance_band(None, 0.4) == "–"
    assert [show.target(p) for p in (0.95, 0.975, 0.9)] == ["95%", "97.5%", "90%"]


def test_counts_and_expected_people() -> None:
    assert [show.count(n) for n in (362, 72_400, 0, None, "")] == ["362", "72,400", "0", "–", "–"]
    assert [show.expected(x) for x in (1.3, 4.0, 9.96, 141.2, None)] == ["1.3", "4", "10", "141", "–"]


@pytest.mark.parametrize(("language", "written"), [("zh-hans", "72,400 元"), ("en", "CNY 72,400")])
def test_money_names_its_unit(language: str, written: str) -> None:
    with translation.override(language):
        assert show.money(Decimal("72400.00")) == written
        assert "200.50" in show.money(Decimal("200.50"))
        assert show.money(None) == "–"


def test_times_are_beijing_times() -> None:
    assert show.wall_clock(NOW) == "14:27"
    assert show.wall_clock(None) == show.month(None) == show.day(None) == "–"


@pytest.mark.parametrize(
    ("language", "day", "month"), [("zh-hans", "11 月 2 日", "2026.11"), ("en", "2 Nov", "2026-11")]
)
def test_days_and_months(language: str, day: str, month: str) -> None:
    with translation.override(language):
        assert show.day(NOW) == show.day(date(2026, 11, 2)) == day
        assert show.month(NOW) == show.month(date(2026, 11, 2)) == month


def test_late_evening_belongs_to_the_next_beijing_day() -> None:
    with translation.override("en"):
        assert show.day(datetime(2026, 11, 2, 17, 0, tzinfo=UTC)) == "3 Nov"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(-3, "0 s ago"), (8, "8 s ago"), (59.9, "59 s ago"), (60, "1 min ago"), (3600, "60 min ago"), (3601, "13:27")],
)
def test_ages_in_words(seconds: float, written: str) -> None:
    with translation.override("en"):
        assert show.ago(NOW - timedelta(seconds=seconds), NOW) == written
        assert show.ago(None, NOW) == "–"


def test_minutes_since_the_call() -> None:
    assert [show.t_minutes(m) for m in (0, 26, None)] == ["T+0", "T+26", "–"]
    assert show.t_running(timedelta(minutes=7, seconds=8)) == "07:08"
    assert show.t_running(150 * 60 + 12) == "150:12"
    assert [show.t_running(-5), show.t_running(None)] == ["00:00", "–"]


@pytest.mark.parametrize(
    ("number", "kept"),
    [("13812342071", "138****2071"), ("138****2071", "138****2071"), ("12345", "***45"), ("", "–"), (None, "–")],
)
def test_numbers_are_kept_back(number: str | None, kept: str) -> None:
    assert show.masked(number) == kept


def test_labels_follow_the_language() -> None:
    capability = SimpleNamespace(zh="灭火辅助", en="Fire-ground support")
    unit = SimpleNamespace(name="新田连", name_en="")
    with translation.override("zh-hans"):
        assert [show.label(x) for x in (capability, unit, None, "", 7)] == ["灭火辅助", "新田连", "–", "–", "7"]
    with translation.override("en"):
        assert [show.label(x) for x in (capability, unit)] == ["Fire-ground support", "新田连"]
