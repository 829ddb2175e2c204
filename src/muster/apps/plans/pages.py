"""Pages of contingency plans: list, write, copy, pre-authorise, retire."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.plans import actions, reads
from muster.apps.plans.forms import NEW_PLAN, PlanForm, capability_names
from muster.apps.plans.models import Plan
from muster.apps.plans.need_rows import NeedRows
from muster.core.errors import InvalidInput, MusterError
from muster.jobs import clock


@require_GET
@needs(Right.SEE_PLANS)
def plan_list(request: HttpRequest) -> HttpResponse:
    retired = "retired" in request.GET
    return render(
        request, "plans/list.html", {"nav": "plans", "rows": reads.plan_rows(retired=retired), "retired": retired}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.EDIT_PLANS)
def plan_new(request: HttpRequest) -> HttpResponse:
    return _write(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_PLANS)
def plan_page(request: HttpRequest, plan_id: int) -> HttpResponse:
    return _write(request, reads.plan_by_id(plan_id))


def _write(request: HttpRequest, plan: Plan | None) -> HttpResponse:
    names, holders = capability_names(), reads.holder_counts(clock.now())
    if request.method != "POST":
        form = PlanForm(initial=PlanForm.initial_of(plan) if plan else NEW_PLAN)
        return _page(request, plan, form, NeedRows.from_lines(plan.needs.all() if plan else [], names, holders))
    rows = NeedRows.from_post(request.POST, names, holders)
    if "add_row" in request.POST or "remove_row" in request.POST:
        # Only the table changes: what was typed is shown again unjudged.
        return _page(request, plan, PlanForm(initial=_typed(request)), rows)
    form = PlanForm(request.POST)
    good = rows.is_valid()
    if form.is_valid() and good:
        saved = _save(request, plan, form, rows)
        if saved is not None:
            messages.success(request, _("Saved."))
            return redirect("plan-page", plan_id=saved.pk)
    return _page(request, plan, form, rows, status=422)


def _typed(request: HttpRequest) -> dict[str, object]:
    typed: dict[str, object] = dict(request.POST.items())
    typed["muster_points"] = request.POST.getlist("muster_points")
    return typed


def _save(request: HttpRequest, plan: Plan | None, form: PlanForm, rows: NeedRows) -> Plan | None:
    """The written plan, or None when the action refused; its sentence then stands on the form."""
    try:
        return actions.write_plan(
            request.actor, form.to_input(rows.inputs()), plan=plan, seen=_moment(form.cleaned_data["seen"])
        )
    except InvalidInput as error:
        form.refused = error
    except MusterError as error:
        if error.code != "plans.changed_meanwhile":
            raise
        form.refused = error
        form.data = form.data.copy()  # saving once more puts this version over the other one, knowingly
        form.data["seen"] = reads.plan_by_id(plan.pk).changed_at.isoformat()
    return None


def _moment(text: str) -> datetime | None:
    """The `changed_at` a page was made from; None for a new plan. Error: "plans.seen"."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput("plans.seen") from error


def _page(
    request: HttpRequest, plan: Plan | None, form: PlanForm, rows: NeedRows, *, status: int = 200
) -> HttpResponse:
    if request.htmx and {"add_row", "remove_row"} & request.POST.keys():
        return render(request, "plans/_needs.html", {"rows": rows, "may_edit": True})
    context = {
        "nav": "plans",
        "plan": plan,
        "form": form,
        "rows": rows,
        "judged": status != 200,
        "may_edit": request.actor.may(Right.EDIT_PLANS) and (plan is None or plan.retired_at is None),
        "may_authorise": request.actor.may(Right.PRE_AUTHORISE),
    }
    return render(request, "plans/plan.html", context, status=status)


@require_POST
@needs(Right.EDIT_PLANS)
def plan_copy(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan = reads.plan_by_id(plan_id)
    zh = request.POST.get("zh", "").strip() or f"{plan.zh[:70]}（副本）"
    en = request.POST.get("en", "").strip() or (f"{plan.en[:110]} (copy)" if plan.en else "")
    twin = actions.copy_plan(request.actor, plan, zh=zh, en=en)
    messages.success(request, _("Copied. Change what is different and save."))
    return redirect("plan-page", plan_id=twin.pk)


@require_POST
@needs(Right.PRE_AUTHORISE)
def plan_pre_authorise(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan = reads.plan_by_id(plan_id)
    if "withdraw" in request.POST:
        actions.withdraw_pre_authorisation(request.actor, plan)
        messages.success(request, _("Pre-authorisation withdrawn. The duty officer has to ask from now on."))
    else:
        actions.pre_authorise(request.actor, plan, seen=_moment(request.POST.get("seen", "")))
        messages.success(request, _("Pre-authorised. The duty officer may approve this plan alone."))
    return redirect("plan-page", plan_id=plan.pk)


@require_POST
@needs(Right.EDIT_PLANS)
def plan_retire(request: HttpRequest, plan_id: int) -> HttpResponse:
    actions.retire(request.actor, reads.plan_by_id(plan_id))
    messages.success(request, _("Retired. It is no longer proposed."))
    return redirect("plan-list")
