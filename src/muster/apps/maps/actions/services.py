"""Base-map services: entering one, switching it on and off, removing it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.maps.actions.bases import DATUMS
from muster.apps.maps.actions.networks import STREAM
from muster.apps.maps.models import MapService
from muster.codecs.tile_service import approval_number, check_template, origin_of
from muster.core.errors import Conflict, InvalidInput, NotFound
from muster.jobs import clock
from muster.journal import actions as journal

MOST_SERVICES = 12
ZOOMS = range(1, 23)


@dataclass(frozen=True, slots=True)
class ServiceInput:
    """What a person says of a service; `datum` of its pictures (CGCS2000 counts as wgs84: it differs by centimetres)."""

    name: str
    template: str
    approval: str
    attribution: str
    datum: str
    max_zoom: int = 18


def check_service(actor: Actor) -> None:
    """The office head and the administrator alone: a service that is on tells its owner what the office looks at."""
    if not actor.may(Right.MANAGE_ACCOUNTS):
        check(actor, Right.SET_MAP)


@transaction.atomic
def add_service(actor: Actor, data: ServiceInput) -> MapService:
    """Enter a service; it is off. Errors: those of `check_template` and `approval_number`; InvalidInput
    "service.words", "service.zoom", "maps.base_datum"; Conflict "service.too_many"."""
    check_service(actor)
    template, approval = check_template(data.template), approval_number(data.approval)
    if not data.name.strip() or not data.attribution.strip():
        raise InvalidInput("service.words")
    if data.datum not in DATUMS:
        raise InvalidInput("maps.base_datum")
    if data.max_zoom not in ZOOMS:
        raise InvalidInput("service.zoom")
    if MapService.objects.count() >= MOST_SERVICES:
        raise Conflict("service.too_many", most=MOST_SERVICES)
    row = MapService(
        name=data.name.strip()[:60], template=template, approval=approval, attribution=data.attribution.strip()[:120],
        datum=data.datum, max_zoom=data.max_zoom, changed_at=clock.now(), changed_by_name=actor.name,
    )  # fmt: skip
    row.save(force_insert=True)
    _record(actor, "service.added", row)
    return row


@transaction.atomic
def switch_service(actor: Actor, service_id: int, *, on: bool) -> MapService:
    """Errors: NotFound "service.unknown"."""
    check_service(actor)
    row = _locked(service_id)
    if row.on != on:
        row.on, row.changed_at, row.changed_by_name = on, clock.now(), actor.name
        row.save(update_fields=["on", "changed_at", "changed_by_name"])
        _record(actor, "service.on" if on else "service.off", row)
    return row


@transaction.atomic
def remove_service(actor: Actor, service_id: int) -> MapService:
    """Errors: NotFound "service.unknown"."""
    check_service(actor)
    row = _locked(service_id)
    _record(actor, "service.removed", row)
    row.delete()
    return row


def _locked(service_id: int) -> MapService:
    row = MapService.objects.select_for_update().filter(pk=service_id).first()
    if row is None:
        raise NotFound("service.unknown")
    return row


def _record(actor: Actor, word: str, row: MapService) -> None:
    """The address stays out of the journal: it may hold the office's key."""
    payload = {"name": row.name, "host": origin_of(row.template), "approval": row.approval, "datum": row.datum}
    journal.append(STREAM, word, actor=actor.ref, at=clock.now(), payload=payload)
