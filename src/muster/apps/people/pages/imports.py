"""Import in the browser: upload, look at the dry run, take over; refused rows come back as a marked workbook."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.people import actions
from muster.apps.people.actions.columns import NAMELESS
from muster.apps.people.actions.runs import OPEN_STATES
from muster.apps.people.forms import UploadForm
from muster.apps.people.models import ImportRun, ImportState
from muster.apps.people.pages.downloads import as_file
from muster.apps.people.reads.import_result import CodeRows, by_code, strengths
from muster.codecs.roster_sentences import sentence
from muster.core.errors import InvalidInput, NotFound
from muster.core.units import beijing_day
from muster.jobs import clock
from muster.web.show import in_chinese

SHOWN_RUNS = 8


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.IMPORT_PEOPLE)
def import_start(request: HttpRequest) -> HttpResponse:
    actions.check_office(request.actor, Right.IMPORT_PEOPLE)
    form = UploadForm(request.POST or None, request.FILES or None, initial={"as_of": beijing_day(clock.now())})
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        run = actions.start_import(
            request.actor, upload.name or "", upload.read(), form.cleaned_data["datum"], form.cleaned_data["as_of"]
        )
        return redirect("people-import-run", run_id=run.pk)
    runs = ImportRun.objects.order_by("-pk")[:SHOWN_RUNS]
    context = {"nav": "people", "form": form, "runs": runs}
    return render(request, "people/import.html", context, status=422 if form.errors else 200)


def _run(run_id: int) -> ImportRun:
    run = ImportRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound("people.import_unknown")
    return run


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.IMPORT_PEOPLE)
def import_run(request: HttpRequest, run_id: int) -> HttpResponse:
    actions.check_office(request.actor, Right.IMPORT_PEOPLE)
    run = _run(run_id)
    if request.method == "POST":
        act = request.POST.get("act")
        if act == "take-over":
            actions.order_take_over(request.actor, run)
            return redirect("people-import-run", run_id=run.pk)
        if act == "drop":
            actions.drop_import(request.actor, run)
            return redirect("people-import")
        raise InvalidInput("people.choice_unknown")
    return render(request, "people/import_run.html", _context(run))


@require_safe
@never_cache
@needs(Right.IMPORT_PEOPLE)
def import_refused(request: HttpRequest, run_id: int) -> HttpResponse:
    actions.check_office(request.actor, Right.IMPORT_PEOPLE)
    run = _run(run_id)
    return as_file(
        actions.take_refused(request.actor, run, "zh" if in_chinese() else "en"), f"muster-refused-{run.pk}.xlsx"
    )


def _context(run: ImportRun) -> dict[str, object]:
    result = run.result
    context: dict[str, object] = {
        "nav": "people",
        "run": run,
        "working": run.state in OPEN_STATES,
        "shown": "rejected" in result,
        "step": {ImportState.CHECKED: 2, ImportState.DONE: 3}.get(run.state, 2 if run.total_rows else 1),
        "percent": round(100 * run.done_rows / run.total_rows) if run.total_rows else 0,
    }
    if run.state == ImportState.FAILED:
        context["failure"] = InvalidInput(run.error, **result.get("params", {}))
        context["nameless"] = run.error in NAMELESS and bool(run.file_path)
    if "rejected" in result:
        context |= {
            "refused": _worded(by_code(result, "rejected")),
            "fixed": _worded(by_code(result, "fixed")),
            "warned": _worded(by_code(result, "warnings")),
            "refused_rows": len(result["rejected"]),
            "fixed_rows": len(result["fixed"]),
            "warned_rows": len(result["warnings"]),
            "strengths": strengths(result),
            "enrolled": result["accepted"] - result["updates"],
            "new_teams": sorted(result["new_teams"].items()),
        }
    return context


def _worded(codes: list[CodeRows]) -> list[tuple[str, CodeRows]]:
    language = "zh" if (get_language() or "").startswith("zh") else "en"
    # The sentence of a code without its {hints}: which rows these are stands beside it.
    return [(sentence(found.code, ("…",) if _needs_hint(found.code) else (), language), found) for found in codes]


def _needs_hint(code: str) -> bool:
    return code in {"id_duplicate", "member_no_duplicate", "member_twice", "id_of_another"}
