"""The duty page in regions: each is a piece of HTML with a stable id, so that the live page swaps what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.template.loader import render_to_string

from muster.access.rights import Actor, Right
from muster.apps.command.models import Level
from muster.apps.command.reads.clocks import alarms
from muster.apps.command.reads.zones import flags_now
from muster.apps.desk import drawing, reason_words, speech
from muster.apps.incidents.board import Board, LineView
from muster.apps.incidents.models import Incident
from muster.jobs import clock
from muster.web import show
from muster.web.texts import ERROR_TEXTS

REGIONS = ("head", "verdict", "needs", "people", "legend", "events", "acts")

EVENT_ICONS = {
    "incident.opened": "phone-incoming",
    "incident.closed": "home-check",
    "incident.reviewed": "signature",
    "callout.solved": "shield-check",
    "callout.approved": "send",
    "callout.wave_sent": "send",
    "callout.released": "users-minus",
    "callout.stood_down": "flag-off",
    "callout.needs_set": "edit",
    "callout.plan_chosen": "clipboard-list",
    "callout.policy_set": "settings",
    "roll_call.started": "clipboard-check",
    "roll_call.answered": "clipboard-check",
    "roll_call.closed": "clipboard-check",
    "exercise.broken": "barrier-block",
    "exercise.mended": "tools",
    "alert.left": "door-exit",
    "alert.check_in_taken_back": "arrow-back-up",
}
EVENT_MARKS = {
    "alert.checked_in": "checked_in",
    "alert.undelivered": "undelivered",
    "alert.released": "released",
    "alert.no_show": "no_show",
    "alert.no_answer": "silent",
}
TONE_MARKS = {"ok": "accepted", "warn": "unclear", "": "declined"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the needs board with its word, and whom the proposal would call for it."""

    line: LineView
    word: str
    to_call: int


def event_mark(kind: str, tone: str) -> str:
    """Shape of a person's state for an entry about a person, "" for others (they get an icon)."""
    return TONE_MARKS.get(tone, "") if kind == "alert.replied" else EVENT_MARKS.get(kind, "")


def _hero_size(number: str) -> str:
    """Class of the large number: "95" has its full size, "99.9" and ">99.9" leave room for the mark beside them."""
    return "longest" if len(number) > 4 else "long" if len(number) > 3 else ""


def context(board: Board, actor: Actor, told: Mapping[str, object] | None = None) -> dict[str, object]:
    """Everything the region templates need; `told`: of `command_line`, None draws the board alone."""
    proposal = board.verdict.proposal
    reasons, more_reasons = reason_words.told(board)
    return {
        "board": board,
        "actor": actor,
        "exercise_home": clock.is_exercise_home(),
        "verdict": board.verdict,
        "words": speech.verdict_words(board),
        "act": speech.main_act(board, actor),
        "reasons": reasons,
        "more_reasons": more_reasons,
        "proposal": proposal,
        "proposal_title": speech.proposal_words(board, proposal) if proposal else "",
        "proposal_names": speech.proposal_names(proposal) if proposal else "",
        "holds": speech.holds(board),
        "channel_words": speech.channel_words(board),
        "why_not": str(ERROR_TEXTS.get(proposal.why_not, "")) if proposal and proposal.why_not else "",
        "repairs": [(speech.repair_words(repair), repair.p_low) for repair in board.verdict.repairs],
        "unapproved": board.state in speech.UNAPPROVED,
        "over": board.state in speech.OVER,
        "ended": board.incident_state in speech.ENDED,
        "spark": drawing.spark(board),
        "hero_size": _hero_size(show.chance_number(board.verdict.p_hat)),
        "here_at": drawing.scale(board.verdict.p_hat),
        "target_at": drawing.scale(board.verdict.target),
        "rows": rows(board),
        "totals": _totals(board),
        "people_rows": drawing.people_rows(board.people),
        "events": [
            (event, EVENT_ICONS.get(event.kind, "point"), event_mark(event.kind, event.tone)) for event in board.events
        ],
        "elapsed": board.elapsed,
        **(told or {"command": None, "flags": board.flags}),
        "may": {right.value: actor.may(right) for right in Right},
    }


def command_line(board: Board) -> dict[str, object]:
    """What command has to say on the duty page: teams that do not report, dangers, the next report, the level in force."""
    told = alarms(Incident.objects.get(pk=board.incident_id), board.now)
    left = told.report.left_seconds if told.report else 0
    sign = "-" if left < 0 else ""
    return {
        "command": told,
        "flags": flags_now(board.incident_id, board.flags, board.now),
        "level_word": Level(told.level).label if told.level else "",
        "report_left": f"{sign}{abs(left) // 60}:{abs(left) % 60:02d}",
    }


def rows(board: Board) -> list[Row]:
    """The lines of the needs board in the plan's order."""
    proposal = board.verdict.proposal
    to_call = dict(proposal.by_order) if proposal else {}
    target = board.verdict.target
    return [Row(line, speech.line_word(line, target), to_call.get(line.order, 0)) for line in board.lines]


def _totals(board: Board) -> dict[str, float]:
    return {
        "accepted": sum(line.accepted for line in board.lines),
        "expected": sum(line.expected for line in board.lines),
        "on_scene": board.on_scene_useful,
    }


def render(board: Board, actor: Actor, told: Mapping[str, object] | None = None) -> dict[str, str]:
    """HTML of every region in the active language (the board must have been read in the same)."""
    values = context(board, actor, told)
    return {name: render_to_string(f"desk/_{name}.html", values).strip() for name in REGIONS}
