"""The call list and the figures of the channels."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from muster.access.rights import Actor
from muster.apps.channels.actions import call_list, mark_told, open_call_list, queue_messages, record_receipt
from muster.apps.channels.actions.outbox import Draft
from muster.apps.channels.actions.sending import claim_batch, mark_failed, mark_sent
from muster.apps.channels.models import OutMessage
from muster.apps.channels.reads import call_rows, channel_figures
from muster.apps.people.models import Contact
from muster.core.errors import Conflict, NotAllowed, NotFound
from muster.journal.models import Entry
from tests.channels.cast import member_of, unit_of

AT = datetime(2026, 11, 2, 6, 20, tzinfo=UTC)
OFFICER = Actor(ref="account:1", name="值班员", role="duty_officer")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _gateway_and_clock(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MUSTER_SMS_URL = "http://actual.test"
    monkeypatch.setattr(call_list, "now", lambda: AT)


@pytest.fixture
def refs() -> list[str]:
    """Two by hand (one lives in the second town), one failed, one delivered, one handed over, one waiting."""
    north, south = unit_of("T1"), unit_of("T2", "泰山街道")
    members = [
        member_of(1, mobile=None, unit=north),
        member_of(2, mobile=None, unit=north, home_unit=south),
        *(member_of(n, unit=north) for n in range(3, 7)),
    ]
    Contact.objects.create(member=members[0], kind="landline", value="+8673128812345", masked="0731-****2345")
    Contact.objects.create(member=members[0], kind="email", value="a@b.example", masked="a***")
    drafts = [Draft(f"alert:{n}", "alert", member, "集结") for n, member in enumerate(members, start=1)]
    queue_messages(drafts, exercise=False, at=AT)
    failed, delivered, handed_over = claim_batch(3)
    mark_failed(failed, error="gateway.422", final=True)
    mark_sent(delivered, at=AT)
    record_receipt(delivered.client_id, "delivered", "", AT)
    mark_sent(handed_over, at=AT)
    return [draft.ref for draft in drafts]


def test_the_call_list_names_who_was_not_reached_and_how_to_reach_him(refs: list[str]) -> None:
    rows = call_rows(refs, AT)
    assert [(row.number, row.why, row.phones) for row in rows] == [
        ("TY000001", "no_sms", ("0731-28812345",)),
        ("TY000002", "no_sms", ()),
        ("TY000003", "failed", ("19900000003",)),
    ]
    assert (rows[2].unit, rows[2].masked, rows[2].body) == ("栗雨街道", "199****0003", "集结")


def test_opening_the_call_list_is_journaled_with_the_people_whose_numbers_were_shown(refs: list[str]) -> None:
    assert len(open_call_list(OFFICER, refs, subject="incident:3")) == 3
    entry = Entry.objects.get(action="people.call_list_opened")
    assert (entry.stream.name, entry.actor) == ("people", "account:1")
    assert entry.payload == {"subject": "incident:3", "members": ["TY000001", "TY000002", "TY000003"]}


def test_a_town_officer_sees_his_part_of_the_list(refs: list[str]) -> None:
    officer = Actor(ref="account:2", name="专武干部", role="town_officer", unit_path="T2")
    assert [row.number for row in open_call_list(officer, refs, subject="incident:3")] == ["TY000002"]


def test_an_empty_list_leaves_no_entry() -> None:
    assert open_call_list(OFFICER, [], subject="incident:3") == []
    assert not Entry.objects.exists()


@pytest.mark.parametrize("role", ["auditor", "member", "system_admin"])
def test_who_may_not_record_may_not_open_the_call_list(role: str, refs: list[str]) -> None:
    with pytest.raises(NotAllowed):
        open_call_list(Actor(ref="account:3", name="", role=role), refs, subject="incident:3")
    assert not Entry.objects.exists()


def test_figures_per_channel_add_up(refs: list[str]) -> None:
    sms, by_hand = channel_figures(refs)
    assert (sms.channel, sms.messages, sms.waiting, sms.handed_over, sms.delivered, sms.failed) == (
        "sms",
        4,
        1,
        1,
        1,
        1,
    )
    assert sms.delivered_share == pytest.approx(1 / 3)
    assert (by_hand.channel, by_hand.messages, by_hand.by_hand, by_hand.delivered_share) == ("call_list", 2, 2, None)
    assert channel_figures(refs, kind="release") == []
    assert channel_figures([]) == []


def test_many_references_are_asked_in_parts(refs: list[str]) -> None:
    many = [f"other:{n}" for n in range(1200)] + refs
    assert len(call_rows(many, AT)) == 3
    assert sum(figure.messages for figure in channel_figures(many)) == OutMessage.objects.count()


def test_people_to_be_told_not_to_come_are_a_list_of_their_own(refs: list[str]) -> None:
    member = OutMessage.objects.get(ref="alert:1").member
    queue_messages([Draft("alert:1", "release", member, "人已够")], exercise=False, at=AT)
    (row,) = open_call_list(OFFICER, refs, subject="incident:3", kinds=("release", "stand_down"))
    assert (row.number, row.kind, row.body) == ("TY000001", "release", "人已够")
    told = mark_told(OFFICER, row.message_id)
    assert (told.state, told.channel, told.delivered_at) == ("delivered", "call_list", AT)
    assert Entry.objects.get(action="people.told_by_telephone").payload["member"] == "TY000001"
    assert open_call_list(OFFICER, refs, subject="incident:3", kinds=("release", "stand_down")) == []
    with pytest.raises(Conflict, match=r"channels\.already_told"):
        mark_told(OFFICER, row.message_id)


def test_only_who_may_record_for_a_person_may_say_that_he_was_told(refs: list[str]) -> None:
    message = OutMessage.objects.get(ref="alert:2")  # serves in T1, lives in T2
    elsewhere = Actor(ref="account:2", name="", role="town_officer", unit_path="T3")
    with pytest.raises(NotAllowed, match=r"access\.outside_unit"):
        mark_told(elsewhere, message.pk)
    with pytest.raises(NotFound, match=r"channels\.no_message"):
        mark_told(elsewhere, 10**9)
    at_home = Actor(ref="account:4", name="", role="town_officer", unit_path="T2")
    assert mark_told(at_home, message.pk).state == "delivered"


@pytest.mark.parametrize(
    ("body", "spoken"),
    [
        ("能来回1。电话0731-0000 0119 或点 https://m.example.cn/r/AbC_-9", "能来回1。电话0731-0000 0119"),
        ("Desk 0731-00 or: http://m.example/r/abc", "Desk 0731-00"),
        ("电话0731-00000119", "电话0731-00000119"),
    ],
)
def test_the_reply_link_is_not_read_aloud(body: str, spoken: str) -> None:
    queue_messages([Draft("alert:9", "alert", member_of(9, mobile=None), body)], exercise=False, at=AT)
    assert [row.body for row in call_rows(["alert:9"], AT)] == [spoken]
