"""Tables out of the system: .xlsx and CSV that no spreadsheet takes for formulas.

A name such as =HYPERLINK(...) must arrive as text. In .xlsx a text cell says that it is text; in CSV nothing can, so
there a text that a program could run gets an apostrophe in front (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from openpyxl import Workbook as XlsxWorkbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.cell_range import CellRange

from muster.core.units import to_beijing

Value = str | int | float | bool | Decimal | date | datetime | time | timedelta | None
ColumnKind = Literal["text", "number", "money", "date", "moment"]
FORMATS: dict[ColumnKind, str] = {
    "text": "@",
    "number": "General",
    "money": "#,##0.00",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "|")
# What no file may hold, and what turns the direction of writing: a cell would show another text than it holds.
_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff\x7f\u202a-\u202e\u2066-\u2069]")
LONGEST_TEXT = 32_767
LONGEST_SHEET_NAME = 31

TITLE_FONT = Font(bold=True, size=14)
NOTE_FONT = Font(italic=True, color="FF555555")
HEADER_FONT = Font(bold=True)
HEADER_FILL = PatternFill("solid", fgColor="FFE8EEF4")
WRONG_FILL = PatternFill("solid", fgColor="FFFFC7CE")
WRONG_FONT = Font(color="FF9C0006", bold=True)
_LINE = Side(style="thin", color="FFBBBBBB")
BORDER = Border(_LINE, _LINE, _LINE, _LINE)
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
WRAPPED = Alignment(vertical="top", wrap_text=True)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an exported table. `width` in characters; None fits the header."""

    header: str
    kind: ColumnKind = "text"
    width: float | None = None


def safe_text(text: str) -> str:
    """Text that .xlsx can hold: without control characters and not longer than a cell."""
    return str(_NOT_IN_XML.sub("", ILLEGAL_CHARACTERS_RE.sub("", text)))[:LONGEST_TEXT]


def csv_text(text: str) -> str:
    """Text for CSV: an apostrophe goes before what a spreadsheet would run."""
    text = _NOT_IN_XML.sub("", text)
    return "'" + text if text.lstrip(" \u3000").startswith(DANGEROUS) else text


def sheet_title(name: str, taken: Iterable[str] = ()) -> str:
    """A name that a sheet may have: without []:*?/\\ and apostrophes at the ends, at most 31 long, not taken."""
    plain = "".join(" " if mark in "[]:*?/\\" else mark for mark in safe_text(name)).strip(" '")[:LONGEST_SHEET_NAME]
    plain, used, number = plain or "Sheet", {one.casefold() for one in taken}, 2
    title = plain
    while title.casefold() in used:
        title = f"{plain[: LONGEST_SHEET_NAME - 4]} {number}"
        number += 1
    return title


def put(sheet: Any, value: Value, number_format: str = "General", **styles: Any) -> Any:
    """A cell for a write-only sheet. Text is always text; aware moments become Beijing wall-clock time."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = to_beijing(value).replace(tzinfo=None)
    if isinstance(value, str):
        value = safe_text(value) or None
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(DANGEROUS)
        number_format = "@" if number_format == "General" else number_format
    # Dates bring a format of their own, without which they would show as a serial number.
    if not (isinstance(value, (date, time, timedelta)) and number_format in ("General", "@")):
        cell.number_format = number_format
    for name, style in styles.items():
        setattr(cell, name, style)
    return cell


def merge(sheet: Any, first_row: int, first_column: int, last_row: int, last_column: int) -> None:
    """Merges an area (from 1, ends included) of a write-only sheet."""
    sheet.merged_cells.add(CellRange(min_row=first_row, min_col=first_column, max_row=last_row, max_col=last_column))


def text_width(text: str) -> int:
    """Width of a text in characters, wide ones counted twice."""
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text)


def column_letter(number: int) -> str:
    """1 -> A, 27 -> AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def export_xlsx(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *,
    notes: Sequence[str] = (),
    footer: Sequence[Value] | None = None,
    sheet_name: str = "",
) -> bytes:
    """A table as .xlsx: title, notes, header, rows, and a footer in bold (sums, say). Rows are streamed."""
    book = XlsxWorkbook(write_only=True)
    sheet = book.create_sheet(sheet_title(sheet_name or title))
    width = len(columns)
    heads = 1 + len(notes)
    sheet.freeze_panes = f"A{heads + 2}"
    for number, column in enumerate(columns, start=1):
        fitting = column.width if column.width is not None else max(10, text_width(column.header) + 4)
        sheet.column_dimensions[column_letter(number)].width = fitting
    for number, (text, font) in enumerate([(title, TITLE_FONT), *((note, NOTE_FONT) for note in notes)], start=1):
        sheet.append([put(sheet, text, font=font)])
        if width > 1:
            merge(sheet, number, 1, number, width)
    sheet.append(
        [
            put(sheet, column.header, font=HEADER_FONT, fill=HEADER_FILL, border=BORDER, alignment=CENTRE)
            for column in columns
        ]
    )
    for row in rows:
        sheet.append(
            [put(sheet, value, FORMATS[column.kind], border=BORDER) for column, value in zip(columns, row, strict=True)]
        )
    if footer is not None:
        sheet.append(
            [
                put(sheet, value, FORMATS[column.kind], border=BORDER, font=HEADER_FONT)
                for column, value in zip(columns, footer, strict=True)
            ]
        )
    return saved(book)


def saved(book: XlsxWorkbook) -> bytes:
    """The bytes of a workbook."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def export_csv(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> bytes:
    """A table as CSV in UTF-8 with the mark that spreadsheets need. Moments are Beijing time."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([csv_text(column.header) for column in columns])
    for row in rows:
        writer.writerow([_csv_value(value) for _, value in zip(columns, row, strict=True)])
    return stream.getvalue().encode("utf-8-sig")


def _csv_value(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = to_beijing(value).replace(tzinfo=None) if value.tzinfo is not None else value
        return local.strftime("%Y-%m-%d %H:%M")
    return csv_text(value) if isinstance(value, str) else str(value)
