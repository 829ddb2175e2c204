"""The journal in words: parts register what their acts are called, so that a page can say them in any language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from muster.journal.models import Entry

_ACTS: dict[str, str | Promise] = {
    "account.made": _("Account made, role %(role)s"),
    "account.link_made": _("One-time link made"),
    "account.password_set": _("First password set"),
    "account.password_changed": _("Password changed"),
    "account.role_set": _("Role changed from %(before)s to %(role)s"),
    "account.recovered": _("Let in again at the machine by %(operator)s: %(reason)s"),
    "account.switched_on": _("Account switched on"),
    "account.switched_off": _("Account switched off"),
    "login.done": _("Signed in"),
    "login.ended": _("Signed out"),
    "login.failed": _("Wrong password or unknown name"),
    "login.locked": _("Locked for five minutes after wrong passwords"),
    "role.lent": _("Role lent: %(role)s, for %(hours)s h: %(reason)s"),
    "role.glass_broken": _("Glass broken: took the role %(role)s himself, for %(hours)s h: %(reason)s"),
    "role.glass_seen": _("Head took note of the broken glass"),
    "role.given_back": _("Lent role ended early: %(role)s"),
    "duty.taken": _("Took the duty that nobody held"),
    "duty.offered": _("Duty offered, from account %(from)s to account %(to)s"),
    "duty.accepted": _("Duty accepted, from account %(from)s by account %(to)s"),
    "duty.declined": _("Duty declined by account %(to)s"),
    "duty.offer_taken_back": _("Offer of the duty taken back"),
    "incident.shared": _("Partner agency let into incident %(incident)s"),
    "incident.share_ended": _("Partner agency no longer sees incident %(incident)s"),
    "session.ended": _("Ended %(count)s of his own sessions"),
    "session.shared": _("Session ended: its cookie came from a second browser"),
    "factor.added": _("Second factor set up"),
    "factor.removed": _("Second factor taken away by its user"),
    "factor.codes_made": _("New recovery codes made"),
    "factor.failed": _("Wrong code of the second factor"),
    "factor.taken_off": _("Second factors taken off an account"),
    "journal.exported": _("Journal exported with proof, %(count)s entries"),
    "person.key_destroyed": _("Private records of this person erased"),
}


def register(acts: Mapping[str, str | Promise]) -> None:
    """Add the words of a part's acts; `%(name)s` stands for a value of the payload."""
    _ACTS.update(acts)


class _Known(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "–"


def words_of(action: str) -> str:
    """The act without its values; the bare code when nobody registered words."""
    return str(_ACTS[action]) % _Known() if action in _ACTS else action


def sentence(entry: Entry, words: Mapping[str, str | Promise] | None = None) -> str:
    """The act with its values; values that stand in `words` (codes of roles, say) are put into words."""
    if entry.action not in _ACTS:
        return entry.action
    values = {name: (words or {}).get(str(value), value) for name, value in entry.payload.items()}
    return str(_ACTS[entry.action]) % _Known(values)


def details(entry: Entry) -> list[tuple[str, str]]:
    """The payload as (name, value) pairs for the curious."""
    return [(name, str(value)) for name, value in sorted(entry.payload.items())]
