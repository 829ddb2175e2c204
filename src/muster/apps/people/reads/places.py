"""Units and their villages by name, in the language of the page."""

from __future__ import annotations

from muster.apps.people.models import Unit, UnitKind
from muster.web.show import in_chinese, label


def place_name(unit: Unit | None) -> str:
    """The village as Chinese pages name it (石塘村, of the unit 石塘连); on English pages the unit's English name, which is
    that of its village, and the Chinese one where there is none. "–" for no unit."""
    if unit is not None and unit.place and (in_chinese() or not unit.name_en):
        return unit.place
    return label(unit)


def town_names() -> dict[str, str]:
    """Tree path -> name of every town and specialist team."""
    return {unit.path: label(unit) for unit in Unit.objects.filter(kind__in=[UnitKind.TOWN, UnitKind.TEAM])}


def account_places() -> list[tuple[str, str]]:
    """(tree path, name) of every town, specialist team and village unit, in tree order; a village with its town, for
    several towns may have one of that name."""
    kinds = (UnitKind.TOWN, UnitKind.TEAM, UnitKind.VILLAGE)
    units = Unit.objects.filter(kind__in=kinds).order_by("path").select_related("parent")
    return [(unit.path, _with_town(unit)) for unit in units]


def _with_town(unit: Unit) -> str:
    return f"{label(unit.parent)} · {label(unit)}" if unit.kind == UnitKind.VILLAGE else label(unit)
