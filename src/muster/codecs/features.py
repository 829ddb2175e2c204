"""Points, lines and areas as map layers hold them, whatever file they came in. Degrees, longitude first.

Files of several parts (MultiPolygon, a track of several pieces) become several features of the same name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from muster.core.errors import InvalidInput, Unreadable
from muster.core.geo import CHINA, is_on_globe, plausible

Point = tuple[float, float]
Part = tuple[Point, ...]
Kind = Literal["point", "line", "area"]
KINDS: tuple[Kind, ...] = ("point", "line", "area")

MOST_BYTES = 50 * 2**20  # of a file
MOST_FEATURES = 20_000
MOST_POINTS = 400_000
NAME, NOTE = 120, 400  # characters kept
FEWEST = {"point": 1, "line": 2, "area": 4}  # a ring comes back to where it began
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_TAGS = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Feature:
    """kind "point" has one part of one point, "line" one part, "area" its rings, the outer one first, each closed."""

    kind: Kind
    parts: tuple[Part, ...]
    name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LayerFile:
    """What a file holds. `datum`: as the file itself says, "" where it does not; `left_out`: shapes of too few points."""

    features: tuple[Feature, ...]
    format: str
    name: str = ""
    datum: str = ""
    left_out: int = 0


def words(text: str, most: int = NAME) -> str:
    """One line of text without markup and control characters."""
    plain = _UNSEEN.sub(" ", _TAGS.sub(" ", text))
    return " ".join(plain.split())[:most].strip()


def shaped(kind: Kind, parts: Iterable[Sequence[Point]], name: str, note: str) -> Feature | None:
    """A feature, its rings closed and points that repeat left out; None where too few are left.

    Errors: InvalidInput "layers.off_globe", "layers.swapped"."""
    kept: list[Part] = []
    for part in parts:
        points: list[Point] = []
        for lon, lat in part:
            _check_place(lon, lat)
            if not points or points[-1] != (lon, lat):
                points.append((lon, lat))
        if kind == "area" and points and points[0] != points[-1]:
            points.append(points[0])
        if len(points) < FEWEST[kind]:
            if kind == "area" and kept:
                continue  # a hole of no size is no hole
            return None
        kept.append(tuple(points))
    return Feature(kind, tuple(kept), words(name), words(note, NOTE)) if kept else None


def _check_place(lon: float, lat: float) -> None:
    if not (math.isfinite(lon) and math.isfinite(lat) and is_on_globe(lon, lat)):
        fits = math.isfinite(lon) and math.isfinite(lat) and is_on_globe(lat, lon)
        raise InvalidInput("layers.swapped" if fits else "layers.off_globe")


def number(value: object) -> float:
    """A coordinate as a file writes it. Error: Unreadable "layers.broken"."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Unreadable("layers.broken")
    try:
        return float(value)
    except (ValueError, OverflowError) as error:
        raise Unreadable("layers.broken") from error


def checked(found: LayerFile) -> LayerFile:
    """The file as it is, when it holds something and not too much, the right way round.

    Errors: InvalidInput "layers.empty", "layers.too_many", "layers.swapped"."""
    points = [point for feature in found.features for part in feature.parts for point in part]
    if not points:
        raise InvalidInput("layers.empty")
    if len(found.features) > MOST_FEATURES or len(points) > MOST_POINTS:
        raise InvalidInput("layers.too_many", features=f"{MOST_FEATURES:,}", points=f"{MOST_POINTS:,}")
    if all(plausible(lon, lat, CHINA) == "swapped" for lon, lat in points):
        raise InvalidInput("layers.swapped")
    return found


def moved(features: Iterable[Feature], convert: Callable[[float, float], Point]) -> tuple[Feature, ...]:
    """The same features with every point converted."""
    return tuple(
        replace(each, parts=tuple(tuple(convert(lon, lat) for lon, lat in part) for part in each.parts))
        for each in features
    )


def to_rows(features: Iterable[Feature]) -> list[list[object]]:
    """As lists for JSON, with seven decimals (1 cm)."""
    return [
        [
            each.name,
            each.note,
            each.kind,
            [[[round(lon, 7), round(lat, 7)] for lon, lat in part] for part in each.parts],
        ]
        for each in features
    ]


def from_rows(rows: Iterable[Sequence[object]]) -> tuple[Feature, ...]:
    """The other way round; rows are our own."""
    found = []
    for name, note, kind, parts in rows:
        assert isinstance(parts, list)
        rings = tuple(tuple((float(lon), float(lat)) for lon, lat in part) for part in parts)
        found.append(Feature(next(each for each in KINDS if each == kind), rings, str(name), str(note)))
    return tuple(found)
