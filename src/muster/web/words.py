"""Words and icons of states, the same on map, list, strip and board."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PERSON_WORDS: dict[str, str | Promise] = {
    "checked_in": _("Checked in"),
    "en_route": _("En route"),
    "accepted": _("Accepted"),
    "unclear": _("Unclear"),
    "silent": _("No answer yet"),
    "undelivered": _("Not delivered"),
    "declined": _("Declined"),
    "no_show": _("No-show"),
    "released": _("Released"),
    "unaccounted": _("Unaccounted"),
}

# Finer states of an alert that look like a coarser one.
PERSON_ALIASES: dict[str, str] = {
    "queued": "silent",
    "notified": "silent",
    "delivered": "silent",
    "no_answer": "silent",
    "withdrawn": "declined",
}

# thing: (icon, tone, word)
THINGS: dict[str, tuple[str, str, str | Promise]] = {
    "enough": ("check", "ok", _("Enough")),
    "at_risk": ("clock-exclamation", "warn", _("At risk")),
    "short": ("alert-triangle", "bad", _("Not enough")),
    "unknown": ("hourglass", "old", _("Being computed")),
    "stale": ("hourglass", "old", _("Stale")),
    "closed_off": ("ban", "bad", _("Closed off")),
    "live_zone": ("bolt", "warn", _("Live zone: power not confirmed off")),
    "gateway_not_set_up": ("phone-off", "warn", _("No SMS gateway: everybody is on the call list")),
    "gateway_not_answering": ("phone-off", "bad", _("SMS gateway does not answer: use the call list")),
    "gateway_no_reports": ("phone-off", "warn", _("SMS gateway sends no delivery reports")),
    "relay_silent": ("phone-off", "bad", _("Reply relay is silent: answers by link do not arrive")),
    "relay_no_keys": ("phone-off", "bad", _("Reply relay has no keys: answers by link do not arrive")),
    "relay_refused": ("alert-triangle", "warn", _("Reply relay brought false answers: have it looked at")),
    "relay_lost": ("alert-triangle", "warn", _("Reply relay lost answers: ask those who are silent")),
    "controlled_airspace": ("drone", "warn", _("Controlled airspace: no approval")),
    "certified": ("shield-check", "ok", _("Certified")),
    "exercise": ("school", "ex", _("EXERCISE")),
    "actual": ("alert-octagon", "bad", _("ACTUAL")),
}

KIND_ICONS: dict[str, str] = {
    "accident.fire": "flame",
    "natural.flood": "ripple",
    "natural.landslide": "mountain",
    "accident.hazmat": "biohazard",
    "health.infectious_disease": "virus",
    "accident.search": "lifebuoy",
    "planned.public_gathering": "users-group",
    "other": "alert-circle",
}


def person_state(state: str) -> str:
    """The state that shape, word and colour are chosen by."""
    return PERSON_ALIASES.get(state, state)
