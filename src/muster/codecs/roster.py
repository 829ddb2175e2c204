"""Checks a roster row by row: what is refused and why, what was repaired, what is to be warned of.

Nothing is guessed: a row is refused for a named reason or accepted, and every repair is reported. A refused row has
no repairs or warnings, since it will be looked at by a person anyway.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from muster.codecs.header import Table, find_table
from muster.codecs.near import NearNames
from muster.codecs.roster_columns import REQUIRED, roster_field
from muster.codecs.roster_model import CertificateRow, RosterResult, RosterRow, RosterRules, RowResult
from muster.codecs.roster_row import RowCheck
from muster.codecs.workbook import Workbook

__all__ = [
    "CertificateRow",
    "RosterResult",
    "RosterRow",
    "RosterRules",
    "RowResult",
    "check_roster",
    "check_rows",
    "find_roster",
]

Progress = Callable[[int, int], None]
PROGRESS_EVERY = 500


def find_roster(workbook: Workbook, sheet_name: str | None = None) -> Table:
    """The roster in a workbook. Errors as `find_table`."""
    return find_table(workbook, roster_field, REQUIRED, sheet_name)


def check_roster(table: Table, rules: RosterRules, progress: Progress | None = None) -> RosterResult:
    """Checks every row below the header; `progress(done, total)` is called now and then, the last time at the end."""
    rows: list[RowResult] = []
    total = max(0, table.sheet.height - table.header_row)
    for verdict in check_rows(table, rules):
        rows.append(verdict)
        if progress and len(rows) % PROGRESS_EVERY == 0:
            progress(min(len(rows), total), total)
    if progress:
        progress(total, total)
    teams = Counter(row.data.team for row in rows if row.data and row.data.team)
    new = {team: size for team, size in sorted(teams.items()) if team not in rules.units.teams}
    return RosterResult(rows, new, table.unknown_headers)


def check_rows(table: Table, rules: RosterRules) -> Iterator[RowResult]:
    """The verdicts one by one. A number that an earlier row bears too, refused or not, makes the later one a double."""
    near = NearNames()
    seen_ids: dict[str, int] = {}
    seen_numbers: dict[str, int] = {}
    for sheet_row, cells in table.rows():
        check = RowCheck(table, cells, rules, near)
        data = check.row()
        for value, seen, code, column in (
            (check.id_value, seen_ids, "id_duplicate", "id_number"),
            (check.member_no, seen_numbers, "member_no_duplicate", "member_no"),
        ):
            if value and seen.setdefault(value, sheet_row) != sheet_row:
                check.reject(code, column, str(seen[value]))
        yield check.verdict(sheet_row, data)
