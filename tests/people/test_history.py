"""The history of a member's fields: told from the journal, numbers masked, gone after an erasure."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils.translation import override

from muster.apps.people import actions
from muster.apps.people.actions import MemberInput
from muster.apps.people.models import Member
from muster.apps.people.reads.history import Step, history_of
from muster.journal.models import Entry
from tests.people.makers import id_of
from tests.world import World

pytestmark = pytest.mark.django_db


def change(world: World, who: str = "duty_officer", **values: object) -> Member:
    member = Member.objects.get(number="TY000002")
    given = {
        "number": member.number, "name": member.name, "unit": member.unit, "home_unit": member.home_unit,
        "sex": member.sex, "birth_date": member.birth_date, "lon": member.lon, "lat": member.lat, **values,
    }  # fmt: skip
    return actions.save_member(world.actor(who), MemberInput(**given), member)


def steps(world: World, field: str = "") -> list[Step]:
    with override("en"):
        return list(history_of(Member.objects.get(number="TY000002"), field).steps)


def told(world: World, field: str = "") -> list[tuple[str, str, str]]:
    return [(step.field, step.before, step.after) for step in steps(world, field)]


def page(world: World, who: str = "office_head", **query: str) -> str:
    return world.client_of(who).get("/people/TY000002/history/", query).content.decode()


def test_each_change_says_who_changed_what_from_to_when(world: World) -> None:
    was = world.member(2).name
    change(world, name="王某")
    change(world, "office_head", name="王某", unit=world.units["S1"], remark="夜班")
    found = steps(world)
    assert {(step.field, step.who) for step in found[:2]} == {("remark", "office head"), ("unit", "office head")}
    assert (found[2].field, found[2].who) == ("name", "duty officer")
    assert told(world, "name") == [("name", was, "王某")]
    assert told(world, "unit") == [("unit", "高塘连", "园区抢险队")]
    assert found[0].at == world.now


def test_several_changes_of_one_field_hang_together_newest_first(world: World) -> None:
    for remark in ("一", "二", ""):
        change(world, remark=remark)
    assert told(world, "remark") == [("remark", "二", "–"), ("remark", "一", "二"), ("remark", "–", "一")]


def test_an_older_entry_without_its_new_value_is_read_from_the_next_one(world: World) -> None:
    from muster.apps.people.actions.common import note

    member = world.member(2)
    note(world.actor("office_head"), "member.changed", member, {"fields": ["remark"]}, {"before": {"remark": "甲"}})
    note(world.actor("office_head"), "member.changed", member, {"fields": ["remark"]}, {"before": {"remark": "乙"}})
    Member.objects.filter(pk=member.pk).update(remark="丙")
    assert told(world) == [("remark", "乙", "丙"), ("remark", "甲", "乙")]


def test_numbers_and_birth_dates_are_never_told_whole(world: World) -> None:
    actions.change_phone(world.actor("office_head"), world.member(2), "19900000777")
    change(world, id_number=id_of(3))
    change(world, id_number=id_of(5))
    text = page(world)
    for secret in (id_of(3), id_of(5), "19900000777", "99000000777", "1980-01-04", "19800104"):
        assert secret not in text
    assert "199****0777" in text
    assert "1980-**-**" in text


def test_certificates_absences_contacts_and_consents_stand_there_too(world: World) -> None:
    head, member = world.actor("office_head"), world.member(2)
    medic = world.capabilities["medic"]
    actions.set_holding(head, member, medic, number="M-1", valid_to=date(2027, 1, 1))
    actions.set_holding(head, member, medic, number="M-1", valid_to=date(2029, 1, 1))
    actions.remove_holding(head, member, medic)
    actions.cancel_away(head, actions.add_away(head, member, world.now, world.now + timedelta(days=1), "住院"))
    actions.add_contact(head, member, "email", "somebody@example.org")
    actions.withdraw_consent(head, actions.give_consent(head, member, "position"))
    assert told(world, "holding") == [
        ("holding", "until 2029-01-01", "does not hold it"),
        ("holding", "until 2027-01-01", "until 2029-01-01"),
        ("holding", "does not hold it", "until 2027-01-01"),
    ]
    text = page(world)
    assert "住院" not in text  # why somebody is away is on the card while he is, and no longer
    assert "somebody@example.org" not in text
    with override("en"):
        counts = {key: count for key, _word, count in history_of(member).counts}
    assert counts == {"holding": 3, "away": 2, "contact": 1, "consent": 2}


def test_one_field_can_be_asked_for_and_unknown_ones_show_all(world: World) -> None:
    change(world, name="王某", remark="夜班")
    assert "夜班" not in page(world, field="name").partition('data-testid="history"')[2]
    assert "夜班" in page(world, field="'<b>")


def test_an_erasure_takes_what_was_said_and_leaves_that_it_was_changed(world: World) -> None:
    change(world, name="王某", remark="住在老槐树旁")
    actions.erase_member(world.actor("office_head"), Member.objects.get(number="TY000002"), "asked")
    assert Entry.objects.filter(person="TY000002", action="member.changed").exists()
    text = page(world)
    assert "老槐树" not in text
    assert world.member(2).name not in text


def test_a_town_officer_reads_the_history_of_his_own_people_only(world: World) -> None:
    change(world, remark="夜班")
    assert "夜班" in page(world, "town_officer")
    assert world.client_of("other_town").get("/people/TY000002/history/").status_code == 404
    assert world.client_of("member").get("/people/TY000002/history/").status_code == 403
    assert 'id="to-history"' in world.client_of("auditor").get("/people/TY000002/").content.decode()


def test_the_key_is_asked_for_once_however_long_the_history(
    world: World, django_assert_max_num_queries: object
) -> None:
    for number in range(6):
        change(world, remark=f"第 {number} 次")
    member = Member.objects.select_related("unit", "home_unit", "employer").get(number="TY000002")
    with django_assert_max_num_queries(6):
        history_of(member)
