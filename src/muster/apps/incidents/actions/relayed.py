"""Answers that come by the reply relay: checked against the member's own link, and counted once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from muster.apps.channels.actions import keep_relay_answer
from muster.apps.channels.relay_reads import link_tokens
from muster.apps.incidents.actions.replies import record_reply
from muster.apps.incidents.models import Alert
from muster.codecs.relay import SealedAnswer, open_answer, said_at
from muster.core.errors import NotFound
from muster.core.ids import token_matches
from muster.jobs.clock import now


@transaction.atomic
def take_relayed(sealed: SealedAnswer, relay_now: datetime | None) -> str:
    """Record one answer; returns "taken" or "double". `relay_now` is the relay's clock at this moment, None for a file
    that was carried: then the time of the answer is taken as it stands, never later than now.

    Errors: NotFound "reply.token_unknown", Unreadable "relay.box", Conflict "relay.too_many".
    """
    alert = Alert.objects.select_related("member").filter(token_hash=sealed.page).first()
    token = link_tokens([alert.ref]).get(alert.ref, "") if alert else ""
    if alert is None or not token_matches(token, sealed.page):
        raise NotFound("reply.token_unknown")
    said = open_answer(token, sealed)
    if not keep_relay_answer(sealed.id, alert.ref):
        return "double"
    core_now = now()
    record_reply(
        alert,
        answer=said.answer,
        channel="page",
        by=f"member:{alert.member.number}",
        eta_minutes=said.eta_minutes,
        reason=said.reason,
        at=said_at(said.at, relay_now or core_now, core_now, not_before=alert.alerted_at),
    )
    return "taken"
