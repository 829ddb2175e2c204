"""The readiness board and the page of one plan's proof."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from muster.access.pages import needs
from muster.access.rights import Actor, Right
from muster.apps.desk import start_reads, start_words
from muster.apps.desk.readiness import drawing, reads, words
from muster.apps.people.models import Member
from muster.apps.plans.actions.checks import ask_about
from muster.apps.plans.models import PlanCheck
from muster.apps.plans.proof import all_templates
from muster.core.errors import InvalidInput
from muster.jobs import clock
from muster.web import show
from muster.web.errors import sentence as error_sentence

SHOWN_LOSSES = 40


def may_name(actor: Actor) -> bool:
    """Whether he may learn whom the district can not lose, and who is to be trained: people of the whole office."""
    return actor.may(Right.SEE_PEOPLE) and not actor.unit_path


@require_safe
@never_cache
@needs(Right.SEE_PLANS)
def readiness_board(request: HttpRequest) -> HttpResponse:
    names, rows = start_words.capability_words(), reads.board(clock.now())
    counts = Counter(row.state for row in rows)
    context = {
        "nav": "plans", "rows": [_shown(row, names) for row in rows], "green": counts["green"], "red": counts["red"],
        "none": counts["none"], "fading": sum(row.state == "green" and row.fades for row in rows),
        "fragile": sum(bool(row.state == "green" and row.losses and row.losses.breaking) for row in rows),
        "working": reads.working(rows), "waiting": sum(row.shown.waiting is not None for row in rows),
        "may_ask": request.actor.may(Right.EDIT_PLANS),
    }  # fmt: skip
    part = "desk/_readiness_rows.html" if request.GET.get("part") == "rows" else "desk/readiness.html"
    return render(request, part, context)


def _shown(row: reads.Row, names: start_words.Names) -> dict[str, Any]:
    """A row in the reader's words, with its gauge and its curve."""
    check, target = row.check, row.shown.template.target
    made: dict[str, Any] = {
        "row": row, "template": row.shown.template, "check": check, "why": words.WHY.get(row.why, ""),
        "gauge": drawing.gauge(check.p_low if check else None, target), "spark": drawing.spark(row.history, target),
    }  # fmt: skip
    if check is None:
        return made
    if row.state == "red":
        made["short"] = start_words.shortage(check, names)
        if row.cheapest is not None:
            made["repair"] = start_words.repair_words(check, row.cheapest, names)
            made["repair_icon"] = start_words.repair_icon(str(row.cheapest["kind"]))
    if check.outcome == "holds":
        made["later"] = start_words.later_words(check, names)
    if row.why == "failed" and check.result.get("error"):
        made["error"] = error_sentence(InvalidInput(str(check.result["error"])))
    return made


@require_safe
@never_cache
@needs(Right.SEE_PLANS)
def readiness_plan(request: HttpRequest, template: str) -> HttpResponse:
    row, names = reads.row_of(template, clock.now()), start_words.capability_words()
    check, named = row.check, may_name(request.actor)
    context = _shown(row, names) | {
        "nav": "plans", "named": named, "curve": drawing.history(row.history, row.shown.template.target),
        "may_ask": request.actor.may(Right.EDIT_PLANS),
    }  # fmt: skip
    if check is not None:
        context |= {
            "lines": [_line(line, names) for line in check.result.get("lines", [])],
            "repairs": [_repair(check, number, repair, names, named=named) for number, repair in _repairs(check)],
            "renewal": _renewal(check, names, named=named),
        }
    if row.losses is not None:
        context["losses"] = _losses(row.losses.result["losses"], named=named)
        context["members"] = sum(
            one["kind"] == "member" and one["verdict"] == "breaks" for one in row.losses.result["losses"]
        )
    return render(request, "desk/readiness_plan.html", context)


def _line(line: dict[str, Any], names: start_words.Names) -> dict[str, Any]:
    return {**line, "name": names[line["capability"]]}


def _repairs(check: PlanCheck) -> list[tuple[int, dict[str, Any]]]:
    return list(enumerate(check.result.get("repairs", [])))


def _repair(
    check: PlanCheck, number: int, repair: dict[str, Any], names: start_words.Names, *, named: bool
) -> dict[str, Any]:
    whom = start_reads.concerned(check, str(number)) if named and repair["members"] else []
    return {
        "words": start_words.repair_words(check, repair, names), "icon": start_words.repair_icon(str(repair["kind"])),
        "p_low": repair["p_low"], "alerts": repair["alerts"], "people": whom,
    }  # fmt: skip


def _renewal(check: PlanCheck, names: start_words.Names, *, named: bool) -> dict[str, Any] | None:
    """What keeps a plan that certificates running out will break."""
    renewal = (check.result.get("later") or {}).get("renewal")
    if not renewal:
        return None
    whom = start_reads.concerned(check, "later") if named else []
    return {"words": start_words.repair_words(check, renewal, names), "p_low": renewal["p_low"], "people": whom}


def _losses(found: list[dict[str, Any]], *, named: bool) -> list[dict[str, Any]]:
    """In the reader's words; members by name for those who may, else left out of the list."""
    ids = [int(one["key"]) for one in found if one["kind"] == "member"]
    members = {row.pk: row for row in Member.objects.filter(pk__in=ids).select_related("unit")} if named else {}
    listed = []
    for one in found:
        icon, kind = words.KINDS[one["kind"]]
        tone, verdict = words.VERDICTS[one["verdict"]]
        member = members.get(int(one["key"])) if one["kind"] == "member" else None
        if one["kind"] == "member" and member is None:
            continue
        name = words.CHANNELS.get(one["key"]) if one["kind"] == "channel" else one["zh" if show.in_chinese() else "en"]
        place = one["key"].split(",") if one["kind"] in ("bridge", "road") else None
        listed.append(
            {
                **one,
                "icon": icon,
                "word": kind,
                "tone": tone,
                "said": verdict,
                "member": member,
                "name": name,
                "place": place,
            }
        )
    return listed[:SHOWN_LOSSES]


@require_POST
@needs(Right.EDIT_PLANS)
def readiness_ask(request: HttpRequest) -> HttpResponse:
    """Have all plans proved now, or the one that is named."""
    wanted = request.POST.get("template", "")
    asked = [one for one in all_templates() if wanted in ("", one.slug)]
    count = ask_about(request.actor, asked)
    said = ngettext("1 plan is being proved.", "%(n)s plans are being proved.", count) % {"n": count}
    messages.success(request, said)
    return redirect("readiness-plan", template=wanted) if wanted and asked else redirect("readiness")
