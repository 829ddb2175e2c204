"""Who sees whom: an actor's part of the unit tree."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from muster.access.rights import Actor, Right
from muster.apps.people.models import Member, Unit
from muster.core.errors import NotFound


def _below(prefix: str, path: str) -> Q:
    """`prefix` itself and everything under it, as a condition on the field `path`."""
    return Q(**{path: prefix}) | Q(**{f"{path}__startswith": prefix + "/"})


def visible_members(actor: Actor) -> QuerySet[Member]:
    """The members the actor may see: all, or those who serve or live in his subtree; without the right only himself."""
    members = Member.objects.all()
    if not actor.may(Right.SEE_PEOPLE):
        own = bool(actor.member_ref) and actor.may(Right.SEE_OWN)
        return members.filter(number=actor.member_ref) if own else members.none()
    if not actor.unit_path:
        return members
    return members.filter(_below(actor.unit_path, "unit__path") | _below(actor.unit_path, "home_unit__path"))


def visible_units(actor: Actor) -> QuerySet[Unit]:
    """The units of the actor's subtree, in tree order."""
    units = Unit.objects.all()
    return units.filter(_below(actor.unit_path, "path")) if actor.unit_path else units


def unit_by_code(actor: Actor, code: str) -> Unit:
    """A unit the actor may see. NotFound "people.unit_unknown" also for one he must not know of."""
    unit = visible_units(actor).select_related("parent").filter(code=code).first()
    if unit is None:
        raise NotFound("people.unit_unknown", code=code)
    return unit


def member_by_number(actor: Actor, number: str) -> Member:
    """A member the actor may see. NotFound "people.member_unknown" also for one he must not know of."""
    member = visible_members(actor).select_related("unit", "home_unit", "employer").filter(number=number).first()
    if member is None:
        raise NotFound("people.member_unknown", number=number)
    return member
