"""Text messages: what a reply means, and how many parts a message costs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from muster.codecs.text import normal, single_spaces

Answer = Literal["accept", "decline", "opt_out", "unclear"]
REASON_LENGTH = 200

_DIGIT = re.compile(r"([12])(?!\d)(.*)", re.DOTALL)
_UNIT = r"\s*(?:个?小时|个?钟头|分钟?|天|点|号|月|h\b|min)"
_ACCEPT_WORDS = ("收到", "能到", "可以", "参加", "马上到", "到", "来", "是", "好", "yes", "y", "ok")
_DECLINE_WORDS = (
    "不能",
    "不去",
    "不来",
    "不到",
    "不了",
    "不行",
    "不可以",
    "不参加",
    "去不了",
    "来不了",
    "没空",
    "请假",
    "拒绝",
    "否",
    "不",
    "no",
    "n",
)
_OPT_OUT = ("td", "t", "退订", "n退订", "stop", "unsubscribe")
_COUNT = re.compile(r"(?:能?[来到]|带|共)?\s*(\d{1,4})\s*(个人|人|名|people|person)?")
_HEADS = re.compile(r"(?<![\d.:/])(\d{1,4})\s*(?:个人|人|名|位|people|person)")
_TIME = re.compile(r"\d{1,2}:\d\d|\d{1,3}\s*(?:个?小时|个?钟头|分钟?|点半?|min)")
_YES_BEFORE = re.compile(r"1[\s,.:;、，。：；]+(?=.*\d)")
_NO_PLAIN_COUNT = re.compile(
    r"[不没无未缺少差除吧吗约?每第多或]|请假|可能|也许|大概|左右|\b(?:not|no|or|maybe|about)\b|n't"
)
_LONGEST_COUNT = 30
_LEAD = re.compile(r"^[\s,.:;!?、，。：；！？\-—()（）]+")
_TAIL = re.compile(r"[\s,.;!、，。；！]+$")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a member answered. `reason` is his text beside the digit, shortened; `eta_minutes` if he named one."""

    answer: Answer
    reason: str = ""
    eta_minutes: int | None = None


def parse_reply(text: str) -> Reply:
    """Reads a reply: a leading 1 accepts, a leading 2 declines; the rest is the reason.

    Whole words are understood where they leave no doubt. Anything else is unclear and goes to the desk: a wrong
    guess either leaves a post empty or calls out a man who said no. "12", "1/2" and "1 2" are unclear.
    """
    bare = single_spaces(normal(text))
    plain = _TAIL.sub("", _LEAD.sub("", bare)).lower()
    if plain in _OPT_OUT:
        return Reply("opt_out", bare[:REASON_LENGTH])
    found = _DIGIT.fullmatch(_LEAD.sub("", bare))
    if found:
        return _by_digit(found.group(1), found.group(2), bare)
    if plain in _ACCEPT_WORDS:
        return Reply("accept", bare[:REASON_LENGTH])
    if plain in _DECLINE_WORDS:
        return Reply("decline", bare[:REASON_LENGTH])
    return Reply("unclear", bare[:REASON_LENGTH])


def is_keyword(text: str) -> bool:
    """Whether it is nothing but a word that answers by itself ("到", "收到", "ok", "不能"): it tells no reason."""
    plain = _TAIL.sub("", _LEAD.sub("", single_spaces(normal(text)))).lower()
    return plain in _ACCEPT_WORDS or plain in _DECLINE_WORDS or plain in ("", "1", "2")


def is_test_answer(text: str) -> bool:
    """Whether it is the answer to a communications test: 0, alone or with a word that means nothing by itself ("0 收到").

    A nought with anything that could be said about a callout ("0人", "0.5小时", "01") is none.
    """
    plain = _TAIL.sub("", _LEAD.sub("", single_spaces(normal(text)))).lower()
    return plain in ("0", "零", "〇", "0收到", "0 收到", "收到0", "收到 0", "0 ok", "回0")


def parse_count(text: str) -> int | None:
    """How many people a lead says he brings: "6人", "来6人", "6 people", a bare number above 2, or one number of people in
    a short sentence ("收到，6人", "我们5个人", "1 6人", "6人30分钟到").

    None for anything else: a bare 1 or 2 is his own yes or no, and two numbers, a "not" or a "perhaps" leave a doubt.
    """
    plain = _TAIL.sub("", _LEAD.sub("", single_spaces(normal(text)))).lower()
    found = _COUNT.fullmatch(plain)
    if found:
        number = int(found.group(1))
        return number if found.group(2) or number > 2 else None
    if len(plain) > _LONGEST_COUNT or _NO_PLAIN_COUNT.search(plain):
        return None
    yes = _YES_BEFORE.match(plain)
    said = plain[yes.end() :] if yes else plain
    numbers = {int(one) for one in _HEADS.findall(said)}
    left_over = re.search(r"\d", _TIME.sub("", _HEADS.sub("", said)))
    return numbers.pop() if len(numbers) == 1 and not left_over else None


def _by_digit(digit: str, rest: str, whole: str) -> Reply:
    unit = re.match(_UNIT, rest)
    other = "2" if digit == "1" else "1"
    both = re.match(rf"[\s/,、，或]*{other}(?!\d)(?!{_UNIT})", rest)
    if unit or both or re.match(r"\s*[.:]\s*\d", rest):  # "2小时", "1/2", "1:30": a time or both answers
        return Reply("unclear", whole[:REASON_LENGTH])
    reason = _LEAD.sub("", rest).strip()
    if digit == "2":
        return Reply("decline", reason[:REASON_LENGTH])
    if _LEAD.sub("", reason) and _TAIL.sub("", reason).lower() in _DECLINE_WORDS:
        return Reply("unclear", whole[:REASON_LENGTH])  # "1 不去" contradicts itself
    return Reply("accept", reason[:REASON_LENGTH], _eta(reason))


def _eta(reason: str) -> int | None:
    found = re.search(r"(?<!\d)(\d{1,3})\s*(?:分|min|')", reason)
    if found:
        return int(found.group(1))
    if re.search(r"半个?小时", reason):
        return 30
    found = re.search(r"(?<!\d)(\d{1,2})\s*个?(?:小时|钟头|h\b)", reason)
    return int(found.group(1)) * 60 if found else None


# GSM 03.38: the basic alphabet and the characters that cost two septets.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True, slots=True)
class SmsLength:
    """Size of a message: the alphabet, its units (septets or UTF-16 units) and the parts it is sent in."""

    alphabet: Literal["gsm7", "ucs2"]
    units: int
    parts: int


def length(text: str) -> SmsLength:
    """Counts a message: 160 septets or 70 UCS-2 units in one part, 153 or 67 in each of several (3GPP 23.038/.040).

    A character that needs two units is never split between parts. An empty text has one part.
    """
    if all(mark in _GSM or mark in _GSM_DOUBLE for mark in text):
        sizes = [2 if mark in _GSM_DOUBLE else 1 for mark in text]
        return SmsLength("gsm7", sum(sizes), _parts(sizes, 160, 153))
    sizes = [2 if ord(mark) > 0xFFFF else 1 for mark in text]
    return SmsLength("ucs2", sum(sizes), _parts(sizes, 70, 67))


def _parts(sizes: list[int], single: int, each: int) -> int:
    if sum(sizes) <= single:
        return 1
    parts, room = 1, each
    for size in sizes:
        if size > room:
            parts, room = parts + 1, each
        room -= size
    return parts
