"""Layers that somebody brings: taking one in, showing and hiding it, removing it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import PurePath

from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.maps.actions.networks import STREAM
from muster.apps.maps.models import Overlay
from muster.codecs.features import moved, to_rows, words
from muster.codecs.layer_files import read_layer
from muster.core.datum import DATUMS, to_wgs84
from muster.core.errors import Conflict, InvalidInput, NotFound
from muster.jobs import clock
from muster.journal import actions as journal

MOST_OVERLAYS = 60


@dataclass(frozen=True, slots=True)
class AddedLayer:
    """`left_out`: shapes of too few points to be drawn."""

    layer: Overlay
    left_out: int


def add_overlay(actor: Actor, data: bytes, source: str, *, name: str = "", datum: str) -> AddedLayer:
    """Take a GeoJSON, GPX, KML or KMZ file in; its coordinates are of `datum`.

    Errors: those of `read_layer`; InvalidInput "geo.datum_unknown", "layers.datum_said" (the file names another one);
    Conflict "layers.too_many_layers"."""
    check(actor, Right.EDIT_PLANS)
    if datum not in DATUMS:
        raise InvalidInput("geo.datum_unknown", datum=datum)
    found = read_layer(data)
    if found.datum in DATUMS and found.datum != datum:
        raise InvalidInput("layers.datum_said", said=found.datum.upper())
    features = moved(found.features, partial(to_wgs84, datum=datum))
    with transaction.atomic():
        if Overlay.objects.count() >= MOST_OVERLAYS:
            raise Conflict("layers.too_many_layers", most=MOST_OVERLAYS)
        row = Overlay(
            name=words(name or found.name or PurePath(source).stem, 80) or found.format.upper(),
            features=to_rows(features), count=len(features), source=words(PurePath(source).name), datum=datum,
            added_at=clock.now(), added_by=actor.ref, added_by_name=actor.name,
        )  # fmt: skip
        row.save(force_insert=True)
        _record(actor, "layer.added", row)
    return AddedLayer(row, found.left_out)


@transaction.atomic
def show_overlay(actor: Actor, layer_id: int, *, shown: bool) -> Overlay:
    """Whether maps show it unless a reader says otherwise. Error: NotFound "layers.unknown"."""
    check(actor, Right.EDIT_PLANS)
    row = _locked(layer_id)
    if row.shown != shown:
        row.shown = shown
        row.save(update_fields=["shown"])
        _record(actor, "layer.shown" if shown else "layer.hidden", row)
    return row


@transaction.atomic
def remove_overlay(actor: Actor, layer_id: int) -> Overlay:
    """Error: NotFound "layers.unknown"."""
    check(actor, Right.EDIT_PLANS)
    row = _locked(layer_id)
    _record(actor, "layer.removed", row)
    row.delete()
    return row


def _locked(layer_id: int) -> Overlay:
    row = Overlay.objects.select_for_update().filter(pk=layer_id).first()
    if row is None:
        raise NotFound("layers.unknown")
    return row


def _record(actor: Actor, word: str, row: Overlay) -> None:
    payload = {"layer": row.pk, "name": row.name, "count": row.count, "datum": row.datum}
    journal.append(STREAM, word, actor=actor.ref, at=clock.now(), payload=payload)
