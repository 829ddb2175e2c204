"""Approve: how many are called, with what chance, from where, and what to know before anything leaves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.channels.order import cost
from muster.apps.incidents import actions, wording
from muster.apps.incidents.board import Board, Proposal
from muster.apps.incidents.models import Callout, Incident, NeedLine, SolveRun
from muster.apps.incidents.pages.common import context, is_number, odds, whom_to_wake
from muster.apps.incidents.picking import SEALED
from muster.apps.incidents.problem import LATE_LINE_MINUTES
from muster.apps.incidents.reads import board, incident_by_id, needs_met_in_time
from muster.apps.incidents.reads.picture import account_name
from muster.apps.incidents.states import UNAPPROVED
from muster.apps.maps.reads import cut_off_points
from muster.apps.people.models import Capability, Member, Unit
from muster.apps.service.models import PayRate
from muster.apps.service.reads import off_duty_reasons
from muster.codecs import sms
from muster.core.errors import Conflict, InvalidInput, NotFound
from muster.core.units import beijing_day, to_beijing
from muster.jobs import clock
from muster.web.show import label

UNITS_SHOWN = 4
TOWNS_SHOWN = 6
LED_SHOWN = 8  # units before the list folds


@dataclass(frozen=True, slots=True)
class NeedRow:
    """One need of the proposal: heads needed, heads it would alert, and the chance of the line."""

    capability: Capability
    people: int
    calling: int
    due_minutes: int
    p: float | None
    enough: bool


@dataclass(frozen=True, slots=True)
class LateRow:
    """A line past its time and not met: heads that were there in time, and until when the newcomers are counted."""

    order: int
    capability: Capability
    people: int
    in_time: int
    due_minutes: int
    until_minutes: int


@dataclass(frozen=True, slots=True)
class UnitRow:
    name: str
    lead: str
    count: int


@dataclass(frozen=True, slots=True)
class Cohesion:
    """What it costs to call whole units. `alone`: alerts person by person with the same promise; `more`: those that units
    need beyond it (0 for none); `holds`: person by person it holds; `kept`: by units too."""

    alone: int
    more: int
    p_low: float
    holds: bool
    kept: bool


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the figures mean: `times` out of `out_of`, expected arrivals, pay at most and expected (CNY)."""

    times: int
    out_of: int
    expected: int | None
    surplus: int
    pay_most: Decimal | None
    pay_expected: Decimal | None


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.PROPOSE)
def incident_approve(request: HttpRequest, incident_id: int) -> HttpResponse:
    """The proposal of the newest solve; one press approves and sends it."""
    incident = incident_by_id(request.actor, incident_id)
    if request.method == "POST":
        return _approve(request, incident)
    return _page(request, incident)


def _approve(request: HttpRequest, incident: Incident) -> HttpResponse:
    run, reason = request.POST.get("run", ""), request.POST.get("reason", "").strip()
    try:
        wave = actions.approve(request.actor, incident.callout, int(run) if is_number(run) else 0, reason)
    except (Conflict, NotFound, InvalidInput) as refusal:
        fresh = incident_by_id(request.actor, incident.pk)
        return _page(request, fresh, refusal=refusal, reason=reason, status=refusal.http_status)
    messages.success(
        request,
        _("Approved at %(clock)s. Messages are leaving.") % {"clock": f"{to_beijing(wave.ordered_at):%H:%M}"},
    )
    return redirect(f"/duty/{incident.pk}/")


def _page(
    request: HttpRequest, incident: Incident, *, refusal: object = None, reason: str = "", status: int = 200
) -> HttpResponse:
    callout = incident.callout
    shown = board(callout, request.actor)
    proposal = shown.verdict.proposal
    run = callout.solve_runs.filter(pk=proposal.run_id).first() if proposal else None
    stale = getattr(refusal, "code", "") == "incidents.certificate_stale"
    page = context(
        incident,
        board=shown,
        proposal=proposal,
        run=run,
        refusal=refusal,
        reason=reason,
        stale=stale,
        taken_by=_taken_by(refusal),
        waiting=callout.wanted_seq > callout.solved_seq or (shown.verdict.solved_at is None and not proposal),
        first=callout.state in UNAPPROVED,
        wake=whom_to_wake() if proposal and not proposal.may_approve else [],
        cohesion=_cohesion(callout),
        latest=callout.waves.order_by("-number").first(),
        **(_details(shown, callout, proposal, run) if proposal and run else {}),
    )
    template = "incidents/_approve_body.html" if request.htmx and request.method == "GET" else "incidents/approve.html"
    return render(request, template, page, status=status)


def _taken_by(refusal: object) -> str:
    """Who approved before, when that is why this was refused."""
    if getattr(refusal, "code", "") != "incidents.already_approved":
        return ""
    return account_name(str(refusal.params.get("by", ""))) or _("the system")


def _details(shown: Board, callout: Callout, proposal: Proposal, run: SolveRun) -> dict[str, object]:
    called = Member.objects.filter(pk__in=[pk for pk, _order in run.proposal]).select_related("unit")
    members = list(called.defer(*SEALED))
    rest = proposal.by_town[TOWNS_SHOWN:]
    preview = _preview(callout, run)
    return {
        "rows": _need_rows(shown, callout, run),
        "late": _late_rows(callout, run),
        "margins": run.certificate.get("margins", {}) if callout.state in UNAPPROVED else {},
        **_called_units(members, run),
        "meaning": _meaning(shown, proposal, run),
        "towns": proposal.by_town[:TOWNS_SHOWN],
        "rest": sum(count for _name, count in rest),
        "rest_places": len(rest),
        "most": max((count for _name, count in proposal.by_town), default=1),
        "preview": preview,
        "preview_size": sms.length(preview) if preview else None,
        "preview_cost": len(run.proposal) * cost("sms", preview)[1] if preview else None,
        "excluded": run.excluded,
        "excluded_sum": sum(run.excluded.get(why, 0) for why in ("away", "lapsed", "committed")),
        "off_duty": off_duty_reasons(run.excluded),
        "shut_points": cut_off_points(clock.now(), set(callout.muster_points.values_list("letter", flat=True))),
    }


def _need_rows(shown: Board, callout: Callout, run: SolveRun) -> list[NeedRow]:
    chances = {line["order"]: line.get("p") for line in run.per_line}
    calling = Counter(order for _member, order in run.proposal)
    return [
        NeedRow(
            capability=line.capability,
            people=line.people,
            calling=calling[line.order],
            due_minutes=line.due_minutes,
            p=chances.get(line.order),
            enough=(chances.get(line.order) or 0.0) >= callout.target,
        )
        for line in shown.lines
    ]


def _late_rows(callout: Callout, run: SolveRun) -> list[LateRow]:
    """Lines whose time has passed unmet: whoever is proposed for them comes late, and the page says so."""
    missed = set(run.certificate.get("missed", ()))
    if not missed:
        return []
    gone = (run.at - callout.incident.t0).total_seconds() / 60
    passed = [line.order for line in callout.needs.all() if line.due_minutes < gone]
    short = needs_met_in_time(callout, passed)
    until = int(gone + LATE_LINE_MINUTES)
    return [
        LateRow(line.order, line.capability, line.people, line.people - short[line.order], line.due_minutes, until)
        for line in callout.needs.select_related("capability")
        if line.order in missed
    ]


def _units(members: list[Member]) -> list[UnitRow]:
    """The units most people would come from, with their lead where he is called himself."""
    counts = Counter(member.unit for member in members)
    leads = {member.unit_id: member.name for member in members if member.is_lead}
    top = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].path))[:UNITS_SHOWN]
    return [UnitRow(label(unit), leads.get(unit.pk, ""), count) for unit, count in top]


def _called_units(members: list[Member], run: SolveRun) -> dict[str, object]:
    """The units that are called through a lead, all of them; or else those most people would come from."""
    if not run.groups:
        return {"units": _units(members)}
    units = Unit.objects.in_bulk([group["unit"] for group in run.groups])
    names = {member.pk: member.name for member in members}
    led = [UnitRow(label(units[group["unit"]]), names.get(group["lead"], ""), group["people"]) for group in run.groups]
    return {
        "led": led,
        "led_people": sum(row.count for row in led),
        "led_more": len(led) - LED_SHOWN,
        "led_shown": LED_SHOWN,
    }


def _cohesion(callout: Callout) -> Cohesion | None:
    """What the newest answer says of it, until the callout is approved."""
    run = callout.solve_runs.order_by("-id").first()
    found = run.certificate.get("cohesion") if run and callout.state in UNAPPROVED else None
    if run is None or not found:
        return None
    alone, kept = found["alerts"], run.outcome == "plan"
    return Cohesion(alone, max(0, len(run.proposal) - alone), found["p_low"], found["holds"], kept)


def _meaning(shown: Board, proposal: Proposal, run: SolveRun) -> Meaning:
    times, out_of = odds(proposal.p_hat or 0.0)
    facts = run.certificate.get("proposed", {})
    expected = facts.get("expected_present")
    coming = None if expected is None else round(expected)
    rate = _rate()
    called = shown.people.called + proposal.count
    return Meaning(
        times=times,
        out_of=out_of,
        expected=coming,
        surplus=max(0, (coming or 0) - shown.posts),
        pay_most=None if rate is None else rate * called,
        pay_expected=None if rate is None or coming is None else rate * coming,
    )


def _rate() -> Decimal | None:
    """Today's allowance per person-day."""
    rates = PayRate.objects.filter(valid_from__lte=beijing_day(clock.now())).order_by("-valid_from")
    return rates.values_list("cny_per_day", flat=True).first()


def _preview(callout: Callout, run: SolveRun) -> str:
    """The message as the first one of the proposal would get it."""
    needs_by_order = {need.order: need for need in callout.needs.select_related("capability")}
    point = callout.muster_points.first()
    if point is None:
        return ""
    if run.groups:
        return _unit_preview(callout, run, needs_by_order)
    need = needs_by_order.get(run.proposal[0][1])
    return wording.preview_text(callout.incident, need, point, clock.now())


def _unit_preview(callout: Callout, run: SolveRun, needs: dict[int, NeedLine]) -> str:
    """The message as the lead of the largest unit would get it."""
    group = run.groups[0]
    unit = Unit.objects.get(pk=group["unit"])
    own = set(Member.objects.filter(pk__in=[pk for pk, _order in run.proposal], unit=unit).values_list("pk", flat=True))
    posts = [needs[order] for pk, order in run.proposal if pk in own and order in needs]
    point = callout.muster_points.first()
    return wording.unit_preview_text(callout.incident, unit, group["people"], posts, point, clock.now())
