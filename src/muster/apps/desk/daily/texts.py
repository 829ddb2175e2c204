"""The summary as a text message: one part, no names, and never to be taken for a callout."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.conf import settings

from muster.apps.channels.gates import EXERCISE_MARKS
from muster.codecs import sms

KIND = "sheet"
# Carriers approve templates by these very sentences. What comes last is left out first where one part does not hold all.
SENTENCES = {
    "zh-hans": (
        "{head}{day.month}月{day.day}日早报：在册{enrolled}，可召{ready}，外出{away}，执勤{taken}",
        "；预案够{green}不够{red}待定{none}",
        "；30天内到期证书{soon}",
        "；待办{findings}项",
        "。勿回复",
    ),
    "en": (
        "{head}{day.day} {day:%b} sheet: {enrolled} enrolled, {ready} ready, {away} away, {taken} on duty",
        "; plans {green} enough, {red} short, {none} open",
        "; {soon} certificates end in 30 days",
        "; {findings} findings",
        ". Do not reply",
    ),
}


def ref_of(day: date, member_id: int) -> str:
    """What the outbox calls the message: one per morning and member."""
    return f"sheet:{day.isoformat()}:{member_id}"


def summary(content: dict[str, Any], day: date) -> str:
    """The figures of the sheet in one part of a text, in the office's language, with the exercise mark in an exercise."""
    spoken = "en" if settings.LANGUAGE_CODE.startswith("en") else "zh-hans"
    states = Counter(row["state"] for row in content["plans"])
    values = {
        "head": EXERCISE_MARKS[spoken] if content["exercise"] else "", "day": day, **content["total"],
        "green": states["green"], "red": states["red"], "none": states["none"],
        "soon": content["certificates"]["soon"], "findings": len(content["findings"]),
    }  # fmt: skip
    *parts, last = [sentence.format(**values) for sentence in SENTENCES[spoken]]
    while len(parts) > 1 and sms.length("".join(parts) + last).parts > 1:
        parts.pop()
    return "".join(parts) + last
