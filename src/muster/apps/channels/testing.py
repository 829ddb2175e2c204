"""What a communications test says on each channel, and whom it can ask: pure but for the settings.

Every text says first that it is a test and that nobody needs to come. By text it is answered with 0, which means nothing
in a callout (there 1 and 2 are answers, and a lead's number of people is never 0); in a call by a key, which answers that
call alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from muster.apps.channels.gates import EXERCISE_MARKS, gateway_url
from muster.apps.channels.order import CALL_LIST, steps
from muster.codecs import sms

ANSWER_HOURS = 24  # after the last message has left, answers count for so long
SETTLED = timedelta(minutes=30)  # no report and no answer so long after it was handed over: no sign
DAY_BEGINS, DAY_ENDS = 8, 20  # o'clock: outside these hours nothing begins or goes on by itself
BEIJING = ZoneInfo("Asia/Shanghai")

SENTENCES = {
    "zh-hans": {
        "sms": "{mark}【通信测试】{office}这是测试，不用出动。收到请回0。{desk}",
        "voice": "{mark}通信测试。{office}这是测试，不用出动。听到请按1，打错了请按9。",
        "other": "{mark}【通信测试】{office}这是测试，不用出动，也不用回复。{desk}",
        "office": "{name}：",
        "desk": "电话{phone}",
    },
    "en": {
        "sms": "{mark}[TEST] {office}This is a test, do not turn out. Reply 0 if you read it. {desk}",
        "voice": "{mark}Communications test. {office}This is a test, do not turn out. Press 1 if you hear it, 9 if it is "
        "not for you.",
        "other": "{mark}[TEST] {office}This is a test, do not turn out, no reply is needed. {desk}",
        "office": "{name}: ",
        "desk": "Desk {phone}",
    },
}


def channels_of(exercise: bool) -> list[str]:
    """The channels of the site's order that have a gateway in this mode; the call list is none."""
    return [step.channel for step in steps() if step.channel != CALL_LIST and gateway_url(exercise, step.channel)]


def can_answer(channel: str) -> bool:
    """Whether an answer can come back on this channel at all."""
    return channel in ("sms", "voice")


def probe_text(channel: str, exercise: bool, language: str | None = None) -> str:
    """The message on this channel; it begins with the mark of exercises where it is one. A text that would cost more than
    one part goes without the office's name."""
    wanted = language or settings.LANGUAGE_CODE
    wanted = wanted if wanted in SENTENCES else "zh-hans"
    words = SENTENCES[wanted]
    office = words["office"].format(name=settings.MUSTER_OFFICE_NAME) if settings.MUSTER_OFFICE_NAME else ""
    desk = words["desk"].format(phone=settings.MUSTER_DESK_PHONE) if settings.MUSTER_DESK_PHONE else ""
    mark = EXERCISE_MARKS[wanted] + ("" if wanted == "zh-hans" else " ") if exercise else ""
    kind = channel if channel in words else "other"
    whole = words[kind].format(mark=mark, office=office, desk=desk).strip()
    if channel != "sms" or sms.length(whole).parts == 1:
        return whole
    return words[kind].format(mark=mark, office="", desk=desk).strip()


def is_daytime(at: datetime) -> bool:
    """Whether people may be disturbed for a test by the clock alone."""
    return DAY_BEGINS <= at.astimezone(BEIJING).hour < DAY_ENDS
