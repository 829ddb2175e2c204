"""Office messengers: one person on a named server, through a real server process; never a group, never an exercise."""

from __future__ import annotations

import pytest

from muster.access.rights import Actor
from muster.apps.channels.actions import queue_messages
from muster.apps.channels.actions.outbox import Draft
from muster.apps.channels.lines import http
from muster.apps.channels.models import OutMessage
from muster.apps.channels.sender import Sender
from muster.apps.people.actions import add_contact
from muster.codecs.messenger import GROUP_SCHEMAS, masked, person_address
from muster.core.errors import InvalidInput
from muster.jobs.clock import now
from tests.channels.cast import member_of
from tests.channels.conftest import GatewayProcess

HEAD = Actor(ref="account:1", name="周主任", role="office_head")
pytestmark = [pytest.mark.django_db, pytest.mark.processes]


@pytest.fixture(autouse=True)
def _by_app(settings: object, gateway: GatewayProcess) -> None:
    settings.MUSTER_CHANNELS, settings.MUSTER_APP_HOSTS = "app:5,call_list", f"127.0.0.1:{gateway.port}"


def queue(gateway: GatewayProcess, *, exercise: bool = False) -> OutMessage:
    member = member_of(1)
    add_contact(HEAD, member, "app", f"gotify://127.0.0.1:{gateway.port}/Atoken12345")
    text = "【演练】集结" if exercise else "【办公室】集结"
    return queue_messages([Draft("alert:1", "alert", member, text)], exercise=exercise, at=now())[0]


def test_the_text_arrives_at_the_persons_own_application(sender: Sender, gateway: GatewayProcess) -> None:
    gateway.behave(status=200)
    assert queue(gateway).channel == "app"
    sender.step()
    assert OutMessage.objects.get().state == "sent"
    assert [(m["path"], m["message"]) for m in gateway.seen()] == [("/message", "【办公室】集结")]


@pytest.mark.parametrize("how", [{"status": 500, "body": {}}, {"status": 403, "body": {}}, {"hang_up": True}])
def test_a_messenger_that_does_not_take_it_is_asked_once(
    sender: Sender, gateway: GatewayProcess, how: dict[str, object]
) -> None:
    gateway.behave(**how)
    queue(gateway)
    sender.step()
    assert (OutMessage.objects.get().state, OutMessage.objects.get().error) == ("failed", "app.not_taken")
    assert not sender.step()
    assert len(gateway.seen()) == 1


def test_a_slow_messenger_holds_nobody_up(
    sender: Sender, gateway: GatewayProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.3)
    gateway.behave(delay_seconds=3.0)
    queue(gateway)
    sender.step()
    assert OutMessage.objects.get().state == "failed"


def test_a_server_that_the_site_has_not_named_is_not_asked(
    sender: Sender, gateway: GatewayProcess, settings: object
) -> None:
    settings.MUSTER_APP_HOSTS = "chat.office.example"
    queue(gateway)
    sender.step()
    assert (OutMessage.objects.get().error, gateway.seen()) == ("app.host_not_named", [])


def test_an_exercise_never_takes_it(sender: Sender, gateway: GatewayProcess) -> None:
    assert queue(gateway, exercise=True).channel == "call_list"
    assert (sender.step(), gateway.seen()) == (False, [])


@pytest.mark.parametrize("schema", sorted(GROUP_SCHEMAS))
def test_robots_of_groups_are_refused_with_the_reason(schema: str) -> None:
    with pytest.raises(InvalidInput, match=r"people\.app_group"):
        person_address(f"{schema}://token12345678")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("tgram://token/chat", "people.app_schema"),
        ("nonsense", "people.app_schema"),
        ("rocket://user:pass@chat.example/#general", "people.app_form"),
        ("rocket://user:pass@chat.example/room", "people.app_form"),
        ("rocket://user:pass@chat.example/@li/@wang", "people.app_form"),
        ("gotify://chat.example/token12345?to=x", "people.app_form"),
        ("gotify://chat.example/", "people.app_form"),
        ("gotify://[chat/token12345", "people.app_form"),
        ("gotify://chat.example:999999/token12345", "people.app_form"),
        ("gotify:///token12345", "people.app_form"),
        ("gotify://chat.example/" + "t" * 120, "people.app_form"),
    ],
)
def test_an_address_that_does_not_name_one_person_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        person_address(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "gotify://chat.example/token12345",
        "gotifys://chat.example:8443/token12345/",
        "rockets://user:pass@chat.example/@li.wei",
        "bark://push.example/AbCdEfGh12345678",
        "zulip://bot@office/" + "a" * 32 + "/li@office.example",
    ],
)
def test_an_address_of_one_person_is_taken_and_shown_without_its_secret(text: str) -> None:
    assert person_address(f" {text} ") == text
    assert all(secret not in masked(text) for secret in ("token", "pass", "@", "AbCd", "aaaa"))
