"""The communications test: started by an officer or by the schedule, sent by the send lane a little at a time.

running -> (an incident opens) paused -> (it is over, by day) running -> (all sent, and its hours are over) finished
running | paused -> stopped by an officer

A few messages per channel wait in the outbox at a time, behind every alert: what has not been queued never leaves once an
incident is open. Its answers are its own (`actions/probe_answers.py`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from muster.access.rights import SYSTEM, Actor, Right, check
from muster.apps.channels.actions.outbox import cancel_waiting
from muster.apps.channels.addresses import address, contacts_of
from muster.apps.channels.gates import check_home
from muster.apps.channels.models import CommsProbe, CommsSchedule, CommsTest, MessageState, OutMessage, TestState
from muster.apps.channels.order import CALL_LIST
from muster.apps.channels.signals import incident_open
from muster.apps.channels.testing import (
    ANSWER_HOURS,
    BEIJING,
    DAY_BEGINS,
    DAY_ENDS,
    channels_of,
    is_daytime,
    probe_text,
)
from muster.apps.people.models import Member, Unit
from muster.apps.people.reads import member_arrays
from muster.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from muster.core.ids import RANDOM_BYTES, public_id
from muster.jobs.clock import is_exercise_home, now
from muster.journal.actions import append

AT_ONCE = 40  # per channel in the outbox: an alert that comes in between waits behind none of them
GIVEN_UP_TRIES = 2  # a message tried so often does not keep the others back
OPEN = (TestState.RUNNING, TestState.PAUSED)
SCHEDULE = 1
MOST_DAYS = 400
CHUNK = 500


def runs_incident() -> bool:
    """Whether an incident is open, by whoever knows: a test must never get into its way."""
    return any(found for _receiver, found in incident_open.send(sender=CommsTest))


@transaction.atomic
def start_test(actor: Actor, *, unit: Unit | None = None, channels: Sequence[str] | None = None) -> CommsTest:
    """Begin a test of everybody, or of one unit with all below it, on all channels that are set up or on some of them.

    Errors: "channels.test_runs", "channels.test_incident" (Conflict), "channels.test_no_channel",
    "channels.test_nobody" (InvalidInput), "access.outside_unit" (NotAllowed).
    """
    check(actor, Right.TEST_CHANNELS)
    if actor is not SYSTEM and actor.unit_path and not (unit and actor.sees_unit(unit.path)):
        raise NotAllowed("access.outside_unit")
    at, exercise = now(), is_exercise_home()
    check_home(exercise)
    if CommsTest.objects.filter(state__in=OPEN).exists():
        raise Conflict("channels.test_runs")
    if runs_incident():
        raise Conflict("channels.test_incident")
    names = [name for name in channels_of(exercise) if channels is None or name in channels]
    if not names:
        raise InvalidInput("channels.test_no_channel")
    members = _members(unit, at)
    if not members:
        raise InvalidInput("channels.test_nobody")
    test = CommsTest(unit=unit, exercise=exercise, channels=names, started_by=actor.ref, started_at=at)
    try:
        with transaction.atomic():
            test.save(force_insert=True)
    except IntegrityError as error:  # somebody else at the same moment
        raise Conflict("channels.test_runs") from error
    CommsProbe.objects.bulk_create(_probes(test, members), batch_size=CHUNK)
    payload = {"test": test.pk, "people": len(members), "channels": names, "unit": unit.code if unit else ""}
    append("people", "contact.test_started", actor=actor.ref, at=at, payload=payload)
    return test


def _members(unit: Unit | None, at: datetime) -> list[Member]:
    """Active members who did not take back their consent to be called, of this unit's part of the tree."""
    arrays = member_arrays(at)
    asked = set(arrays.ids[~arrays.withdrawn].tolist())
    rows = Member.objects.select_related("unit", "home_unit").order_by("pk")
    if unit is not None:
        inside = Q()
        for field in ("unit__path", "home_unit__path"):
            inside |= Q(**{field: unit.path}) | Q(**{f"{field}__startswith": unit.path + "/"})
        rows = rows.filter(inside)
    return [member for member in rows if member.pk in asked]


def _probes(test: CommsTest, members: Sequence[Member]) -> list[CommsProbe]:
    contacts, made = contacts_of(member.pk for member in members), list[CommsProbe]()
    for member in members:
        by_machine = [] if member.prefers == CALL_LIST else test.channels
        reached = [name for name in by_machine if address(name, member, contacts.get(member.pk, {}))]
        made += [
            CommsProbe(test=test, member=member, unit=member.home_unit or member.unit, channel=name, step=step)
            for step, name in enumerate(reached or [CALL_LIST])
        ]
    return made


ENTRIES = {TestState.STOPPED: "contact.test_stopped", TestState.FINISHED: "contact.test_finished"}


@transaction.atomic
def stop_test(actor: Actor, test_id: int) -> CommsTest:
    """Nothing more is sent; what came in stays. Errors: "channels.no_test", "channels.test_over"."""
    check(actor, Right.TEST_CHANNELS)
    test = CommsTest.objects.select_for_update().filter(pk=test_id).first()
    if test is None:
        raise NotFound("channels.no_test")
    if test.state not in OPEN:
        raise Conflict("channels.test_over")
    _take_back(test)
    return _end(test, TestState.STOPPED, actor, now())


def _end(test: CommsTest, state: TestState, actor: Actor, at: datetime) -> CommsTest:
    test.state, test.ended_at, test.ended_by = state, at, actor.ref
    test.save(update_fields=["state", "ended_at", "ended_by"])
    append("people", ENTRIES[state], actor=actor.ref, at=at, payload={"test": test.pk})
    return test


def comms_step(at: datetime) -> bool:
    """The send lane's turn: begin, hold, go on, feed or end what is due at `at` (system's clock). True: something was."""
    test = CommsTest.objects.filter(state__in=OPEN).select_related("unit").first()
    if test is None:
        return _begin_if_due(at)
    return _step(test.pk, at)


@transaction.atomic
def _step(test_id: int, at: datetime) -> bool:
    test = CommsTest.objects.select_for_update().get(pk=test_id)
    if test.state not in OPEN:
        return False
    if runs_incident():
        return _hold(test, at) if test.state == TestState.RUNNING else False
    if test.state == TestState.PAUSED:
        return _go_on(test, at) if is_daytime(at) else False
    if test.closes_at is not None:
        return bool(_end(test, TestState.FINISHED, SYSTEM, at)) if at >= test.closes_at else False
    return _feed(test, at)


def _hold(test: CommsTest, at: datetime) -> bool:
    _take_back(test)
    test.state = TestState.PAUSED
    test.save(update_fields=["state"])
    append("people", "contact.test_paused", actor=SYSTEM.ref, at=at, payload={"test": test.pk})
    return True


def _take_back(test: CommsTest) -> None:
    """What waits in the outbox does not leave; what has perhaps left is not tried again."""
    waiting = OutMessage.objects.filter(probe__test=test, sent_at=None)
    cancel_waiting(list(waiting.values_list("ref", flat=True)), kinds=("test",))


def _go_on(test: CommsTest, at: datetime) -> bool:
    held = OutMessage.objects.filter(probe__test=test, state=MessageState.CANCELLED)
    held.update(state=MessageState.QUEUED, tries=0, next_try_at=timezone.now(), queued_at=at)
    test.state = TestState.RUNNING
    test.save(update_fields=["state"])
    append("people", "contact.test_resumed", actor=SYSTEM.ref, at=at, payload={"test": test.pk})
    return True


def _feed(test: CommsTest, at: datetime) -> bool:
    """Top up the outbox, channel by channel; when there is nothing left to top up with, the hours for answers begin."""
    left = _unsent(test)
    if not left.exists():
        test.closes_at = at + timedelta(hours=ANSWER_HOURS)
        test.save(update_fields=["closes_at"])
        return True
    waits = Q(state__in=(MessageState.QUEUED, MessageState.CLAIMED), tries__lt=GIVEN_UP_TRIES)
    counted = OutMessage.objects.filter(waits, kind="test").values_list("channel").annotate(n=Count("id"))
    waiting = dict(counted.order_by())
    made = [_queue(test, name, AT_ONCE - waiting.get(name, 0), at) for name in test.channels]
    return sum(made) > 0


def _unsent(test: CommsTest) -> QuerySet[CommsProbe]:
    return CommsProbe.objects.filter(test=test, message=None).exclude(channel=CALL_LIST)


def _queue(test: CommsTest, channel: str, room: int, at: datetime) -> int:
    probes = list(_unsent(test).filter(channel=channel).order_by("pk")[: max(room, 0)])
    body = probe_text(channel, test.exercise)
    for probe in probes:
        probe.message = OutMessage(
            client_id=public_id(at, os.urandom(RANDOM_BYTES)), ref=f"test:{test.pk}:{probe.member_id}", kind="test",
            member_id=probe.member_id, channel=channel, step=probe.step, followed=True, exercise=test.exercise,
            body=body, next_try_at=timezone.now(), queued_at=at,
        )  # fmt: skip
    OutMessage.objects.bulk_create([probe.message for probe in probes if probe.message])
    CommsProbe.objects.bulk_update(probes, ["message"])
    return len(probes)


@transaction.atomic
def set_schedule(actor: Actor, every_days: int, hour: int) -> CommsSchedule:
    """Tests of everybody begin by themselves, `every_days` after the last one, at `hour` of the office's clock; 0: never.

    Error: InvalidInput "channels.test_schedule".
    """
    check(actor, Right.TEST_CHANNELS)
    if not 0 <= every_days <= MOST_DAYS or not DAY_BEGINS <= hour < DAY_ENDS:
        raise InvalidInput("channels.test_schedule", most=MOST_DAYS)
    at = now()
    values = {"every_days": every_days, "hour": hour, "set_by": actor.ref, "set_at": at}
    row, _made = CommsSchedule.objects.update_or_create(pk=SCHEDULE, defaults=values)
    append("people", "contact.test_schedule_set", actor=actor.ref, at=at, payload={"days": every_days, "hour": hour})
    return row


def due_at(schedule: CommsSchedule | None, last: CommsTest | None) -> datetime | None:
    """When the next test begins by itself; None: never. Counted in days of Beijing from the last one, or from when it
    was set up."""
    if schedule is None or not schedule.every_days:
        return None
    from_day = (last.started_at if last else schedule.set_at).astimezone(BEIJING)
    days = schedule.every_days if last else (1 if from_day.hour >= schedule.hour else 0)
    return (from_day + timedelta(days=days)).replace(hour=schedule.hour, minute=0, second=0, microsecond=0)


def _begin_if_due(at: datetime) -> bool:
    """Begin what is due, by day and never beside an incident; what can not begin is tried again at the next look."""
    schedule = CommsSchedule.objects.filter(pk=SCHEDULE).exclude(every_days=0).first()
    if schedule is None or not is_daytime(at):
        return False
    last = CommsTest.objects.filter(unit=None).exclude(state=TestState.STOPPED).order_by("-started_at").first()
    due = due_at(schedule, last)
    if due is None or at < due or runs_incident():
        return False
    try:
        start_test(SYSTEM)
    except (Conflict, InvalidInput):  # no channel or nobody yet: the page says so, and it is due until there is
        return False
    return True
