"""Scenarios: what happens and when the virtual desk acts, from package data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from muster.core.errors import NotFound
from muster.exercise.data import read

FILES = {"S1": "s1_substation_fire"}


@dataclass(frozen=True, slots=True)
class Scenario:
    """`start` is T0 on the exercise clock (aware); `desk` maps each act of the desk to its minute from T0."""

    slug: str
    title: str
    title_en: str
    kind: str
    site: str
    place: str
    start: datetime
    reporter: str
    reporter_phone: str
    target_people: int
    target_minute: int
    desk: dict[str, float]
    calls_per_minute: float

    def at(self, minutes: float) -> datetime:
        """The moment (UTC) `minutes` after T0."""
        return self.start.astimezone(UTC) + timedelta(minutes=minutes)

    def minute(self, moment: datetime) -> float:
        """Minutes from T0 to `moment`."""
        return (moment - self.start).total_seconds() / 60.0


def load_scenario(name: str) -> Scenario:
    """The scenario called "S1", "s1" or "S1_substation_fire_2018". NotFound "exercise.scenario_unknown"."""
    slug = name.strip().upper().split("_")[0]
    if slug not in FILES:
        raise NotFound("exercise.scenario_unknown", name=name, known=", ".join(FILES))
    raw: dict[str, Any] = read(FILES[slug])
    return Scenario(
        slug=slug,
        title=raw["title"]["zh"],
        title_en=raw["title"]["en"],
        kind=raw["kind"],
        site=raw["site"],
        place=raw["place"]["zh"],
        start=raw["start"],
        reporter=raw["reporter"],
        reporter_phone=raw["reporter_phone"],
        target_people=raw["on_scene_target"]["people"],
        target_minute=raw["on_scene_target"]["minute"],
        desk=raw["desk"],
        calls_per_minute=raw["calls_per_minute"],
    )
