from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from muster.apps.channels.actions import make_relay_keys
from muster.apps.channels.models import OutMessage
from muster.apps.incidents.actions import send_by_hand
from muster.apps.incidents.models import Alert, Callout
from muster.apps.incidents.relaying import Relaying
from muster.codecs import relay as codec
from muster.core.ids import token_hash
from muster.edges.reply.app import Relay
from muster.edges.reply.keys import FILE, INBOX, RelayKeys, load, to_text
from tests.relay.cast import Phone
from tests.world import World

RELAY_URL = "http://relay.example"


@dataclass
class Site:
    """An office with a callout that was sent with links, its relay, and the lane between them.

    `twist` is what a bad relay makes of its true answer, as (status, body) -> (status, body).
    """

    world: World
    callout: Callout
    phone: Phone
    lane: Relaying
    twist: list[Callable[[int, bytes], tuple[int, bytes]]] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.phone.app.folder

    @property
    def keys(self) -> RelayKeys:
        return load(self.folder)

    def alert(self, number: int) -> Alert:
        """The alert of member TY00000n."""
        return Alert.objects.get(callout=self.callout, member=self.world.member(number))

    def token(self, number: int) -> str:
        """The secret in that member's link, as it stands in his text message."""
        body = OutMessage.objects.get(ref=self.alert(number).ref, kind="alert").body
        found = re.search(r"/r/([\w-]+)", body)
        assert found, body
        return found.group(1)

    def run(self) -> None:
        """Let the lane work until it has nothing to do."""
        self.lane.quiet_until = 0.0
        for _ in range(20):
            if not self.lane.step():
                return
        raise AssertionError("the lane does not come to rest")

    def replies(self, number: int) -> list[tuple[str, bool, str]]:
        return list(self.alert(number).replies.order_by("pk").values_list("answer", "counted", "note"))

    def restart_relay(self, *, lost: bool = False) -> None:
        """A new process on the same folder; `lost`: its file is gone."""
        if lost:
            self.phone.app.store.path.unlink()
        self.phone.app = Relay(self.folder, clock=self.phone.app.clock)

    def sealed(self, number: int, answer: str = "accept", *, seq: int = 1, answer_id: str = "ab" * 16, token: str = ""):
        """An answer as a relay that knows the token makes it."""
        known = token or self.token(number)
        said = codec.Answer.model_validate({"answer": answer, "at": self.world.now})
        box = codec.seal_answer(known, said, answer_id=answer_id, nonce=b"n" * 12)
        return codec.SealedAnswer(seq=seq, id=answer_id, page=self.alert(number).token_hash, box=box)


def bridge(site: Site) -> httpx.Client:
    """The lane's way to the relay, without a socket."""

    def handle(request: httpx.Request) -> httpx.Response:
        headers = {"x_muster_relay": request.headers["x-muster-relay"]}
        answer = site.phone.ask("POST", request.url.path, request.read(), **headers)
        status, body = answer.status_code, answer.content
        for turn in site.twist:
            status, body = turn(status, body)
        return httpx.Response(status, content=body)

    return httpx.Client(transport=httpx.MockTransport(handle))


@pytest.fixture
def site(world: World, tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch) -> Site:
    settings.MUSTER_PUBLIC_URL = "https://reply.example"
    settings.MUSTER_RELAY_URL = RELAY_URL
    settings.MUSTER_DESK_PHONE = "0731-000 0000"
    incident = world.open_incident()
    called = [world.member(number).pk for number in (2, 3, 4, 6)]
    send_by_hand(world.actor("commander"), incident.callout, called, reason="test")
    own, core = make_relay_keys("system")
    folder = tmp_path / "relay"
    (folder / INBOX).mkdir(parents=True)
    (folder / FILE).write_text(to_text(RelayKeys(own=own, core=core)), encoding="ascii")
    made = Site(world, incident.callout, Phone(Relay(folder)), Relaying())
    made.lane._client = bridge(made)
    assert token_hash(made.token(2)) == made.alert(2).token_hash
    return made
