"""/start/: an office brings its workbook and sees, on one page that fills itself, what it has and whether plans hold."""

from __future__ import annotations

from collections import Counter

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from muster.access.pages import needs
from muster.access.rights import Actor, Right
from muster.apps.channels.comms_reads import comms_line
from muster.apps.desk import start_reads as reads
from muster.apps.desk import start_words as words
from muster.apps.desk.standing import standing
from muster.apps.desk.standing_words import said
from muster.apps.people.actions import mending, start_import
from muster.apps.people.actions.columns import NAMELESS
from muster.apps.people.actions.common import check_office
from muster.apps.people.actions.runs import OPEN_STATES
from muster.apps.people.forms import UploadForm
from muster.apps.people.models import ImportRun, ImportState
from muster.apps.people.pages.downloads import as_file
from muster.apps.plans import actions as plans
from muster.apps.plans.checks import Shown, check_by_id
from muster.apps.plans.models import PlanCheck
from muster.codecs.roster_sentences import sentence
from muster.core.errors import InvalidInput, MusterError, NotFound
from muster.core.units import beijing_day
from muster.jobs import clock
from muster.web.errors import sentence as error_sentence

DEMO_NAME = "muster-demo.xlsx"


class StartForm(UploadForm):
    """The workbook and where its points come from; certificates count as of today."""

    as_of = None

    def clean_file(self) -> UploadedFile:
        if len(self.files.getlist("file")) > 1:
            raise ValidationError(_("One file at a time. Bring the other one when this one is through."))
        return super().clean_file()


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.IMPORT_PEOPLE, Right.MANAGE_ACCOUNTS)
def start_page(request: HttpRequest) -> HttpResponse:
    if not request.actor.may(Right.IMPORT_PEOPLE):
        return render(request, "desk/start_admin.html", {"nav": "accounts", "lacks_head": reads.lacks_head()})
    check_office(request.actor, Right.IMPORT_PEOPLE)
    form = StartForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        _bring(request.actor, upload.name or "", upload.read(), form.cleaned_data["datum"], "start")
        return redirect("start")
    return _page(request, form, status=422 if form.errors else 200)


def _bring(actor: Actor, name: str, data: bytes, datum: str, kind: str) -> None:
    """Hand the file in and ask of every shipped plan whether it holds; the lanes do the rest, whoever looks on."""
    with transaction.atomic():
        start_import(actor, name, data, datum, beijing_day(clock.now()), kind=kind)
        plans.ask_checks(actor)


def _demo() -> bytes:
    return import_string(settings.MUSTER_DEMO_WORKBOOK)(beijing_day(clock.now()))


@require_POST
@needs(Right.IMPORT_PEOPLE)
def start_demo(request: HttpRequest) -> HttpResponse:
    """Load the workbook of invented people; only into an empty system, so that they never mix with real ones."""
    check_office(request.actor, Right.IMPORT_PEOPLE)
    if not reads.is_empty():
        raise InvalidInput("start.not_empty")
    _bring(request.actor, DEMO_NAME, _demo(), "wgs84", "demo")
    return redirect("start")


@require_safe
@needs(Right.IMPORT_PEOPLE)
def demo_file(_request: HttpRequest) -> HttpResponse:
    """The same workbook to look at."""
    return as_file(_demo(), DEMO_NAME)


def _page(request: HttpRequest, form: StartForm, *, status: int = 200) -> HttpResponse:
    if request.GET.get("part") == "answers":
        return render(request, "desk/_start_answers.html", _answers_context())
    run = reads.start_run()
    context: dict[str, object] = {
        "nav": "people", "form": form, "run": run, "empty": reads.is_empty(), "others": reads.other_runs(run),
        "step": _step(run),
    }  # fmt: skip
    if run is not None:
        context |= _import_context(run)
    if not context["empty"]:
        context |= _answers_context() | reads.strength(request.actor, clock.now())
        weak = standing(request.actor, clock.now())
        context |= {"line": comms_line(request.actor, clock.now()), "standing": said(weak), "gaps": weak.gaps}
    return render(request, "desk/start.html", context, status=status)


def _step(run: ImportRun | None) -> int:
    if run is None or run.state == ImportState.FAILED:
        return 1
    return 3 if run.state == ImportState.DONE else 2


def _import_context(run: ImportRun) -> dict[str, object]:
    result = run.result
    context: dict[str, object] = {
        "working": run.state in OPEN_STATES,
        "percent": round(100 * run.done_rows / run.total_rows) if run.total_rows else 0,
    }
    if run.state == ImportState.FAILED:
        context["failure"] = InvalidInput(run.error, **result.get("params", {}))
        context["nameless"] = run.error in NAMELESS and bool(run.file_path)
    if run.state == ImportState.DONE and "rejected" in result:
        context |= {
            "groups": [_worded(group) for group in reads.groups(run)],
            "refused_rows": len(result["rejected"]),
            "mended_rows": result.get("mended", 0),
            "fixed_rows": len(result["fixed"]),
            "warned_rows": len(result["warnings"]),
        }
    return context


def _language() -> str:
    return "zh" if (get_language() or "").startswith("zh") else "en"


def _worded(group: reads.Group) -> dict[str, object]:
    needs_hint = group.code in {"id_duplicate", "member_no_duplicate", "member_twice", "id_of_another"}
    return {"words": sentence(group.code, ("…",) if needs_hint else (), _language()), "group": group}


def _answers_context() -> dict[str, object]:
    names, found = words.capability_words(), reads.answers()
    shown = [_answer(one, names) for one in found.shown]
    first = next((one for one in shown if found.first is not None and one["shown"] is found.first), None)
    rest = [one for one in shown if one is not first]
    outcomes = Counter(one["check"].outcome for one in rest if one["check"] is not None)
    return {"answers": found, "first": first, "rest": rest, "enough": outcomes["holds"], "short": outcomes["short"]}


def _answer(one: Shown, names: words.Names) -> dict[str, object]:
    check = one.check
    made: dict[str, object] = {"shown": one, "check": check, "template": one.template, "repairs": []}
    if check is None:
        return made
    made["lines"] = [
        {**line, "slug": line["capability"], "name": names[line["capability"]]}
        for line in check.result.get("lines", [])
    ]
    made["assumed"] = [
        point["zh" if _language() == "zh" else "en"] for point in check.result.get("points", []) if point["assumed"]
    ]
    if check.outcome == "short":
        made["short"] = words.shortage(check, names)
        made["repairs"] = [
            {
                "words": words.repair_words(check, repair, names), "icon": words.repair_icon(str(repair["kind"])),
                "p_low": repair["p_low"], "alerts": repair["alerts"], "part": number, "people": repair["members"],
            }
            for number, repair in enumerate(check.result.get("repairs", []))
        ]  # fmt: skip
    if check.outcome == "holds":
        made |= _later(check, names)
    if error := check.result.get("error"):
        made["error"] = error_sentence(InvalidInput(str(error)))
    return made


def _later(check: PlanCheck, names: words.Names) -> dict[str, object]:
    renewal = (check.result.get("later") or {}).get("renewal")
    said = words.repair_words(check, renewal, names) if renewal else ""
    return {"later": words.later_words(check, names), "renewal": said, "renewal_p": renewal and renewal["p_low"]}


@require_POST
@needs(Right.IMPORT_PEOPLE)
def start_row(request: HttpRequest, sheet_row: int) -> HttpResponse:
    """Cells of a refused row typed anew; for htmx the row comes back alone, mended or with what is still wrong."""
    run = _done_run()
    rest = mending.open_rows(run)
    if rest is None:
        raise NotFound("people.row_gone")
    typed = {name.removeprefix("cell-"): text for name, text in request.POST.items() if name.startswith("cell-")}
    before = {group.code for group in reads.groups(run)}
    row = mending.mend_row(request.actor, run, sheet_row, {field: text for field, text in typed.items() if text})
    if not row.faults:
        plans.ask_checks(request.actor)
    said = [sentence(fault.code, fault.hints, _language()) for fault in row.faults]
    if not request.htmx:
        for text in said:
            messages.error(request, text)
        return redirect(reverse("start") + "#rows")
    run.refresh_from_db()
    context = {
        "row": reads.mendable(row, rest.headers, mending.rules_of(run, rest)), "said": said, "mended": not row.faults,
        "run": run, "oob": True, **_import_context(run), **_answers_context(),
    }  # fmt: skip
    context["left"] = _left(before, context["groups"])
    return render(request, "desk/_start_row_answer.html", context, status=422 if row.faults else 200)


def _left(before: set[str], groups: list[dict[str, object]]) -> list[tuple[str, int]]:
    """Rows still open by fault, 0 for a fault that nobody has any more: the counts on the page move without a reload."""
    rows = {entry["group"].code: len(entry["group"].rows) for entry in groups}
    return [(code, rows.get(code, 0)) for code in sorted(before | set(rows))]


@require_POST
@needs(Right.IMPORT_PEOPLE)
def start_suggestions(request: HttpRequest) -> HttpResponse:
    """The likeliest name for every row with the same fault."""
    good = mending.take_suggestions(request.actor, _done_run(), request.POST.get("code", ""))
    if good:
        plans.ask_checks(request.actor)
    said = ngettext("1 more row is on the books.", "%(n)s more rows are on the books.", good) % {"n": good}
    messages.success(request, said)
    return redirect(reverse("start") + "#rows")


def _done_run() -> ImportRun:
    run = reads.start_run()
    if run is None or run.state != ImportState.DONE:
        raise NotFound("people.row_gone")
    return run


@require_POST
@needs(Right.IMPORT_PEOPLE)
def start_ask(request: HttpRequest) -> HttpResponse:
    """Answer the shipped plans again, since the books have moved."""
    plans.ask_checks(request.actor)
    return redirect(reverse("start") + "#answers")


@require_POST
@needs(Right.EDIT_PLANS)
def start_adopt(request: HttpRequest) -> HttpResponse:
    """Take a shipped plan over as one of the office's own."""
    try:
        plan = plans.adopt_template(request.actor, request.POST.get("template", ""))
    except MusterError as error:
        messages.error(request, error_sentence(error))
        return redirect(reverse("start") + "#answers")
    messages.success(request, _("Taken over. Look at its lines and muster points, then have it pre-authorised."))
    return redirect("plan-page", plan_id=plan.pk)


@require_safe
@never_cache
@needs(Right.IMPORT_PEOPLE)
def start_people(request: HttpRequest, check_id: int) -> HttpResponse:
    """Who is meant by an answer: those who would be called, or whose certificates a repair renews."""
    check_office(request.actor, Right.SEE_PEOPLE)
    check, part = check_by_id(check_id), request.GET.get("part", "alert")
    names = words.capability_words()
    repairs = check.result.get("repairs", [])
    said = ""
    if part.isascii() and part.isdigit() and int(part) < len(repairs):
        said = words.repair_words(check, repairs[int(part)], names)
    shown = next((one for one in reads.newest_checks() if one.template.slug == check.template), None)
    context = {
        "nav": "people", "check": check, "part": part, "template": shown.template if shown else None,
        "people": reads.concerned(check, part), "said": said,
    }  # fmt: skip
    return render(request, "desk/start_people.html", context)
