"""What is built and what is not, and the privacy notice. Open to strangers: a member must be able to read them first."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

import muster
from muster.access.pages import public
from muster.access.rights import Actor
from muster.apps.desk.privacy import backups_kept, notice
from muster.apps.desk.scope import STATES, Item, Text, scope
from muster.web.show import in_chinese

# state -> word, mark, icon
LOOKS: dict[str, tuple[str | Promise, str, str]] = {
    "built": (_("Built"), "tag-ok", "circle-check"),
    "part": (_("Built in part"), "tag-act", "circle-half-2"),
    "later": (_("Later"), "tag-plain", "clock"),
    "replaced": (_("Replaced"), "tag-warn", "replace"),
    "left_out": (_("Left out"), "tag-plain", "ban"),
}
PLACES: dict[str, str | Promise] = {
    "duty": _("Duty"),
    "daily": _("Daily sheet"),
    "wall": _("Wall"),
    "start": _("Start"),
    "people-list": _("People"),
    "people-units": _("Units"),
    "people-import": _("Import"),
    "comms-tests": _("Communications tests"),
    "plan-list": _("Plans"),
    "readiness": _("Readiness"),
    "what-if": _("What if"),
    "plan-points": _("Places"),
    "plan-calibration": _("Response model"),
    "incident-new": _("New incident"),
    "review-list": _("Review"),
    "rota": _("Duty rota"),
    "closures": _("Roads"),
    "reach": _("Reach"),
}


def said(text: Text | None) -> str:
    """The text in the language of the page."""
    return "" if text is None else text.zh if in_chinese() else text.en


@dataclass(frozen=True, slots=True)
class Row:
    """One item as the page shows it."""

    id: str
    said: str
    original: str
    state: str
    word: str | Promise
    mark: str
    icon: str
    why: str
    instead: str
    ready: bool
    links: tuple[tuple[str, str | Promise], ...]


def _links(item: Item, actor: Actor | None) -> tuple[tuple[str, str | Promise], ...]:
    """Where this reader may look at it himself."""
    if actor is None:
        return ()
    found = [(reverse(name), PLACES[name]) for name in item.seen]
    return tuple((url, word) for url, word in found if any(actor.may(right) for right in resolve(url).func.rights))


def _row(item: Item, actor: Actor | None) -> Row:
    word, mark, icon = LOOKS[item.state]
    return Row(
        id=item.id,
        said=said(item.said),
        original="" if in_chinese() else item.said.zh,
        state=item.state,
        word=word,
        mark=mark,
        icon=icon,
        why=said(item.why),
        instead=said(item.instead),
        ready=item.ready,
        links=_links(item, actor),
    )


@public
@require_safe
def about_page(request: HttpRequest) -> HttpResponse:
    """/about/: everything the source page names, with what became of it. `?state=` shows one kind only."""
    found, chosen = scope(), request.GET.get("state", "")
    chosen = chosen if chosen in STATES else ""
    sections = [
        (section.id, said(section.title), rows)
        for section in found.sections
        if (rows := [_row(item, request.actor) for item in section.items if chosen in ("", item.state)])
    ]
    counts = found.counts()
    context = {
        "version": muster.__version__,
        "sections": sections,
        "chosen": chosen,
        "all": sum(counts.values()),
        "kinds": [(state, LOOKS[state][0], LOOKS[state][2], number) for state, number in counts.items()],
        "slips": [(slip.said, said(slip.read)) for slip in found.slips],
    }
    return render(request, "desk/about.html", context)


@public
@require_safe
def privacy_page(request: HttpRequest) -> HttpResponse:
    """/privacy/: what is kept about people, field by field."""
    groups = [
        (
            said(group.title),
            [
                {
                    "title": said(line.title), "purpose": said(line.purpose), "stored": said(line.stored),
                    "kept": said(line.kept), "erased": said(line.erased), "fields": line.fields,
                }
                for line in group.lines
            ],
        )
        for group in notice().groups
    ]  # fmt: skip
    days, weeks, months = backups_kept()
    context = {"groups": groups, "days": days, "weeks": weeks, "months": months}
    return render(request, "desk/privacy.html", context)
