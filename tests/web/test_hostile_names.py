"""Names that are markup, formulas or control characters: on every page, in every file, in every text.

The names are put on everything that has one, all pages of the running program are asked, and every file is read again with
the reader of another package.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable
from html.parser import HTMLParser

import openpyxl
import pytest
from django.db.models import CharField, Model
from django.urls import reverse

from muster.apps.channels.models import OutMessage
from muster.apps.command.actions import staff, tasks
from muster.apps.incidents.actions import check_in, record_reply, send_by_hand, start_roll_call
from muster.apps.incidents.models import Incident
from muster.apps.people.models import Employer, Member, Unit
from muster.apps.plans.models import MusterPoint, Plan, Site
from tests.test_every_url_every_role import PAGES, PUBLIC
from tests.world import World

MARKUP = "<img src=x onerror=alert(7)>\"'><script>bad7()</script>"
FORMULA = "=1+1\u202e\u200b\x07\x1b[31m\x7f|cmd' /C calc'!A0"  # with controls in it
HOSTILE = {"markup": MARKUP, "formula": FORMULA}
# Whatever has a name that people type, and the columns it stands in.
NAMED: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (Member, ("name", "remark")), (Unit, ("name", "place", "name_en")), (Employer, ("name",)),
    (Incident, ("title", "place", "reporter")), (MusterPoint, ("zh", "en")), (Site, ("zh", "en")), (Plan, ("zh", "en")),
)  # fmt: skip
READERS = ("office_head", "town_officer")
STREAMS = {"duty-events", "wall-events"}


class _Tags(HTMLParser):
    """The elements and the handlers that a browser would find."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        handlers = [name for name, _value in attrs if name.startswith("on")]
        if handlers or (tag == "img" and ("src", "x") in attrs):
            self.bad.append(f"{tag} {handlers}")


def elements_of(html: str) -> list[str]:
    reader = _Tags()
    reader.feed(html)
    return reader.bad + re.findall(r"<script[^>]*>\s*bad7", html)


def fits(model: type[Model], field: str, name: str) -> str:
    """The name as far as the column is wide; no database column holds a NUL, everything else it does."""
    column = model._meta.get_field(field)
    return name[: column.max_length] if isinstance(column, CharField) and column.max_length else name


@pytest.fixture(params=sorted(HOSTILE))
def named(request: pytest.FixtureRequest, world: World) -> World:
    """The world in which everything bears this name, with a callout, command and a roll call under way."""
    duty, name = world.actor("duty_officer"), HOSTILE[request.param]
    incident = world.running
    for number in (2, 3, 6):
        record_reply(world.alert(number), answer="accept", channel="sms", by="gateway:test", eta_minutes=20, text=name)
    check_in(duty, world.alert(6))
    staff.form_team(duty, incident.pk, name[:40], world.member(6).number, [])
    tasks.plan_task(duty, incident.pk, tasks.TaskInput(name[:60], place=(113.2, 27.7), assignee=world.member(6).number))
    start_roll_call(duty, world.callout)
    for model, fields in NAMED:
        model._default_manager.update(**{field: fits(model, field, name) for field in fields})
    return world


@pytest.fixture
def addresses(named: World, url_arguments: Callable[[str, str], object]) -> dict[str, str]:
    kept: dict[str, object] = {}

    def value(page: str, argument: str) -> object:
        if argument not in kept:
            kept[argument] = url_arguments(page, argument)
        return kept[argument]

    pages = [
        name for name in PAGES if name not in PUBLIC | STREAMS and "token" not in PAGES[name].pattern.regex.groupindex
    ]
    return {
        name: reverse(name, kwargs={key: value(name, key) for key in PAGES[name].pattern.regex.groupindex})
        for name in sorted(pages)
    }


def test_on_pages_they_are_words_in_workbooks_text_and_in_messages_nothing_that_hides(
    named: World, addresses: dict[str, str]
) -> None:
    found: dict[str, object] = {}
    books: list[bytes] = []
    for who in READERS:
        browser = named.client_of(who)
        for name, address in addresses.items():
            answer = browser.get(address)
            kind = answer.headers.get("Content-Type", "")
            if answer.status_code >= 500:
                found[f"{who} {name}"] = answer.status_code
            elif answer.status_code == 200 and "text/html" in kind and (bad := elements_of(answer.content.decode())):
                found[f"{who} {name}"] = bad
            elif answer.status_code == 200 and "spreadsheetml" in kind:
                books.append(b"".join(answer) if answer.streaming else answer.content)
    assert not found
    assert len(books) >= 4
    for book in books:
        holds_text_alone(book)
    readable_texts(named)


def holds_text_alone(book: bytes) -> None:
    for sheet in openpyxl.load_workbook(io.BytesIO(book)):
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
        texts = [str(cell.value) for cell in cells]
        assert not [text for text in texts if any(unicodedata.category(mark) == "Cc" for mark in text if mark != "\n")]


def readable_texts(named: World) -> None:
    incident = named.running
    send_by_hand(named.actor("commander"), incident.callout, [named.member(7).pk, named.member(11).pk], reason="test")
    for body in OutMessage.objects.order_by("-pk").values_list("body", flat=True)[:2]:
        assert not [mark for mark in body if unicodedata.category(mark) in ("Cc", "Cf")], ascii(body)
        assert "回1" in body or "Reply 1" in body  # what is to be done is never cut off
        assert len(body) <= 67 * 4
