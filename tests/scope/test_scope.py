"""What is built and what is not: the page, the two files and the data say the same, and point to pages that exist."""

from __future__ import annotations

from itertools import chain

import pytest
import yaml
from django.urls import reverse
from tools.scope import FILES, ROOT, document

from muster.apps.desk.about import PLACES
from muster.apps.desk.scope import FILE, STATES, Item, scope
from tests.world import World

# How many things the source page names under each letter, counted by hand.
COUNTED = {"A": 17, "B": 16, "C": 12, "D": 17, "E": 8, "F": 5, "G": 3, "H": 6, "I": 10, "J": 11, "X": 8}
CHINESE = range(0x4E00, 0xA000)


def has_chinese(text: str) -> bool:
    return any(ord(mark) in CHINESE for mark in text)


def test_everything_the_source_names_is_there_once_and_in_order() -> None:
    wanted = [f"{letter}{number}" for letter, last in COUNTED.items() for number in range(1, last + 1)]
    assert [item.id for item in scope().items()] == wanted


def test_the_file_has_no_key_that_nobody_reads() -> None:
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    items = list(chain.from_iterable(section["items"] for section in data["sections"]))
    assert not {key for item in items for key in item} - {"id", "state", "zh", "en", "why", "instead", "seen"}
    texts = [one for item in items for one in (item["why"], item.get("instead")) if isinstance(one, dict)]
    assert not {key for text in texts for key in text} - {"zh", "en", "ready"}
    used = {item["why"] for item in items if isinstance(item["why"], str)}
    assert used == set(data["reasons"]), "a shared reason that nobody gives"


@pytest.mark.parametrize("item", scope().items(), ids=lambda item: item.id)
def test_each_thing_says_why_in_both_languages(item: Item) -> None:
    assert item.state in STATES
    for text in (item.said, item.why, item.instead):
        if text is not None:
            assert has_chinese(text.zh)
            assert text.en
            assert not has_chinese(text.en)
    assert (item.instead is not None) == (item.state in ("replaced", "left_out"))


@pytest.mark.parametrize("item", [item for item in scope().items() if item.seen], ids=lambda item: item.id)
def test_what_can_be_looked_at_has_an_address(item: Item) -> None:
    assert all(reverse(name) and name in PLACES for name in item.seen)


@pytest.mark.parametrize(("language", "name"), sorted(FILES.items()))
def test_the_files_are_made_from_the_data(language: str, name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert text == document(scope(), language), f"{name} is old: run python tools/scope.py"
    for item in scope().items():
        assert text.count(f"| {item.id} |") == 1
        assert (item.why.zh if language == "zh" else item.why.en) in text


@pytest.mark.parametrize(("language", "code"), [("zh", "zh-hans"), ("en", "en")])
def test_the_page_shows_the_same_to_a_stranger(world: World, language: str, code: str) -> None:
    page = world.client_of(None, language=code).get("/about/").content.decode()
    from django.utils.html import escape

    for item in scope().items():
        assert f'id="{item.id}" data-state="{item.state}"' in page
        for text in (item.said, item.why, item.instead):
            assert text is None or escape(text.zh if language == "zh" else text.en) in page
    for number in scope().counts().values():
        assert f'<span class="n">{number}</span>' in page


def test_one_kind_can_be_picked_and_nonsense_shows_everything(world: World) -> None:
    client = world.client_of("duty_officer")
    page = client.get("/about/?state=left_out").content.decode()
    assert 'id="X2"' in page
    assert 'id="D2"' not in page
    assert 'id="D2"' in client.get("/about/?state=weird").content.decode()


def test_links_lead_only_where_the_reader_may_go(world: World) -> None:
    town = world.client_of("town_officer").get("/about/").content.decode()
    assert f'href="{reverse("duty")}"' in town
    assert f'href="{reverse("plan-list")}"' not in town
    assert f'href="{reverse("plan-list")}"' in world.client_of("commander").get("/about/").content.decode()
