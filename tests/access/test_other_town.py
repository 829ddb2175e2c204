"""A town officer tries every address of another town: with its people in the address, in the form, in a list to choose from.

Addresses, forms and tables are taken from the running program, so a page that comes later is tried too. Nothing of the
other town may come back: no name, no number, no count; and nothing of it may move.
"""

from __future__ import annotations

import functools
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from urllib.parse import unquote_plus, urlencode, urljoin

import pytest
from django.apps import apps
from django.db.models import ForeignKey, Model, OneToOneField
from django.test import Client
from django.urls import reverse

from muster.apps.channels.actions import report_wrong_number
from muster.apps.channels.models import ContactFinding
from muster.apps.command.actions import staff, tasks
from muster.apps.incidents.actions import check_in, record_reply, start_roll_call
from muster.apps.incidents.models import Alert, Incident
from muster.apps.people.actions.members import name_keys
from muster.apps.people.models import Holding, Member, Unit
from muster.apps.service.actions import RuleInput, rota, say_availability
from muster.exercise.markup import Form, read_markup
from muster.live import source
from muster.live.hub import View
from tests.test_every_url_every_role import PAGES, PUBLIC
from tests.world import World

OTHER = (3, 4, 8)  # people of the other town in the callout
OWN = (2, 6)
OF_A_TOWN = {"number", "alert_id", "finding_id"}  # arguments that name something of one town
GUARDED = sorted(name for name in PAGES if name not in PUBLIC and getattr(PAGES[name].callback, "rights", None))
STREAMS = {"duty-events", "wall-events"}
GONE = {403, 404, 405}
# What an incident has as a whole: how many of the district are called, come, are there (also in the list of incidents), and its
# time list without names.
# The form for a new member offers every village of the district as a home, as the map shows them to everybody.
WHOLE_DISTRICT = {"duty-incident", "duty-map", "duty-events", "incident-list", "incident-log", "member-new"}


@dataclass
class Towns:
    """The world with people of both towns in one callout, and the town officer of the first."""

    world: World
    incident: Incident
    finding: ContactFinding

    @functools.cached_property
    def officer(self) -> Client:
        return self.world.client_of("town_officer")

    @property
    def theirs(self) -> list[Member]:
        """People who neither serve nor live in the officer's town."""
        mine = self.world.units["T1"].path + "/"
        rows = Member.objects.select_related("unit", "home_unit").order_by("pk")
        return [row for row in rows if not any(unit.path.startswith(mine) for unit in (row.unit, row.home_unit))]

    def secrets(self) -> set[str]:
        """What must not be read by the officer."""
        told = {row.number for row in self.theirs} | {row.name for row in self.theirs}
        told |= {row.phone_masked for row in self.theirs if row.phone}
        return told | {row.phone.removeprefix("+86") for row in self.theirs if row.phone}


def _name(world: World, number: int, name: str) -> None:
    Member.objects.filter(pk=world.member(number).pk).update(name=name, **name_keys(name))
    world.members[number - 1] = Member.objects.get(pk=world.member(number).pk)


def _on_the_spot(world: World, incident: Incident) -> None:
    """The other town's people lead, hold a position, have tasks: their names stand wherever command shows names."""
    duty = world.actor("duty_officer")
    for number in (3, 4):
        Holding.objects.create(member=world.member(number), capability=world.capabilities["team_leader"])
        check_in(duty, world.alert(number))
    lead = world.member(3).number
    staff.form_team(duty, incident.pk, "南组", lead, [world.member(4).number])
    staff.hand_over(duty, incident.pk, "operations", f"member:{lead}")
    tasks.plan_task(duty, incident.pk, tasks.TaskInput("设置警戒线", place=(113.2, 27.7), assignee=lead))


def _quiet_days(world: World) -> None:
    """Availability and a rota on which the other town's people sit and offer their turns."""
    head, today = world.actor("office_head"), world.now.date()
    say_availability(world.actor("duty_officer"), world.member(9), RuleInput("off", today, 0, 1439, reason="work"))
    post = rota.make_post(head, "值班员")
    rota.add_turns(head, post, rota.TurnsInput(today + timedelta(1), today + timedelta(2), time(8), time(20), 1))
    first, second = post.turns.order_by("starts_at")
    rota.offer_seat(world.actor("duty_officer"), rota.sign_up(world.actor("duty_officer"), first, world.member(9)))
    rota.sign_up(world.actor("duty_officer"), second, world.member(14))


@pytest.fixture
def towns(world: World) -> Towns:
    for row in Towns(world, None, None).theirs:  # names that nobody of the own town shares
        _name(world, int(row.number[-6:]), f"邻镇{row.pk}人")
    incident = world.running
    for number in (*OTHER, *OWN):
        record_reply(world.alert(number), answer="accept", channel="sms", by="gateway:test", eta_minutes=20)
    _on_the_spot(world, incident)
    _quiet_days(world)
    finding = report_wrong_number(world.actor("duty_officer"), world.member(9))
    start_roll_call(world.actor("duty_officer"), world.callout)
    world.solve_run(releasable=[world.alert(8).pk])
    return Towns(world, incident, finding)


@pytest.fixture
def addresses(towns: Towns, url_arguments: Callable[[str, str], object]) -> dict[str, str]:
    """The address of every guarded page, with things of the other town in it."""
    theirs = {
        "number": lambda: towns.world.member(3).number,
        "alert_id": lambda: towns.world.alert(3).pk,
        "finding_id": lambda: towns.finding.pk,
        "incident_id": lambda: towns.incident.pk,
    }

    def of(name: str) -> str:
        needed = PAGES[name].pattern.regex.groupindex
        return reverse(name, kwargs={key: theirs[key]() if key in theirs else given(name, key) for key in needed})

    @functools.cache
    def general(argument: str) -> object:
        return url_arguments("", argument)

    def given(name: str, argument: str) -> object:
        return general(argument) if argument != "token" else url_arguments(name, argument)

    return {name: of(name) for name in GUARDED}


def _body(towns: Towns, name: str, answer: object) -> str:
    """All that is sent: of a stream what it would draw, of a workbook its sheets."""
    if name in STREAMS and answer.status_code == 200:
        return _drawn(towns)
    data = b"".join(answer) if answer.streaming else answer.content
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            data = b"\n".join(book.read(each) for each in book.namelist())
    headers = " ".join(f"{key}: {value}" for key, value in answer.items() if key != "Content-Security-Policy")
    return headers + data.decode("utf-8", "replace")


def _drawn(towns: Towns) -> str:
    actor = towns.world.actor("town_officer")
    return str(source.draw(View(towns.incident.pk, "en", actor.role, actor.unit_path)).regions)


@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_of_another_town_comes_back(method: str, towns: Towns, addresses: dict[str, str]) -> None:
    secrets, found = towns.secrets(), {}
    for name in GUARDED:
        answer = getattr(towns.officer, method)(addresses[name])
        of_a_town = OF_A_TOWN & set(PAGES[name].pattern.regex.groupindex)
        if answer.status_code >= 500 or (of_a_town and answer.status_code not in GONE):
            found[name] = answer.status_code
        body = _body(towns, name, answer).replace(addresses[name], "")  # a page may say what was asked
        asked = {towns.world.member(3).number} if "number" in of_a_town else set()
        leaked = sorted(secret for secret in secrets - asked if secret in body)
        if leaked:
            found[name] = leaked
    assert not found


def _links(towns: Towns, addresses: dict[str, str]) -> set[str]:
    """Every address on the office head's pages, with its query, and each page asked for the other town by name."""
    head, found = towns.world.client_of("office_head"), set()
    wanted = urlencode({
        "unit": towns.world.units["T2"].path, "town": towns.world.units["T2"].path, "q": "邻镇", "state": "accepted",
        "village": towns.world.units["V21"].pk, "all": "1", "point": "A",
    })  # fmt: skip
    for name in GUARDED:
        found.add(f"{addresses[name]}?{wanted}")
        answer = head.get(addresses[name])
        if name in STREAMS or answer.status_code != 200 or "text/html" not in answer["Content-Type"]:
            continue
        for each in read_markup(answer.content.decode()).having("href"):
            address = urljoin(addresses[name], each["href"]).partition("#")[0]
            if address.startswith("/") and not address.startswith(("/static/", "/logout/")):
                found.add(address)
    return found


def test_no_link_of_the_heads_pages_shows_anything_to_the_officer(towns: Towns, addresses: dict[str, str]) -> None:
    found, links = {}, _links(towns, addresses)
    assert f"/people/{towns.world.member(9).number}/" in links
    for link in sorted(links):
        answer = towns.officer.get(link)
        if answer.status_code >= 500:
            found[link] = answer.status_code
        if "/events" in link:
            continue  # a stream: see above
        told = _body(towns, "", answer)
        leaked = sorted(each for each in towns.secrets() if each in told and each not in unquote_plus(link))
        if leaked:
            found[link] = leaked
    assert not found


def _forms(towns: Towns, addresses: dict[str, str]) -> Iterator[tuple[str, Form]]:
    """Every form that the office head finds on pages about the other town, with where it is sent."""
    head = towns.world.client_of("office_head")
    for name in GUARDED:
        path = addresses[name]
        answer = head.get(path)
        if name in STREAMS or answer.status_code != 200 or "text/html" not in answer["Content-Type"]:
            continue
        for form in read_markup(answer.content.decode()).forms:
            action = form.action or path
            if form.method == "post" and not action.startswith(("/logout/", "/language/", "/account/")):
                yield action, form


def _sent(form: Form) -> Iterator[dict[str, list[str]]]:
    """The form with everything ticked, once with each of its buttons; empty fields get words."""
    for button, value in form.buttons or [("", "")]:
        filled: dict[str, list[str]] = {}
        for key, each in [*form.fields, *form.checkboxes]:
            filled.setdefault(key, []).append(each or "13987654321")
        if button:
            filled.setdefault(button, []).append(value)
        yield filled


def _ways(model: type[Model]) -> list[str]:
    """Ways from a table to a person: its own key, or one step further."""
    found = []
    for field in model._meta.get_fields():
        if not isinstance(field, ForeignKey | OneToOneField):
            continue
        if field.related_model is Member:
            found.append(field.name)
        elif field.related_model in (Alert, ContactFinding, rota.DutySeat):
            found.append(f"{field.name}__member")
    return found


def _theirs_in_tables(towns: Towns) -> dict[str, list[object]]:
    """Every row of every table that belongs to a person of the other town."""
    keys = [row.pk for row in towns.theirs]
    found: dict[str, list[object]] = {"people": list(Member.objects.filter(pk__in=keys).order_by("pk").values())}
    for model in apps.get_models():
        for link in _ways(model):
            rows = model._default_manager.filter(**{f"{link}__in": keys}).order_by("pk")
            # Posts are dealt anew for all when somebody is checked in: that is the callout's, not the town's.
            found[f"{model._meta.label} by {link}"] = [row | {"post_id": 0} for row in rows.values()]
    found["units"] = list(Unit.objects.filter(path__startswith=towns.world.units["T2"].path).order_by("pk").values())
    return found


def test_no_form_about_another_town_does_anything_when_sent_from_outside(
    towns: Towns, addresses: dict[str, str]
) -> None:
    before, officer, tried, found = _theirs_in_tables(towns), towns.officer, 0, {}
    assert len(before) > 8
    for action, form in list(_forms(towns, addresses)):
        for values in _sent(form):
            tried += 1
            answer = officer.post(action, values)
            after = _theirs_in_tables(towns)
            moved = sorted(key for key in after if after[key] != before[key])
            if answer.status_code >= 500 or moved:
                found[f"{action} {sorted(values)}"] = (answer.status_code, moved)
            before = after
    assert tried > 100
    assert not found


def _seen(towns: Towns, addresses: dict[str, str]) -> dict[str, str]:
    """All pages as the officer sees them, without what changes from one request to the next."""
    once = re.compile(r'nonce="[^"]+"|\b[A-Za-z0-9]{64}\b|name="page" value="\w+"')
    return {name: once.sub("", _body(towns, name, towns.officer.get(addresses[name]))) for name in GUARDED}


def test_what_happens_in_another_town_moves_the_sums_of_the_district_and_nothing_else(
    towns: Towns, addresses: dict[str, str]
) -> None:
    world = towns.world
    _seen(towns, addresses)  # the first round opens the session and makes what a page makes when it is first looked at
    before = _seen(towns, addresses)
    assert _seen(towns, addresses) == before  # so that a difference afterwards means something
    duty, home = world.actor("duty_officer"), world.units["V21"]
    record_reply(world.alert(8), answer="decline", channel="sms", by="gateway:test", reason="work")
    report_wrong_number(duty, world.member(13))
    say_availability(duty, world.member(14), RuleInput("off", world.now.date(), 0, 1439, reason="work"))
    Unit.objects.filter(pk=home.pk).update(name="另一个连", place="另一个村")
    Member.objects.create(
        number="TY000099", name="新来的人", **name_keys("新来的人"), sex="1", unit=home, home_unit=home
    )
    after = _seen(towns, addresses)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == WHOLE_DISTRICT  # no page more, and none of them without need
