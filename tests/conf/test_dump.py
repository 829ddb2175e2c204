"""Rows as text: what goes out comes back the same, sealed fields staying sealed."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from muster.access.fields import VERSION
from muster.apps.people.models import Member
from muster.apps.service.models import PayRate
from muster.conf import dump
from muster.journal.models import Entry
from tests.world import World


def state() -> dict[str, list[tuple[object, ...]]]:
    """Everything in every table, as the database itself tells it."""
    found = {}
    for model in dump.tables():
        with connection.cursor() as cursor:
            cursor.execute(dump.select_statement(model))
            found[model._meta.db_table] = cursor.fetchall()
    return found


def test_a_world_survives_the_way_through_text(world: World) -> None:
    world.solve_run(band={"minutes": [0, 1.5]}, p_low=0.1 + 0.2)
    before, lines = state(), list(dump.rows())
    assert sum(map(len, before.values())) == len(lines)
    assert dump.load(lines) == len(lines)
    assert state() == before


def test_new_rows_can_be_made_after_loading(world: World) -> None:
    lines = list(dump.rows())
    dump.load(lines)
    highest = Entry.objects.latest("pk").pk
    world.client_of("auditor")
    assert Entry.objects.latest("pk").pk > highest


def test_no_number_stands_in_the_text_in_clear(world: World) -> None:
    text = "\n".join(dump.rows())
    assert "+8619900000001" not in text
    assert VERSION in text
    dump.load(text.splitlines())
    assert Member.objects.get(number="TY000001").phone == "+8619900000001"


def test_money_stays_exact(world: World) -> None:
    PayRate.objects.update(cny_per_day=Decimal("200.10"))
    dump.load(list(dump.rows()))
    assert PayRate.objects.get().cny_per_day == Decimal("200.10")


def test_sessions_stay_behind(world: World) -> None:
    world.client_of("auditor")
    assert Session.objects.exists()
    assert not any(json.loads(line)[0] == "django_session" for line in dump.rows())


def test_many_rows_go_in_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dump, "BATCH", 7)
    before = state()
    dump.load(list(dump.rows()))
    assert state() == before


def test_a_table_nobody_knows_is_refused_and_nothing_changed(world: World) -> None:
    before = state()
    with pytest.raises(KeyError):
        dump.load(['["no_such_table", [1]]'])
    assert state() == before


def test_nothing_gives_nothing(db: None) -> None:
    assert dump.load([]) == 0


@pytest.mark.parametrize("value", [b"\x00\xff", memoryview(b"\x00\xff")])
def test_bytes_survive(value: object) -> None:
    from django.db.models import BinaryField

    field = BinaryField()
    text = dump.plain_value(field, value)
    assert dump.stored_value(field, json.loads(json.dumps(text))) == b"\x00\xff"
