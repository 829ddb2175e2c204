"""The dry run of a roster: the codec's verdicts, held against the units and members that are already on the books."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from muster.access.fields import blind_index
from muster.apps.people.catalogue import packaged_names
from muster.apps.people.erasure import erased_numbers
from muster.apps.people.models import Capability, ColumnMap, Member, Unit, UnitKind
from muster.codecs.header import Table
from muster.codecs.own_columns import known_again
from muster.codecs.roster import RosterResult, RosterRow, RosterRules, RowResult, check_roster, find_roster
from muster.codecs.units_list import KnownUnits, Place, read_units, units_sheet_name
from muster.codecs.workbook import Workbook, open_workbook

LONGEST_NUMBER, LONGEST_TEAM = 20, 60  # as the columns of the register are
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Known:
    """What is on the books of a member, as far as an import must know it."""

    pk: int
    number: str
    name: str
    id_index: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that was checked: verdicts, where its table stands, the units it lists, and the hash of what was accepted.

    `matches` says for a sheet row whose entry it updates; other accepted rows enrol somebody.
    """

    workbook: Workbook
    table: Table
    result: RosterResult
    listed_units: tuple[Place, ...]
    matches: dict[int, Known]
    file_hash: str

    @property
    def verdict_hash(self) -> str:
        """SHA-256 over all verdicts: equal when a second check came to the same."""
        digest = hashlib.sha256(self.file_hash.encode())
        for row in self.result.rows:
            known = self.matches.get(row.sheet_row)
            digest.update(repr((row, known.pk if known else None)).encode())
        return digest.hexdigest()


def check_people(
    data: bytes, datum: str, as_of: date, *, units_data: bytes | None = None, progress: Progress | None = None
) -> Checked:
    """Check a roster without writing anything.

    Units known are those on the books, those of the workbook's own list and those of `units_data` (a CSV or workbook).
    Errors: Unreadable and InvalidInput of the codecs ("file.…", "units.…", "geo.datum_unknown").
    """
    workbook = open_workbook(data)
    table = known_again(workbook, remembered_columns()) or find_roster(workbook)
    listed = _listed_units(workbook, table, units_data)
    rules = RosterRules(units=known_units(listed), capabilities=capability_names(), datum=datum, as_of=as_of)
    result = check_roster(table, rules, progress)
    rows, matches = against_books(result.rows)
    return Checked(
        workbook=workbook,
        table=table,
        result=replace(result, rows=rows, new_teams=_new_teams(rows, rules.units)),
        listed_units=listed,
        matches=matches,
        file_hash=hashlib.sha256(data).hexdigest(),
    )


def remembered_columns() -> dict[str, list[str]]:
    """Header rows that somebody has named: fingerprint -> field per column."""
    return dict(ColumnMap.objects.values_list("fingerprint", "fields"))


def _listed_units(workbook: Workbook, table: Table, units_data: bytes | None) -> tuple[Place, ...]:
    places: list[Place] = []
    own = units_sheet_name(workbook, table.sheet.name)
    if own is not None:
        places += read_units(workbook, own)
    if units_data is not None:
        places += read_units(open_workbook(units_data))
    return tuple(dict.fromkeys(places))


def known_units(listed: Iterable[Place] = ()) -> KnownUnits:
    """The units on the books and those listed."""
    villages = Unit.objects.filter(kind=UnitKind.VILLAGE).values_list("parent__name", "place", "name")
    places = [(town, place or name) for town, place, name in villages]
    teams = Unit.objects.filter(kind=UnitKind.TEAM).values_list("name", flat=True)
    return KnownUnits.of([*places, *listed], teams)


def capability_names() -> dict[str, str]:
    """Names in both languages -> slug; those of the package while the register is empty."""
    names: dict[str, str] = {}
    rows = list(Capability.objects.values_list("slug", "zh", "en")) or packaged_names()
    for slug, zh, en in rows:
        names |= {zh: slug, en: slug, slug: slug}
    return names


def _new_teams(rows: Iterable[RowResult], units: KnownUnits) -> dict[str, int]:
    teams = Counter(row.data.team for row in rows if row.data and row.data.team)
    return {team: size for team, size in sorted(teams.items()) if team not in units.teams}


def against_books(rows: list[RowResult]) -> tuple[list[RowResult], dict[int, Known]]:
    """Find whose entry each row updates: by member number, then by ID number; refuse rows that fit two people."""
    by_number, by_id = _books()
    erased = erased_numbers()
    matches: dict[int, Known] = {}
    taken: dict[int, int] = {}
    verdicts = []
    for row in rows:
        verdict, known = (row, None) if row.data is None else _judge(row, row.data, by_number, by_id)
        if row.data is not None and row.data.member_no in erased:
            verdict, known = _refused(row, "member_erased", "member_no"), None
        if known is not None and taken.setdefault(known.pk, row.sheet_row) != row.sheet_row:
            verdict, known = _refused(row, "member_twice", "member_no", str(taken[known.pk])), None
        if known is not None:
            matches[row.sheet_row] = known
        verdicts.append(verdict)
    return verdicts, matches


def _books() -> tuple[dict[str, Known], dict[str, Known]]:
    found = [Known(*values) for values in Member.objects.values_list("pk", "number", "name", "id_index")]
    return {known.number: known for known in found}, {known.id_index: known for known in found if known.id_index}


def _judge(
    row: RowResult, data: RosterRow, by_number: dict[str, Known], by_id: dict[str, Known]
) -> tuple[RowResult, Known | None]:
    if len(data.member_no) > LONGEST_NUMBER:
        return _refused(row, "text_too_long", "member_no"), None
    if len(data.team) > LONGEST_TEAM:
        return _refused(row, "text_too_long", "unit"), None
    return _match(row, data, by_number, by_id) if by_number else (row, None)


def _match(
    row: RowResult, data: RosterRow, by_number: dict[str, Known], by_id: dict[str, Known]
) -> tuple[RowResult, Known | None]:
    index = blind_index("id", data.id_number)
    numbered, identified = by_number.get(data.member_no), by_id.get(index)
    if numbered is None:
        if identified is not None and data.member_no:
            return replace(row, warnings=(*row.warnings, "member_no_differs")), identified
        return row, identified
    if identified is not None and identified.pk != numbered.pk:
        return _refused(row, "id_of_another", "id_number", identified.number), None
    if identified is None and numbered.id_index and numbered.name != data.name:
        return _refused(row, "member_no_of_another", "member_no"), None
    return row, numbered


def _refused(row: RowResult, code: str, column: str, *hints: str) -> RowResult:
    offered = ((code, hints),) if hints else ()
    return RowResult(row.sheet_row, None, (code,), columns=((code, column),), hints=offered)
