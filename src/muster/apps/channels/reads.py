"""Questions to the outbox and the inbox."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.utils import timezone

from muster.access.rights import Actor
from muster.apps.channels.gates import gateway_url
from muster.apps.channels.models import CHANNELS, ContactFinding, FindingState, InMessage, MessageState, OutMessage
from muster.apps.people.models import Contact
from muster.codecs import phone
from muster.web.show import label

CHUNK = 500
# Handed over this long ago and no report: a gateway that takes and never delivers looks like this. Reports come within
# seconds where they come at all, and whoever is lost must be named early enough to be telephoned in time.
SILENT_MINUTES = 3
UNSENT_MINUTES = 2  # waiting this long, however often it was tried: the gateway does not take it, or not in time
STUCK_TRIES, STUCK_TEXTS = 2, 3  # in vain: less than that happens on any day
STUCK_SHARE, TOO_MANY = 0.1, "gateway.429"
GIVEN_UP_COUNTS = timedelta(minutes=5)  # real time: so long the last try of a text that was given up still tells
_LINK = re.compile(r" \S+ https?://\S+")  # with the one word before it: "或点", "or:"
LEFT = (MessageState.SENT, MessageState.PERHAPS_SENT)
UNSENT = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.PERHAPS_SENT)


@dataclass(frozen=True, slots=True)
class CallRow:
    """Somebody to telephone. `phones` as dialled; `why`: no_sms (no mobile or no gateway) | no_answer (on any channel) |
    failed | no_report | waiting (the gateway does not take it)."""

    message_id: int
    ref: str
    kind: str
    member_id: int
    number: str
    name: str
    unit: str
    unit_paths: tuple[str, ...]
    phones: tuple[str, ...]
    masked: str
    why: str
    body: str  # to be read aloud: without the reply link, which is the member's secret


def call_rows(refs: Iterable[str], at: datetime, kinds: Sequence[str] = ("alert",)) -> list[CallRow]:
    """Messages of these kinds of `refs` that reached nobody yet: on the call list, failed, handed over SILENT_MINUTES
    before `at` (system's clock) and not reported on, or not taken by the gateway for UNSENT_MINUTES. Longest waiting
    first. Numbers are whole: show them through open_call_list only."""
    refs = list(refs)
    silent = Q(state__in=LEFT, sent_at__lte=at - timedelta(minutes=SILENT_MINUTES))
    stuck = Q(state__in=UNSENT, sent_at=None, queued_at__lte=at - timedelta(minutes=UNSENT_MINUTES))
    wanted = Q(state__in=(MessageState.CALL_LIST, MessageState.FAILED)) | silent | stuck
    newest = _newest_steps(refs, kinds)  # who is being called on a further channel need not be telephoned yet
    rows = [row for part in _parts(refs) for row in part.filter(wanted, kind__in=kinds)]
    rows = [row for row in rows if newest.get((row.ref, row.kind), row.step) == row.step]
    rows.sort(key=lambda row: (row.queued_at, row.pk))
    lines = _landlines({row.member_id for row in rows})
    return [_call_row(row, lines.get(row.member_id, ())) for row in rows]


def _newest_steps(refs: Iterable[str], kinds: Sequence[str]) -> dict[tuple[str, str], int]:
    """(ref, kind) -> its last step, for messages that went on to a further channel."""
    found: dict[tuple[str, str], int] = {}
    for part in _parts(refs):
        later = part.select_related(None).filter(step__gt=0, kind__in=kinds).exclude(state=MessageState.CANCELLED)
        found |= {(ref, kind): step for ref, kind, step in later.order_by("step").values_list("ref", "kind", "step")}
    return found


def _parts(refs: Iterable[str]) -> Iterator[QuerySet[OutMessage]]:
    wanted = list(refs)
    for start in range(0, len(wanted), CHUNK):
        rows = OutMessage.objects.filter(ref__in=wanted[start : start + CHUNK])
        yield rows.select_related("member__unit", "member__home_unit")


def _landlines(member_ids: set[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for contact in Contact.objects.filter(member__in=member_ids).exclude(kind__in=("email", "app")).order_by("pk"):
        found[contact.member_id] = (*found.get(contact.member_id, ()), contact.value)
    return found


def _call_row(row: OutMessage, lines: tuple[str, ...]) -> CallRow:
    member = row.member
    paths = [member.unit.path] + ([member.home_unit.path] if member.home_unit else [])
    reasons = {MessageState.CALL_LIST: "no_sms", MessageState.FAILED: "failed"}
    if row.step:
        reasons[MessageState.CALL_LIST] = "no_answer"
    if row.state in UNSENT and row.sent_at is None:
        reasons[MessageState(row.state)] = "waiting"
    return CallRow(
        message_id=row.pk,
        ref=row.ref,
        kind=row.kind,
        member_id=member.pk,
        number=member.number,
        name=member.name,
        unit=label(member.unit),
        unit_paths=tuple(paths),
        phones=tuple(phone.national(number) for number in (member.phone, *lines) if number),
        masked=member.phone_masked,
        why=reasons.get(MessageState(row.state), "no_report"),
        body=_LINK.sub("", row.body),
    )


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """How the messages of one channel fared. Counts of messages, disjoint, adding up to `messages`."""

    channel: str
    messages: int
    waiting: int
    handed_over: int  # no report yet
    delivered: int
    failed: int
    by_hand: int  # on the call list
    cancelled: int

    @property
    def delivered_share(self) -> float | None:
        """Delivered of those that left; None when none left."""
        left = self.handed_over + self.delivered + self.failed
        return self.delivered / left if left else None


def channel_figures(refs: Iterable[str], kind: str = "alert") -> list[ChannelFigures]:
    """One row per channel that was used for messages of this kind."""
    counts: dict[str, dict[str, int]] = {}
    for part in _parts(refs):
        for channel, state, heads in (
            part.select_related(None).filter(kind=kind).values_list("channel", "state").annotate(n=Count("id"))
        ):
            states = counts.setdefault(channel, {})
            states[state] = states.get(state, 0) + heads
    return [_figures(channel, states) for channel, states in sorted(counts.items(), reverse=True)]


def _figures(channel: str, states: dict[str, int]) -> ChannelFigures:
    def total(*wanted: MessageState) -> int:
        return sum(states.get(state, 0) for state in wanted)

    return ChannelFigures(
        channel=channel,
        messages=sum(states.values()),
        waiting=total(MessageState.QUEUED, MessageState.CLAIMED),
        handed_over=total(*LEFT),
        delivered=total(MessageState.DELIVERED),
        failed=total(MessageState.FAILED),
        by_hand=total(MessageState.CALL_LIST),
        cancelled=total(MessageState.CANCELLED),
    )


def gateway_trouble(exercise: bool, at: datetime) -> str:
    """What is wrong with the gateway of that mode: "" | not_set_up | not_answering | no_reports (takes, never reports).

    Judged by the last half hour of the system's clock `at`; reports count as missing once ten or more are overdue and
    they are the half of what was handed over.
    """
    if not gateway_url(exercise):
        return "not_set_up"
    recent = OutMessage.objects.filter(exercise=exercise, channel="sms", queued_at__gte=at - timedelta(minutes=30))
    stuck = recent.filter(state__in=(MessageState.QUEUED, MessageState.PERHAPS_SENT), tries__gte=2, sent_at=None)
    if stuck.exists():
        return "not_answering"
    overdue = recent.filter(state__in=LEFT, sent_at__lte=at - timedelta(minutes=SILENT_MINUTES)).count()
    told = recent.filter(state__in=(MessageState.DELIVERED, MessageState.FAILED)).count()
    return "no_reports" if overdue >= 10 and overdue >= told else ""


def texts_stuck_since(exercise: bool) -> datetime | None:
    """Since when (system's clock) the gateway of that mode is known to take no texts; None while it takes them or nothing
    is known. One query while all is well.

    Known is what was tried: STUCK_TEXTS or more were handed to it STUCK_TRIES times or more in vain, and it has taken
    none since. One that says "too many at once" is alive, and a tenth of what it took is no failing gateway but numbers
    that do not exist. The first one it takes ends it. So does GIVEN_UP_COUNTS after the last try of all, when nothing tries any
    more: the next text that leaves shows what is true.
    """
    texts = OutMessage.objects.filter(exercise=exercise, channel="sms")
    at_rest = Q(claim="")  # a try that is still under way has not failed yet
    given_up = Q(state=MessageState.FAILED, next_try_at__gte=timezone.now() - GIVEN_UP_COUNTS)
    in_vain = texts.filter(
        Q(state__in=UNSENT) | given_up, at_rest | Q(tries__gt=STUCK_TRIES), sent_at=None, tries__gte=STUCK_TRIES
    ).exclude(error=TOO_MANY)
    vain = in_vain.aggregate(
        n=Count("id"), first=Min("queued_at"), tried=Max("claimed_at", filter=at_rest), begun=Max("claimed_at")
    )
    if vain["n"] < STUCK_TEXTS:
        return None
    since = Count("id", filter=Q(sent_at__gte=vain["first"]))
    taken = texts.filter(error="").exclude(sent_at=None).aggregate(at=Max("sent_at"), tried=Max("claimed_at"), n=since)
    if taken["at"] is None:
        return vain["first"]
    if vain["n"] < STUCK_SHARE * taken["n"]:
        return None
    # claims are real time: what was taken at the last try, or after it, counts for more than what was not
    tried, took = vain["tried"] or vain["begun"], taken["tried"]
    works = taken["at"] >= vain["first"] if tried is None or took is None else took >= tried
    return None if works else max(taken["at"], vain["first"])


def outbox_waiting() -> int:
    """Messages that the lane could send now or is sending: 0 means that it has nothing to do."""
    due = Q(state=MessageState.QUEUED) | Q(state=MessageState.PERHAPS_SENT, sent_at=None)
    now = timezone.now()
    return OutMessage.objects.filter(Q(state=MessageState.CLAIMED) | (due & Q(next_try_at__lte=now))).count()


def outbox_hopeful() -> int:
    """Messages being sent or waiting, but for those that were tried twice in vain and whose next try is not due."""
    tried = Q(state=MessageState.QUEUED, tries__gte=2, next_try_at__gt=timezone.now())
    return OutMessage.objects.filter(state__in=(MessageState.QUEUED, MessageState.CLAIMED)).exclude(tried).count()


def strange_texts(exercise: bool, since: datetime) -> list[InMessage]:
    """Texts that somebody should read: from strangers, without a callout, refused or not dealt with. Newest first."""
    words = ("", "unknown_sender", "no_callout", "refused")
    rows = InMessage.objects.filter(exercise=exercise, at__gte=since, handled__in=words)
    return list(rows.select_related("member").order_by("-id")[:200])


@dataclass(frozen=True, slots=True)
class Cost:
    """What the messages of one channel cost. `cost` in yuan; counted once a gateway has taken them."""

    channel: str
    messages: int
    parts: int
    cost: Decimal

    @property
    def label(self) -> str:
        return str(dict(CHANNELS)[self.channel])


def costs_of(refs: Iterable[str]) -> list[Cost]:
    """Per channel that a gateway has taken messages of `refs` on, of whatever kind."""
    found: dict[str, Cost] = {}
    for part in _parts(refs):
        sums = part.select_related(None).filter(parts__gt=0).values_list("channel")
        for channel, n, parts, cost in sums.annotate(Count("id"), Sum("parts"), Sum("cost")).order_by():
            so_far = found.get(channel, Cost(channel, 0, 0, Decimal(0)))
            found[channel] = Cost(channel, so_far.messages + n, so_far.parts + parts, so_far.cost + cost)
    return [found[name] for name, _label in CHANNELS if name in found]


def receipts_of(refs: Iterable[str]) -> dict[str, list[OutMessage]]:
    """ref -> its alert's messages, one per channel, in the order in which the channels were used."""
    found: dict[str, list[OutMessage]] = {}
    for part in _parts(refs):
        for row in part.select_related(None).filter(kind="alert").defer("body").order_by("step"):
            found.setdefault(row.ref, []).append(row)
    return found


def findings_for(actor: Actor, *, closed: bool = False) -> list[ContactFinding]:
    """Wrong numbers of the people whom the actor may see: those to be settled, oldest first, or the last 200 settled."""
    rows = ContactFinding.objects.select_related("member__unit", "member__home_unit", "message")
    if actor.unit_path:
        path = actor.unit_path
        inside = Q()
        for unit in ("member__unit", "member__home_unit"):
            inside |= Q(**{f"{unit}__path": path}) | Q(**{f"{unit}__path__startswith": path + "/"})
        rows = rows.filter(inside)
    if closed:
        return list(rows.exclude(state=FindingState.RAISED).order_by("-closed_at", "-pk")[:200])
    return list(rows.filter(state=FindingState.RAISED).order_by("raised_at", "pk"))
