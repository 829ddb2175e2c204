"""What the start page shows: the import that fills an empty system, its rows to mend, the strength, the first answers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from muster.access.models import Account, Role
from muster.access.rights import Actor
from muster.apps.people.actions.mending import open_rows, rules_of
from muster.apps.people.actions.runs import AT_ONCE
from muster.apps.people.models import Capability, ImportRun, ImportState, Member
from muster.apps.people.reads.rest import SEALED_FIELDS, Fault, RestRow, suggestion
from muster.apps.plans.checks import Shown, books_moved, newest_checks
from muster.apps.plans.models import CheckState, PlanCheck
from muster.apps.service.reads.listing import Asked, Count, people_list
from muster.codecs.roster import RosterRules

SHOWN_ROWS = 100


@dataclass(frozen=True, slots=True)
class Cell:
    """A faulty cell: its field, the office's own name of the column, what is shown in the input, what stood there."""

    field: str
    header: str
    value: str
    written: str
    sealed: bool
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mendable:
    """A refused row on the page; `code` is the fault it is listed under."""

    sheet_row: int
    name: str
    place: str
    code: str
    codes: tuple[tuple[str, tuple[str, ...]], ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows with the same fault; `suggested` of them have a likeliest name on offer."""

    code: str
    rows: tuple[Mendable, ...]
    suggested: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of the strength: `share` is the bar's length by square root, 0..1."""

    key: str
    thing: object
    heads: int
    share: float


@dataclass(frozen=True, slots=True)
class Answers:
    """The shipped plans with their answers; `first` is the one to show large: the first that fails, else the first."""

    shown: tuple[Shown, ...]
    first: Shown | None
    moved: bool
    working: bool


def is_empty() -> bool:
    """Whether no member is on the books yet."""
    return not Member.objects.exists()


def lacks_head() -> bool:
    """Whether nobody holds the account of an office head yet."""
    return not Account.objects.filter(role=Role.OFFICE_HEAD, active=True).exists()


def start_run() -> ImportRun | None:
    """The import that the page is about: the newest that was taken over, else the newest."""
    runs = ImportRun.objects.filter(kind__in=AT_ONCE).order_by("-pk")
    return runs.filter(state=ImportState.DONE).first() or runs.first()


def other_runs(run: ImportRun | None) -> list[ImportRun]:
    """Files handed in here that are not on the books: one that came second, one that could not be read."""
    rest = ImportRun.objects.filter(kind__in=AT_ONCE).exclude(state=ImportState.DONE).order_by("-pk")
    return [other for other in rest[:5] if run is None or other.pk != run.pk]


def groups(run: ImportRun) -> tuple[Group, ...]:
    """The refused rows by fault, most frequent first; empty when none are kept."""
    rest = open_rows(run)
    if rest is None:
        return ()
    rules = rules_of(run, rest)
    found: dict[str, list[Mendable]] = defaultdict(list)
    for row in rest.rows.values():
        one = mendable(row, rest.headers, rules)
        found[one.code].append(one)
    return tuple(
        Group(code, tuple(rows[:SHOWN_ROWS]), sum(bool(row.cells and row.cells[0].hints) for row in rows))
        for code, rows in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    )


def mendable(row: RestRow, headers: dict[str, str], rules: RosterRules) -> Mendable:
    """A row as the page shows it: only the cells that are wrong can be typed anew."""
    cells = tuple(_cell(row, fault, headers, rules) for fault in row.faults if fault.field in headers)
    place = " ".join(filter(None, (row.text("town"), row.text("village"))))
    code = row.faults[0].code if row.faults else ""
    return Mendable(row.sheet_row, row.text("name"), place, code, tuple((f.code, f.hints) for f in row.faults), cells)


def _cell(row: RestRow, fault: Fault, headers: dict[str, str], rules: RosterRules) -> Cell:
    sealed = fault.field in SEALED_FIELDS
    offered = suggestion(row, fault, rules)
    value = "" if sealed else offered or row.text(fault.field)
    hints = (offered, *fault.hints[1:]) if offered else ()
    return Cell(fault.field, headers[fault.field], value, row.shown(fault.field), sealed, hints)


def answers() -> Answers:
    """All shipped plans with their newest answers."""
    shown = newest_checks()
    answered = [one for one in shown if one.check is not None]
    short = [one for one in answered if one.check.outcome == "short"]
    working = any(one.waiting or (one.check and one.check.state == CheckState.ANSWERED) for one in shown)
    oldest = min((one.check.books_seq for one in answered), default=None)
    return Answers(
        shown=shown,
        first=next(iter(short or answered), None),
        moved=oldest is not None and not any(one.waiting for one in shown) and books_moved(oldest),
        working=working,
    )


def strength(actor: Actor, at: datetime) -> dict[str, object]:
    """Bars by capability and by unit, strongest first, with the heads of the people list itself."""
    listed = people_list(actor, Asked(), at)
    return {
        "by_capability": _bars(listed.capabilities),
        "by_unit": _bars(one for one in listed.units if one.heads),
        "members": listed.total,
        "lapsed": next((one.heads for one in listed.groups if one.key == "expired"), 0),
    }


def _bars(counts: object) -> list[Bar]:
    rows: list[Count] = sorted(counts, key=lambda one: -one.heads)
    most = max((one.heads for one in rows), default=0) or 1
    return [Bar(one.key, one.thing, one.heads, (one.heads / most) ** 0.5) for one in rows]


@dataclass(frozen=True, slots=True)
class Concerned:
    """Somebody an answer speaks of; `holding` is the certificate to renew, `capability` what it or the training is for."""

    member: Member
    capability: Capability | None
    valid_to: object


def concerned(check: PlanCheck, part: str) -> list[Concerned]:
    """Who is meant: `part` is "alert", "later" or the place of a repair in its list. Empty for what there is not."""
    repairs, later = check.result.get("repairs", []), check.result.get("later") or {}
    if part == "alert":
        return [Concerned(member, None, None) for member in _members(check.result.get("alert", []))]
    repair = later.get("renewal") if part == "later" else None
    if part.isascii() and part.isdigit() and int(part) < len(repairs):
        repair = repairs[int(part)]
    if not repair:
        return []
    slugs = {row.slug: row for row in Capability.objects.all()}
    pairs = [tuple(pair) for pair in repair["holdings"]] or [(pk, repair["capability"]) for pk in repair["members"]]
    people = {member.pk: member for member in _members([pk for pk, _ in pairs])}
    return [Concerned(people[pk], slugs.get(slug), _ends(people[pk], slug)) for pk, slug in pairs if pk in people]


def _members(ids: list[int]) -> list[Member]:
    return list(
        Member.objects.filter(pk__in=ids)
        .select_related("unit", "home_unit__parent")
        .prefetch_related("holdings__capability")
    )


def _ends(member: Member, slug: str) -> object:
    return next((held.valid_to for held in member.holdings.all() if held.capability.slug == slug), None)
