"""The calendar of certificates: which end in which month, and who can no longer do what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from muster.access.rights import Actor
from muster.apps.people.models import Capability, Holding, MemberState, Unit
from muster.apps.people.reads.dated import DatedHolding, dated
from muster.apps.people.reads.scope import visible_members, visible_units

MONTHS = 12
SHOWN = 200
OVER, LATER = "over", "later"
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class AskedDates:
    """What the calendar was asked for; `when` is "over" (run out already), "2026-07", "later", or "" for what has run
    out and what ends this month. Unknown words fall back to nothing chosen."""

    unit: str = ""
    capability: str = ""
    when: str = ""

    @staticmethod
    def of(query: Mapping[str, str], day: date) -> AskedDates:
        when = query.get("when", "")
        known = {OVER, LATER, *(month_key(month) for month in months_from(day))}
        unit, capability = query.get("unit", ""), query.get("capability", "")
        return AskedDates(unit[:40], capability[:40], when if when in known else "")


@dataclass(frozen=True, slots=True)
class Cell:
    """Certificates of one capability that end in one month; `depth` 0..4 is how dark the cell is."""

    when: str
    count: int
    depth: int


@dataclass(frozen=True, slots=True)
class Strip:
    """One capability: how many have run out, how many end in each month, how many later."""

    capability: Capability
    over: Cell
    cells: tuple[Cell, ...]
    later: Cell


@dataclass(frozen=True, slots=True)
class Calendar:
    """The strips and the list that was asked for; `rows` holds SHOWN of them at most, `total` counts all."""

    asked: AskedDates
    months: tuple[date, ...]
    strips: tuple[Strip, ...]
    rows: tuple[DatedHolding, ...]
    total: int
    people: int
    lost: tuple[tuple[Capability, int], ...]


def months_from(day: date) -> tuple[date, ...]:
    """First days of the month of `day` and of the following ones, MONTHS of them."""
    first = day.year * 12 + day.month - 1
    return tuple(date((first + n) // 12, (first + n) % 12 + 1, 1) for n in range(MONTHS))


def month_key(day: date) -> str:
    return f"{day:%Y-%m}"


def dated_holdings(actor: Actor, asked: AskedDates) -> QuerySet[Holding]:
    """Certificates with an end of active members whom the actor sees, of the unit and capability asked for."""
    members = visible_members(actor).filter(state=MemberState.ACTIVE)
    if asked.unit:
        members = members.filter(_in_unit(visible_units(actor).filter(code=asked.unit).first()))
    found = Holding.objects.filter(valid_to__isnull=False, member__in=members.values("pk"))
    return found.filter(capability__slug=asked.capability) if asked.capability else found


def _in_unit(unit: Unit | None) -> Q:
    """Who serves or lives in it or below it; nobody for an unknown one."""
    if unit is None:
        return Q(pk__in=[])
    below = unit.path + "/"
    serving = Q(unit__path=unit.path) | Q(unit__path__startswith=below)
    return serving | Q(home_unit__path=unit.path) | Q(home_unit__path__startswith=below)


def listed(found: QuerySet[Holding], asked: AskedDates, day: date) -> QuerySet[Holding]:
    """Those of the list, first to end first."""
    months = months_from(day)
    after = _next_month(months[-1])
    if asked.when == OVER:
        found = found.filter(valid_to__lt=day)
    elif asked.when == LATER:
        found = found.filter(valid_to__gte=after)
    elif asked.when:
        first = date.fromisoformat(asked.when + "-01")
        found = found.filter(valid_to__gte=max(first, day), valid_to__lt=_next_month(first))
    else:
        found = found.filter(valid_to__lt=_next_month(months[0]))
    rows = found.select_related("member__unit__parent", "capability").defer("member__id_number", "member__phone")
    return rows.order_by("valid_to", "member__sort_pinyin", "pk")


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def calendar_of(actor: Actor, asked: AskedDates, day: date) -> Calendar:
    """The calendar as of the Beijing day `day`. The strips take all capabilities; the list is cut to what was asked."""
    everything = dated_holdings(actor, AskedDates(unit=asked.unit))
    months = months_from(day)
    counts = _counts(everything, months, day)
    chosen = listed(dated_holdings(actor, asked), asked, day)
    rows = tuple(dated(row, day) for row in chosen[:SHOWN])
    return Calendar(
        asked=asked,
        months=months,
        strips=_strips(counts, months),
        rows=rows,
        total=chosen.count(),
        people=chosen.order_by().values("member_id").distinct().count(),
        lost=_lost(counts),
    )


def _counts(found: QuerySet[Holding], months: tuple[date, ...], day: date) -> Counter[Key]:
    """(capability id, "over" | "2026-07" | "later") -> certificates; what ran out earlier this month is over."""
    after = _next_month(months[-1])
    counts: Counter[Key] = Counter()
    for capability, last in found.values_list("capability_id", "valid_to"):
        when = OVER if last < day else LATER if last >= after else month_key(last)
        counts[capability, when] += 1
    return counts


def _strips(counts: Counter[Key], months: tuple[date, ...]) -> tuple[Strip, ...]:
    keys = [month_key(month) for month in months]
    most = max((counts[key] for key in counts if key[1] in keys), default=1)

    def cell(pk: int, when: str) -> Cell:
        count = counts[pk, when]
        return Cell(when, count, min(4, -(-4 * count // most)))

    known = {capability for capability, _when in counts}
    return tuple(
        Strip(
            capability=one,
            over=cell(one.pk, OVER),
            cells=tuple(cell(one.pk, key) for key in keys),
            later=Cell(LATER, counts[one.pk, LATER], 0),
        )
        for one in Capability.objects.filter(pk__in=known)
    )


def _lost(counts: Counter[Key]) -> tuple[tuple[Capability, int], ...]:
    """Capabilities that people can no longer be called for, most people first."""
    names = {one.pk: one for one in Capability.objects.all()}
    found = [(names[pk], count) for (pk, when), count in counts.items() if when == OVER]
    return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0].bit)))
