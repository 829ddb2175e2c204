"""Public ids and token hashes.

A public id is a ULID (https://github.com/ulid/spec): 48 bits of milliseconds and 80 random bits, as 26 letters of
Crockford's base 32, so that ids sort by the time they were made and can be read aloud (no I, L, O, U).
Time and randomness are arguments: the caller owns the clock and the source of chance.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

from muster.core.clock import as_utc
from muster.core.errors import InvalidInput

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_BYTES = 10
ID_LENGTH = 26
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)} | {"I": 1, "L": 1, "O": 0}


def public_id(moment: datetime, randomness: bytes) -> str:
    """A 26-letter id for `moment` from 10 random bytes. Errors: "id.randomness", "id.moment", "clock.naive"."""
    if len(randomness) != RANDOM_BYTES:
        raise InvalidInput("id.randomness", bytes=len(randomness))
    delta = as_utc(moment) - _EPOCH
    milliseconds = (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000
    if milliseconds < 0:
        raise InvalidInput("id.moment", moment=moment.isoformat())
    number = (milliseconds << 80) | int.from_bytes(randomness, "big")
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def _decode(text: str) -> int:
    if len(text) != ID_LENGTH:
        raise InvalidInput("id.form")
    number = 0
    for letter in text.upper():
        value = _VALUES.get(letter)
        if value is None:
            raise InvalidInput("id.form")
        number = number << 5 | value
    if number >> 128:
        raise InvalidInput("id.form")
    return number


def moment_of(text: str) -> datetime:
    """The moment (UTC, whole milliseconds) in an id. Error: "id.form"."""
    milliseconds = _decode(text) >> 80
    try:
        return datetime.fromtimestamp(milliseconds // 1000, UTC).replace(microsecond=milliseconds % 1000 * 1000)
    except (ValueError, OverflowError, OSError) as error:  # 48 bits reach past the year 9999
        raise InvalidInput("id.form") from error


def normal_id(text: str) -> str:
    """The id as it is stored: capitals, with I, L and O read as 1, 1 and 0. Error: "id.form"."""
    number = _decode(text.strip())
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def token_hash(token: str) -> str:
    """SHA-256 of a secret token as 64 hex digits. Only this is stored, so a copied table opens nothing.

    Plain SHA-256 is enough because tokens are random (at least 128 bits), not words that people choose.
    """
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


def token_matches(token: str, stored_hash: str) -> bool:
    """Whether `token` hashes to `stored_hash`, in a time that tells nothing about the answer."""
    return hmac.compare_digest(token_hash(token).encode(), stored_hash.encode("utf-8"))
