"""Changes for many people: choose what, look at what it would do, do it, put it back; and the list of those done."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from muster.access.pages import needs
from muster.access.rights import Actor, Right
from muster.apps.people.reads import visible_members
from muster.apps.service.actions import bulk
from muster.apps.service.bulk_forms import forms_for
from muster.apps.service.bulk_words import Told, Words, who_did
from muster.apps.service.models import BulkAct, BulkKind
from muster.apps.service.reads.bulk import act_of, recent_acts
from muster.apps.service.reads.listing import Asked, listed_numbers
from muster.core.errors import Conflict, InvalidInput
from muster.jobs import clock
from muster.web.errors import sentence


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who was chosen: member numbers, as one hidden field carries them from step to step."""

    numbers: tuple[str, ...]

    @property
    def text(self) -> str:
        return ",".join(self.numbers)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.EDIT_PEOPLE)
def bulk_page(request: HttpRequest) -> HttpResponse:
    """/people/bulk/: GET the acts done, POST the steps of a new one."""
    if request.method != "POST":
        return _acts(request)
    chosen = _chosen(request)
    if not chosen.numbers:
        raise InvalidInput("service.bulk_nobody")
    if len(chosen.numbers) > bulk.MOST_PEOPLE:
        raise InvalidInput("service.bulk_too_many", most=bulk.MOST_PEOPLE)
    step, kind = request.POST.get("step", ""), request.POST.get("kind", "")
    if step == "choose" or kind not in BulkKind.values:
        return _choose(request, chosen)
    forms = forms_for(request.actor, kind, request.POST)
    form = forms[kind]
    if not form.is_valid() or step == "back":
        return _choose(request, chosen, kind, forms)
    return _preview_or_do(request, chosen, kind, form, forms)


def _acts(request: HttpRequest) -> HttpResponse:
    words, acts = Words(), recent_acts(request.actor)
    names = who_did([row.act for row in acts])
    rows = [(row, words.title(row.act), names.get(row.act.done_by, "")) for row in acts]
    return render(request, "service/bulk_list.html", {"nav": "people", "rows": rows})


def _chosen(request: HttpRequest) -> Chosen:
    """Those of the hidden field, those ticked, or everybody of the list that was asked for."""
    if request.POST.get("who"):
        found = request.POST["who"].split(",")
    elif request.POST.get("all"):
        found = listed_numbers(request.actor, Asked.of(request.POST), clock.now())
    else:
        found = request.POST.getlist("member")
    return Chosen(tuple(dict.fromkeys(number for number in found if number and len(number) <= 20)))


def _choose(request: HttpRequest, chosen: Chosen, kind: str = "", forms: dict[str, Form] | None = None) -> HttpResponse:
    forms = forms or forms_for(request.actor)
    people = visible_members(request.actor).filter(number__in=chosen.numbers).select_related("unit")
    context = {
        "nav": "people",
        "chosen": chosen,
        "people": people.defer("id_number", "phone")[:30],
        "total": len(chosen.numbers),
        "kind": kind,
        "forms": [(BulkKind(one), form) for one, form in forms.items()],
    }
    failed = any(form.errors for form in forms.values() if form.is_bound)
    return render(request, "service/bulk_choose.html", context, status=422 if failed else 200)


def _preview_or_do(request: HttpRequest, chosen: Chosen, kind: str, form: Form, forms: dict[str, Form]) -> HttpResponse:
    order, moved = form.as_order(), ""
    if request.POST.get("step") == "do":
        try:
            act = bulk.carry_out(request.actor, order, chosen.numbers, request.POST.get("digest", ""))
        except Conflict as error:
            moved = sentence(error)
        else:
            done = act.changes.count()
            messages.success(request, ngettext("Done for %(n)s person.", "Done for %(n)s people.", done) % {"n": done})
            return redirect("people-bulk-act", act_id=act.pk)
    try:
        shown = bulk.preview(request.actor, order, chosen.numbers)
    except InvalidInput as error:
        form.add_error(None, sentence(error))
        return _choose(request, chosen, kind, forms)
    words = Words()
    context = {
        "nav": "people",
        "chosen": chosen,
        "kind": BulkKind(kind),
        "form": form,
        "title": words.title(BulkAct(kind=kind, said=order.said())),
        "changes": [words.told(kind, one.member, one.before, one.after) for one in shown.changes],
        "refused": [words.told(kind, one.member, one.before, one.after, one.refused) for one in shown.refused],
        "unseen": shown.unseen,
        "digest": shown.digest,
        "moved": moved,
    }
    return render(request, "service/bulk_preview.html", context, status=409 if moved else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.EDIT_PEOPLE)
def bulk_act(request: HttpRequest, act_id: int) -> HttpResponse:
    """/people/bulk/<id>/: what was done to whom; a POST puts it back."""
    act = act_of(request.actor, act_id)
    if request.method == "POST":
        undone = bulk.undo(request.actor, act)
        said = ngettext("Put back for %(n)s person.", "Put back for %(n)s people.", undone.back) % {"n": undone.back}
        if undone.kept:
            said += " " + _("%(n)s stay as they are; the list says why.") % {"n": undone.kept}
        messages.success(request, said)
        return redirect("people-bulk-act", act_id=act.pk)
    words, names = Words(), who_did([act])
    context = {
        "nav": "people",
        "act": act,
        "title": words.title(act),
        "by": names.get(act.done_by, ""),
        "undone_by": names.get(act.undone_by, ""),
        "rows": _told(request.actor, act, words),
    }
    return render(request, "service/bulk_act.html", context)


def _told(actor: Actor, act: BulkAct, words: Words) -> list[Told]:
    """Only of those whom this actor sees: somebody moved elsewhere is no longer his."""
    changes = act.changes.filter(member__in=visible_members(actor)).select_related("member__unit")
    rows = changes.defer("member__id_number", "member__phone").order_by("member__sort_pinyin", "member__number")
    return [words.told(act.kind, one.member, one.before, one.after, one.kept) for one in rows]
