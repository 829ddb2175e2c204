"""Geometry of gauges and history curves, pure: shares in, places in SVG user units out; templates only draw."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from muster.apps.desk.readiness.reads import Point

GAUGE_WIDTH, SPARK_WIDTH, SPARK_HEIGHT = 120.0, 120.0, 30.0
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640.0, 190.0, 44.0, 12.0, 12.0, 28.0


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    holds: bool


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: object


@dataclass(frozen=True, slots=True)
class Curve:
    """line: SVG path; dots: one per day; target: y of the wanted chance; ticks of the two axes (none of a sparkline)."""

    width: float
    height: float
    left: float
    edge: float
    floor: float
    line: str
    dots: tuple[Dot, ...]
    target: float
    shares: tuple[Tick, ...] = ()
    days: tuple[Tick, ...] = ()

    @property
    def last(self) -> Dot:
        return self.dots[-1]


def gauge(p: float | None, target: float) -> tuple[float, float]:
    """(length of the bar, place of the target's mark) on a bar of GAUGE_WIDTH, both as shares of certainty."""
    return round(GAUGE_WIDTH * (p or 0.0), 1), round(GAUGE_WIDTH * target, 1)


def spark(points: Sequence[Point], target: float) -> Curve | None:
    """A curve without axes; None for fewer than two days."""
    if len(points) < 2:
        return None
    return _curve(points, target, (SPARK_WIDTH, SPARK_HEIGHT), (3.0, 3.0, 3.0, 3.0))


def history(points: Sequence[Point], target: float) -> Curve | None:
    """The curve with axes; None without any day."""
    if not points:
        return None
    made = _curve(points, target, (WIDTH, HEIGHT), (LEFT, RIGHT, TOP, BOTTOM))
    low, high = _range(points, target)
    steps = [low + (high - low) * part / 4 for part in range(5)]
    y = _scale(low, high, made.floor, TOP)
    x = _scale(0, max(1, _span(points)), LEFT, made.edge)
    shown = points if len(points) <= 6 else [points[round(n * (len(points) - 1) / 5)] for n in range(6)]
    days = tuple(Tick(x(_since(points[0].day, one.day)), one.day) for one in shown)
    return Curve(
        made.width, made.height, made.left, made.edge, made.floor, made.line, made.dots, made.target,
        tuple(Tick(y(step), f"{100 * step:.3g}%") for step in steps), days,
    )  # fmt: skip


def _curve(
    points: Sequence[Point], target: float, size: tuple[float, float], frame: tuple[float, float, float, float]
) -> Curve:
    (width, height), (left, right, top, bottom) = size, frame
    low, high = _range(points, target)
    x = _scale(0, max(1, _span(points)), left, width - right)
    y = _scale(low, high, height - bottom, top)
    dots = tuple(Dot(x(_since(points[0].day, one.day)), y(one.p_low), one.holds) for one in points)
    line = "M" + " L".join(f"{dot.x:g} {dot.y:g}" for dot in dots)
    return Curve(width, height, left, width - right, height - bottom, line, dots, y(target))


def _range(points: Sequence[Point], target: float) -> tuple[float, float]:
    """The smallest range in steps of a tenth that shows everything; never less than a tenth."""
    values = [target, *(one.p_low for one in points)]
    low, high = math.floor(min(values) * 10) / 10, math.ceil(max(values) * 10) / 10
    return low, min(1.0, max(high, low + 0.1))


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    return lambda value: round(start + (end - start) * (value - low) / (high - low), 1)


def _since(first: date, day: date) -> int:
    return (day - first).days


def _span(points: Sequence[Point]) -> int:
    return _since(points[0].day, points[-1].day)
