"""The time list of an incident, from its journal stream."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language

from muster.access.models import Account
from muster.access.rights import Actor, Right
from muster.apps.incidents.board import Event
from muster.apps.incidents.models import Incident
from muster.apps.incidents.sentences import Names, event_of
from muster.apps.people.models import Capability
from muster.apps.people.reads import visible_members
from muster.journal.models import Entry

QUIET = frozenset({"alert.released", "alert.left", "alert.no_answer"})  # told in one line by the order itself


def events(incident: Incident, actor: Actor, after_seq: int = 0, limit: int = 8, quiet: bool = True) -> list[Event]:
    """Newest first; `quiet` leaves out the per-person lines of bulk orders."""
    rows = Entry.objects.filter(stream__name=incident.stream, seq__gt=after_seq).order_by("-seq")
    if quiet:
        rows = rows.exclude(action__in=QUIET)
    entries = list(rows[:limit])
    names = names_for(entries, actor)
    return [event_of(entry, names) for entry in entries]


def names_for(entries: Iterable[Entry], actor: Actor) -> Names:
    """Names of the people and accounts in `entries`, as far as the viewer may see them."""
    held = list(entries)
    numbers = {entry.person for entry in held if entry.person}
    numbers |= {entry.actor.removeprefix("member:") for entry in held if entry.actor.startswith("member:")}
    members: dict[str, str] = {}
    if numbers and actor.may(Right.SEE_PEOPLE):
        members = dict(visible_members(actor).filter(number__in=numbers).values_list("number", "name"))
    refs = {int(e.actor.removeprefix("account:")) for e in held if e.actor.startswith("account:")}
    accounts = {f"account:{pk}": name for pk, name in Account.objects.filter(pk__in=refs).values_list("pk", "name")}
    chinese = (get_language() or "").startswith("zh")
    capabilities = {c.slug: (c.zh if chinese else c.en) for c in Capability.objects.all()}
    return Names(members=members, accounts=accounts, capabilities=capabilities)
