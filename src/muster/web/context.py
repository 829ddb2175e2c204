"""Context of every page: office name, exercise state, theme, navigation by rights."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from muster.access.lending.reads import unseen_glass
from muster.access.moment import now as real_now
from muster.access.rights import Actor, Right
from muster.jobs import clock

THEMES = {"light", "dark"}
THEME_COOKIE = "muster_theme"


@dataclass(frozen=True, slots=True)
class NavLink:
    """One entry of the navigation: `key` is what a page sets as `nav` to light it up."""

    key: str
    url: str
    icon: str
    word: str | Promise
    right: Right


NAVIGATION = (
    NavLink("town", "/town/", "phone-call", _("My people"), Right.CALL_TOWN),
    NavLink("village", "/village/", "phone-call", _("My people"), Right.CALL_VILLAGE),
    NavLink("duty", "/duty/", "broadcast", _("Duty"), Right.SEE_INCIDENTS),
    NavLink("people", "/people/", "users", _("People"), Right.SEE_PEOPLE),
    NavLink("rota", "/rota/", "calendar-time", _("Rota"), Right.SET_DUTY),
    NavLink("plans", "/plans/", "clipboard-list", _("Plans"), Right.SEE_PLANS),
    NavLink("roads", "/maps/closures/", "road", _("Roads"), Right.SEE_INCIDENTS),
    NavLink("review", "/review/", "history", _("Review"), Right.SEE_REVIEW),
    NavLink("journal", "/journal/", "link", _("Journal"), Right.SEE_JOURNAL),
    NavLink("wall", "/wall/", "device-tv", _("Wall"), Right.SEE_WALL),
    NavLink("accounts", "/accounts/", "key", _("Accounts"), Right.MANAGE_ACCOUNTS),
    NavLink("accounts", "/accounts/", "key", _("Accounts"), Right.GRANT_ROLES),
    NavLink("sharing", "/accounts/sharing/", "building-community", _("Partner agencies"), Right.GRANT_ROLES),
    NavLink("shared", "/shared/", "building-community", _("Shared incidents"), Right.SEE_SHARED),
    NavLink("system", "/system/", "server", _("This machine"), Right.MANAGE_ACCOUNTS),
    NavLink("me", "/me/", "user-circle", _("My page"), Right.SEE_OWN),
)


def links_for(actor: Actor | None) -> list[NavLink]:
    """The links this actor may follow."""
    return [link for link in NAVIGATION if actor is not None and actor.may(link.right)]


def _minutes_left(actor: Actor | None) -> int:
    """Minutes for which a lent role still holds, rounded up; 0 when none is lent."""
    if actor is None or actor.lent_until is None:
        return 0
    return max(1, math.ceil((actor.lent_until - real_now()).total_seconds() / 60))


def shell(request: HttpRequest) -> dict[str, object]:
    """Context processor of the page shell. Pages add `nav` (active link) and `exercise` (of their incident)."""
    actor = getattr(request, "actor", None)
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "office_name": settings.MUSTER_OFFICE_NAME,
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "desk_phone": settings.MUSTER_DESK_PHONE,
        "hold_seconds": settings.MUSTER_HOLD_SECONDS,
        "actor": actor,
        "exercise_home": clock.is_exercise_home(),
        "theme": theme if theme in THEMES else "",
        "nav_links": links_for(actor),
        "lent_minutes": _minutes_left(actor),
        "broken_glass": unseen_glass() if actor is not None and actor.may(Right.ELEVATE) else [],
        "may_search": actor is not None and actor.may(Right.SEE_PEOPLE),
    }
