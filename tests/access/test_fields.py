"""Sealed fields and blind indexes."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from muster.access.fields import VERSION, Sealed, SealedTextField, blind_index, open_text, seal_text
from muster.apps.people.models import Member
from tests.world import World


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_what_is_sealed_can_be_opened(plain: str) -> None:
    assert open_text(seal_text(plain)) == plain


def test_nothing_stays_nothing() -> None:
    assert seal_text("") == open_text("") == blind_index("phone", "") == ""


def test_sealing_twice_gives_two_texts_that_show_nothing() -> None:
    first, second = seal_text("+8619900000001"), seal_text("+8619900000001")
    assert first != second
    assert first.startswith(VERSION)
    assert "1990" not in first


def test_a_changed_seal_does_not_open() -> None:
    sealed = seal_text("secret")
    broken = sealed[:-6] + ("AAAA" if sealed[-6:-2] != "AAAA" else "BBBB") + sealed[-2:]
    with pytest.raises(InvalidTag):
        open_text(broken)


def test_indexes_of_phones_and_id_numbers_do_not_meet() -> None:
    assert blind_index("phone", "1") != blind_index("id", "1")
    assert blind_index("phone", "1") == blind_index("phone", "1")


def test_the_database_holds_the_sealed_form_only(world: World) -> None:
    member = world.member(1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM people_member WHERE id = %s", [member.pk])
        (stored,) = cursor.fetchone()
    assert stored.startswith(VERSION)
    assert Member.objects.get(pk=member.pk).phone == "+8619900000001"


def test_what_is_sealed_already_is_stored_as_it_is() -> None:
    sealed = Sealed(seal_text("secret"))
    assert SealedTextField().get_prep_value(sealed) == sealed
    assert SealedTextField().get_prep_value(str(sealed)) != sealed


def test_an_empty_column_stays_empty() -> None:
    field = SealedTextField(null=True)
    assert field.get_prep_value(None) is None
    assert field.from_db_value(None, None, None) is None
