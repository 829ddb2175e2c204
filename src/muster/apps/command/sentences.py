"""The acts of command as lines of the incident's time list."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from muster.apps.command.models import DangerState, EntryKind, Level, ReportKind, RequestState, TaskState
from muster.apps.command.positions import POSITIONS
from muster.apps.incidents.sentences import SENTENCES, Line, Names
from muster.journal.models import Entry

Say = Callable[[Entry, Names], Line]


def _by(say: Callable[[dict[str, object]], str], tone: str = "act") -> Say:
    return lambda entry, names: (names.by(entry.actor), say(entry.payload), tone)


def _opened(entry: Entry, names: Names) -> Line:
    said = _("opened %(name)s: %(kind)s, no. %(number)s") % {
        **entry.payload, "kind": EntryKind(entry.payload["kind"]).label, "number": entry.payload["number"] or "–",
    }  # fmt: skip
    return names.by(entry.actor), said, "ok"


TONES = {TaskState.REFUSED: "warn", TaskState.BLOCKED: "warn", TaskState.COMPLETED: "ok", TaskState.DEBRIEFED: "ok"}


def _task_moved(entry: Entry, _names: Names) -> Line:
    facts = entry.payload
    state = TaskState(facts["state"])
    said = _("Task %(number)s “%(title)s”: %(state)s") % {**facts, "state": state.label}
    return said, "", TONES.get(state, "act")


def _handed_over(entry: Entry, names: Names) -> Line:
    facts = entry.payload
    word = str(POSITIONS[str(facts["position"])].word)
    if not facts["to"]:
        return names.by(entry.actor), _("left the position %(word)s empty") % {"word": word}, "warn"
    said = _("handed %(word)s over to %(name)s") % {"word": word, "name": names.by(str(facts["to"]))}
    return names.by(entry.actor), said, "act"


def _rode(rest: Callable[[], str]) -> Say:
    return lambda entry, names: (names.who(entry), rest() % entry.payload, "")


def _level(entry: Entry, names: Names) -> Line:
    level = str(entry.payload["level"])
    said = _("ordered %(level)s") % {"level": Level(level).label} if level else _("ended the response level")
    return names.by(entry.actor), said, "warn"


def _report(entry: Entry, names: Names) -> Line:
    said = _("sent a report: %(kind)s, no. %(number)s") % {
        **entry.payload,
        "kind": ReportKind(entry.payload["kind"]).label,
    }
    return names.by(entry.actor), said, "act"


def _danger_moved(entry: Entry, _names: Names) -> Line:
    facts = entry.payload
    said = _("Danger %(number)s “%(title)s”: %(state)s") % {**facts, "state": DangerState(facts["state"]).label}
    return said, "", "ok" if facts["state"] == DangerState.CLOSED else "act"


def _request_moved(entry: Entry, _names: Names) -> Line:
    facts = entry.payload
    said = _("Request %(number)s “%(what)s”: %(state)s") % {**facts, "state": RequestState(facts["state"]).label}
    return said, "", "ok" if facts["state"] == RequestState.ARRIVED else "act"


OURS: dict[str, Say] = {
    "zone.drawn": _by(lambda facts: _("drew a safety zone: %(name)s; it is closed") % facts, "warn"),
    "zone.opened": _opened,
    "zone.closed_again": _by(lambda facts: _("closed %(name)s again") % facts, "warn"),
    "sector.made": _by(lambda facts: _("made the sector %(name)s") % facts),
    "task.planned": _by(lambda facts: _("planned task %(number)s “%(title)s”") % facts),
    "task.moved": _task_moved,
    "task.read": lambda entry, _names: (_("Task %(number)s “%(title)s”: read") % entry.payload, "", "ok"),
    "position.handed_over": _handed_over,
    "period.opened": _by(lambda facts: _("opened operational period %(period)s") % facts),
    "team.formed": _by(
        lambda facts: _("formed the team %(name)s: %(n)d people") % {**facts, "n": len(facts["members"])}
    ),
    "team.reported": _by(lambda facts: _("team %(name)s reported: %(count)s people, all well") % facts, "ok"),
    "team.disbanded": _by(lambda facts: _("disbanded the team %(name)s") % facts),
    "vehicle.boarded": _rode(lambda: _("got on vehicle %(vehicle)s")),
    "vehicle.left": _rode(lambda: _("got off vehicle %(vehicle)s")),
    "danger.found": _by(lambda facts: _("found danger %(number)s “%(title)s” at %(place)s") % facts, "warn"),
    "danger.moved": _danger_moved,
    "evacuation.departed": _by(lambda facts: _("moves %(people)s people from %(from)s to %(to)s") % facts),
    "evacuation.arrived": _by(lambda facts: _("counted %(arrived)s people in at %(to)s") % facts, "ok"),
    "request.made": _by(lambda facts: _("asked for %(what)s, %(quantity)s") % facts),
    "request.moved": _request_moved,
    "level.ordered": _level,
    "report.sent": _report,
}


def bring() -> None:
    """Put them beside the sentences of incidents; called once, when all apps are there."""
    SENTENCES.update(OURS)
