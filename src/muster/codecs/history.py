"""Past callouts from a CSV file or workbook: who was alerted, what he answered, when he came."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from muster.codecs.dates import MAX_YEAR, MIN_YEAR
from muster.codecs.header import Table, find_table, naming
from muster.codecs.roster_text import cell_text
from muster.codecs.text import normal
from muster.codecs.workbook import Cell, Workbook
from muster.core.errors import InvalidInput
from muster.core.units import from_beijing

ReplyKind = Literal["none", "accepted", "declined"]
FIELDS = ("callout_id", "called_at", "member_no", "channel", "delivered", "reply", "reply_minutes", "arrived_minutes")
REQUIRED = FIELDS[:6]
ALIASES: dict[str, tuple[str, ...]] = {
    "callout_id": ("callout_id", "callout", "召集编号", "召集"),
    "called_at": ("called_at", "召集时间", "发出时间"),
    "member_no": ("member_no", "队员编号", "编号"),
    "channel": ("channel", "渠道", "通知方式"),
    "delivered": ("delivered", "送达", "是否送达"),
    "reply": ("reply", "回复", "答复"),
    "reply_minutes": ("reply_minutes", "回复分钟", "回复用时(分钟)"),
    "arrived_minutes": ("arrived_minutes", "到达分钟", "到达用时(分钟)"),
}
_naming = naming(ALIASES, ("序号",))
_CHANNELS = {
    "sms": "sms",
    "短信": "sms",
    "app": "app",
    "应用": "app",
    "voice": "voice",
    "语音": "voice",
    "电话": "voice",
    "mail": "mail",
    "邮件": "mail",
    "list": "list",
    "名单": "list",
}
_YES = {
    "yes": True,
    "y": True,
    "true": True,
    "1": True,
    "是": True,
    "no": False,
    "n": False,
    "false": False,
    "0": False,
    "否": False,
}
_REPLIES: dict[str, ReplyKind] = {
    "none": "none",
    "": "none",
    "无": "none",
    "accepted": "accepted",
    "accept": "accepted",
    "接受": "accepted",
    "declined": "declined",
    "decline": "declined",
    "拒绝": "declined",
}
_MOMENT = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_Value = TypeVar("_Value")
LONGEST_MINUTES = 7 * 24 * 60.0


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One alert of one callout. `called_at` is UTC; minutes count from it, None where nothing came."""

    sheet_row: int
    callout_id: str
    called_at: datetime
    member_no: str
    channel: str
    delivered: bool
    reply: ReplyKind
    reply_minutes: float | None
    arrived_minutes: float | None


@dataclass(frozen=True, slots=True)
class RefusedHistoryRow:
    """A row that is left out, with its reason."""

    sheet_row: int
    code: str


def read_history(workbook: Workbook, sheet_name: str | None = None) -> Iterator[HistoryRow | RefusedHistoryRow]:
    """The rows of a history, one by one. Times in the file are Beijing time; blank, "none" and "-" mean nothing came.

    Codes of refused rows: "history_id_blank", "history_time", "history_channel", "history_delivered",
    "history_reply", "history_minutes", "history_contradiction" (an answer to what was not delivered; the minute of an
    answer without an answer, or the other way round), "history_double" (same callout and member again).
    Errors as `find_table`.
    """
    return _rows(find_table(workbook, _naming, REQUIRED, sheet_name))


def _rows(table: Table) -> Iterator[HistoryRow | RefusedHistoryRow]:
    seen: set[tuple[str, str]] = set()
    for number, cells in table.rows():
        try:
            row = _row(number, {field: table.cell(cells, field) for field in FIELDS})
        except InvalidInput as error:
            yield RefusedHistoryRow(number, error.code)
            continue
        if (row.callout_id, row.member_no) in seen:
            yield RefusedHistoryRow(number, "history_double")
            continue
        seen.add((row.callout_id, row.member_no))
        yield row


def _row(number: int, cells: dict[str, Cell]) -> HistoryRow:
    words = {field: normal(cell_text(cells[field])) for field in FIELDS}
    if not words["callout_id"] or not words["member_no"]:
        raise InvalidInput("history_id_blank")
    reply = _looked_up(_REPLIES, words["reply"], "history_reply")
    row = HistoryRow(
        number,
        words["callout_id"],
        _moment(cells["called_at"]),
        words["member_no"],
        _looked_up(_CHANNELS, words["channel"], "history_channel"),
        _looked_up(_YES, words["delivered"], "history_delivered"),
        reply,
        _minutes(words["reply_minutes"]),
        _minutes(words["arrived_minutes"]),
    )
    answered = reply != "none"
    if answered != (row.reply_minutes is not None) or (answered and not row.delivered):
        raise InvalidInput("history_contradiction")
    return row


def _looked_up(table: Mapping[str, _Value], word: str, code: str) -> _Value:
    found = table.get(word.casefold())
    if found is None:
        raise InvalidInput(code)
    return found


def _moment(cell: Cell) -> datetime:
    if isinstance(cell, datetime):
        return _utc(cell)
    found = _MOMENT.fullmatch(normal(cell_text(cell)))
    if not found:
        raise InvalidInput("history_time")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        written = datetime.fromisoformat(f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    except ValueError as error:
        raise InvalidInput("history_time") from error
    return _utc(written)


def _utc(written: datetime) -> datetime:
    if not MIN_YEAR <= written.year <= MAX_YEAR:
        raise InvalidInput("history_time")
    return from_beijing(written)


def _minutes(word: str) -> float | None:
    if word.casefold() in ("", "none", "-", "无"):
        return None
    try:
        minutes = float(word)
    except ValueError as error:
        raise InvalidInput("history_minutes") from error
    if not 0 <= minutes <= LONGEST_MINUTES or math.isnan(minutes):
        raise InvalidInput("history_minutes")
    return minutes
