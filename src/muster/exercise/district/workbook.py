"""The demonstration district as a workbook, as an office would bring it: invented people, and a few slips to mend."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterator
from datetime import date, timedelta

from openpyxl import Workbook

from muster.apps.people.catalogue import packaged_names
from muster.codecs import phone
from muster.exercise.data import read
from muster.exercise.district.folk import PersonData
from muster.exercise.district.make import District, make_district

TITLE = "应急后备队伍花名册（演示：人员、号码均为虚构）"
NOTE = "供试用的花名册，坐标系 WGS-84。其中有意留了几处差错，可以在网页上改。"
CERTIFICATES = 3
_HEADS = ["序号", "队员编号", "姓名", "公民身份号码", "性别", "联系电话", "镇(街道)", "村(社区)", "专业特长"]
_CERTIFICATE_HEADS = ("名称", "编号", "有效期至")
_TAIL = ["工作单位", "统一社会信用代码", "编组单位", "经度", "纬度"]
# Slips by place in the list: column, and what the cell becomes (from what stood there).
_SLIPS = {
    41: ("村(社区)", lambda text: text[:-1] + "组"),
    233: ("姓名", lambda _: None),
    512: ("联系电话", lambda text: text[:-1]),
    777: ("专业特长", lambda _: "冲峰舟操作"),
    1204: ("公民身份号码", lambda text: text[:-1] + ("1" if text[-1] != "1" else "2")),
    1650: ("村(社区)", lambda text: text[:-1] + "组"),
    2018: ("专业特长", lambda _: "医疗救互"),
    2611: ("联系电话", lambda text: text[:-2]),
}


@functools.lru_cache(maxsize=1)
def demo_workbook(as_of: date) -> bytes:
    """An .xlsx of the demonstration district; its certificates are laid around `as_of` as they were around its start."""
    district = make_district()
    shift = as_of - district.start.date()
    book = Workbook(write_only=True)
    sheet = book.create_sheet("花名册")
    heads = _heads()
    sheet.append([TITLE])
    sheet.append([NOTE])
    sheet.append(heads)
    for number, row in enumerate(_rows(district, shift), start=1):
        if number in _SLIPS:
            head, slip = _SLIPS[number]
            row[head] = slip(str(row[head] or ""))
        sheet.append([number, *(row.get(head) for head in heads[1:])])
    units = book.create_sheet("单位表")
    units.append(["镇(街道)", "村(社区)"])
    for place in _places(district):
        units.append(list(place))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _heads() -> list[str]:
    proofs = [f"证书{n}{part}" for n in range(1, CERTIFICATES + 1) for part in _CERTIFICATE_HEADS]
    return [*_HEADS, *proofs, *_TAIL]


def _places(district: District) -> list[tuple[str, str]]:
    """(town, village) of each village of the ground, in its order, named as in the demonstration."""
    towns = {town["code"]: town for town in read("district")["towns"]}
    found = []
    for order, village in enumerate(district.ground.villages):
        town = towns[village.town]
        ending = "社区" if town["kind"] == "street" and order % 3 else "村"
        found.append((town["zh"], village.stem + ending))
    return found


def _rows(district: District, shift: timedelta) -> Iterator[dict[str, object]]:
    places = _places(district)
    teams = {team["code"]: team["zh"] for team in read("district")["teams"]}
    names = {slug: zh for slug, zh, _ in packaged_names()}
    for person in district.people:
        town, village = places[person.village]
        firm = None if person.firm is None else district.firms[person.firm]
        yield {
            "队员编号": person.number, "姓名": person.name, "公民身份号码": person.id_number,
            "性别": "男" if person.sex == "1" else "女", "联系电话": phone.national(person.phone or person.landline),
            "镇(街道)": town, "村(社区)": village,
            "工作单位": firm.name if firm else None, "统一社会信用代码": firm.code if firm else None,
            "编组单位": teams.get(person.team), "经度": round(person.lon, 6), "纬度": round(person.lat, 6),
            **_skills(person, names, shift),
        }  # fmt: skip


def _skills(person: PersonData, names: dict[str, str], shift: timedelta) -> dict[str, object]:
    """Plain capabilities in their column, those with a certificate in its columns."""
    proven = [held for held in person.holdings if held.valid_to is not None]
    cells: dict[str, object] = {
        "专业特长": "、".join(names[held.capability] for held in person.holdings if held.valid_to is None)
    }
    for number, held in enumerate(proven[:CERTIFICATES], start=1):
        cells[f"证书{number}名称"] = names[held.capability]
        cells[f"证书{number}编号"] = held.number
        cells[f"证书{number}有效期至"] = held.valid_to + shift if held.valid_to else None
    return cells
