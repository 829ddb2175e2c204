"""The gateway's way in: signed lists, each item for itself, never the wrong mode."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings as live
from django.db import DataError
from django.http import HttpResponse
from django.test import Client

from muster.apps.channels import pages
from muster.apps.channels.actions import claim_batch, mark_sent, queue_message
from muster.apps.channels.models import InMessage, OutMessage, Receipt
from muster.apps.channels.pages import MOST_BYTES, MOST_ITEMS
from muster.apps.channels.signing import sign
from tests.channels.cast import member_of

AT = datetime(2026, 11, 2, 6, 20, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _gateways(settings: object) -> None:
    settings.MUSTER_SMS_URL, settings.MUSTER_EXERCISE_SMS_URL = "http://actual.test", "http://exercise.test"


def tell(
    path: str, items: object, *, mode: str = "actual", signed_as: str = "", raw: bytes | None = None
) -> HttpResponse:
    body = json.dumps(items).encode() if raw is None else raw
    stamp = int(time.time())
    signature = sign(live.SECRETS.gateway_key, signed_as or mode, stamp, body)
    return Client(enforce_csrf_checks=True).post(
        f"/gateway/sms/{mode}/{path}",
        body,
        content_type="application/json",
        headers={"X-Muster-Time": str(stamp), "X-Muster-Signature": signature},
    )


def sent(number: int = 1, exercise: bool = False) -> OutMessage:
    body = "【演练】集结" if exercise else "集结"
    message = queue_message(
        ref=f"alert:{number}", kind="alert", member=member_of(number), body=body, exercise=exercise, at=AT
    )
    mark_sent(claim_batch(1)[0], at=AT)
    return message


def test_reports_move_the_messages_they_are_about() -> None:
    first, second = sent(1), sent(2)
    answer = tell("reports", [{"id": first.client_id, "status": "delivered"},
                              {"id": second.client_id, "status": "failed", "detail": "off"}])  # fmt: skip
    assert (answer.status_code, answer.json()) == (200, {"taken": 2, "refused": []})
    assert {m.ref: m.state for m in OutMessage.objects.all()} == {"alert:1": "delivered", "alert:2": "failed"}


def test_a_bad_item_spoils_no_other() -> None:
    message = sent()
    items = [{"id": message.client_id, "status": "delivered"}, {"id": "x", "status": "delivered"}, {"status": 3}, 7]
    assert tell("reports", items).json() == {
        "taken": 1,
        "refused": [
            {"item": 1, "code": "gateway.unknown_message"},
            {"item": 2, "code": "gateway.item_form"},
            {"item": 3, "code": "gateway.item_form"},
        ],
    }


def test_a_report_of_the_other_mode_is_refused() -> None:
    message = sent(exercise=True)
    answer = tell("reports", [{"id": message.client_id, "status": "delivered"}], mode="actual")
    assert answer.json()["refused"] == [{"item": 0, "code": "gateway.unknown_message"}]
    assert not Receipt.objects.exists()


def test_texts_come_in_with_the_mode_of_their_address() -> None:
    member_of(1)
    items = [{"id": "7", "from": "+8619900000001", "text": "1"}, {"id": "", "from": "1", "text": "1"}]
    for mode in ("exercise", "actual"):
        assert tell("inbound", items, mode=mode).json()["taken"] == 1
    assert sorted(InMessage.objects.values_list("gateway_id", "exercise")) == [("a:7", False), ("x:7", True)]


def test_a_doubling_gateway_makes_one_text_of_two() -> None:
    member_of(1)
    item = {"id": "7", "from": "19900000001", "text": "2 在外地"}
    assert [tell("inbound", [item, item]).json()["taken"] for _ in range(2)] == [2, 2]
    assert InMessage.objects.count() == 1


def test_a_signature_for_the_other_mode_opens_nothing() -> None:
    answer = tell("inbound", [{"id": "7", "from": "1", "text": "1"}], mode="actual", signed_as="exercise")
    assert (answer.status_code, answer.json()) == (403, {"error": "gateway.wrong_signature"})
    assert not InMessage.objects.exists()


def test_without_a_signature_nothing_is_read() -> None:
    answer = Client().post("/gateway/sms/actual/reports", b"[]", content_type="application/json")
    assert (answer.status_code, answer.json()) == (403, {"error": "gateway.not_signed"})


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"{", 400, "gateway.not_json"),
        (b"\xff\xfe", 400, "gateway.not_json"),
        (b'{"id": 1}', 400, "gateway.not_a_list"),
        (b"[" + b"1," * MOST_ITEMS + b"1]", 400, "gateway.too_many"),
        (b" " * (MOST_BYTES + 1), 400, "gateway.too_large"),
    ],
)
def test_what_can_not_be_read_gets_a_clear_code(raw: bytes, status: int, code: str) -> None:
    answer = tell("reports", None, raw=raw)
    assert (answer.status_code, answer.json()) == (status, {"error": code})


def test_an_exercise_home_takes_nothing_actual(settings: object, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    (tmp_path / "exercise.home").touch()
    assert tell("inbound", []).json() == {"error": "channels.actual_in_exercise_home"}
    assert tell("inbound", [], mode="exercise").json() == {"taken": 0, "refused": []}


@pytest.mark.parametrize("path", ["/gateway/sms/test/reports", "/gateway/sms/actual/other"])
def test_other_addresses_do_not_exist(path: str) -> None:
    assert Client().post(path).status_code == 404


def test_a_get_is_not_answered() -> None:
    assert Client().get("/gateway/sms/actual/reports").status_code == 405


def test_broken_letters_cost_neither_their_own_text_nor_the_next() -> None:
    member_of(1)
    items = [
        {"id": "7\0", "from": "1990000\x000001", "text": "1 \0\ud83d"},
        {"id": "8\udc00", "from": "\ud83d19911112222", "text": "\ud83d\ude00"},
    ]
    assert tell("inbound", items).json() == {"taken": 2, "refused": []}
    assert [(t.gateway_id, t.sender, t.body) for t in InMessage.objects.order_by("pk")] == [
        ("a:7", "+8619900000001", "1 \ufffd"),
        ("a:8\ufffd", "\ufffd19911112222", "\U0001f600"),
    ]
    message = sent(2)
    report = {"id": message.client_id, "status": "failed", "detail": "o\0ff\ud83d"}
    assert tell("reports", [report]).json()["taken"] == 1
    assert Receipt.objects.get().detail == "off\ufffd"


def test_an_item_that_can_not_be_kept_spoils_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    keep = pages.record_inbound

    def record(gateway_id: str, *rest: object) -> InMessage:
        if gateway_id == "a:1":
            raise DataError("A string literal cannot contain NUL (0x00) characters.")
        return keep(gateway_id, *rest)

    monkeypatch.setattr(pages, "record_inbound", record)
    items = [{"id": str(n), "from": "19911112222", "text": "1"} for n in (1, 2)]
    assert tell("inbound", items).json() == {"taken": 1, "refused": [{"item": 0, "code": "gateway.item_form"}]}
