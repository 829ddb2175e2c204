"""The gateway's way in: delivery reports and texts, signed, in lists, each item for itself."""

from __future__ import annotations

import functools
import json
import re
import time
from collections.abc import Callable
from typing import Annotated, Literal

import structlog
from django.conf import settings
from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from muster.apps.channels.actions import record_call, record_inbound, record_receipt
from muster.apps.channels.gates import check_home
from muster.apps.channels.signing import SIGNATURE_HEADER, TIME_HEADER, check_signature
from muster.core.errors import InvalidInput, MusterError, Unreadable
from muster.jobs.clock import now

MOST_ITEMS = 1000
MOST_BYTES = 2 * 2**20
_LONGEST_LENGTH = 12  # digits; more need not be read to be too many
_HALF = re.compile("[\ud800-\udfff]")
log = structlog.get_logger(__name__)


def _storable(value: object) -> object:
    """Text that every database takes: without NUL, half characters replaced. A broken letter must not cost the answer."""
    return _HALF.sub("\ufffd", value.replace("\0", "")) if isinstance(value, str) else value


Words = Annotated[str, BeforeValidator(_storable)]


class ReportItem(BaseModel):
    """One delivery report: `id` is the message's client_id."""

    id: Words = Field(min_length=1, max_length=40)
    status: Literal["delivered", "failed"]
    detail: Words = ""


class TextItem(BaseModel):
    """One text: `id` is the gateway's own and the same when it sends the text again."""

    id: Words = Field(min_length=1, max_length=70)
    sender: Words = Field(alias="from", max_length=40)
    text: Words


class CallItem(BaseModel):
    """What became of one call: `id` is the message's client_id, `event` the gateway's own and the same when it tells again."""

    id: Words = Field(min_length=1, max_length=40)
    event: Words = Field(min_length=1, max_length=70)
    state: Literal["answered", "key", "busy", "no_answer", "wrong_number", "failed"]
    key: Literal["", "1", "2", "9"] = ""


Taker = Callable[[object, bool], str]  # one item, exercise -> "" when taken, else why not


def _gateway_page(take: Taker) -> Callable[[HttpRequest, str], HttpResponse]:
    """A page that checks the signature, then gives the items to `take` one by one; a bad item spoils no other."""

    @csrf_exempt
    @require_POST
    @functools.wraps(take)
    def page(request: HttpRequest, mode: str) -> HttpResponse:
        try:
            items = _items(request, mode)
        except MusterError as error:
            log.warning("gateway.refused", code=error.code, mode=mode)
            return JsonResponse({"error": error.code}, status=error.http_status)
        words = [_take_one(take, item, mode == "exercise") for item in items]
        refused = [{"item": place, "code": word} for place, word in enumerate(words) if word]
        return JsonResponse({"taken": len(words) - len(refused), "refused": refused})

    return page


def _take_one(take: Taker, item: object, exercise: bool) -> str:
    try:
        return take(item, exercise)
    except MusterError as error:
        return error.code
    except (DataError, ValueError) as error:  # nothing the database can hold, or nobody can make sense of it
        log.warning("gateway.item_unusable", error=type(error).__name__)
        return "gateway.item_form"


def _items(request: HttpRequest, mode: str) -> list[object]:
    length = request.headers.get("Content-Length") or "0"
    if not (length.isascii() and length.isdigit()):
        raise Unreadable("gateway.not_json")
    if len(length) > _LONGEST_LENGTH or int(length) > MOST_BYTES:
        raise InvalidInput("gateway.too_large", most_bytes=MOST_BYTES)
    stamp, signature = request.headers.get(TIME_HEADER, ""), request.headers.get(SIGNATURE_HEADER, "")
    check_signature(settings.SECRETS.gateway_key, mode, stamp, signature, request.body, int(time.time()))
    check_home(mode == "exercise")
    try:
        items = json.loads(request.body)
    except (ValueError, RecursionError) as error:  # also numbers without end and lists in lists in lists
        raise Unreadable("gateway.not_json") from error
    if not isinstance(items, list):
        raise Unreadable("gateway.not_a_list")
    if len(items) > MOST_ITEMS:
        raise InvalidInput("gateway.too_many", most=MOST_ITEMS)
    return items


def _take_report(item: object, exercise: bool) -> str:
    try:
        report = ReportItem.model_validate(item)
    except ValidationError:
        return "gateway.item_form"
    found = record_receipt(report.id, report.status, report.detail, now(), exercise=exercise)
    return "" if found else "gateway.unknown_message"


def _take_text(item: object, exercise: bool) -> str:
    try:
        text = TextItem.model_validate(item)
    except ValidationError:
        return "gateway.item_form"
    # Both gateways number for themselves; the mode in front keeps their numbers apart.
    record_inbound(f"{'x' if exercise else 'a'}:{text.id}", text.sender, text.text, exercise, now())
    return ""


def _take_call(item: object, exercise: bool) -> str:
    try:
        call = CallItem.model_validate(item)
    except ValidationError:
        return "gateway.item_form"
    if (call.state == "key") is not bool(call.key):
        return "gateway.item_form"
    event = f"{'x' if exercise else 'a'}v:{call.event}"
    found = record_call(call.id, event, call.state, call.key, now(), exercise=exercise)
    return "" if found else "gateway.unknown_message"


reports = _gateway_page(_take_report)
inbound = _gateway_page(_take_text)
calls = _gateway_page(_take_call)
