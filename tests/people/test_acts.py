"""Every act on a member: right, state, effect, journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from muster.access.rights import SYSTEM
from muster.apps.people import actions
from muster.apps.people.actions import MemberInput
from muster.apps.people.models import AwayNotice, Consent, Contact, Employer, Holding, Member, Unit
from muster.core.errors import Conflict, InvalidInput, MusterError, NotAllowed, NotFound
from muster.journal.models import Entry
from muster.journal.sealing import unseal
from tests.people.makers import id_of
from tests.world import World

pytestmark = pytest.mark.django_db


def refused(code: str, act: Callable[[], object], kind: type[MusterError] = MusterError) -> None:
    """The act raises `code`, changes no table and writes no entry."""
    tables = (Member, Holding, AwayNotice, Contact, Consent, Unit, Entry)
    before = [table.objects.count() for table in tables]
    with pytest.raises(kind) as caught:
        act()
    assert caught.value.code == code
    assert [table.objects.count() for table in tables] == before


def newest(stream: str = "people") -> Entry:
    return Entry.objects.filter(stream__name=stream).latest("seq")


def given(world: World, **changes: object) -> MemberInput:
    values = {"number": "TY000099", "name": "欧阳若谷", "unit": world.units["V11"], "home_unit": world.units["V11"]}
    return MemberInput(**(values | changes))


# --- enrolling and changing ---


def test_a_new_member_is_enrolled_with_sealed_numbers_and_sort_keys(world: World) -> None:
    number = id_of(77, sex=2)
    new = actions.save_member(
        world.actor("office_head"), given(world, id_number=number.lower(), phone="199 0000 0777", employer="新田机械厂")
    )
    new.refresh_from_db()
    assert (new.id_number, new.phone) == (number, "+8619900000777")
    assert (new.sex, new.birth_date) == ("2", date(1980, 1, 1) + timedelta(days=77))
    assert new.initials == "oyrg"
    assert new.id_masked.startswith("430211********")
    assert new.phone_masked == "199****0777"
    assert new.employer == Employer.objects.get(name="新田机械厂", code="")
    raw = Member.objects.filter(pk=new.pk).extra(select={"raw": "id_number"}).values_list("raw", flat=True)[0]
    assert number not in raw


def test_the_journal_names_fields_but_holds_values_only_sealed(world: World) -> None:
    member, name = world.member(1), world.member(1).name
    actions.save_member(
        world.actor("office_head"),
        given(
            world,
            number=member.number,
            name="王改名",
            phone="19912345678",
            unit=member.unit,
            home_unit=member.home_unit,
        ),
        member,
    )
    entry = newest()
    assert (entry.action, entry.person) == ("member.changed", member.number)
    assert set(entry.payload["fields"]) >= {"name", "phone"}
    assert "王改名" not in str(entry.payload)
    assert "12345678" not in str(entry.payload)
    private = unseal(member.number, entry.sealed)
    assert private is not None
    assert private["before"]["name"] == name


def test_saying_the_same_again_changes_nothing_and_writes_nothing(world: World) -> None:
    head = world.actor("office_head")
    member = actions.save_member(head, given(world, id_number=id_of(5)))
    entries = Entry.objects.count()
    same = given(world, sex=member.sex, birth_date=member.birth_date)
    assert actions.save_member(head, same, member) == member
    assert Entry.objects.count() == entries


def test_numbers_left_out_stay_and_empty_ones_are_cleared(world: World) -> None:
    head = world.actor("office_head")
    member = actions.save_member(head, given(world, id_number=id_of(5), phone="19900000005"))
    actions.save_member(head, given(world, remark="x"), member)
    member.refresh_from_db()
    assert member.phone == "+8619900000005"
    actions.save_member(head, given(world, remark="x", phone="", id_number=""), member)
    member.refresh_from_db()
    assert (member.phone, member.phone_index, member.id_index, member.id_masked) == ("", "", "", "")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": "  "}, "people.number_form"),
        ({"number": "TY 1/2"}, "people.number_form"),
        ({"number": "X" * 21}, "people.number_form"),
        ({"number": "ty000001"}, "people.number_taken"),
        ({"name": " "}, "name_blank"),
        ({"id_number": "430211198001011234"}, "id_checksum"),
        ({"phone": "12345"}, "phone_invalid"),
        ({"lon": 113.0}, "people.point_outside"),
        ({"lon": 27.8, "lat": 113.0}, "people.point_outside"),
        ({"prefers": "pigeon"}, "people.choice_unknown"),
        ({"state": "lost"}, "people.choice_unknown"),
    ],
)
def test_a_bad_entry_is_refused_with_its_reason(world: World, changes: dict[str, object], code: str) -> None:
    refused(code, lambda: actions.save_member(world.actor("office_head"), given(world, **changes)))


def test_nobody_is_enrolled_twice_under_one_id_number(world: World) -> None:
    head = world.actor("office_head")
    actions.save_member(head, given(world, id_number=id_of(5)))
    refused(
        "people.id_taken",
        lambda: actions.save_member(head, given(world, number="TY000098", id_number=id_of(5))),
        Conflict,
    )


def test_an_employer_who_pays_wages_is_marked_for_all(world: World) -> None:
    actions.save_member(world.actor("office_head"), given(world, employer="新田机械厂", employer_pays=False))
    assert not Employer.objects.get(name="新田机械厂").pays_wages
    told = Entry.objects.get(action="employer.changed")
    assert told.payload == {"employer": Employer.objects.get(name="新田机械厂").pk, "pays_wages": False}


def test_only_the_office_changes_what_an_employer_pays(world: World) -> None:
    officer = world.actor("town_officer")
    same = given(world, employer="新田机械厂", employer_pays=True)
    actions.save_member(officer, same)
    refused(
        "people.employer_office",
        lambda: actions.save_member(officer, replace(same, number="N2", id_number=None, employer_pays=False)),
        NotAllowed,
    )
    assert Employer.objects.get(name="新田机械厂").pays_wages
    actions.save_member(officer, replace(same, number="N3", id_number=None, employer="新厂", employer_pays=False))
    assert not Entry.objects.filter(action="employer.changed").exists()


def test_what_changed_since_the_member_was_read_is_kept_and_seen_in_the_journal(world: World) -> None:
    head = world.actor("office_head")
    actions.save_member(head, given(world))
    stale = Member.objects.get(number=given(world).number)
    Member.objects.filter(pk=stale.pk).update(remark="found", phone_masked="meanwhile")
    actions.save_member(head, given(world, phone=None, remark="written"), stale)
    now = Member.objects.get(pk=stale.pk)
    assert (now.remark, now.phone_masked) == ("written", "meanwhile")
    assert Entry.objects.latest("pk").payload["fields"] == ["remark"]


def test_a_town_officer_enrols_and_changes_only_his_own(world: World) -> None:
    officer = world.actor("town_officer")
    actions.save_member(officer, given(world))
    refused(
        "people.unit_outside",
        lambda: actions.save_member(officer, given(world, number="N1", unit=world.units["V21"], home_unit=None)),
        NotAllowed,
    )
    far = next(m for m in world.members if m.unit.code == "V21")
    refused(
        "people.member_unknown", lambda: actions.save_member(officer, given(world, number=far.number), far), NotFound
    )


@pytest.mark.parametrize("role", ["commander", "auditor", "member", "system_admin"])
def test_other_roles_change_nobody(world: World, role: str) -> None:
    refused("access.not_allowed", lambda: actions.save_member(world.actor(role), given(world)), NotAllowed)
    capability = world.capabilities["medic"]
    refused(
        "access.not_allowed", lambda: actions.set_holding(world.actor(role), world.member(2), capability, number="1")
    )


# --- holdings ---


def test_a_renewed_certificate_replaces_the_lapsed_one(world: World) -> None:
    medic, member = world.capabilities["medic"], world.member(7)
    actions.set_holding(world.actor("duty_officer"), member, medic, number=" ZS9 ", valid_to=date(2027, 6, 30))
    holding = Holding.objects.get(member=member, capability=medic)
    assert (holding.number, holding.valid_to) == ("ZS9", date(2027, 6, 30))
    entry = newest()
    assert (entry.action, entry.payload["valid_to"]) == ("holding.renewed", "2027-06-30")
    assert "ZS9" not in str(entry.payload)
    before = {"evidence": "", "number": "", "valid_from": "2024-01-01", "valid_to": "2026-01-31"}
    assert unseal(member.number, entry.sealed) == {"number": "ZS9", "before": before}


def test_a_capability_can_be_added_and_taken_off(world: World) -> None:
    traffic, member, head = world.capabilities["traffic"], world.member(1), world.actor("office_head")
    actions.set_holding(head, member, traffic)
    assert newest().action == "holding.added"
    actions.remove_holding(head, member, traffic)
    assert newest().action == "holding.removed"
    refused("people.holding_unknown", lambda: actions.remove_holding(head, member, traffic), NotFound)


def test_holdings_that_make_no_sense_are_refused(world: World) -> None:
    head, member, medic = world.actor("office_head"), world.member(1), world.capabilities["medic"]
    refused("people.certificate_missing", lambda: actions.set_holding(head, member, medic), InvalidInput)
    refused(
        "people.holding_order",
        lambda: actions.set_holding(head, member, medic, valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 31)),
    )


# --- away ---


def test_an_away_notice_is_entered_and_taken_back_once(world: World) -> None:
    officer, member = world.actor("town_officer"), world.member(1)
    notice = actions.add_away(officer, member, world.now, world.now + timedelta(days=2), "  探亲 ")
    assert notice.reason == "探亲"
    assert "探亲" not in str(newest().payload)
    actions.cancel_away(officer, notice)
    notice.refresh_from_db()
    assert notice.cancelled_at == world.now
    refused("people.away_cancelled", lambda: actions.cancel_away(officer, notice), Conflict)


def test_a_member_reports_himself_away_but_nobody_else(world: World) -> None:
    me = world.actor("member")
    notice = actions.add_away(me, world.member(1), world.now, world.now + timedelta(hours=1))
    actions.cancel_away(me, notice)
    refused(
        "access.not_allowed",
        lambda: actions.add_away(me, world.member(2), world.now, world.now + timedelta(hours=1)),
        NotAllowed,
    )


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        (2, 1, "people.away_order"),
        (1, 1, "people.away_order"),
        (-3, -1, "people.away_past"),
        (-3, 0, "people.away_past"),
    ],
)
def test_an_absence_that_is_over_or_runs_backwards_is_refused(world: World, start: int, end: int, code: str) -> None:
    first, last = (world.now + timedelta(hours=hours) for hours in (start, end))
    refused(code, lambda: actions.add_away(world.actor("office_head"), world.member(1), first, last))


# --- unmasking ---


@pytest.mark.parametrize("role", ["office_head", "duty_officer"])
def test_a_number_is_shown_whole_with_a_reason_that_stands_in_the_security_journal(world: World, role: str) -> None:
    actor, member = world.actor(role), world.member(3)
    assert actions.unmask(actor, member, "phone", " 核对  电话 ") == member.phone.removeprefix("+86")
    entry = newest("security")
    assert entry.actor == actor.ref
    assert entry.payload == {"member": member.number, "field": "phone", "reason": "核对 电话"}


def test_the_id_number_can_be_shown_too(world: World) -> None:
    member = actions.save_member(SYSTEM, given(world, id_number=id_of(9)))
    assert actions.unmask(world.actor("office_head"), member, "id_number", "换证") == id_of(9)


def test_no_reason_or_no_right_no_number(world: World) -> None:
    head, member = world.actor("office_head"), world.member(3)
    refused("people.reason_missing", lambda: actions.unmask(head, member, "phone", " x "))
    refused("people.field_unknown", lambda: actions.unmask(head, member, "name", "because"))
    for role in ("commander", "town_officer", "auditor", "member"):
        refused("access.not_allowed", lambda role=role: actions.unmask(world.actor(role), member, "phone", "because"))


# --- contacts and consents ---


@pytest.mark.parametrize(
    ("kind", "value", "stored", "masked"),
    [
        ("landline", "0731-28812345", "+8673128812345", "0731-****2345"),
        ("relative", "199 1234 5678", "+8619912345678", "199****5678"),
        ("email", " li@example.org ", "li@example.org", "l***@example.org"),
    ],
)
def test_contacts_are_sealed_and_masked(world: World, kind: str, value: str, stored: str, masked: str) -> None:
    contact = actions.add_contact(world.actor("office_head"), world.member(1), kind, value)
    contact.refresh_from_db()
    assert (contact.value, contact.masked) == (stored, masked)
    actions.remove_contact(world.actor("office_head"), contact)
    assert not Contact.objects.exists()
    assert newest().action == "contact.removed"


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("fax", "1", "people.contact_kind"),
        ("email", "li@home", "people.contact_email"),
        ("relative", "12", "phone_invalid"),
    ],
)
def test_bad_contacts_are_refused(world: World, kind: str, value: str, code: str) -> None:
    refused(code, lambda: actions.add_contact(world.actor("office_head"), world.member(1), kind, value))


def test_a_consent_is_given_once_taken_back_once_and_given_again(world: World) -> None:
    head, member = world.actor("office_head"), world.member(1)
    first = actions.give_consent(head, member, "callout")
    assert actions.give_consent(head, member, "callout") == first
    actions.withdraw_consent(world.actor("member"), first)
    refused("people.consent_withdrawn", lambda: actions.withdraw_consent(head, first), Conflict)
    assert actions.give_consent(head, member, "callout") != first
    refused("people.purpose_unknown", lambda: actions.give_consent(head, member, "advertising"))


# --- units and capabilities ---


def test_missing_units_are_made_once_and_known_ones_are_left_alone(world: World) -> None:
    head = world.actor("office_head")
    pairs = [("栗雨街道", "新田社区"), ("栗雨街道", "荷塘村"), ("三门镇", "石塘社区")]
    tree = actions.upsert_units(head, pairs, ["蛙人分队", "园区抢险队"])
    made = {unit.name: unit.path for unit in tree.made}
    assert set(made) == {"荷塘连", "三门镇", "石塘连", "蛙人分队"}
    assert made["荷塘连"].startswith("OF/T1/")
    assert made["石塘连"].startswith(made["三门镇"] + "/")
    assert newest().payload["made"] == {"town": 1, "village": 2, "team": 1}
    assert actions.upsert_units(head, pairs, ["蛙人分队"]).made == []


def test_a_code_that_is_in_use_is_passed_over(world: World) -> None:
    Unit.objects.filter(code="V12").update(code="T1V03")
    tree = actions.upsert_units(SYSTEM, [("栗雨街道", "荷塘村")])
    assert [unit.code for unit in tree.made] == ["T1V04"]


def test_an_empty_house_gets_its_office(db: None) -> None:
    tree = actions.upsert_units(SYSTEM, [("栗雨街道", "新田社区")])
    assert [unit.kind for unit in tree.made] == ["office", "town", "village"]
    assert Unit.objects.get(kind="village").path == "D/T01/T01V01"


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        ([("", "新田")], "people.unit_blank"),
        ([("栗雨", "")], "people.unit_blank"),
        ([("栗雨", "田" * 61)], "people.unit_name_long"),
    ],
)
def test_units_without_a_name_stop_everything(world: World, pairs: list[tuple[str, str]], code: str) -> None:
    refused(code, lambda: actions.upsert_units(world.actor("office_head"), [("新镇", "新村"), *pairs]))


def test_a_unit_is_marked_as_pre_formed(world: World) -> None:
    unit = world.units["V12"]
    actions.set_unit_state(world.actor("town_officer"), unit, "pre_formed")
    assert Unit.objects.get(pk=unit.pk).state == "pre_formed"
    refused("people.unit_state", lambda: actions.set_unit_state(world.actor("office_head"), unit, "gone"))
    refused(
        "people.unit_state", lambda: actions.set_unit_state(world.actor("town_officer"), world.units["V21"], "filled")
    )


def test_the_packed_capabilities_are_added_once(world: World) -> None:
    assert actions.seed_capabilities() == 0
    world.capabilities["water_expert"].delete()
    assert actions.seed_capabilities() == 1
    assert len({row.bit for row in world.capabilities.values()}) == 19
