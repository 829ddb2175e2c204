"""E-mail against a real mail server: taken, put off, refused, slow, and breaking off."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from muster.apps.channels.actions import queue_messages
from muster.apps.channels.actions.outbox import Draft
from muster.apps.channels.lines import Parcel, http
from muster.apps.channels.lines.mail import letter_of, server_of
from muster.apps.channels.models import OutMessage
from muster.apps.channels.sender import Sender
from muster.apps.people.models import Contact
from muster.jobs.clock import now
from tests.channels.cast import member_of

pytestmark = [pytest.mark.django_db, pytest.mark.processes]
TEXT = "【办公室】集结：堤防抢险。能来回1，来不了回2。"


@dataclass
class MailServerProcess:
    log: Path
    port: int

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?from=duty@office.example&tls=none"

    def seen(self) -> list[dict[str, object]]:
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [json.loads(line) for line in lines]


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailServerProcess]:
    program, log = str(Path(__file__).with_name("smtp_process.py")), tmp_path / "mail.jsonl"
    with subprocess.Popen(
        [sys.executable, program, str(log)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield MailServerProcess(log, int(process.stdout.readline()))
        process.kill()


@pytest.fixture(autouse=True)
def _by_mail(settings: object, mail: MailServerProcess) -> None:
    settings.MUSTER_CHANNELS, settings.MUSTER_PRICES = "email:5,call_list", "email=0.01"
    settings.MUSTER_MAIL_URL, settings.MUSTER_EXERCISE_MAIL_URL = mail.url, ""


def queue(name: str, number: int = 1, *, exercise: bool = False) -> OutMessage:
    member = member_of(number)
    Contact.objects.create(member=member, kind="email", value=f"{name}@home.example", masked="x")
    text = f"【演练】{TEXT}" if exercise else TEXT
    return queue_messages([Draft(f"alert:{number}", "alert", member, text)], exercise=exercise, at=now())[0]


def test_a_letter_arrives_whole_under_the_id_of_the_message_and_its_cost_is_counted(
    sender: Sender, mail: MailServerProcess
) -> None:
    message = queue("li")
    assert sender.step()
    (letter,) = mail.seen()
    assert (letter["to"], letter["text"].strip()) == (["li@home.example"], TEXT)
    assert letter["id"] == f"<{message.client_id}@office.example>"
    assert letter["auto"] == "auto-generated"
    row = OutMessage.objects.get()
    assert (row.channel, row.state, row.parts, row.cost) == ("email", "sent", 1, Decimal("0.01"))


@pytest.mark.parametrize(
    ("name", "state", "error"),
    [
        ("full", "queued", "mail.452"),
        ("nobody", "failed", "mail.550"),
        ("spam", "failed", "mail.554"),
        ("gone", "perhaps_sent", "mail.SMTPServerDisconnected"),
    ],
)
def test_each_refusal_is_read_for_what_it_means(sender: Sender, name: str, state: str, error: str) -> None:
    queue(name)
    sender.step()
    row = OutMessage.objects.get()
    assert (row.state, row.error, row.cost) == (state, error, 0)


def test_a_slow_server_may_have_taken_it(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.3)
    queue("slow")
    sender.step()
    assert OutMessage.objects.get().state == "perhaps_sent"


def test_a_server_that_is_down_has_surely_not_taken_it(sender: Sender, settings: object) -> None:
    settings.MUSTER_MAIL_URL = "smtp://127.0.0.1:9?from=duty@office.example&tls=none"
    queue("li")
    sender.step()
    row = OutMessage.objects.get()
    assert (row.state, row.error) == ("queued", "mail.ConnectionRefusedError")


def test_encryption_is_not_given_up_because_the_server_knows_none(
    sender: Sender, mail: MailServerProcess, settings: object
) -> None:
    settings.MUSTER_MAIL_URL = mail.url.replace("&tls=none", "")
    queue("li")
    sender.step()
    assert (OutMessage.objects.get().state, mail.seen()) == ("queued", [])


def test_an_exercise_never_uses_the_server_for_actual_callouts(
    sender: Sender, mail: MailServerProcess, settings: object
) -> None:
    settings.MUSTER_EXERCISE_MAIL_URL = mail.url
    assert queue("li", exercise=True).channel == "call_list"
    assert (sender.step(), mail.seen()) == (False, [])


def test_a_line_break_in_an_address_adds_no_header(sender: Sender, mail: MailServerProcess) -> None:
    queue("li@home.example\r\nBcc: all")
    sender.step()
    assert (OutMessage.objects.get().error, mail.seen()) == ("mail.address", [])


@pytest.mark.parametrize(
    "url",
    ["", "http://h?from=a@b", "smtp://h", "smtp://?from=a@b", "smtp://h:99999?from=a@b", "smtp://h?from=a@b&tls=x"],
)
def test_an_address_of_no_mail_server_is_none(url: str) -> None:
    assert server_of(url) is None


def test_an_address_says_port_user_and_encryption() -> None:
    server = server_of("smtps://du%40ty:p%3Aw@mail.office.example?from=duty@office.example")
    assert server is not None
    assert (server.host, server.port, server.user, server.password, server.tls) == (
        "mail.office.example", 465, "du@ty", "p:w", "whole",
    )  # fmt: skip
    assert "duty@office.example" in str(letter_of(server.sender, Parcel("id", "a@b.c", TEXT, False, "", "")))
