"""What may leave by which gateway: exercise and actual never share one. The last check stands before the socket."""

from __future__ import annotations

from django.conf import settings

from muster.core.errors import NotAllowed, Unavailable
from muster.jobs.clock import is_exercise_home

EXERCISE_MARKS = {"zh-hans": "【演练】", "en": "[EXERCISE]"}


def is_marked(body: str) -> bool:
    """Whether a text begins as every exercise text must and no actual one may."""
    return body.startswith(tuple(EXERCISE_MARKS.values()))


_SETTINGS = {
    "sms": ("MUSTER_SMS_URL", "MUSTER_EXERCISE_SMS_URL"),
    "voice": ("MUSTER_VOICE_URL", "MUSTER_EXERCISE_VOICE_URL"),
    "email": ("MUSTER_MAIL_URL", "MUSTER_EXERCISE_MAIL_URL"),
}


def gateway_url(exercise: bool, channel: str = "sms") -> str:
    """Address of the channel's gateway for that mode without a trailing slash, empty when none is set up.

    An address given for actual callouts, of whatever channel, counts for those only: an exercise must not reach real
    phones by mistake.
    """
    if channel == "app":  # messengers have no second door for exercises, so an exercise never takes this one
        return "" if exercise else str(settings.MUSTER_APP_HOSTS)
    if channel not in _SETTINGS:
        return ""
    actual, own = (str(getattr(settings, name)).rstrip("/") for name in _SETTINGS[channel])
    if not exercise:
        return actual
    real = [str(getattr(settings, names[0])).rstrip("/") for names in _SETTINGS.values()]
    return "" if own in real else own


def check_home(exercise: bool) -> None:
    """An exercise home sends nothing actual. Error: "channels.actual_in_exercise_home"."""
    if not exercise and is_exercise_home():
        raise NotAllowed("channels.actual_in_exercise_home")


def check_body(exercise: bool, body: str) -> None:
    """The text says what it is. Error: "channels.mark_mismatch"."""
    if is_marked(body) is not exercise:
        raise NotAllowed("channels.mark_mismatch", exercise=exercise)


def check_may_leave(*, exercise: bool, body: str, url: str, channel: str = "sms") -> None:
    """Refuse a message that would leave by a gateway that is not its own.

    Errors: "channels.actual_in_exercise_home", "channels.no_gateway" (Unavailable), "channels.wrong_gateway",
    "channels.mark_mismatch".
    """
    check_home(exercise)
    if not url:
        raise Unavailable("channels.no_gateway")
    if url != gateway_url(exercise, channel):
        raise NotAllowed("channels.wrong_gateway", exercise=exercise)
    check_body(exercise, body)
