"""Small helps for the plan and callout pages."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.translation import get_language

from muster.access.rights import Actor, Right
from muster.core.units import to_beijing

register = template.Library()


@register.filter
def may(actor: Actor | None, right: str) -> bool:
    """Whether the viewer has the right; strangers have none."""
    return actor is not None and actor.may(Right(right))


@register.filter
def day(moment: datetime | None) -> str:
    """The Beijing day: 2 Nov 2027, in Chinese 2027 年 11 月 2 日; a dash for none."""
    if moment is None:
        return "–"
    local = to_beijing(moment)
    if get_language() == "en":
        return f"{local.day} {local:%b} {local.year}"
    return f"{local.year} 年 {local.month} 月 {local.day} 日"


@register.filter
def share(part: int, whole: int) -> int:
    """`part` of `whole` in whole percent, rounded down; 0 of nothing."""
    return 100 * part // whole if whole else 0
