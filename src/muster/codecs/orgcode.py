"""Unified social credit codes of organisations, GB 32100-2015: 18 characters, the last one a check.

Codes that were issued and fail the check exist, so a failure is a warning and not a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass

from muster.codecs.text import normal, unquoted, without_spaces

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
LENGTH = 18


@dataclass(frozen=True, slots=True)
class OrgCode:
    """A code as it is stored, with the codes of warnings ("orgcode_form", "orgcode_checksum")."""

    value: str
    warnings: tuple[str, ...] = ()


def check_character(first17: str) -> str:
    """The 18th character for 17 of the alphabet."""
    total = sum(ALPHABET.index(mark) * weight for mark, weight in zip(first17, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def parse(text: str) -> OrgCode:
    """Reads a code; never refuses. A blank gives the empty code."""
    value = without_spaces(normal(unquoted(text))).upper()
    if not value:
        return OrgCode("")
    if len(value) != LENGTH or any(mark not in ALPHABET for mark in value):
        return OrgCode(value, ("orgcode_form",))
    if check_character(value[:17]) != value[17]:
        return OrgCode(value, ("orgcode_checksum",))
    return OrgCode(value)
