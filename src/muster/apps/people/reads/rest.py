"""The refused rows of an import, kept so that they can be mended in place: cells as they were, and what is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from muster.apps.people.reads.rosters import Checked
from muster.codecs import idnumber, phone
from muster.codecs.header import Table
from muster.codecs.roster import RosterRules, RowResult, check_rows
from muster.codecs.roster_text import cell_text, split_capabilities
from muster.codecs.units_list import Place
from muster.codecs.workbook import Cell, Sheet, Workbook

SEALED_FIELDS = {"id_number", "phone"}
"""Never shown whole: who mends such a cell types it anew from the person's paper."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Code of a refusal, the field it is about, and near names or rows."""

    code: str
    field: str
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RestRow:
    """A refused row: cells by field, and its faults."""

    sheet_row: int
    cells: dict[str, Cell]
    faults: tuple[Fault, ...]

    def text(self, field: str) -> str:
        """A cell as text, "" for a blank one."""
        return cell_text(self.cells.get(field))

    def shown(self, field: str) -> str:
        """A cell as a page may show it: numbers of persons masked."""
        text = self.text(field)
        if field == "id_number":
            return idnumber.masked(text)
        return phone.masked(text) if field == "phone" else text


@dataclass(frozen=True, slots=True)
class Rest:
    """`fields` in the order of the sheet, `headers` as the office wrote them, `places` the units that its file lists."""

    fields: tuple[str, ...]
    headers: dict[str, str]
    places: tuple[Place, ...]
    rows: dict[int, RestRow]


def rest_of(checked: Checked) -> Rest:
    """What is left of a check when the good rows are taken over."""
    order = sorted(checked.table.columns, key=checked.table.columns.__getitem__)
    refused = {row.sheet_row: row for row in checked.result.rows if row.rejected}
    rows = {
        number: RestRow(
            number, {field: checked.table.cell(cells, field) for field in order}, faults_of(refused[number])
        )
        for number, cells in checked.table.rows()
        if number in refused
    }
    return Rest(tuple(order), _headers(checked.table), checked.listed_units, rows)


def _headers(table: Table) -> dict[str, str]:
    cells = next((cells for number, cells in table.sheet.rows() if number == table.header_row), [])
    return {field: str(table.cell(cells, field) or field) for field in table.columns}


def faults_of(row: RowResult) -> tuple[Fault, ...]:
    """The refusals of a verdict."""
    hints, fields = dict(row.hints), dict(row.columns)
    return tuple(Fault(code, fields.get(code, ""), hints.get(code, ())) for code in row.rejected)


def check_again(rest: Rest, row: RestRow, changes: Mapping[str, str], rules: RosterRules) -> tuple[Table, RowResult]:
    """The verdict on a row with some cells typed anew, and the table of this one row it was read from."""
    cells: list[Cell] = [changes.get(field, row.cells.get(field)) or None for field in rest.fields]
    sheet = Sheet("rest", True, (), row.sheet_row, lambda: iter([(row.sheet_row, cells)]))
    columns = {field: column for column, field in enumerate(rest.fields)}
    table = Table(sheet, row.sheet_row - 1, columns, ())
    return table, next(check_rows(table, rules))


def one_sheet(table: Table) -> Workbook:
    """A workbook around the table of one row."""
    return Workbook((table.sheet.name,), lambda _: table.sheet)


def suggestion(row: RestRow, fault: Fault, rules: RosterRules) -> str:
    """The whole cell with the likeliest name in place of the unknown one; "" where nothing is near enough."""
    if not fault.hints or fault.code not in ("unit_unknown", "capability_unknown"):
        return ""
    if fault.code == "unit_unknown":
        return fault.hints[0]
    names = split_capabilities(row.text(fault.field))
    unknown = [name for name in names if rules.capability(name) is None]
    return "、".join(fault.hints[0] if name in unknown[:1] else name for name in names)


def packed(rest: Rest) -> bytes:
    """For the vault."""
    rows = [
        [row.sheet_row, {name: _to_json(cell) for name, cell in row.cells.items()}, [_fault(f) for f in row.faults]]
        for row in rest.rows.values()
    ]
    body = {"fields": rest.fields, "headers": rest.headers, "places": rest.places, "rows": rows}
    return json.dumps(body, ensure_ascii=False).encode()


def unpacked(data: bytes) -> Rest:
    """What `packed` made."""
    body = json.loads(data)
    rows = [
        RestRow(number, {name: _from_json(cell) for name, cell in cells.items()}, tuple(_unfault(f) for f in faults))
        for number, cells, faults in body["rows"]
    ]
    places = tuple((town, village) for town, village in body["places"])
    return Rest(tuple(body["fields"]), body["headers"], places, {row.sheet_row: row for row in rows})


def _fault(fault: Fault) -> list[object]:
    return [fault.code, fault.field, list(fault.hints)]


def _unfault(stored: list[object]) -> Fault:
    code, field, hints = stored
    return Fault(str(code), str(field), tuple(hints))


def _to_json(cell: Cell) -> object:
    if isinstance(cell, datetime):
        return {"moment": cell.isoformat()}
    if isinstance(cell, date):
        return {"day": cell.isoformat()}
    return cell if cell is None or isinstance(cell, (str, int, float, bool)) else str(cell)


def _from_json(stored: object) -> Cell:
    if isinstance(stored, dict):
        if "moment" in stored:
            return datetime.fromisoformat(stored["moment"])
        return date.fromisoformat(stored["day"])
    return stored
