"""The refused rows of a roster, given back as the same workbook: red cells, and a column that says what is wrong.

All that stood in a row is kept, so the office mends it there and hands the file in again.
"""

from __future__ import annotations

from typing import Any

from openpyxl import Workbook as XlsxWorkbook

from muster.codecs.header import Table, header_key
from muster.codecs.roster_model import RosterResult, RowResult
from muster.codecs.roster_sentences import Language, sentence
from muster.codecs.sheets_out import (
    BORDER,
    CENTRE,
    HEADER_FILL,
    HEADER_FONT,
    NOTE_FONT,
    TITLE_FONT,
    WRAPPED,
    WRONG_FILL,
    WRONG_FONT,
    column_letter,
    merge,
    put,
    saved,
    sheet_title,
)
from muster.codecs.workbook import Cell, Sheet, Workbook

EXPLANATION = {"zh": "说明", "en": "Explanation"}
_ROW = {"zh": "原第 {row} 行：{text}", "en": "Row {row}: {text}"}
_BETWEEN = {"zh": "；", "en": "; "}
TEXT_FIELDS = frozenset(
    {"member_no", "id_number", "phone", "employer_code", "certificate1_number", "certificate2_number"}
)
OTHER_SHEET_ROWS = 10_000
_EXPLANATION_WIDTH = 60
_COLUMN_WIDTH = 16


def refused_workbook(workbook: Workbook, table: Table, result: RosterResult, language: Language = "zh") -> bytes:
    """An .xlsx with the rows above the data as they were, only the refused rows, and the other sheets."""
    book = XlsxWorkbook(write_only=True)
    sheet = book.create_sheet(sheet_title(table.sheet.name))
    refused = {row.sheet_row: row for row in result.rows if row.rejected}
    head = [cells for number, cells in table.sheet.raw_rows() if number <= table.header_row]
    column = _explanation_column(head)
    _set_widths(sheet, column)
    sheet.freeze_panes = f"A{table.header_row + 1}"
    for number, cells in enumerate(head, start=1):
        sheet.append(_head_row(sheet, cells, column, number == table.header_row))
    for area in table.sheet.merged:
        if area.last_row < table.header_row:
            merge(sheet, area.first_row, area.first_column, area.last_row, area.last_column)
    for number, cells in table.rows():
        if number in refused:
            sheet.append(_data_row(sheet, cells, column, table, refused[number], language))
    titles = [sheet.title]
    for name in workbook.sheet_names:
        if name != table.sheet.name:
            titles.append(sheet_title(name, titles))
            _copy(book, titles[-1], workbook.sheet(name))
    return saved(book)


def _explanation_column(head: list[list[Cell]]) -> int:
    """Where the explanation goes (from 0): where one stands already, else behind the last used column."""
    wanted = {header_key(text) for text in EXPLANATION.values()}
    for column, cell in enumerate(head[-1]):
        if isinstance(cell, str) and header_key(cell) in wanted:
            return column
    return max(index for cells in head for index, cell in enumerate(cells, start=1) if cell is not None)


def _set_widths(sheet: Any, explanation: int) -> None:
    for number in range(1, explanation + 1):
        sheet.column_dimensions[column_letter(number)].width = _COLUMN_WIDTH
    sheet.column_dimensions[column_letter(explanation + 1)].width = _EXPLANATION_WIDTH


def _head_row(sheet: Any, cells: list[Cell], column: int, is_header: bool) -> list[Any]:
    if not is_header:
        font = TITLE_FONT if sum(cell is not None for cell in cells) == 1 else NOTE_FONT
        return [put(sheet, cell, font=font) for cell in cells]
    padded = _with_explanation(cells, column, EXPLANATION["zh"])  # by this name offices' files have it
    return [put(sheet, cell, font=HEADER_FONT, fill=HEADER_FILL, border=BORDER, alignment=CENTRE) for cell in padded]


def _with_explanation(cells: list[Cell], column: int, text: str) -> list[Cell]:
    padded = [*cells, *[None] * (column + 1 - len(cells))]
    padded[column] = text
    return padded


def _data_row(
    sheet: Any, cells: list[Cell], column: int, table: Table, row: RowResult, language: Language
) -> list[Any]:
    wrong = {table.columns.get(field) for code, field in row.columns if code in row.rejected}
    texts = {table.columns[field] for field in TEXT_FIELDS & set(table.columns)}
    made = []
    for index, value in enumerate(_with_explanation(cells, column, explanation(row, language))):
        style = {"border": BORDER, "alignment": WRAPPED}
        if index in wrong or index == column:
            style |= {"fill": WRONG_FILL} if index in wrong else {}
            style |= {"font": WRONG_FONT}
        made.append(put(sheet, value, "@" if index in texts else "General", **style))
    return made


def explanation(row: RowResult, language: Language = "zh") -> str:
    """All that is wrong with a row, in sentences, with its number in the file that was handed in."""
    hints = dict(row.hints)
    text = _BETWEEN[language].join(sentence(code, hints.get(code, ()), language) for code in row.rejected)
    return _ROW[language].format(row=row.sheet_row, text=text)


def _copy(book: XlsxWorkbook, title: str, source: Sheet) -> None:
    sheet = book.create_sheet(title)
    for number, cells in source.raw_rows():
        if number > OTHER_SHEET_ROWS:
            break
        sheet.append([put(sheet, cell) for cell in cells])
