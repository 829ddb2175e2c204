"""Workbooks and CSV files as plain sheets of cells, whatever program wrote them.

.xlsx and .xls (Excel, WPS) are read by calamine, CSV by the standard library: UTF-8 with or without a mark, UTF-16
with one, or GB18030. Row numbers are those that the sheet shows (from 1). Numbers and text stay apart, because a
spreadsheet destroys an 18-digit number that it takes for one. Formulas are read as their last value.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from types import TracebackType

import python_calamine

from muster.codecs.container import MAX_ROWS, kind_of
from muster.codecs.text import without_controls
from muster.core.errors import InvalidInput, Unreadable

Cell = str | float | bool | date | datetime | time | timedelta | None
Row = tuple[int, list[Cell]]

_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_LINES = 20


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged area: rows and columns from 1, ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `typed` says whether numbers and text can be told apart (not in CSV)."""

    name: str
    typed: bool
    merged: tuple[Merged, ...]
    height: int
    _source: Callable[[], Iterator[Row]]

    def rows(self) -> Iterator[Row]:
        """(row number, cells from column A) of every row that has something in it; merged cells filled.

        May be called again. Blank text is None. Error (Unreadable): "file.corrupt", "file.csv_broken".
        """
        filler = _Filler(self.merged)
        for number, cells in self._source():
            filled = filler.fill(number, [_clean(cell) for cell in cells])
            if any(cell is not None for cell in filled):
                yield number, filled

    def raw_rows(self) -> Iterator[Row]:
        """As `rows`, but merged cells stay as they are and blank rows are given too."""
        for number, cells in self._source():
            yield number, [_clean(cell) for cell in cells]


@dataclass(frozen=True, slots=True)
class Workbook:
    """An opened file. Sheets are loaded when they are asked for."""

    sheet_names: tuple[str, ...]
    _load: Callable[[str], Sheet]

    def sheet(self, name: str) -> Sheet:
        """One sheet by its name. Errors: InvalidInput "file.sheet_unknown"; Unreadable as `open_workbook`."""
        if name not in self.sheet_names:
            raise InvalidInput("file.sheet_unknown", sheet=name, sheets=list(self.sheet_names))
        return self._load(name)

    def sheets(self) -> Iterator[Sheet]:
        """All sheets in their order."""
        return (self._load(name) for name in self.sheet_names)


def open_workbook(data: bytes) -> Workbook:
    """Opens .xlsx, .xls or CSV by content.

    Errors (Unreadable): "file.empty", "file.too_large", "file.corrupt", "file.encrypted", "file.format_unknown",
    "file.zip_bomb", "file.too_many_rows", "file.too_many_cells", "file.encoding_unknown", "file.csv_broken".
    """
    kind = kind_of(data)
    if kind == "text":
        sheet = _csv_sheet(data)
        return Workbook((sheet.name,), lambda _: sheet)
    with _Reading():
        book = python_calamine.load_workbook(io.BytesIO(data))
        names = tuple(meta.name for meta in book.sheets_metadata if meta.typ == python_calamine.SheetTypeEnum.WorkSheet)
    if not names:
        raise Unreadable("file.empty")
    return Workbook(names, lambda name: _calamine_sheet(book, name))


class _Reading(AbstractContextManager[None]):
    """Turns what the reader raises on a broken file into one of our errors.

    A panic inside the reader arrives as `PanicException`, which derives from BaseException and cannot be imported;
    it is recognised by its name. Everything else goes on as it is.
    """

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None or error is None:
            return
        if issubclass(kind, python_calamine.PasswordError) or "password" in str(error).lower():
            raise Unreadable("file.encrypted") from error
        if (
            issubclass(kind, (python_calamine.CalamineError, OSError, ValueError, OverflowError, MemoryError))
            or kind.__name__ == "PanicException"
        ):
            raise Unreadable("file.corrupt") from error


def _calamine_sheet(book: python_calamine.CalamineWorkbook, name: str) -> Sheet:
    with _Reading():
        sheet = book.get_sheet_by_name(name)
        left = sheet.start[1] if sheet.start else 0
        height = sheet.end[0] + 1 if sheet.end else 0
        merged = tuple(
            Merged(top + 1, first + 1, bottom + 1, last + 1)
            for (top, first), (bottom, last) in sheet.merged_cell_ranges or ()
        )

    def source() -> Iterator[Row]:
        # iter_rows begins at the first row of the sheet but at the first used column.
        blank: list[Cell] = [None] * left
        with _Reading():
            for number, cells in enumerate(sheet.iter_rows(), start=1):
                yield number, [*blank, *cells]

    return Sheet(name, True, merged, height, source)


def _csv_sheet(data: bytes) -> Sheet:
    text = _decoded(data)
    delimiter = _delimiter(text)

    def source() -> Iterator[Row]:
        try:
            for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
                if number > MAX_ROWS:
                    raise Unreadable("file.too_many_rows", limit=MAX_ROWS)
                yield number, list(cells)
        except csv.Error as error:
            raise Unreadable("file.csv_broken") from error

    height = sum(1 for _ in source())
    return Sheet("CSV", False, (), height, source)


def _decoded(data: bytes) -> str:
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue  # the next encoding is tried; when none fits, the error below says so
        if "\x00" not in text:
            return text
    raise Unreadable("file.encoding_unknown")


def _delimiter(text: str) -> str:
    """The delimiter by which most of the first lines have equally many cells, and more than one; then the one that gives
    the most cells. A remark full of other marks, in quotes or not, misleads it no more."""
    return max(_DELIMITERS, key=lambda mark: _agreement(text, mark))


def _agreement(text: str, mark: str) -> tuple[int, int]:
    """(lines that agree, their cells) when `text` is cut by `mark`; (0, 0) where it can not be."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        widths = Counter(len(cells) for cells in islice(lines, _SAMPLE_LINES) if len(cells) > 1)
    except csv.Error:
        return 0, 0
    return max(((count, width) for width, count in widths.items()), default=(0, 0))


def _clean(cell: Cell) -> Cell:
    """Blank text is None. Workbooks may hold control characters (written _x0000_ in .xlsx), which nobody has typed."""
    if not isinstance(cell, str):
        return cell
    text = without_controls(cell)
    return text if text.strip() else None


class _Filler:
    """Fills merged areas with the value of their first cell while rows pass by."""

    def __init__(self, merged: Sequence[Merged]) -> None:
        self._coming = sorted(merged, key=lambda area: area.first_row, reverse=True)
        self._open: dict[int, tuple[int, Cell]] = {}  # column -> (last row, value)

    def fill(self, number: int, cells: list[Cell]) -> list[Cell]:
        while self._coming and self._coming[-1].first_row <= number:
            area = self._coming.pop()
            value = cells[area.first_column - 1] if area.first_column <= len(cells) else None
            for column in range(area.first_column, min(area.last_column, len(cells)) + 1):
                self._open[column] = (area.last_row, value)
        for column, (last_row, value) in list(self._open.items()):
            if number > last_row:
                del self._open[column]
            elif column <= len(cells) and cells[column - 1] is None:
                cells[column - 1] = value
        return cells
