"""The journal for auditor and office head: filtered, masked, in words, with the state of its chains."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.access import actions
from muster.access.models import Account, Role
from muster.access.pages import needs
from muster.access.rights import Right
from muster.jobs import clock
from muster.journal import export, heads, sentences
from muster.journal.models import Entry, Stream
from muster.journal.verify import head_fits, verify_stream

PAGE = 50
CHAINS_SHOWN = 6
FIRST_YEAR, LAST_YEAR = 1900, 2199
# Acts by which somebody got to see or carry away personal data or the journal itself.
SENSITIVE = (
    "number.unmasked",
    "people.exported",
    "people.call_list_opened",
    "import.refused_taken",
    "journal.exported",
)


@dataclass(frozen=True, slots=True)
class Query:
    """Filters as they came; values that mean nothing are dropped. `before` is an entry id to page on from."""

    stream: str = ""
    action: str = ""
    actor: str = ""
    day: str = ""
    until: str = ""
    incident: str = ""
    sensitive: str = ""
    before: int = 0

    @classmethod
    def of(cls, given: QueryDict) -> Query:
        before, incident = given.get("before", ""), given.get("incident", "")
        return cls(
            stream=given.get("stream", ""),
            action=given.get("action", ""),
            actor=given.get("actor", ""),
            day=given.get("day", "") if _day(given.get("day", "")) else "",
            until=given.get("until", "") if _day(given.get("until", "")) else "",
            incident=incident if incident.isascii() and incident.isdecimal() and len(incident) < 16 else "",
            sensitive="1" if given.get("sensitive") == "1" else "",
            before=int(before) if before.isdecimal() and len(before) < 16 else 0,
        )

    def address(self, **more: object) -> str:
        return urlencode({**self.chosen(), **{name: value for name, value in more.items() if value}})

    def chosen(self) -> dict[str, str]:
        """The filters that are set, without the page."""
        names = ("stream", "action", "actor", "day", "until", "incident", "sensitive")
        return {name: str(getattr(self, name)) for name in names if getattr(self, name)}


@dataclass(frozen=True, slots=True)
class Row:
    at: datetime
    stream_words: str
    seq: int
    actor_words: str
    sentence: str
    person: str
    details: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ChainRow:
    name: str
    words: str
    count: int
    holds: bool = True
    said: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    query: Query
    rows: list[Row]
    older: str
    newer: str
    streams: list[ChainRow]
    actions: list[tuple[str, str]]
    actors: list[tuple[str, str]]
    chains: list[ChainRow]
    checked: bool
    check_address: str


@needs(Right.SEE_JOURNAL)
def journal(request: HttpRequest) -> HttpResponse:
    """`?stream=&action=&actor=&day=&before=`; `check=1` walks the chosen chain from its first entry."""
    query = Query.of(request.GET)
    context = {
        "nav": "journal",
        "page": _page(query, checked=request.GET.get("check") == "1"),
        "chosen": query.chosen(),
        "public_key": export.public_key(),
    }
    return render(request, "access/journal.html", context)


@needs(Right.SEE_JOURNAL)
@require_POST
def journal_export(request: HttpRequest) -> HttpResponse:
    """The chosen entries as a ZIP that proves itself; that it was taken stands in the journal before it leaves."""
    query = Query.of(request.POST)
    at = clock.now()
    packed, count = export.make_export(_entries(query), asked=query.chosen(), by=request.actor.ref, at=at)
    actions.note_export(request.actor, count, query.chosen())
    answer = HttpResponse(packed, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="journal-{at:%Y%m%d-%H%M}.zip"'
    answer["Cache-Control"] = "no-store"
    return answer


def _page(query: Query, *, checked: bool) -> Page:
    found = list(_entries(query)[: PAGE + 1])
    names = _account_names()
    streams = [
        ChainRow(row.name, stream_words(row.name), row.count) for row in Stream.objects.order_by("-count", "name")
    ]
    return Page(
        query=query,
        rows=[_row(entry, names) for entry in found[:PAGE]],
        older=query.address(before=found[PAGE - 1].pk) if len(found) > PAGE else "",
        newer=query.address() or "before=" if query.before else "",
        streams=streams,
        actions=sorted((code, sentences.words_of(code)) for code in _distinct("action")),
        actors=sorted((ref, _actor_words(ref, names)) for ref in _distinct("actor")),
        chains=_chains(query, streams, checked=checked),
        checked=checked,
        check_address=query.address(check=1),
    )


def _distinct(column: str) -> list[str]:
    return list(Entry.objects.order_by(column).values_list(column, flat=True).distinct()[:500])


def _entries(query: Query) -> QuerySet[Entry]:
    entries = Entry.objects.select_related("stream").order_by("-pk")
    if query.stream:
        entries = entries.filter(stream__name=query.stream)
    if query.action:
        entries = entries.filter(action=query.action)
    if query.actor:
        entries = entries.filter(actor=query.actor)
    if query.incident:
        entries = entries.filter(stream__name=f"incident:{query.incident}")
    if query.sensitive:
        entries = entries.filter(action__in=SENSITIVE)
    if query.before:
        entries = entries.filter(pk__lt=query.before)
    start, last = _day(query.day), _day(query.until)
    if start:
        entries = entries.filter(at__gte=start)
    end = last or start  # a first day alone means that day
    return entries.filter(at__lt=end + timedelta(days=1)) if end else entries


def _day(text: str) -> datetime | None:
    """Start of a Beijing day, None for what is no date."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:  # at the ends of the calendar there is no other time zone, no next day
        return None
    return datetime(day.year, day.month, day.day, tzinfo=get_default_timezone())


def _account_names() -> dict[str, str]:
    """Accounts by reference; members by number only."""
    return {
        f"account:{account.pk}": account.member_ref if account.role == Role.MEMBER else account.name
        for account in Account.objects.all()
    }


def _actor_words(ref: str, names: dict[str, str]) -> str:
    fixed = {"system": _("System"), "stranger": _("Somebody not signed in"), "console": _("At the machine")}
    return names.get(ref) or fixed.get(ref) or ref.removeprefix("member:")


def stream_words(name: str) -> str:
    """A chain's name in words."""
    kind, _colon, number = name.partition(":")
    if kind == "incident":
        return _("Incident %(number)s") % {"number": number}
    words = {
        "people": _("People"),
        "plans": _("Plans"),
        "service": _("Service"),
        "daily": _("Daily sheet"),
        "maps": _("Roads and maps"),
        "security": _("Accounts and logins"),
    }
    return words.get(kind, name)


def _row(entry: Entry, names: dict[str, str]) -> Row:
    return Row(
        at=entry.at,
        stream_words=stream_words(entry.stream.name),
        seq=entry.seq,
        actor_words=_actor_words(entry.actor, names),
        sentence=sentences.sentence(entry, dict(Role.choices)),
        person=entry.person,
        details=sentences.details(entry),
    )


def _chains(query: Query, streams: list[ChainRow], *, checked: bool) -> list[ChainRow]:
    """The chosen chain, or one line for all of them: does every head agree with its mark in the second file?"""
    marks = heads.noted()
    chosen = [row for row in streams if row.name == query.stream]
    if chosen and checked:
        report = verify_stream(query.stream, marks.get(query.stream, {}))
        said = (
            _("every entry checked, nothing changed, missing or reordered") if report.holds else _faults(report.faults)
        )
        return [replace(chosen[0], count=report.count, holds=report.holds, said=said)]
    rows = {row.name: row for row in Stream.objects.all()}
    broken = [row for row in chosen or streams if not head_fits(rows[row.name], marks.get(row.name, {}))]
    if broken:
        return [
            replace(row, holds=False, said=_("does not fit its mark in the second file"))
            for row in broken[:CHAINS_SHOWN]
        ]
    total = sum(row.count for row in chosen or streams)
    words = chosen[0].words if chosen else _("All chains")
    return [ChainRow("", words, total, said=_("%(count)s entries, ends agree with the second file") % {"count": total})]


def _faults(faults: list[tuple[str, int]]) -> str:
    words = {
        "changed": _("entry %(seq)s was changed"),
        "missing": _("entry %(seq)s is missing"),
        "doubled": _("entry %(seq)s stands twice"),
        "unlinked": _("entry %(seq)s does not follow the one before"),
        "head": _("the last entry is not number %(seq)s as its head says"),
        "cut": _("the end was cut off from entry %(seq)s on"),
        "marks": _("entry %(seq)s does not fit its mark in the second file"),
        "gone": _("the whole chain of %(seq)s entries is gone"),
    }
    return "; ".join(words[code] % {"seq": seq} for code, seq in faults)
