"""The parts of the tree an account can be tied to."""

from __future__ import annotations

from muster.apps.people.models import Unit, UnitKind


def account_places() -> list[tuple[str, str]]:
    """(tree path, name) of every town and every specialist team, in tree order."""
    kinds = (UnitKind.TOWN, UnitKind.TEAM)
    return list(Unit.objects.filter(kind__in=kinds).order_by("path").values_list("path", "name"))
