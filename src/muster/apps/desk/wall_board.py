"""The board as the wall shows it: fewer things, each readable at five metres, nobody's number and hardly a name.

Everybody who may open the wall sees the same: it is drawn once, for no one in particular. Names of people stand in the
last line only, and the office may switch them off (MUSTER_WALL_NAMES=0).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string

from muster.access.rights import Actor
from muster.apps.desk import drawing, regions, speech
from muster.apps.desk.regions import Row
from muster.apps.incidents import reads
from muster.apps.incidents.board import Board, Event, LineView
from muster.apps.incidents.models import Callout, Incident

REGIONS = ("head", "verdict", "needs", "people", "events")
MOST_LINES = 13  # more would be smaller than can be read from the table
MOST_EVENTS = 4
_WHOLE_OFFICE = Actor("wall", "", "auditor")
_NAMELESS = Actor("wall", "", "wall_screen")
_LONG_NUMBER = re.compile(r"[\d０-９][\d０-９ \-]{5,}[\d０-９XxＸ]")
_SAYS_NO_NAME = ("callout.solved", "roll_call.closed")  # their strong part is a heading
_BOTH_NAMED = "alert.check_in_taken_back"


@dataclass(frozen=True, slots=True)
class WallRow:
    """A line of the needs board; `coming` counts those on the spot too."""

    line: LineView
    word: str
    to_call: int
    coming: int


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of the last line: an icon's name, or the shape of a person's state where there is one."""

    at: datetime
    strong: str
    sentence: str
    tone: str
    icon: str
    shape: str


def viewer() -> Actor:
    """For whom the wall is drawn: the whole district, with or without names as the office wishes."""
    return _WHOLE_OFFICE if settings.MUSTER_WALL_NAMES else _NAMELESS


def callout_of(incident_id: int) -> Callout:
    """The callout of an incident. Error: NotFound "incidents.unknown". Who asks has been checked by the page."""
    return reads.callout_of(_WHOLE_OFFICE, incident_id)


def board_of(incident_id: int) -> Board:
    """The board of an incident, read for the wall."""
    return reads.board(callout_of(incident_id), viewer())


def shown_incident() -> Incident | None:
    """The open incident that the wall shows by itself: an actual one before exercises, the newest of these."""
    found = list(reads.open_incidents(_WHOLE_OFFICE))
    return min(found, key=lambda incident: incident.is_exercise, default=None)


def without_numbers(text: str) -> str:
    """What somebody wrote in haste, without long numbers: a phone number may have got into a title."""
    return _LONG_NUMBER.sub("…", text)


def chosen_rows(rows: list[Row], most: int = MOST_LINES) -> tuple[list[Row], int]:
    """Lines that have room, in the plan's order, and how many had none. Those that are not safe come first."""
    if len(rows) <= most:
        return rows, 0
    ranked = sorted(rows, key=lambda row: row.word == "enough")  # stable: within either kind the plan's order
    kept = {row.line.order for row in ranked[: most - 1]}  # one row says how many are left out
    return [row for row in rows if row.line.order in kept], len(rows) - len(kept)


def next_due(board: Board) -> LineView | None:
    """The line that falls due first among those that still wait for people."""
    waiting = [line for line in board.lines if line.on_scene < line.people and line.due_at > board.now]
    return min(waiting, key=lambda line: (line.due_at, line.order), default=None)


def told(events: tuple[Event, ...], names: bool) -> list[Told]:
    """The last entries, newest first."""
    return [_told(event, names) for event in events[:MOST_EVENTS]]


def _told(event: Event, names: bool) -> Told:
    about_member = event.kind.startswith("alert.") and event.kind != _BOTH_NAMED
    strong = event.strong if names or about_member or event.kind in _SAYS_NO_NAME else ""
    sentence = event.sentence if strong else event.sentence[:1].upper() + event.sentence[1:]
    icon = regions.EVENT_ICONS.get(event.kind, "point")
    return Told(event.at, strong, sentence, event.tone, icon, regions.event_mark(event.kind, event.tone))


def context(board: Board) -> dict[str, object]:
    """Everything the wall's region templates need."""
    values = regions.context(board, viewer())
    words, proposal = speech.verdict_words(board), board.verdict.proposal
    rows, hidden = chosen_rows(regions.rows(board))
    due = next_due(board)
    over = values["over"] or values["ended"]
    return {
        **values,
        "title": without_numbers(board.title),
        "place": without_numbers(board.place),
        "troubles": [flag for flag in board.flags if flag.startswith(("gateway_", "relay_"))],
        "others": _others(board),
        "meaning": [line for line in words.meaning if line][: 1 if proposal else 2],
        "due": None if over else due,
        "due_in": due.due_at - board.now if due else None,
        "rows": [WallRow(row.line, row.word, row.to_call, row.line.accepted + row.line.on_scene) for row in rows],
        "hidden": hidden,
        "tiles": drawing.people_rows(board.people),
        "told": told(board.events, settings.MUSTER_WALL_NAMES),
    }


def _others(board: Board) -> int:
    """Open incidents beside this one."""
    return reads.open_incidents(_WHOLE_OFFICE).exclude(pk=board.incident_id).count()


def render(board: Board) -> dict[str, str]:
    """HTML of every region of the wall in the active language (the board must have been read in the same)."""
    values = context(board)
    return {name: render_to_string(f"desk/wall/_{name}.html", values).strip() for name in REGIONS}
