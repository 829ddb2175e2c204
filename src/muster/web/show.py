"""How numbers, chances and times are written: one place, so that every page says the same thing the same way.

Chances are always rounded down and are never 0 % or 100 % while they are forecasts. Clock times are Beijing time.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, gettext

BEIJING = ZoneInfo("Asia/Shanghai")
NOTHING = "–"


def in_chinese() -> bool:
    """Whether the page being made is in Chinese."""
    return (get_language() or "").startswith("zh")


def _floor(value: Decimal, step: str) -> Decimal:
    return value.quantize(Decimal(step), rounding=ROUND_FLOOR)


def chance_number(p: float | None) -> str:
    """A forecast chance 0..1 in per cent without the sign: "39", "95.8", "0.4", "<0.1", ">99.9"; "–" for None."""
    if p is None:
        return NOTHING
    percent = Decimal(str(float(p))) * 100
    if percent < Decimal("0.1"):
        return "<0.1"
    if percent > Decimal("99.9"):
        return ">99.9"
    whole = Decimal(1) <= percent < Decimal(90)
    return str(_floor(percent, "1" if whole else "0.1"))


def chance(p: float | None) -> str:
    """A forecast chance with its sign: "39%"; "–" for None."""
    return NOTHING if p is None else f"{chance_number(p)}%"


def target(p: float | None) -> str:
    """A target 0..1: "95%", "97.5%"."""
    return chance(p).replace(".0%", "%")


def fact_number(p: float | None) -> str:
    """A measured share 0..1 in per cent, rounded down, where 0 and 100 are allowed, for they are facts."""
    if p is None:
        return NOTHING
    if p in (0, 1):
        return str(int(p * 100))
    return chance_number(p)


def chance_band(low: float | None, high: float | None) -> str:
    """The band of a chance: "37–41%"; one number when both ends are written alike."""
    if low is None or high is None:
        return NOTHING
    first, last = chance_number(low), chance_number(high)
    return f"{first}%" if first == last else f"{first}–{last}%"


def count(value: float | None) -> str:
    """A count with thousands separators; "–" for None (and for what a template could not find)."""
    return NOTHING if value is None or value == "" else f"{round(value):,}"


def expected(value: float | None) -> str:
    """Expected people: whole, one decimal below 10 (1.3), without a needless ".0"."""
    if value is None:
        return NOTHING
    if value >= 10:
        return f"{round(value):,}"
    return f"{value:.1f}".removesuffix(".0")


def money(amount: Decimal | float | None) -> str:
    """Chinese yuan: "72,400 元" or "CNY 72,400"; cents only when there are any."""
    if amount is None:
        return NOTHING
    value = Decimal(str(amount))
    figure = f"{value:,.2f}" if value != value.to_integral_value() else f"{value:,.0f}"
    return f"{figure} 元" if in_chinese() else f"CNY {figure}"


def wall_clock(at: datetime | None) -> str:
    """Beijing wall clock, 24 hours: "14:55"."""
    return NOTHING if at is None else at.astimezone(BEIJING).strftime("%H:%M")


def day(value: date | datetime | None) -> str:
    """A day of this or a near year: "11 月 2 日" or "2 Nov"."""
    if value is None:
        return NOTHING
    found = value.astimezone(BEIJING).date() if isinstance(value, datetime) else value
    return f"{found.month} 月 {found.day} 日" if in_chinese() else f"{found.day} {found:%b}"


def month(value: date | datetime | None) -> str:
    """Year and month in a table: "2027.06" or "2027-06"."""
    if value is None:
        return NOTHING
    found = value.astimezone(BEIJING).date() if isinstance(value, datetime) else value
    return f"{found:%Y.%m}" if in_chinese() else f"{found:%Y-%m}"


def long_ago(at: datetime, now: datetime) -> str:
    """Time since `at` however long: "5 min ago", "1 h 35 min ago", "9 days ago"; a moment to come counts as now."""
    minutes = max(0, int((now - at).total_seconds() // 60))
    if minutes < 60:
        return gettext("%(n)s min ago") % {"n": minutes}
    if minutes < 48 * 60:
        return gettext("%(hours)s h %(minutes)s min ago") % {"hours": minutes // 60, "minutes": minutes % 60}
    return gettext("%(n)s days ago") % {"n": minutes // (24 * 60)}


def ago(at: datetime | None, now: datetime) -> str:
    """How long ago: seconds, then minutes, and past an hour the wall clock."""
    if at is None:
        return NOTHING
    seconds = max(0, int((now - at).total_seconds()))
    if seconds < 60:
        return gettext("%(n)s s ago") % {"n": seconds}
    if seconds <= 3600:
        return gettext("%(n)s min ago") % {"n": seconds // 60}
    return wall_clock(at)


def t_minutes(minutes: float | None) -> str:
    """Planned minutes from T0: "T+26"."""
    return NOTHING if minutes is None else f"T+{int(minutes)}"


def t_running(elapsed: timedelta | float | None) -> str:
    """The running clock without its "T+": "07:08"; minutes go on past 60, as in T+150."""
    if elapsed is None:
        return NOTHING
    seconds = int(elapsed.total_seconds() if isinstance(elapsed, timedelta) else elapsed)
    seconds = max(0, seconds)
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


def masked(number: str | None) -> str:
    """A number kept back: the first three and last four stay (138****2071); short ones keep the last two."""
    if not number:
        return NOTHING
    if "*" in number:
        return number
    if len(number) < 8:
        return "*" * max(0, len(number) - 2) + number[-2:]
    return f"{number[:3]}****{number[-4:]}"


def label(thing: object) -> str:
    """The local name of anything with zh/en or name/name_en; Chinese when there is no English one."""
    if thing is None or thing == "":
        return NOTHING
    chinese = getattr(thing, "zh", None) or getattr(thing, "name", None)
    english = getattr(thing, "en", None) or getattr(thing, "name_en", None)
    if chinese is None and english is None:
        return str(thing)
    return str((chinese or english) if in_chinese() else (english or chinese))
