"""The check of a roster: every fault has its code, every repair is told, nothing is guessed."""

from datetime import date, datetime

import pytest

from muster.codecs import roster
from muster.codecs.roster import RosterRules, check_roster, find_roster
from muster.codecs.roster_text import split_capabilities
from muster.codecs.units_list import KnownUnits
from muster.codecs.workbook import open_workbook
from muster.core.datum import wgs84_to_gcj02
from muster.core.errors import InvalidInput
from muster.core.geo import BBox
from tests.codecs.makers import AS_OF, CAPABILITIES, HEADERS, PLACES, book, make_id, person, saved

UNITS = KnownUnits.of(PLACES, ["水上搜救分队"])
AREA = BBox(112.9, 27.6, 113.2, 27.9)
HOME = (113.0823, 27.8266)


def rules(**changes):
    return RosterRules(
        **{"units": UNITS, "capabilities": CAPABILITIES, "datum": "wgs84", "as_of": AS_OF, "area": AREA} | changes
    )


def check(*people, headers=HEADERS, **changes):
    return check_roster(find_roster(open_workbook(saved(book(*people, headers=headers)))), rules(**changes))


def verdict(**changes):
    """The verdict on one person who is otherwise in order."""
    return check(person(1, **changes)).rows[0]


def test_a_good_row_is_accepted_with_everything_clean():
    row = verdict(
        **{
            "性别": "男",
            "专业特长": "综合应急、医疗救护",
            "证书1名称": "医疗救护",
            "证书1编号": "ZS1",
            "证书1有效期至": date(2029, 6, 30),
            "工作单位": "某公司",
            "统一社会信用代码": "91110000600037341L",
            "编组单位": "泉塘连",
            "经度": HOME[0],
            "纬度": HOME[1],
            "备注": "=SUM(A1)",
        }
    )
    assert (row.sheet_row, row.rejected, row.fixed, row.warnings) == (4, (), (), ())
    data = row.data
    assert (data.member_no, data.name, data.id_number, data.birth_date, data.sex) == (
        "TY000001",
        "张三",
        make_id(serial="001"),
        date(1990, 1, 1),
        1,
    )
    assert (data.phone, data.phone_kind, data.town, data.village) == ("+8613800000001", "mobile", "东镇", "新田社区")
    assert data.capabilities == ("general_rescue", "medic")
    assert data.certificates == (roster.CertificateRow("医疗救护", "medic", "ZS1", None, date(2029, 6, 30)),)
    assert (data.employer, data.employer_code) == ("某公司", "91110000600037341L")
    assert (data.unit_town, data.unit_village, data.team) == ("东镇", "泉塘村", "")
    assert (data.lon, data.lat) == HOME
    assert data.remark == ""  # a formula without a value is a blank cell


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"姓名": None}, "name_blank", "name"),
        ({"姓名": "　"}, "name_blank", "name"),
        ({"姓名": "<b>张三</b>"}, "name_invalid", "name"),
        ({"姓名": "张3"}, "name_invalid", "name"),
        ({"姓名": "张" * 61}, "name_invalid", "name"),
        ({"姓名": "-张三"}, "name_invalid", "name"),
        ({"姓名": "···"}, "name_invalid", "name"),
        ({"姓名": 5}, "name_invalid", "name"),
        ({"公民身份号码": None}, "id_blank", "id_number"),
        ({"公民身份号码": 430211199001010010}, "id_numeric", "id_number"),
        ({"公民身份号码": 43021199}, "id_numeric", "id_number"),
        ({"公民身份号码": 430211900101001}, "id_old_form", "id_number"),
        ({"公民身份号码": "430211900101001"}, "id_old_form", "id_number"),
        ({"公民身份号码": "43021119"}, "id_form", "id_number"),
        ({"公民身份号码": "430211199002300018"}, "id_date", "id_number"),
        ({"公民身份号码": "430211199001010000"}, "id_checksum", "id_number"),
        ({"公民身份号码": True}, "id_form", "id_number"),
        ({"联系电话": None}, "phone_blank", "phone"),
        ({"联系电话": "138"}, "phone_invalid", "phone"),
        ({"联系电话": 138000000012}, "phone_invalid", "phone"),
        ({"镇(街道)": "不存在镇"}, "unit_unknown", "town"),
        ({"村(社区)": "不存在村"}, "unit_unknown", "village"),
        ({"镇(街道)": None, "村(社区)": None}, "unit_unknown", "village"),
        ({"编组单位": "新天连"}, "unit_unknown", "unit"),
        ({"专业特长": "综合应急、星际航行"}, "capability_unknown", "capabilities"),
        ({"证书1名称": "医疗救护", "证书1有效期至": "2026.2.30"}, "date_impossible", "certificate1_valid_to"),
        ({"备注": "长" * 501}, "text_too_long", "remark"),
    ],
)
def test_each_fault_is_refused_for_its_own_reason(changes, code, column):
    row = verdict(**changes)
    assert (row.data, row.rejected, row.fixed, row.warnings) == (None, (code,), (), ())
    assert (code, column) in row.columns


@pytest.mark.parametrize(
    ("changes", "code", "field", "value"),
    [
        ({"姓名": "张　三"}, "name_spaces", "name", "张三"),
        ({"姓名": " 张三"}, "name_spaces", "name", "张三"),
        ({"姓名": "阿里木•江"}, "name_dot", "name", "阿里木·江"),
        ({"姓名": "Anna  Lee"}, "name_spaces", "name", "Anna Lee"),
        (
            {"公民身份号码": make_id(serial="007").translate(str.maketrans("0123456789", "０１２３４５６７８９"))},
            "id_full_width",
            "id_number",
            make_id(serial="007"),
        ),
        ({"联系电话": " 138-0000 0001"}, "phone_spaces", "phone", "+8613800000001"),
    ],
)
def test_each_repair_is_told(changes, code, field, value):
    row = verdict(**changes)
    assert (row.rejected, row.fixed, row.warnings) == ((), (code,), ())
    assert getattr(row.data, field) == value


@pytest.mark.parametrize(
    ("cell", "value", "fixed"),
    [
        ("2027.3.1", date(2027, 3, 1), ("date_dots",)),
        ("2027年6月", date(2027, 6, 30), ("date_month",)),
        ("2028-02", date(2028, 2, 29), ("date_month",)),
        ("2027-06-30", date(2027, 6, 30), ()),
        (datetime.fromisoformat("2027-06-30"), date(2027, 6, 30), ()),
        ("长期", None, ()),
    ],
)
def test_dates_of_certificates(cell, value, fixed):
    row = verdict(**{"证书1名称": "医疗救护", "证书1有效期至": cell})
    assert (row.fixed, row.data.certificates[0].valid_to) == (fixed, value)


@pytest.mark.parametrize(
    ("cell", "warnings"),
    [
        (date(2026, 11, 22), ("certificate_expired",)),
        (date(2026, 11, 23), ()),
        (date(2026, 11, 24), ()),
    ],
)
def test_a_certificate_counts_on_its_last_day_and_not_after(cell, warnings):
    row = verdict(**{"证书1名称": "医疗救护", "证书1有效期至": cell})
    assert row.warnings == warnings
    assert row.data is not None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"性别": "女"}, "sex_mismatch"),
        ({"性别": "不详"}, "sex_mismatch"),
        ({"统一社会信用代码": "91110000600037341M"}, "orgcode_checksum"),
        ({"证书1名称": "厨师"}, "certificate_unknown"),
        ({"证书1编号": "ZS1"}, "certificate_name_blank"),
        ({"经度": HOME[1], "纬度": HOME[0]}, "coordinates_swapped"),
        ({"经度": 116.4, "纬度": 39.9}, "coordinates_outside"),
        ({"经度": 999, "纬度": 5}, "coordinates_outside"),
        ({"经度": HOME[0]}, "coordinates_invalid"),
        ({"经度": "东经", "纬度": HOME[1]}, "coordinates_invalid"),
        ({"经度": True, "纬度": HOME[1]}, "coordinates_invalid"),
    ],
)
def test_each_doubt_is_a_warning_and_the_row_stands(changes, code):
    row = verdict(**({"性别": "男"} | changes))
    assert (row.rejected, row.warnings) == ((), (code,))
    assert row.data is not None


def test_points_are_stored_in_wgs84_and_swapped_back():
    gcj = wgs84_to_gcj02(*HOME)
    straight = check(person(1, 经度=gcj[0], 纬度=gcj[1]), datum="gcj02").accepted[0]
    swapped = check(person(1, 经度=f"{gcj[1]}°", 纬度=f" {gcj[0]}"), datum="gcj02").accepted[0]
    for row in (straight, swapped):
        assert (row.lon, row.lat) == pytest.approx(HOME, abs=1e-9)
    outside = verdict(经度=116.4, 纬度=39.9).data
    assert (outside.lon, outside.lat) == (None, None)


def test_an_unknown_datum_is_refused():
    with pytest.raises(InvalidInput, match=r"geo\.datum_unknown"):
        rules(datum="bj54")


def test_the_later_of_two_rows_with_one_number_is_the_double():
    again = person(3, 公民身份号码=make_id(serial="001"))
    number = person(4, 队员编号="TY000001")
    unnumbered = [person(5, 队员编号=None), person(6, 队员编号=None)]
    result = check(person(1), person(2, 姓名=None), again, number, *unnumbered)
    assert [row.rejected for row in result.rows] == [
        (),
        ("name_blank",),
        ("id_duplicate",),
        ("member_no_duplicate",),
        (),
        (),
    ]
    assert result.rows[2].hints == (("id_duplicate", ("4",)),)


def test_a_number_that_an_earlier_refused_row_bears_is_a_double_too():
    result = check(person(1, 姓名=None), person(2, 公民身份号码=make_id(serial="001")))
    assert [row.rejected for row in result.rows] == [("name_blank",), ("id_duplicate",)]


def test_all_faults_of_a_row_are_told_at_once_each_once():
    row = verdict(**{"姓名": None, "联系电话": "1", "专业特长": "甲、乙", "村(社区)": "无", "编组单位": "无连"})
    assert row.rejected == ("name_blank", "phone_invalid", "unit_unknown", "capability_unknown")


def test_near_names_are_offered():
    row = verdict(**{"村(社区)": "新田村", "专业特长": "综和应急"})
    assert dict(row.hints) == {"unit_unknown": ("新田社区",), "capability_unknown": ("综合应急",)}
    assert dict(verdict(**{"镇(街道)": "东街道"}).hints)["unit_unknown"] == ("西街道",)


def test_teams_that_nobody_knows_are_to_be_made_and_companies_are_not():
    result = check(
        person(1, 编组单位="水上搜救分队"),
        person(2, 编组单位="工程机械分队"),
        person(3, 编组单位="工程机械 分队"),
        person(4, 编组单位="无人机分队", 姓名=None),
        person(5),
    )
    assert result.new_teams == {"工程机械分队": 2}
    assert [row.team for row in result.accepted] == ["水上搜救分队", "工程机械分队", "工程机械分队", ""]
    assert [row.unit_village for row in result.accepted] == ["", "", "", "新田社区"]


def test_a_village_without_its_town_is_enough_where_there_is_only_one():
    assert verdict(**{"镇(街道)": None}).data.town == "东镇"
    assert verdict(**{"镇(街道)": None, "村(社区)": "泉塘村"}).rejected == ("unit_unknown",)


def test_merged_towns_are_filled():
    made = book(person(1), person(2, **{"镇(街道)": None, "村(社区)": "泉塘村"}))
    made.active.merge_cells("G4:G5")
    result = check_roster(find_roster(open_workbook(saved(made))), rules())
    assert [row.town for row in result.accepted] == ["东镇", "东镇"]


def test_capabilities_in_any_language_and_with_any_comma():
    row = verdict(专业特长="综合应急，medic; 货车驾驶\n抗洪 抢险、")
    assert row.data.capabilities == ("general_rescue", "medic", "driver_truck", "flood_control")
    assert verdict(专业特长="综合应急、General rescue hand").data.capabilities == ("general_rescue",)
    assert verdict(专业特长=None).data.capabilities == ()
    assert split_capabilities("") == []


def test_other_headers_and_two_certificates_with_their_dates():
    headers = [
        "编号",
        "名字",
        "身份证号",
        "手机",
        "街道",
        "社区",
        "证书一名称",
        "证书1发证日期",
        "证书1有效期",
        "资格证书2名称",
        "证书2到期日",
        "血型",
    ]
    row = {
        "编号": 7,
        "名字": "李四",
        "身份证号": make_id(),
        "手机": 13800000001,
        "街道": "西街道",
        "社区": "长源社区",
        "证书一名称": "医疗救护",
        "证书1发证日期": "2028-01-01",
        "证书1有效期": "2027-01-01",
        "资格证书2名称": "货车驾驶",
        "证书2到期日": "2027/6/30",
    }
    result = check(row, headers=headers)
    assert result.rows[0].rejected == ("date_order",)
    assert result.unknown_headers == ("血型",)
    right = check(row | {"证书1有效期": "2029-01-01"}, headers=headers).rows[0]
    assert right.fixed == ("date_slashes",)
    assert right.data.member_no == "7"
    assert [c.valid_to for c in right.data.certificates] == [date(2029, 1, 1), date(2027, 6, 30)]
    assert right.data.certificates[0].valid_from == date(2028, 1, 1)
    old = check(
        row | {"证书1发证日期": None, "证书1有效期": "2020.1.1", "证书2到期日": "2020.1.2"}, headers=headers
    ).rows[0]
    assert (old.fixed, old.warnings) == (("date_dots",), ("certificate_expired",))
