"""What the telephone pages show: one's own people of a running callout, who has been silent longest on top."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass

from muster.access.rights import Actor
from muster.apps.incidents.led import Group
from muster.apps.incidents.models import Alert, Incident
from muster.apps.incidents.pages.people import in_order
from muster.apps.incidents.reads.access import OVER, in_scope
from muster.apps.incidents.reads.people import GROUPS, AlertRow, alert_rows, unit_groups
from muster.apps.incidents.states import COMING, RUNNING
from muster.apps.people.models import Unit
from muster.core.errors import NotFound

TO_DIAL = frozenset({"silent", "undelivered", "unclear", "accepted", "en_route", "no_show"})


@dataclass(frozen=True, slots=True)
class Person:
    """One row. `rank` is the place in the check-in list: who said he comes first, who is here already last."""

    row: AlertRow
    rank: int
    dialled: bool  # has a mobile number and is somebody one would ring now

    @property
    def alert(self) -> Alert:
        return self.row.alert


@dataclass(frozen=True, slots=True)
class FieldList:
    """One's own people of one callout, and the units called through a lead. `mark` changes whenever anything shown does,
    but for the ages."""

    incident: Incident
    people: tuple[Person, ...]
    groups: tuple[tuple[str, int], ...]
    led: tuple[Group, ...]
    mark: str

    @property
    def running(self) -> bool:
        return self.incident.callout.state in RUNNING

    @property
    def total(self) -> int:
        return len(self.people)

    @property
    def silent(self) -> int:
        return sum(n for group, n in self.groups if group in ("silent", "undelivered"))

    @property
    def here(self) -> int:
        return sum(n for group, n in self.groups if group == "checked_in")


def own_incidents(actor: Actor) -> list[Incident]:
    """Open incidents for which somebody of the actor's part of the tree was called, newest first."""
    called = Alert.objects.filter(in_scope(actor)).values("callout__incident")
    found = Incident.objects.filter(pk__in=called).exclude(state__in=OVER)
    return list(found.select_related("callout").order_by("-t0", "-pk"))


def field_list(actor: Actor, incident: Incident) -> FieldList:
    """The actor's people of this incident's callout; a handful of queries whatever their number."""
    rows = in_order(alert_rows(incident.callout, actor))
    by_rank = {row.alert.pk: rank for rank, row in enumerate(sorted(rows, key=_rank))}
    people = tuple(
        Person(row, by_rank[row.alert.pk], bool(row.alert.member.phone_masked) and row.group in TO_DIAL) for row in rows
    )
    counts = Counter(row.group for row in rows)
    led = tuple(unit_groups(incident.callout, actor))
    shown = [_shown(row.alert) for row in rows]
    units = [(g.lead.pk, g.lead.unit_said, g.lead.unit_said_at, g.called, g.coming, g.unnamed) for g in led]
    mark = hashlib.sha256(repr((incident.callout.state, shown, units)).encode()).hexdigest()[:16]
    return FieldList(incident, people, tuple((g, counts[g]) for g in GROUPS if counts[g]), led, mark)


def _shown(alert: Alert) -> tuple[object, ...]:
    """What a row shows that may change."""
    channel = (alert.channel, alert.through_id)
    return alert.pk, alert.state, alert.sent_at, alert.eta_at, alert.reason, alert.contradicted, *channel


def _rank(row: AlertRow) -> tuple[int, str, int]:
    group = {"checked_in": 3, "declined": 2, "released": 2}.get(row.group, 0 if row.alert.state in COMING else 1)
    return group, row.alert.member.sort_pinyin, row.alert.pk


def own_incident(actor: Actor, wanted: str) -> Incident | None:
    """The incident of this number, or the newest for ""; None when there is none. Error: NotFound "incidents.unknown"."""
    found = own_incidents(actor)
    if not wanted:
        return found[0] if found else None
    for incident in found:
        if str(incident.pk) == wanted:
            return incident
    raise NotFound("incidents.unknown", incident=wanted[:20])


def unit_of(actor: Actor) -> Unit | None:
    """The actor's part of the tree; None for the whole district."""
    return Unit.objects.filter(path=actor.unit_path).first() if actor.unit_path else None
