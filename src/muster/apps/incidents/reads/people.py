"""Alerted people as rows of lists and as marks on the map."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from muster.access.rights import Actor
from muster.apps.incidents.arriving_clock import overdue_minutes
from muster.apps.incidents.led import Group, groups_among
from muster.apps.incidents.models import Alert, Callout
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.reads.access import in_scope
from muster.jobs.clock import now

GROUP_OF: dict[str, str] = {
    AlertState.QUEUED: "silent", AlertState.NOTIFIED: "silent", AlertState.DELIVERED: "silent",
    AlertState.NO_ANSWER: "silent", AlertState.UNDELIVERED: "undelivered", AlertState.UNCLEAR: "unclear",
    AlertState.ACCEPTED: "accepted", AlertState.EN_ROUTE: "en_route", AlertState.DECLINED: "declined",
    AlertState.WITHDRAWN: "declined", AlertState.CHECKED_IN: "checked_in", AlertState.RELEASED: "released",
    AlertState.NO_SHOW: "no_show",
}  # fmt: skip
Place = tuple[float, float]  # (lon, lat), WGS-84
GROUPS = ("checked_in", "en_route", "accepted", "unclear", "silent", "undelivered", "declined", "no_show", "released")


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alerted person. `silent_since` is when the message left, while no answer has come."""

    alert: Alert
    group: str
    silent_since: datetime | None
    overdue_minutes: int = 0


def alert_rows(
    callout: Callout,
    actor: Actor,
    state: str | None = None,
    unit_path: str | None = None,
    q: str | None = None,
    ids: Collection[int] | None = None,
) -> list[AlertRow]:
    """Alerted people the actor may see, by name; `state` is one of GROUPS, `ids` the alerts that are meant."""
    rows = _alerts(callout, actor)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    if state:
        rows = rows.filter(state__in=[key for key, group in GROUP_OF.items() if group == state])
    if unit_path:
        inside = Q(member__unit__path=unit_path) | Q(member__unit__path__startswith=unit_path + "/")
        rows = rows.filter(inside)
    if q:
        text = q.strip()
        found = (
            Q(member__name__icontains=text)
            | Q(member__initials__startswith=text.lower())
            | Q(member__number__iexact=text)
        )
        rows = rows.filter(found)
    at = now()  # once: in an exercise home the clock is a file
    return [_row(alert, at) for alert in rows]


def seen_ids(callout: Callout, actor: Actor) -> set[int]:
    """Keys of the alerts of people the actor may see."""
    return set(callout.alerts.filter(in_scope(actor)).values_list("pk", flat=True))


def _alerts(callout: Callout, actor: Actor) -> QuerySet[Alert]:
    rows = callout.alerts.filter(in_scope(actor))
    linked = ("member__unit", "member__home_unit", "muster_point", "need__capability", "post__capability")
    linked += ("through__member", "unit_called")
    return rows.select_related(*linked).order_by("member__sort_pinyin", "pk")


def _row(alert: Alert, at: datetime) -> AlertRow:
    group = GROUP_OF[alert.state]
    waiting = group in {"silent", "undelivered"}
    return AlertRow(
        alert=alert,
        group=group,
        silent_since=(alert.sent_at or alert.alerted_at) if waiting else None,
        overdue_minutes=overdue_minutes(alert, at),
    )


def unit_groups(callout: Callout, actor: Actor) -> list[Group]:
    """Units called through a lead that lie in the viewer's part of the tree, those not yet confirmed first."""
    found = [
        group
        for group in groups_among(callout.alerts.select_related("member", "unit_called").order_by("pk"))
        if group.lead.unit_called and actor.sees_unit(group.lead.unit_called.path)
    ]
    return sorted(found, key=lambda group: group.lead.unit_said is not None)


def _about(home: Place, *larger: Place) -> Place:
    """The first larger place that is known, else the home to a hundredth of a degree, about a kilometre."""
    lon, lat = home
    return next((place for place in larger if None not in place), (round(lon, 2), round(lat, 2)))


def map_features(callout: Callout, actor: Actor, *, homes: bool = True) -> dict[str, object]:
    """GeoJSON points (WGS-84) of alerted people: homes until they arrive, the muster point afterwards. No names, no numbers.

    Without `homes` people not yet there stand at their village, or their unit, and never where they live.
    """
    fields = ("pk", "state", "muster_point__lon", "muster_point__lat", "member__lon", "member__lat")
    fields += ("member__home_unit__lon", "member__home_unit__lat", "member__unit__lon", "member__unit__lat")
    rows = callout.alerts.filter(in_scope(actor)).values_list(*fields)
    features = []
    for pk, state, at_lon, at_lat, *places in rows:
        group = GROUP_OF[state]
        home, village, unit = (tuple(places[n : n + 2]) for n in (0, 2, 4))
        at = (at_lon, at_lat)
        place = list(at if group == "checked_in" or None in home else home if homes else _about(home, village, unit))
        features.append({
            "type": "Feature",
            "id": pk,
            "geometry": {"type": "Point", "coordinates": place},
            "properties": {"state": group, "to": [at_lon, at_lat]},
        })  # fmt: skip
    return {"type": "FeatureCollection", "features": features}
