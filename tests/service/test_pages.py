"""The people list, the card with its forms, and a member's own page, driven as a browser does."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from muster.apps.people.actions import add_away, add_contact, give_consent
from muster.apps.people.models import AwayNotice, Consent, Contact, Holding, Member
from muster.apps.service import actions
from muster.journal.models import Entry
from tests.world import World

pytestmark = pytest.mark.django_db
CARD = "/people/TY000007/"


@pytest.fixture
def head(world: World) -> Client:
    return world.client_of("office_head")


def page(client: Client, path: str, **data: str) -> str:
    return client.get(path, data).content.decode()


def names(text: str) -> list[str]:
    return re.findall(r'class="who-name">([^<]+)<', text)


# --- list ---


def test_the_list_shows_everybody_with_links_to_their_cards(world: World, head: Client) -> None:
    text = page(head, "/people/")
    assert len(names(text)) == 30
    assert 'href="/people/TY000001/"' in text
    assert "expired 164 days ago" in text
    assert world.member(3).phone.removeprefix("+86") not in text


def test_a_town_officer_s_list_ends_at_his_town(world: World) -> None:
    text = page(world.client_of("town_officer"), "/people/")
    assert 0 < len(names(text)) < 30
    assert "泰山街道" not in text


def test_filters_and_search_stay_in_the_links_of_the_card(world: World, head: Client) -> None:
    text = page(head, "/people/", group="expired", q="")
    assert "TY000007/?group=expired" in text
    text = page(head, "/people/", q="zzzz")
    assert "Nobody fits." in text


def test_pages_turn_without_losing_the_filter(world: World, head: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.apps.service.reads.listing.PAGE_ROWS", 10)
    seen: list[str] = []
    for number in (1, 2, 3):
        text = page(head, "/people/", page=str(number), group="all")
        assert f"Page {number} of 3" in text
        seen += re.findall(r'href="/people/(TY\d+)/', text)[::1]
    assert len(set(seen)) == 30
    assert "group=all&amp;page=2" in page(head, "/people/", group="all")


def test_an_empty_house_says_how_to_begin(world: World, head: Client) -> None:
    AwayNotice.objects.all().delete()
    Holding.objects.all().delete()
    Member.objects.all().delete()
    assert "Bring your roster as it is" in page(head, "/people/")


def test_pages_are_chinese_for_those_who_read_chinese(world: World) -> None:
    text = page(world.client_of("office_head", language="zh-hans"), CARD)
    assert 'lang="zh-hans"' in text


# --- card ---


def test_the_card_shows_numbers_masked_and_lapsed_certificates_in_words(world: World, head: Client) -> None:
    text = page(head, CARD)
    member = world.member(7)
    assert member.phone_masked in text
    assert member.phone.removeprefix("+86") not in text
    assert "1 certificate expired" in text
    assert "Does not count as Medic until a valid certificate is entered." in text


@pytest.mark.parametrize("role", ["auditor", "commander"])
def test_who_only_reads_gets_no_forms(world: World, role: str) -> None:
    text = page(world.client_of(role), CARD)
    assert 'name="act"' not in text
    assert world.client_of(role).post(CARD, {"act": "holding-remove", "capability": "medic"}).status_code == 403
    assert Holding.objects.filter(member=world.member(7), capability__slug="medic").exists()


def test_a_number_is_shown_once_after_a_reason(world: World, head: Client) -> None:
    number = world.member(7).phone.removeprefix("+86")
    refused = head.post(CARD, {"act": "unmask", "unmask-field": "phone", "unmask-reason": ""})
    assert refused.status_code == 422
    assert number not in refused.content.decode()
    shown = head.post(CARD, {"act": "unmask", "unmask-field": "phone", "unmask-reason": "核对电话"})
    assert f'<b id="unmasked">{number}</b>' in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert number not in page(head, CARD)
    assert Entry.objects.filter(action="number.unmasked").count() == 1


def test_a_town_officer_cannot_unmask(world: World) -> None:
    client = world.client_of("town_officer")
    mine = next(member for member in world.members if member.unit.code == "V11")
    answer = client.post(f"/people/{mine.number}/", {"act": "unmask", "unmask-field": "phone", "unmask-reason": "核对"})
    assert answer.status_code == 403
    assert mine.phone.removeprefix("+86") not in answer.content.decode()


def test_a_certificate_is_renewed_on_the_card(world: World, head: Client) -> None:
    data = {"act": "holding", "holding-capability": "medic", "holding-number": "ZS9", "holding-valid_to": "2028-01-31"}
    answer = head.post(f"{CARD}?group=expired", data)
    assert (answer.status_code, answer["Location"]) == (302, f"{CARD}?group=expired")
    assert Holding.objects.get(member=world.member(7), capability__slug="medic").valid_to == date(2028, 1, 31)
    assert "2028" in page(head, CARD)


@pytest.mark.parametrize(
    ("data", "say"),
    [
        ({"holding-capability": "excavator"}, "This capability needs a certificate"),
        (
            {"holding-capability": "medic", "holding-valid_from": "2028-01-02", "holding-valid_to": "2028-01-01"},
            "ends before",
        ),
        ({"holding-capability": "wizard"}, "Select a valid choice"),
        ({"holding-capability": "medic", "holding-valid_to": "2028-02-30"}, "Enter a valid date"),
    ],
)
def test_a_certificate_that_makes_no_sense_is_refused_at_its_field(
    world: World, head: Client, data: dict[str, str], say: str
) -> None:
    answer = head.post(CARD, {"act": "holding", **data})
    assert answer.status_code == 422
    assert say in answer.content.decode()
    assert "<details" in answer.content.decode()


def test_a_capability_is_taken_off(world: World, head: Client) -> None:
    head.post(CARD, {"act": "holding-remove", "capability": "medic"})
    assert not Holding.objects.filter(member=world.member(7), capability__slug="medic").exists()
    for slug in ("medic", "nothing"):
        assert head.post(CARD, {"act": "holding-remove", "capability": slug}).status_code == 404


def test_an_absence_is_entered_in_beijing_time_and_taken_back(world: World, head: Client) -> None:
    data = {
        "act": "away",
        "away-starts_at": "2026-07-15T08:00",
        "away-ends_at": "2026-07-16T08:00",
        "away-reason": "探亲",
    }
    assert head.post(CARD, data).status_code == 302
    notice = AwayNotice.objects.get()
    assert notice.starts_at.isoformat() == "2026-07-15T00:00:00+00:00"
    assert "探亲" in page(head, CARD)
    assert head.post(CARD, {"act": "away-cancel", "notice": str(notice.pk)}).status_code == 302
    assert head.post(CARD, {"act": "away-cancel", "notice": str(notice.pk)}).status_code == 409
    for wrong in ("", "x", "9" * 30, "0"):
        assert head.post(CARD, {"act": "away-cancel", "notice": wrong}).status_code == 404
    backwards = head.post(CARD, data | {"away-ends_at": "2026-07-14T20:00"})
    assert "The absence ends before it starts." in backwards.content.decode()


def test_a_notice_of_somebody_else_cannot_be_taken_back_through_this_card(world: World, head: Client) -> None:
    other = add_away(world.actor("office_head"), world.member(1), world.now, world.now + timedelta(days=1))
    assert head.post(CARD, {"act": "away-cancel", "notice": str(other.pk)}).status_code == 404


def test_contacts_and_consents_on_the_card(world: World, head: Client) -> None:
    assert (
        head.post(CARD, {"act": "contact", "contact-kind": "relative", "contact-value": "19912345678"}).status_code
        == 302
    )
    assert "199****5678" in page(head, CARD)
    assert head.post(CARD, {"act": "contact", "contact-kind": "email", "contact-value": "x"}).status_code == 422
    assert head.post(CARD, {"act": "contact", "contact-kind": "landline", "contact-value": "12"}).status_code == 422
    key = Contact.objects.get().pk
    assert head.post(CARD, {"act": "contact-remove", "contact": str(key)}).status_code == 302
    assert head.post(CARD, {"act": "contact-remove", "contact": str(key)}).status_code == 404
    assert head.post(CARD, {"act": "consent", "purpose": "callout"}).status_code == 302
    consent = Consent.objects.get()
    assert head.post(CARD, {"act": "consent-withdraw", "consent": str(consent.pk)}).status_code == 302
    assert "taken back" in page(head, CARD)
    assert head.post(CARD, {"act": "consent-withdraw", "consent": "0"}).status_code == 404
    assert head.post(CARD, {"act": "sell"}).status_code == 400


def test_the_card_tells_how_the_member_turned_out(world: World, head: Client) -> None:
    assert "Never called so far" in page(head, CARD)
    for place, (delivered, reply, arrived) in enumerate(
        [
            (True, "accepted", 30.0),
            (True, "accepted", None),
            (True, "declined", None),
            (True, "none", None),
            (False, "none", None),
        ]
    ):
        row = actions.LearnedAlert(
            member_id=world.member(7).pk, called_at=world.now - timedelta(days=place), channel="sms", delivered=delivered,
            reply=reply, arrived_minutes=arrived,
        )  # fmt: skip
        actions.learn(f"callout:{place}", [row], world.now, exercise=False)
    text = page(head, CARD)
    assert "Called 5 times: accepted 2, came 1." in text
    for outcome in ("came", "no_show", "declined", "silent", "undelivered"):
        assert f'<li class="{outcome}"' in text


def test_a_card_outside_one_s_town_does_not_exist(world: World) -> None:
    far = next(member for member in world.members if member.unit.code == "V22")
    assert world.client_of("town_officer").get(f"/people/{far.number}/").status_code == 404
    assert world.client_of("other_town").get(f"/people/{far.number}/").status_code == 200


# --- my page ---


def test_a_member_sees_his_own_page_with_masked_numbers(world: World) -> None:
    client, me = world.client_of("member"), world.member(1)
    actions.start_turn(me, "callout:1", world.now, False)
    add_contact(world.actor("office_head"), me, "relative", "19912345678")
    give_consent(world.actor("member"), me, "callout")
    text = page(client, "/me/")
    assert me.name in text
    assert me.phone_masked in text
    assert me.phone.removeprefix("+86") not in text
    assert "CNY 200" in text
    assert "14 Jul" in text
    assert not any(member.name in text for member in world.members if member.name != me.name)


def test_a_member_reports_away_and_back_on_his_page(world: World) -> None:
    client = world.client_of("member")
    data = {"act": "away", "away-starts_at": "2026-07-14T14:00", "away-ends_at": "2026-07-16T08:00"}
    assert client.post("/me/", data).status_code == 302
    assert "You are entered as away" in page(client, "/me/")
    notice = AwayNotice.objects.get()
    assert client.post("/me/", {"act": "away-cancel", "notice": str(notice.pk)}).status_code == 302
    assert "You may be called." in page(client, "/me/")
    assert client.post("/me/", data | {"away-ends_at": "2026-07-01T08:00"}).status_code == 422
    assert client.post("/me/", {"act": "away-cancel", "notice": "x"}).status_code == 404


def test_the_page_tells_when_one_is_taken_or_not_active(world: World) -> None:
    client, me = world.client_of("member"), world.member(1)
    actions.commit([me.pk], "callout:1", world.now, False)
    assert "You are on duty or have accepted a callout." in page(client, "/me/")
    actions.free([me.pk], "callout:1", world.now)
    Member.objects.filter(pk=me.pk).update(state="suspended")
    assert "You are not active" in page(client, "/me/")


def test_an_account_without_a_member_gets_a_calm_answer(world: World) -> None:
    account = world.accounts["member"]
    account.member_ref = "TY999999"
    account.save()
    assert world.client_of("member").get("/me/").status_code == 404
