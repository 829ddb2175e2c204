"""/incidents/<id>/share/ for the officer who makes links, /share/<token>/ for whoever has one."""

from __future__ import annotations

import re

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from muster.access.pages import needs, public
from muster.access.rights import Right
from muster.apps.desk.share import actions, reads
from muster.apps.incidents.pages.common import context, is_number
from muster.apps.incidents.reads import incident_by_id
from muster.core.errors import MusterError
from muster.jobs.clock import now
from muster.jobs.throttle import Throttle

TOKEN = re.compile(r"[A-Za-z0-9_\-]{32}")
wrong_tokens = Throttle(limit=60, window_seconds=300)


class ShareForm(forms.Form):
    """Until when, and for whom and what for."""

    use_required_attribute = False
    hours = forms.TypedChoiceField(
        label=gettext_lazy("Holds for"), coerce=int, widget=forms.Select(attrs={"class": "form-select"})
    )
    reason = forms.CharField(
        label=gettext_lazy("For whom and what for"), max_length=actions.LETTERS,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hours"].choices = [(hours, _lasting(hours)) for hours in actions.HOURS]


def _lasting(hours: int) -> str:
    if hours < 48:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s day", "%(n)s days", hours // 24) % {"n": hours // 24}


def _unkept(response: HttpResponse) -> HttpResponse:
    """Not kept, not indexed, not told to other sites; this one hears of it, or its own forms would be refused."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SHARE)
def share_page(request: HttpRequest, incident_id: int) -> HttpResponse:
    """The links of an incident: make one, see it once, end it."""
    incident = incident_by_id(request.actor, incident_id)
    form, made, refused = ShareForm(), "", None
    if request.method == "POST" and "end" in request.POST:
        wanted = request.POST["end"]
        actions.end_link(request.actor, incident, int(wanted) if is_number(wanted) else 0)
        messages.success(request, _("The link is ended: nobody can open it any more."))
        return redirect("incident-share", incident_id=incident.pk)
    if request.method == "POST":
        form = ShareForm(request.POST)
        if form.is_valid():
            try:
                _row, token = actions.make_link(request.actor, incident, **form.cleaned_data)
                made, form = _address(request, token), ShareForm()
            except MusterError as error:
                refused = error
    page = context(incident, form=form, made=made, refused=refused, links=reads.links_of(incident, now()))
    failed = refused is not None or form.is_bound
    return _unkept(render(request, "desk/share/links.html", page, status=422 if failed else 200))


def _address(request: HttpRequest, token: str) -> str:
    path = reverse("share-view", args=[token])
    return settings.MUSTER_PUBLIC_URL.rstrip("/") + path if _public_here() else request.build_absolute_uri(path)


def _public_here() -> bool:
    """Whether the public address leads to this system itself and not to the reply relay, which knows no such pages."""
    return bool(settings.MUSTER_PUBLIC_URL) and not settings.MUSTER_RELAY_URL


@require_safe
@public
def share_view(request: HttpRequest, token: str) -> HttpResponse:
    """The incident behind a link. Anything else is the same bare 404, counted per address."""
    key, link = request.META.get("REMOTE_ADDR", ""), None
    if TOKEN.fullmatch(token):
        link = reads.link_of(token, now())
    if link is None:
        full = wrong_tokens.full(key)
        wrong_tokens.count(key)
        return _unkept(HttpResponse("Not found", status=429 if full else 404, content_type="text/plain"))
    view = reads.shared_view(link, now())
    page = {"view": view, "incident": view.incident, "exercise": view.incident.is_exercise, "now": view.now}
    return _unkept(render(request, "desk/share/view.html", page))
