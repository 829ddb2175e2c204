"""An exercise never leaves as actual, and nothing actual leaves an exercise home."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from muster.apps.channels import sender
from muster.apps.channels.gates import EXERCISE_MARKS, check_may_leave, gateway_url, is_marked
from muster.core.errors import MusterError

URLS = ["", "http://actual.test/sms", "http://exercise.test/sms", "http://exercise.test/sms/", "http://other.test"]
BODIES = ["【演练】集结", "[EXERCISE] Callout", "【办公室】集结：【演练】", "集结", "", " 【演练】集结", "【演练"]


@given(
    exercise=st.booleans(),
    body=st.sampled_from(BODIES) | st.text(max_size=20),
    url=st.sampled_from(URLS),
    actual_url=st.sampled_from(URLS),
    exercise_url=st.sampled_from(URLS),
    exercise_home=st.booleans(),
)
@example(exercise=True, body="【演练】集结", url=URLS[1], actual_url=URLS[1], exercise_url=URLS[1], exercise_home=False)
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_reaches_the_socket_goes_to_its_own_gateway(
    exercise: bool, body: str, url: str, actual_url: str, exercise_url: str, exercise_home: bool,
    settings: object, tmp_path: Path,
) -> None:  # fmt: skip
    reached: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        reached.append(request)
        return httpx.Response(202, json={"accepted": True})

    marker = tmp_path / "exercise.home"
    marker.unlink(missing_ok=True)
    if exercise_home:
        marker.touch()
    settings.HOME, settings.MUSTER_SMS_URL, settings.MUSTER_EXERCISE_SMS_URL = tmp_path, actual_url, exercise_url
    parcel = sender.Parcel("id", "+8619900000001", body, exercise, url, "11" * 32)
    with httpx.Client(transport=httpx.MockTransport(take)) as client:
        outcome = sender.hand_over(client, parcel)
    for request in reached:
        bare = str(request.url).removesuffix("/messages")
        assert body.startswith(("【演练】", "[EXERCISE]")) is exercise
        assert bare == (exercise_url if exercise else actual_url).rstrip("/")
        assert exercise or not exercise_home
        assert not exercise or bare != actual_url.rstrip("/")
    assert (outcome.word == "taken") is bool(reached)


def test_both_marks_count_as_marks() -> None:
    assert all(is_marked(mark + "x") for mark in EXERCISE_MARKS.values())


def test_one_address_for_both_modes_serves_actual_callouts_only(settings: object) -> None:
    settings.MUSTER_SMS_URL = settings.MUSTER_EXERCISE_SMS_URL = "http://one.test/"
    assert (gateway_url(False), gateway_url(True)) == ("http://one.test", "")


def test_without_a_gateway_nothing_may_leave(settings: object) -> None:
    settings.MUSTER_SMS_URL = ""
    with pytest.raises(MusterError, match=r"channels\.no_gateway"):
        check_may_leave(exercise=False, body="集结", url="")
