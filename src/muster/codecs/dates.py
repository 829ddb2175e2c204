"""Dates as office workbooks hold them: real dates, serial numbers and several ways of writing.

A year and a month alone mean the last day of that month, since certificates are valid to the end of it.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from muster.codecs.text import normal, unquoted, without_spaces
from muster.core.errors import InvalidInput

MIN_YEAR, MAX_YEAR = 1900, 2199
_EPOCH_1900 = date(1899, 12, 30)  # right for all serials after Excel's 29 February 1900, a day that never was
# Smaller numbers are rather a year (2027) or a year and a month (2027.6) that a spreadsheet took for a number.
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 109_574  # 1927-05-18, 2199-12-31
_FORMS = (
    # (pattern, repair): the ISO form is no repair, all others are reported.
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:T?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"), None),
    (re.compile(r"(\d{4})[.。](\d{1,2})[.。](\d{1,2})"), "date_dots"),
    (re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"), "date_slashes"),
    (re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?"), "date_words"),
    (re.compile(r"(\d{4})(\d{2})(\d{2})"), "date_digits"),
    (re.compile(r"(\d{4})(?:年|[-./。])(\d{1,2})月?"), "date_month"),
)


@dataclass(frozen=True, slots=True)
class DateCell:
    """A date that was read, None for a blank cell or "long-term", and the codes of repairs."""

    value: date | None
    fixed: tuple[str, ...] = ()


def parse(cell: object) -> DateCell:
    """Reads a cell: date, datetime, serial number (1900 system) or text.

    Repairs: "date_dots", "date_slashes", "date_words", "date_digits", "date_month" (last day of the month),
    "date_serial". Refusal (InvalidInput): "date_impossible".
    """
    if cell is None:
        return DateCell(None)
    if isinstance(cell, datetime):
        return DateCell(_within(cell.date()))
    if isinstance(cell, date):
        return DateCell(_within(cell))
    if isinstance(cell, (bool, time, timedelta)):
        raise InvalidInput("date_impossible")
    if isinstance(cell, (int, float)):
        return _from_number(cell)
    return _from_text(str(cell))


def _from_text(text: str) -> DateCell:
    bare = without_spaces(normal(unquoted(text)))
    if not bare or bare in {"长期", "长期有效", "-", "/", "无"}:
        return DateCell(None)
    for pattern, repair in _FORMS:
        found = pattern.fullmatch(bare)
        if found and all(part.isascii() for part in found.groups()):
            numbers = [int(part) for part in found.groups()]
            return DateCell(_calendar_day(*numbers), (repair,) if repair else ())
    if re.fullmatch(r"[0-9]{5}", bare):
        return _from_number(int(bare))
    raise InvalidInput("date_impossible")


def _from_number(number: float) -> DateCell:
    whole = int(number) if -1e9 < number < 1e9 else 0
    if 19000101 <= whole <= 21991231:  # 20270301 typed as a number
        return DateCell(_calendar_day(whole // 10_000, whole // 100 % 100, whole % 100), ("date_digits",))
    if not _FIRST_SERIAL <= whole <= _LAST_SERIAL:
        raise InvalidInput("date_impossible")
    return DateCell(_within(_EPOCH_1900 + timedelta(days=whole)), ("date_serial",))


def _calendar_day(year: int, month: int, day: int | None = None) -> date:
    try:
        if day is None:
            day = calendar.monthrange(year, month)[1]
        return _within(date(year, month, day))
    except ValueError as error:  # monthrange raises a subclass of it
        raise InvalidInput("date_impossible") from error


def _within(day: date) -> date:
    if not MIN_YEAR <= day.year <= MAX_YEAR:
        raise InvalidInput("date_impossible")
    return day
