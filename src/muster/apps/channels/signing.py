"""Signatures on all that passes between Muster and an SMS gateway, in both directions.

X-Muster-Time: unix seconds of the real clock. X-Muster-Signature: hex HMAC-SHA256 (RFC 2104) under the site's gateway
key over "<time>\\n<mode>\\n" and the body. The mode (`exercise` or `actual`) is in it, so that a signed exercise
request is worth nothing at the actual address.
"""

from __future__ import annotations

import hashlib
import hmac

from muster.core.errors import NotAllowed

TIME_HEADER = "X-Muster-Time"
SIGNATURE_HEADER = "X-Muster-Signature"
WINDOW_SECONDS = 300


def mode_of(exercise: bool) -> str:
    """The word for the mode in addresses and signatures."""
    return "exercise" if exercise else "actual"


def sign(key: str, mode: str, at_seconds: int, body: bytes) -> str:
    """Signature of `body` sent at `at_seconds`; `key` is 32 bytes in hex."""
    return hmac.new(bytes.fromhex(key), f"{at_seconds}\n{mode}\n".encode() + body, hashlib.sha256).hexdigest()


def headers(key: str, mode: str, at_seconds: int, body: bytes) -> dict[str, str]:
    """Both headers for a request that carries `body`."""
    return {TIME_HEADER: str(at_seconds), SIGNATURE_HEADER: sign(key, mode, at_seconds, body)}


def check_signature(key: str, mode: str, stamp: str, signature: str, body: bytes, now_seconds: int) -> None:
    """Refuse what was not signed with `key` for this mode within the last five minutes.

    Errors (NotAllowed): "gateway.not_signed", "gateway.stale", "gateway.wrong_signature".
    """
    if not signature or not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise NotAllowed("gateway.not_signed")
    if abs(now_seconds - int(stamp)) > WINDOW_SECONDS:
        raise NotAllowed("gateway.stale", window_seconds=WINDOW_SECONDS)
    if not hmac.compare_digest(sign(key, mode, int(stamp), body).encode(), signature.lower().encode()):
        raise NotAllowed("gateway.wrong_signature")
