"""The people list: filters with their counts, search, order and one page of rows, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.models import Prefetch, Q, QuerySet
from numpy.typing import NDArray

from muster.access.rights import Actor
from muster.apps.people.models import Capability, Holding, Member, MemberState, Unit, UnitKind
from muster.apps.people.reads import MemberArrays, holding_state, member_arrays, visible_members
from muster.apps.people.reads.validity import soon_lapsing
from muster.apps.service.reads.turnout import turnout
from muster.apps.service.reads.whereabouts import committed_ids
from muster.codecs.text import normal, without_spaces
from muster.core.units import beijing_day

PAGE_ROWS = 50
GROUPS = ("all", "today", "away", "expired", "soon", "inactive")
SORTS = {"pinyin": "sort_pinyin", "stroke": "sort_stroke"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list was asked for (`unit` is a unit's code); unknown words fall back to the first choice."""

    group: str = "all"
    capability: str = ""
    unit: str = ""
    q: str = ""
    sort: str = "pinyin"
    page: int = 1

    @staticmethod
    def of(query: Mapping[str, str]) -> Asked:
        group, sort = query.get("group", ""), query.get("sort", "")
        page = query.get("page", "")
        return Asked(
            group=group if group in GROUPS else "all",
            capability=query.get("capability", ""),
            unit=query.get("unit", ""),
            q=query.get("q", "").strip()[:60],
            sort=sort if sort in SORTS else "pinyin",
            page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
        )


@dataclass(frozen=True, slots=True)
class Count:
    """A filter of the rail: key, the thing it stands for (a capability, a unit or None) and heads."""

    key: str
    thing: object
    heads: int


@dataclass(frozen=True, slots=True)
class Row:
    """One member of the list. `certificate` is the one that ends first, None where none ends."""

    member: Member
    age: int | None
    capabilities: tuple[Capability, ...]
    certificate: Holding | None
    certificate_state: str
    days_left: int
    now: str
    accept: float
    prior: bool

    @property
    def days_over(self) -> int:
        return -self.days_left


@dataclass(frozen=True, slots=True)
class PeopleList:
    """One page and everything around it. `units` are the towns, the villages of the chosen town, and the teams."""

    asked: Asked
    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int
    groups: tuple[Count, ...]
    capabilities: tuple[Count, ...]
    units: tuple[Count, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Who:
    """Sets of member ids that filters and the column "now" need; `seen` are all that the actor may see."""

    arrays: MemberArrays
    shown: NDArray[np.bool_]
    committed: set[int]
    expired: set[int]
    soon: set[int]
    units: tuple[Unit, ...]

    def of_unit(self, unit: Unit) -> NDArray[np.bool_]:
        """Who belongs to a unit: a town by residence, a village by service or residence, others by service."""
        if unit.kind == UnitKind.TOWN:
            return self.arrays.town == self.arrays.towns.index(unit.path)
        serving = self.arrays.unit == unit.pk
        return serving | (self.arrays.home_unit == unit.pk) if unit.kind == UnitKind.VILLAGE else serving

    def ids(self, mask: NDArray[np.bool_]) -> set[int]:
        return set(self.arrays.ids[mask & self.shown].tolist())

    @property
    def usable(self) -> NDArray[np.bool_]:
        taken = np.isin(self.arrays.ids, np.array(sorted(self.committed), dtype=np.int64))
        return ~self.arrays.away & ~self.arrays.withdrawn & ~taken & (self.arrays.caps != 0)


def people_list(actor: Actor, asked: Asked, at: datetime) -> PeopleList:
    """The page of the list that was asked for, over the actor's part of the tree."""
    day = beijing_day(at)
    capabilities = list(Capability.objects.all())
    visible = visible_members(actor)
    who = _who(actor, visible, at, day)
    order = [pk for pk, _number in _found(visible, asked, _wanted(asked, who, capabilities))]
    pages = max(1, -(-len(order) // PAGE_ROWS))
    page = min(asked.page, pages)
    first = (page - 1) * PAGE_ROWS
    rows = _rows(order[first : first + PAGE_ROWS], who, at, day)
    inactive = visible.exclude(state=MemberState.ACTIVE).count()
    return PeopleList(
        asked,
        rows,
        len(order),
        page,
        pages,
        _groups(who, inactive),
        _by_capability(who, capabilities),
        _by_unit(who, asked),
    )


def listed_numbers(actor: Actor, asked: Asked, at: datetime) -> list[str]:
    """Numbers of all members on all pages of that list, in its order."""
    visible = visible_members(actor)
    who = _who(actor, visible, at, beijing_day(at))
    return [number for _pk, number in _found(visible, asked, _wanted(asked, who, Capability.objects.all()))]


def _found(visible: QuerySet[Member], asked: Asked, wanted: set[int] | None) -> list[tuple[int, str]]:
    """(id, number) of who passes search and filters, in order."""
    found = _search(visible, asked)
    if asked.group == "inactive":
        found = found.exclude(state=MemberState.ACTIVE)
    return [(pk, number) for pk, number in found.values_list("pk", "number") if wanted is None or pk in wanted]


def _who(actor: Actor, visible: QuerySet[Member], at: datetime, day: date) -> _Who:
    arrays = member_arrays(at)
    shown = np.ones(len(arrays), dtype=np.bool_)
    if actor.unit_path:
        shown = np.isin(arrays.ids, np.array(sorted(visible.values_list("pk", flat=True)), dtype=np.int64))
    return _Who(
        arrays=arrays,
        shown=shown,
        committed=committed_ids(at),
        expired=set(arrays.ids[arrays.lapsed != 0].tolist()),
        soon=set(soon_lapsing(day).values_list("member_id", flat=True)),
        units=tuple(Unit.objects.exclude(kind=UnitKind.OFFICE).order_by("path")),
    )


def _wanted(asked: Asked, who: _Who, capabilities: Iterable[Capability]) -> set[int] | None:
    """Ids that pass the filters of the rail; None when only inactive members are asked for."""
    if asked.group == "inactive":
        return None
    arrays = who.arrays
    masks = {
        "all": np.ones(len(arrays), dtype=np.bool_),
        "today": who.usable,
        "away": arrays.away,
        "expired": np.isin(arrays.ids, np.array(sorted(who.expired), dtype=np.int64)),
        "soon": np.isin(arrays.ids, np.array(sorted(who.soon), dtype=np.int64)),
    }
    mask = masks[asked.group]
    bit = next((one.bit for one in capabilities if one.slug == asked.capability), None)
    if bit is not None:
        mask = mask & ((arrays.caps >> np.uint64(bit)) & np.uint64(1)).astype(np.bool_)
    unit = next((one for one in who.units if one.code == asked.unit), None)
    if unit is not None:
        mask = mask & who.of_unit(unit)
    return who.ids(mask)


def _search(visible: QuerySet[Member], asked: Asked) -> QuerySet[Member]:
    """Members whose name, initials or number begin with or hold what was typed, in the order asked for."""
    members = visible.order_by(SORTS[asked.sort], "number")
    text = without_spaces(normal(asked.q))
    if not text:
        return members
    if text.isascii():
        by_letters = Q(initials__startswith=text.casefold()) | Q(number__icontains=text) | Q(name__icontains=asked.q)
        return members.filter(by_letters)
    return members.filter(name__contains=text)


def _groups(who: _Who, inactive: int) -> tuple[Count, ...]:
    arrays = who.arrays
    active = who.ids(np.ones(len(arrays), dtype=np.bool_))
    heads = {
        "all": len(active),
        "today": len(who.ids(who.usable)),
        "away": len(who.ids(arrays.away)),
        "expired": len(who.expired & active),
        "soon": len(who.soon & active),
        "inactive": inactive,
    }
    return tuple(Count(key, None, heads[key]) for key in GROUPS)


def _by_capability(who: _Who, capabilities: Iterable[Capability]) -> tuple[Count, ...]:
    caps = who.arrays.caps[who.shown]
    found = [Count(one.slug, one, int(((caps >> np.uint64(one.bit)) & np.uint64(1)).sum())) for one in capabilities]
    return tuple(count for count in found if count.heads)


def _by_unit(who: _Who, asked: Asked) -> tuple[Count, ...]:
    """Towns, teams, and the villages of the town that was chosen or that holds the chosen village."""
    chosen = next((unit for unit in who.units if unit.code == asked.unit), None)
    open_town = (
        chosen.path if chosen and chosen.kind == UnitKind.TOWN else chosen.path.rpartition("/")[0] if chosen else ""
    )
    shown = [
        unit
        for unit in who.units
        if unit.kind in (UnitKind.TOWN, UnitKind.TEAM) or unit.path.rpartition("/")[0] == open_town
    ]
    found = [Count(unit.code, unit, int((who.of_unit(unit) & who.shown).sum())) for unit in shown]
    return tuple(count for count in found if count.heads)


def _rows(ids: list[int], who: _Who, at: datetime, day: date) -> tuple[Row, ...]:
    holdings = Prefetch("holdings", Holding.objects.select_related("capability").order_by("capability__bit"))
    members = Member.objects.filter(pk__in=ids).select_related("unit", "home_unit").defer("id_number", "phone")
    by_id = {member.pk: member for member in members.prefetch_related(holdings)}
    away = who.ids(who.arrays.away)
    said = turnout(np.array(ids, dtype=np.int64), at)
    return tuple(
        _row(by_id[pk], away, who.committed, day, float(accept), bool(prior))
        for pk, accept, prior in zip(ids, said.accept, said.prior, strict=True)
        if pk in by_id
    )


def _row(member: Member, away: set[int], committed: set[int], day: date, accept: float, prior: bool) -> Row:
    held = list(member.holdings.all())
    ending = [holding for holding in held if holding.valid_to is not None]
    first = min(ending, key=lambda holding: holding.valid_to, default=None)
    valid = [one.capability for one in held if holding_state(one, day) in ("valid", "soon")]
    return Row(
        member=member,
        age=age(member, day),
        capabilities=tuple(sorted(valid, key=lambda one: (not one.needs_certificate, one.bit))),
        certificate=first,
        certificate_state=holding_state(first, day) if first else "none",
        days_left=(first.valid_to - day).days if first else 0,
        now=whereabouts(member, away, committed),
        accept=accept,
        prior=prior,
    )


def age(member: Member, day: date) -> int | None:
    """Full years on `day`."""
    born = member.birth_date
    return None if born is None else day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def whereabouts(member: Member, away: set[int], committed: set[int]) -> str:
    """ "inactive", "committed", "away" or "here"."""
    if member.state != MemberState.ACTIVE:
        return "inactive"
    if member.pk in committed:
        return "committed"
    return "away" if member.pk in away else "here"
