"""Days that come back, against another implementation of the same standard, and what is refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from muster.core.errors import InvalidInput
from muster.core.recurrence import DAYS, Recurrence, parse, text_of

START = date(2026, 7, 14)  # a Tuesday
days = st.integers(0, 400).map(lambda n: START + timedelta(days=n))


@st.composite
def rules(draw: st.DrawFn) -> Recurrence:
    kind = draw(st.sampled_from(["daily", "weekly"]))
    return Recurrence(
        starts=draw(days),
        kind=kind,
        every=draw(st.integers(1, 5)),
        weekdays=draw(st.frozensets(st.integers(0, 6), min_size=1)) if kind == "weekly" else frozenset(),
        until=draw(st.none() | days),
        exceptions=draw(st.frozensets(days, max_size=4)),
    )


@given(rules())
def test_the_days_are_those_that_another_implementation_finds(rule: Recurrence) -> None:
    first, last = START, START + timedelta(days=430)
    start = datetime.combine(rule.starts, datetime.min.time())
    theirs = rrulestr(text_of(rule) + ";WKST=MO", dtstart=start)
    until = datetime.combine(last, datetime.min.time())
    found = {moment.date() for moment in theirs.between(start, until, inc=True)} - rule.exceptions
    assert set(rule.between(first, last)) == found


@given(rules())
def test_what_is_written_is_read_back(rule: Recurrence) -> None:
    assert parse("RRULE:" + text_of(rule), rule.starts, rule.exceptions) == rule


def test_the_empty_text_is_one_day() -> None:
    rule = parse("", START)
    assert list(rule.between(START - timedelta(days=9), START + timedelta(days=9))) == [START]
    assert text_of(rule) == ""


def test_a_weekly_rule_without_days_is_that_of_its_first_day() -> None:
    assert text_of(parse("FREQ=WEEKLY", START)) == f"FREQ=WEEKLY;BYDAY={DAYS[1]}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FREQ=MONTHLY", "recurrence.unknown"),
        ("INTERVAL=2", "recurrence.unknown"),
        ("FREQ=DAILY;BYDAY=MO", "recurrence.unknown"),
        ("FREQ=WEEKLY;WKST=SU", "recurrence.unknown"),
        ("FREQ=WEEKLY;COUNT=3", "recurrence.unknown"),
        ("FREQ=WEEKLY;BYDAY=1MO", "recurrence.form"),
        ("FREQ=WEEKLY;INTERVAL=0", "recurrence.form"),
        ("FREQ=WEEKLY;INTERVAL=100", "recurrence.form"),
        ("FREQ=WEEKLY;UNTIL=20260230", "recurrence.form"),
        ("FREQ=WEEKLY;UNTIL=2026", "recurrence.form"),
        ("FREQ=WEEKLY;FREQ=DAILY", "recurrence.form"),
        ("FREQ", "recurrence.form"),
    ],
)
def test_what_is_not_understood_is_refused_and_not_guessed(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(text, START)
    assert refused.value.code == code
