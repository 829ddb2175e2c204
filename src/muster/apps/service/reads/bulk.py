"""Changes for many that were done."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from muster.access.rights import Actor
from muster.apps.service.models import BulkAct
from muster.core.errors import NotFound

SHOWN = 50


@dataclass(frozen=True, slots=True)
class ActRow:
    """One act of the list: of how many people, and how many stayed as they were when it was put back."""

    act: BulkAct
    people: int
    kept: int


def _visible(actor: Actor) -> QuerySet[BulkAct]:
    """All of them for the whole district, his own for somebody with a part of it."""
    acts = BulkAct.objects.all()
    return acts.filter(done_by=actor.ref) if actor.unit_path else acts


def recent_acts(actor: Actor) -> list[ActRow]:
    """The newest first."""
    counted = _visible(actor).annotate(people=Count("changes"), kept=Count("changes", filter=~Q(changes__kept="")))
    return [ActRow(act, act.people, act.kept) for act in counted.order_by("-pk")[:SHOWN]]


def act_of(actor: Actor, act_id: int) -> BulkAct:
    """One act the actor may see. NotFound "service.bulk_unknown"."""
    act = _visible(actor).filter(pk=act_id).first()
    if act is None:
        raise NotFound("service.bulk_unknown")
    return act
