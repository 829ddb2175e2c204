"""Dates in all the ways that office workbooks hold them."""

import calendar
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.codecs import dates
from muster.core.errors import InvalidInput

DAYS = st.dates(date(1928, 1, 1), date(2199, 12, 31))


@given(
    DAYS,
    st.sampled_from(
        [
            ("{0:%Y}-{0:%m}-{0:%d}", ()),
            ("{0.year}-{0.month}-{0.day}", ()),
            ("{0.year}.{0.month}.{0.day}", ("date_dots",)),
            ("{0.year}/{0.month}/{0.day}", ("date_slashes",)),
            ("{0.year}年{0.month}月{0.day}日", ("date_words",)),
            ("{0:%Y%m%d}", ("date_digits",)),
            ("{0.year} . {0.month} . {0.day}", ("date_dots",)),
        ]
    ),
)
def test_every_day_in_every_form(day, form):
    assert dates.parse(form[0].format(day)) == dates.DateCell(day, form[1])


@given(DAYS, st.sampled_from(["{0.year}年{0.month}月", "{0:%Y}-{0:%m}", "{0.year}.{0.month}", "{0.year}/{0.month}"]))
def test_a_month_alone_means_its_last_day(day, form):
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    assert dates.parse(form.format(day)) == dates.DateCell(last, ("date_month",))


@given(DAYS)
def test_serial_numbers_of_spreadsheets(day):
    serial = (day - date(1970, 1, 1)).days + 25569  # 1970-01-01 is 25569 in every spreadsheet
    for cell in (serial, float(serial), serial + 0.75):
        assert dates.parse(cell) == dates.DateCell(day, ("date_serial",))


def test_serial_numbers_and_digits_as_text():
    assert dates.parse("46568").value == date(2027, 6, 30)
    assert dates.parse(20270630.0) == dates.DateCell(date(2027, 6, 30), ("date_digits",))


@pytest.mark.parametrize(
    "cell",
    [
        date(2027, 6, 30),
        datetime(2027, 6, 30, 8, 0, tzinfo=UTC),
        "2027-06-30",
        "２０２７-０６-３０",
        "2027-06-30 00:00:00",
        "2027-06-30T08:00",
        "'2027-06-30",
    ],
)
def test_true_dates_are_no_repair(cell):
    assert dates.parse(cell) == dates.DateCell(date(2027, 6, 30))


@pytest.mark.parametrize("cell", [None, "", "  ", "长期", "长期有效", "-", "无"])
def test_nothing_and_for_ever_are_no_date(cell):
    assert dates.parse(cell) == dates.DateCell(None)


@pytest.mark.parametrize(
    "cell",
    [
        "2026.2.30",
        "2026-13-01",
        "2026年13月",
        "2026-00-10",
        "1899-12-31",
        "2200-01-01",
        "soon",
        "30.6.2027",
        "2027",
        "٢٠٢٧-٠٦-٣٠",
        2027,
        2027.6,
        0,
        -5,
        1e300,
        float("nan"),
        999_999,
        20271301,
        True,
        time(8),
        timedelta(1),
        date(1, 1, 1),
        datetime(9999, 1, 1, tzinfo=UTC),
        "99999",
    ],
)
def test_what_is_no_date_is_refused(cell):
    if cell == "99999":
        assert dates.parse(cell).value == date(2173, 10, 13)
        return
    with pytest.raises(InvalidInput) as caught:
        dates.parse(cell)
    assert caught.value.code == "date_impossible"
