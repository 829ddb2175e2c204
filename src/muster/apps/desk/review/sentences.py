"""The acts on findings and on shared links as lines of the incident's time list."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from muster.apps.incidents.sentences import SENTENCES, Line, Names
from muster.journal.models import Entry

ENDED: dict[str, Callable[[], str]] = {
    "done": lambda: _("confirmed that finding %(lesson)s is done"),
    "dropped": lambda: _("dropped finding %(lesson)s"),
}


def _said(say: Callable[[Entry], str], tone: str = "act") -> Callable[[Entry, Names], Line]:
    return lambda entry, names: (names.by(entry.actor), say(entry) % entry.payload, tone)


OURS: dict[str, Callable[[Entry, Names], Line]] = {
    "share.made": _said(lambda _entry: _("made a link to the partner view")),
    "share.ended": _said(lambda _entry: _("ended a link to the partner view")),
    "lesson.raised": _said(lambda _entry: _("wrote down finding %(lesson)s of the review"), "warn"),
    "lesson.changed": _said(lambda _entry: _("changed finding %(lesson)s of the review")),
    "lesson.ended": _said(lambda entry: ENDED[str(entry.payload["state"])](), "ok"),
}


def bring() -> None:
    """Put them beside the sentences of incidents; called once, when all apps are there."""
    SENTENCES.update(OURS)
