"""Across a one-way gate: signed, numbered files instead of a connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from muster.apps.channels.models import RelayLink
from muster.apps.channels.relay_reads import relay_state
from muster.apps.incidents.relay_files import Imported, export, import_files
from muster.apps.incidents.relaying import RELAY_LANE
from muster.core.errors import NotFound, Unreadable
from muster.edges.reply import files as relay_files
from muster.edges.reply.files import take_pages, write_answers
from muster.edges.reply.inbox import take_inbox
from muster.edges.reply.keys import INBOX
from tests.relay.cast import make_folder
from tests.relay.conftest import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def gate(site: Site, tmp_path: Path, settings) -> Callable[[str], Path]:
    """A site whose lane never runs; `gate("out")` is a folder that is carried."""
    settings.MUSTER_RELAY_URL = "files"
    site.lane._client = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(599)))
    return lambda name: tmp_path / name


def carry_pages(site: Site, out: Path) -> int:
    export(out)
    return carried(site, out)


def carried(site: Site, out: Path) -> int:
    """The files are at the relay now; returns how many it took up."""
    app = site.phone.app
    take_pages(site.folder, out)
    return len(list(take_inbox(site.folder, app.keys.core, app.store, app.clock())))


def answers(site: Site, to: Path, since: int = 0) -> list[tuple[str, int]]:
    return write_answers(site.folder, to, since, site.world.now)


def test_pages_go_out_and_answers_come_in_as_files(site: Site, gate) -> None:
    assert carry_pages(site, gate("out")) == 1
    assert site.phone.press("accept", site.token(2), eta="15").status_code == 303
    assert site.phone.press("decline", site.token(3)).status_code == 303
    assert answers(site, gate("in")) == [(f"answers-{site.phone.app.store.epoch[:8]}-00000001-00000002.relay", 2)]
    done = import_files(gate("in"))
    assert (done.files, done.taken, done.double, done.refused, done.damaged, done.missing) == (1, 2, 0, {}, {}, [])
    assert (site.alert(2).state, site.alert(3).state) == ("accepted", "declined")
    carry_pages(site, gate("out"))
    assert "answered at" in site.phone.look(site.token(2)).text
    assert site.phone.app.store.answers == {}  # acknowledged by the page file


def test_carried_files_count_once(site: Site, gate) -> None:
    carry_pages(site, gate("out"))
    site.phone.press("accept", site.token(2))
    answers(site, gate("in"))
    import_files(gate("in"))
    again = import_files(gate("in"))
    assert (again.taken, again.double) == (0, 1)
    assert site.replies(2) == [("accept", True, "")]
    assert carried(site, gate("out")) == 0  # the page file, too


def test_only_new_answers_are_written_and_old_ones_on_request(site: Site, gate) -> None:
    carry_pages(site, gate("out"))
    site.phone.press("accept", site.token(2))
    answers(site, gate("a"))
    assert answers(site, gate("b")) == []
    site.phone.press("decline", site.token(3))
    assert [count for _, count in answers(site, gate("c"))] == [1]
    assert [count for _, count in answers(site, gate("d"), since=1)] == [2]
    assert answers(site, gate("e")) == []


def test_a_file_that_never_came_is_named_and_can_be_fetched_again(site: Site, gate) -> None:
    carry_pages(site, gate("out"))
    for number, folder in ((2, "lost"), (3, "in")):
        site.phone.press("accept", site.token(number))
        answers(site, gate(folder))
    done = import_files(gate("in"))
    assert (done.taken, done.missing, relay_state().trouble) == (1, [[1, 1]], "relay_lost")
    assert any("--since 1" in line for line in done.lines())
    carry_pages(site, gate("out"))
    assert len(site.phone.app.store.answers) == 2  # nothing is thrown away before the gap is closed
    answers(site, gate("again"), since=1)
    done = import_files(gate("again"))
    assert (done.taken, done.double, done.missing, relay_state().trouble) == (1, 1, [], "")
    assert site.alert(2).state == "accepted"


@pytest.mark.parametrize("harm", ["flipped", "cut", "empty", "foreign"])
def test_a_damaged_file_is_refused_and_the_others_are_taken(site: Site, gate, tmp_path: Path, harm: str) -> None:
    carry_pages(site, gate("out"))
    for number in (2, 3):
        site.phone.press("accept", site.token(number))
        answers(site, gate("in"))
    first, _ = sorted(gate("in").iterdir())
    whole = first.read_bytes()
    harmed = {
        "flipped": whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:],
        "cut": whole[: len(whole) // 2],
        "empty": b"",
        "foreign": foreign(tmp_path),
    }
    first.write_bytes(harmed[harm])
    done = import_files(gate("in"))
    assert set(done.damaged) == {first.name}
    assert set(done.damaged.values()) <= {"relay.signature", "relay.form"}
    assert (done.taken, done.missing) == (1, [[1, 1]])
    assert site.alert(2).state != "accepted"
    first.write_bytes(whole)
    assert import_files(gate("in")).missing == []


def foreign(tmp_path: Path) -> bytes:
    """A good file of another relay."""
    from tests.relay.test_store import answer, opened

    other = make_folder(tmp_path / "other")
    answer(opened(other), 1)
    ((name, _),) = write_answers(other, tmp_path / "theirs", 0, datetime(2026, 7, 14, tzinfo=UTC))
    return (tmp_path / "theirs" / name).read_bytes()


def test_a_damaged_page_file_is_refused_at_the_relay(site: Site, gate) -> None:
    path, pages = export(gate("out"))
    assert pages == 4
    path.write_bytes(path.read_bytes()[:-3])
    taken, bad = take_pages(site.folder, gate("out"))
    assert (taken, [name for name, _ in bad]) == (0, [path.name])
    (site.folder / INBOX / path.name).write_bytes(path.read_bytes())  # laid there by hand
    app = site.phone.app
    assert list(take_inbox(site.folder, app.keys.core, app.store, app.clock())) == []
    assert [found.suffix for found in (site.folder / INBOX).iterdir()] == [".refused"]
    assert site.phone.look(site.token(2)).status_code == 404


def test_an_older_page_file_does_not_undo_a_newer_one(site: Site, gate) -> None:
    export(gate("old"))
    carry_pages(site, gate("new"))
    before = dict(site.phone.app.store.pages)
    assert carried(site, gate("old")) == 0
    assert site.phone.app.store.pages == before
    assert list((site.folder / INBOX).iterdir()) == []


def test_page_files_are_numbered_upwards_even_when_the_clock_goes_back(site: Site, gate, at) -> None:
    first, _ = export(gate("out"))
    at("2026-07-14 13:00")
    second, _ = export(gate("out"))
    assert first.name < second.name


@pytest.mark.parametrize(("hours", "said"), [(1, True), (-1, False)])
def test_clocks_an_hour_apart_do_no_harm(site: Site, gate, hours: int, said: bool) -> None:
    wrong = site.world.now + timedelta(hours=hours)
    site.phone.app.clock = lambda: wrong.timestamp()
    carry_pages(site, gate("out"))
    site.phone.press("accept", site.token(2), eta="30")
    write_answers(site.folder, gate("in"), 0, wrong)
    done = import_files(gate("in"))
    assert site.alert(2).state == "accepted"
    assert site.alert(2).replied_at == site.world.now  # never in the future, never before the call
    assert (done.clock_ahead_seconds >= 3600) is said
    assert any("clock" in line for line in done.lines()) is said


def test_many_answers_go_in_several_files(site: Site, gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_files, "MOST_ANSWERS", 2)
    carry_pages(site, gate("out"))
    for number in (2, 3, 4):
        site.phone.press("accept", site.token(number))
    assert [count for _, count in answers(site, gate("in"))] == [2, 1]
    assert import_files(gate("in")).taken == 3


def test_nothing_half_written_is_ever_seen(site: Site, gate) -> None:
    carry_pages(site, gate("out"))
    site.phone.press("accept", site.token(2))
    answers(site, gate("in"))
    for folder in (gate("out"), gate("in"), site.folder, site.folder / INBOX):
        assert not [path for path in folder.iterdir() if path.suffix == ".new"]


def test_the_running_relay_takes_what_is_laid_into_its_inbox(site: Site, gate) -> None:
    export(gate("out"))
    take_pages(site.folder, gate("out"))
    sent: list[dict[str, object]] = []

    async def live() -> None:
        taken = asyncio.Event()
        steps = iter(["lifespan.startup", "lifespan.shutdown"])

        async def receive() -> dict[str, object]:
            step = next(steps)
            if step == "lifespan.shutdown":
                await asyncio.wait_for(taken.wait(), 10)
            return {"type": step}

        async def send(message: dict[str, object]) -> None:
            sent.append(message)
            if message["type"] == "lifespan.startup.complete":
                asyncio.get_running_loop().call_soon(look)

        def look() -> None:
            if site.phone.app.store.pages:
                taken.set()
            else:
                asyncio.get_running_loop().call_later(0.02, look)

        await site.phone.app({"type": "lifespan"}, receive, send)

    asyncio.run(live())
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert site.phone.look(site.token(2)).status_code == 200


def test_files_carried_are_never_called_silent_and_no_lane_is_started(site: Site, gate) -> None:
    assert relay_state().trouble == ""
    assert RELAY_LANE is None


def test_without_keys_there_is_nothing_to_export(site: Site, gate) -> None:
    RelayLink.objects.all().delete()
    for call in (lambda: export(gate("out")), lambda: import_files(gate("out"))):
        with pytest.raises(NotFound, match="no_link"):
            call()


def test_a_folder_that_is_not_there_is_said(site: Site, gate) -> None:
    with pytest.raises(Unreadable, match="missing"):
        take_pages(site.folder, gate("nowhere"))


def test_the_result_as_json_holds_every_figure() -> None:
    done = Imported(files=2, refused={"relay.box": 1}, damaged={"x": "relay.form"})
    assert json.loads(json.dumps(done.as_json()))["refused"] == {"relay.box": 1}
    assert len(done.lines()) == 3
