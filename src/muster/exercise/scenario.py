"""Scenarios: what happens and when the virtual desk acts, from package data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from muster.core.errors import InvalidInput
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


PLAYED = "exercise.played"


def next_start(scenario: Scenario, home: Path, *, count: bool = True) -> Scenario:
    """The scenario as it starts in `home`: at its fixed time, each further run there a week later, so that weekday and
    hour stay and nobody is paid for the same day twice. `count`: this run takes place."""
    path = home / PLAYED
    played = int(path.read_text(encoding="ascii")) if path.exists() else 0
    if count:
        path.write_text(str(played + 1), encoding="ascii")
    return replace(scenario, start=scenario.start + timedelta(weeks=played))


def load_scenario(name: str) -> Scenario:
    """The scenario called "S1", "s1" or "S1_substation_fire_2018". InvalidInput "exercise.scenario_unknown"."""
    slug = name.strip().upper().split("_")[0]
    if slug not in FILES:
        raise InvalidInput("exercise.scenario_unknown", name=name, known=", ".join(FILES))
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
