"""Small helps for the plan and callout pages."""

from __future__ import annotations

from django import template

from muster.access.rights import Actor, Right

register = template.Library()


@register.filter
def may(actor: Actor | None, right: str) -> bool:
    """Whether the viewer has the right; strangers have none."""
    return actor is not None and actor.may(Right(right))


@register.filter
def share(part: int, whole: int) -> int:
    """`part` of `whole` in whole percent, rounded down; 0 of nothing."""
    return 100 * part // whole if whole else 0
