"""Questions about sheets: the one of a day, what became of its texts, who gets them, when the next is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.conf import settings
from django.db.models import Q

from muster.access.models import Account, Role
from muster.apps.channels.addresses import has_mobile
from muster.apps.channels.models import MessageState, OutMessage
from muster.apps.desk.daily.texts import KIND, ref_of
from muster.apps.desk.models import DailySheet, DutyDay, SheetReader, SheetState
from muster.apps.people.models import Consent, Member, MemberState
from muster.apps.plans.models import CheckState, PlanCheck
from muster.core.errors import NotFound
from muster.core.units import beijing_day, to_beijing

USUAL_TIME = time(7, 30)
EARLIER_SHOWN = 14
LEADERS, OFFICERS = (Role.OFFICE_HEAD, Role.COMMANDER), (Role.DUTY_OFFICER, Role.COMMANDER, Role.OFFICE_HEAD)


def morning_time() -> time:
    """When the sheet is made, Beijing wall clock; the usual time when the setting can not be read (`check deploy` says so)."""
    try:
        return time.fromisoformat(settings.MUSTER_DAILY_AT).replace(tzinfo=None)
    except ValueError:
        return USUAL_TIME


def is_due(at: datetime) -> bool:
    """Whether the morning's time has come on the Beijing day of `at`, and nobody has asked for its sheet yet."""
    return to_beijing(at).time() >= morning_time() and not DailySheet.objects.filter(day=beijing_day(at)).exists()


def asked_sheets() -> list[DailySheet]:
    """Those asked for and not made yet, oldest first."""
    return list(DailySheet.objects.filter(state=SheetState.ASKED).order_by("day"))


def plans_wait() -> bool:
    """Whether some plan has not been answered yet."""
    return PlanCheck.objects.filter(state=CheckState.WANTED).exists()


def sheet_of(day: date) -> DailySheet:
    """The sheet as it was made. Error: NotFound "daily.no_sheet"."""
    row = DailySheet.objects.filter(day=day, state=SheetState.MADE).first()
    if row is None:
        raise NotFound("daily.no_sheet")
    return row


def todays_sheet(at: datetime) -> DailySheet | None:
    """That of the Beijing day of `at` in whatever state, None while nobody has asked for it."""
    return DailySheet.objects.filter(day=beijing_day(at)).first()


def earlier_days(day: date) -> list[date]:
    """The last days before that one which have a sheet, newest first."""
    made = DailySheet.objects.filter(state=SheetState.MADE, day__lt=day).order_by("-day")
    return list(made.values_list("day", flat=True)[:EARLIER_SHOWN])


def changed_duty(sheet: DailySheet) -> DutyDay | None:
    """Who is on duty, when that was entered after the sheet was made; else None."""
    return DutyDay.objects.filter(day=sheet.day, entered_at__gt=sheet.made_at).first()


def reads_it(member: Member, at: datetime) -> bool:
    """Whether texts to him are still wanted: his consent to be called was not taken back."""
    consents = Consent.objects.filter(member=member, purpose="callout", given_at__lte=at)
    return not consents.exists() or consents.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=at)).exists()


def readers() -> list[SheetReader]:
    """Those who agreed to get the summary, in the order in which they were entered."""
    return list(SheetReader.objects.select_related("member__unit").order_by("pk"))


def readers_to_send(at: datetime) -> list[Member]:
    """Those of them who can be sent a text at this moment."""
    members = [row.member for row in readers() if row.member.state == MemberState.ACTIVE]
    return [member for member in members if has_mobile(member) and reads_it(member, at)]


@dataclass(frozen=True, slots=True)
class TextsSent:
    """What became of a morning's summaries. Counts of messages; `waiting` includes handed over and not yet reported."""

    all: int
    delivered: int
    failed: int
    waiting: int


def texts_of(day: date) -> TextsSent:
    start = ref_of(day, 0).removesuffix("0")
    rows = OutMessage.objects.filter(kind=KIND, ref__startswith=start)
    states = list(rows.values_list("state", flat=True))
    delivered = states.count(MessageState.DELIVERED)
    failed = sum(state in (MessageState.FAILED, MessageState.CALL_LIST, MessageState.CANCELLED) for state in states)
    return TextsSent(len(states), delivered, failed, len(states) - delivered - failed)


def names_on_offer() -> tuple[list[str], list[str]]:
    """(leaders, officers): names of the office's accounts in those roles, offered while typing."""
    rows = list(Account.objects.filter(active=True, unit_path="").order_by("name").values_list("role", "name"))
    leaders = [name for role, name in rows if role in LEADERS and name]
    return leaders, [name for role, name in rows if role in OFFICERS and name]


@dataclass(frozen=True, slots=True)
class Ending:
    """A certificate that ends within 60 days; its holder is read now, so that an erased one has no name any more."""

    member: Member
    capability: str
    valid_to: date


def endings(holdings: list[list[object]]) -> list[Ending]:
    """The holders of certificates as the sheet keeps them: [[member id, capability, last day]]."""
    people = Member.objects.select_related("unit").in_bulk([pk for pk, _slug, _day in holdings])
    return [Ending(people[pk], slug, date.fromisoformat(day)) for pk, slug, day in holdings if pk in people]
