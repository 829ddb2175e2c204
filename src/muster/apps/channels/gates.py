"""What may leave by which gateway: exercise and actual never share one. The last check stands before the socket."""

from __future__ import annotations

from django.conf import settings

from muster.core.errors import NotAllowed, Unavailable
from muster.jobs.clock import is_exercise_home

EXERCISE_MARKS = {"zh-hans": "【演练】", "en": "[EXERCISE]"}


def is_marked(body: str) -> bool:
    """Whether a text begins as every exercise text must and no actual one may."""
    return body.startswith(tuple(EXERCISE_MARKS.values()))


def gateway_url(exercise: bool) -> str:
    """Address of the gateway for that mode without a trailing slash, empty when none is set up.

    One address given for both modes counts for actual callouts only: an exercise must not reach real phones by mistake.
    """
    actual = settings.MUSTER_SMS_URL.rstrip("/")
    if not exercise:
        return actual
    url = settings.MUSTER_EXERCISE_SMS_URL.rstrip("/")
    return "" if url == actual else url


def check_home(exercise: bool) -> None:
    """An exercise home sends nothing actual. Error: "channels.actual_in_exercise_home"."""
    if not exercise and is_exercise_home():
        raise NotAllowed("channels.actual_in_exercise_home")


def check_body(exercise: bool, body: str) -> None:
    """The text says what it is. Error: "channels.mark_mismatch"."""
    if is_marked(body) is not exercise:
        raise NotAllowed("channels.mark_mismatch", exercise=exercise)


def check_may_leave(*, exercise: bool, body: str, url: str) -> None:
    """Refuse a message that would leave by a gateway that is not its own.

    Errors: "channels.actual_in_exercise_home", "channels.no_gateway" (Unavailable), "channels.wrong_gateway",
    "channels.mark_mismatch".
    """
    check_home(exercise)
    if not url:
        raise Unavailable("channels.no_gateway")
    if url != gateway_url(exercise):
        raise NotAllowed("channels.wrong_gateway", exercise=exercise)
    check_body(exercise, body)
