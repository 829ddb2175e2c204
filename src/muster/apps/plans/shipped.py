"""The plans that can be asked about: those that come with the program and the office's own; and where their people muster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import yaml

from muster.apps.people.models import Unit, UnitKind
from muster.apps.people.reads import MemberArrays
from muster.apps.plans.models import MusterPoint, Plan
from muster.core.errors import NotFound
from muster.core.geo import distances_km

MOST_POINTS = 6
OWN = "plan-"
"""First letters of the slug of an office's own plan; its number follows."""


@dataclass(frozen=True, slots=True)
class TemplateNeed:
    """`people` with `capability` (its slug), on the spot `due_minutes` after the alarm."""

    capability: str
    people: int
    due_minutes: int


@dataclass(frozen=True, slots=True)
class Template:
    """A plan as packed, or one of the office's own; `kind` is an IncidentKind, `target` a probability, `points` the letters
    of the muster points that it names (none: those of the district)."""

    slug: str
    zh: str
    en: str
    kind: str
    target: float
    note: str
    needs: tuple[TemplateNeed, ...]
    points: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.slug


@dataclass(frozen=True, slots=True)
class Spot:
    """Where people report, degrees WGS-84. `assumed`: the district has named no muster point, so this is a guess."""

    zh: str
    en: str
    lon: float
    lat: float
    assumed: bool
    letter: str = "A"


@cache
def templates() -> tuple[Template, ...]:
    """All of them, in the order in which they are shown."""
    text = files("muster.apps.plans").joinpath("data/templates.yaml").read_text(encoding="utf-8")
    return tuple(_template(row) for row in yaml.safe_load(text))


def _template(row: dict[str, object]) -> Template:
    needs = tuple(TemplateNeed(slug, people, minutes) for slug, (people, minutes) in row.pop("needs").items())
    return Template(needs=needs, **row)


def own_template(plan: Plan) -> Template:
    """A plan of the office as what is asked about; its needs and muster points are read, unless they were prefetched."""
    return Template(
        slug=f"{OWN}{plan.pk}", zh=plan.zh, en=plan.en or plan.zh, kind=plan.kind, target=plan.target, note=plan.note,
        needs=tuple(TemplateNeed(need.capability.slug, need.people, need.due_minutes) for need in plan.needs.all()),
        points=tuple(sorted(point.letter for point in plan.muster_points.all())),
    )  # fmt: skip


def template(slug: str) -> Template:
    """A shipped plan, or the office's own of that number while it is in force. Error: NotFound "plans.template_unknown"."""
    number = slug.removeprefix(OWN)
    if slug.startswith(OWN) and number.isascii() and number.isdigit():
        plan = Plan.objects.filter(pk=int(number), retired_at=None).first()
        found = own_template(plan) if plan is not None else None
    else:
        found = next((one for one in templates() if one.slug == slug), None)
    if found is None:
        raise NotFound("plans.template_unknown")
    return found


def template_named(name: str) -> Template:
    """As `template`, but the office's own plans also by their bare number. Error: NotFound "plans.template_unknown"."""
    return template(f"{OWN}{name}" if name.isascii() and name.isdigit() else name)


def spots(arrays: MemberArrays, letters: Sequence[str] = ()) -> tuple[Spot, ...]:
    """The district's muster points, or those of these letters; without any, the seat of the town that its members reach
    most easily.

    A town's seat is its own place where that is known, else the middle (median) of its members' homes. One point only:
    several would make everybody's way shorter than it may turn out. Empty when no home is known either.
    """
    named = MusterPoint.objects.filter(letter__in=letters) if letters else MusterPoint.objects.all()
    known = named.order_by("letter") if letters else named.order_by("letter")[:MOST_POINTS]
    found = tuple(Spot(one.zh, one.en, one.lon, one.lat, assumed=False, letter=one.letter) for one in known)
    return found or _middle(arrays)


def _middle(arrays: MemberArrays) -> tuple[Spot, ...]:
    homes = np.isfinite(arrays.lon) & np.isfinite(arrays.lat)
    seats = [seat for seat in _seats(arrays, homes) if seat is not None]
    if not homes.any() or not seats:
        return ()
    ways = [float(distances_km(arrays.lon[homes], arrays.lat[homes], one.lon, one.lat).mean()) for one in seats]
    return (seats[int(np.argmin(ways))],)


def _seats(arrays: MemberArrays, homes: np.ndarray) -> Sequence[Spot | None]:
    towns = {unit.path: unit for unit in Unit.objects.filter(kind=UnitKind.TOWN)}
    return [_seat(towns[path], arrays, homes & (arrays.town == place)) for place, path in enumerate(arrays.towns)]


def _seat(town: Unit, arrays: MemberArrays, living: np.ndarray) -> Spot | None:
    lon, lat = town.lon, town.lat
    if lon is None or lat is None:
        if not living.any():
            return None
        lon, lat = float(np.median(arrays.lon[living])), float(np.median(arrays.lat[living]))
    return Spot(town.name, town.name_en or town.name, lon, lat, assumed=True)
