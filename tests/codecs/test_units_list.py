"""Units that a roster may name."""

import openpyxl
import pytest

from muster.codecs.units_list import KnownUnits, looks_like_village_unit, read_units, stem, units_sheet_name
from muster.codecs.workbook import open_workbook
from muster.core.errors import InvalidInput
from tests.codecs import makers

UNITS = KnownUnits.of(
    [*makers.PLACES, ("东镇", "长源村"), ("东镇", "村"), ("西街道", "白云"), ("西街道", "白云村")], ["水上 分队"]
)


@pytest.mark.parametrize(
    ("village", "bare"), [("新田社区", "新田"), ("泉塘村", "泉塘"), ("村", "村"), ("白云", "白云")]
)
def test_the_stem_of_a_village(village, bare):
    assert stem(village) == bare


def test_towns_and_villages():
    assert UNITS.towns == {"东镇", "西街道"}
    assert sorted(KnownUnits.of(makers.PLACES).villages_of("东镇")) == ["新田社区", "泉塘村"]
    assert len(KnownUnits.of(makers.PLACES).villages_of("")) == 5
    assert UNITS.teams == {"水上分队"}


@pytest.mark.parametrize(
    ("town", "village", "found"),
    [
        ("东镇", "新田社区", ("东镇", "新田社区")),
        ("西街道", "新田社区", None),
        ("", "新田社区", ("东镇", "新田社区")),
        ("", "泉塘村", None),
        ("", "无村", None),
        ("东镇", "", None),
    ],
)
def test_the_place_of_a_row(town, village, found):
    assert UNITS.place(town, village) == found


@pytest.mark.parametrize(
    ("unit", "home", "found"),
    [
        ("新田连", ("东镇", "新田社区"), ("东镇", "新田社区")),
        ("新田社区民兵连", ("东镇", "新田社区"), ("东镇", "新田社区")),
        ("新田社区", ("西街道", "龙塘村"), ("东镇", "新田社区")),
        ("新田", ("西街道", "龙塘村"), ("东镇", "新田社区")),
        ("泉塘连", ("西街道", "龙塘村"), ("西街道", "泉塘村")),
        ("泉塘连", ("南镇", "x"), None),
        ("长源连", ("西街道", "龙塘村"), ("西街道", "长源社区")),
        ("白云连", ("西街道", "龙塘村"), ("西街道", "白云")),
        ("连", ("东镇", "新田社区"), None),
        ("水上分队", ("东镇", "新田社区"), None),
    ],
)
def test_the_village_of_a_company(unit, home, found):
    assert UNITS.company_place(unit, home) == found


def test_names_formed_like_those_of_village_units():
    assert looks_like_village_unit("新天连")
    assert not looks_like_village_unit("水上分队")


def opened(*rows):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    return open_workbook(makers.saved(made))


def test_a_list_of_units_is_read_once_each():
    listed = opened(
        ["单位表"],
        ["序号", "镇（街道）", "村（社区）"],
        [1, " 东镇", "新 田社区"],
        [2, "东镇", "新田社区"],
        [3, "西街道", "龙塘村"],
    )
    assert read_units(listed) == [("东镇", "新田社区"), ("西街道", "龙塘村")]


def test_an_incomplete_or_empty_list_is_refused():
    with pytest.raises(InvalidInput) as caught:
        read_units(opened(["镇", "村"], ["东镇", "新田社区"], ["东镇", None]))
    assert (caught.value.code, caught.value.params["row"]) == ("units.incomplete", 3)
    with pytest.raises(InvalidInput, match=r"units\.empty"):
        read_units(opened(["镇", "村"]))


def test_the_list_of_units_beside_a_roster_is_found():
    made = makers.book(makers.person(), units=False)
    made.create_sheet("其他")
    long = made.create_sheet("长")
    for number in range(9):
        long.append([number])
    assert units_sheet_name(open_workbook(makers.saved(made)), "花名册") is None
    made.create_sheet("单位").append(["镇(街道)", "村(社区)"])
    assert units_sheet_name(open_workbook(makers.saved(made)), "花名册") == "单位"
