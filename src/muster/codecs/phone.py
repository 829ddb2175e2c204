"""Phone numbers of the mainland: mobiles and landlines, stored in E.164.

The operator is never inferred from the number, for numbers are portable.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from muster.codecs.text import normal, unquoted
from muster.core.errors import InvalidInput

Kind = Literal["mobile", "landline"]
_MOBILE = re.compile(r"1[3-9]\d{9}")
# Area codes: 010, 02x with eight digits; 03xx-09xx with seven or eight.
_LANDLINE = re.compile(r"(?:010|02\d)[2-9]\d{7}|0[3-9]\d{2}[2-9]\d{6,7}")
_USUAL_LANDLINE = re.compile(r"0\d{2,3}-\d{7,8}")  # the usual way to write one: no repair
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212().·]+")
_COUNTRY = re.compile(r"^(?:\+|00)?86(?=1[3-9]\d{9}$|0\d{9,11}$)")
# As dialled from abroad a landline has no 0: +86 10 6234 5678 (E.164).
_FROM_ABROAD = re.compile(r"^(?:\+|00)?86(?=(?:10|2\d)[2-9]\d{7}$|[3-9]\d{2}[2-9]\d{6,7}$)")


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can be dialled, in E.164 (+8613800000000), with the codes of repairs."""

    e164: str
    kind: Kind
    fixed: tuple[str, ...] = ()


def parse(text: str, default_area: str = "") -> Phone:
    """Reads a number as people write it; `default_area` ("0731") completes landlines without an area code.

    Repairs: "phone_full_width", "phone_spaces" (spaces, dashes, brackets). Refusals (InvalidInput): "phone_blank",
    "phone_invalid".
    """
    written = unicodedata.normalize("NFKC", unquoted(text))
    flat = normal(written)
    if not flat:
        raise InvalidInput("phone_blank")
    fixed = []
    if any(mark.isdecimal() and not mark.isascii() for mark in text):
        fixed.append("phone_full_width")
    bare = _SEPARATORS.sub("", flat)
    if bare != written and not _USUAL_LANDLINE.fullmatch(written):
        fixed.append("phone_spaces")
    return Phone(*_dialled(_FROM_ABROAD.sub("0", _COUNTRY.sub("", bare)), default_area), tuple(fixed))


def _dialled(bare: str, default_area: str) -> tuple[str, Kind]:
    if not bare.isascii():
        raise InvalidInput("phone_invalid")
    if _MOBILE.fullmatch(bare):
        return "+86" + bare, "mobile"
    if default_area and re.fullmatch(r"[2-9]\d{6,7}", bare):
        bare = default_area + bare
    if _LANDLINE.fullmatch(bare):
        return "+86" + bare[1:], "landline"
    raise InvalidInput("phone_invalid")


def national(e164: str) -> str:
    """As dialled at home: 13812342071, 0731-28812345. Numbers of other countries stay as they are."""
    if not e164.startswith("+86"):
        return e164
    rest = e164[3:]
    if _MOBILE.fullmatch(rest):
        return rest
    area = 2 if rest.startswith(("10", "2")) else 3
    return f"0{rest[:area]}-{rest[area:]}"


def masked(e164: str) -> str:
    """For the screen: 138****2071; of a landline the area code and the last four (0731-****2345)."""
    shown = national(e164)
    if "-" in shown:
        area, _, number = shown.partition("-")
        return f"{area}-****{number[-4:]}"
    if len(shown) < 8:
        return "*" * len(shown)
    return f"{shown[:3]}{'*' * (len(shown) - 7)}{shown[-4:]}"
