"""Nobody is called to a callout that has ended or does not need him any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from muster.access.rights import Actor
from muster.apps.channels.actions import claim_batch, queue_message
from muster.apps.channels.models import OutMessage
from muster.apps.incidents.actions import release, stand_down
from muster.apps.incidents.models import Callout, SolveRun
from muster.apps.incidents.models.callout import AlertState
from tests.reply.scene import T0, Scene

COMMANDER = Actor(ref="account:9", name="带班领导", role="commander")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _gateway(settings: object) -> None:
    settings.MUSTER_SMS_URL = "http://actual.test"


def spare(scene: Scene) -> Callout:
    """The newest answer says that this person is not needed."""
    SolveRun.objects.create(
        callout=scene.callout, seq=1, at=T0, solved_at=T0, seconds=0.1, outcome="enough", roster_hash="r",
        model_version="m", releasable=[scene.alert.pk],
    )  # fmt: skip
    return scene.callout


@pytest.mark.parametrize(
    "end",
    [
        lambda scene: stand_down(COMMANDER, scene.callout),
        lambda scene: release(COMMANDER, spare(scene), [scene.alert.pk]),
    ],
)
def test_a_call_that_has_not_left_is_taken_back(end: Callable[[Scene], object], scene: Scene) -> None:
    scene.put(AlertState.QUEUED)
    queue_message(ref=scene.alert.ref, kind="alert", member=scene.member, body="集结", exercise=False, at=T0)
    end(scene)
    assert OutMessage.objects.get(kind="alert").state == "cancelled"
    assert claim_batch(9) == []
