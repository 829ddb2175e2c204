"""Every write of the morning sheet: who is on duty, who gets the summary, asking for a sheet, making it once."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from muster.access.models import Account
from muster.access.rights import SYSTEM, Actor, Right
from muster.apps.channels.actions import Draft, queue_messages
from muster.apps.channels.addresses import has_mobile
from muster.apps.channels.gates import gateway_url
from muster.apps.desk.daily import facts, texts
from muster.apps.desk.daily.reads import is_due, morning_time, readers_to_send, reads_it, todays_sheet
from muster.apps.desk.models import DailySheet, DutyDay, FieldEntry, SheetReader, SheetState
from muster.apps.desk.town_entries import SAYINGS
from muster.apps.people.actions.common import check_office
from muster.apps.people.erasure import Part
from muster.apps.people.models import Member, MemberState
from muster.apps.plans.actions import ask_checks
from muster.core.errors import Conflict, InvalidInput, NotFound
from muster.core.units import beijing_day
from muster.jobs import clock
from muster.journal.actions import append

STREAM = "daily"
MOST_READERS = 12
DAYS_AHEAD = 7
LONGEST_NAME = 40


@transaction.atomic
def enter_duty(actor: Actor, day: date, leader: str, officer: str) -> DutyDay:
    """Who leads and who sits at the desk on that Beijing day; a later entry replaces an earlier one.

    The journal keeps that it was entered and by whom, not the names. Errors: InvalidInput "daily.duty_blank",
    "daily.duty_day" (past, or more than a week ahead).
    """
    check_office(actor, Right.SET_DUTY)
    at = clock.now()
    names = {"leader_name": _name(leader), "officer_name": _name(officer)}
    if not any(names.values()):
        raise InvalidInput("daily.duty_blank")
    if not timedelta() <= day - beijing_day(at) <= timedelta(days=DAYS_AHEAD):
        raise InvalidInput("daily.duty_day")
    row, _new = DutyDay.objects.update_or_create(day=day, defaults={**names, "entered_at": at, "entered_by": actor.ref})
    payload = {"day": day.isoformat(), "leader": bool(row.leader_name), "officer": bool(row.officer_name)}
    append(STREAM, "daily.duty_entered", actor=actor.ref, at=at, payload=payload)
    return row


def follow_handover(holder: Account) -> None:
    """The duty has moved from one account to another: today's sheet names who holds it now."""
    at = clock.now()
    changed = {"officer_name": _name(holder.name), "entered_at": at, "entered_by": f"account:{holder.pk}"}
    row, _new = DutyDay.objects.update_or_create(day=beijing_day(at), defaults=changed)
    payload = {"day": row.day.isoformat(), "leader": bool(row.leader_name), "officer": True}
    append(STREAM, "daily.duty_entered", actor=changed["entered_by"], at=at, payload=payload)


def _name(text: str) -> str:
    kept = "".join(mark for mark in text if unicodedata.category(mark)[0] != "C" or mark in "\t\n")
    return " ".join(kept.split())[:LONGEST_NAME]


@transaction.atomic
def add_reader(actor: Actor, who: str, *, agreed: bool) -> SheetReader:
    """Send the summary to this member each morning; `who` is a member number or a name that only one member has.

    Errors: NotFound "daily.reader_unknown"; InvalidInput "daily.reader_ambiguous", "daily.reader_not_agreed",
    "daily.reader_no_mobile", "daily.reader_withdrew"; Conflict "daily.reader_twice", "daily.readers_full".
    """
    check_office(actor, Right.SET_DUTY)
    member = _member(who.strip())
    if not agreed:
        raise InvalidInput("daily.reader_not_agreed")
    if not has_mobile(member):
        raise InvalidInput("daily.reader_no_mobile")
    at = clock.now()
    if not reads_it(member, at):
        raise InvalidInput("daily.reader_withdrew")
    if SheetReader.objects.select_for_update().count() >= MOST_READERS:
        raise Conflict("daily.readers_full", most=MOST_READERS)
    try:
        with transaction.atomic():
            row = SheetReader.objects.create(member=member, agreed_at=at, added_by=actor.ref)
    except IntegrityError as error:
        raise Conflict("daily.reader_twice") from error
    append(STREAM, "daily.reader_added", actor=actor.ref, at=at, person=member.number)
    return row


def _member(who: str) -> Member:
    active = Member.objects.filter(state=MemberState.ACTIVE)
    found = list(active.filter(number=who.upper())[:1]) or list(active.filter(name=who)[:2])
    if not who or not found:
        raise NotFound("daily.reader_unknown")
    if len(found) > 1:
        raise InvalidInput("daily.reader_ambiguous")
    return found[0]


@transaction.atomic
def remove_reader(actor: Actor, reader_id: int) -> None:
    """Send him nothing any more. Error: NotFound "daily.reader_unknown"."""
    check_office(actor, Right.SET_DUTY)
    row = SheetReader.objects.select_related("member").filter(pk=reader_id).first()
    if row is None:
        raise NotFound("daily.reader_unknown")
    row.delete()
    append(STREAM, "daily.reader_removed", actor=actor.ref, at=clock.now(), person=row.member.number)


def begin(actor: Actor, at: datetime) -> DailySheet | None:
    """Ask for the sheet of the Beijing day of `at`, and of every plan whether it holds; None: it was asked for already."""
    if actor is not SYSTEM:
        check_office(actor, Right.SET_DUTY)
    day = beijing_day(at)
    try:
        with transaction.atomic():
            row = DailySheet(day=day, asked_at=at, asked_by=actor.ref)
            row.save(force_insert=True)
            ask_checks(SYSTEM, own=True)
            append(STREAM, "daily.asked", actor=actor.ref, at=at, payload={"day": day.isoformat()})
    except IntegrityError:
        if DailySheet.objects.filter(day=day).exists():
            return None
        raise
    return row


def finish(sheet: DailySheet, at: datetime) -> bool:
    """Make the sheet that was asked for: gather, keep, journal, queue the summaries. False when it was made meanwhile."""
    content = facts.gather(at, fresh_since=sheet.asked_at)
    digest = facts.digest_of(content)
    with transaction.atomic():
        mine = DailySheet.objects.filter(pk=sheet.pk, state=SheetState.ASKED)
        if not mine.update(state=SheetState.MADE, made_at=at, content=content, digest=digest):
            return False
        sent = _announce(sheet.day, content, at)
        payload = {"day": sheet.day.isoformat(), "sha256": digest, "texts": sent}
        append(STREAM, "daily.made", actor=sheet.asked_by, at=at, payload=payload)
    return True


def make_now(actor: Actor) -> DailySheet:
    """Make today's sheet by hand, with the answers that the plans have now.

    Errors: Conflict "daily.made_already", "daily.not_due" (before the morning's time, but in an exercise).
    """
    at = clock.now()
    check_office(actor, Right.SET_DUTY)
    if not (clock.is_exercise_home() or is_due(at) or todays_sheet(at)):
        raise Conflict("daily.not_due", time=f"{morning_time():%H:%M}")
    sheet = begin(actor, at)
    if sheet is None:
        raise Conflict("daily.made_already")
    finish(sheet, at)
    sheet.refresh_from_db()
    return sheet


@transaction.atomic
def miss(sheet: DailySheet) -> bool:
    """A sheet that was asked for on a day that is over is not made any more: it would show another day."""
    missed = DailySheet.objects.filter(pk=sheet.pk, state=SheetState.ASKED).update(state=SheetState.MISSED)
    if missed:
        payload = {"day": sheet.day.isoformat()}
        append(STREAM, "daily.missed", actor="system", at=clock.now(), payload=payload)
    return bool(missed)


def _announce(day: date, content: facts.Facts, at: datetime) -> int:
    """Queue the summary for those who agreed; nothing without a gateway of this mode. Returns how many."""
    exercise = bool(content["exercise"])
    members = readers_to_send(at) if gateway_url(exercise) else []
    body = texts.summary(content, day)
    drafts = [Draft(texts.ref_of(day, member.pk), texts.KIND, member, body) for member in members]
    return len(queue_messages(drafts, exercise=exercise, at=at)) if drafts else 0


def _nothing_hinders(_member: Member) -> str:
    return ""


def _erase(member: Member) -> int:
    """Who is erased is no reader any more; sheets hold no name of his, only the number of his row.

    Of what was entered about him on a phone the act stays ("decline") and the reason goes.
    """
    rows = SheetReader.objects.filter(member=member).delete()[0]
    entries = FieldEntry.objects.filter(alert__member=member)
    for act in sorted({said.partition("-")[0] for said in SAYINGS if "-" in said}):
        rows += entries.filter(said__startswith=f"{act}-").update(said=act)
    return rows


ERASING = Part("desk", _nothing_hinders, _erase)
