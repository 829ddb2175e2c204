"""Accounts: made, changed, switched off by the administrator, each act stands in the journal's stream `security`."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from muster.access import directory
from muster.access.models import Account, FirstLink, Role, SignIn
from muster.access.rights import HARMLESS, SYSTEM, Actor, Right, check
from muster.core.errors import Conflict, InvalidInput, NotFound
from muster.core.ids import token_hash
from muster.jobs import clock
from muster.journal.actions import append

STREAM = "security"
LINK_HOURS = 24
NAMELESS = "–"  # stands where the name of an erased person stood
LOGIN_FORM = r"[a-z0-9][a-z0-9._-]{1,39}"


def _note(action: str, actor: str, account: Account | None, **payload: object) -> None:
    about = {"account": account.pk, "role": account.role} if account else {}
    person = account.member_ref if account else ""
    append(STREAM, action, actor=actor, at=clock.now(), payload={**about, **payload}, person=person)


@transaction.atomic
def make_account(
    actor: Actor, *, login: str, name: str, role: str, unit_path: str = "", member_ref: str = ""
) -> tuple[Account, str]:
    """A new account and the one-time token (24 h) with which its user sets the first password.

    Errors: "access.login_form", "access.login_taken", "access.role_unknown", "access.unit_unknown",
    "access.unit_needed", "access.member_needed". Once there is a security administrator, an account that would see
    personal data starts without a role: he grants the one that was asked for.
    """
    check(actor, Right.MANAGE_ACCOUNTS)
    login = login.strip().lower()
    _check_login(login)
    _check_place(role, unit_path, member_ref)
    asked = role if actor is not SYSTEM and role not in HARMLESS and has_security_admin() else ""
    role = Role.UNASSIGNED if asked else role
    user = get_user_model()(username=login)
    user.set_unusable_password()
    user.save(force_insert=True)
    account = Account(
        user=user, role=role, name=name.strip() or login, unit_path=unit_path, member_ref=member_ref, asked_role=asked
    )
    account.save(force_insert=True)
    _note("account.made", actor.ref, account, unit_path=unit_path, **({"asked": asked} if asked else {}))
    return account, new_link(actor, account)


def _check_login(login: str) -> None:
    if not re.fullmatch(LOGIN_FORM, login):
        raise InvalidInput("access.login_form")
    if get_user_model().objects.filter(username=login).exists():
        raise Conflict("access.login_taken", login=login)


def _check_place(role: str, unit_path: str, member_ref: str) -> None:
    if role not in Role.values:
        raise InvalidInput("access.role_unknown", role=role)
    known = {path for path, _ in directory.units()}
    if unit_path and known and unit_path not in known:
        raise InvalidInput("access.unit_unknown", unit_path=unit_path)
    if role in (Role.TOWN_OFFICER, Role.VILLAGE_LEAD) and not unit_path:
        raise InvalidInput("access.unit_needed")
    if role == Role.MEMBER and not member_ref:
        raise InvalidInput("access.member_needed")


def has_security_admin() -> bool:
    """Whether somebody grants roles here; until then the system administrator does, and `check compliance` says so."""
    return Account.objects.filter(role=Role.SECURITY_ADMIN, active=True).exists()


def granting() -> Right:
    """The right that changes roles and takes second factors off."""
    return Right.GRANT_ROLES if has_security_admin() else Right.MANAGE_ACCOUNTS


def keeper(account: Account) -> Right:
    """Whose right it is to let this account in or shut it out. Those who watch the system administrator are not his to
    open: with a one-time link he could sign in as them. The first one to be let in is."""
    watches = account.role in (Role.SECURITY_ADMIN, Role.AUDITOR)
    if watches and _others(account, Role.SECURITY_ADMIN).exists():
        return Right.GRANT_ROLES
    if account.role == Role.SECURITY_ADMIN and account.user.has_usable_password():
        return Right.GRANT_ROLES
    return Right.MANAGE_ACCOUNTS


def _others(account: Account, role: str) -> QuerySet[Account]:
    return Account.objects.filter(role=role, active=True).exclude(pk=account.pk)


@transaction.atomic
def new_link(actor: Actor, account: Account) -> str:
    """A fresh one-time token for the account; every earlier one dies. Errors: "access.switched_off", and NotAllowed where
    another administrator keeps the account."""
    check(actor, keeper(account))
    if not account.active:
        raise Conflict("access.switched_off")
    now = timezone.now()
    FirstLink.objects.filter(account=account, used_at=None).update(used_at=now)
    token = secrets.token_urlsafe(24)
    FirstLink(
        account=account, token_hash=token_hash(token), made_at=now, expires_at=now + timedelta(hours=LINK_HOURS)
    ).save(force_insert=True)
    _note("account.link_made", actor.ref, account)
    return token


def link_of(token: str) -> FirstLink:
    """The open link behind a token. Error: "access.link_unknown" (wrong, used, expired: all the same to the asker)."""
    link = FirstLink.objects.select_related("account__user").filter(token_hash=token_hash(token)).first()
    if link is None or link.used_at is not None or link.expires_at <= timezone.now() or not link.account.active:
        raise NotFound("access.link_unknown")
    return link


@transaction.atomic
def use_link(token: str, password: str) -> Account:
    """Set the first password with a one-time token. Errors: "access.link_unknown", "access.password_weak"."""
    link = link_of(token)
    _check_password(password, link.account.user)
    taken = FirstLink.objects.filter(pk=link.pk, used_at=None).update(used_at=timezone.now())
    if not taken:
        raise NotFound("access.link_unknown")
    _set_password(link.account.user, password)
    _note("account.password_set", f"account:{link.account.pk}", link.account)
    return link.account


def _check_password(password: str, user: AbstractBaseUser) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput("access.password_weak", reasons=list(error.messages)) from error


def _set_password(user: AbstractBaseUser, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])


@transaction.atomic
def change_password(actor: Actor, user: AbstractBaseUser, old: str, new: str) -> None:
    """The user's own change. Errors: "access.password_wrong", "access.password_weak"."""
    if not user.check_password(old):
        raise InvalidInput("access.password_wrong")
    _check_password(new, user)
    _set_password(user, new)
    _note("account.password_changed", actor.ref, user.account)


@transaction.atomic
def set_role(actor: Actor, account: Account, role: str, unit_path: str = "") -> None:
    """Another role or another part of the tree, granted by the security administrator where there is one.

    Errors as in make_account, "access.own_role" (nobody changes his own), and "access.last_admin"."""
    check(actor, granting())
    if actor.ref == f"account:{account.pk}":
        raise Conflict("access.own_role")
    _check_place(role, unit_path, account.member_ref)
    if role != account.role:
        _keep_one_admin(account)
    before = account.role
    account.role, account.unit_path, account.asked_role = role, unit_path, ""
    account.save(update_fields=["role", "unit_path", "asked_role"])
    _note("account.role_set", actor.ref, account, before=before, unit_path=unit_path)


def _keep_one_admin(account: Account) -> None:
    """Of system and security administrators the last one stays: without him the others could take his place."""
    codes = {Role.SYSTEM_ADMIN: "access.last_admin", Role.SECURITY_ADMIN: "access.last_security_admin"}
    if account.role in codes and not _others(account, account.role).select_for_update().exists():
        raise Conflict(codes[Role(account.role)])


@transaction.atomic
def switch_off(actor: Actor, account: Account) -> None:
    """Shut the account: its sessions end with the next request. Errors: "access.own_account", "access.last_admin"."""
    check(actor, keeper(account))
    if actor.ref == f"account:{account.pk}":
        raise Conflict("access.own_account")
    _keep_one_admin(account)
    _switch(actor, account, active=False)


@transaction.atomic
def switch_on(actor: Actor, account: Account) -> None:
    check(actor, keeper(account))
    _switch(actor, account, active=True)


def _switch(actor: Actor, account: Account, *, active: bool) -> None:
    account.active = account.user.is_active = active
    account.save(update_fields=["active"])
    account.user.save(update_fields=["is_active"])
    _note("account.switched_on" if active else "account.switched_off", actor.ref, account)


@transaction.atomic
def forget_user(actor: Actor, member_ref: str) -> int:
    """Take name, login and password off a member's accounts and shut them for good; what they did stays in the journal.

    Only for a person who is being erased. Returns how many accounts. Error: "access.last_admin"."""
    check(actor, Right.ERASE_PEOPLE)
    accounts = list(Account.objects.select_related("user").filter(member_ref=member_ref)) if member_ref else []
    for account in accounts:
        _keep_one_admin(account)
        user = account.user
        user.username, user.last_login, user.is_active = f"erased-{account.pk}", None, False
        user.first_name = user.last_name = user.email = ""
        user.set_unusable_password()  # ends its sessions too
        user.save()
        FirstLink.objects.filter(account=account).delete()
        SignIn.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        account.name, account.active = NAMELESS, False
        account.save(update_fields=["name", "active"])
        _note("account.switched_off", actor.ref, account)
    return len(accounts)


def note_login(user: AbstractBaseUser) -> None:
    account = Account.objects.filter(user=user).first()
    _note("login.done", f"account:{account.pk}" if account else "stranger", account)


def note_logout(user: AbstractBaseUser) -> None:
    account = Account.objects.filter(user=user).first()
    _note("login.ended", f"account:{account.pk}" if account else "stranger", account)


def note_export(actor: Actor, count: int, asked: Mapping[str, str]) -> None:
    """Somebody takes a part of the journal away: who, how much, by which filters."""
    check(actor, Right.SEE_JOURNAL)
    append(STREAM, "journal.exported", actor=actor.ref, at=clock.now(), payload={"count": count, "asked": dict(asked)})


def note_failed_login(login: str) -> None:
    """The typed name is kept only when it is an account's: people type passwords into the wrong field."""
    _note("login.failed", "stranger", _account_named(login))


def note_lock_out(login: str) -> None:
    _note("login.locked", "stranger", _account_named(login))


def _account_named(login: str) -> Account | None:
    return Account.objects.filter(user__username=login.strip().lower()).first()
