"""The units that a roster may name: towns, village-level units and specialist teams."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from muster.codecs.header import Table, find_table
from muster.codecs.roster_columns import unit_field
from muster.codecs.text import normal, without_spaces
from muster.codecs.workbook import Workbook
from muster.core.errors import InvalidInput

# What a village-level place is called by, and what the unit formed in it is called by.
_PLACE_ENDINGS = ("社区", "居委会", "村委会", "村", "居")
_COMPANY_ENDINGS = ("民兵连", "民兵营", "连", "营", "排")

Place = tuple[str, str]  # (town, village)


def clean_name(text: str) -> str:
    """A name of a place or unit as it is compared: NFKC, no spaces."""
    return without_spaces(normal(text))


def stem(village: str) -> str:
    """The name of a village without its kind: 新田社区 -> 新田. A name that is nothing but its kind stays."""
    for ending in _PLACE_ENDINGS:
        if village.endswith(ending) and len(village) > len(ending):
            return village.removesuffix(ending)
    return village


@dataclass(frozen=True, slots=True)
class KnownUnits:
    """The units there are. `places` are (town, village) pairs, `teams` names of specialist teams."""

    places: frozenset[Place]
    teams: frozenset[str] = frozenset()
    _by_stem: dict[str, list[Place]] = field(init=False, repr=False, compare=False)
    _by_village: dict[str, list[Place]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_stem: dict[str, list[Place]] = {}
        by_village: dict[str, list[Place]] = {}
        for place in sorted(self.places):
            by_stem.setdefault(stem(place[1]), []).append(place)
            by_village.setdefault(place[1], []).append(place)
        object.__setattr__(self, "_by_stem", by_stem)
        object.__setattr__(self, "_by_village", by_village)

    @classmethod
    def of(cls, places: Iterable[Place], teams: Iterable[str] = ()) -> KnownUnits:
        """From pairs and names as they are written anywhere."""
        pairs = frozenset((clean_name(town), clean_name(village)) for town, village in places)
        return cls(pairs, frozenset(map(clean_name, teams)))

    @property
    def towns(self) -> frozenset[str]:
        return frozenset(town for town, _ in self.places)

    def villages_of(self, town: str) -> list[str]:
        """The villages of a town; of all towns for ""."""
        return [village for of, village in self.places if not town or of == town]

    def place(self, town: str, village: str) -> Place | None:
        """The known place of a row. Without a town, a village of which there is only one is enough."""
        if (town, village) in self.places:
            return town, village
        same = self._by_village.get(village, []) if not town else []
        return same[0] if len(same) == 1 else None

    def company_place(self, unit: str, home: Place) -> Place | None:
        """The village whose unit this is (新田连, 新田社区): the own one first, else the only one so named."""
        base = unit
        for ending in _COMPANY_ENDINGS:
            if unit.endswith(ending) and len(unit) > len(ending):
                base = unit.removesuffix(ending)
                break
        if base in (home[1], stem(home[1])):
            return home
        same = self._by_village.get(base) or self._by_stem.get(base, [])
        in_town = [place for place in same if place[0] == home[0]]
        if len(in_town) == 1:
            return in_town[0]
        return same[0] if len(same) == 1 else None


def looks_like_village_unit(unit: str) -> bool:
    """Whether a name is formed as that of a village's unit; such a one is never made up on import."""
    return unit.endswith(_COMPANY_ENDINGS)


def read_units(workbook: Workbook, sheet_name: str | None = None) -> list[Place]:
    """The (town, village) pairs of a list of units, in their order, without doubles.

    Errors: InvalidInput as `find_table`, "units.incomplete" (`row`: a row that names only one of the two),
    "units.empty".
    """
    table = find_table(workbook, unit_field, ("town", "village"), sheet_name)
    places = list(dict.fromkeys(_places(table)))
    if not places:
        raise InvalidInput("units.empty", sheet=table.sheet.name)
    return places


def _places(table: Table) -> Iterable[Place]:
    for number, cells in table.rows():
        town, village = (clean_name(str(table.cell(cells, part) or "")) for part in ("town", "village"))
        if not town or not village:
            raise InvalidInput("units.incomplete", row=number, sheet=table.sheet.name)
        yield town, village


def units_sheet_name(workbook: Workbook, roster_sheet: str) -> str | None:
    """The sheet beside the roster that lists the units (both columns, little else); None if there is none."""
    for sheet in workbook.sheets():
        if sheet.name == roster_sheet:
            continue
        for seen, (_, cells) in enumerate(sheet.rows()):
            named = [unit_field(cell) for cell in cells if isinstance(cell, str)]
            if {"town", "village"} <= set(named) and len(named) <= 4:
                return sheet.name
            if seen >= 5:
                break
    return None
