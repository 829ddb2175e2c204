"""The reasons of the duty page as sentences, with an icon and where to go about each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from muster.apps.incidents.board import Board, Reason
from muster.web import show

SHOWN = 3
NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Told:
    """One reason in words; `url` "" where there is nothing to open."""

    text: str
    icon: str
    url: str


def told(board: Board) -> tuple[list[Told], int]:
    """The gravest reasons in words, and how many more there are."""
    return [_told(board, reason) for reason in board.reasons[:SHOWN]], max(0, len(board.reasons) - SHOWN)


def _told(board: Board, reason: Reason) -> Told:
    home = f"/incidents/{board.incident_id}"
    say, icon, url = WORDS[reason.kind]
    return Told(say(reason), icon, url.format(home=home))


def _lane(reason: Reason) -> str:
    if reason.names[0] == "solve":
        return _("The planner stands still: the number is old. Pick people by hand until it is back.")
    return _("The sender stands still: no text leaves. It is started again by itself; else telephone.")


def _unsent(reason: Reason) -> str:
    return _(
        "The SMS gateway does not take %(n)s of %(of)s texts since %(minutes)s min; they stand on the call list."
    ) % {
        "n": show.count(reason.n),
        "of": show.count(reason.of),
        "minutes": show.count(reason.minutes),
    }


def _backlog(reason: Reason) -> str:
    return _("The SMS gateway takes texts; %(n)s of %(of)s still wait and stand on the call list until they leave.") % {
        "n": show.count(reason.n),
        "of": show.count(reason.of),
    }


def _texts(reason: Reason) -> str:
    return _("Texts are failing: %(n)s of %(of)s not delivered; they stand on the call list.") % {
        "n": show.count(reason.n),
        "of": show.count(reason.of),
    }


def _area(reason: Reason) -> str:
    return _("%(names)s: nothing is delivered and nobody answers, %(n)s called there.") % {
        "names": _names(reason),
        "n": show.count(reason.n),
    }


def _names(reason: Reason) -> str:
    names = _(", ").join(reason.names[:NAMES_SHOWN])
    more = len(reason.names) - NAMES_SHOWN
    return _("%(names)s and %(n)s more") % {"names": names, "n": show.count(more)} if more > 0 else names


def _unanswered(reason: Reason) -> str:
    return _("%(of)s texts count as delivered, %(n)s were answered: do not trust the reports, telephone some.") % {
        "n": show.count(reason.n),
        "of": show.count(reason.of),
    }


def _road(reason: Reason) -> str:
    values = {
        "name": _names(reason),
        "n": show.count(reason.n),
        "minutes": show.count(reason.minutes),
        "lost": show.count(reason.lost),
    }
    if not reason.n:
        return _("Closed: %(name)s. Of those called, %(lost)s have no way left.") % values
    said = _("Closed: %(name)s. Of those called, %(n)s need %(minutes)s minutes more.") % values
    if not reason.lost:
        return said
    return (
        _("Closed: %(name)s. Of those called, %(n)s need %(minutes)s minutes more, %(lost)s have no way left.") % values
    )


WORDS: dict[str, tuple[Callable[[Reason], str], str, str]] = {
    "lane": (_lane, "server-off", ""),
    "unsent": (_unsent, "phone-off", "{home}/call-list/"),
    "backlog": (_backlog, "hourglass", "{home}/call-list/"),
    "texts": (_texts, "phone-off", "{home}/call-list/"),
    "area": (_area, "antenna-off", "{home}/people/?state=silent"),
    "unanswered": (_unanswered, "message-question", "{home}/people/?state=silent"),
    "road": (_road, "road-off", "/maps/closures/"),
}
