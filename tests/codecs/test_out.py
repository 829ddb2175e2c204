"""What goes out: the refused rows, the empty template, exports. Nothing of it is ever a formula."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.codecs import report, roster_sentences, template
from muster.codecs.report import refused_workbook
from muster.codecs.roster import RosterRules, check_roster, find_roster
from muster.codecs.roster_sentences import CODES, sentence
from muster.codecs.sheets_out import Column, column_letter, export_csv, export_xlsx, sheet_title, text_width
from muster.codecs.template import roster_template
from muster.codecs.units_list import KnownUnits, read_units
from muster.codecs.workbook import open_workbook
from tests.codecs.makers import AS_OF, CAPABILITIES, HEADERS, PLACES, book, make_id, person, saved

RULES = RosterRules(KnownUnits.of(PLACES), CAPABILITIES, "wgs84", AS_OF)


def refused(data, language="zh"):
    opened = open_workbook(data)
    table = find_roster(opened)
    result = check_roster(table, RULES)
    return result, refused_workbook(opened, table, result, language)


def sheet_of(data, number=0):
    return openpyxl.load_workbook(io.BytesIO(data)).worksheets[number]


PEOPLE = [
    person(1),
    person(2, 姓名=None, 备注="记下"),
    person(3),
    person(4, 公民身份号码=430211199001010010, 联系电话="12"),
    person(5, 公民身份号码=make_id(serial="001")),
    person(6, 姓名="<b>", 证书1有效期至=date(2027, 6, 30)),
]


def test_only_the_refused_rows_come_back_with_all_that_stood_in_them():
    made = book(*PEOPLE)
    made.active.merge_cells("P5:P6")  # merges among the data do not come along, for rows have gone between
    _, out = refused(saved(made))
    sheet = sheet_of(out)
    rows = list(sheet.iter_rows(values_only=True))
    assert sheet.title == "花名册"
    assert (rows[0][0], rows[1][0]) == ("应急后备队伍花名册", "填表说明：身份号码用文本格式")
    assert rows[2] == (*HEADERS, "说明")
    assert [row[1] for row in rows[3:]] == ["TY000002", "TY000004", "TY000005", "TY000006"]
    assert rows[3][:3] == (2, "TY000002", None)
    assert rows[3][-2:] == ("记下", "原第 5 行：姓名为空")
    assert rows[4][3] == pytest.approx(430211199001010010, rel=1e-14)
    assert rows[4][-1] == (
        "原第 7 行：身份号码被表格软件当作数字，末三位已丢失，请将单元格设为文本格式后重新录入；"
        "联系电话有误，手机应为 11 位，固定电话请加区号"
    )
    assert rows[5][-1] == "原第 8 行：身份号码与第 4 行重复"
    assert rows[6][11].date() == date(2027, 6, 30)
    assert {str(area) for area in sheet.merged_cells.ranges} == {"A1:R1"}


def test_the_wrong_cells_are_red_and_numbers_are_text():
    sheet = sheet_of(refused(saved(book(*PEOPLE)))[1])
    red = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == "FFFFC7CE"}
    assert red == {"C4", "D5", "F5", "D6", "C7"}
    assert {sheet["D6"].number_format, sheet["F6"].number_format} == {"@"}


def test_a_mended_report_can_be_handed_in_and_its_explanation_is_used_again():
    made = openpyxl.load_workbook(io.BytesIO(refused(saved(book(*PEOPLE)))[1]))
    made.worksheets[0]["C4"] = "张三"
    result, again = refused(saved(made))
    assert [bool(row.rejected) for row in result.rows] == [False, True, False, True]
    assert result.unknown_headers == ()
    header = [cell.value for cell in sheet_of(again)[3]]
    assert header == [*HEADERS, "说明"]


def test_the_other_sheets_come_along_up_to_a_limit(monkeypatch):
    _, out = refused(saved(book(*PEOPLE)))
    assert read_units(open_workbook(out), "单位表") == PLACES
    monkeypatch.setattr(report, "OTHER_SHEET_ROWS", 3)
    _, out = refused(saved(book(*PEOPLE)))
    assert read_units(open_workbook(out), "单位表") == PLACES[:2]


def test_the_report_speaks_english_too():
    sheet = sheet_of(refused(saved(book(*PEOPLE)), "en")[1])
    assert sheet.cell(3, len(HEADERS) + 1).value == "说明", "the column keeps its name in every language"
    assert sheet.cell(4, len(HEADERS) + 1).value == "Row 5: The name is blank"


def test_a_csv_comes_back_as_a_workbook():
    text = "姓名,身份证号,手机,镇,村\n=1+1,x,1,东镇\n"
    sheet = sheet_of(refused(text.encode())[1])
    assert [cell.value for cell in sheet[2]][:4] == ["=1+1", "x", "1", "东镇"]
    assert sheet["A2"].data_type == "s"


def test_every_code_has_its_sentences_in_both_languages():
    for code in CODES:
        for language in ("zh", "en"):
            assert sentence(code, ("甲", "乙"), language)
            assert "{" not in sentence(code, ("甲",), language)
    assert all(chinese != english for chinese, english in roster_sentences._TEXTS.values())
    assert sentence("unit_unknown", ("甲", "乙")) == "单位不在单位表中；是否为：甲、乙？"
    assert sentence("unit_unknown", ("A", "B"), "en") == "The unit is not in the list of units; perhaps A, B?"
    assert sentence("something_else") == "something_else"


def test_every_code_that_the_sources_name_has_a_sentence():
    import inspect
    import re

    from muster.codecs import dates, idnumber, orgcode, phone, roster, roster_row, roster_text

    named = set()
    for module in (dates, idnumber, orgcode, phone, roster, roster_row, roster_text):
        named |= set(
            re.findall(
                r'"((?:id|phone|date|name|orgcode|certificate|coordinates|unit|capability|sex|text|member_no)'
                r'_[a-z_]+)"',
                inspect.getsource(module),
            )
        )
    fields = {"id_number", "member_no", "certificate_field", "unit_town", "unit_village", "phone_kind", "phone_area"}
    assert named - fields <= CODES


# ---- template


def test_the_template_can_be_filled_and_read():
    data = roster_template(PLACES, ["综合应急", "医疗救护"])
    made = openpyxl.load_workbook(io.BytesIO(data))
    sheet = made.worksheets[0]
    assert sheet["A1"].value == template.TITLE
    headers = [cell.value for cell in sheet[3]]
    by_header = {header.removeprefix("*"): column for column, header in enumerate(headers, start=1)}
    assert {header for header in headers if header.startswith("*")} == {
        "*姓名",
        "*公民身份号码",
        "*联系电话",
        "*镇(街道)",
        "*村(社区)",
    }
    for header, value in person(1, 证书1名称="医疗救护", 证书1有效期至=date(2029, 6, 30)).items():
        if value is not None:
            sheet.cell(4, by_header[header], value)
    opened = open_workbook(saved(made))
    table = find_roster(opened)
    result = check_roster(table, RULES)
    assert (table.header_row, len(result.rows), len(result.accepted)) == (3, 1, 1)
    assert read_units(opened, "单位表") == PLACES
    assert sheet.cell(500, by_header["公民身份号码"]).number_format == "@"
    assert sheet.cell(500, by_header["联系电话"]).number_format == "@"
    choices = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
    town = column_letter(by_header["镇(街道)"])
    assert choices[f"{town}4:{town}1003"] == "=目录!$A$2:$A$3"
    assert {'"男,女"', "=单位表!$B$2:$B$6", "=目录!$B$2:$B$3"} <= set(choices.values())


def test_the_template_of_an_office_without_units_has_no_empty_lists():
    sheet = sheet_of(roster_template([], [], certificates=0))
    assert [one.formula1 for one in sheet.data_validations.dataValidation] == ['"男,女"']


# ---- exports

COLUMNS = [
    Column("姓名", width=12),
    Column("金额", "money"),
    Column("日期", "date"),
    Column("时间", "moment"),
    Column("人数", "number"),
]
ROW = ['=HYPERLINK("http://x")', Decimal("200.00"), date(2026, 5, 1), datetime(2026, 5, 1, 16, 30, tzinfo=UTC), 3]


def test_an_export_is_text_where_it_is_text_and_beijing_time():
    data = export_xlsx(
        "补贴发放表",
        COLUMNS,
        [ROW],
        notes=["演练"],
        footer=["合计", Decimal("200"), None, None, 3],
        sheet_name="补贴/2026",
    )
    sheet = sheet_of(data)
    assert sheet.title == "补贴 2026"
    assert [cell.value for cell in sheet[3]] == [column.header for column in COLUMNS]
    cells = list(sheet[4])
    assert (cells[0].value, cells[0].data_type, cells[0].quotePrefix) == (ROW[0], "s", True)
    assert (cells[1].value, cells[1].number_format) == (200, "#,##0.00")
    assert cells[2].value.date() == date(2026, 5, 1)
    assert cells[3].value == datetime.fromisoformat("2026-05-02 00:30")
    assert [cell.value for cell in sheet[5]] == ["合计", 200, None, None, 3]
    assert {str(area) for area in sheet.merged_cells.ranges} == {"A1:E1", "A2:E2"}


def test_a_date_stays_a_date_in_a_column_of_text():
    sheet = sheet_of(export_xlsx("t", [Column("a")], [[date(2026, 5, 1)], [5]]))
    assert (sheet["A3"].value.date(), sheet["A4"].value) == (date(2026, 5, 1), 5)


def test_a_table_of_one_column_and_without_rows():
    sheet = sheet_of(export_xlsx("x", [Column("a")], []))
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["x", "a"]


def test_csv_has_its_mark_and_no_formulas():
    data = export_csv(COLUMNS, [ROW, ["张三", None, None, datetime.fromisoformat("2026-05-01 08:00"), 0]])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[1:] == [
        ['\'=HYPERLINK("http://x")', "200.00", "2026-05-01", "2026-05-02 00:30", "3"],
        ["张三", "", "", "2026-05-01 08:00", "0"],
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_no_text_becomes_a_formula_in_any_export(texts):
    columns = [Column("a"), Column("b")]
    rows = [[text, text] for text in texts]
    for cells in sheet_of(export_xlsx("t", columns, rows)).iter_rows(min_row=3):
        assert all(cell.data_type in ("s", "n") and not (cell.data_type == "n" and cell.value) for cell in cells)
    for line in list(csv.reader(io.StringIO(export_csv(columns, rows).decode("utf-8-sig"), newline="")))[1:]:
        assert not any(value.lstrip(" \u3000").startswith(("=", "+", "-", "@", "\t", "\r", "|")) for value in line)


def test_characters_that_no_file_can_hold_are_left_out():
    broken = "张\x00三\ud800\uffff"
    assert sheet_of(export_xlsx("t", [Column("a")], [[broken]]))["A3"].value == "张三"
    assert export_csv([Column("a")], [["张三\ud800"]]).decode("utf-8-sig") == "a\r\n张三\r\n"


def test_titles_of_sheets():
    assert sheet_title("'[a]:b'") == "a  b"
    assert sheet_title("") == "Sheet"
    assert sheet_title("长" * 40) == "长" * 31
    assert sheet_title("A", ["a", "A 2"]) == "A 3"


@pytest.mark.parametrize(("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")])
def test_letters_of_columns(number, letters):
    assert column_letter(number) == letters


def test_wide_characters_are_two_wide():
    assert text_width("ab中文") == 6
