"""A member's own page: he corrects his contact data, agrees and takes back, sees his pay, takes his data, asks to be erased."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from django.test import Client
from openpyxl import load_workbook

from muster.apps.people import actions
from muster.apps.people.models import Consent, Contact, ErasureRequest, Member
from muster.apps.service.models import Attendance
from muster.apps.service.reads.own import pay_years
from muster.core.errors import Conflict, InvalidInput, NotAllowed
from muster.journal.models import Entry
from tests.people.makers import id_of
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(world: World) -> Client:
    return world.client_of("member")  # TY000001


def text(answer: object) -> str:
    return answer.content.decode()


def file_of(client: Client) -> list[tuple[object, ...]]:
    answer = client.post("/me/data.xlsx")
    assert answer.status_code == 200
    return list(load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))


def test_a_member_puts_his_new_number_onto_the_books_and_it_counts_at_once(world: World, me: Client) -> None:
    assert me.post("/me/", {"act": "phone", "phone-phone": "199 0000 0777"}).status_code == 302
    member = Member.objects.get(number="TY000001")
    assert member.phone == "+8619900000777"
    assert "199****0777" in text(me.get("/me/"))
    entry = Entry.objects.get(action="member.changed")
    assert (entry.actor, entry.payload) == (world.actor("member").ref, {"member": "TY000001", "fields": ["phone"]})


@pytest.mark.parametrize("typed", ["", "123", "abc", "<b>", "9" * 400])
def test_a_number_that_is_none_is_refused_at_its_field(world: World, me: Client, typed: str) -> None:
    answer = me.post("/me/", {"act": "phone", "phone-phone": typed})
    assert answer.status_code == 422
    assert Member.objects.get(number="TY000001").phone == world.member(1).phone
    assert "<b>" not in text(answer).partition('id="fold-phone"')[2].partition("</details>")[0]


def test_a_member_adds_and_takes_off_his_own_contacts_and_nobody_else_s(world: World, me: Client) -> None:
    other = actions.add_contact(world.actor("office_head"), world.member(2), "email", "two@example.org")
    me.post("/me/", {"act": "contact", "contact-kind": "email", "contact-value": "one@example.org"})
    own = Contact.objects.get(member=world.member(1))
    assert (own.kind, own.value) == ("email", "one@example.org")
    assert me.post("/me/", {"act": "contact", "contact-kind": "email", "contact-value": "no"}).status_code == 422
    assert me.post("/me/", {"act": "contact-remove", "contact": other.pk}).status_code == 404
    assert me.post("/me/", {"act": "contact-remove", "contact": own.pk}).status_code == 302
    assert list(Contact.objects.all()) == [other]


def test_consents_are_given_and_taken_back_by_the_member(world: World, me: Client) -> None:
    assert "I agree" in text(me.get("/me/"))
    me.post("/me/", {"act": "consent", "purpose": "callout"})
    consent = Consent.objects.get(member=world.member(1), purpose="callout")
    me.post("/me/", {"act": "consent-withdraw", "consent": consent.pk})
    consent.refresh_from_db()
    assert consent.withdrawn_at == world.now
    foreign = actions.give_consent(world.actor("office_head"), world.member(2), "callout")
    assert me.post("/me/", {"act": "consent-withdraw", "consent": foreign.pk}).status_code == 404
    assert me.post("/me/", {"act": "consent", "purpose": "nonsense"}).status_code == 400


def test_pay_is_one_amount_for_each_day_by_year_and_exercises_are_not_paid(world: World, me: Client) -> None:
    starts = [  # Beijing: 2 July twice, 3 July (from 16:30 UTC on the 2nd), an exercise, and a day of the year before
        (datetime(2026, 7, 2, 1, tzinfo=UTC), False),
        (datetime(2026, 7, 2, 9, tzinfo=UTC), False),
        (datetime(2026, 7, 2, 16, 30, tzinfo=UTC), False),
        (datetime(2026, 7, 6, 1, tzinfo=UTC), True),
        (datetime(2025, 12, 31, 1, tzinfo=UTC), False),
    ]
    for number, (at, exercise) in enumerate(starts):
        Attendance.objects.create(member=world.member(1), ref=f"t:{number}", starts_at=at, exercise=exercise)
    years = pay_years(world.member(1))
    assert [(year.year, [one.day.isoformat() for one in year.days]) for year in years] == [
        (2026, ["2026-07-03", "2026-07-02"]),
        (2025, ["2025-12-31"]),
    ]
    assert years[0].amount == sum(one.amount for one in years[0].days)
    page = text(me.get("/me/"))
    assert "2026-07-03" in page
    assert "paid days" in page


def test_the_file_holds_what_every_part_keeps_with_the_numbers_whole(world: World, me: Client) -> None:
    Member.objects.filter(number="TY000001").update(**actions.members.id_fields(id_of(4)), remark="=1+1")
    actions.add_contact(world.actor("office_head"), world.member(1), "email", "one@example.org")
    from muster.apps.incidents.actions import send_by_hand

    incident = world.open_incident()
    send_by_hand(world.actor("commander"), incident.callout, [world.member(1).pk], reason="test")
    rows = file_of(me)
    cells = [str(cell) for row in rows for cell in row if cell is not None]
    for told in (id_of(4), world.member(1).phone.removeprefix("+86"), "one@example.org", world.member(1).name):
        assert any(told in cell for cell in cells), told
    parts = {row[0] for row in rows}
    assert {"What is on the books", "Contact", "Callouts", "Messages sent to you"} <= parts
    assert not any("http" in cell for cell in cells)  # reply links are keys and stay out
    assert not any(world.member(2).phone.removeprefix("+86") in cell for cell in cells)
    assert Entry.objects.get(action="own.exported").person == "TY000001"


def test_only_a_post_of_the_member_himself_gives_the_file(world: World, me: Client) -> None:
    assert me.get("/me/data.xlsx").status_code == 405
    assert world.client_of("office_head").post("/me/data.xlsx").status_code == 403
    with pytest.raises(NotAllowed, match="own_only"):
        actions.note_own_export(world.actor("member"), world.member(2), 1)


def test_a_request_to_be_erased_reaches_the_office_and_its_answer_the_member(world: World, me: Client) -> None:
    head = world.client_of("office_head")
    me.post("/me/", {"act": "erasure"})
    me.post("/me/", {"act": "erasure"})
    assert ErasureRequest.objects.count() == 1
    assert "TY000001" in text(head.get("/people/")).partition('id="erasure-requests"')[2][:600]
    page = "/people/TY000001/erase/"
    assert "asked to be erased" in text(head.get(page))
    assert head.post(page, {"act": "refuse", "answer": " "}).status_code == 400
    head.post(page, {"act": "refuse", "answer": "本月还有一次值班，结束后再办。"})
    assert "本月还有一次值班" in text(me.get("/me/"))
    assert 'id="erasure-requests"' not in text(head.get("/people/"))
    me.post("/me/", {"act": "erasure"})
    me.post("/me/", {"act": "erasure-back"})
    with pytest.raises(Conflict, match="erasure_settled"):
        actions.take_back_erasure(world.actor("member"), world.member(1))
    names = ["erasure.asked", "erasure.refused", "erasure.asked", "erasure.taken_back"]
    assert (
        list(Entry.objects.filter(action__startswith="erasure.").order_by("seq").values_list("action", flat=True))
        == names
    )


def test_an_answer_names_nobody_and_comes_from_the_office_alone(world: World, me: Client) -> None:
    me.post("/me/", {"act": "erasure"})
    member = world.member(1)
    with pytest.raises(InvalidInput, match="erasure_answer_names"):
        actions.refuse_erasure(world.actor("office_head"), member, f"{member.name}还在值班")
    for who in ("duty_officer", "town_officer", "member"):
        with pytest.raises(NotAllowed):
            actions.refuse_erasure(world.actor(who), member, "还在值班")
    assert 'id="erasure-requests"' not in text(world.client_of("town_officer").get("/people/"))


def test_an_erasure_takes_the_request_with_it(world: World, me: Client) -> None:
    me.post("/me/", {"act": "erasure"})
    actions.erase_member(world.actor("office_head"), world.member(1), "asked")
    assert not ErasureRequest.objects.exists()


def test_the_page_is_chinese_for_those_who_read_chinese(world: World) -> None:
    page = text(world.client_of("member", language="zh-hans").get("/me/"))
    assert "我的补贴" in page
    assert "申请清除" in page
