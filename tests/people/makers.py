"""Invented people and the workbooks that tests hand in."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from openpyxl import Workbook

from muster.codecs import idnumber

HEADERS = (
    "序号", "队员编号", "姓名", "公民身份号码", "性别", "联系电话", "镇(街道)", "村(社区)", "专业特长",
    "证书1名称", "证书1编号", "证书1有效期至", "工作单位", "统一社会信用代码", "编组单位", "经度", "纬度", "备注",
)  # fmt: skip
UNITS = (("栗雨街道", "新田社区"), ("栗雨街道", "高塘村"), ("泰山街道", "北岭社区"), ("泰山街道", "南坪村"))


def id_of(index: int, sex: int = 1) -> str:
    """A well-formed ID number of nobody: born on day `index` after 1 January 1980."""
    born = date(1980, 1, 1) + timedelta(days=index)
    first = f"430211{born:%Y%m%d}{index % 400:02d}"[:16] + str(sex % 2)
    return first + idnumber.check_character(first)


def person(index: int, **changes: object) -> dict[str, object]:
    """A good row by header."""
    town, village = UNITS[index % len(UNITS)]
    row: dict[str, object] = {
        "队员编号": f"TY{index:06d}", "姓名": "王李张刘陈"[index % 5] + "建国", "公民身份号码": id_of(index), "性别": "男",
        "联系电话": f"199{index:08d}", "镇(街道)": town, "村(社区)": village, "专业特长": "综合应急",
        "经度": 113.1, "纬度": 27.8,
    }  # fmt: skip
    return row | changes


def roster(
    people: Iterable[dict[str, object]],
    units: Sequence[tuple[str, str]] | None = UNITS,
    headers: Sequence[str] = HEADERS,
) -> bytes:
    """An .xlsx like an office's: title, note, header in row 3, and a list of units as a second sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = "花名册"
    sheet.append(["应急后备队伍花名册"])
    sheet.append(["填表说明"])
    sheet.append(list(headers))
    for number, row in enumerate(people, start=1):
        sheet.append([number if name == "序号" else row.get(name) for name in headers])
    if units is not None:
        listed = book.create_sheet("单位表")
        for values in (("镇(街道)", "村(社区)"), *units):
            listed.append(list(values))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
