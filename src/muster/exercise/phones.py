"""The engine's side of the phones that joined: it asks before the crowd speaks, so that no member speaks twice."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from muster.apps.channels.signing import headers

TIMEOUT_SECONDS = 30.0


@dataclass
class Phones:
    """Asks the system at `base`, signing with the home's gateway `key`. Every member is asked about once."""

    base: str
    key: str
    _asked: set[str] = field(default_factory=set)

    def silent_among(self, incident: int, numbers: Iterable[str]) -> set[str]:
        """Of these, whom a phone has taken; the others can not be taken from now on."""
        new = sorted(set(numbers) - self._asked)
        if not new:
            return set()
        silent = set(self._ask(incident, new)["silent"])
        self._asked.update(new)
        return silent

    def came(self, incident: int) -> dict[str, datetime]:
        """Members of phones that have arrived: number -> time on the system's clock."""
        return {number: datetime.fromisoformat(at) for number, at in self._ask(incident, [])["came"].items()}

    def _ask(self, incident: int, numbers: list[str]) -> dict[str, Any]:
        body = json.dumps({"incident": incident, "numbers": numbers}).encode()
        signed = headers(self.key, "exercise", int(time.time()), body)
        answer = httpx.post(
            f"{self.base}/exercise/speak", content=body, timeout=TIMEOUT_SECONDS, trust_env=False,
            headers={"Content-Type": "application/json", **signed},
        )  # fmt: skip
        found: dict[str, Any] = answer.raise_for_status().json()
        return found
