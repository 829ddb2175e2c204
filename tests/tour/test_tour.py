"""The guided tour as the server gives it: what stands on which page, in whose words, and where it offers itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from muster.apps.plans.actions import pre_authorise
from muster.web.tour import PAGES, Step
from tests.world import World

STEP = re.compile(r'<div data-step="([\w-]+)" data-parts="([^"]*)"')
HAN = re.compile(r"[一-鿿]")
QUOTED = re.compile(r'[“"]([^”"]+)[”"]')
SIMPLE = re.compile(r"#[\w-]+|\.[\w-]+|\[(?:name|data-testid)=\w[\w-]*\]")


def page_of(world: World, name: str, who: str = "commander", language: str = "en") -> str:
    """A page of the way from the call to the first message, as `who` gets it."""
    addresses = {"quiet": "/duty/", "open": "/incidents/new/"}
    address = addresses.get(name)
    if address is None:
        incident = world.running if name == "duty" else world.open_incident(mode="exercise")
        address = f"/incidents/{incident.pk}/approve/" if name == "approve" else f"/duty/{incident.pk}/"
    return world.client_of(who, language=language).get(address).content.decode()


def steps() -> Iterator[tuple[str, Step]]:
    yield from ((page, step) for page, rows in PAGES.items() for step in rows)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_of_the_way_carries_its_steps_in_one_language(world: World, name: str, language: str) -> None:
    body = page_of(world, name, language=language)
    assert [key for key, _parts in STEP.findall(body)] == [step.key for step in PAGES[name]]
    told = unescape(body.partition('<template id="tour-steps"')[2].partition("</section>")[0])
    texts = re.findall(r"<(?:h2|p)[^>]*>([^<]+)<", told)
    assert len(texts) == 2 * len(PAGES[name])
    for text in texts:
        assert bool(HAN.search(text)) == (language == "zh-hans"), text


@pytest.mark.parametrize("name", ["quiet", "open", "duty-before"])
def test_what_a_step_points_to_is_on_the_page(world: World, name: str) -> None:
    body = page_of(world, name)
    page = body.partition('<template id="tour-steps"')[0]
    for key, parts in STEP.findall(body):
        wanted = SIMPLE.findall(unescape(parts).split("|")[-1])
        for part in wanted:
            bare = part.strip("#.[]")
            name_of = bare.split("=")[-1] if "=" in bare else bare
            assert re.search(rf'[" ]{re.escape(name_of)}[" ]', page), (key, part)


def test_what_a_step_names_has_that_name_on_the_page(world: World) -> None:
    pre_authorise(world.actor("office_head"), world.plan)
    for language in ("en", "zh-hans"):
        bodies = {name: page_of(world, name, language=language) for name in ("quiet", "open")}
        for name, body in bodies.items():
            page, _, tour = body.partition('<template id="tour-steps"')
            for said in QUOTED.findall(" ".join(re.findall(r"<p>([^<]*)</p>", unescape(tour)))):
                assert said.casefold() in unescape(page).casefold(), (language, name, said)


def test_it_offers_itself_on_quiet_and_exercise_pages_and_never_while_it_is_really_happening(world: World) -> None:
    assert "data-tour-start hidden" in page_of(world, "quiet")
    exercise = page_of(world, "duty-before")
    assert exercise.count("data-tour-start hidden") == 2  # in the act bar, and in the menu for phones
    assert "data-actual" not in exercise
    actual = page_of(world, "duty")
    assert "data-tour-start" not in actual
    assert "data-actual" in actual


def test_a_viewer_who_opens_no_incident_is_not_told_to(world: World) -> None:
    """The step is given, its part is not on the page: the script leaves it out."""
    body = page_of(world, "quiet", who="town_officer")
    assert 'id="open-incident"' not in body
    assert 'data-step="call"' in body


def test_steps_are_short_and_their_keys_are_their_own() -> None:
    for page, rows in PAGES.items():
        keys = [step.key for step in rows]
        assert len(keys) == len(set(keys)), page
    for _page, step in steps():
        assert len(re.findall(r"[.?!](?:\s|$)", str(step.says))) <= 3, step.key
        assert step.parts, step.key
