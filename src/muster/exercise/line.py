"""The web server's line to the engine that plays the outside world of this exercise home."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

import httpx
from django.conf import settings

from muster.apps.channels.gates import gateway_url
from muster.apps.channels.signing import headers
from muster.core.errors import Unavailable

SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Outside:
    """What goes wrong outside just now: mode of the gateway, paths of places without network, names of shut bridges."""

    mode: str
    places: tuple[str, ...]
    closed: tuple[str, ...]


def ask(**change: object) -> Outside:
    """Change what goes wrong outside (nothing: only ask). `change` as `Trouble.changed` takes it.

    Error: Unavailable "exercise.no_engine" when nobody plays the outside world of this home just now."""
    url = gateway_url(exercise=True)
    if not url:
        raise Unavailable("exercise.no_engine")
    body = json.dumps(change, ensure_ascii=False).encode()
    signed = headers(settings.SECRETS.gateway_key, "exercise", int(time.time()), body)
    try:
        with httpx.Client(timeout=SECONDS, trust_env=False) as client:
            answer = client.post(f"{url}/trouble", content=body, headers=signed)
        told = answer.raise_for_status().json()
        return Outside(str(told["mode"]), tuple(told["places"]), tuple(told["closed"]))
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise Unavailable("exercise.no_engine") from error
