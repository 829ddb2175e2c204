"""The core and its relay: pages go out, answers come in, and a relay that lies gets nowhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from muster.apps.channels.models import OutMessage, RelayAnswer, RelayLink
from muster.apps.channels.relay_reads import link_tokens, relay_state
from muster.apps.incidents.actions import record_reply, stand_down
from muster.apps.incidents.models import Reply
from muster.apps.incidents.relay_pages import Changes
from muster.codecs import relay as codec
from tests.relay.conftest import Site

pytestmark = pytest.mark.django_db


def pull_of(site: Site, body: bytes) -> codec.Pull:
    return codec.unpack("pull", body, codec.public_key(site.keys.own), codec.Pull)


def bringing(site: Site, *answers: codec.SealedAnswer) -> Callable[[int, bytes], tuple[int, bytes]]:
    """A relay that puts these answers into its own, well signed message."""

    def turn(status: int, body: bytes) -> tuple[int, bytes]:
        pull = pull_of(site, body)
        forged = pull.model_copy(update={"answers": answers, "last_seq": max(one.seq for one in answers)})
        return status, codec.pack("pull", forged, site.keys.own)

    return turn


# --- the straight way --------------------------------------------------------------------------------------------


def test_a_member_s_answer_by_the_relay_is_a_reply_like_any_other(site: Site) -> None:
    site.run()
    assert site.phone.press("accept", site.token(2), eta="30").status_code == 303
    site.run()
    alert = site.alert(2)
    assert site.replies(2) == [("accept", True, "")]
    assert alert.state == "accepted"
    assert alert.replies.get().channel == "page"
    assert alert.eta_at == alert.replied_at + timedelta(minutes=30)
    assert "answered at 14:20" in site.phone.look(site.token(2)).text


def test_pages_know_no_name_no_number_and_no_other_member(site: Site) -> None:
    site.run()
    for number in (2, 3, 4, 6):
        page = codec.open_page(site.token(number), site.phone.app.store.pages[site.alert(number).token_hash].box)
        text = page.model_dump_json()
        for member in site.world.members:
            for secret in (member.name, member.number, member.phone, member.phone[3:]):
                assert not secret or secret not in text


def test_the_relay_s_page_says_what_the_office_s_own_page_says(site: Site) -> None:
    """Word for word in both languages, but for the code on the wall, which opens at the office only."""
    site.run()
    site.phone.press("accept", site.token(3))
    site.phone.press("decline", site.token(4), reason="family")
    site.run()
    compare(site, (2, 3, 4))
    stand_down(site.world.actor("commander"), site.callout)
    site.run()
    compare(site, (2, 3, 4))


def compare(site: Site, members: tuple[int, ...]) -> None:
    for language, full, wall in (("zh", "zh-hans", "，或扫墙上的码"), ("en", "en", ",orscanthecodeonthewall")):
        for number in members:
            own = site.world.client_of(None, language=full).get(f"/r/{site.token(number)}")
            there = site.phone.look(site.token(number), language=language)
            assert words(there.text) == words(own.content.decode()).replace(wall, "")


def words(html: str) -> str:
    return "".join(re.sub(r"<style.*?</style>|<title>.*?</title>|<[^>]+>", "", html, flags=re.DOTALL).split())


def test_only_what_has_changed_goes_out_again(site: Site) -> None:
    changes = Changes()
    assert len(list(changes.take())) == 4
    assert list(changes.take()) == []
    record_reply(site.alert(2), answer="decline", channel="desk", by="account:1")
    assert [page.page for page in changes.take()] == [site.alert(2).token_hash]
    stand_down(site.world.actor("commander"), site.callout)
    assert len(list(changes.take())) == 4


def test_a_call_that_was_sent_without_a_link_has_no_page(site: Site) -> None:
    message = OutMessage.objects.get(ref=site.alert(2).ref)
    message.body = message.body.partition(" http")[0]
    message.save()
    assert link_tokens([site.alert(2).ref, site.alert(3).ref]).keys() == {site.alert(3).ref}
    assert len(list(Changes().take())) == 3


def test_answers_wait_while_the_core_is_away_and_keep_their_times(site: Site, at: Callable[[str], object]) -> None:
    site.run()
    called = site.world.now
    site.phone.app.clock = lambda: (called + timedelta(minutes=2)).timestamp()
    site.phone.press("accept", site.token(2))
    at("2026-07-14 15:20")
    site.phone.app.clock = lambda: (called + timedelta(minutes=60)).timestamp()
    site.run()
    assert site.alert(2).replied_at == called + timedelta(minutes=2)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_relay_clock_that_is_wrong_by_an_hour_does_no_harm_and_is_said(site: Site, hours: int) -> None:
    real = site.world.now + timedelta(hours=hours)
    site.phone.app.clock = lambda: real.timestamp()
    site.run()
    site.phone.press("accept", site.token(2))
    site.run()
    assert site.alert(2).replied_at == site.world.now
    assert RelayLink.objects.get().ahead_seconds == hours * 3600


def test_a_core_clock_that_was_set_back_is_told_where_the_relay_stands(site: Site, at: Callable[[str], object]) -> None:
    site.run()
    at("2026-07-14 13:20")
    site.phone.press("accept", site.token(2))
    site.lane.turn = 0
    site.run()
    assert site.alert(2).state == "accepted"


def test_an_answer_that_was_long_under_way_does_not_undo_a_newer_one(site: Site, at: Callable[[str], object]) -> None:
    site.run()
    moment = site.world.now.timestamp()
    site.phone.app.clock = lambda: moment
    site.phone.press("accept", site.token(2))
    at("2026-07-14 14:40")
    record_reply(site.alert(2), answer="decline", channel="desk", by="account:1")
    moment += 25 * 60
    at("2026-07-14 14:45")
    site.run()
    assert site.replies(2) == [("decline", True, ""), ("accept", False, "overtaken")]
    assert site.alert(2).state == "declined"


def test_who_is_taken_elsewhere_reads_so_at_the_relay(site: Site) -> None:
    from muster.apps.service.actions import commit

    commit([site.world.member(2).pk], "callout:999", site.world.now, False)
    site.run()
    site.phone.press("accept", site.token(2))
    site.run()
    assert site.replies(2) == [("accept", False, "elsewhere")]
    assert "You are already taken for another callout." in site.phone.look(site.token(2)).text


# --- crashes and losses ------------------------------------------------------------------------------------------


def test_a_relay_that_dies_between_answer_and_fetching_loses_nothing(site: Site) -> None:
    site.run()
    site.phone.press("accept", site.token(2))
    site.restart_relay()
    assert "on its way to the duty desk" in site.phone.look(site.token(2)).text
    site.run()
    assert site.replies(2) == [("accept", True, "")]


def test_a_lane_that_dies_before_the_acknowledgement_counts_nothing_twice(site: Site) -> None:
    site.run()
    site.phone.press("accept", site.token(2))
    site.lane.step()
    RelayLink.objects.update(taken_seq=0)  # as if the process had died before it wrote that down
    fresh = type(site.lane)()
    fresh._client = site.lane._client
    site.lane = fresh
    site.run()
    assert site.replies(2) == [("accept", True, "")]
    assert RelayLink.objects.get().taken_seq == 1


def test_a_relay_whose_file_is_gone_gets_every_page_again_and_counts_from_one(site: Site) -> None:
    site.run()
    site.phone.press("accept", site.token(2))
    site.run()
    site.restart_relay(lost=True)
    site.run()
    site.run()
    assert site.phone.look(site.token(3)).status_code == 200
    site.phone.press("decline", site.token(3))
    site.run()
    assert site.replies(3) == [("decline", True, "")]
    assert site.replies(2) == [("accept", True, "")]
    assert relay_state().trouble == ""


def test_many_pages_go_in_parts_and_nothing_is_acknowledged_before_its_page_is_out(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.apps.incidents.relaying.PAGES_AT_ONCE", 1)
    site.run()
    site.phone.press("accept", site.token(6))
    site.lane.step()
    assert "on its way" in site.phone.look(site.token(6)).text or "answered at" in site.phone.look(site.token(6)).text
    site.run()
    assert "answered at" in site.phone.look(site.token(6)).text
    assert site.phone.app.store.answers == {}


# --- a relay that lies -------------------------------------------------------------------------------------------


def test_no_relay_can_answer_for_a_link_that_was_never_opened_at_it(site: Site) -> None:
    site.run()
    forged = site.sealed(2, token="AGuessOfALyingRelay-22")
    site.twist = [bringing(site, forged)]
    site.run()
    assert site.replies(2) == []
    assert (RelayLink.objects.get().refused, relay_state().trouble) == (1, "relay_refused")
    assert not RelayAnswer.objects.exists()


def test_no_relay_can_make_up_a_link(site: Site) -> None:
    unknown = site.sealed(2).model_copy(update={"page": "ef" * 32})
    site.twist = [bringing(site, unknown)]
    site.run()
    assert not Reply.objects.exists()


def test_an_answer_played_again_counts_once_whatever_number_and_epoch_it_is_given(site: Site) -> None:
    true = site.sealed(2, "accept")
    site.twist = [bringing(site, true)]
    site.run()
    record_reply(site.alert(2), answer="decline", channel="desk", by="account:1")
    site.twist = [bringing(site, *(true.model_copy(update={"seq": seq}) for seq in (2, 3, 4)))]
    site.run()
    site.twist.append(lambda status, body: with_epoch(site, status, body))
    site.run()
    assert site.replies(2) == [("accept", True, ""), ("decline", True, "contradicts")]


def with_epoch(site: Site, status: int, body: bytes) -> tuple[int, bytes]:
    return status, codec.pack("pull", pull_of(site, body).model_copy(update={"epoch": "cd" * 16}), site.keys.own)


def test_a_false_answer_stops_no_true_one(site: Site) -> None:
    false = site.sealed(3, token="AGuessOfALyingRelay-22", answer_id="01" * 16)
    site.twist = [bringing(site, false, site.sealed(2, seq=2))]
    site.run()
    assert site.replies(3) == []
    assert site.replies(2) == [("accept", True, "")]


def test_a_relay_can_not_flood_the_books_with_one_link(site: Site) -> None:
    many = [site.sealed(2, seq=n, answer_id=f"{n:032x}") for n in range(1, 101)]
    site.twist = [bringing(site, *many)]
    site.run()
    assert len(site.replies(2)) == codec.MOST_ANSWERS_OF_ONE
    assert RelayLink.objects.get().refused >= 100 - codec.MOST_ANSWERS_OF_ONE


def test_a_message_of_another_relay_is_not_heard(site: Site) -> None:
    site.twist = [lambda status, body: (status, codec.pack("pull", pull_of(site, body), "33" * 32))]
    site.run()
    link = RelayLink.objects.get()
    assert (link.heard_at, link.trouble) == (None, "relay.signature")
    assert relay_state().trouble == "relay_silent"


def test_an_old_message_played_again_is_not_heard(site: Site) -> None:
    kept: list[tuple[int, bytes]] = []
    site.twist = [lambda status, body: kept.append((status, body)) or kept[0]]
    site.run()
    site.phone.press("accept", site.token(2))
    site.run()
    assert RelayLink.objects.get().trouble == "relay.form"
    assert not Reply.objects.exists()


@pytest.mark.parametrize(
    "turn",
    [
        lambda status, body: (500, b""),
        lambda status, body: (200, b""),
        lambda status, body: (200, b"x" * 3_000_000),
        lambda status, body: (409, b"muster-relay-1 behind 00\n{}"),
        lambda status, body: (302, b""),
    ],
)
def test_nonsense_is_trouble_and_no_crash(site: Site, turn: Callable[[int, bytes], tuple[int, bytes]]) -> None:
    site.twist = [turn]
    site.run()
    assert RelayLink.objects.get().trouble.startswith("relay.")
    site.twist = []
    site.run()
    assert RelayLink.objects.get().trouble == ""
    assert len(site.phone.app.store.pages) == 4


def test_a_relay_that_claims_to_stand_far_ahead_is_not_followed_there(site: Site) -> None:
    def far(status: int, body: bytes) -> tuple[int, bytes]:
        pull = pull_of(site, body).model_copy(update={"turn": 2**53})
        return 409, codec.pack("behind", pull, site.keys.own)

    site.twist = [far]
    site.run()
    assert RelayLink.objects.get().trouble == "relay.form"
    assert site.lane.turn < 2**52


def test_numbers_that_were_left_out_are_named(site: Site) -> None:
    site.twist = [bringing(site, site.sealed(2, seq=4))]
    site.run()
    assert (RelayLink.objects.get().missing, relay_state().trouble) == ([[1, 3]], "relay_lost")


# --- what the office reads ---------------------------------------------------------------------------------------


def test_without_keys_the_lane_rests_and_the_desk_is_told(site: Site) -> None:
    RelayLink.objects.all().delete()
    assert site.lane.step() is False
    assert relay_state().trouble == "relay_no_keys"


def test_a_silent_relay_stands_on_the_duty_page_with_the_time(site: Site, at: Callable[[str], object]) -> None:
    site.run()
    client = site.world.client_of("commander")
    assert "relay" not in client.get("/duty/", follow=True).content.decode().lower().split("t-clock")[0]
    at("2026-07-14 14:31")
    assert "Reply relay silent since 14:20" in client.get("/duty/", follow=True).content.decode()
    chinese = site.world.client_of("commander", language="zh-hans")
    assert "回执中继自 14:20 起无应答" in chinese.get("/duty/", follow=True).content.decode()


def test_without_a_relay_nothing_is_said_of_one(site: Site, settings) -> None:
    settings.MUSTER_RELAY_URL = ""
    assert relay_state().trouble == ""


def test_codes_for_the_wall_lead_to_the_office_and_never_to_the_relay(site: Site) -> None:
    client = site.world.client_of("commander")
    page = client.get(f"/incidents/{site.callout.incident_id}/qr/").content.decode()
    assert "reply.example" not in page
    assert "open only on telephones inside the office network" in page


def test_making_keys_is_journaled_and_they_are_sealed(site: Site) -> None:
    from django.db import connection

    from muster.journal.models import Entry

    assert Entry.objects.filter(stream__name="security", action="relay.keys_made").count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT own_key FROM channels_relaylink")
        (kept,) = cursor.fetchone()
    assert RelayLink.objects.get().own_key not in json.dumps(kept)
