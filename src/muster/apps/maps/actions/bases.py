"""Taking a base map into use, and out of it."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.maps import archives
from muster.apps.maps.actions.networks import STREAM, located
from muster.apps.maps.models import BaseKind, BaseMap
from muster.codecs.pmtiles import Archive, read_archive
from muster.core.datum import to_wgs84
from muster.core.errors import InvalidInput, NotFound
from muster.core.geo import BBox
from muster.jobs import clock
from muster.journal import actions as journal

MARGIN_DEGREES = 0.1  # as for roads: an extract may be cut along the border of the district
DATUMS = ("wgs84", "gcj02")


def import_base(actor: Actor, path: Path, *, name: str = "", datum: str = "wgs84", encoding: str = "") -> BaseMap:
    """Take a PMTiles archive into use; the one of its kind before goes. `encoding`: it holds heights, written so.

    Errors: those of `read_archive` and `archives.size_of`; InvalidInput "maps.base_datum" (pictures alone can be
    GCJ-02), "maps.base_elsewhere" (no unit and no home lies in it); OSError."""
    check(actor, Right.EDIT_PLANS)
    archive = read_archive(archives.reader(path), archives.size_of(path), encoding)
    if datum not in DATUMS or (datum != "wgs84" and archive.kind != BaseKind.RASTER):
        raise InvalidInput("maps.base_datum")
    _refuse_elsewhere(archive, datum)
    file = archives.keep(path)  # before the row: a row never names a file that is not there
    with transaction.atomic():
        retired = _retire(archive.kind)
        row = BaseMap(
            hash=file, kind=archive.kind, name=(name or archive.name or path.stem)[:80], source=path.name[:120],
            datum=datum, bytes=archives.path_of(file).stat().st_size, format=archive.format,
            min_zoom=archive.min_zoom, max_zoom=archive.max_zoom, bounds=list(archive.bounds),
            layers=list(archive.layers), encoding=archive.encoding, attribution=archive.attribution[:200],
            imported_at=clock.now(), imported_by=actor.ref,
        )  # fmt: skip
        row.save(force_insert=True)
        payload = {"name": row.name, "kind": row.kind, "hash": file[:16], "datum": datum}
        journal.append(STREAM, "base.imported", actor=actor.ref, at=row.imported_at, payload=payload)
        transaction.on_commit(lambda: _forget_files(retired - {file}))
    return row


def _refuse_elsewhere(archive: Archive, datum: str) -> None:
    west, south, east, north = archive.bounds
    corners = [to_wgs84(lon, lat, datum) for lon, lat in ((west, south), (east, north))]
    box = BBox(*corners[0], *corners[1]).grown(MARGIN_DEGREES)
    homes = located().tolist()
    if homes and not any(box.contains(lon, lat) for lon, lat in homes):
        raise InvalidInput("maps.base_elsewhere")


@transaction.atomic
def forget_base(actor: Actor, base_id: int) -> BaseMap:
    """Take a base map out of use and remove its file. Error: NotFound "maps.base_unknown"."""
    check(actor, Right.EDIT_PLANS)
    row = BaseMap.objects.select_for_update().filter(pk=base_id, retired_at=None).first()
    if row is None:
        raise NotFound("maps.base_unknown")
    row.retired_at = clock.now()
    row.save(update_fields=["retired_at"])
    payload = {"name": row.name, "kind": row.kind}
    journal.append(STREAM, "base.forgotten", actor=actor.ref, at=row.retired_at, payload=payload)
    transaction.on_commit(lambda: _forget_files({row.hash}))
    return row


def _retire(kind: str) -> set[str]:
    """Retire what is in use of this kind; returns the hashes."""
    rows = BaseMap.objects.select_for_update().filter(retired_at=None, kind=kind)
    names = {row.hash for row in rows}
    BaseMap.objects.filter(retired_at=None, kind=kind).update(retired_at=clock.now())
    return names


def _forget_files(names: set[str]) -> None:
    """Remove files that no base map in use bears: the same file may have been imported as another kind."""
    used = set(BaseMap.objects.filter(retired_at=None, hash__in=names).values_list("hash", flat=True))
    for name in names - used:
        archives.forget(name)
