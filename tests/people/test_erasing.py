"""An erased person can not be read anywhere any more; sums, calls and the journal's chain stay whole."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from muster.access.actions import make_account, use_link
from muster.access.models import Account
from muster.access.rights import SYSTEM
from muster.apps.channels.actions import record_inbound
from muster.apps.channels.models import InMessage, OutMessage
from muster.apps.incidents.actions import (
    check_in,
    close_incident,
    leave,
    record_reply_at_desk,
    review_done,
    stand_down,
)
from muster.apps.incidents.models import Alert, Reply
from muster.apps.people import actions, vault, wiping
from muster.apps.people.actions import MemberInput
from muster.apps.people.erasure import hindrances
from muster.apps.people.models import Consent, Contact, Holding, ImportRun, Member, MemberState
from muster.apps.service.models import Attendance
from muster.apps.service.reads.pay import pay_lines, pay_total
from muster.conf import dump
from muster.core.errors import Conflict, InvalidInput, MusterError, NotAllowed
from muster.journal.models import Entry
from muster.journal.sealing import unseal
from muster.journal.verify import verify_all
from tests.people.makers import id_of, person, roster
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db(transaction=True)

NAME, PHONE, ID = "欧阳若谷", "+8619900000777", id_of(77, sex=2)
# Everything that tells who she is: bytes of any of these in the database's files would be a trace.
TRACES = {
    "name": NAME, "former name": "欧阳旧名", "pinyin": "ouyang", "initials": "oyrg", "phone": "19900000777",
    "masked phone": "199****0777", "ID": ID, "masked ID": f"{ID[:6]}********", "birth date": "1980-03-18",
    "certificate": "湘证-7788-若谷", "remark": "住在老槐树旁", "e-mail": "ruogu@example.org", "masked e-mail": "r***@example",
    "away": "回娘家坐月子", "login": "ouyang.rg", "place": "113.1234567",
}  # fmt: skip


@pytest.fixture
def somebody(world: World) -> Member:
    """A member about whom everything is known that the register can hold, with an account of her own."""
    head = world.actor("office_head")
    village = world.units["V11"]
    base = {"number": "TY000777", "unit": village, "home_unit": village, "id_number": ID, "phone": PHONE}
    base |= {
        "employer": "新田机械厂",
        "remark": TRACES["remark"],
        "lon": 113.1234567,
        "lat": 27.8234567,
        "prefers": "sms",
    }
    member = actions.save_member(head, MemberInput(**base, name=TRACES["former name"]))
    member = actions.save_member(head, MemberInput(**base, name=NAME), member)
    medic = world.capabilities["medic"]
    actions.set_holding(head, member, medic, number=TRACES["certificate"], valid_to=date(2030, 1, 1))
    actions.set_holding(head, member, world.capabilities["general_rescue"])
    actions.add_contact(head, member, "email", TRACES["e-mail"])
    actions.give_consent(head, member, "callout")
    away = actions.add_away(head, member, world.now + timedelta(days=9), world.now + timedelta(days=12), TRACES["away"])
    actions.cancel_away(head, away)
    actions.unmask(head, member, "phone", "未接短信，须电话通知")
    account, token = make_account(SYSTEM, login=TRACES["login"], name=NAME, role="member", member_ref=member.number)
    use_link(token, PASSWORD)
    assert account.member_ref == member.number
    member.refresh_from_db()
    return member


def everything() -> bytes:
    """What somebody finds who takes the disk: every file of the data folder but its keys, and every row as stored."""
    with transaction.atomic():
        found = ["\n".join(dump.rows()).encode()]
    if connection.vendor == "sqlite":
        base = Path(connection.settings_dict["NAME"])
        found += [path.read_bytes() for path in base.parent.glob(base.name + "*")]
    home = Path(settings.HOME)
    found += [path.read_bytes() for path in home.rglob("*") if path.is_file() and "sqlite3" not in path.name]
    return b"\n".join(found)


def traces() -> set[str]:
    """Which of her traces stand in the files or rows; text in JSON may be written with escapes."""
    body = everything()
    return {
        what for what, text in TRACES.items() if text.encode() in body or json.dumps(text).strip('"').encode() in body
    }


def erase(
    world: World, member: Member, who: str = "office_head", ground: str = "asked", ref: str = "人武办〔2026〕3号"
) -> None:
    actions.erase_member(world.actor(who), member, ground, ref)


def test_nothing_readable_remains_and_the_journal_still_verifies(world: World, somebody: Member) -> None:
    assert traces() >= {"name", "pinyin", "masked phone", "birth date", "certificate", "remark", "away", "login"}
    erase(world, somebody)
    assert traces() == set()
    assert all(report.holds for report in verify_all())
    assert not (Path(settings.HOME) / wiping.MARKER).exists()


def test_sealed_parts_of_the_journal_can_not_be_opened_any_more(world: World, somebody: Member) -> None:
    sealed = list(Entry.objects.filter(person=somebody.number).exclude(sealed=""))
    assert any(TRACES["former name"] in str(unseal(somebody.number, entry.sealed)) for entry in sealed)
    erase(world, somebody)
    assert [unseal(somebody.number, entry.sealed) for entry in sealed] == [None] * len(sealed)
    last = Entry.objects.filter(stream__name="people", action="member.erased").get()
    assert (last.actor, last.payload["ground"], last.payload["file"]) == (
        world.actor("office_head").ref, "asked", "人武办〔2026〕3号",
    )  # fmt: skip


def test_a_shell_without_a_name_stays_that_nobody_can_call_or_fill(world: World, somebody: Member) -> None:
    erase(world, somebody)
    shell = Member.objects.get(pk=somebody.pk)
    assert (shell.number, shell.name, shell.state) == ("TY000777", "–", MemberState.DISCHARGED)
    assert (shell.phone, shell.id_number, shell.birth_date, shell.home_unit, shell.lon) == ("", "", None, None, None)
    for table in (Holding, Contact, Consent):
        assert not table.objects.filter(member=shell).exists()
    head = world.actor("office_head")
    for act in (
        lambda: actions.save_member(head, MemberInput(number="TY000777", name="新名", unit=shell.unit), shell),
        lambda: actions.unmask(head, shell, "phone", "想看看"),
        lambda: actions.give_consent(head, shell, "callout"),
        lambda: erase(world, shell),
    ):
        with pytest.raises(Conflict) as caught:
            act()
        assert caught.value.code == "people.erased"


def test_the_account_is_shut_and_bears_no_name(world: World, somebody: Member) -> None:
    client = world.client_of(None)
    assert client.login(username=TRACES["login"], password=PASSWORD)
    assert client.get("/me/").status_code == 200
    erase(world, somebody)
    assert client.get("/me/").status_code == 302
    account = Account.objects.get(member_ref=somebody.number)
    assert (account.name, account.active, account.user.has_usable_password()) == ("–", False, False)


def test_her_place_in_an_old_list_is_refused_and_other_rows_go_in(world: World, somebody: Member) -> None:
    erase(world, somebody)
    data = roster([person(1, 队员编号="TY000777", 姓名=NAME), person(2)])
    run = actions.start_import(world.actor("office_head"), "旧名单.xlsx", data, "wgs84", world.now.date())
    from muster.apps.people.jobs import step

    assert step()
    run.refresh_from_db()
    assert run.result["rejected"] == {"4": ["member_erased"]}
    assert run.result["accepted"] == 1


WORDS = "孩子发烧去不了"


def closed_callout(world: World, *, came: bool) -> Alert:
    """A callout that member 2 answered in words and by SMS, and came to when `came`; closed, its review not signed."""
    desk, commander = world.actor("duty_officer"), world.actor("commander")
    alert = world.alert(2)
    record_inbound("g-1", world.member(2).phone, WORDS, False, world.now)
    record_reply_at_desk(desk, alert, answer="decline", reason=WORDS)
    if came:
        check_in(desk, alert)
        leave(desk, world.callout, [alert.pk])
    stand_down(commander, world.callout)
    close_incident(commander, world.running)
    OutMessage.objects.filter(state="queued").update(state="sent")
    return Alert.objects.get(pk=alert.pk)


def test_words_go_and_what_happened_stays(world: World) -> None:
    alert = closed_callout(world, came=False)
    link = alert.token_hash
    said = Reply.objects.filter(alert=alert)
    assert WORDS in {row.reason for row in said}
    assert WORDS in {row.text for row in said}
    erase(world, world.member(2))
    alert.refresh_from_db()
    assert (alert.state, alert.reason) == ("declined", "")
    assert alert.token_hash != link
    assert {(row.answer, row.reason, row.text) for row in said.all()} == {("decline", "", ""), ("unclear", "", "")}
    text = InMessage.objects.get(gateway_id="g-1")
    assert (text.body, text.sender, text.sender_masked) == ("", "", "")
    assert set(OutMessage.objects.filter(member=world.member(2)).values_list("body", flat=True)) == {""}
    assert set(OutMessage.objects.filter(member=world.member(4)).values_list("body", flat=True)) != {""}


def test_texts_of_before_she_was_enrolled_lose_their_number_too(world: World, somebody: Member) -> None:
    Member.objects.filter(pk=somebody.pk).update(phone_index="")
    record_inbound("g-2", PHONE, "我是新来的", False, world.now)
    record_inbound("g-3", "+8619900990777", "别人", False, world.now)
    assert InMessage.objects.get(gateway_id="g-2").member is None
    erase(world, somebody)
    assert InMessage.objects.get(gateway_id="g-2").sender == ""
    assert InMessage.objects.get(gateway_id="g-3").sender == "+8619900990777"


def test_pay_that_is_not_confirmed_stands_in_the_way_and_afterwards_its_sum_stays(world: World) -> None:
    alert = closed_callout(world, came=True)
    assert code_of(world, world.member(2)) == "incidents.erase_pay_open"
    review_done(world.actor("commander"), world.running)
    before = pay_total(pay_lines(world.callout.ref))
    assert before > 0
    erase(world, world.member(2))
    lines = pay_lines(world.callout.ref)
    assert pay_total(lines) == before
    assert [line.member.name for line in lines if line.member.pk == alert.member_id] == ["–"]
    assert Attendance.objects.filter(member=alert.member_id).exists()


def test_who_is_on_duty_is_not_erased(world: World) -> None:
    member = world.member(9)
    Attendance.objects.create(member=member, ref="callout:99", starts_at=world.now)
    assert code_of(world, member) == "service.erase_on_duty"


def test_a_message_that_is_leaving_stands_in_the_way(world: World) -> None:
    alert = closed_callout(world, came=False)
    OutMessage.objects.filter(member=alert.member_id, kind="alert").update(state="claimed")
    assert code_of(world, world.member(2)) == "channels.erase_message_waits"


def code_of(world: World, member: Member) -> str:
    with pytest.raises(MusterError) as caught:
        erase(world, member)
    return caught.value.code


def test_a_callout_that_is_open_stands_in_the_way(world: World) -> None:
    assert world.running
    assert "incidents.erase_callout_open" in hindrances(world.member(2))
    assert code_of(world, world.member(2)) in hindrances(world.member(2))
    assert Member.objects.get(pk=world.member(2).pk).name == world.member(2).name


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        ("duty_officer", NotAllowed),
        ("commander", NotAllowed),
        ("system_admin", NotAllowed),
        ("town_officer", NotAllowed),
    ],
)
def test_only_the_head_of_the_office_erases(world: World, who: str, kind: type[MusterError]) -> None:
    with pytest.raises(kind):
        erase(world, world.member(3), who)


@pytest.mark.parametrize(
    ("ground", "ref", "code"),
    [
        ("", "", "people.erase_ground"),
        ("whim", "", "people.erase_ground"),
        ("asked", "关于清除{name}资料的函", "people.erase_ref_names"),
        ("asked", "电话19912345678来电", "people.erase_ref_names"),
    ],
)
def test_the_reason_is_a_choice_and_names_nobody(world: World, ground: str, ref: str, code: str) -> None:
    member = world.member(3)
    with pytest.raises(InvalidInput) as caught:
        erase(world, member, ground=ground, ref=ref.format(name=member.name))
    assert caught.value.code == code


def test_an_import_that_waits_stands_in_the_way(world: World) -> None:
    head = world.actor("office_head")
    run = actions.start_import(head, "名单.xlsx", roster([person(1)]), "wgs84", world.now.date())
    assert code_of(world, world.member(3)) == "people.erase_import_waits"
    ImportRun.objects.filter(pk=run.pk).update(state="failed")
    erase(world, world.member(3))
    assert list(vault.folder().glob(f"{run.file_path}*")) == []


def test_the_lane_finishes_what_the_act_could_not() -> None:
    marker = Path(settings.HOME) / wiping.MARKER
    marker.touch()
    assert wiping.step()
    assert not marker.exists()
    assert not wiping.step()
