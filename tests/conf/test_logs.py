"""Log lines: one JSON object each, with the place where something broke and without what is private."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from muster.conf.logs import configure, plain_traceback


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What reaches stderr, by the configuration that the program starts with."""
    root = logging.getLogger()
    before, level, kept = root.handlers, root.level, structlog.get_config()
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    configure({"level": "INFO"})
    structlog.configure(cache_logger_on_first_use=False)  # a logger first used here must not keep this for ever
    yield out
    structlog.configure(**kept)
    root.handlers = before
    root.setLevel(level)


def told(out: io.StringIO) -> dict[str, str]:
    (line,) = out.getvalue().splitlines()
    return dict(json.loads(line))


def break_it() -> None:
    raise LookupError("no message for +8613812342071")


def test_a_logger_of_the_standard_library_tells_where_it_broke(lines: io.StringIO) -> None:
    try:
        break_it()
    except LookupError:
        logging.getLogger("asyncio").exception("Task %s failed", "send")
    said = told(lines)
    assert (said["event"], said["level"]) == ("Task send failed", "error")
    assert "in break_it" in said["exception"]
    assert said["exception"].endswith("LookupError: no message for +…")
    assert "exc_info" not in said


def test_our_own_loggers_tell_it_the_same_way(lines: io.StringIO) -> None:
    try:
        break_it()
    except LookupError as error:
        structlog.get_logger("muster.tests").error("request.broken", number="ab12", exc_info=error)
    said = told(lines)
    assert (said["event"], said["number"]) == ("request.broken", "ab12")
    assert "in break_it" in said["exception"]
    assert "13812342071" not in said["exception"]


def test_a_line_without_an_error_has_no_traceback(lines: io.StringIO) -> None:
    logging.getLogger("muster.tests").warning("calm")
    assert "exception" not in told(lines)


@pytest.mark.parametrize(
    "private",
    ["13812342071", "43021119900101123X", "张三", "𠮷野", "Zk3v-q8Lw_2ndT1hR9yBxA", "9f86d081884c7d659a2feaa0c55ad015"],
)
def test_numbers_names_and_keys_in_messages_are_left_out(private: str) -> None:
    try:
        raise ValueError(f"duplicate key ({private})\nDETAIL:  Failing row contains (7, {private}, Anna).\nend")
    except ValueError:
        text = plain_traceback(sys.exc_info())
    assert private not in text
    assert "Anna" not in text.split("ValueError")[-1]
    assert "duplicate key (…)" in text
    assert text.endswith("end")


def test_causes_are_told_too() -> None:
    try:
        try:
            break_it()
        except LookupError as error:
            raise RuntimeError("send lane") from error
    except RuntimeError:
        text = plain_traceback(sys.exc_info())
    assert text.index("LookupError") < text.index("direct cause") < text.index("RuntimeError: send lane")
