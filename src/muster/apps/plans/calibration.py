"""How far the stated chances hold: the response model against what happened, and where its promise breaks."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.people.models import Member, MemberState
from muster.apps.plans.calibration_chart import curve
from muster.apps.service.models import ResponseModelRow
from muster.apps.service.reads.fitting import Fitted
from muster.apps.service.reads.turnout import current_model
from muster.core.units import PARTS_OF_DAY
from muster.planning.problem import InvalidProblem
from muster.planning.response import ResponseModel, Share
from muster.planning.response_check import Check

PARTS: dict[str, str | Promise] = {
    "weekday_night": gettext_lazy("Weekday, night (22–6)"),
    "weekday_morning": gettext_lazy("Weekday, early morning (6–8)"),
    "weekday_work": gettext_lazy("Weekday, working hours (8–18)"),
    "weekday_evening": gettext_lazy("Weekday, evening (18–22)"),
    "weekend_night": gettext_lazy("Weekend, night (22–6)"),
    "weekend_morning": gettext_lazy("Weekend, early morning (6–8)"),
    "weekend_work": gettext_lazy("Weekend, daytime (8–18)"),
    "weekend_evening": gettext_lazy("Weekend, evening (18–22)"),
}
CHANNELS: dict[str, str | Promise] = {
    "sms": gettext_lazy("text message"),
    "voice": gettext_lazy("telephone call"),
    "app": gettext_lazy("app message"),
}
TRUTHS: dict[str, tuple[str | Promise, str | Promise]] = {
    "usual": (
        gettext_lazy("Days as in the past"),
        gettext_lazy("Shared mood, no-shows, delays and roads vary as they did before."),
    ),
    "heavy_tails": (
        gettext_lazy("Extreme days more often"),
        gettext_lazy("The same spread of the shared mood, but with more very good and very bad days."),
    ),
    "town_cut_off": (
        gettext_lazy("One town is cut off"),
        gettext_lazy("Nobody gets out of one of the towns, and nobody knew beforehand."),
    ),
    "channel_down": (
        gettext_lazy("The text messages fail"),
        gettext_lazy("A third to two thirds of the texts are lost, and nobody is rung up instead."),
    ),
}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A line of the table of estimates, in words and per cent."""

    name: str
    value: str
    low: str
    high: str
    prior: bool
    used: str


@dataclass(frozen=True, slots=True)
class PartRow:
    name: str | Promise
    alerts: int
    said: str
    happened: str


@require_safe
@needs(Right.SEE_PLANS)
def calibration_page(request: HttpRequest) -> HttpResponse:
    """Reliability, estimates with intervals, parts of the week, members with and without history, the coverage table."""
    row = current_model()
    fitted = _fitted(row)
    check = None if fitted is None else fitted.check
    page: dict[str, Any] = {"nav": "plans", "row": row, "check": check, "coverage": coverage_rows()}
    if fitted is not None:
        page |= {"estimates": list(estimates(fitted)), "members": members_of(fitted), "alerts": fitted.model.alerts}
    if check is not None:
        page |= {
            "curve": curve(check.bins),
            "bins": bin_rows(check),
            "parts": part_rows(check),
            "scores": _scores(check),
        }
    return render(request, "plans/calibration.html", page)


def _fitted(row: ResponseModelRow | None) -> Fitted | None:
    """The model in force; None without one or when this program can not read it."""
    try:
        return None if row is None else Fitted.of(row)
    except InvalidProblem:
        return None


def _scores(check: Check) -> list[tuple[str, str, str]]:
    return [
        (_("Brier score"), f"{check.brier:.4f}", f"{check.brier_pooled:.4f}"),
        (_("Logarithmic score"), f"{check.log:.4f}", f"{check.log_pooled:.4f}"),
    ]


def percent(share: float) -> str:
    """An estimate in per cent with one place: "2.7%"."""
    return f"{100 * share:.1f}%"


def estimates(fitted: Fitted) -> Iterator[Estimate]:
    """The shared shocks, what channels lose, no-shows, refusals: each with its 90 % interval and what it is used for."""
    model = fitted.model
    yield from _shocks(model)
    mean = _("estimate")
    for name, channel in zip(fitted.channels, model.channels, strict=False):
        known = {"channel": CHANNELS.get(name, name)}
        yield _line(_("Lost by %(channel)s on a usual day") % known, channel.usual, mean)
        yield _line(_("Bad days of %(channel)s") % known, channel.bad_days, mean)
        yield _line(_("Lost by %(channel)s on a bad day") % known, channel.on_bad_day, mean)
    yield _line(_("Accept and stay away"), model.no_show, mean)
    if model.no_shows is not None:
        yield _line(_("No-shows alike within a unit"), model.no_shows.alike_unit, mean)
        yield _line(_("No-shows alike of one member"), model.no_shows.alike_member, mean)
    yield _line(_("Say so when they do not come"), model.decline, mean)


def _shocks(model: ResponseModel) -> Iterator[Estimate]:
    """Latent correlations, as the planner takes them."""
    low = 1 + model.shock_low + model.shock_town_low
    district = Share(model.rho, model.shock_low / low, model.rho_upper, not model.callouts)
    town = Share(model.rho_town, model.shock_town_low / low, model.rho_town_upper, not model.callouts)
    yield _line(_("Answers that move together in the whole district"), district, _("upper limit"))
    yield _line(_("Answers that move together within a town, beyond that"), town, _("upper limit"))


def _line(name: str, share: Share, used: str) -> Estimate:
    return Estimate(name, percent(share.mean), percent(share.low), percent(share.high), share.prior, used)


def members_of(fitted: Fitted) -> dict[str, int]:
    """Active members with calls of their own behind their chance, and those for whom unit and district speak."""
    seen = {int(pk) for pk, count in zip(fitted.members, fitted.model.seen, strict=True) if count}
    active = set(Member.objects.filter(state=MemberState.ACTIVE).values_list("pk", flat=True))
    return {"known": len(active & seen), "prior": len(active - seen)}


def bin_rows(check: Check) -> list[dict[str, Any]]:
    """The bins of the curve in per cent."""
    names = ("said", "happened", "low", "high")
    return [
        {"alerts": one.alerts, "inside": one.inside, **{name: percent(getattr(one, name)) for name in names}}
        for one in check.bins
    ]


def part_rows(check: Check) -> list[PartRow]:
    """What was said and what happened by part of the week, where there were callouts to compare."""
    pairs = zip(PARTS_OF_DAY, check.parts, strict=True)
    return [PartRow(PARTS[n], g.alerts, percent(g.said), percent(g.happened)) for n, g in pairs if g is not None]


@functools.cache
def coverage() -> dict[str, Any]:
    """What `muster exercise-coverage` found, as shipped with this version."""
    text = files("muster.apps.plans").joinpath("data/coverage.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def coverage_rows() -> list[dict[str, Any]]:
    """One row per truth, with its words."""
    rows = []
    for one in coverage()["truths"]:
        name, note = TRUTHS[one["truth"]]
        shares = {key: percent(one[key]) for key in ("stated_p", "share", "low", "high")}
        rows.append({**one, **shares, "name": name, "note": note})
    return rows
