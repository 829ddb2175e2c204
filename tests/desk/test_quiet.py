"""The duty page of a quiet night: who could be called, which plans stand, counted and never guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.apps.desk.quiet import quiet
from muster.apps.people.models import AwayNotice, Member
from muster.apps.service.actions import commit
from tests.callout_pages.markup import part
from tests.world import World


def figures(world: World, who: str = "duty_officer") -> tuple[int, ...]:
    found = quiet(world.actor(who), world.now)
    return found.members, found.ready, found.away, found.withdrawn, found.busy


def test_everybody_on_the_books_is_in_one_group_only(world: World) -> None:
    assert figures(world) == (30, 30, 0, 0, 0)
    notice = {"starts_at": world.now - timedelta(hours=1), "ends_at": world.now + timedelta(hours=1)}
    AwayNotice.objects.create(member=world.member(2), **notice)
    commit([world.member(2).pk, world.member(3).pk], "callout:99", world.now, False)
    commit([world.member(4).pk], "callout:98", world.now, True)  # an exercise keeps nobody from an actual callout
    assert figures(world) == (30, 28, 1, 0, 1)


def test_a_capability_counts_valid_holders_and_those_of_them_who_are_free(world: World) -> None:
    def medics() -> tuple[int, int]:
        skills = {skill.capability.slug: skill for skill in quiet(world.actor("commander"), world.now).skills}
        return skills["medic"].holders, skills["medic"].ready

    holders = medics()[0]
    assert holders == len([n for n in (3, 7, 12, 18) if _valid(world, n)])
    commit([world.member(3).pk], "callout:99", world.now, False)
    assert medics() == (holders, holders - 1)


def _valid(world: World, number: int) -> bool:
    held = world.member(number).holdings.get(capability__slug="medic")
    return held.valid_to is None or held.valid_to >= world.now.date()


def test_a_plan_with_fewer_free_people_than_posts_says_which_line(world: World) -> None:
    assert [row.short for row in quiet(world.actor("commander"), world.now).plans] == [()]
    leaders = [m.pk for m in Member.objects.filter(holdings__capability__slug="team_leader")]
    commit(leaders, "callout:99", world.now, False)
    ((capability, ready, needed),) = quiet(world.actor("commander"), world.now).plans[0].short
    assert (capability.slug, ready, needed) == ("team_leader", 0, 1)


def test_a_town_officer_counts_his_own_people_only(world: World) -> None:
    path = world.units["T1"].path
    own = [m for m in world.members if m.unit.path.startswith(path + "/")]
    found = quiet(world.actor("town_officer"), world.now)
    assert (found.members, found.plans) == (len(own), ())
    assert 0 < found.members < 30


@pytest.mark.parametrize(("language", "words"), [("en", "heads enough"), ("zh-hans", "人数够")])
def test_the_page_shows_it(world: World, language: str, words: str) -> None:
    page = world.client_of("duty_officer", language=language).get("/duty/")
    assert part(page, "calm-figures").startswith("30")
    assert words in part(page, "calm-plans")
    assert part(page, "calm-skills") != ""
    assert 'data-testid="calm-plans"' not in world.client_of("town_officer").get("/duty/").content.decode()
