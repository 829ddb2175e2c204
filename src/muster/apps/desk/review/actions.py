"""Findings of a review: taken from the drafts or written by hand, reworded, given to somebody, ended. All in the journal.

open -> done | dropped. Free words stay out of the journal, for they may speak of people; their SHA-256 stands there.
"""

from __future__ import annotations

import hashlib
from datetime import date

from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.desk.models import Lesson, LessonState
from muster.apps.desk.review.facts import facts_of
from muster.apps.desk.review.reads import HEADINGS, owners
from muster.apps.incidents.actions.common import lock, note
from muster.apps.incidents.models import Incident
from muster.apps.incidents.review import review
from muster.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from muster.jobs.clock import now

LETTERS = 400


@transaction.atomic
def take_drafts(actor: Actor, incident: Incident) -> int:
    """Every bad fact that is not yet a finding becomes one, with its figures as they are now; how many. A second call adds
    none."""
    check(actor, Right.PROPOSE)
    lock(incident.callout.pk)
    known = set(incident.lessons.values_list("ref", flat=True))
    facts = [fact for fact in facts_of(review(incident, actor), now()) if fact.bad and fact.ref not in known]
    for fact in facts:
        row = Lesson(
            incident=incident, heading=fact.heading, ref=fact.ref, code=fact.code, figures=fact.figures,
            raised_at=now(), raised_by=actor.ref,
        )  # fmt: skip
        row.save(force_insert=True)
        note(incident, "lesson.raised", actor, payload={"lesson": row.pk, "fact": fact.ref, "figures": fact.figures})
    return len(facts)


@transaction.atomic
def write_lesson(actor: Actor, incident: Incident, heading: str, text: str) -> Lesson:
    """A finding of one's own. InvalidInput "lessons.heading", "lessons.text"."""
    check(actor, Right.PROPOSE)
    if heading not in HEADINGS:
        raise InvalidInput("lessons.heading")
    words = _words(text)
    if not words:
        raise InvalidInput("lessons.text")
    row = Lesson(incident=incident, heading=heading, text=words, raised_at=now(), raised_by=actor.ref)
    row.save(force_insert=True)
    note(incident, "lesson.raised", actor, payload={"lesson": row.pk, "fact": "", "text": _digest(words)})
    return row


@transaction.atomic
def reword(actor: Actor, incident: Incident, pk: int, *, text: str, owner: str, due_on: date | None) -> Lesson:
    """The reviewer's words instead of the draft (empty: the draft again), who sees to it, until when.

    Errors: "lessons.unknown", "lessons.ended", "lessons.owner", "lessons.text"."""
    check(actor, Right.PROPOSE)
    row = _open(incident, pk)
    if owner and owner not in dict(owners()):
        raise InvalidInput("lessons.owner")
    row.text, row.owner, row.due_on = _words(text), owner, due_on
    if not row.text and not row.code:
        raise InvalidInput("lessons.text")
    row.save(update_fields=["text", "owner", "due_on"])
    said = {"lesson": row.pk, "text": _digest(row.text), "owner": owner, "due_on": due_on.isoformat() if due_on else ""}
    note(incident, "lesson.changed", actor, payload=said)
    return row


@transaction.atomic
def end_lesson(actor: Actor, incident: Incident, pk: int, state: str, text: str) -> Lesson:
    """Done, with what was done; or dropped, with why it is none. Who sees to it can not say himself that it is done.

    Errors: "lessons.unknown", "lessons.ended", "lessons.state", "lessons.how", NotAllowed "lessons.own"."""
    check(actor, Right.STAND_DOWN)
    row = _open(incident, pk)
    words = _words(text)
    if state not in (LessonState.DONE, LessonState.DROPPED):
        raise InvalidInput("lessons.state")
    if not words:
        raise InvalidInput("lessons.how")
    if state == LessonState.DONE and row.owner == actor.ref:
        raise NotAllowed("lessons.own")
    row.state, row.ended_text, row.ended_at, row.ended_by = state, words, now(), actor.ref
    row.save(update_fields=["state", "ended_text", "ended_at", "ended_by"])
    note(incident, "lesson.ended", actor, payload={"lesson": row.pk, "state": state, "text": _digest(words)})
    return row


def _open(incident: Incident, pk: int) -> Lesson:
    row = Lesson.objects.select_for_update().filter(incident=incident, pk=pk).first()
    if row is None:
        raise NotFound("lessons.unknown")
    if row.state != LessonState.OPEN:
        raise Conflict("lessons.ended")
    return row


def _words(text: str) -> str:
    return " ".join(text.split())[:LETTERS]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest() if text else ""
