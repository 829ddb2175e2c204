"""What a phone in the field sends: one tap each, in the order in which they were made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from muster.apps.incidents.forms import ETAS
from muster.apps.incidents.own_page import DECLINE_REASONS
from muster.core.errors import InvalidInput

MOST_AT_ONCE = 100
LONGEST_AGE_SECONDS = 12 * 3600.0  # one turn of duty: older entries count as that old
PLACES = ("muster", "scene")
KEY = re.compile(r"[\w-]{8,64}", re.ASCII)
NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
SAYINGS = frozenset(
    {
        *(f"accept-{minutes}" for minutes in ETAS),
        *(f"decline-{reason}" for reason in DECLINE_REASONS),
        *(f"here-{place}" for place in PLACES),
        "en_route",
        "unclear",
    }
)


@dataclass(frozen=True, slots=True)
class Tap:
    """One entry. `key` names it for ever, `said` is one of SAYINGS, `age_seconds` real time since it was made."""

    key: str
    alert_id: int
    said: str
    age_seconds: float = 0.0

    @property
    def act(self) -> str:
        return self.said.partition("-")[0]

    @property
    def detail(self) -> str:
        return self.said.partition("-")[2]


def tap_of(given: object) -> Tap:
    """Read one entry as the phone wrote it. Error: InvalidInput "desk.entry_form"."""
    if not isinstance(given, Mapping):
        raise InvalidInput("desk.entry_form")
    key, said, alert, age = (given.get(name) for name in ("key", "said", "alert", "age"))
    if not (isinstance(key, str) and KEY.fullmatch(key)) or not (isinstance(said, str) and said in SAYINGS):
        raise InvalidInput("desk.entry_form")
    if not NUMBER.fullmatch(str(alert)) or isinstance(alert, bool):
        raise InvalidInput("desk.entry_form")
    old = age if isinstance(age, int | float) and not isinstance(age, bool) else 0.0
    return Tap(key, int(str(alert)), said, min(max(0.0, old), LONGEST_AGE_SECONDS) if old == old else 0.0)
