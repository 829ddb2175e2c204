"""Saying when somebody may be called, and taking it back. Members for themselves, officers for their people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from muster.access.rights import Actor, Right
from muster.apps.people.actions.common import check_member
from muster.apps.people.models import Member
from muster.apps.service.models import AvailabilityReason, AvailabilityRule, AvailabilityState
from muster.core.availability import DAY_MINUTES
from muster.core.errors import Conflict, InvalidInput
from muster.core.recurrence import Recurrence, parse, text_of
from muster.core.units import beijing_day
from muster.jobs import clock
from muster.journal.actions import append

STREAM = "service"
MOST_RULES = 40  # of one person at a time: a timetable, not a diary
MOST_MINUTES = 12 * 60
LAST_YEAR = 2199


@dataclass(frozen=True, slots=True)
class RuleInput:
    """Beijing days and minutes of the day (0-1439); `rrule` "" for the single day `starts_on`."""

    state: str
    starts_on: date
    from_minute: int
    to_minute: int
    rrule: str = ""
    exceptions: tuple[date, ...] = ()
    minutes: int = 0
    reason: str = ""


@transaction.atomic
def say_availability(actor: Actor, member: Member, given: RuleInput) -> AvailabilityRule:
    """Enter one rule.

    InvalidInput: "service.availability_state", "service.availability_time", "service.availability_minutes" (a delay says
    1 to 720), "service.availability_never" (no day is left), "recurrence.*"; Conflict "service.availability_many".
    """
    check_member(actor, member, Right.EDIT_PEOPLE, own=True)
    days = _checked(given)
    Member.objects.select_for_update().get(pk=member.pk)
    if AvailabilityRule.objects.filter(member=member, cancelled_at=None).count() >= MOST_RULES:
        raise Conflict("service.availability_many", most=MOST_RULES)
    rule = AvailabilityRule(
        member=member, state=given.state, minutes=given.minutes if given.state == AvailabilityState.DELAYED else 0,
        reason=given.reason, starts_on=given.starts_on, rrule=text_of(days),
        exceptions=" ".join(sorted(day.isoformat() for day in days.exceptions)),
        from_minute=given.from_minute, to_minute=given.to_minute, said_at=clock.now(), said_by=actor.ref,
    )  # fmt: skip
    rule.save(force_insert=True)
    _note(actor, "availability.said", rule)
    return rule


def _checked(given: RuleInput) -> Recurrence:
    if given.state not in AvailabilityState.values or given.reason not in {"", *AvailabilityReason.values}:
        raise InvalidInput("service.availability_state")
    if not all(0 <= minute < DAY_MINUTES for minute in (given.from_minute, given.to_minute)):
        raise InvalidInput("service.availability_time")
    if given.state == AvailabilityState.DELAYED and not 1 <= given.minutes <= MOST_MINUTES:
        raise InvalidInput("service.availability_minutes", most=MOST_MINUTES)
    if len(given.exceptions) > MOST_RULES:
        raise InvalidInput("service.availability_not_then")
    days = parse(given.rrule, given.starts_on, given.exceptions)
    yesterday = beijing_day(clock.now()) - timedelta(days=1)  # a night that began then is not over
    if days.until is not None and days.until.year > LAST_YEAR:
        raise InvalidInput("recurrence.form", part="UNTIL")
    if not _any_day(days, yesterday):
        raise InvalidInput("service.availability_never")
    return days


def _any_day(days: Recurrence, earliest: date) -> bool:
    """Whether a day from `earliest` on is left. A period of at most 99 weeks repeats; exceptions may hide a few of it."""
    first = max(days.starts, earliest)
    if days.kind == "once":
        return days.falls_on(first) if first == days.starts else False
    reach = timedelta(days=days.every * 7 * (len(days.exceptions) + 2))
    last = first + reach if days.until is None else min(days.until, first + reach)
    return next(iter(days.between(first, last)), None) is not None


@transaction.atomic
def take_back_availability(actor: Actor, rule: AvailabilityRule) -> None:
    """The rule counts no more. Conflict "service.availability_gone" the second time."""
    check_member(actor, rule.member, Right.EDIT_PEOPLE, own=True)
    changed = AvailabilityRule.objects.filter(pk=rule.pk, cancelled_at=None).update(cancelled_at=clock.now())
    if not changed:
        raise Conflict("service.availability_gone")
    _note(actor, "availability.taken_back", rule)


@transaction.atomic
def leave_out_day(actor: Actor, rule: AvailabilityRule, day: date) -> None:
    """This once the rule does not count. InvalidInput "service.availability_not_then" when it would not have anyway."""
    check_member(actor, rule.member, Right.EDIT_PEOPLE, own=True)
    row = AvailabilityRule.objects.select_for_update().get(pk=rule.pk)
    if row.cancelled_at is not None:
        raise Conflict("service.availability_gone")
    if not row.rrule or not row.span.days.falls_on(day) or len(row.days_left_out) >= MOST_RULES:
        raise InvalidInput("service.availability_not_then")
    row.exceptions = " ".join(sorted({*row.days_left_out, day.isoformat()}))
    row.save(update_fields=["exceptions"])
    _note(actor, "availability.day_left_out", row, day=day.isoformat())


def _note(actor: Actor, action: str, rule: AvailabilityRule, **more: str) -> None:
    number = rule.member.number
    payload: dict[str, object] = {"member": number, "rule": rule.pk, "state": rule.state, **more}
    append(STREAM, action, actor=actor.ref, at=clock.now(), payload=payload, person=number)
