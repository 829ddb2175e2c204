"""The member's own page: shows his callout and nothing else, answers only by POST, works without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from muster.apps.incidents import reply_pages
from muster.apps.incidents.models import Alert, Reply
from muster.apps.incidents.models.callout import AlertState
from muster.journal.models import Entry
from tests.channels.cast import member_of
from tests.reply.conftest import Clock
from tests.reply.scene import T0, TITLE, Scene, another_alert, scene_of

pytestmark = pytest.mark.django_db
MOST_BYTES = 15 * 1024


def words(answer: HttpResponse) -> str:
    """Visible text of a page, white space made single."""
    html = re.sub(r"<style.*?</style>|<title>.*?</title>", "", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def tables() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


# --- what it shows --------------------------------------------------------------------------------------------
def test_it_says_what_where_when_and_as_what(phone: Client, scene: Scene) -> None:
    text = words(phone.get(scene.url))
    for part in ("ACTUAL", TITLE, "Fire", "B Liyu Park East Gate", "by 15:05", "(38 min left)", "Fire support",
                 "0731-0000 0119"):  # fmt: skip
        assert part in text


def test_an_exercise_says_so_and_an_actual_callout_says_so(phone: Client) -> None:
    scene = scene_of(exercise=True)
    assert "EXERCISE" in words(phone.get(scene.url))
    assert "ACTUAL" not in words(phone.get(scene.url))


@pytest.mark.parametrize("exercise", [True, False])
def test_every_page_of_a_running_callout_names_its_mode(exercise: bool, phone: Client) -> None:
    scene = scene_of(exercise=exercise)
    for state in AlertState.values:
        scene.put(AlertState(state), checked_in_at=T0, replied_at=T0)
        text = words(phone.get(scene.url))
        assert ("EXERCISE" in text, "ACTUAL" in text) == (exercise, not exercise), state


def test_no_other_name_and_no_number_stand_on_any_page(phone: Client, scene: Scene) -> None:
    other = another_alert(scene, member_of(77))
    for state in AlertState.values:
        scene.put(AlertState(state), checked_in_at=T0, replied_at=T0)
        html = phone.get(scene.url).content.decode()
        for secret in (other.member.name, scene.member.name, "9900000001", scene.member.number, scene.token[:8]):
            assert secret not in html, (state, secret)


def test_nothing_is_preselected_when_it_opens(phone: Client, scene: Scene) -> None:
    html = phone.get(scene.url).content.decode()
    assert not re.search(r"<input[^>]* checked", html)
    assert html.count("<button") == 1


def test_it_is_small_in_every_state_and_language(phone: Client) -> None:
    scene = scene_of(title="变" * 100)
    for language in ("en", "zh-hans"):
        for state in AlertState.values:
            scene.put(AlertState(state), checked_in_at=T0, replied_at=T0)
            answer = phone.get(scene.url + "?change=1", headers={"Accept-Language": language})
            assert len(answer.content) <= MOST_BYTES


def test_it_is_one_file_without_scripts_or_other_addresses(phone: Client, scene: Scene) -> None:
    html = phone.get(scene.url).content.decode()
    assert "<script" not in html
    assert not re.findall(r"\s(?:src|srcset|action|on\w+|style)=", html)
    assert set(re.findall(r'href="([^"]*)"', html)) == {"tel:073100000119"}


def test_the_inline_style_carries_the_nonce_of_the_policy(phone: Client, scene: Scene) -> None:
    answer = phone.get(scene.url)
    nonce = re.search(r'<style nonce="([^"]+)"', answer.content.decode())
    assert nonce is not None
    assert f"'nonce-{nonce[1]}'" in answer["Content-Security-Policy"]


def test_nothing_of_it_is_kept_or_told(phone: Client, scene: Scene) -> None:
    for answer in (
        phone.get(scene.url),
        phone.post(scene.url, {"answer": "accept"}),
        phone.get("/r/forged-forged-forged"),
    ):
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert not answer.cookies
        assert "Set-Cookie" not in answer.headers


def test_markup_in_a_title_stays_text(phone: Client) -> None:
    scene = scene_of(title="<script>alert(1)</script>")
    html = phone.get(scene.url).content.decode()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_chinese_is_the_language_where_none_is_asked_for(scene: Scene) -> None:
    assert '<html lang="zh-hans">' in Client().get(scene.url).content.decode()


def test_a_time_that_has_passed_is_said_to_have_passed(phone: Client, scene: Scene, clock: Clock) -> None:
    clock.moment = T0 + timedelta(minutes=61)
    assert "the time has passed, come at once" in words(phone.get(scene.url))


def test_who_has_no_post_yet_is_told_so(phone: Client, scene: Scene) -> None:
    Alert.objects.update(need=None)
    text = words(phone.get(scene.url))
    assert "As directed on the spot" in text
    assert "Latest" not in text


def test_without_a_desk_phone_there_is_no_empty_button(phone: Client, scene: Scene, settings: object) -> None:
    settings.MUSTER_DESK_PHONE = ""
    for state in AlertState.values:
        scene.put(AlertState(state), checked_in_at=T0, replied_at=T0)
        assert "tel:" not in phone.get(scene.url).content.decode()


# --- a GET changes nothing ------------------------------------------------------------------------------------
@pytest.mark.parametrize("query", ["", "?change=1", "?answer=accept&eta=15", "?elsewhere=1"])
def test_a_get_changes_and_records_nothing(query: str, phone: Client, scene: Scene) -> None:
    before = (tables(), Alert.objects.values().get(pk=scene.alert.pk))
    with CaptureQueriesContext(connection) as queries:
        phone.get(scene.url + query)
        phone.head(scene.url + query)
    assert all(query["sql"].lstrip().upper().startswith("SELECT") for query in queries)
    assert (tables(), Alert.objects.values().get(pk=scene.alert.pk)) == before


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_methods_are_refused(method: str, phone: Client, scene: Scene) -> None:
    assert getattr(phone, method)(scene.url).status_code == 405


# --- answering ------------------------------------------------------------------------------------------------
def test_accepting_with_a_time_is_recorded_and_shown(phone: Client, scene: Scene) -> None:
    answer = phone.post(scene.url, {"answer": "accept", "eta": "30"})
    assert (answer.status_code, answer["Location"]) == (303, scene.url)
    reply = Reply.objects.get()
    assert (reply.answer, reply.eta_minutes, reply.channel, reply.by) == ("accept", 30, "page", "member:TY000001")
    assert scene.state() == "accepted"
    text = words(phone.get(scene.url))
    for part in ("you are coming", "answered at 14:27", "14:57", "30 min left", "Latest by 15:05"):
        assert part in text


def test_accepting_without_a_time_counts_too(phone: Client, scene: Scene) -> None:
    phone.post(scene.url, {"answer": "accept"})
    assert scene.state() == "accepted"
    assert "Please be there by" not in words(phone.get(scene.url))


def test_declining_with_a_reason_is_recorded_and_shown(phone: Client, scene: Scene) -> None:
    phone.post(scene.url, {"answer": "decline", "reason": "out_of_town", "eta": "15"})
    reply = Reply.objects.get()
    assert (reply.answer, reply.reason, reply.eta_minutes) == ("decline", "out_of_town", None)
    text = words(phone.get(scene.url))
    assert "you can not come" in text
    assert "Reason: Out of town" in text


@pytest.mark.parametrize("form", [{"eta": "999"}, {"eta": "-1"}, {"eta": "x"}, {"reason": "<b>"}, {"reason": "ill"}])
def test_forged_times_and_reasons_are_left_out(form: dict[str, str], phone: Client, scene: Scene) -> None:
    phone.post(scene.url, {"answer": "accept", **form})
    reply = Reply.objects.get()
    assert (reply.answer, reply.eta_minutes, reply.reason) == ("accept", None, "")


@pytest.mark.parametrize("answer", ["", "yes", "maybe"])
def test_no_choice_asks_again_and_records_nothing(answer: str, phone: Client, scene: Scene) -> None:
    page = phone.post(scene.url, {"answer": answer})
    assert page.status_code == 422
    assert "Please choose whether you can come" in words(page)
    assert not Reply.objects.exists()


def test_the_answer_may_change_until_check_in(phone: Client, scene: Scene) -> None:
    for form, state in (({"answer": "accept", "eta": "60"}, "accepted"), ({"answer": "decline"}, "withdrawn"),
                        ({"answer": "accept", "eta": "15"}, "accepted"), ({"answer": "en_route"}, "en_route")):  # fmt: skip
        phone.post(scene.url, form)
        assert scene.state() == state
    assert "you are on your way" in words(phone.get(scene.url))
    assert 'name="answer"' in phone.get(scene.url + "?change=1").content.decode()
    scene.put(AlertState.CHECKED_IN, checked_in_at=T0)
    phone.post(scene.url, {"answer": "decline"})
    assert scene.state() == "checked_in"
    assert 'name="answer"' not in phone.get(scene.url + "?change=1").content.decode()


def test_an_answer_to_a_callout_that_is_over_is_kept_and_not_counted(phone: Client, scene: Scene) -> None:
    scene.callout_is("stood_down", stood_down_at=T0 + timedelta(minutes=20))
    assert phone.post(scene.url, {"answer": "accept"}).status_code == 303
    reply = Reply.objects.get()
    assert (reply.counted, reply.note, scene.state()) == (False, "closed", "delivered")
    text = words(phone.get(scene.url))
    for part in ("This callout has ended", "stood down at 14:25", "None", "No record", "Call the desk"):
        assert part in text


def test_who_is_taken_by_another_callout_is_told_to_call(phone: Client, scene: Scene) -> None:
    from muster.apps.service.actions import commit

    commit([scene.member.pk], "callout:999", T0, False)
    answer = phone.post(scene.url, {"answer": "accept"})
    assert answer["Location"] == f"{scene.url}?elsewhere=1"
    assert "already taken for another callout" in words(phone.get(answer["Location"]))


def test_an_answer_is_journaled_under_the_member(phone: Client, scene: Scene) -> None:
    phone.post(scene.url, {"answer": "accept", "eta": "15"})
    entry = Entry.objects.get(action="alert.replied")
    assert (entry.actor, entry.stream.name) == ("member:TY000001", scene.incident.stream)


# --- states that ask nothing any more -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("put", "part"),
    [
        (lambda s: s.put(AlertState.CHECKED_IN, checked_in_at=T0), "You are checked in at 14:05"),
        (lambda s: s.put(AlertState.RELEASED, released_at=T0), "You are not needed, please stay where you are"),
        (lambda s: s.put(AlertState.RELEASED, released_at=T0, checked_in_at=T0), "Your turn of duty has ended"),
        (lambda s: s.callout_is("closed", stood_down_at=T0), "This callout has ended"),
    ],
)
def test_after_that_there_is_a_calm_page_with_the_desks_number(
    put: Callable[[Scene], None], part: str, phone: Client, scene: Scene
) -> None:
    put(scene)
    page = phone.get(scene.url)
    assert part in words(page)
    assert 'href="tel:073100000119"' in page.content.decode()
    assert "<form" not in page.content.decode()


# --- addresses that open nothing ------------------------------------------------------------------------------
def test_forged_malformed_and_dead_addresses_look_the_same(phone: Client, scene: Scene, clock: Clock) -> None:
    forged, malformed = phone.get("/r/" + "A" * 22), phone.get("/r/x")
    scene.callout_is("closed", closed_at=T0)
    clock.moment = T0 + timedelta(days=8)
    dead = phone.get(scene.url)
    assert {page.status_code for page in (forged, malformed, dead)} == {404}
    assert len({words(page) for page in (forged, malformed, dead)}) == 1
    assert "duty desk" in words(dead)


def test_a_dead_address_takes_no_answer(phone: Client, scene: Scene, clock: Clock) -> None:
    scene.callout_is("closed", closed_at=T0)
    clock.moment = T0 + timedelta(days=8)
    assert phone.post(scene.url, {"answer": "accept"}).status_code == 404
    assert not Reply.objects.exists()


def test_only_the_hash_of_the_token_is_stored(scene: Scene) -> None:
    stored = [str(value) for row in Alert.objects.values() for value in row.values()]
    assert not [value for value in stored if scene.token in value]


def test_many_wrong_guesses_are_slowed_down_and_right_addresses_still_open(phone: Client, scene: Scene) -> None:
    codes = [phone.get(f"/r/wrong-wrong-wrong-{n}").status_code for n in range(reply_pages.wrong_addresses.limit + 1)]
    assert codes == [404] * reply_pages.wrong_addresses.limit + [429]
    assert phone.get(scene.url).status_code == 200


# --- pages of others ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Origin": "http://testserver"}, 303),
        ({"Origin": "https://muster.example.cn"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"}, 403),
        ({"Origin": "https://evil.example"}, 403),
    ],
)
def test_a_form_on_a_foreign_page_is_refused(
    headers: dict[str, str], status: int, phone: Client, scene: Scene, settings: object
) -> None:
    settings.MUSTER_PUBLIC_URL = "https://muster.example.cn"
    assert phone.post(scene.url, {"answer": "accept"}, headers=headers).status_code == status
    assert Reply.objects.exists() is (status == 303)


def test_the_addresses_are_part_of_the_site() -> None:
    assert (reverse("reply", args=["x"]), reverse("check-in-code", args=["x"])) == ("/r/x", "/c/x")


def test_templates_hold_no_script_and_no_style_attribute() -> None:
    folder = Path(reply_pages.__file__).parent / "templates" / "incidents"
    for template in folder.glob("reply*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son\w+=|<script", text), template.name
