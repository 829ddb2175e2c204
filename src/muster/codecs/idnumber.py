"""Citizen ID numbers by GB 11643-1999: 6 digits of area, birth date, 3 of order, check character.

Neither the area code nor the place of residence is inferred: codes die and are reused, and people move.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from muster.codecs.text import normal, unquoted, without_spaces
from muster.core.errors import InvalidInput

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
LENGTH, OLD_LENGTH = 18, 15
_EXPONENT = re.compile(r"[0-9][.,]?[0-9]*E\+?[0-9]{2}")
EARLIEST_BIRTH_YEAR = 1880
MALE, FEMALE = 1, 2  # GB/T 2261.1


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A number that passed every check. `fixed` holds the codes of repairs made on the way."""

    value: str
    birth_date: date
    sex: int
    fixed: tuple[str, ...] = ()


def check_character(first17: str) -> str:
    """The 18th character for 17 digits (ISO 7064 MOD 11-2)."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True)) % 11]


def parse(text: str) -> IdNumber:
    """Reads a number as people write it.

    Repairs: "id_full_width" (full-width characters), "id_spaces", "id_lower_x". Refusals (InvalidInput): "id_blank",
    "id_old_form" (15 digits), "id_form", "id_date" (no such birth date), "id_checksum".
    """
    value, fixed = _repaired(unquoted(text))
    if not value:
        raise InvalidInput("id_blank")
    if len(value) == OLD_LENGTH and value.isdecimal():
        raise InvalidInput("id_old_form")
    if len(value) != LENGTH or not _well_formed(value):
        raise InvalidInput("id_form")
    birth = _birth_date(value)
    if check_character(value[:17]) != value[17]:
        raise InvalidInput("id_checksum")
    return IdNumber(value, birth, MALE if int(value[16]) % 2 else FEMALE, fixed)


def _repaired(text: str) -> tuple[str, tuple[str, ...]]:
    fixed: list[str] = []
    outer = text.strip()
    flat = normal(outer)
    if flat != outer:
        fixed.append("id_full_width")
    value = without_spaces(flat)
    if value != flat:
        fixed.append("id_spaces")
    if value.endswith("x"):
        fixed.append("id_lower_x")
        value = value[:-1] + "X"
    return value, tuple(fixed)


def _well_formed(value: str) -> bool:
    digits = value[:17]
    return digits.isascii() and digits.isdecimal() and digits[0] != "0" and value[17] in CHECKS


def _birth_date(value: str) -> date:
    year, month, day = int(value[6:10]), int(value[10:12]), int(value[12:14])
    try:
        birth = date(year, month, day)
    except ValueError as error:
        raise InvalidInput("id_date") from error
    if year < EARLIEST_BIRTH_YEAR:
        raise InvalidInput("id_date")
    return birth


def looks_destroyed(text: str) -> bool:
    """Whether a spreadsheet has taken this for a number: exponent form, or 18 digits of which the last are zeros.

    For sources that do not tell numbers from text; one true number in some hundreds ends so, thus ask only when the
    number has failed a check.
    """
    value = without_spaces(normal(unquoted(text))).upper()
    return bool(_EXPONENT.fullmatch(value) or (len(value) == LENGTH and value.isdecimal() and value.endswith("000")))


def masked(value: str) -> str:
    """For the screen: area and last four stay, the birth date and the rest do not (430211********001X)."""
    if len(value) <= 10:
        return "*" * len(value)
    return value[:6] + "*" * (len(value) - 10) + value[-4:]


def masked_for_file(value: str) -> str:
    """For files that leave the house, from the number or its mask: the first two and the last two stay.

    A table holds more of a person beside the number; with area, birth date and order in it the number could be rebuilt.
    """
    return value[:2] + "*" * (len(value) - 4) + value[-2:] if len(value) == LENGTH else "*" * len(value)


def age_on(birth_date: date, day: date) -> int:
    """Full years on `day`; born on 29 February means a birthday on 1 March in common years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
