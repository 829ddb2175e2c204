"""Geometry of the review's two charts, pure: numbers in, SVG path strings and label places out; templates only draw.

Coordinates are SVG user units with the origin at the top left. Minutes count from T0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]
_NICE = (1, 2, 2.5, 5, 10)
_MINUTE_STEPS = (5, 10, 15, 30, 60, 120, 240, 480, 720, 1440, 2880)


@dataclass(frozen=True, slots=True)
class Tick:
    at: float  # user units along its axis
    label: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The plotting area: size of the picture, its inner margins, and the values at the far ends of both axes."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    most_x: float
    most_y: float

    def x(self, value: float) -> float:
        """User units of a minute; values outside stop at the edge."""
        inner = self.width - self.left - self.right
        return round(self.left + inner * min(max(value / self.most_x, 0.0), 1.0), 1)

    def y(self, value: float) -> float:
        inner = self.height - self.top - self.bottom
        return round(self.height - self.bottom - inner * min(max(value / self.most_y, 0.0), 1.0), 1)

    @property
    def floor(self) -> float:
        return self.height - self.bottom

    @property
    def edge(self) -> float:
        return self.width - self.right


@dataclass(frozen=True, slots=True)
class Arrivals:
    """People on the spot against the forecast made at approval."""

    frame: Frame
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    actual: str
    band: str  # closed path, "" without a forecast
    median: str
    need: float
    due: float
    full: Point | None  # where the needed number was reached
    end: Point
    came: int


@dataclass(frozen=True, slots=True)
class Chances:
    """The stated chance over time, on a fixed scale of 0..100 %."""

    frame: Frame
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    line: str
    target: float
    lowest: Point | None
    lowest_p: float


def nice_step(span: float, wanted: int) -> float:
    """A round step (1, 2, 2.5, 5 x 10^k) that divides `span` into about `wanted` parts; `span` > 0."""
    raw = span / wanted
    magnitude = 10.0 ** math.floor(math.log10(raw))
    return next(factor * magnitude for factor in _NICE if factor * magnitude >= raw * (1 - 1e-9))


def minute_step(span: float, wanted: int = 7) -> int:
    """A step people count time in (5, 10, 15, 30 minutes, hours, days)."""
    return next((step for step in _MINUTE_STEPS if span / step <= wanted), _MINUTE_STEPS[-1])


def _minute_ticks(frame: Frame) -> tuple[Tick, ...]:
    step = minute_step(frame.most_x)
    return tuple(Tick(frame.x(m), f"T+{m}") for m in range(0, int(frame.most_x) + 1, step))


def _path(points: Sequence[Point]) -> str:
    return "M" + " L".join(f"{x:g} {y:g}" for x, y in points) if points else ""


def steps(minutes: Sequence[float], until: float) -> list[Point]:
    """Corners of the counting curve, (0, 0) to `until`: one up at each arrival, flat in between; any order of input."""
    corners: list[Point] = [(0.0, 0.0)]
    for count, minute in enumerate(sorted(m for m in minutes if m <= until), start=1):
        corners += [(max(minute, 0.0), count - 1.0), (max(minute, 0.0), float(count))]
    corners.append((until, corners[-1][1]))
    return corners


def arrivals(
    came: Sequence[float],
    need: int,
    due_minutes: float,
    band: dict[str, Sequence[float]],
    full_at: float | None = None,
    *,
    size: tuple[float, float] = (940.0, 310.0),
) -> Arrivals:
    """`came`: minutes of arrivals; `band`: {minutes, low, median, high}, equal lengths, or {}; `due_minutes`: of the
    last line; `full_at`: the minute in which every line was filled."""
    inside = [m for m in came if m <= 3 * due_minutes]
    span = max([1.5 * due_minutes, *inside, 15.0])
    step = minute_step(span)
    most_x = step * math.ceil(span / step)
    columns = [band.get(name, ()) for name in ("minutes", "low", "median", "high")]
    forecast = [row for row in zip(*columns, strict=True) if row[0] <= most_x]
    most = max([need, len(came), *(row[3] for row in forecast), 1.0])
    step_y = max(nice_step(1.08 * most, 5), 1.0)
    most_y = step_y * math.ceil(1.05 * most / step_y)
    frame = Frame(*size, left=52, right=96, top=34, bottom=32, most_x=most_x, most_y=most_y)
    corners = steps(came, most_x)
    shape = [(frame.x(m), frame.y(low)) for m, low, _, _ in forecast]
    shape += [(frame.x(m), frame.y(high)) for m, _, _, high in reversed(forecast)]
    return Arrivals(
        frame=frame,
        x_ticks=_minute_ticks(frame),
        y_ticks=_count_ticks(frame, step_y),
        actual=_path([(frame.x(m), frame.y(n)) for m, n in corners]),
        band=_path(shape) + " Z" if shape else "",
        median=_path([(frame.x(m), frame.y(mid)) for m, _, mid, _ in forecast]),
        need=frame.y(need),
        due=frame.x(due_minutes),
        full=None if full_at is None else (frame.x(full_at), frame.y(sum(m <= full_at for m in came))),
        end=(frame.edge, frame.y(corners[-1][1])),
        came=len(came),
    )


def _count_ticks(frame: Frame, step: float) -> tuple[Tick, ...]:
    return tuple(Tick(frame.y(step * k), f"{step * k:g}") for k in range(int(frame.most_y / step) + 1))


def thin(history: Sequence[Point], most: int = 400) -> list[Point]:
    """At most about `most` points of a curve, keeping its first and last and in every bucket the highest and lowest."""
    if len(history) <= most:
        return list(history)
    width = 2 * len(history) / most
    kept = {0, len(history) - 1}
    for bucket in range(math.ceil(len(history) / width)):
        rows = range(int(bucket * width), min(int((bucket + 1) * width), len(history)))
        kept |= {min(rows, key=lambda i: history[i][1]), max(rows, key=lambda i: history[i][1])}
    return [history[i] for i in sorted(kept)]


def chances(history: Sequence[Point], target: float, *, size: tuple[float, float] = (500.0, 220.0)) -> Chances:
    """`history`: (minutes, p) in time order, p in 0..1."""
    points = thin(history)
    span = max([m for m, _ in points] + [15.0])
    step = minute_step(span, 5)
    frame = Frame(*size, left=44, right=20, top=16, bottom=30, most_x=step * math.ceil(span / step), most_y=1.0)
    lowest = min(points, key=lambda point: point[1], default=None)
    return Chances(
        frame=frame,
        x_ticks=tuple(Tick(frame.x(m), f"T+{m}") for m in range(0, int(frame.most_x) + 1, step)),
        y_ticks=tuple(Tick(frame.y(p / 100), f"{p}%") for p in (0, 50, 100)),
        line=_path([(frame.x(m), frame.y(p)) for m, p in points]),
        target=frame.y(target),
        lowest=None if lowest is None or lowest[1] >= target else (frame.x(lowest[0]), frame.y(lowest[1])),
        lowest_p=lowest[1] if lowest else 0.0,
    )
