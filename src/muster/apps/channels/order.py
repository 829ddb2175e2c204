"""In which order channels are used, for how long each is waited for, and what one part costs.

MUSTER_CHANNELS="sms:4,voice:3,email:5,call_list": an alert that nobody answers within 4 minutes goes out by voice, then by
e-mail, and then stands on the call list. "email:5:delivered" is content with a report of delivery. Empty: text message
alone, and the call list as ever for those whom it did not reach.
MUSTER_PRICES="sms=0.045,voice=0.12": yuan per part (per call).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import structlog
from django.conf import settings

from muster.apps.channels.lines import LINES
from muster.core.errors import InvalidInput

CALL_LIST = "call_list"
USUAL_MINUTES = 5.0
MOST_MINUTES = 24 * 60.0
ANSWERED, DELIVERED = "answered", "delivered"
DEAREST = 1000  # yuan for one part: more is a slip
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """One channel of the order; `wait` after it was used the next one follows unless it is acknowledged."""

    channel: str
    wait: timedelta
    acknowledged: str = ANSWERED


def parse(text: str) -> tuple[Step, ...]:
    """The order as set up. Error: InvalidInput "channels.order_form" names the entry that can not be read."""
    steps: list[Step] = []
    for entry in (part.strip() for part in text.split(",") if part.strip()):
        name, minutes, word = [*(piece.strip() for piece in entry.split(":")), "", ""][:3]
        known = name in LINES or name == CALL_LIST
        if not known or name in {step.channel for step in steps} or word not in ("", ANSWERED, DELIVERED):
            raise InvalidInput("channels.order_form", entry=entry)
        if steps and steps[-1].channel == CALL_LIST:  # a person telephones; nothing follows by itself
            raise InvalidInput("channels.order_form", entry=entry)
        steps.append(Step(name, timedelta(minutes=_minutes(minutes, entry)), word or ANSWERED))
    return tuple(steps)


def _minutes(text: str, entry: str) -> float:
    if not text:
        return USUAL_MINUTES
    try:
        value = float(text)
    except ValueError as error:
        raise InvalidInput("channels.order_form", entry=entry) from error
    if not 0 < value <= MOST_MINUTES:
        raise InvalidInput("channels.order_form", entry=entry)
    return value


@lru_cache(maxsize=8)
def _order(text: str) -> tuple[Step, ...]:
    try:
        return parse(text)
    except InvalidInput as error:  # a slip in a setting must never keep a callout back; `muster check` names it
        log.error("channels.order_form", **error.params)
        return ()


def steps() -> tuple[Step, ...]:
    """The order of this site; text message alone when none is set up, or none that can be read."""
    return _order(settings.MUSTER_CHANNELS) or (Step("sms", timedelta(minutes=USUAL_MINUTES)),)


def follows_by_itself() -> bool:
    """Whether an alert goes to a next channel at all."""
    return len(_order(settings.MUSTER_CHANNELS)) > 1


def parse_prices(text: str) -> dict[str, Decimal]:
    """Yuan per part by channel. Error: InvalidInput "channels.price_form" names the entry that can not be read."""
    found: dict[str, Decimal] = {}
    for entry in (part.strip() for part in text.split(",") if part.strip()):
        name, _, amount = (piece.strip() for piece in entry.partition("="))
        try:
            value = Decimal(amount)
        except InvalidOperation as error:
            raise InvalidInput("channels.price_form", entry=entry) from error
        if name not in LINES or not value.is_finite() or not 0 <= value < DEAREST:
            raise InvalidInput("channels.price_form", entry=entry)
        found[name] = value
    return found


@lru_cache(maxsize=8)
def _prices(text: str) -> dict[str, Decimal]:
    try:
        return parse_prices(text)
    except InvalidInput as error:
        log.error("channels.price_form", **error.params)
        return {}


def price(channel: str) -> Decimal:
    """Yuan per part of this channel, 0 when none is set up."""
    return _prices(settings.MUSTER_PRICES).get(channel, Decimal(0))


def cost(channel: str, text: str) -> tuple[int, Decimal]:
    """Parts that this text takes on the channel, and what they cost in yuan."""
    line = LINES.get(channel)
    parts = line.parts(text) if line else 0
    return parts, parts * price(channel)
