"""Sheets as plain cells, from every kind of file."""

import io
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
import python_calamine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.codecs import workbook as module
from muster.codecs.header import find_table, header_key, naming
from muster.codecs.workbook import open_workbook
from muster.core.errors import InvalidInput, MusterError, Unreadable
from tests.codecs import makers

WALL = datetime.fromisoformat("2026-05-01 08:30:00")


def first_rows(data):
    return list(next(open_workbook(data).sheets()).rows())


def test_numbers_texts_and_dates_stay_apart_and_rows_keep_their_numbers():
    made = openpyxl.Workbook()
    sheet = made.active
    for place, value in {
        "C3": "43",
        "D3": 43,
        "C5": date(2027, 6, 30),
        "D5": WALL,
        "E5": True,
        "F5": "  ",
        "G5": time(8),
        "H5": timedelta(hours=30),
        "I5": "=1+1",
    }.items():
        sheet[place] = value
    rows = first_rows(makers.saved(made))
    assert rows == [
        (3, [None, None, "43", 43.0, None, None, None, None]),
        (5, [None, None, date(2027, 6, 30), WALL, True, None, time(8), timedelta(hours=30)]),
    ]


def test_merged_cells_are_filled_down_and_to_the_right():
    made = openpyxl.Workbook()
    sheet = made.active
    for row in (["a", "b", "c"], ["x", 1, "p"], [None, 2, None], [None, 3, None], ["y", 4, None]):
        sheet.append(row)
    sheet.merge_cells("A2:A4")
    sheet.merge_cells("C2:D3")
    sheet["D1"] = "d"
    data = makers.saved(made)
    assert first_rows(data) == [
        (1, ["a", "b", "c", "d"]),
        (2, ["x", 1.0, "p", "p"]),
        (3, ["x", 2.0, "p", "p"]),
        (4, ["x", 3.0, None, None]),
        (5, ["y", 4.0, None, None]),
    ]
    sheet = next(open_workbook(data).sheets())
    assert list(sheet.raw_rows())[2] == (3, [None, 2.0, None, None])
    assert module.Merged(2, 1, 4, 1) in sheet.merged


def test_an_area_merged_outside_the_used_cells_fills_nothing():
    made = openpyxl.Workbook()
    made.active.append(["a"])
    made.active.merge_cells("C1:D9")
    assert first_rows(makers.saved(made)) == [(1, ["a"])]


def test_rows_can_be_read_twice():
    sheet = next(open_workbook(makers.saved(makers.book(makers.person()))).sheets())
    assert list(sheet.rows()) == list(sheet.rows())


def test_an_xls_is_read_like_an_xlsx():
    data = makers.xls(
        [makers.label(0, 0, "姓名"), makers.label(0, 1, "身份证号"), makers.number(2, 1, 4.30211199001e17)]
    )
    assert first_rows(data) == [(1, ["姓名", "身份证号"]), (3, [None, 4.30211199001e17])]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('姓名,电话,备注\r\n张三,138,"' + "；;|" * 40 + '"\r\n', ["姓名", "电话", "备注"]),
        ("姓名;电话;备注\n张三;138;a,b,c,d,e,f\n李四;139;\n", ["姓名", "电话", "备注"]),
        ("应急花名册\n姓名\t电话\n张三\t138\n", ["应急花名册"]),
        ("姓名\n张三\n", ["姓名"]),
        ("姓名,电话\n张三," + "x" * 200_000 + "|\n", None),
    ],
    ids=["marks in a remark", "commas in a remark", "a title first", "one column", "a cell without end"],
)
def test_the_delimiter_is_the_one_by_which_most_lines_agree(text, cells):
    if cells is None:
        with pytest.raises(Unreadable, match=r"file\.csv_broken"):
            open_workbook(text.encode()).sheet("CSV")
    else:
        assert next(iter(open_workbook(text.encode()).sheet("CSV").rows()))[1] == cells


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_the_usual_encodings(encoding, delimiter):
    text = f'姓名{delimiter}电话\r\n"张{delimiter}三"{delimiter}138\r\n\r\n𠮷野{delimiter}139\r\n'
    sheet = next(open_workbook(text.encode(encoding)).sheets())
    assert not sheet.typed
    assert list(sheet.rows()) == [(1, ["姓名", "电话"]), (2, [f"张{delimiter}三", "138"]), (4, ["𠮷野", "139"])]


def refusal(data):
    with pytest.raises(MusterError) as caught:
        [list(sheet.rows()) for sheet in open_workbook(data).sheets()]
    return caught.value.code


def test_csv_that_can_not_be_read_is_refused(monkeypatch):
    assert refusal(b"\xff\xff\xff\xff") == "file.encoding_unknown"
    assert refusal(b"\xff\xfea") == "file.encoding_unknown"
    assert refusal("a\0b".encode("utf-16")) == "file.encoding_unknown"
    assert refusal(b'"' + b"x" * 200_000) == "file.csv_broken"
    monkeypatch.setattr(module, "MAX_ROWS", 3)
    assert refusal(b"a\n" * 4) == "file.too_many_rows"
    assert first_rows(b"a\n" * 3)[-1] == (3, ["a"])


def test_a_sheet_that_does_not_exist_is_named_with_those_that_do():
    with pytest.raises(InvalidInput) as caught:
        open_workbook(makers.saved(makers.book())).sheet("Sheet9")
    assert (caught.value.code, caught.value.params["sheets"]) == ("file.sheet_unknown", ["花名册", "单位表"])


def test_a_workbook_of_charts_alone_is_empty():
    made = openpyxl.Workbook()
    made.create_chartsheet("图")
    made.active.sheet_state = "visible"
    data = makers.with_parts(
        makers.saved(made), xl__workbook_dot_xml=lambda xml: xml.replace(b'name="Sheet"', b'name="S"')
    )
    assert open_workbook(data).sheet_names == ("S",)
    only = makers.with_parts(
        data, **{"xl___rels__workbook_dot_xml_dot_rels": lambda xml: xml.replace(b'/worksheet"', b'/chartsheet"')}
    )
    assert refusal(only) == "file.empty"


def test_an_empty_sheet_has_no_rows():
    assert first_rows(makers.saved(openpyxl.Workbook())) == []


class PanicException(BaseException):
    """What a panic of the reader looks like from outside: same name, no common class."""


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (PanicException("index out of bounds"), "file.corrupt"),
        (python_calamine.XmlError("x"), "file.corrupt"),
        (python_calamine.PasswordError("x"), "file.encrypted"),
        (ValueError("the password is wrong"), "file.encrypted"),
        (OverflowError(), "file.corrupt"),
    ],
)
def test_what_the_reader_raises_becomes_one_of_our_errors(raised, code):
    with pytest.raises(Unreadable) as caught, module._Reading():
        raise raised
    assert caught.value.code == code


def test_other_errors_go_through_as_they_are():
    with pytest.raises(KeyboardInterrupt), module._Reading():
        raise KeyboardInterrupt


# ---- nothing unexpected ever comes out of a broken file


SAMPLES = {
    "xlsx": makers.saved(makers.book(makers.person(1), makers.person(2))),
    "xls": makers.xls(
        [makers.label(0, i, text) for i, text in enumerate(makers.HEADERS)] + [makers.number(1, 3, 4e17)]
    ),
    "csv": ",".join(makers.HEADERS).encode("gb18030") + b"\r\n1,2,3\r\n",
}
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_all(data):
    code = "file.read"
    try:
        for sheet in open_workbook(data).sheets():
            list(sheet.rows())
    except MusterError as error:
        code = error.code
    assert code.startswith("file.")


@FUZZ
@given(st.binary(max_size=2000), st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]))
def test_random_bytes_give_a_named_error_or_cells(data, start):
    read_all(start + data)


@FUZZ
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_mutated_files_give_a_named_error_or_cells(kind, data):
    broken = bytearray(SAMPLES[kind])
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
        if not broken:
            break
    read_all(bytes(broken))


@FUZZ
@given(st.data())
def test_mutated_sheets_inside_a_sound_package(data):
    def change(xml):
        broken = bytearray(xml)
        for _ in range(data.draw(st.integers(1, 5))):
            at = data.draw(st.integers(0, len(broken) - 1))
            broken[at : at + data.draw(st.integers(0, 6))] = data.draw(
                st.sampled_from([b"9", b"99999", b"XFD", b'"', b"<", b">", b"<c>", b"/", b"&#x41;", b"", b"\0", b"r="])
            )
        return bytes(broken)

    read_all(makers.with_sheet(SAMPLES["xlsx"], change))


# ---- headers


NAMES = naming({"name": ["姓名"], "town": ["镇(街道)"], "phone": ["联系电话", "手机"]}, ["序号"])


@pytest.mark.parametrize("header", ["姓名", " 姓 名 ", "*姓名", "姓名：", "姓名(必填)", "姓名【中文】", "姓\n名"])
def test_headers_are_known_in_their_many_forms(header):
    assert NAMES(header) == "name"


def test_brackets_that_belong_to_a_header_and_full_width_forms():
    assert NAMES("镇（街道）") == "town"
    assert NAMES("镇（街道）(必填)") is None
    assert NAMES("序号") == ""
    assert NAMES("血型") is None
    assert header_key("＊Ｎａｍｅ :") == "name"


def table_of(*rows, required=("name",), sheet=None):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    return find_table(open_workbook(makers.saved(made)), NAMES, required, sheet)


def test_the_header_is_found_below_title_and_notes_and_unknown_columns_are_told():
    table = table_of(
        ["花名册"], ["说明", "姓名写全名"], [], ["序号", "姓名", "手机", "血型", "手机"], [1, "张三", "138", "A", "139"]
    )
    assert (table.header_row, table.columns, table.unknown_headers) == (4, {"name": 1, "phone": 2}, ("血型", "手机"))
    ((number, cells),) = table.rows()
    assert (number, table.cell(cells, "name"), table.cell(cells, "town"), table.cell(["x"], "phone")) == (
        5,
        "张三",
        None,
        None,
    )


def test_missing_columns_and_missing_headers_are_told():
    with pytest.raises(InvalidInput) as caught:
        table_of(["姓名", "手机"], required=("name", "town"))
    assert (caught.value.code, caught.value.params["columns"]) == ("file.column_missing", ["town"])
    with pytest.raises(InvalidInput, match=r"file\.header_missing"):
        table_of(["a", "b"], [5, "手机"])
    with pytest.raises(InvalidInput, match=r"file\.header_missing"):
        table_of(*[["x"]] * 45, ["姓名", "手机"])
    with pytest.raises(InvalidInput, match=r"file\.sheet_unknown"):
        table_of(["姓名", "手机"], sheet="无")


def test_the_sheet_with_the_best_header_is_taken():
    made = openpyxl.Workbook()
    made.active.append(["序号", "姓名", "血型", "手机"])
    better = made.create_sheet("二")
    better.append(["姓名", "手机"])
    better.append(["姓名", "镇(街道)", "手机"])
    made.create_sheet("三").append(["姓名", "手机"])
    data = makers.saved(made)
    table = find_table(open_workbook(data), NAMES, ("name", "town"))
    assert (table.sheet.name, table.header_row) == ("二", 2)
    assert find_table(open_workbook(data), NAMES, ("name",), "三").sheet.name == "三"
    assert io.BytesIO(data).readable()
