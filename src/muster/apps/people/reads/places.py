"""The parts of the tree an account can be tied to."""

from __future__ import annotations

from muster.apps.people.models import Unit, UnitKind


def account_places() -> list[tuple[str, str]]:
    """(tree path, name) of every town, specialist team and village unit, in tree order; a village with its town, for
    several towns may have one of that name."""
    kinds = (UnitKind.TOWN, UnitKind.TEAM, UnitKind.VILLAGE)
    rows = Unit.objects.filter(kind__in=kinds).order_by("path").values_list("path", "name", "kind", "parent__name")
    return [(path, f"{parent} · {name}" if kind == UnitKind.VILLAGE else name) for path, name, kind, parent in rows]
