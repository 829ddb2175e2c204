"""Workbooks with columns of their own: the header is guessed, numbers are hidden, a named header is known again."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook

from muster.codecs.own_columns import fingerprint, known_again, likely_header
from muster.codecs.workbook import open_workbook
from tests.codecs.makers import make_id

HEADS = ["人", "公民号", "手机1", "片区", "点位", "会什么", "东", "北", "入册", "单位码"]


def rows(count=6):
    values = ["东镇", "新田社区", "综合应急", 113.123, 27.812, "2020-01-01", "91430211MA4L16JQ9B"]
    return [["王建国李张"[n % 3 :][:2], make_id(serial=f"{100 + n}"), f"1990000{n:04d}", *values] for n in range(count)]


def book(*lines, second=()):
    made = Workbook()
    for line in lines:
        made.active.append(list(line))
    other = made.create_sheet("别的")
    for line in second:
        other.append(list(line))
    stream = io.BytesIO()
    made.save(stream)
    return open_workbook(stream.getvalue())


def test_the_header_and_what_its_columns_hold_are_guessed():
    found = likely_header(book(["某某街道人员表"], [], HEADS, *rows()))
    assert (found.sheet, found.row) == ("Sheet", 3)
    assert [column.header for column in found.columns] == HEADS
    guessed = {column.header: column.guess for column in found.columns}
    assert guessed == {
        "人": "", "公民号": "id_number", "手机1": "phone", "片区": "", "点位": "", "会什么": "", "东": "lon",
        "北": "lat", "入册": "", "单位码": "employer_code",
    }  # fmt: skip


def test_known_names_among_the_unknown_are_taken_as_they_are():
    found = likely_header(book(["姓名", "别的"], ["某", "x"]))
    assert [column.guess for column in found.columns] == ["name", ""]


def test_two_columns_that_look_alike_are_left_to_a_person():
    found = likely_header(
        book(["号一", "号二", "人"], *[[f"1990000{n:04d}", f"1991000{n:04d}", "某某"] for n in range(5)])
    )
    assert [column.guess for column in found.columns] == ["", "", ""]


def test_numbers_of_persons_are_not_shown_whole():
    found = likely_header(book(HEADS, *rows()))
    shown = [sample for column in found.columns for sample in column.samples]
    for n in range(3):
        assert make_id(serial=f"{100 + n}") not in shown
    assert all(len(column.samples) == 3 for column in found.columns)
    assert any(sample.startswith("199****") for sample in shown)


def test_days_are_shown_as_days():
    from datetime import date

    found = likely_header(book(["甲", "乙"], ["x", date(2026, 5, 1)], ["y", date(2026, 5, 2)]))
    assert found.columns[1].samples[0] == "2026-05-01"


def test_the_sheet_with_more_words_wins():
    found = likely_header(book(["甲", "乙"], ["x", "y"], second=[HEADS, *rows()]))
    assert found.sheet == "别的"


def test_a_column_without_a_header_is_offered_too():
    found = likely_header(book(["甲", None, "乙"], ["x", "某某", "y"]))
    assert (found.row, [column.header for column in found.columns]) == (1, ["甲", "", "乙"])


def test_where_no_row_has_words_there_is_no_header():
    assert likely_header(book([1, 2, 3], [4, 5, 6])) is None


@pytest.mark.parametrize("again", [["人 ", "公民号：", "手机 1"], ["人", "*公民号", "手机1", None]])
def test_a_header_is_known_again_whatever_its_spaces_and_signs(again):
    assert fingerprint(again) == fingerprint(["人", "公民号", "手机1"])


def test_other_words_or_another_order_are_another_header():
    assert len({fingerprint(heads) for heads in (["人", "号"], ["号", "人"], ["人", "号", "村"], ["人", 3])}) == 4


def test_a_header_that_was_named_gives_the_table():
    names = ["name", "id_number", "phone", "town", "village", "capabilities", "", "", "", ""]
    table = known_again(book(["题目", "x"], HEADS, *rows()), {fingerprint(HEADS): names})
    assert table is not None
    assert (table.header_row, table.columns["village"]) == (2, 4)
    assert table.unknown_headers == ("东", "北", "入册", "单位码")
    first = next(iter(table.rows()))
    assert table.cell(first[1], "id_number") == make_id(serial="100")


@pytest.mark.parametrize("remembered", [{}, {"other": ["name"]}])
def test_a_header_nobody_named_is_not_known(remembered):
    assert known_again(book(HEADS, *rows()), remembered) is None
