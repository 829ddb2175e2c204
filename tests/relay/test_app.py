"""The relay as phones and the core see it, in one process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from muster.codecs import relay
from muster.core.errors import Unreadable
from muster.edges.reply.app import Relay
from muster.edges.reply.keys import FILE, load
from tests.relay.cast import OTHER, PAGE, RELAY, TOKEN, Core, Phone, core_of, hash_of, make_folder, sealed_page

AT = datetime(2026, 7, 14, 6, 20, tzinfo=UTC)
SEEN = re.compile(r"<style.*?</style>|<[^>]+>", re.DOTALL)


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    return Phone(Relay(make_folder(tmp_path / "relay")))


@pytest.fixture
def core(phone: Phone) -> Core:
    """A core that has sent the page of TOKEN."""
    made = core_of(phone)
    made.exchange(pages=[sealed_page()])
    return made


def words(answer) -> str:
    return " ".join(SEEN.sub(" ", answer.text).split())


def again(core: Core, page: relay.Page, **fields: object) -> None:
    core.exchange(pages=[sealed_page(page=page)], **fields)


def changed(**fields: object) -> relay.Page:
    return PAGE.model_copy(update=fields)


# --- what a member sees ----------------------------------------------------------------------------------------


def test_the_page_says_what_the_call_is(phone: Phone, core: Core) -> None:
    seen = words(phone.look())
    for part in (
        "ACTUAL",
        "变电站周边火灾 &lt;b&gt;",
        "Fire",
        "A Liyu Square",
        "by 14:50",
        "min left)",
        "Fire support",
    ):
        assert part in seen
    seen = words(phone.look(language="zh-CN"))
    for part in ("实战", "A 栗雨广场", "栗雨路1号", "灭火支援", "14:50"):
        assert part in seen


def test_an_exercise_says_so(phone: Phone, core: Core) -> None:
    again(core, changed(exercise=True))
    assert "EXERCISE Answer as if it were real" in words(phone.look())


def test_the_page_is_small_and_needs_no_script_and_no_other_file(phone: Phone, core: Core) -> None:
    for answer in (phone.look(), phone.look(language="zh")):
        assert len(answer.content) <= 15 * 1024
        assert not re.search(r"<script|\s(?:src|srcset|action|on\w+|style)=", answer.text)
        nonce = re.search(r'<style nonce="([^"]+)">', answer.text)
        assert nonce
        assert f"style-src 'nonce-{nonce.group(1)}'" in answer.headers["content-security-policy"]
        assert answer.text.count("<button") == 1
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing(phone: Phone, core: Core, method: str) -> None:
    before = phone.app.store.path.read_bytes()
    for query in ("", "?answer=accept", "?change=1"):
        assert phone.ask(method, f"/r/{TOKEN}{query}").status_code == 200
    assert phone.app.store.path.read_bytes() == before
    assert core.exchange().answers == ()


def test_an_answer_is_thanked_for_and_reaches_the_core(phone: Phone, core: Core) -> None:
    answer = phone.press("accept", eta="30")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/r/{TOKEN}")
    assert "Got it, you are coming Your answer is kept and on its way to the duty desk." in words(phone.look())
    (found,) = core.exchange().answers
    said = relay.open_answer(TOKEN, found)
    assert (said.answer, said.eta_minutes, found.page) == ("accept", 30, hash_of(TOKEN))


def test_an_answer_may_be_changed(phone: Phone, core: Core) -> None:
    phone.press("accept")
    phone.press("decline", reason="ill")
    assert "Got it, you can not come Reason: Ill" in words(phone.look())
    phone.press("accept")
    assert "Can you come?" in words(phone.look(query="?change=1"))
    phone.press("en_route")
    assert "Got it, you are on your way" in words(phone.look())
    assert [relay.open_answer(TOKEN, one).answer for one in core.exchange().answers] == [
        "accept",
        "decline",
        "accept",
        "en_route",
    ]


def test_when_the_core_has_it_the_page_shows_what_the_core_says(phone: Phone, core: Core) -> None:
    phone.press("accept")
    pull = core.exchange()
    page = changed(face="accepted", replied_at=AT, eta_at=AT + timedelta(minutes=30))
    again(core, page, epoch=pull.epoch, ack=1)
    seen = words(phone.look())
    assert "Got it, you are coming answered at 14:20 Please be there by 14:50" in seen
    assert "on its way" not in seen
    assert core.exchange(epoch=pull.epoch, ack=1).answers == ()


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (changed(face="declined", reason="family", replied_at=AT), "Reason: Family · 14:20"),
        (changed(face="here", checked_in_at=AT), "You are checked in at 14:20"),
        (changed(face="released", released_at=AT), "Enough people have come 14:20"),
        (changed(face="left", released_at=AT), "Your turn of duty has ended 14:20"),
        (changed(face="closed", ended_at=AT), "stood down at 14:20"),
        (changed(face="closed"), "This callout has ended 变电站"),
        (changed(face="accepted", en_route=True), "Got it, you are on your way"),
        (changed(elsewhere=True), "You are already taken for another callout."),
        (changed(due_at=AT - timedelta(minutes=1)), "(the time has passed, come at once)"),
        (changed(desk_phone="", role=("", "")), "As directed on the spot"),
    ],
)
def test_every_face_of_the_page(phone: Phone, core: Core, page: relay.Page, said: str) -> None:
    again(core, page)
    assert said in words(phone.look())
    chinese = phone.look(language="zh")
    assert chinese.status_code == 200
    left_over = re.sub(r"变电站周边火灾 &lt;b&gt;|ACTUAL", "", words(chinese))
    assert not re.search(r"[A-Za-z]{2,}", left_over), left_over


@pytest.mark.parametrize("face", ["here", "released", "left", "closed"])
def test_what_is_over_takes_no_answer(phone: Phone, core: Core, face: str) -> None:
    again(core, changed(face=face))
    assert phone.press("accept").status_code == 303
    assert core.exchange().answers == ()


@pytest.mark.parametrize(
    "form", [b"", b"answer=maybe", b"answer", b"\xff\xfe", b"a=1&" * 50, b"answer=accept&" + b"x" * 3000]
)
def test_a_form_without_an_answer_is_asked_for_again(phone: Phone, core: Core, form: bytes) -> None:
    answer = phone.ask("POST", f"/r/{TOKEN}", form)
    assert answer.status_code == 422
    assert core.exchange().answers == ()


def test_unknown_times_and_reasons_are_left_out(phone: Phone, core: Core) -> None:
    phone.press("accept", eta="100000", reason="ill")
    phone.press("decline", eta="30", reason="<b>because</b>")
    first, second = [relay.open_answer(TOKEN, one) for one in core.exchange().answers]
    assert (first.eta_minutes, first.reason, second.eta_minutes, second.reason) == (None, "", None, "")


def test_more_answers_than_anybody_gives_are_refused(phone: Phone, core: Core) -> None:
    for _ in range(relay.MOST_ANSWERS_OF_ONE):
        assert phone.press("accept").status_code == 303
    refused = phone.press("decline")
    assert refused.status_code == 429
    assert "Call the duty desk" in words(refused)


def test_a_full_disk_is_said_to_the_member(phone: Phone, core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        answer = phone.press("accept")
    assert answer.status_code == 503
    assert "could not be kept here just now. Reply 1 or 2" in words(answer)
    assert core.exchange().answers == ()


def test_minutes_are_counted_by_the_core_s_clock_even_when_this_one_is_an_hour_wrong(tmp_path: Path) -> None:
    slow = Phone(Relay(make_folder(tmp_path / "slow"), clock=lambda: AT.timestamp() - 3600))
    core_of(slow).exchange(pages=[sealed_page()])
    assert "min left)" in words(slow.look())
    restarted = Phone(Relay(slow.app.folder, clock=lambda: AT.timestamp() - 3600))
    assert "by 14:50 Your post" in words(restarted.look())  # not told yet: says no minutes rather than wrong ones


# --- strangers -------------------------------------------------------------------------------------------------


def test_wrong_dead_and_other_addresses_look_the_same(phone: Phone, core: Core) -> None:
    core.exchange(pages=[sealed_page(OTHER, keep_seconds=0)])
    pages = {
        phone.ask("GET", path).status_code for path in (f"/r/{OTHER}", "/r/short", "/r/" + "x" * 22, "/", "/admin")
    }
    assert pages == {404}
    assert "This address is not valid" in words(phone.look("x" * 22))
    assert phone.press("accept", token="x" * 22).status_code == 404


def test_the_code_on_the_wall_sends_to_the_person_with_the_list(phone: Phone) -> None:
    answer = phone.ask("GET", "/c/anything", accept_language="en")
    assert "Tell the person with the list your name." in words(answer)
    assert 'name="phone"' not in answer.text


def test_other_methods_are_refused(phone: Phone, core: Core) -> None:
    assert phone.ask("DELETE", f"/r/{TOKEN}").status_code == 405
    assert phone.ask("GET", "/healthz").text == "ok\n"


def test_a_flood_of_false_tokens_changes_nothing_and_members_still_get_through(phone: Phone, core: Core) -> None:
    before = phone.app.store.path.read_bytes()
    codes = [phone.look(f"{number:022d}").status_code for number in range(3000)]
    assert set(codes[:59]) == {404}
    assert set(codes[60:]) == {429}
    assert phone.app.store.path.read_bytes() == before
    assert phone.look().status_code == 200  # the same address: many members stand behind one
    assert phone.press("accept").status_code == 303
    assert Phone(phone.app, "198.51.100.9").look("y" * 22).status_code == 404  # others are not blamed


def test_memory_is_bounded_under_a_flood_from_many_addresses(phone: Phone) -> None:
    import muster.jobs.throttle as throttle

    for number in range(throttle.MOST_KEYS + 500):
        phone.app.wrong_links.count(str(number))
    assert len(phone.app.wrong_links._seen) <= throttle.MOST_KEYS


@pytest.mark.parametrize(
    ("given", "proxy", "counted"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1, 198.51.100.9", "198.51.100.9"),
    ],
)
def test_who_is_counted(tmp_path: Path, given: str, proxy: str, counted: str) -> None:
    phone = Phone(Relay(make_folder(tmp_path / "relay"), behind_proxy=bool(proxy)), given)
    phone.ask("GET", "/r/" + "x" * 22, **({"x_forwarded_for": proxy} if proxy else {}))
    assert set(phone.app.wrong_links._seen) == {counted}


# --- the core's address ----------------------------------------------------------------------------------------


def test_a_push_that_the_core_did_not_sign_is_refused_unread(phone: Phone, core: Core) -> None:
    liar = Core(core.post, key=RELAY, turn=50)
    body, headers = liar.message(pages=[sealed_page(OTHER)])
    assert core.post(body, headers)[0] == 403
    assert core.post(body, {})[0] == 403
    assert core.post(body, {"x-muster-relay": "rubbish"})[0] == 403
    good_body, good_head = core.message(pages=[])
    assert core.post(body, good_head)[0] == 403  # a good head before a false body
    assert core.post(good_body + b" " * 100, good_head)[0] == 403
    assert phone.look(OTHER).status_code == 404


def test_a_push_played_again_is_refused_and_the_core_is_told_where_it_stands(phone: Phone, core: Core) -> None:
    message = core.message(pages=[])
    assert core.post(*message)[0] == 200
    status, answer = core.post(*message)
    assert status == 409
    assert relay.unpack("behind", answer, relay.public_key(RELAY), relay.Pull).turn == core.turn


def test_neither_file_nor_memory_holds_a_token_or_readable_words(phone: Phone, core: Core) -> None:
    phone.press("decline", reason="ill")
    kept = phone.app.store.path.read_bytes()
    for secret in (TOKEN, PAGE.title, "Liyu", "decline", 'ill"'):
        assert secret.encode() not in kept


def test_a_page_that_does_not_open_with_its_token_is_no_page(phone: Phone, core: Core) -> None:
    core.exchange(pages=[sealed_page(OTHER).model_copy(update={"page": hash_of(TOKEN)})])
    assert phone.look().status_code == 404


@pytest.mark.parametrize("text", ["", "{}", '{"own": "zz", "core": "11"}', '{"own": "11", "core": "22"}'])
def test_a_folder_without_good_keys_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="ascii")
    with pytest.raises(Unreadable, match="no_keys"):
        load(tmp_path)


def test_the_relay_needs_neither_django_nor_any_part_of_the_office() -> None:
    program = (
        "import sys, muster.edges.reply.app, muster.edges.reply.serve\n"
        "print(sorted({n.split('.')[0] for n in sys.modules} & {'django', 'numpy', 'scipy'}),"
        " [n for n in sys.modules if n.startswith(('muster.apps', 'muster.conf', 'muster.access', 'muster.web'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"
