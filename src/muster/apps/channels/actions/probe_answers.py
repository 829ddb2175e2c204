"""Answers to a communications test: never one to a callout, nor the reverse.

A key answers the call in which it was pressed. The text 0 answers the test and means nothing in a callout. Any other text is
first the callout's: only what belongs to none, because the test came after his last alert, is a sign of life for the test.
"""

from __future__ import annotations

from muster.apps.channels.models import CommsProbe, InMessage, TestState
from muster.codecs.sms import is_test_answer

ANSWERED, LATE = "test", "late"
_OPEN = (TestState.RUNNING, TestState.PAUSED)


def answer_of_its_own(row: InMessage) -> str:
    """What the text or key says about a test by itself, before anybody else hears of it: "test", "late" or ""."""
    if row.channel == "voice":
        call = row.answers
        return _keep(CommsProbe.objects.filter(message=call).first(), row) if call and call.kind == "test" else ""
    return _keep(_newest(row), row) if is_test_answer(row.body) else ""


def answer_of_any_kind(row: InMessage) -> str:
    """The text belongs to no callout: it answers a test that still takes answers, else ""."""
    probe = _newest(row) if row.channel == "sms" else None
    return _keep(probe, row) if probe is not None and probe.test.state in _OPEN else ""


def _newest(row: InMessage) -> CommsProbe | None:
    asked = CommsProbe.objects.filter(member=row.member_id, channel="sms", test__exercise=row.exercise)
    sent = asked.exclude(message=None).filter(message__queued_at__lte=row.at).exclude(message__state="cancelled")
    return sent.select_related("test").order_by("-test_id").first()


def _keep(probe: CommsProbe | None, row: InMessage) -> str:
    if probe is None:
        return ""
    if probe.test.state not in _OPEN:
        return LATE
    if probe.answered_at is None:
        probe.answered_at = row.at
        probe.save(update_fields=["answered_at"])
    return ANSWERED
