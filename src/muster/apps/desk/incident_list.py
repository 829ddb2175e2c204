"""/incidents/: every incident, to search and filter, with the time since its call, and all those shown on one map."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Case, Count, IntegerField, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muster.access.pages import needs
from muster.access.rights import Actor, Right
from muster.apps.command.reads.zones import flags_now
from muster.apps.incidents.models import Incident
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.reads.access import OVER, sees_incident
from muster.apps.incidents.states import COMING
from muster.apps.plans.models import IncidentKind
from muster.jobs import clock

PAGE = 50
SHOWN = ("open", "over", "all")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for. `state`: open | over | all; `kind`: "" for every kind; `q`: part of title or place."""

    state: str
    kind: str
    q: str

    @classmethod
    def of(cls, request: HttpRequest) -> Wish:
        """Out of the address; what makes no sense counts as not said."""
        given = request.GET
        state = given.get("state", "all")
        kind = given.get("kind", "")
        q = " ".join(given.get("q", "").replace("\0", " ").split())[:80]
        return cls(state if state in SHOWN else "all", kind if kind in IncidentKind.values else "", q)


def incidents_for(actor: Actor, wish: Wish) -> QuerySet[Incident]:
    """The incidents wished for: open ones first, then the newest call. Each with `called`, `coming`, `here`, `came`."""
    sees_incident(actor)
    rows = Incident.objects.select_related("callout", "site")
    if wish.state == "open":
        rows = rows.exclude(state__in=OVER)
    elif wish.state == "over":
        rows = rows.filter(state__in=OVER)
    if wish.kind:
        rows = rows.filter(kind=wish.kind)
    for word in wish.q.split():
        rows = rows.filter(Q(title__icontains=word) | Q(place__icontains=word))
    alerts = "callout__alerts"
    return rows.annotate(
        called=Count(alerts),
        coming=Count(alerts, filter=Q(callout__alerts__state__in=COMING)),
        here=Count(alerts, filter=Q(callout__alerts__state=AlertState.CHECKED_IN)),
        came=Count(alerts, filter=Q(callout__alerts__checked_in_at__isnull=False)),
        ended=Case(When(state__in=OVER, then=1), default=0, output_field=IntegerField()),
    ).order_by("ended", "-t0", "-pk")


@never_cache
@needs(Right.SEE_INCIDENTS)
@require_safe
def incident_list(request: HttpRequest) -> HttpResponse:
    """The list and its map; the table renews itself, the search box and the map stay as they are."""
    wish = Wish.of(request)
    pages = Paginator(incidents_for(request.actor, wish), PAGE)
    shown = pages.get_page(request.GET.get("page"))
    page = {
        "nav": "duty",
        "wish": wish,
        "rows": [(shown.start_index() + place, row) for place, row in enumerate(shown)],
        "page": shown,
        "total": pages.count,
        "kinds": IncidentKind.choices,
        "over": OVER,
        "now": clock.now(),
        "query": _query(request),
        "states": _states(request.actor, wish),
    }
    return render(request, "desk/incidents.html", page)


def _query(request: HttpRequest) -> str:
    """The address' own questions without the page."""
    given = request.GET.copy()
    given.pop("page", None)
    return given.urlencode()


def _states(actor: Actor, wish: Wish) -> list[tuple[str, int]]:
    """How many there are in each state for the same search."""
    counts = {state: incidents_for(actor, Wish(state, wish.kind, wish.q)).count() for state in ("open", "over")}
    return [("all", sum(counts.values())), *counts.items()]


@never_cache
@needs(Right.SEE_INCIDENTS)
@require_safe
def incident_map(request: HttpRequest) -> JsonResponse:
    """/incidents/map.json: the incidents of the same page of the list as pins numbered as there; no people at all."""
    at, wish = clock.now(), Wish.of(request)
    shown = Paginator(incidents_for(request.actor, wish), PAGE).get_page(request.GET.get("page"))
    points, sites = [], []
    for number, row in enumerate(shown, start=shown.start_index()):
        spot = [row.lon, row.lat]
        points.append({"letter": str(number), "zh": row.title, "en": row.title, "at": spot, "arrived": row.here})
        raised = [name for name in ("live_zone", "controlled_airspace") if row.site and getattr(row.site, name)]
        if row.state not in OVER and raised:
            sites.append({"at": [row.site.lon, row.site.lat], "flags": list(flags_now(row.pk, raised, at))})
    people: dict[str, object] = {"type": "FeatureCollection", "features": []}
    # the last is drawn on top: of two at one place the open or newer one has to be seen
    return JsonResponse({"site": None, "sites": sites, "points": points[::-1], "people": people})
