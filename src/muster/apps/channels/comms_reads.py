"""What communications tests found: reach by channel, unit and person, and who has no sign on any channel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from muster.access.rights import Actor
from muster.apps.channels.actions.testing import SCHEDULE, due_at
from muster.apps.channels.models import (
    CHANNELS,
    CommsProbe,
    CommsSchedule,
    CommsTest,
    ContactFinding,
    FindingState,
    MessageState,
    TestState,
)
from muster.apps.channels.order import CALL_LIST
from muster.apps.channels.testing import SETTLED, can_answer
from muster.apps.people.models import Contact, Member, Unit
from muster.core.errors import NotFound

MOST_TESTS = 24
_ON_THE_WAY = (MessageState.QUEUED, MessageState.CLAIMED)
_TAKEN = (MessageState.SENT, MessageState.PERHAPS_SENT)


@dataclass(frozen=True, slots=True)
class Probe:
    """One person on one channel.

    word: waiting | handed_over | silent (handed over long ago) | delivered | answered | failed | not_sent | by_phone
    """

    member_id: int
    unit_id: int
    channel: str
    word: str
    seconds: float | None = None  # from hand-over to the answer
    error: str = ""

    @property
    def label(self) -> str:
        return str(dict(CHANNELS)[self.channel])


@dataclass(slots=True)
class Tally:
    """Counts of probes or people; the shares are of those that left."""

    asked: int = 0
    left: int = 0
    delivered: int = 0  # reported, or answered, which proves it
    answered: int = 0
    failed: int = 0
    waiting: int = 0
    times: list[float] = field(default_factory=list)

    @property
    def delivered_share(self) -> float | None:
        return self.delivered / self.left if self.left else None

    @property
    def answered_share(self) -> float | None:
        return self.answered / self.left if self.left else None

    @property
    def median_minutes(self) -> float | None:
        """Half of those who answered had done so by then."""
        return median(self.times) / 60 if self.times else None

    def add(self, words: set[str], seconds: float | None) -> None:
        self.asked += 1
        self.left += bool(words & {"handed_over", "silent", "delivered", "answered", "failed"})
        self.delivered += bool(words & {"delivered", "answered"})
        self.answered += "answered" in words
        self.failed += "failed" in words and not words & {"delivered", "answered"}
        self.waiting += bool(words & {"waiting", "not_sent"})
        if seconds is not None:
            self.times.append(seconds)


@dataclass(frozen=True, slots=True)
class ChannelReach:
    channel: str
    tally: Tally
    can_answer: bool

    @property
    def label(self) -> str:
        return str(dict(CHANNELS)[self.channel])

    @property
    def lies(self) -> bool:
        """Nearly everything is reported delivered and nobody answers: such reports prove nothing."""
        tally = self.tally
        return self.can_answer and tally.left >= 20 and not tally.answered and (tally.delivered_share or 0) > 0.9


@dataclass(frozen=True, slots=True)
class UnitReach:
    unit: Unit
    tally: Tally  # of people
    unreachable: int


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Somebody without a sign on any channel. `why`: no_number | wrong_number | failed | silent; `owner` sees to it."""

    member: Member
    unit: Unit
    why: str
    tried: tuple[Probe, ...]
    owner: Unit
    lead: Member | None


@dataclass(frozen=True, slots=True)
class Result:
    """`people`: of everybody asked by a machine; by_phone: whom only a telephone call reaches, by wish or number."""

    test: CommsTest
    people: Tally
    by_phone: int
    channels: tuple[ChannelReach, ...]
    units: tuple[UnitReach, ...]
    unreachable: tuple[Unreachable, ...]

    @property
    def reached_share(self) -> float | None:
        asked = self.people.asked
        return self.people.delivered / asked if asked else None


def tests_for(actor: Actor) -> list[CommsTest]:
    """The last tests, newest first, of which the actor sees somebody. `asked`, `reached`, `answered` count people."""
    mine = _inside(actor, "probes__member__")
    asked = Q(mine, ~Q(probes__channel=CALL_LIST))
    delivered = asked & (Q(probes__message__state=MessageState.DELIVERED) | Q(probes__answered_at__isnull=False))
    rows = CommsTest.objects.select_related("unit").annotate(
        asked=Count("probes__member", filter=asked, distinct=True),
        reached=Count("probes__member", filter=delivered, distinct=True),
        answered=Count("probes__member", filter=asked & Q(probes__answered_at__isnull=False), distinct=True),
    )
    return [row for row in rows.order_by("-pk")[:MOST_TESTS] if row.asked or not actor.unit_path]


def comms_test(actor: Actor, test_id: int) -> CommsTest:
    """Error: NotFound "channels.no_test", also for a test of which the actor may see nobody."""
    test = CommsTest.objects.select_related("unit").filter(pk=test_id).first()
    if test is None or (actor.unit_path and not CommsProbe.objects.filter(_inside(actor), test=test).exists()):
        raise NotFound("channels.no_test")
    return test


def _inside(actor: Actor, prefix: str = "member__") -> Q:
    """Filter on people of the actor's part of the tree, by the unit served in or the village lived in."""
    if not actor.unit_path:
        return Q(pk__isnull=False)
    found, path = Q(), actor.unit_path
    for unit in ("unit", "home_unit"):
        name = f"{prefix}{unit}__path"
        found |= Q(**{name: path}) | Q(**{f"{name}__startswith": path + "/"})
    return found


def result_of(actor: Actor, test: CommsTest, at: datetime) -> Result:
    """The test as the actor may see it, at `at` (system's clock); a handful of queries whatever its size."""
    people: dict[int, list[Probe]] = {}
    for probe in _probes(actor, test, at):
        people.setdefault(probe.member_id, []).append(probe)
    by_channel = {name: Tally() for name in test.channels}
    by_unit: dict[int, Tally] = {}
    total, by_phone, lost = Tally(), list[int](), dict[int, list[Probe]]()
    for member_id, probes in people.items():
        words = {probe.word for probe in probes}
        if words == {"by_phone"}:
            by_phone.append(member_id)
            continue
        seconds = min((probe.seconds for probe in probes if probe.seconds is not None), default=None)
        total.add(words, seconds)
        by_unit.setdefault(probes[0].unit_id, Tally()).add(words, seconds)
        for probe in probes:
            by_channel[probe.channel].add({probe.word}, probe.seconds)
        if words <= {"failed", "silent"}:
            lost[member_id] = probes
    nobody = _without_number(by_phone)
    lost |= {member_id: people[member_id] for member_id in nobody}
    found = _unreachable(lost)
    return Result(
        test=test,
        people=total,
        by_phone=len(by_phone) - len(nobody),
        channels=tuple(
            ChannelReach(name, tally, can_answer(name)) for name, tally in by_channel.items() if tally.asked
        ),
        units=_units(by_unit, found),
        unreachable=found,
    )


def _probes(actor: Actor, test: CommsTest, at: datetime) -> Iterator[Probe]:
    rows = CommsProbe.objects.filter(_inside(actor), test=test).order_by("member_id", "step").values_list(
        "member_id", "unit_id", "channel", "answered_at", "message__state", "message__sent_at", "message__error",
    )  # fmt: skip
    over = test.state in (TestState.FINISHED, TestState.STOPPED)
    for member_id, unit_id, channel, answered_at, state, sent_at, error in rows.iterator(chunk_size=5000):
        word = _word(channel, answered_at is not None, state, over or bool(sent_at and at - sent_at >= SETTLED))
        seconds = (answered_at - sent_at).total_seconds() if answered_at and sent_at else None
        yield Probe(member_id, unit_id, channel, word, seconds, error or "")


def _word(channel: str, answered: bool, state: str | None, settled: bool) -> str:
    if channel == CALL_LIST:
        return "by_phone"
    if answered:
        return "answered"
    if state in (MessageState.DELIVERED, MessageState.FAILED):
        return str(state)
    if state in _TAKEN:
        return "silent" if settled else "handed_over"
    return "waiting" if state in _ON_THE_WAY else "not_sent"


def _without_number(member_ids: Iterable[int]) -> set[int]:
    """Of these, those with no number and no address at all: nobody could even telephone them."""
    wanted = list(member_ids)
    bare = set(Member.objects.filter(pk__in=wanted, phone_index="").values_list("pk", flat=True))
    return bare - set(Contact.objects.filter(member__in=bare).values_list("member_id", flat=True))


def _unreachable(lost: dict[int, list[Probe]]) -> tuple[Unreachable, ...]:
    members = Member.objects.filter(pk__in=lost).select_related("unit__parent", "home_unit__parent")
    wrong = ContactFinding.objects.filter(member__in=lost, state=FindingState.RAISED)
    named = set(wrong.values_list("member_id", flat=True))
    rows = [(member, member.home_unit or member.unit, lost[member.pk]) for member in members]
    leads: dict[int, list[Member]] = {}
    units = {unit.pk for _, unit, _ in rows}
    for lead in Member.objects.filter(is_lead=True, state="active", unit__in=units).order_by("pk"):
        leads.setdefault(lead.unit_id, []).append(lead)
    found = [_one(member, unit, probes, leads.get(unit.pk, []), member.pk in named) for member, unit, probes in rows]
    return tuple(sorted(found, key=lambda one: (one.unit.path, one.member.sort_pinyin, one.member.number)))


def _one(member: Member, unit: Unit, probes: list[Probe], leads: list[Member], named: bool) -> Unreachable:
    """Who sees to it: a lead of the unit, or the office above where there is none beside himself."""
    lead = next((one for one in leads if one.pk != member.pk), None)
    why = "failed" if all(probe.word == "failed" for probe in probes) else "silent"
    if probes[0].word == "by_phone":
        why = "no_number"
    elif named:
        why = "wrong_number"
    owner = unit if lead is not None or unit.parent is None else unit.parent
    return Unreachable(member, unit, why, tuple(probes), owner, lead)


def _units(tallies: dict[int, Tally], lost: tuple[Unreachable, ...]) -> tuple[UnitReach, ...]:
    units = Unit.objects.in_bulk([*tallies, *(one.unit.pk for one in lost)])
    gone: dict[int, int] = {}
    for one in lost:
        gone[one.unit.pk] = gone.get(one.unit.pk, 0) + 1
    rows = [UnitReach(unit, tallies.get(pk, Tally()), gone.get(pk, 0)) for pk, unit in units.items()]
    return tuple(sorted(rows, key=lambda row: (-row.unreachable, row.tally.delivered_share or 0, row.unit.path)))


@dataclass(frozen=True, slots=True)
class CommsLine:
    """One line for the duty page: `days` since the last finished test of everybody (None: never), `late` when that is
    longer than it should be, `unreachable` of the actor's people in the last test that he sees."""

    test: CommsTest | None
    days: int | None
    late: bool
    unreachable: int
    running: CommsTest | None

    @property
    def wanted(self) -> bool:
        return self.late or self.unreachable > 0 or self.running is not None


def comms_line(actor: Actor, at: datetime) -> CommsLine:
    """What the duty page and the start page say of the tests."""
    finished = CommsTest.objects.filter(state=TestState.FINISHED).order_by("-pk")
    running = CommsTest.objects.filter(state__in=(TestState.RUNNING, TestState.PAUSED)).first()
    last = finished.filter(unit=None).first()
    mine = _seen(actor, finished)
    days = (at - last.started_at).days if last else None
    most = longest_days()
    unreachable = len(result_of(actor, mine, at).unreachable) if mine else 0
    return CommsLine(mine, days, bool(most) and (days is None or days > most), unreachable, running)


def _seen(actor: Actor, tests: QuerySet[CommsTest]) -> CommsTest | None:
    if not actor.unit_path:
        return tests.first()
    return tests.filter(pk__in=CommsProbe.objects.filter(_inside(actor)).values("test")).first()


def schedule() -> CommsSchedule | None:
    """The schedule as set; None when nobody has."""
    return CommsSchedule.objects.filter(pk=SCHEDULE).first()


def next_at() -> datetime | None:
    """When the next test begins by itself; None: never."""
    whole = CommsTest.objects.filter(unit=None).exclude(state=TestState.STOPPED)
    return due_at(schedule(), whole.order_by("-started_at").first())


def longest_days() -> int:
    """So many days old the last test may be: as scheduled with a week of grace, else MUSTER_TEST_DAYS; 0: for ever."""
    row = schedule()
    days = row.every_days + timedelta(days=7).days if row and row.every_days else settings.MUSTER_TEST_DAYS
    return int(days)
