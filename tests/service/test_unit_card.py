"""The card of a unit against figures counted by hand, and who may see and set what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.translation import override

from muster.apps.people.actions import add_away, set_establishment
from muster.apps.people.models import Establishment, Holding, Member, MemberState
from muster.apps.service import actions
from muster.apps.service.reads.unit_card import StrengthLine, UnitCard, unit_card
from muster.apps.service.templatetags.strength import stretches, words
from muster.core.errors import InvalidInput, NotAllowed
from muster.journal.models import Entry
from tests.world import World

pytestmark = pytest.mark.django_db


def line_of(card: UnitCard, slug: str) -> StrengthLine:
    return next(line for line in card.lines if line.capability.slug == slug)


def order(world: World, code: str, **heads: int) -> None:
    given = {world.capabilities[slug]: count for slug, count in heads.items()}
    set_establishment(world.actor("office_head"), world.units[code], given)


def text(world: World, path: str, who: str = "office_head", language: str = "en") -> str:
    return world.client_of(who, language=language).get(path).content.decode()


# V12 is home of members 2, 7, 12, 17, 22 and 27: fire support 2 and 12, medics 7 (lapsed) and 12, a truck driver 17.


def test_strength_counts_what_is_valid_and_tells_what_has_lapsed_apart(world: World) -> None:
    order(world, "V12", medic=3, fire_support=2)
    card = unit_card(world.units["V12"], world.now)
    assert card.heads == 6
    medic = line_of(card, "medic")
    assert (medic.ordered, medic.held, medic.here, medic.lapsed, medic.missing) == (3, 1, 1, 1, 2)
    fire = line_of(card, "fire_support")
    assert (fire.held, fire.missing) == (2, 0)
    assert card.gap == 2


def test_who_is_away_or_on_duty_stays_on_the_books_but_can_not_be_called(world: World) -> None:
    order(world, "V12", fire_support=2)
    add_away(world.actor("office_head"), world.member(2), world.now, world.now + timedelta(days=2))
    actions.commit([world.member(12).pk], "test", world.now, False)
    card = unit_card(world.units["V12"], world.now)
    assert {(one.member.number, one.why) for one in card.absent} == {
        ("TY000002", "away"),
        ("TY000012", "committed"),
    }
    fire = line_of(card, "fire_support")
    assert (fire.held, fire.here, fire.missing, fire.missing_now) == (2, 0, 0, 2)
    assert card.here == 4


def test_people_who_left_do_not_count(world: World) -> None:
    Member.objects.filter(number__in=["TY000012", "TY000022"]).update(state=MemberState.DISCHARGED)
    card = unit_card(world.units["V12"], world.now)
    assert card.heads == 4
    assert line_of(card, "fire_support").held == 1


def test_a_town_stands_for_its_villages_and_adds_up_what_they_lack(world: World) -> None:
    order(world, "V11", medic=1)
    order(world, "V12", medic=3)
    card = unit_card(world.units["T1"], world.now)
    assert card.heads == 12
    medic = line_of(card, "medic")
    assert (medic.ordered, medic.held) == (4, 1)  # 12 of V12; 7's certificate has lapsed
    assert {(child.unit.code, child.heads, child.gap) for child in card.children} == {("V11", 6, 1), ("V12", 6, 2)}


def test_more_than_ordered_in_one_village_does_not_make_up_for_another(world: World) -> None:
    order(world, "V11", fire_support=2)  # members 6 and 16
    order(world, "V12", fire_support=1)  # members 2 and 12
    Holding.objects.filter(member=world.member(16), capability__slug="fire_support").delete()
    card = unit_card(world.units["T1"], world.now)
    assert line_of(card, "fire_support").missing == 0
    assert card.gap == 1
    world.client_of("office_head").post("/people/units/", {"unit": "V11", "state": "pre_formed"})
    assert unit_card(world.units["T1"], world.now).gap == 0


def test_who_has_no_capability_that_counts_is_named(world: World) -> None:
    Holding.objects.filter(member=world.member(22)).delete()
    card = unit_card(world.units["V12"], world.now)
    assert [(one.member.number, one.why) for one in card.absent] == [("TY000022", "unable")]
    assert (card.heads, card.here) == (6, 5)


def test_certificates_that_ran_out_or_will_within_90_days_are_named_with_the_first_first(world: World) -> None:
    held = Holding.objects.get(member=world.member(17), capability__slug="driver_truck")
    Holding.objects.filter(pk=held.pk).update(valid_to=world.now.date() + timedelta(days=90))
    other = Holding.objects.get(member=world.member(12), capability__slug="medic")
    Holding.objects.filter(pk=other.pk).update(valid_to=world.now.date() + timedelta(days=91))
    card = unit_card(world.units["V12"], world.now)
    assert [(one.holding.member.number, one.state) for one in card.ending] == [
        ("TY000007", "lapsed"),
        ("TY000017", "valid"),
    ]


def test_the_order_is_set_on_the_page_and_journaled_with_before_and_after(world: World) -> None:
    head = world.client_of("office_head")
    assert head.post("/units/V12/", {"order-medic": "3", "order-boat_crew": ""}).status_code == 302
    assert list(Establishment.objects.values_list("unit__code", "capability__slug", "heads")) == [("V12", "medic", 3)]
    head.post("/units/V12/", {"order-medic": "0"})
    assert not Establishment.objects.exists()
    entries = Entry.objects.filter(action="unit.establishment").order_by("seq")
    assert [entry.payload["changed"] for entry in entries] == [{"medic": [0, 3]}, {"medic": [3, 0]}]
    head.post("/units/V12/", {"order-medic": ""})
    assert entries.count() == 2  # nothing changed: nothing journaled


@pytest.mark.parametrize("typed", ["-1", "1000", "many", "9" * 400])
def test_a_number_that_can_not_be_is_refused_at_its_field_and_nothing_is_lost(world: World, typed: str) -> None:
    answer = world.client_of("office_head").post("/units/V12/", {"order-medic": typed, "order-boat_crew": "4"})
    assert answer.status_code == 422
    assert 'value="4"' in answer.content.decode()
    assert not Establishment.objects.exists()


def test_the_act_checks_numbers_and_the_part_of_the_tree_itself(world: World) -> None:
    medic = world.capabilities["medic"]
    for heads in (-1, 1000):
        with pytest.raises(InvalidInput, match="establishment_heads"):
            set_establishment(world.actor("office_head"), world.units["V12"], {medic: heads})
    with pytest.raises(NotAllowed, match="unit_outside"):
        set_establishment(world.actor("town_officer"), world.units["V21"], {medic: 1})
    with pytest.raises(NotAllowed):
        set_establishment(world.actor("auditor"), world.units["V12"], {medic: 1})


def test_a_town_officer_sees_and_orders_only_within_his_town(world: World) -> None:
    officer = world.client_of("town_officer")
    assert officer.get("/units/V12/").status_code == 200
    assert officer.post("/units/V12/", {"order-medic": "2"}).status_code == 302
    for code in ("V21", "T2", "OF", "S1", "nowhere"):
        assert officer.get(f"/units/{code}/").status_code == 404
        assert officer.post(f"/units/{code}/", {"order-medic": "2"}).status_code == 404
    assert world.client_of("auditor").post("/units/V12/", {"order-medic": "2"}).status_code == 403


def test_the_page_says_what_is_short_in_words_and_links_from_the_list(world: World) -> None:
    order(world, "V12", medic=3)
    page = text(world, "/units/V12/")
    assert "should have 3; 1 on the books, 1 of them can be called now, 2 short" in page
    assert "no lead" in page
    listing = text(world, "/people/units/")
    assert 'href="/units/V12/"' in listing
    assert "2 short" in listing
    chinese = text(world, "/units/V12/", language="zh-hans")
    assert "缺 2 人" in chinese


def test_the_gaps_of_a_shell_are_no_fault(world: World) -> None:
    order(world, "V12", medic=3)
    world.client_of("office_head").post("/people/units/", {"unit": "V12", "state": "pre_formed"})
    page = text(world, "/units/V12/")
    assert "short of the order" not in page
    assert "to be filled when it is needed" in page


def test_the_bar_ends_at_the_mark_where_people_lack() -> None:
    line = StrengthLine(None, ordered=4, held=3, here=1, lapsed=0)
    assert stretches(line, 9) == [("on", 0.0, 16.67), ("acc", 16.67, 33.33), ("gap", 50.0, 16.67)]
    assert stretches(StrengthLine(None, 0, 3, 3, 0), 6) == [("on", 0.0, 50.0)]
    with override("en"):
        assert words(StrengthLine(None, 0, 3, 2, 0)) == "3 on the books, 2 of them can be called now"


def test_asking_costs_the_same_however_many_people_there_are(
    world: World, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(26):
        unit_card(world.units["OF"], world.now)
