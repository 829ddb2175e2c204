"""Past callouts from files."""

from datetime import UTC, datetime

import openpyxl
import pytest

from muster.codecs.history import HistoryRow, RefusedHistoryRow, read_history
from muster.codecs.workbook import open_workbook
from muster.core.errors import InvalidInput
from tests.codecs.makers import saved

HEAD = "callout_id,called_at,member_no,channel,delivered,reply,reply_minutes,arrived_minutes\n"


def read(*lines, head=HEAD, encoding="utf-8-sig"):
    return list(read_history(open_workbook((head + "\n".join(lines) + "\n").encode(encoding))))


def test_a_row_is_read_with_its_time_in_utc():
    assert read("H001,2026-05-19 05:19,TY000233,sms,yes,accepted,6.8,37.0") == [
        HistoryRow(2, "H001", datetime(2026, 5, 18, 21, 19, tzinfo=UTC), "TY000233", "sms", True, "accepted", 6.8, 37.0)
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("yes,none,,", (True, "none", None, None)),
        ("no,none,,", (False, "none", None, None)),
        ("yes,,-,none", (True, "none", None, None)),
        ("yes,declined,3,", (True, "declined", 3.0, None)),
        ("是,接受,3,", (True, "accepted", 3.0, None)),
        ("YES,Accepted,0,9", (True, "accepted", 0.0, 9.0)),
    ],
)
def test_blanks_mean_that_nothing_came(line, expected):
    (row,) = read("H1,2026-05-19 05:19,TY1,短信," + line)
    assert (row.delivered, row.reply, row.reply_minutes, row.arrived_minutes) == expected


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (",2026-05-19 05:19,TY1,sms,yes,none,,", "history_id_blank"),
        ("H1,2026-05-19 05:19,,sms,yes,none,,", "history_id_blank"),
        ("H1,19.5.2026,TY1,sms,yes,none,,", "history_time"),
        ("H1,2026-02-30 05:19,TY1,sms,yes,none,,", "history_time"),
        ("H1,0001-01-01 00:00,TY1,sms,yes,none,,", "history_time"),
        ("H1,9999-12-31 23:59,TY1,sms,yes,none,,", "history_time"),
        ("H1,2026-05-19 05:19,TY1,pigeon,yes,none,,", "history_channel"),
        ("H1,2026-05-19 05:19,TY1,sms,maybe,none,,", "history_delivered"),
        ("H1,2026-05-19 05:19,TY1,sms,yes,perhaps,,", "history_reply"),
        ("H1,2026-05-19 05:19,TY1,sms,yes,accepted,x,", "history_minutes"),
        ("H1,2026-05-19 05:19,TY1,sms,yes,accepted,-1,", "history_minutes"),
        ("H1,2026-05-19 05:19,TY1,sms,yes,accepted,nan,", "history_minutes"),
        ("H1,2026-05-19 05:19,TY1,sms,yes,accepted,1,1e9", "history_minutes"),
        ("H1,2026-05-19 05:19,TY1,sms,yes,accepted,,", "history_contradiction"),
        ("H1,2026-05-19 05:19,TY1,sms,yes,none,4,", "history_contradiction"),
        ("H1,2026-05-19 05:19,TY1,sms,no,accepted,4,", "history_contradiction"),
    ],
)
def test_each_fault_has_its_code(line, code):
    assert read(line) == [RefusedHistoryRow(2, code)]


def test_a_member_is_alerted_once_per_callout():
    rows = read(
        "H1,2026/5/19 5:19:30,TY1,sms,yes,none,,",
        "H1,2026-05-19T05:19,TY1,app,yes,none,,",
        "H2,2026-05-19 05:19,TY1,voice,yes,none,,",
    )
    assert rows[0].called_at == datetime(2026, 5, 18, 21, 19, 30, tzinfo=UTC)
    assert rows[1] == RefusedHistoryRow(3, "history_double")
    assert rows[2].callout_id == "H2"


def test_a_workbook_with_chinese_headers_is_read_too():
    made = openpyxl.Workbook()
    made.active.append(
        ["召集编号", "召集时间", "队员编号", "渠道", "是否送达", "回复", "回复用时(分钟)", "到达用时(分钟)"]
    )
    made.active.append(["H1", datetime.fromisoformat("2026-05-19 05:19"), "TY1", "语音", "是", "接受", 5, 30.5])
    (row,) = read_history(open_workbook(saved(made)))
    assert (row.called_at, row.channel, row.reply_minutes, row.arrived_minutes) == (
        datetime(2026, 5, 18, 21, 19, tzinfo=UTC),
        "voice",
        5.0,
        30.5,
    )


def test_a_date_cell_at_the_end_of_the_calendar_is_refused_not_raised():
    made = openpyxl.Workbook()
    made.active.append(HEAD.strip().split(","))
    made.active.append(["H1", datetime.fromisoformat("9999-12-31 23:59"), "TY1", "sms", "yes", "none", None, None])
    assert list(read_history(open_workbook(saved(made)))) == [RefusedHistoryRow(2, "history_time")]


def test_a_file_without_the_columns_is_refused():
    with pytest.raises(InvalidInput, match=r"file\.column_missing"):
        read(head="callout_id,called_at,member_no\n")
