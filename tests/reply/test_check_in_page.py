"""The code on the wall: scanned by whom it may, it checks in exactly the member whose number is typed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from muster.apps.incidents import reply_pages
from muster.apps.incidents.models import Alert, Callout, CheckIn, Incident
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.wall_code import SCENE, make_code, read_code
from muster.core.errors import NotFound
from tests.channels.cast import member_of
from tests.reply.conftest import Clock
from tests.reply.scene import T0, Scene, another_alert
from tests.reply.test_reply_page import words

FULL_WIDTH = "".join(chr(ord(digit) + 0xFEE0) for digit in "19900000001")


def url_of(scene: Scene, letter: str = "B") -> str:
    return f"/c/{make_code(scene.callout.pk, letter)}"


def tables() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


# --- the code -------------------------------------------------------------------------------------------------
@given(st.integers(1, 10**12 - 1), st.sampled_from(["A", "B", "Z", "AB", SCENE]))
def test_a_code_says_what_it_was_made_for(callout_id: int, letter: str) -> None:
    code = make_code(callout_id, letter)
    found = read_code(code.lower())
    assert (found.callout_id, found.letter, found.where) == (
        callout_id,
        letter,
        "scene" if letter == SCENE else "muster",
    )


@given(st.text(max_size=30) | st.from_regex(r"\d{1,3}-[A-Z0]-[0-9A-Z]{10}", fullmatch=True))
def test_no_code_can_be_invented(text: str) -> None:
    with pytest.raises(NotFound, match=r"check_in\.code_unknown"):
        read_code(text)


def test_a_code_of_another_callout_or_point_does_not_fit() -> None:
    first = make_code(12, "B")
    for forged in (
        first.replace("12-", "13-"),
        first.replace("-B-", "-C-"),
        first[:-1] + ("0" if first[-1] != "0" else "1"),
    ):
        with pytest.raises(NotFound):
            read_code(forged)


# --- the page -------------------------------------------------------------------------------------------------
@pytest.mark.django_db
class TestCheckInPage:
    def test_it_asks_for_the_own_number_and_shows_no_name(self, phone: Client, scene: Scene) -> None:
        page = phone.get(url_of(scene))
        assert page.status_code == 200
        for part in ("ACTUAL", "Have you arrived?", "B Liyu Park East Gate", "Your mobile number"):
            assert part in words(page)
        assert scene.member.name not in page.content.decode()
        assert len(page.content) < 15 * 1024

    def test_a_get_changes_nothing(self, phone: Client, scene: Scene) -> None:
        before = tables()
        phone.get(url_of(scene) + "?phone=19900000001")
        assert (tables(), scene.state()) == (before, "delivered")

    @pytest.mark.parametrize(
        "text",
        ["19900000001", "+86 199 0000 0001", FULL_WIDTH],
    )
    def test_the_own_number_checks_in_and_opens_the_own_page(self, text: str, phone: Client, scene: Scene) -> None:
        page = phone.post(url_of(scene), {"phone": text})
        record = CheckIn.objects.get()
        assert (record.method, record.where, record.by) == ("qr", "muster", "member:TY000001")
        assert scene.state() == "checked_in"
        assert "You are checked in at 14:27" in words(page)

    def test_at_the_scene_it_is_noted_as_the_scene(self, phone: Client, scene: Scene) -> None:
        assert "Scene" in words(phone.get(url_of(scene, SCENE)))
        phone.post(url_of(scene, SCENE), {"phone": "19900000001"})
        assert CheckIn.objects.get().where == "scene"

    def test_a_second_time_changes_nothing(self, phone: Client, scene: Scene, clock: Clock) -> None:
        phone.post(url_of(scene), {"phone": "19900000001"})
        clock.moment += timedelta(minutes=9)
        assert "at 14:27" in words(phone.post(url_of(scene), {"phone": "19900000001"}))
        assert CheckIn.objects.count() == 1

    @pytest.mark.parametrize("state", ["notified", "accepted", "declined", "released", "undelivered"])
    def test_whoever_comes_is_checked_in_whatever_he_answered(self, state: str, phone: Client, scene: Scene) -> None:
        scene.put(AlertState(state))
        phone.post(url_of(scene), {"phone": "19900000001"})
        assert scene.state() == "checked_in"

    @pytest.mark.parametrize("text", ["", "19911112222", "abc", "1" * 500])
    def test_a_number_nobody_has_who_was_called_is_refused(self, text: str, phone: Client, scene: Scene) -> None:
        member_of(50, mobile="19911112222")  # a member, but not called
        page = phone.post(url_of(scene), {"phone": text})
        assert page.status_code == 422
        assert "Nobody with this number was called" in words(page)
        assert not CheckIn.objects.exists()

    def test_a_number_that_two_called_members_share_goes_to_the_name_list(self, phone: Client, scene: Scene) -> None:
        another_alert(scene, member_of(51, mobile="19900000001"))
        page = phone.post(url_of(scene), {"phone": "19900000001"})
        assert page.status_code == 422
        assert "Several people share this number" in words(page)
        assert not CheckIn.objects.exists()

    def test_a_callout_that_is_closed_checks_nobody_in(self, phone: Client, scene: Scene) -> None:
        scene.callout_is("closed", closed_at=T0, stood_down_at=T0)
        assert "This callout has ended" in words(phone.post(url_of(scene), {"phone": "19900000001"}))
        assert not CheckIn.objects.exists()

    @pytest.mark.parametrize("code", ["x", "1-B-0000000000"])
    def test_a_code_nobody_printed_opens_nothing(self, code: str, phone: Client, scene: Scene) -> None:
        assert phone.get(f"/c/{code}").status_code == 404
        assert phone.post(f"/c/{code}", {"phone": "19900000001"}).status_code == 404

    def test_a_callout_that_nobody_approved_has_no_page(self, phone: Client, scene: Scene) -> None:
        scene.callout_is("recommended")
        assert phone.get(url_of(scene)).status_code == 404
        assert phone.get(f"/c/{make_code(10**9, 'B')}").status_code == 404

    def test_guessing_numbers_ends_soon(self, phone: Client, scene: Scene) -> None:
        limit = reply_pages.wrong_numbers.limit
        codes = [phone.post(url_of(scene), {"phone": f"198{n:08d}"}).status_code for n in range(limit)]
        assert set(codes) == {422}
        page = phone.post(url_of(scene), {"phone": "19900000001"})
        assert page.status_code == 429
        assert "Too many wrong numbers" in words(page)
        assert not CheckIn.objects.exists()

    def test_a_strangers_wrong_codes_and_numbers_of_another_callout_block_nobody(
        self, phone: Client, scene: Scene
    ) -> None:
        incident = Incident.objects.create(
            title="另一起", kind="accident.fire", place="别处", lon=113.1, lat=27.8, t0=T0, state="active",
            mode="actual", opened_by="account:1",
        )  # fmt: skip
        other = Callout.objects.create(incident=incident, state="filling", target=0.95)
        for n in range(reply_pages.wrong_codes.limit + 1):
            phone.post(f"/c/1-B-{n:010d}", {"phone": "19900000001"})
            phone.post(f"/c/{make_code(other.pk, 'B')}", {"phone": f"198{n:08d}"})
        assert phone.get("/c/1-B-0000000000").status_code == 429
        assert phone.post(url_of(scene), {"phone": "19900000001"}).status_code == 200
        assert scene.state() == "checked_in"

    def test_a_code_of_a_callout_long_over_shows_nothing(self, phone: Client, scene: Scene) -> None:
        scene.callout_is("closed", closed_at=T0, stood_down_at=T0)
        assert phone.get(url_of(scene)).status_code == 200
        scene.callout_is("closed", closed_at=T0 - timedelta(days=8), stood_down_at=T0 - timedelta(days=8))
        page = phone.get(url_of(scene))
        assert page.status_code == 404
        assert scene.incident.title not in words(page)
        assert phone.post(url_of(scene), {"phone": "19900000001"}).status_code == 404

    def test_a_form_on_a_foreign_page_is_refused(self, phone: Client, scene: Scene) -> None:
        page = phone.post(url_of(scene), {"phone": "19900000001"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert page.status_code == 403
        assert not CheckIn.objects.exists()

    def test_it_sets_no_cookie_and_is_not_kept(self, phone: Client, scene: Scene) -> None:
        page = phone.post(url_of(scene), {"phone": "19900000001"})
        assert (page["Cache-Control"], page["Referrer-Policy"]) == ("no-store", "no-referrer")
        assert not page.cookies
        assert Alert.objects.get(pk=scene.alert.pk).state == "checked_in"
