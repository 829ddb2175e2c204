"""Setting up a data folder: tables, the words the law of the house needs, the first administrator. Safe to repeat."""

from __future__ import annotations

import os

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from muster.access import actions
from muster.access.models import Account, Role
from muster.access.rights import SYSTEM
from muster.apps.people.actions import seed_capabilities
from muster.apps.service.actions import seed_pay_rate

FIRST_LOGIN = "admin"


def prepare() -> None:
    """Tables, cache table, capabilities and pay rates."""
    if connection.vendor == "sqlite":  # the file and those that SQLite lays beside it are for their owner alone
        os.close(os.open(connection.settings_dict["NAME"], os.O_RDWR | os.O_CREAT, 0o600))
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    with transaction.atomic():
        seed_capabilities()
        seed_pay_rate()


def is_ready() -> bool:
    """Whether the database has all tables this program needs."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def link_was_made() -> bool:
    """Whether a first administrator waits with a link already; `first_administrator` makes that one void."""
    return Account.objects.filter(role=Role.SYSTEM_ADMIN, active=True).exists()


def administrator_waits() -> bool:
    """Whether nobody can manage accounts yet, since no administrator has set a password."""
    admins = Account.objects.select_related("user").filter(role=Role.SYSTEM_ADMIN, active=True)
    return not any(account.user.has_usable_password() for account in admins)


def first_administrator() -> str | None:
    """The one-time token of the first administrator; None once any administrator has set a password."""
    admins = list(Account.objects.select_related("user").filter(role=Role.SYSTEM_ADMIN, active=True))
    if any(account.user.has_usable_password() for account in admins):
        return None
    if admins:
        return actions.new_link(SYSTEM, admins[0])
    _account, token = actions.make_account(SYSTEM, login=FIRST_LOGIN, name=FIRST_LOGIN, role=Role.SYSTEM_ADMIN)
    return token
