"""Lines to gateways that speak HTTP: text messages, and calls that read the text aloud."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

import httpx

from muster.apps.channels.lines.line import Outcome, Parcel
from muster.apps.channels.signing import headers, mode_of
from muster.codecs import sms

TIMEOUT_SECONDS = 5.0  # without a byte
DEADLINE_SECONDS = 8.0  # for the whole answer, however it trickles
MOST_ANSWER_BYTES = 64 * 2**10
# The gateway has read the message and will never take it; everything else may be mended by a later try.
_REFUSALS = frozenset({400, 409, 410, 413, 414, 415, 422})
# Refused before anything was taken: unavailable, too many, wrong key, wrong address.
_NOT_TAKEN = frozenset({401, 403, 404, 405, 429, 503})


@dataclass(frozen=True, slots=True)
class SmsLine:
    """POST <url>/messages {id, to, text, exercise}."""

    name: str = "sms"

    def parts(self, text: str, /) -> int:
        """One of 70 UCS-2 units (160 septets), else as many as parts of 67 (153) take."""
        return sms.length(text).parts

    def send(self, client: httpx.Client, parcel: Parcel, /) -> Outcome:
        facts = {"id": parcel.client_id, "to": parcel.to, "text": parcel.text, "exercise": parcel.exercise}
        return post(client, parcel, "/messages", facts)


@dataclass(frozen=True, slots=True)
class VoiceLine:
    """POST <url>/calls {id, to, text, language, keys, exercise}: the gateway calls, reads the text and takes a key.

    What became of the call comes back signed to /gateway/voice/<mode>/calls.
    """

    name: str = "voice"

    def parts(self, _text: str, /) -> int:
        return 1

    def send(self, client: httpx.Client, parcel: Parcel, /) -> Outcome:
        facts = {
            "id": parcel.client_id, "to": parcel.to, "text": parcel.text, "language": parcel.language,
            "keys": {"1": "accept", "2": "decline", "9": "wrong_number"}, "exercise": parcel.exercise,
        }  # fmt: skip
        return post(client, parcel, "/calls", facts)


def post(client: httpx.Client, parcel: Parcel, path: str, facts: dict[str, object]) -> Outcome:
    """Hand these facts to the gateway of the parcel, signed, and read what its answer means."""
    body = json.dumps(facts, ensure_ascii=False).encode()
    started = time.monotonic()
    signed = headers(parcel.key, mode_of(parcel.exercise), int(time.time()), body)
    signed |= {"Content-Type": "application/json", "Accept-Encoding": "identity"}
    try:
        with client.stream("POST", f"{parcel.url}{path}", content=body, headers=signed) as answer:
            return _outcome(answer, _read(answer, started))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
        return Outcome("again", f"gateway.{type(error).__name__}")
    except httpx.HTTPError as error:
        return Outcome("perhaps", f"gateway.{type(error).__name__}")


def _read(answer: httpx.Response, started: float) -> bytes | None:
    """The answer's body. None when it is too long or only trickles in: no gateway may hold the lane up."""
    found = b""
    for part in answer.iter_bytes():
        found += part
        if len(found) > MOST_ANSWER_BYTES or time.monotonic() - started > DEADLINE_SECONDS:
            return None
    return found


def _outcome(answer: httpx.Response, body: bytes | None) -> Outcome:
    code = f"gateway.{answer.status_code}"
    if answer.status_code in _REFUSALS:
        return Outcome("refused", code)
    if answer.status_code in _NOT_TAKEN or answer.is_redirect:
        return Outcome("again", code)
    if not answer.is_success:
        return Outcome("perhaps", code)
    if body is None:
        return Outcome("perhaps", "gateway.endless")
    try:
        accepted = json.loads(body)["accepted"]
    except (ValueError, KeyError, TypeError):
        return Outcome("perhaps", "gateway.unreadable")
    return Outcome("taken") if accepted is True else Outcome("refused", "gateway.not_accepted")
