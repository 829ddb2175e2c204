"""The board of the duty page: everything it shows, read in a dozen queries whatever the size of the callout."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from muster.access.models import Account
from muster.access.rights import Actor
from muster.apps.channels.reads import gateway_trouble
from muster.apps.channels.relay_reads import relay_state
from muster.apps.incidents.arriving_clock import count_overdue
from muster.apps.incidents.board import Board, LedView, LineView, PeopleCounts, PointView, heads_short
from muster.apps.incidents.led import groups_among
from muster.apps.incidents.models import Alert, Callout, NeedLine, SolveRun
from muster.apps.incidents.models.callout import AlertState, CalloutState
from muster.apps.incidents.reads.events import events
from muster.apps.incidents.reads.people import GROUP_OF
from muster.apps.incidents.reads.reasons import reasons_of
from muster.apps.incidents.reads.verdict import verdict_of
from muster.apps.incidents.states import COMING, RUNNING, WAITING
from muster.jobs.clock import now, speed
from muster.journal.models import Stream

ALERT_FIELDS = (
    "callout_id", "state", "need_id", "post_id", "muster_point_id", "channel", "checked_in_at", "alerted_at", "sent_at",
    "delivered_at", "replied_at", "unit_called_id", "unit_said", "unit_said_at", "through_id", "wave_id", "eta_at",
)  # fmt: skip


def board(callout: Callout, actor: Actor) -> Board:
    """The callout as `actor` may see it, as of now."""
    moment = now()
    incident, relay = callout.incident, relay_state()
    run = callout.solve_runs.order_by("-id").first()
    over = callout.state in {CalloutState.STOOD_DOWN, CalloutState.CLOSED}
    alerts = list(callout.alerts.only(*ALERT_FIELDS))
    needs = list(callout.needs.select_related("capability"))
    dues = {need.pk: need.due_minutes for need in needs}
    roll_call = callout.roll_calls.filter(closed_at=None).first()
    unaccounted = roll_call.answers.filter(state="expected").count() if roll_call and roll_call.due_at < moment else 0
    return Board(
        incident_id=incident.pk,
        callout_id=callout.pk,
        title=incident.title,
        kind=incident.kind,
        place=incident.place,
        lon=incident.lon,
        lat=incident.lat,
        reporter=incident.reporter,
        exercise=incident.is_exercise,
        state=callout.state,
        incident_state=incident.state,
        t0=incident.t0,
        closed_at=incident.closed_at,
        now=moment,
        speed=speed(),
        seq=Stream.objects.filter(name=incident.stream).values_list("count", flat=True).first() or 0,
        lines=_lines(needs, alerts, _here(alerts, over), run, incident.t0),
        people=_counts(alerts, unaccounted, count_overdue(alerts, dues, incident.t0, moment) if not over else 0),
        verdict=verdict_of(callout, actor, run, needs),
        points=_points(callout, alerts, _here(alerts, over)),
        events=tuple(events(incident, actor)),
        flags=_flags(callout, moment, relay.trouble),
        reasons=reasons_of(callout, alerts, moment),
        relay_heard_at=relay.since,
        approved_by=account_name(callout.approved_by),
        approved_at=callout.approved_at,
        stated_p=callout.stated_p,
        releasable=len(run.releasable) if run else 0,
        roll_call_id=roll_call.pk if roll_call else None,
        excluded=run.excluded if run else {},
        led=_led(alerts) if callout.state in RUNNING else None,
    )


def account_name(ref: str) -> str:
    """The name behind an account reference, "" for the system and for none."""
    if not ref.startswith("account:"):
        return ""
    return Account.objects.filter(pk=int(ref.removeprefix("account:"))).values_list("name", flat=True).first() or ""


def _here(alerts: list[Alert], over: bool) -> list[Alert]:
    """Who is on the spot; of a callout that is over, who was."""
    return [alert for alert in alerts if alert.state == AlertState.CHECKED_IN or (over and alert.checked_in_at)]


def _lines(
    needs: list[NeedLine], alerts: list[Alert], here: list[Alert], run: SolveRun | None, t0: datetime
) -> tuple[LineView, ...]:
    solved = {line["order"]: line for line in run.per_line} if run else {}
    posted = Counter(alert.post_id for alert in here)
    coming = Counter(alert.need_id for alert in alerts if alert.state in COMING)
    called = Counter(alert.need_id for alert in alerts)
    return tuple(_line(need, solved.get(need.order), posted, coming, called, t0) for need in needs)


def _line(
    need: NeedLine,
    solved: dict[str, float | None] | None,
    posted: Counter[int | None],
    coming: Counter[int | None],
    called: Counter[int | None],
    t0: datetime,
) -> LineView:
    here = posted[need.pk]
    chance = solved["p"] if solved else None
    expected = (solved or {}).get("expected")
    expected = float(here) if expected is None else float(expected)
    short = chance is not None and chance < 0.5 and here < need.people
    return LineView(
        order=need.order,
        capability=need.capability,
        people=need.people,
        due_minutes=need.due_minutes,
        due_at=t0 + timedelta(minutes=need.due_minutes),
        alerted=called[need.pk],
        accepted=coming[need.pk],
        expected=expected,
        on_scene=here,
        p=chance,
        missing=heads_short(need.people, expected) if short else 0,
    )


def _counts(alerts: list[Alert], unaccounted: int, overdue: int) -> PeopleCounts:
    groups = Counter(GROUP_OF[alert.state] for alert in alerts)
    return PeopleCounts(called=len(alerts), unaccounted=unaccounted, overdue=overdue, **groups)


def _led(alerts: list[Alert]) -> LedView | None:
    groups = groups_among(alerts)
    if not groups:
        return None
    silent = [group for group in groups if group.lead.unit_said is None]
    waiting = sum(row.channel == "lead" and row.state in WAITING for group in silent for row in group.people)
    return LedView(len(groups), len(groups) - len(silent), sum(group.unnamed for group in groups), waiting)


def _points(callout: Callout, alerts: list[Alert], here: list[Alert]) -> tuple[PointView, ...]:
    arrived = Counter(alert.muster_point_id for alert in here)
    called = Counter(alert.muster_point_id for alert in alerts)
    return tuple(
        PointView(
            letter=p.letter, name=p.zh, name_en=p.en, lon=p.lon, lat=p.lat, arrived=arrived[p.pk], called=called[p.pk]
        )
        for p in callout.muster_points.all()
    )


def _flags(callout: Callout, at: datetime, relay_trouble: str) -> tuple[str, ...]:
    """What somebody should know before anything else: dangers of the place, and the channel that fails."""
    incident = callout.incident
    found = []
    if incident.site is not None:
        raised = {"live_zone": incident.site.live_zone, "controlled_airspace": incident.site.controlled_airspace}
        found = [name for name, is_raised in raised.items() if is_raised]
    if callout.state in RUNNING:
        trouble = gateway_trouble(incident.is_exercise, at)
        found += [f"gateway_{trouble}"] if trouble else []
        found += [relay_trouble] if relay_trouble else []
    return tuple(found)
