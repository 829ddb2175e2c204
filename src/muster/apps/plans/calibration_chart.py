"""Geometry of the reliability curve, pure: shares in, SVG path strings and places out; the template only draws.

Coordinates are SVG user units with the origin at the top left; both axes have one scale, in shares 0..1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from muster.planning.response_check import Bin

SIDE, LEFT, RIGHT, TOP, BOTTOM = 440.0, 48.0, 14.0, 14.0, 40.0
STEP = 0.1


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One bin: its place, and whether it lies in the band."""

    x: float
    y: float
    inside: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """band: with shared shocks; alone: of people who answer for themselves; diagonal: said = happened."""

    side: float
    left: float
    floor: float
    edge: float
    top: float
    ticks: tuple[Tick, ...]
    band: str
    alone: str
    line: str
    diagonal: str
    dots: tuple[Dot, ...]


def curve(bins: Sequence[Bin]) -> Curve:
    """The curve of at least one bin, on the smallest round range that shows everything."""
    shown = [value for one in bins for value in (one.said, one.happened, one.low, one.high)]
    low = max(0.0, STEP * math.floor(min(shown) / STEP))
    high = min(1.0, STEP * math.ceil(max(shown) / STEP))

    def x(value: float) -> float:
        return round(LEFT + (SIDE - LEFT - RIGHT) * (value - low) / (high - low), 1)

    def y(value: float) -> float:
        return round(SIDE - BOTTOM - (SIDE - TOP - BOTTOM) * (value - low) / (high - low), 1)

    def shape(lows: Sequence[float], highs: Sequence[float]) -> str:
        down = [(x(one.said), y(value)) for one, value in zip(bins, lows, strict=True)]
        up = [(x(one.said), y(value)) for one, value in zip(bins, highs, strict=True)]
        return _path([*down, *reversed(up)]) + " Z"

    values = [low + STEP * k for k in range(round((high - low) / STEP) + 1)]
    return Curve(
        side=SIDE, left=LEFT, floor=SIDE - BOTTOM, edge=SIDE - RIGHT, top=TOP,
        ticks=tuple(Tick(x(value), y(value), f"{100 * value:.0f}%") for value in values),
        band=shape([one.low for one in bins], [one.high for one in bins]),
        alone=shape([one.low_alone for one in bins], [one.high_alone for one in bins]),
        line=_path([(x(one.said), y(one.happened)) for one in bins]),
        diagonal=_path([(x(low), y(low)), (x(high), y(high))]),
        dots=tuple(Dot(x(one.said), y(one.happened), one.inside) for one in bins),
    )  # fmt: skip


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:g} {y:g}" for x, y in points)
