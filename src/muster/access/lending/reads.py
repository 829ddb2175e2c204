"""Which role an account has at this moment: its own, or one lent to it. Computed from the clock; no job ends anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from muster.access.models import Account, Lending, Role
from muster.access.moment import now
from muster.access.rights import LENT


@dataclass(frozen=True, slots=True)
class LentRow:
    pk: int
    name: str
    role_label: str
    reason: str
    starts_at: datetime
    ends_at: datetime
    broken_glass: bool
    runs: bool


def lending_of(account: Account) -> Lending | None:
    """The lending that holds now; one for a role that the present base role may not be lent is void."""
    return running_for([account]).get(account.pk)


def running_for(accounts: Iterable[Account]) -> dict[int, Lending]:
    """The lendings that hold now, by account: of several the one that ends last. At most one query."""
    offered = {row.pk: LENT[row.role] for row in accounts if row.role in LENT}
    if not offered:
        return {}
    moment = now()
    rows = Lending.objects.filter(account__in=offered, starts_at__lte=moment, ends_at__gt=moment).order_by("ends_at")
    return {row.account_id: row for row in rows if row.role in offered[row.account_id]}


def lendable() -> list[tuple[Account, list[tuple[str, str]]]]:
    """Accounts that can be lent a role, with the roles and their words, by name."""
    rows = Account.objects.filter(active=True, role__in=LENT).order_by("name", "pk")
    return [(row, [(role, str(Role(role).label)) for role in LENT[row.role]]) for row in rows]


def glass_for(account: Account) -> list[tuple[str, str]]:
    """Roles that this account may take by itself, with their words."""
    allowed = dict.fromkeys(role for base, role in settings.MUSTER_BREAK_GLASS if base == account.role)
    return [(role, str(Role(role).label)) for role in allowed if role in LENT.get(account.role, ())]


def unseen_glass() -> list[LentRow]:
    """Broken glass of which no head has taken note yet, newest first, whether it still runs or not."""
    return _rows(broken_glass=True, seen_at=None)


def latest(limit: int = 20) -> list[LentRow]:
    """The last lendings, newest first."""
    return _rows()[:limit]


def _rows(**which: object) -> list[LentRow]:
    moment = now()
    found = Lending.objects.filter(**which).select_related("account").order_by("-starts_at", "-pk")[:100]
    return [
        LentRow(
            row.pk, row.account.name, str(Role(row.role).label), row.reason, row.starts_at, row.ends_at,
            row.broken_glass, row.starts_at <= moment < row.ends_at,
        )
        for row in found
    ]  # fmt: skip
