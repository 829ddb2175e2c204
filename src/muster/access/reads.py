"""What the account page shows. Member accounts appear by number only: the administrator sees no personal data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from muster.access import actions
from muster.access.models import Account, FirstLink, Role
from muster.access.rights import Actor, Right
from muster.access.second_factor.reads import users_with_one
from muster.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class AccountRow:
    pk: int
    login: str
    shown: str
    role: str
    role_label: str
    unit_path: str
    active: bool
    last_login: datetime | None
    has_password: bool
    link_open: bool
    asked_role: str
    asked_label: str
    factor: bool
    keeper: Right


@dataclass(frozen=True, slots=True)
class OpenTo:
    """What the administrator before the screen may do with one account."""

    link: bool
    role: bool
    factor: bool


def open_to(actor: Actor, row: AccountRow) -> OpenTo:
    """Rights of `actor` over the account: the same questions that the actions ask."""
    own = actor.ref == f"account:{row.pk}"
    grants = actor.may(actions.granting())
    return OpenTo(link=actor.may(row.keeper), role=grants and not own, factor=grants and not own and row.factor)


def account(pk: int) -> Account:
    """One account. Error: NotFound "access.account_unknown"."""
    found = Account.objects.select_related("user").filter(pk=pk).first()
    if found is None:
        raise NotFound("access.account_unknown")
    return found


def names_of(refs: Collection[str]) -> dict[str, str]:
    """Ref of an actor as the journal keeps it -> his name; members stand by number, the system is not in it."""
    found = {ref: ref.removeprefix("member:") for ref in refs if ref.startswith("member:")}
    keys = [int(ref.removeprefix("account:")) for ref in refs if ref.removeprefix("account:").isdigit()]
    for one in Account.objects.filter(pk__in=keys):
        found[f"account:{one.pk}"] = one.member_ref if one.role == Role.MEMBER else one.name
    return found


def account_rows() -> list[AccountRow]:
    """All accounts by login name."""
    open_links = set(
        FirstLink.objects.filter(used_at=None, expires_at__gt=timezone.now()).values_list("account_id", flat=True)
    )
    rows = Account.objects.select_related("user").order_by("user__username")
    factors = users_with_one()
    return [_row(row, row.pk in open_links, row.user_id in factors) for row in rows]


def _row(account: Account, link_open: bool, factor: bool) -> AccountRow:
    is_member = account.role == Role.MEMBER
    return AccountRow(
        pk=account.pk,
        login=account.user.get_username(),
        shown=account.member_ref if is_member else account.name,
        role=account.role,
        role_label=account.get_role_display(),
        unit_path=account.unit_path,
        active=account.active,
        last_login=account.user.last_login,
        has_password=account.user.has_usable_password(),
        link_open=link_open,
        asked_role=account.asked_role,
        asked_label=str(Role(account.asked_role).label) if account.asked_role else "",
        factor=factor,
        keeper=actions.keeper(account),
    )
