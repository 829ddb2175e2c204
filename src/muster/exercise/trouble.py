"""What goes wrong on purpose in an exercise, as the outside world of it knows it: the gateway, places, bridges.

The engine that plays the outside world holds one `Trouble`; the panel of the web server asks for it and changes it over
HTTP, signed with the gateway key that both have. The panel so shows what really happens, not what was wished.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

WHOLE, DOWN, LOSSY, SLOW, LYING = MODES = ("whole", "down", "lossy", "slow", "lying")
LOST_PER_CENT = 30
SLOW_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """mode: whole | down (takes nothing, brings nothing in) | lossy (takes all, loses 30 of 100 without a word) | slow
    (2 s for each text) | lying (reports delivery and delivers nothing).

    places: unit path -> phones (E.164) without network; closed: names of bridges that are shut."""

    mode: str = WHOLE
    places: tuple[tuple[str, tuple[str, ...]], ...] = ()
    closed: tuple[str, ...] = ()

    def cuts_off(self, phone: str) -> bool:
        """Whether this phone has no network."""
        return any(phone in phones for _path, phones in self.places)

    def loses(self, phone: str) -> bool:
        """Whether a text to this phone is taken and never arrives; the same phones each time."""
        if self.cuts_off(phone) or self.mode == LYING:
            return True
        draw = int.from_bytes(hashlib.sha256(phone.encode()).digest()[:4], "big") / 2**32
        return self.mode == LOSSY and draw * 100 < LOST_PER_CENT

    def changed(self, change: dict[str, Any]) -> Trouble:
        """With the parts named in `change` replaced. ValueError, KeyError or TypeError for what is none."""
        mode = change.get("mode", self.mode)
        if mode not in MODES:
            raise ValueError(mode)
        places = dict(self.places)
        places.update({str(path): tuple(map(str, phones)) for path, phones in change.get("cut_off", {}).items()})
        for path in change.get("bring_back", []):
            places.pop(path, None)
        closed = tuple(map(str, change.get("closed", self.closed)))
        return Trouble(mode, tuple(sorted(places.items())), closed)

    def shown(self) -> bytes:
        """For the panel, without phones."""
        told = {"mode": self.mode, "places": [path for path, _phones in self.places], "closed": list(self.closed)}
        return json.dumps(told).encode()
