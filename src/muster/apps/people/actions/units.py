"""The tree of units: office, towns, villages, teams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count

from django.conf import settings
from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.people.actions.common import STREAM
from muster.apps.people.models import Capability, Establishment, FormationState, Unit, UnitKind
from muster.core.errors import InvalidInput, NotAllowed
from muster.jobs import clock
from muster.journal.actions import append

OFFICE_CODE = "D"
VILLAGE_UNIT = "{}连"
LONGEST_NAME = 60
MOST_HEADS = 999


def village_unit_name(place: str) -> str:
    """What the unit of a village is called where no list says it: 新田社区 -> 新田连."""
    for ending in ("社区", "村", "居委会"):
        if place.endswith(ending) and len(place) > len(ending):
            return VILLAGE_UNIT.format(place.removesuffix(ending))
    return VILLAGE_UNIT.format(place)


@dataclass(slots=True)
class UnitTree:
    """The units by what a roster calls them."""

    office: Unit
    towns: dict[str, Unit] = field(default_factory=dict)
    villages: dict[tuple[str, str], Unit] = field(default_factory=dict)
    teams: dict[str, Unit] = field(default_factory=dict)
    made: list[Unit] = field(default_factory=list)

    def add(self, kind: UnitKind, name: str, parent: Unit, letter: str, place: str = "") -> Unit:
        """Make a unit under `parent`; its code is the parent's with a letter and a running number that is free."""
        stem = "" if parent.kind == UnitKind.OFFICE else parent.code
        first = Unit.objects.filter(parent=parent, kind=kind).count() + 1
        codes = (f"{stem}{letter}{number:02d}" for number in count(first))
        code = next(code for code in codes if not Unit.objects.filter(code=code).exists())
        unit = Unit(code=code, name=name, place=place, kind=kind, parent=parent, path=f"{parent.path}/{code}")
        unit.save(force_insert=True)
        self.made.append(unit)
        return unit


def _office() -> tuple[Unit, bool]:
    office = Unit.objects.filter(kind=UnitKind.OFFICE).order_by("pk").first()
    if office is not None:
        return office, False
    name = settings.MUSTER_OFFICE_NAME or "应急后备办公室"
    office = Unit(code=OFFICE_CODE, name=name, name_en="Reserve office", kind=UnitKind.OFFICE, path=OFFICE_CODE)
    office.save(force_insert=True)
    return office, True


def load_tree() -> UnitTree:
    """The tree as it stands; the office is made when the house is empty."""
    office, new = _office()
    tree = UnitTree(office, made=[office] if new else [])
    units = {unit.pk: unit for unit in Unit.objects.all()}
    for unit in units.values():
        if unit.kind == UnitKind.TOWN:
            tree.towns[unit.name] = unit
        elif unit.kind == UnitKind.TEAM:
            tree.teams[unit.name] = unit
        elif unit.kind == UnitKind.VILLAGE and unit.parent_id is not None:
            tree.villages[units[unit.parent_id].name, unit.place or unit.name] = unit
    return tree


@transaction.atomic
def upsert_units(actor: Actor, pairs: Iterable[tuple[str, str]], teams: Iterable[str] = ()) -> UnitTree:
    """Make the towns, villages (town, village) and teams that are missing; never renames or removes any.

    InvalidInput "people.unit_blank" for a pair without a town or a village, "people.unit_name_long".
    """
    check(actor, Right.IMPORT_PEOPLE)
    tree = load_tree()
    for town_name, place in pairs:
        if not town_name or not place:
            raise InvalidInput("people.unit_blank", town=town_name, village=place)
        if max(len(town_name), len(village_unit_name(place)), len(place)) > LONGEST_NAME:
            raise InvalidInput("people.unit_name_long", limit=LONGEST_NAME)
        town = tree.towns.get(town_name)
        if town is None:
            town = tree.towns[town_name] = tree.add(UnitKind.TOWN, town_name, tree.office, "T")
        if (town_name, place) not in tree.villages:
            unit = tree.add(UnitKind.VILLAGE, village_unit_name(place), town, "V", place)
            tree.villages[town_name, place] = unit
    for name in teams:
        if name not in tree.teams:
            tree.teams[name] = tree.add(UnitKind.TEAM, name, tree.office, "S")
    if tree.made:
        _note_made(actor, tree.made)
    return tree


def _note_made(actor: Actor, made: list[Unit]) -> None:
    counts = {str(kind): sum(unit.kind == kind for unit in made) for kind in UnitKind}
    payload = {"made": {kind: count for kind, count in counts.items() if count}, "codes": [unit.code for unit in made]}
    append(STREAM, "units.made", actor=actor.ref, at=clock.now(), payload=payload)


@transaction.atomic
def set_unit_state(actor: Actor, unit: Unit, state: str) -> None:
    """Mark a unit as filled or pre-formed. InvalidInput "people.unit_state"."""
    check(actor, Right.EDIT_PEOPLE)
    if state not in FormationState.values or not actor.sees_unit(unit.path):
        raise InvalidInput("people.unit_state", state=state)
    unit.state = state
    unit.save(update_fields=["state"])
    append(STREAM, "unit.state", actor=actor.ref, at=clock.now(), payload={"unit": unit.code, "state": state})


@transaction.atomic
def set_establishment(actor: Actor, unit: Unit, heads: Mapping[Capability, int]) -> dict[str, list[int]]:
    """How many people with each capability the unit should have; 0 takes a line out, capabilities left out stay.

    Returns what changed, as slug -> [before, after]. NotAllowed "people.unit_outside"; InvalidInput
    "people.establishment_heads" (less than 0, or more than MOST_HEADS).
    """
    check(actor, Right.EDIT_PEOPLE)
    if not actor.sees_unit(unit.path):
        raise NotAllowed("people.unit_outside")
    if any(not 0 <= count <= MOST_HEADS for count in heads.values()):
        raise InvalidInput("people.establishment_heads", most=MOST_HEADS)
    Unit.objects.select_for_update().get(pk=unit.pk)  # two who set it at once do so one after the other
    before = dict(Establishment.objects.filter(unit=unit).values_list("capability__slug", "heads"))
    changed = {
        one.slug: [before.get(one.slug, 0), wanted]
        for one, wanted in heads.items()
        if before.get(one.slug, 0) != wanted
    }
    for one, wanted in heads.items():
        if one.slug in changed:
            _set_line(unit, one, wanted)
    if changed:
        payload = {"unit": unit.code, "changed": changed}
        append(STREAM, "unit.establishment", actor=actor.ref, at=clock.now(), payload=payload)
    return changed


def _set_line(unit: Unit, capability: Capability, heads: int) -> None:
    if heads:
        Establishment.objects.update_or_create(unit=unit, capability=capability, defaults={"heads": heads})
    else:
        Establishment.objects.filter(unit=unit, capability=capability).delete()
