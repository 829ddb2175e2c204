"""What a link shows, and the links of an incident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from muster.access.models import Account
from muster.apps.command.reads.zones import ZoneView, zone_views
from muster.apps.desk import wall_board
from muster.apps.desk.models import ShareLink
from muster.apps.incidents.board import LineView, PeopleCounts
from muster.apps.incidents.charts import Arrivals, arrivals
from muster.apps.incidents.models import Callout, Incident, SolveRun
from muster.core.ids import token_hash
from muster.core.units import minutes_between


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link for the officer's page; `holds`: it can still be opened."""

    row: ShareLink
    by: str
    holds: bool


@dataclass(frozen=True, slots=True)
class SharedView:
    """Counts and places only. There is no field here that could hold a name or a number of a person."""

    incident: Incident
    title: str
    place: str
    state: str
    people: PeopleCounts
    lines: tuple[LineView, ...]
    chart: Arrivals | None
    zones: tuple[tuple[str, ZoneView], ...]
    now: datetime
    ends_at: datetime
    posts: int
    due_minutes: int
    full_at: None = None  # when all was full needs names of capabilities held, which are not read for a stranger


def link_of(token: str, at: datetime) -> ShareLink | None:
    """The link with this token that holds now; None for a wrong, an ended and an expired one alike."""
    rows = ShareLink.objects.select_related("incident__callout", "incident__site")
    return rows.filter(token_hash=token_hash(token), ended_at=None, ends_at__gt=at).first()


def links_of(incident: Incident, at: datetime) -> list[LinkRow]:
    """Every link of the incident, the newest first."""
    rows = list(incident.share_links.all())
    names = {f"account:{pk}": name for pk, name in Account.objects.values_list("pk", "name")}
    return [LinkRow(row, names.get(row.made_by, ""), row.ended_at is None and row.ends_at > at) for row in rows]


def shared_view(link: ShareLink, at: datetime) -> SharedView:
    """As the wall's board is drawn, without its last lines."""
    incident, callout = link.incident, link.incident.callout
    board = wall_board.board_of(incident.pk)
    came = sorted(
        minutes_between(incident.t0, moment)
        for moment in callout.alerts.exclude(checked_in_at=None).values_list("checked_in_at", flat=True)
    )
    due = max((line.due_minutes for line in board.lines), default=0)
    chart = arrivals(came, board.posts, due, _band(callout), None) if board.lines else None
    clean = wall_board.without_numbers  # what was typed in haste may hold somebody's number
    zones = tuple((clean(zone.zone.name), zone) for zone in zone_views(incident, at))
    return SharedView(
        incident, clean(incident.title), clean(incident.place), str(incident.get_state_display()), board.people,
        board.lines, chart, zones, at, link.ends_at, board.posts,
        due,
    )  # fmt: skip


def _band(callout: Callout) -> dict[str, list[float]]:
    """The forecast that was approved, {} before."""
    wave = callout.waves.filter(origin="plan").select_related("solve_run").order_by("number").first()
    run: SolveRun | None = wave.solve_run if wave else None
    return run.band if run else {}
