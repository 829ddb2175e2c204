"""What passes between the closed network and the reply relay outside it: signed messages with sealed contents.

Every member's link holds a random token of 128 bits. Two keys are derived from it (HKDF-SHA256, RFC 5869): his page is
sealed under one, his answer under the other (AES-256-GCM). The relay is given the page under the token's hash, so it can
read nothing before a member opens his link, and nobody can make an answer for a link that was never opened at it.
Messages are signed with Ed25519 (RFC 8032) by whoever sends them, over their kind and every byte of the body.

No signature depends on a clock: order comes from counters (`turn`, `seq`), so two clocks may be hours apart.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from muster.core.errors import NotAllowed, Unreadable

MAGIC = b"muster-relay-1"
KEY_BYTES = 32
NONCE_BYTES = 12
MOST_MESSAGE_BYTES = 32 * 2**20
MOST_ANSWERS = 500  # in one message
MOST_ANSWERS_OF_ONE = 40  # of one page: more is no member changing his mind
MOST_GAPS = 200  # remembered
ETA_MINUTES = (15, 30, 45, 60)
REASONS = ("at_work", "out_of_town", "ill", "family", "other")

Kind = Literal["head", "push", "pull", "behind"]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Count = Annotated[int, Field(ge=0, le=2**53)]
Words = Annotated[str, Field(max_length=200)]
Both = tuple[Words, Words]  # the same in Chinese and in English


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Page(_Part):
    """What one member's page shows, in both languages: no name, no number. Times UTC on the system's clock."""

    face: Literal["ask", "accepted", "declined", "here", "released", "left", "closed"]
    exercise: bool
    title: Words
    kind: Both
    point: Both
    address: Words
    role: Both
    desk_phone: Words
    due_at: AwareDatetime | None = None
    eta_at: AwareDatetime | None = None
    en_route: bool = False
    elsewhere: bool = False  # his last answer did not count: he is taken for another callout
    answer: Literal["accept", "decline", "unclear", "en_route", ""] = ""
    reason: Literal["at_work", "out_of_town", "ill", "family", "other", ""] = ""
    replied_at: AwareDatetime | None = None
    checked_in_at: AwareDatetime | None = None
    released_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None


class Answer(_Part):
    """What a member said, and when by the relay's own clock."""

    answer: Literal["accept", "decline", "unclear", "en_route"]
    eta_minutes: Literal[15, 30, 45, 60] | None = None
    reason: Literal["at_work", "out_of_town", "ill", "family", "other", ""] = ""
    at: AwareDatetime


class SealedPage(_Part):
    """A page under the hash of its token; `keep_seconds` is how long the relay shall hold it."""

    page: Hash
    box: Annotated[str, Field(max_length=6000)]
    keep_seconds: Annotated[int, Field(ge=0, le=400 * 86_400)]


class SealedAnswer(_Part):
    """An answer under the hash of its token. `seq` counts 1, 2, 3, … at the relay; `id` is random and never used twice."""

    seq: Annotated[int, Field(ge=1, le=2**53)]
    id: Id
    page: Hash
    box: Annotated[str, Field(max_length=1000)]


class Push(_Part):
    """From the core. `turn` only grows; `ack`: answers up to there are on the core's books, and `pages` show them.

    `full`: these pages are all there are. `at` is the system's clock: pages count minutes by it.
    """

    turn: Count
    at: AwareDatetime
    epoch: Id | Literal[""] = ""
    ack: Count = 0
    full: bool = False
    pages: Annotated[tuple[SealedPage, ...], Field(max_length=50_000)] = ()


class Head(_Part):
    """What stands before a push, so that the relay reads no long body of a stranger. `size` in bytes."""

    turn: Count
    size: Annotated[int, Field(ge=1, le=MOST_MESSAGE_BYTES)]


class Pull(_Part):
    """From the relay: the first answers after `ack`. `turn` is that of the push it replies to (a file: 0).

    `epoch` names the relay's log; a new one means a relay that knows nothing, and counts from 1 again.
    """

    turn: Count
    at: AwareDatetime
    epoch: Id
    last_seq: Count
    pages: Count
    answers: Annotated[tuple[SealedAnswer, ...], Field(max_length=MOST_ANSWERS)] = ()


Part = TypeVar("Part", bound=_Part)


@dataclass(frozen=True, slots=True)
class TokenKeys:
    """What the token of one link opens."""

    page: bytes
    answer: bytes


def token_keys(token: str) -> TokenKeys:
    """Both keys of a token."""
    made = HKDF(algorithm=SHA256(), length=2 * KEY_BYTES, salt=None, info=MAGIC).derive(token.encode())
    return TokenKeys(made[:KEY_BYTES], made[KEY_BYTES:])


def _seal(key: bytes, nonce: bytes, plain: _Part, bound: str) -> str:
    boxed = AESGCM(key).encrypt(nonce, plain.model_dump_json(exclude_defaults=True).encode(), bound.encode())
    return base64.b64encode(nonce + boxed).decode()


def _open(key: bytes, box: str, bound: str, kind: type[Part]) -> Part:
    try:
        raw = base64.b64decode(box, validate=True)
        return kind.model_validate_json(AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound.encode()))
    except (binascii.Error, InvalidTag, ValueError) as error:  # ValueError: too short, or not what the box should hold
        raise Unreadable("relay.box") from error


def seal_page(token: str, page: Page, nonce: bytes) -> str:
    """The page as the relay holds it; `nonce` is 12 fresh random bytes."""
    return _seal(token_keys(token).page, nonce, page, "page")


def open_page(token: str, box: str) -> Page:
    """Reverse of seal_page. Error: Unreadable "relay.box"."""
    return _open(token_keys(token).page, box, "page", Page)


def seal_answer(token: str, answer: Answer, *, answer_id: str, nonce: bytes) -> str:
    """The answer as it travels, bound to its id: it can not be sent a second time under another one."""
    return _seal(token_keys(token).answer, nonce, answer, f"answer {answer_id}")


def open_answer(token: str, sealed: SealedAnswer) -> Answer:
    """The answer, which only who knew the token can have made. Error: Unreadable "relay.box"."""
    return _open(token_keys(token).answer, sealed.box, f"answer {sealed.id}", Answer)


def public_key(private_hex: str) -> str:
    """The public half of a private key; both are 32 bytes in hex."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private_hex)).public_key().public_bytes_raw().hex()


def pack(kind: Kind, body: _Part, private_hex: str) -> bytes:
    """A signed message: one line "muster-relay-1 KIND SIGNATURE", then the body as JSON."""
    text = body.model_dump_json(exclude_defaults=True).encode()
    signature = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private_hex)).sign(_signed(kind, text))
    return b" ".join((MAGIC, kind.encode(), signature.hex().encode())) + b"\n" + text


def _signed(kind: Kind, text: bytes) -> bytes:
    return MAGIC + b" " + kind.encode() + b"\n" + text


def unpack(kind: Kind, message: bytes, public_hex: str, form: type[Part]) -> Part:
    """The body of a message of this kind that the owner of the key signed.

    Errors: Unreadable "relay.form" (no such message, or cut short), NotAllowed "relay.kind", "relay.signature" (made by
    somebody else, or changed on the way).
    """
    head, newline, text = message.partition(b"\n")
    words = head.split(b" ")
    if not newline or len(words) != 3 or words[0] != MAGIC:
        raise Unreadable("relay.form")
    if words[1] != kind.encode():
        raise NotAllowed("relay.kind", kind=kind)
    try:
        signature = bytes.fromhex(words[2].decode("ascii"))
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_hex)).verify(signature, _signed(kind, text))
    except (InvalidSignature, ValueError) as error:
        raise NotAllowed("relay.signature") from error
    try:
        return form.model_validate_json(text)
    except ValidationError as error:  # signed, so by a version that we do not know
        raise Unreadable("relay.form") from error


def said_at(at: datetime, relay_now: datetime, core_now: datetime, *, not_before: datetime) -> datetime:
    """When an answer was given, by the core's clock: both relay times come from one clock, so its error cancels out.

    Never in the future and never before the member was called, whatever that clock says.
    """
    return max(not_before, min(core_now, core_now - (relay_now - at)))


Ranges = Sequence[Sequence[int]]


def note_seqs(taken: int, missing: Ranges, seqs: Iterable[int]) -> tuple[int, list[list[int]]]:
    """What is missing after `seqs` came in: (highest number seen, [[first, last], …] never seen below it).

    `taken` and `missing` are the same from before. Works on ranges, since a liar may name any number; keeps the newest.
    """
    gaps = [[first, last] for first, last in missing]
    for seq in sorted(set(seqs)):
        if seq > taken:
            gaps += [[taken + 1, seq - 1]] if seq > taken + 1 else []
            taken = seq
        else:
            gaps = [part for first, last in gaps for part in _without(seq, first, last)]
    return taken, gaps[-MOST_GAPS:]


def _without(seq: int, first: int, last: int) -> list[list[int]]:
    if not first <= seq <= last:
        return [[first, last]]
    return [part for part in ([first, seq - 1], [seq + 1, last]) if part[0] <= part[1]]
