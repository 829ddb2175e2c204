"""Changes for many people: what the preview says is what is done, who is refused is told why, and undo puts back exactly that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from django.test import Client

from muster.apps.people import actions as people
from muster.apps.people.models import AwayNotice, Holding, Member, MemberState
from muster.apps.service import actions
from muster.apps.service.actions import bulk
from muster.apps.service.actions.bulk import Order, Preview
from muster.apps.service.models import BulkAct, BulkChange
from muster.core.errors import Conflict, InvalidInput, NotAllowed
from muster.journal.models import Entry
from tests.world import World

pytestmark = pytest.mark.django_db
LATER = date(2029, 6, 30)


def numbers(*which: int) -> list[str]:
    return [f"TY{number:06d}" for number in which]


def renew(world: World, last: date = LATER, slug: str = "medic") -> Order:
    return Order("renew", capability=world.capabilities[slug], valid_to=last)


def away(world: World) -> Order:
    return Order("away", starts_at=world.now, ends_at=world.now + timedelta(days=3), reason="抗旱")


def shown(world: World, order: Order, *which: int, who: str = "office_head") -> Preview:
    return bulk.preview(world.actor(who), order, numbers(*which))


def done(world: World, order: Order, *which: int, who: str = "office_head") -> BulkAct:
    digest = shown(world, order, *which, who=who).digest
    return bulk.carry_out(world.actor(who), order, numbers(*which), digest)


def refusals(preview: Preview) -> dict[str, str]:
    return {one.member.number: one.refused for one in preview.refused}


def changed(preview: Preview) -> set[str]:
    return {one.member.number for one in preview.changes}


def last_days(world: World, slug: str, *which: int) -> list[date | None]:
    rows = Holding.objects.filter(capability__slug=slug, member__number__in=numbers(*which))
    return list(rows.order_by("member__number").values_list("valid_to", flat=True))


# --- what it would do ---


def test_a_preview_writes_nothing_and_says_who_is_refused_and_why(world: World) -> None:
    Member.objects.filter(number="TY000012").update(state=MemberState.SUSPENDED)
    Holding.objects.filter(member=world.member(18), capability__slug="medic").update(valid_to=LATER)
    preview = shown(world, renew(world), 3, 7, 12, 18, 1)
    assert changed(preview) == {"TY000003", "TY000007"}
    assert refusals(preview) == {
        "TY000001": "service.bulk_not_held",
        "TY000012": "service.bulk_not_active",
        "TY000018": "service.bulk_not_longer",
    }
    assert last_days(world, "medic", 3, 7) == [date(2028, 6, 30), date(2026, 1, 31)]
    assert not BulkAct.objects.exists()


@pytest.mark.parametrize(
    ("order", "which", "code"),
    [
        (Order("away"), (1,), "service.bulk_order"),
        (Order("renew"), (1,), "service.bulk_order"),
        (Order("learned"), (1,), "service.bulk_order"),
        (Order("move"), (1,), "service.bulk_order"),
        (Order("state", state="active"), (1,), "service.bulk_order"),
        (Order("nonsense"), (1,), "service.bulk_order"),
        (Order("state", state="suspended"), (), "service.bulk_nobody"),
        (Order("state", state="suspended"), tuple(range(1, 502)), "service.bulk_too_many"),
    ],
)
def test_an_order_that_is_not_whole_is_refused(world: World, order: Order, which: Sequence[int], code: str) -> None:
    with pytest.raises(InvalidInput, match=code):
        shown(world, order, *which)


def test_days_and_times_that_can_not_be_are_refused(world: World) -> None:
    hour = timedelta(hours=1)
    medic = world.capabilities["medic"]
    for order, code in (
        (Order("away", starts_at=world.now, ends_at=world.now), "people.away_order"),
        (Order("away", starts_at=world.now - 2 * hour, ends_at=world.now - hour), "people.away_past"),
        (Order("renew", capability=medic, valid_from=LATER, valid_to=date(2029, 1, 1)), "people.holding_order"),
        (Order("learned", capability=medic), "people.certificate_missing"),
    ):
        with pytest.raises(InvalidInput, match=code):
            shown(world, order, 1)


def test_only_who_may_edit_people_sees_a_preview_and_only_of_his_own(world: World) -> None:
    with pytest.raises(NotAllowed):
        shown(world, renew(world), 7, who="auditor")
    preview = shown(world, renew(world), 7, 18, who="town_officer")  # 18 serves and lives in the other town
    assert (changed(preview), refusals(preview), preview.unseen) == ({"TY000007"}, {}, 1)
    with pytest.raises(NotAllowed, match="unit_outside"):
        shown(world, Order("move", unit=world.units["V21"]), 7, who="town_officer")


# --- doing it ---


def test_certificates_are_renewed_and_all_else_of_them_stays(world: World) -> None:
    Holding.objects.filter(member=world.member(7), capability__slug="medic").update(number="M-7", evidence="县医院")
    done(world, renew(world), 3, 7)
    assert last_days(world, "medic", 3, 7) == [LATER, LATER]
    held = Holding.objects.get(member=world.member(7), capability__slug="medic")
    assert (held.number, held.evidence, held.valid_from) == ("M-7", "县医院", date(2024, 1, 1))


def test_every_member_has_one_entry_and_the_act_one_of_its_own(world: World) -> None:
    before = Entry.objects.count()
    act = done(world, renew(world), 3, 7)
    new = Entry.objects.order_by("pk")[before:]
    assert sorted((entry.action, entry.person) for entry in new) == [
        ("holding.renewed", "TY000003"),
        ("holding.renewed", "TY000007"),
        ("people.bulk_done", ""),
    ]
    assert new[2].payload == {
        "act": act.pk,
        "kind": "renew",
        "people": 2,
        "capability": "medic",
        "valid_to": "2029-06-30",
    }


def test_the_other_kinds_do_what_they_say(world: World) -> None:
    done(world, away(world), 2, 3)
    assert AwayNotice.objects.filter(reason="抗旱").count() == 2
    learned = Order("learned", capability=world.capabilities["medic"], valid_to=LATER, evidence="2026 急救班")
    done(world, learned, 2)
    assert Holding.objects.get(member=world.member(2), capability__slug="medic").evidence == "2026 急救班"
    done(world, Order("move", unit=world.units["S1"]), 2, 3)
    assert set(Member.objects.filter(number__in=numbers(2, 3)).values_list("unit__code", flat=True)) == {"S1"}
    done(world, Order("state", state="discharged"), 2)
    assert Member.objects.get(number="TY000002").state == "discharged"


def test_each_kind_refuses_whom_it_would_not_help(world: World) -> None:
    done(world, away(world), 2)
    assert refusals(shown(world, away(world), 2)) == {"TY000002": "service.bulk_away_already"}
    assert refusals(shown(world, Order("learned", capability=world.capabilities["general_rescue"]), 2)) == {
        "TY000002": "service.bulk_held"
    }
    move = Order("move", unit=world.units["V11"])  # member 1 leads V11, 6 serves in it
    assert refusals(shown(world, move, 1, 6, 11)) == {
        "TY000001": "service.bulk_in_unit",
        "TY000006": "service.bulk_in_unit",
        "TY000011": "service.bulk_in_unit",
    }
    assert refusals(shown(world, Order("move", unit=world.units["V12"]), 1, 6)) == {"TY000001": "service.bulk_leads"}
    actions.commit([world.member(3).pk], "test", world.now, False)
    assert refusals(shown(world, Order("state", state="suspended"), 1, 3, 4)) == {
        "TY000001": "service.bulk_leads",
        "TY000003": "service.bulk_committed",
    }
    endless = Order("renew", capability=world.capabilities["general_rescue"], valid_to=LATER)
    assert refusals(shown(world, endless, 2)) == {"TY000002": "service.bulk_no_end"}


def test_a_renewal_can_not_end_before_the_certificate_begins(world: World) -> None:
    held = Holding.objects.filter(member=world.member(3), capability__slug="medic")
    held.update(valid_from=date(2030, 1, 1), valid_to=date(2028, 1, 1))
    assert refusals(shown(world, renew(world), 3)) == {"TY000003": "people.holding_order"}


def test_what_moved_since_the_preview_stops_the_whole_act(world: World) -> None:
    digest = shown(world, renew(world), 3, 7).digest
    people.set_holding(world.actor("duty_officer"), world.member(7), world.capabilities["medic"], valid_to=LATER)
    entries = Entry.objects.count()
    with pytest.raises(Conflict, match="bulk_moved"):
        bulk.carry_out(world.actor("office_head"), renew(world), numbers(3, 7), digest)
    assert (BulkAct.objects.count(), Entry.objects.count()) == (0, entries)
    assert last_days(world, "medic", 3) == [date(2028, 6, 30)]


def test_an_act_that_would_change_nobody_is_none(world: World) -> None:
    with pytest.raises(Conflict, match="bulk_nothing"):
        done(world, renew(world), 1)


# --- putting it back ---


def test_undo_puts_back_exactly_what_was_changed(world: World) -> None:
    fields = ("member_id", "capability_id", "number", "valid_from", "valid_to", "evidence")
    before = set(Holding.objects.values_list(*fields))
    members = set(Member.objects.values_list("pk", "unit_id", "state"))
    orders = [
        (renew(world), (3, 7)),
        (Order("learned", capability=world.capabilities["medic"], valid_to=LATER), (2,)),
        (Order("move", unit=world.units["S1"]), (2, 3)),
        (Order("state", state="suspended"), (4,)),
        (away(world), (5,)),
    ]
    acts = [done(world, order, *which) for order, which in orders]
    assert set(Holding.objects.values_list(*fields)) != before
    for act in reversed(acts):
        undone = bulk.undo(world.actor("office_head"), act)
        assert (undone.back, undone.kept) == (act.changes.count(), 0)
    assert set(Holding.objects.values_list(*fields)) == before
    assert set(Member.objects.values_list("pk", "unit_id", "state")) == members
    assert not AwayNotice.objects.filter(cancelled_at=None).exists()


def test_a_certificate_that_stood_without_proof_stands_so_again(world: World) -> None:
    Holding.objects.filter(member=world.member(3), capability__slug="medic").update(valid_to=None, number="")
    act = done(world, renew(world), 3)
    assert last_days(world, "medic", 3) == [LATER]
    bulk.undo(world.actor("office_head"), act)
    assert last_days(world, "medic", 3) == [None]


def test_what_something_else_has_changed_since_is_kept_and_named(world: World) -> None:
    act = done(world, renew(world), 3, 7)
    other = people.set_holding
    other(world.actor("duty_officer"), world.member(7), world.capabilities["medic"], valid_to=date(2030, 1, 1))
    undone = bulk.undo(world.actor("office_head"), act)
    assert (undone.back, undone.kept) == (1, 1)
    assert last_days(world, "medic", 3, 7) == [date(2028, 6, 30), date(2030, 1, 1)]
    assert dict(act.changes.values_list("member__number", "kept")) == {
        "TY000003": "",
        "TY000007": "service.bulk_changed_since",
    }


@pytest.mark.parametrize("kind", ["away", "move", "state"])
def test_each_kind_keeps_what_was_changed_since(world: World, kind: str) -> None:
    head, member = world.actor("office_head"), world.member(2)
    orders = {
        "away": away(world),
        "move": Order("move", unit=world.units["S1"]),
        "state": Order("state", state="suspended"),
    }
    act = done(world, orders[kind], 2)
    if kind == "away":
        people.cancel_away(head, AwayNotice.objects.get(member=member))
    elif kind == "move":
        people.move_member(head, member, world.units["V21"])
    else:
        people.set_member_state(head, member, "discharged")
    assert bulk.undo(head, act).kept == 1


def test_an_undo_counts_once(world: World) -> None:
    act = done(world, renew(world), 7)
    bulk.undo(world.actor("office_head"), act)
    with pytest.raises(Conflict, match="bulk_undone"):
        bulk.undo(world.actor("office_head"), act)


def test_a_town_officer_puts_back_only_his_own_acts_and_only_for_people_he_still_sees(world: World) -> None:
    theirs = done(world, renew(world), 7)
    with pytest.raises(NotAllowed, match="bulk_not_yours"):
        bulk.undo(world.actor("town_officer"), theirs)
    bulk.undo(world.actor("office_head"), theirs)
    own = done(world, renew(world), 7, who="town_officer")
    Member.objects.filter(number="TY000007").update(unit=world.units["V21"], home_unit=world.units["V21"])
    assert bulk.undo(world.actor("town_officer"), own).kept == 1
    assert last_days(world, "medic", 7) == [LATER]


def test_nothing_is_ever_entered_for_somebody_erased(world: World) -> None:
    act = done(world, renew(world), 7)
    people.erase_member(world.actor("office_head"), world.member(7), "asked", "R-1")
    assert not BulkChange.objects.filter(act=act).exists()
    assert bulk.undo(world.actor("office_head"), act).back == 0
    assert refusals(shown(world, renew(world), 7)) == {"TY000007": "people.erased"}


# --- the pages ---


@pytest.fixture
def head(world: World) -> Client:
    return world.client_of("office_head")


def text(answer: object) -> str:
    return answer.content.decode()


def hidden(page: str) -> dict[str, str]:
    """The fields of the form that does it."""
    form = page[page.index('id="changes"') : page.index('id="refused"')]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def test_the_whole_way_in_the_browser_from_ticks_to_undo(world: World, head: Client) -> None:
    listing = text(head.get("/people/?group=expired&choose=1"))
    assert 'name="member" value="TY000007"' in listing
    choose = head.post("/people/bulk/", {"step": "choose", "member": numbers(3, 7, 1)})
    assert "Change 3 people" in text(choose)
    fields = {"who": ",".join(numbers(3, 7, 1)), "kind": "renew", "renew-capability": "medic"}
    late = head.post("/people/bulk/", {**fields, "step": "preview", "renew-valid_to": ""})
    assert late.status_code == 422
    assert "This field is required." in text(late)
    preview = text(head.post("/people/bulk/", {**fields, "step": "preview", "renew-valid_to": "2029-06-30"}))
    assert "until 2026-01-31" in preview
    assert "until 2029-06-30" in preview
    assert "Does not hold this capability." in preview
    answer = head.post("/people/bulk/", {**hidden(preview), "step": "do"}, follow=True)
    assert "Done for 2 people." in text(answer)
    assert last_days(world, "medic", 3, 7) == [LATER, LATER]
    path = answer.redirect_chain[-1][0]
    assert "Put back for 2 people." in text(head.post(path, follow=True))
    assert last_days(world, "medic", 3, 7) == [date(2028, 6, 30), date(2026, 1, 31)]
    assert "Put back" in text(head.get("/people/bulk/"))


def test_all_of_a_filtered_list_can_be_chosen_over_its_pages(
    world: World, head: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.apps.service.reads.listing.PAGE_ROWS", 5)
    page = text(head.post("/people/bulk/", {"step": "choose", "all": "1", "unit": "V12", "group": "all"}))
    served_or_living = Member.objects.filter(unit__code="V12") | Member.objects.filter(home_unit__code="V12")
    assert f"Change {served_or_living.count()} people" in page


def test_what_moved_shows_the_new_preview_and_loses_nothing(world: World, head: Client) -> None:
    fields = {"who": "TY000007", "kind": "renew", "renew-capability": "medic", "renew-valid_to": "2029-06-30"}
    answer = head.post("/people/bulk/", {**fields, "step": "do", "digest": "0" * 64})
    assert answer.status_code == 409
    assert hidden(text(answer))["renew-valid_to"] == "2029-06-30"
    back = head.post("/people/bulk/", {**hidden(text(answer)), "step": "back"})
    assert 'value="2029-06-30"' in text(back)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 400),
        ({"step": "choose", "member": "TY" + "9" * 400}, 400),
        ({"who": ",".join(f"X{n}" for n in range(600)), "step": "choose"}, 400),
        ({"who": "TY000001", "kind": "nonsense", "step": "do"}, 200),
        ({"who": "TY000001", "kind": "move", "step": "do", "move-unit": "nowhere"}, 422),
        ({"who": "<b>,TY000001", "kind": "state", "step": "preview", "state-state": "suspended"}, 200),
    ],
)
def test_bad_input_is_answered_with_a_sentence(world: World, head: Client, data: dict[str, str], status: int) -> None:
    answer = head.post("/people/bulk/", data)
    assert answer.status_code == status
    assert "<b>," not in text(answer)


def test_nobody_without_the_right_sees_boxes_or_acts(world: World) -> None:
    assert 'name="member"' not in text(world.client_of("auditor").get("/people/?choose=1"))
    assert world.client_of("auditor").get("/people/bulk/").status_code == 403
    act = done(world, renew(world), 7)
    officer = world.client_of("town_officer")
    assert officer.get(f"/people/bulk/{act.pk}/").status_code == 404
    assert officer.post(f"/people/bulk/{act.pk}/").status_code == 404
    assert "Renew a certificate" not in text(officer.get("/people/bulk/"))


def test_chinese_pages_are_chinese(world: World) -> None:
    client = world.client_of("office_head", language="zh-hans")
    page = text(client.post("/people/bulk/", {"step": "choose", "member": numbers(3, 7)}))
    assert "给 2 人改" in page
