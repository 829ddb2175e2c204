"""Template helpers every page may use without loading: icons, marks, bars, numbers and times (see muster.web.show)."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.template import Context
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from muster.access.models import Role
from muster.access.rights import Actor, Right
from muster.jobs import clock as system_clock
from muster.web import bars, icons, show, tour, words

register = template.Library()

register.filter("p", show.chance)
register.filter("p_number", show.chance_number)
register.filter("p_fact", show.fact_number)
register.filter("target", show.target)
register.filter("count", show.count)
register.filter("expected", show.expected)
register.filter("money", show.money)
register.filter("clock", show.wall_clock)
register.filter("day", show.day)
register.filter("month", show.month)
register.filter("tminus", show.t_minutes)
register.filter("trunning", show.t_running)
register.filter("masked", show.masked)
register.filter("label", show.label)
register.filter("long_ago", show.long_ago)
register.simple_tag(show.chance_band, name="p_band")
register.simple_tag(icons.icon, name="icon")
register.simple_tag(bars.need_bar, name="bar")


@register.filter
def ago(at: datetime | None, now: datetime | None = None) -> str:
    """`{{ at|ago }}` against the system's clock, or `{{ at|ago:board.now }}`."""
    return show.ago(at, now or system_clock.now())


@register.filter
def kind_icon(kind: str) -> str:
    """Icon name of an incident kind: `{% icon incident.kind|kind_icon %}`."""
    return words.KIND_ICONS.get(kind, "alert-circle")


@register.simple_tag
def mark(state: str) -> SafeString:
    """The bare shape of a person's state; put a word beside it."""
    return icons.mark(words.person_state(state))


@register.simple_tag
def state_mark(state: str) -> SafeString:
    """Shape, word and colour of a person's state (any state of an alert)."""
    known = words.person_state(state)
    return format_html(
        '<span class="state state-{}">{}<span>{}</span></span>', known, icons.mark(known), words.PERSON_WORDS[known]
    )


@register.simple_tag
def thing_mark(thing: str, word: str = "") -> SafeString:
    """Tag with icon, word and colour of a thing: enough, at_risk, short, certified, exercise, actual (words.THINGS)."""
    name, tone, usual = words.THINGS[thing]
    return format_html('<span class="tag tag-{}">{}<span>{}</span></span>', tone, icons.icon(name, 16), word or usual)


@register.filter
def role_word(actor: Actor) -> str | Promise:
    """The role of an actor as a word: `{{ actor|role_word }}`."""
    return Role(actor.role).label if actor.role in Role.values else ""


@register.filter
def may(actor: Actor | None, right: str) -> bool:
    """Whether the viewer has the right: `{% if actor|may:"open_incident" %}`; strangers have none."""
    return actor is not None and actor.may(Right(right))


@register.filter
def state_word(state: str) -> str | Promise:
    """The word of a person's state (any state of an alert)."""
    return words.PERSON_WORDS[words.person_state(state)]


@register.inclusion_tag("web/tour.html", takes_context=True)
def tour_of(context: Context, page: str, incident: int | str = "", exercise: bool = True) -> dict[str, object]:
    """The guided tour of a page (muster.web.tour.PAGES), at the end of `block scripts`; `incident`: whose page it is."""
    return {
        "steps": tour.PAGES[page],
        "page": page,
        "incident": incident,
        "exercise": exercise,
        "actor": context["actor"],
    }


@register.inclusion_tag("web/tour_offer.html")
def tour_offer(look: str = "link-button") -> dict[str, object]:
    """The quiet offer of the tour; it shows itself when there is something to show."""
    return {"look": look}
