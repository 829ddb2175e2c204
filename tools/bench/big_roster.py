"""A roster workbook of any size, made of invented people in the shape of the shared one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import cycle, islice
from pathlib import Path

import openpyxl

from muster.codecs.roster_model import RosterRow

HEADER = (
    "序号",
    "队员编号",
    "姓名",
    "公民身份号码",
    "性别",
    "联系电话",
    "镇(街道)",
    "村(社区)",
    "专业特长",
    "证书1名称",
)
HEADER += ("证书1编号", "证书1有效期至", "工作单位", "编组单位", "经度", "纬度", "备注")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643: ISO 7064, MOD 11-2
CHECK = "10X98765432"
FIRST_BIRTHDAY, DAYS, PER_DAY = date(1965, 1, 1), 14_000, 999


def id_number(place: int) -> str:
    """The valid, invented ID number of the n-th person; no two alike below 13 million."""
    born = FIRST_BIRTHDAY + timedelta(days=place % DAYS)
    body = f"430211{born:%Y%m%d}{1 + place // DAYS % PER_DAY:03}"
    return body + CHECK[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True)) % 11]


def people(patterns: Sequence[RosterRow], names: Mapping[str, str], count: int) -> Iterator[tuple[object, ...]]:
    """`count` rows after the patterns, each with number, ID number and phone of its own; every hundredth has no name."""
    for place, row in enumerate(islice(cycle(patterns), count)):
        number = id_number(place)
        proof = row.certificates[0] if row.certificates else None
        name = None if place % 100 == 99 else row.name
        sex = "男" if int(number[16]) % 2 else "女"
        yield (
            place + 1, f"DX{place:06}", name, number, sex, f"199{place:08}",
            row.town, row.village, "、".join(names[slug] for slug in row.capabilities),
            proof.name if proof else None, proof.number if proof else None, proof.valid_to if proof else None,
            row.employer or None, row.team or None, row.lon, row.lat, None,
        )  # fmt: skip


def write(path: Path, patterns: Sequence[RosterRow], names: Mapping[str, str], count: int) -> int:
    """Title, note, header in row 3, `count` people (points in WGS-84), the list of units. Returns how many are good."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("队员花名册")
    sheet.append(["应急后备队伍花名册(演示数据)"])
    sheet.append(["填表说明: 身份号码、电话用文本格式"])
    sheet.append(HEADER)
    for row in people(patterns, names, count):
        sheet.append(row)
    units = book.create_sheet("单位表")
    units.append(["镇(街道)", "村(社区)"])
    for pair in sorted({(row.town, row.village) for row in patterns}):
        units.append(pair)
    book.save(path)
    return count - count // 100
