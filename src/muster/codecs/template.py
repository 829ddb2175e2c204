"""The empty roster workbook that an office downloads and fills in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from openpyxl import Workbook as XlsxWorkbook
from openpyxl.styles import Alignment
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from muster.codecs.roster_columns import ALIASES, REQUIRED
from muster.codecs.sheets_out import (
    BORDER,
    CENTRE,
    HEADER_FILL,
    HEADER_FONT,
    NOTE_FONT,
    TITLE_FONT,
    column_letter,
    safe_text,
    saved,
)
from muster.codecs.units_list import Place

ROSTER_SHEET, UNITS_SHEET, LISTS_SHEET = "队员花名册", "单位表", "目录"
TITLE = "应急后备队伍花名册"
NOTE = (
    "填表说明：带 * 的列必填；身份号码、电话为文本格式，请勿改动；专业特长用顿号分隔，名称见“目录”表；"
    "镇村名称见“单位表”；日期写作 2027-06-30，只有年月的按当月最后一天；编组单位不填即为本村连；"
    "坐标请在导入时说明来源（天地图、高德或百度）。"
)
FILLED_ROWS = 1000
_CERTIFICATE_HEADS = ("名称", "编号", "有效期至")
_ORDER = ("member_no", "name", "id_number", "sex", "phone", "town", "village", "capabilities")
_TAIL = ("employer", "employer_code", "unit", "lon", "lat", "remark")
_WIDTHS = {"id_number": 22, "phone": 15, "capabilities": 32, "employer": 28, "employer_code": 22, "unit": 18}
_TEXT_COLUMNS = frozenset({"member_no", "id_number", "phone", "employer_code"})


def roster_template(places: Iterable[Place], capabilities: Sequence[str], certificates: int = 2) -> bytes:
    """An .xlsx: title, note and header in row 3; text format for numbers; lists to choose from."""
    book = XlsxWorkbook()
    sheet = book.active
    fields = [*_ORDER, *[f"certificate{n}" for n in range(1, certificates + 1)], *_TAIL]
    headers = [head for field in fields for head in _heads(field)]
    _write_head(sheet, ["序号", *headers])
    pairs = list(places)
    _list_sheet(book, UNITS_SHEET, ["镇(街道)", "村(社区)"], pairs)
    towns = list(dict.fromkeys(town for town, _ in pairs))
    longest = max(len(towns), len(capabilities), 1)
    _list_sheet(
        book,
        LISTS_SHEET,
        ["镇(街道)", "专业特长"],
        [(_at(towns, row), _at(capabilities, row)) for row in range(longest)],
    )
    _format_columns(sheet, headers)
    _add_choices(sheet, headers, len(towns), len(pairs), len(capabilities))
    return saved(book)


def _heads(field: str) -> list[str]:
    if field.startswith("certificate"):
        return [f"证书{field.removeprefix('certificate')}{part}" for part in _CERTIFICATE_HEADS]
    return [("*" if field in REQUIRED else "") + ALIASES[field][0]]


def _at(values: Sequence[str], index: int) -> str:
    return values[index] if index < len(values) else ""


def _write_head(sheet: Worksheet, headers: list[str]) -> None:
    sheet.title = ROSTER_SHEET
    sheet.freeze_panes = "D4"
    for row, text, font in ((1, TITLE, TITLE_FONT), (2, NOTE, NOTE_FONT)):
        cell = sheet.cell(row, 1, text)
        cell.font = font
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(headers))
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].height = 28, 36
    for column, text in enumerate(headers, start=1):
        cell = sheet.cell(3, column, text)
        cell.font, cell.fill, cell.border, cell.alignment = HEADER_FONT, HEADER_FILL, BORDER, CENTRE


def _format_columns(sheet: Worksheet, headers: list[str]) -> None:
    texts = {ALIASES[field][0] for field in _TEXT_COLUMNS}
    widths = {ALIASES[field][0]: width for field, width in _WIDTHS.items()}
    for number, header in enumerate(headers, start=2):
        name = header.removeprefix("*")
        dimension = sheet.column_dimensions[column_letter(number)]
        dimension.width = widths.get(name, 13)
        is_text = name in texts or name.endswith("编号")
        number_format = "@" if is_text else "yyyy-mm-dd" if name.endswith("有效期至") else "General"
        dimension.number_format = number_format
        for row in range(4, 4 + FILLED_ROWS):
            if number_format != "General":
                sheet.cell(row, number).number_format = number_format


def _add_choices(sheet: Worksheet, headers: list[str], towns: int, villages: int, capabilities: int) -> None:
    choices = {
        "性别": '"男,女"',
        "镇(街道)": f"={LISTS_SHEET}!$A$2:$A${towns + 1}" if towns else "",
        "村(社区)": f"={UNITS_SHEET}!$B$2:$B${villages + 1}" if villages else "",
        "证书1名称": f"={LISTS_SHEET}!$B$2:$B${capabilities + 1}" if capabilities else "",
        "证书2名称": f"={LISTS_SHEET}!$B$2:$B${capabilities + 1}" if capabilities else "",
    }
    for number, header in enumerate(headers, start=2):
        formula = choices.get(header.removeprefix("*"))
        if formula:
            # A wrong choice is not forbidden: the check says it better and offers near names.
            validation = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=False)
            validation.add(f"{column_letter(number)}4:{column_letter(number)}{3 + FILLED_ROWS}")
            sheet.add_data_validation(validation)


def _list_sheet(book: XlsxWorkbook, title: str, headers: list[str], rows: Iterable[Sequence[str]]) -> None:
    sheet = book.create_sheet(title)
    for row, values in enumerate([headers, *rows], start=1):
        for column, value in enumerate(values, start=1):
            if value:
                cell = sheet.cell(row, column, safe_text(value))
                cell.data_type = "s"
    for column in range(1, len(headers) + 1):
        sheet.column_dimensions[column_letter(column)].width = 18
