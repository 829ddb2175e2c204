"""The clock of the host is set back by hours: what was to be tried again soon is tried again soon, and claims hold nobody up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.apps.channels.actions import claim_batch, mark_failed, mark_sent, recover_claims
from muster.apps.channels.models import MessageState, OutMessage
from muster.apps.incidents.actions.solving import claim_solve, waiting
from muster.apps.incidents.models import Callout, SolveRun
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(world: World, settings: object, at: object) -> World:
    """The world three hours on, with a callout whose texts wait for the gateway; then the clock goes back."""
    settings.MUSTER_SMS_URL = "http://gateway.test"
    at("2026-07-14 17:20")
    assert world.running
    return world


def test_messages_do_not_wait_for_the_old_time_to_come_again(later: World, at: object) -> None:
    batch = claim_batch(2)
    mark_failed(batch[0], error="gateway.down")
    at("2026-07-14 14:20")
    assert batch[0].pk in {message.pk for message in claim_batch(40)}


def test_a_pause_of_now_is_still_kept(later: World) -> None:
    (message, *_rest) = claim_batch(1)
    mark_failed(message, error="gateway.down")
    assert message.pk not in {each.pk for each in claim_batch(40)}


def test_a_claim_of_the_time_to_come_is_nobodys(later: World, at: object) -> None:
    claimed = claim_batch(3)
    at("2026-07-14 14:20")
    assert recover_claims() == len(claimed)
    assert {row.state for row in OutMessage.objects.filter(pk__in=[each.pk for each in claimed])} == {
        MessageState.PERHAPS_SENT
    }


def test_what_is_being_sent_is_not_freed_because_the_clock_jumped(later: World, at: object) -> None:
    held, lost = claim_batch(1), claim_batch(1)
    at("2026-07-14 20:20")
    assert recover_claims(holding={held[0].claim}) == 1
    assert mark_sent(held[0], at=later.now)
    assert mark_sent(lost[0], at=later.now) is None


def test_a_solve_claimed_in_the_time_to_come_can_be_taken_over(later: World, at: object) -> None:
    callout = later.callout
    assert claim_solve(callout.pk)
    assert claim_solve(callout.pk) is None
    at("2026-07-14 14:20")
    assert claim_solve(callout.pk)


def test_an_answer_from_the_time_to_come_is_old(later: World, at: object) -> None:
    run = later.solve_run()
    moment = at("2026-07-14 17:20")
    SolveRun.objects.filter(pk=run.pk).update(at=moment, seq=later.callout.wanted_seq)
    Callout.objects.update(solved_seq=later.callout.wanted_seq)
    assert waiting(moment, timedelta(seconds=10)) == []
    assert waiting(at("2026-07-14 14:20"), timedelta(seconds=10)) == [later.callout.pk]
