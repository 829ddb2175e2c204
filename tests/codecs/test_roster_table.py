"""Rosters around the rows: headers, files without types, progress, the report for programs, any cells at all."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.codecs import roster, roster_sentences
from muster.codecs.roster import RosterRules, check_roster, check_rows, find_roster
from muster.codecs.roster_columns import roster_field
from muster.codecs.roster_text import cell_text
from muster.codecs.units_list import KnownUnits
from muster.codecs.workbook import open_workbook
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


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("证书名称", "certificate1_name"),
        ("证书", "certificate1_name"),
        ("证书5号码", "certificate5_number"),
        ("Certificate 2 valid to", "certificate2_valid_to"),
        ("证书照片", None),
        ("证书6名称", None),
        ("说明", ""),
        ("血型", None),
    ],
)
def test_headers_of_certificates(header, field):
    assert roster_field(header) == field


def test_csv_can_not_tell_numbers_so_destroyed_ones_are_known_by_their_form():
    text = "姓名,身份证号,手机,镇,村\n" + "\n".join(
        f"张三,{number},1380000000{i},东镇,新田社区"
        for i, number in enumerate(
            [make_id(), "'" + make_id(serial="124"), "4.30211E+17", "430211199001010000", "430211199001010019"]
        )
    )
    result = check_roster(find_roster(open_workbook(text.encode("gb18030"))), rules())
    assert [row.rejected for row in result.rows] == [(), (), ("id_numeric",), ("id_numeric",), ("id_checksum",)]


def test_a_roster_without_a_column_that_must_be_there_is_refused():
    with pytest.raises(InvalidInput) as caught:
        check(person(1), headers=["姓名", "联系电话", "镇(街道)", "村(社区)"])
    assert (caught.value.code, caught.value.params["columns"]) == ("file.column_missing", ["id_number"])


def test_progress_is_told_and_ends_at_the_total(monkeypatch):
    monkeypatch.setattr(roster, "PROGRESS_EVERY", 2)
    table = find_roster(open_workbook(saved(book(*[person(n) for n in range(1, 6)]))))
    calls = []
    check_roster(table, rules(), lambda done, total: calls.append((done, total)))
    assert calls == [(2, 5), (4, 5), (5, 5)]
    assert sum(1 for _ in check_rows(table, rules())) == 5


def test_the_report_for_programs_counts_and_lists_by_sheet_row():
    result = check(person(1), person(2, 姓名=None), person(3, 联系电话="138 0000 0003"), person(4, 性别="男"))
    json = result.as_json()
    assert json == {
        "rows": 4,
        "accepted": 3,
        "rejected": {"5": ["name_blank"]},
        "fixed": {"6": ["phone_spaces"]},
        "warnings": {"7": ["sex_mismatch"]},
    }


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (5.0, "5"),
        (13800000001.0, "13800000001"),
        (0.5, "0.5"),
        (1e20, "1e+20"),
        (True, "True"),
        (date(2026, 1, 2), "2026-01-02"),
        (" x ", "x"),
    ],
)
def test_cells_as_text(cell, text):
    assert cell_text(cell) == text


CELLS = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.floats(),
    st.integers(-(10**20), 10**20).map(float),
    st.booleans(),
    st.dates(),
    st.sampled_from(["张三", make_id(), "13800000001", "东镇", "新田社区", "2027.6", "综合应急", "新田连", "男"]),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(CELLS, min_size=len(HEADERS), max_size=len(HEADERS)), min_size=1, max_size=3))
def test_any_cells_give_a_verdict_with_known_codes(rows):
    class Fake:
        """A table of cells that no file had to be made for."""

        sheet = type("Sheet", (), {"typed": True, "height": 9})
        columns = {roster_field(header): i for i, header in enumerate(HEADERS) if roster_field(header)}
        header_row = 3

        def rows(self):
            return ((number, cells) for number, cells in enumerate(rows, start=4))

        def cell(self, cells, field):
            column = self.columns.get(field)
            return None if column is None else cells[column]

    for row in check_rows(Fake(), rules()):
        codes = {*row.rejected, *row.fixed, *row.warnings}
        assert codes <= roster_sentences.CODES
        assert (row.data is None) == bool(row.rejected)
        if row.data:
            assert (
                make_id(row.data.id_number[6:14], row.data.id_number[14:17], row.data.id_number[:6])
                == row.data.id_number
            )
