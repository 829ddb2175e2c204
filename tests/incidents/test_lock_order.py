"""Acts on one callout queue at the callout: whatever touches its messages or alerts locks it first, never last."""

from __future__ import annotations

import pytest
from django.db.models import QuerySet

from muster.apps.channels.actions import claim_batch, mark_failed, mark_sent, mark_told, record_receipt, recover_claims
from muster.apps.channels.models import OutMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def locked(office, settings, monkeypatch):
    """Names of the tables in which rows were locked, in order; one message is claimed."""
    settings.MUSTER_EXERCISE_SMS_URL = "http://exercise.test"
    office.calls(office.opens())
    order: list[str] = []
    really = QuerySet.select_for_update

    def select_for_update(rows, *more, **how):
        order.append(rows.model.__name__)
        return really(rows, *more, **how)

    monkeypatch.setattr(QuerySet, "select_for_update", select_for_update)
    return order


def recovered(message, _office):
    OutMessage.objects.filter(pk=message.pk).update(claimed_at=message.claimed_at.replace(year=2020))
    recover_claims()


@pytest.mark.parametrize(
    "act",
    [
        lambda message, office: mark_sent(message, at=office.clock.at),
        lambda message, _office: mark_failed(message, error="gateway.422", final=True),
        lambda message, office: record_receipt(message.client_id, "delivered", "", office.clock.at),
        lambda message, office: mark_told(office.duty, message.pk),
        recovered,
    ],
    ids=["sent", "failed", "report", "told", "recovered"],
)
def test_news_of_a_message_lock_the_callout_before_message_and_alert(act, office, locked):
    (message,) = claim_batch(1)
    locked.clear()
    act(message, office)
    firsts = sorted({"Callout", "OutMessage", "Alert"} & set(locked), key=locked.index)
    assert firsts == ["Callout", "OutMessage", "Alert"]
