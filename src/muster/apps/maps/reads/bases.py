"""Which base maps are in use, and whether their files are there."""

from __future__ import annotations

from muster.apps.maps import archives
from muster.apps.maps.models import BaseMap
from muster.core.errors import NotFound


def current_bases() -> list[BaseMap]:
    """The newest of each kind that is in use and whose file is there."""
    found: dict[str, BaseMap] = {}
    for row in BaseMap.objects.filter(retired_at=None).order_by("pk"):
        found[row.kind] = row
    return [row for row in found.values() if archives.path_of(row.hash).is_file()]


def base_of(name: str) -> BaseMap:
    """The base map in use whose file bears this name. Error: NotFound "maps.base_unknown"."""
    row = BaseMap.objects.filter(hash=name, retired_at=None).first()
    if row is None or not archives.path_of(name).is_file():
        raise NotFound("maps.base_unknown")
    return row
