"""Icons and marks: every name a page uses exists, every state has shape, word and colour."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from muster.apps.desk import regions
from muster.apps.incidents.models.callout import AlertState
from muster.apps.plans.models import IncidentKind
from muster.web import context, errors, icons, words
from muster.web.templatetags import muster as tags

SOURCE = Path(icons.__file__).resolve().parents[1]
NAME = re.compile(r"""{%\s*icon\s+["']([\w-]+)["']""")
CSS = "".join(path.read_text(encoding="utf-8") for path in (SOURCE / "web/static/muster").glob("*.css"))


def test_every_icon_that_a_template_names_exists() -> None:
    used = {name for path in SOURCE.rglob("*.html") for name in NAME.findall(path.read_text(encoding="utf-8"))}
    assert used
    assert {name for name in used if not icons.icon(name).startswith("<svg")} == set()


def test_every_icon_that_the_code_names_exists() -> None:
    named = [link.icon for link in context.NAVIGATION] + [thing[0] for thing in words.THINGS.values()]
    for name in [*named, *words.KIND_ICONS.values(), *errors.ICONS.values(), *regions.EVENT_ICONS.values()]:
        assert "<path" in icons.icon(name)


def test_an_unknown_icon_is_an_error_and_not_a_hole() -> None:
    with pytest.raises(icons.UnknownIcon):
        icons.icon("no-such-icon")


def test_icons_are_decoration_for_screen_readers() -> None:
    drawn = icons.icon("flame", 22)
    assert 'aria-hidden="true"' in drawn
    assert 'width="22"' in drawn
    assert "style=" not in drawn


def test_every_state_of_an_alert_has_shape_word_and_colour() -> None:
    for state in [*AlertState.values, "unaccounted", "silent"]:
        known = words.person_state(state)
        drawn = tags.state_mark(state)
        assert f"shape-{known}" in drawn
        assert str(words.PERSON_WORDS[known]) in drawn
        assert f".shape-{known}" in CSS


def test_the_words_of_states_differ() -> None:
    with translation.override("en"):
        assert len({str(word) for word in words.PERSON_WORDS.values()}) == len(words.PERSON_WORDS)


def test_every_kind_of_incident_has_an_icon() -> None:
    assert set(words.KIND_ICONS) == set(IncidentKind.values)
    assert tags.kind_icon("unheard.of") == "alert-circle"


def test_things_carry_icon_word_and_tone() -> None:
    drawn = tags.thing_mark("short")
    assert "tag-bad" in drawn
    assert "<svg" in drawn
    assert ">word<" in tags.thing_mark("short", "word")
