"""The code on the wall of a muster point, printed as QR: names callout and place, and can not be invented.

`12-B-7K3M9QXT4W`: callout 12, muster point B (0 = the scene), 50 bits of a keyed hash. It stands in no table and opens
nothing by itself: who scans it still says who he is.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

from django.conf import settings

from muster.core.errors import NotFound
from muster.core.ids import ALPHABET

SCENE = "0"
_FORM = re.compile(r"(\d{1,12})-([0-9A-Z]{1,2})-([0-9A-Z]{10})")


@dataclass(frozen=True, slots=True)
class WallCode:
    """What a code says. `letter` is the muster point's, SCENE at the scene."""

    callout_id: int
    letter: str

    @property
    def where(self) -> str:
        """The word of CheckIn.where."""
        return "scene" if self.letter == SCENE else "muster"


def make_code(callout_id: int, letter: str = SCENE) -> str:
    """The code for one place of one callout."""
    return f"{callout_id}-{letter}-{_seal(callout_id, letter)}"


def read_code(text: str) -> WallCode:
    """Reverse of make_code. Error: "check_in.code_unknown" (NotFound) for anything that make_code did not make."""
    found = _FORM.fullmatch(text.upper())
    if found is None:
        raise NotFound("check_in.code_unknown")
    callout_id, letter, seal = int(found[1]), found[2], found[3]
    if not hmac.compare_digest(_seal(callout_id, letter).encode(), seal.encode()):
        raise NotFound("check_in.code_unknown")
    return WallCode(callout_id, letter)


def _seal(callout_id: int, letter: str) -> str:
    key = bytes.fromhex(settings.SECRETS.index_key)
    raw = hmac.new(key, f"wall:{callout_id}:{letter}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(raw[:7], "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(45, -1, -5))
