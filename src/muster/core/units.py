"""Units of measure: minutes, Beijing days, parts of the day, money."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from muster.core.clock import as_utc
from muster.core.errors import InvalidInput

BEIJING = ZoneInfo("Asia/Shanghai")

# Four bands of the Beijing day, on weekdays and at the weekend. The working day starts at 8 and ends at 18 because
# people are on the way to and from work at its edges and cannot leave in between; the night is when they are home.
BANDS = ("night", "morning", "work", "evening")
PARTS_OF_DAY = tuple(f"{kind}_{band}" for kind in ("weekday", "weekend") for band in BANDS)
_NIGHT_ENDS, _WORK_STARTS, _WORK_ENDS, _NIGHT_STARTS = 6, 8, 18, 22
_SATURDAY = 5


def minutes_between(start: datetime, end: datetime) -> float:
    """Minutes from `start` to `end`, both aware; negative when `end` lies before."""
    return (as_utc(end) - as_utc(start)).total_seconds() / 60.0


def after_minutes(start: datetime, minutes: float) -> datetime:
    """The moment `minutes` after `start`, in UTC."""
    return as_utc(start) + timedelta(minutes=minutes)


def hours(minutes: float) -> float:
    """Minutes as hours."""
    return minutes / 60.0


def to_beijing(moment: datetime) -> datetime:
    """The moment as an aware datetime of Beijing."""
    return as_utc(moment).astimezone(BEIJING)


def from_beijing(local: datetime) -> datetime:
    """A naive wall-clock time of Beijing as UTC. An aware one is refused ("clock.aware")."""
    if local.tzinfo is not None:
        raise InvalidInput("clock.aware", moment=local.isoformat())
    return local.replace(tzinfo=BEIJING).astimezone(UTC)


def beijing_day(moment: datetime) -> date:
    """The calendar day in Beijing on which `moment` lies: the day that is paid."""
    return to_beijing(moment).date()


def beijing_day_bounds(day: date) -> tuple[datetime, datetime]:
    """First moment of the Beijing day and first moment of the next one, in UTC."""
    start = from_beijing(datetime.combine(day, time()))
    return start, from_beijing(datetime.combine(day + timedelta(days=1), time()))


def part_of_day(moment: datetime) -> int:
    """Index into PARTS_OF_DAY by Beijing time: night 22-6, morning 6-8, work 8-18, evening 18-22; +4 at weekends.

    Friday 23:00 is a weekday night, Sunday 23:00 a weekend night: the calendar day decides. Public holidays and
    moved workdays are not known here; whoever knows them asks `part_index`.
    """
    local = to_beijing(moment)
    return part_index(local.hour, weekend=local.weekday() >= _SATURDAY)


def part_index(hour: int, *, weekend: bool) -> int:
    """Index into PARTS_OF_DAY for an hour (0-23) of the Beijing day. Error: "units.hour"."""
    if not 0 <= hour <= 23:
        raise InvalidInput("units.hour", hour=hour)
    if hour >= _NIGHT_STARTS or hour < _NIGHT_ENDS:
        band = 0
    elif hour < _WORK_STARTS:
        band = 1
    elif hour < _WORK_ENDS:
        band = 2
    else:
        band = 3
    return band + (len(BANDS) if weekend else 0)


def money(amount: Decimal | int | str) -> Decimal:
    """An amount in yuan with two places, halves rounded up as pay offices do. Errors: "money.form".

    Floats are not accepted: their error would reach the pay sheet.
    """
    if isinstance(amount, float):
        raise InvalidInput("money.form", kind="float")
    try:
        value = Decimal(amount)
        if not value.is_finite():
            raise InvalidInput("money.form", kind="not finite")
        return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    except InvalidOperation as error:
        raise InvalidInput("money.form", kind="not a number") from error
