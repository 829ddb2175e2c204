"""The privacy notice names every personal field there is, and says the truth about what an erasure does to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import models

from muster.access.actions import make_account, use_link
from muster.access.fields import SealedTextField
from muster.access.models import SignIn
from muster.access.rights import SYSTEM
from muster.apps.desk.privacy import Line, notice
from muster.apps.people import actions
from muster.apps.people.models import Member
from tests.scope.filled import filled_member
from tests.world import PASSWORD, World

PEOPLE = {"people.member", "access.account", "auth.user"}  # tables of people; what points to them is about people too
TOLD_BY_NAME = ("name", "_name", "reporter", "remark", "note", "reason", "address", "by", "_by", "actor", "person")
LISTED = [field for line in notice().lines() for field in line.fields]


def label(model: type[models.Model]) -> str:
    return model._meta.label_lower


def way_to_a_person(model: type[models.Model], seen: frozenset[str] = frozenset()) -> str | None:
    """The chain of foreign keys from a table to a person ("alert__member"), "" for a person himself, None for none."""
    if label(model) in PEOPLE:
        return ""
    for field in model._meta.local_concrete_fields:
        target = field.remote_field.model if field.remote_field else None
        if target is None or label(target) in seen:
            continue
        further = way_to_a_person(target, seen | {label(model)})
        if further is not None:
            return f"{field.name}__{further}" if further else field.name
    return None


def personal_fields() -> Iterator[str]:
    """Everything that may be about somebody: columns of tables that lead to people, sealed ones, and telling names."""
    for model in apps.get_models():
        about = way_to_a_person(model) is not None
        for field in model._meta.local_concrete_fields:
            if (field.primary_key and field.name == "id") or field.is_relation:
                continue
            ends = any(field.name == end or (end[0] == "_" and field.name.endswith(end)) for end in TOLD_BY_NAME)
            if about or ends or isinstance(field, SealedTextField):
                yield f"{label(model)}.{field.name}"


def test_every_personal_field_is_named_in_the_notice() -> None:
    known = {*LISTED, *notice().not_personal}
    assert sorted(set(personal_fields()) - known) == [], "say in privacy.yaml what it is for and how long it is kept"


def test_the_notice_names_no_field_twice_and_none_that_is_gone() -> None:
    assert len(LISTED) == len(set(LISTED))
    for field in (*LISTED, *notice().not_personal):
        table, _, column = field.rpartition(".")
        assert apps.get_model(table)._meta.get_field(column)


def test_sealed_fields_are_called_sealed_and_no_other() -> None:
    for line in notice().lines():
        for field in line.fields:
            table, _, column = field.rpartition(".")
            if isinstance(apps.get_model(table)._meta.get_field(column), SealedTextField):
                assert line.stored.en.startswith("encrypted"), field


@pytest.mark.parametrize(("code", "word"), [("zh-hans", "zh"), ("en", "en")])
def test_the_page_shows_every_line_to_strangers(world: World, code: str, word: str) -> None:
    page = world.client_of(None, language=code).get("/privacy/").content.decode()
    from django.utils.html import escape

    for line in notice().lines():
        for text in (line.title, line.purpose, line.stored, line.kept, line.erased):
            assert escape(getattr(text, word)) in page
        assert f'data-fields="{" ".join(line.fields)}"' in page


def rows_about(model: type[models.Model], member: Member) -> models.QuerySet:
    way = way_to_a_person(model) or ""
    if label(model) == "people.member":
        return model.objects.filter(pk=member.pk)
    if label(model) == "access.account":
        return model.objects.filter(member_ref=member.number)
    if label(model) == "auth.user":
        return model.objects.filter(account__member_ref=member.number)
    for end, further in (("user", "__account__member_ref"), ("account", "__member_ref")):
        if way.endswith(end):
            return model.objects.filter(**{way + further: member.number})
    return model.objects.filter(**{way: member})


def lines(code: str) -> list[tuple[Line, str]]:
    return [(line, field) for line in notice().lines() if line.code == code for field in line.fields]


NOTHING = {"", None, "–", "~", False, "discharged"}


@pytest.mark.django_db(transaction=True)
def test_an_erasure_does_what_the_notice_says(world: World) -> None:
    member = filled_member(world)
    _, token = make_account(SYSTEM, login="somebody", name=member.name, role="member", member_ref=member.number)
    user = use_link(token, PASSWORD).user
    Authenticator.objects.create(
        user=user, type="totp", data={"secret": "sealed"}, created_at=world.now, last_used_at=world.now
    )
    SignIn.objects.create(
        user=user, session_key="k", since=world.now, seen_at=world.now, address="192.0.2.1", browser="x"
    )
    blank = [field for _, field in lines("blank") if not field.startswith("journal.")]
    before = {field: values(field, member) for field in blank + [field for _, field in lines("row")]}
    missing = {
        field
        for field, found in before.items()
        if not {repr(each) if isinstance(each, dict) else each for each in found} - NOTHING
    }
    assert missing <= {"people.member.is_lead"}, "the invented person must have everything that can be erased"
    actions.erase_member(world.actor("office_head"), member, "asked")
    for field in blank:
        kept = {str(value) for value in values(field, member) if value not in NOTHING}
        if field == "auth.user.password":
            assert all(value.startswith("!") for value in kept)
        elif field == "auth.user.username":
            assert all(value.startswith("erased-") for value in kept)
        elif field == "desk.fieldentry.said":
            assert kept == {"decline"}, "whether he comes stays, why not goes"
        else:
            assert not kept, field
    for _, field in lines("row"):
        assert not values(field, member), field


def values(field: str, member: Member) -> list[object]:
    table, _, column = field.rpartition(".")
    return list(rows_about(apps.get_model(table), member).values_list(column, flat=True))
