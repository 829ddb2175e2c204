"""The code by which phones join an exercise from the wall: names the incident and an hour, and can not be invented.

`12-495803-7K3M9QXT4W`: incident 12 (0: whichever exercise is open), good until that hour (hours since 1970, real time),
50 bits of a keyed hash. The wall shows a new one every hour, so that a photograph of it is soon worth nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

from django.conf import settings

from muster.core.errors import NotFound
from muster.core.ids import ALPHABET

HOUR_SECONDS = 3600
GOOD_HOURS = 3  # counted from the beginning of the hour: good for two to three
ANY = 0
_FORM = re.compile(r"(\d{1,12})-(\d{1,9})-([0-9A-Z]{10})")


@dataclass(frozen=True, slots=True)
class JoinCode:
    """What a code says: `incident_id` or ANY, and whether its time is over."""

    incident_id: int
    expired: bool


def make_code(incident_id: int, at_seconds: float) -> str:
    """The code of the hour in which `at_seconds` (unix, real time) lies."""
    hour = int(at_seconds) // HOUR_SECONDS + GOOD_HOURS
    return f"{incident_id}-{hour}-{_seal(incident_id, hour)}"


def read_code(text: str, at_seconds: float) -> JoinCode:
    """Reverse of make_code. Error: "join.code_unknown" (NotFound) for anything that make_code did not make."""
    found = _FORM.fullmatch(text.upper())
    if found is None:
        raise NotFound("join.code_unknown")
    incident_id, hour = int(found[1]), int(found[2])
    if not hmac.compare_digest(_seal(incident_id, hour).encode(), found[3].encode()):
        raise NotFound("join.code_unknown")
    return JoinCode(incident_id, at_seconds >= hour * HOUR_SECONDS)


def _seal(incident_id: int, hour: int) -> str:
    key = bytes.fromhex(settings.SECRETS.index_key)
    raw = hmac.new(key, f"join:{incident_id}:{hour}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(raw[:7], "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(45, -1, -5))
