"""Layers that people brought, as rows, as GeoJSON for the map, and as files in any datum."""

from __future__ import annotations

from functools import partial

from django.db.models import QuerySet

from muster.apps.maps.models import MapService, Overlay
from muster.codecs.features import from_rows, moved
from muster.codecs.geojson import feature_collection
from muster.codecs.layer_files import WRITERS
from muster.core.datum import DATUMS, from_wgs84
from muster.core.errors import InvalidInput, NotFound


def overlays() -> QuerySet[Overlay]:
    """All of them in the order in which they came, without their shapes."""
    return Overlay.objects.defer("features").order_by("pk")


def services_on() -> QuerySet[MapService]:
    return MapService.objects.filter(on=True).order_by("pk")


def overlay_by_id(layer_id: int) -> Overlay:
    """Error: NotFound "layers.unknown"."""
    row = Overlay.objects.filter(pk=layer_id).first()
    if row is None:
        raise NotFound("layers.unknown")
    return row


def overlay_geojson(layer_id: int) -> dict[str, object]:
    """What the map draws, WGS-84. Error: NotFound "layers.unknown"."""
    return feature_collection(from_rows(overlay_by_id(layer_id).features))


def overlay_file(layer_id: int, form: str, datum: str) -> tuple[str, str, bytes]:
    """(name without folder, media type, content). Errors: NotFound "layers.unknown"; InvalidInput "layers.format",
    "geo.datum_unknown"."""
    if form not in WRITERS:
        raise InvalidInput("layers.format")
    if datum not in DATUMS:
        raise InvalidInput("geo.datum_unknown", datum=datum)
    row = overlay_by_id(layer_id)
    write, media = WRITERS[form]
    features = moved(from_rows(row.features), partial(from_wgs84, datum=datum))
    return f"{row.name}-{datum}.{form}", media, write(features, row.name, datum)
