"""Finds the table in a sheet: title and note rows stand above the header, and columns have many names."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from muster.codecs.text import normal, without_spaces
from muster.codecs.workbook import Cell, Row, Sheet, Workbook
from muster.core.errors import InvalidInput

LOOK_AT_ROWS = 40
_MARKS = re.compile(r"[*:_\-.'\"]+")
_BRACKETS = re.compile(r"[(\[【〔].*?[)\]】〕]")

# Gives the field that a header means, "" for a known one without meaning (a running number), None for an unknown one.
Naming = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with its header found: row number and column (from 0) per field."""

    sheet: Sheet
    header_row: int
    columns: dict[str, int]
    unknown_headers: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        """The rows below the header that have something in them."""
        return ((number, cells) for number, cells in self.sheet.rows() if number > self.header_row)

    def cell(self, cells: list[Cell], field: str) -> Cell:
        """A cell by its field; None when the sheet has no such column or the row ends before it."""
        column = self.columns.get(field)
        return cells[column] if column is not None and column < len(cells) else None


def header_key(text: str) -> str:
    """A header without what varies: case, spaces, stars, colons; full-width forms and brackets made plain."""
    return _MARKS.sub("", without_spaces(normal(text)).casefold())


def naming(aliases: Mapping[str, Collection[str]], ignored: Collection[str] = ()) -> Naming:
    """A naming from a table field -> names. What stands in brackets behind a name is tried with and without."""
    fields = {header_key(name): field for field, names in aliases.items() for name in names}
    fields |= {header_key(name): "" for name in ignored}

    def name_of(header: str) -> str | None:
        key = header_key(header)
        return fields.get(key, fields.get(_BRACKETS.sub("", key)))

    return name_of


def find_table(workbook: Workbook, name_of: Naming, required: Collection[str], sheet_name: str | None = None) -> Table:
    """The table with the best header among all sheets, or in the one named.

    Errors (InvalidInput): "file.sheet_unknown", "file.header_missing" (nothing like a header in the first 40 rows),
    "file.column_missing" (`columns`: the fields that no column was found for, `sheet`).
    """
    sheets = workbook.sheets() if sheet_name is None else iter([workbook.sheet(sheet_name)])
    best: Table | None = None
    for sheet in sheets:
        found = _best_header(sheet, name_of)
        if found and (best is None or _score(found, required) > _score(best, required)):
            best = found
    if best is None:
        raise InvalidInput("file.header_missing", sheets=list(workbook.sheet_names))
    missing = sorted(set(required) - set(best.columns))
    if missing:
        raise InvalidInput("file.column_missing", columns=missing, sheet=best.sheet.name)
    return best


def _score(table: Table, required: Collection[str]) -> tuple[int, int]:
    return len(set(required) & set(table.columns)), len(table.columns)


def _best_header(sheet: Sheet, name_of: Naming) -> Table | None:
    best: Table | None = None
    for seen, (number, cells) in enumerate(sheet.rows()):
        if seen == LOOK_AT_ROWS:
            break
        columns, unknown = _columns(cells, name_of)
        if len(columns) >= 2 and (best is None or len(columns) > len(best.columns)):
            best = Table(sheet, number, columns, unknown)
    return best


def _columns(cells: list[Cell], name_of: Naming) -> tuple[dict[str, int], tuple[str, ...]]:
    """Columns by field (the first of doubles counts) and the headers that mean nothing here."""
    columns: dict[str, int] = {}
    unknown: list[str] = []
    for column, cell in enumerate(cells):
        if not isinstance(cell, str):
            continue
        field = name_of(cell)
        if field is None or (field and columns.setdefault(field, column) != column):
            unknown.append(cell)
    return columns, tuple(unknown)
