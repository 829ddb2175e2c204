"""What an assessor of the classified-protection scheme (GB/T 22239-2019) asks, answered by what is measured now.

One group per control of the chapter "secure computing environment" (安全计算环境), named by the words of the chapter. No
clause numbers: they differ from level to level, and the assessor brings the text. A group says what Muster does, what
was just measured, and what is open. It is evidence for an assessment and none itself: nobody but an accredited body assesses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import identify_hasher
from django.contrib.sessions.models import Session

from muster.access.fields import open_text, seal_text
from muster.access.models import Account, Lending, Role, SignIn
from muster.access.rights import ADMINISTRATORS, RIGHTS
from muster.access.second_factor.reads import is_required, users_with_one
from muster.apps.people.models import Member
from muster.conf import checks, keeping
from muster.conf.real_time import utc_now
from muster.journal.models import Entry, PersonKey, Stream
from muster.journal.verify import verify_all

Measured = dict[str, object]


@dataclass(slots=True)
class Group:
    """One clause group. `code` names its words in `compliance_words`, `open` the points to be settled, with values."""

    code: str
    measured: Measured = field(default_factory=dict)
    open: list[tuple[str, Measured]] = field(default_factory=list)

    def point(self, code: str, /, **values: object) -> None:
        self.open.append((code, values))


def identity() -> Group:
    """Identification and authentication."""
    group, accounts = Group("identity"), Account.objects.filter(active=True)
    factors = users_with_one()
    admins = [row for row in accounts if row.role in (*ADMINISTRATORS, Role.OFFICE_HEAD)]
    bare = [row for row in admins if row.user_id not in factors]
    group.measured = {
        "accounts_active": accounts.count(),
        "accounts_off": Account.objects.filter(active=False).count(),
        "with_second_factor": sum(row.user_id in factors for row in accounts),
        "administrators_without": len(bare),
        "password_hash": _hasher(),
        "wrong_passwords_locked_after": str(settings.ACCOUNT_RATE_LIMITS["login_failed"]).split("/")[0],
        "session_hours": settings.SESSION_COOKIE_AGE // 3600,
    }
    if bare:
        group.point("factor_missing", count=len(bare))
    lacking = [role for role in (*ADMINISTRATORS, str(Role.OFFICE_HEAD)) if not is_required(role)]
    if lacking:
        group.point("factor_not_required", roles=",".join(lacking))
    if not settings.SECURE:
        group.point("no_https")
    return group


def _hasher() -> str:
    used = (row for row in get_user_model().objects.order_by("pk") if row.has_usable_password())
    first = next(used, None)
    return identify_hasher(first.password).algorithm if first else ""


def access_control() -> Group:
    """Access control, least right, separation of administrators."""
    group = Group("access_control")
    shared = [
        f"{one}/{other}"
        for one in ADMINISTRATORS
        for other in ADMINISTRATORS
        if one < other and RIGHTS[one] & RIGHTS[other]
    ]
    group.measured = {
        "roles": len(RIGHTS),
        "accounts_of_a_part_of_the_tree": Account.objects.filter(active=True).exclude(unit_path="").count(),
        "lent_roles_running": Lending.objects.filter(starts_at__lte=utc_now(), ends_at__gt=utc_now()).count(),
        "rights_shared_by_administrators": len(shared),
    }
    names = set(Account.objects.filter(active=True).values_list("role", flat=True))
    for role in ADMINISTRATORS:
        if role not in names:
            group.point("administrator_missing", role=role)
    idle = Account.objects.filter(active=True, user__last_login=None).count()
    if idle:
        group.point("never_signed_in", count=idle)
    return group


def audit() -> Group:
    """Security audit: every entry of the journal is hashed again now."""
    group, reports = Group("audit"), list(verify_all())
    broken = [report.stream for report in reports if not report.holds]
    group.measured = {
        "streams": len(reports),
        "entries": Entry.objects.count(),
        "streams_that_hold": len(reports) - len(broken),
        "security_entries": Entry.objects.filter(stream__name="security").count(),
        "oldest": _moment(Entry.objects.order_by("pk").values_list("at", flat=True).first()),
    }
    if broken:
        group.point("journal_broken", streams=", ".join(broken))
    group.point("log_elsewhere")
    return group


def _moment(at: object) -> str:
    return at.isoformat(timespec="seconds") if hasattr(at, "isoformat") else ""


def intrusion() -> Group:
    """Intrusion: who may connect at all, what pages may load."""
    group, networks = Group("intrusion"), settings.MUSTER_ALLOWED_NETWORKS
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    group.measured = {
        "allowed_networks": [str(each) for each in networks],
        "default_source_of_pages": [str(each) for each in policy["default-src"]],
        "hosts": [str(each) for each in settings.ALLOWED_HOSTS],
        "failed_sign_ins": Entry.objects.filter(stream__name="security", action="login.failed").count(),
        "lock_outs": Entry.objects.filter(stream__name="security", action="login.locked").count(),
    }
    if not networks:
        group.point("networks_open")
    group.point("malware_outside")
    return group


def integrity() -> Group:
    """Integrity of data: chains against their marks in the second file."""
    group, heads = Group("integrity"), list(checks.database(Path(settings.HOME)))
    wrong = [each.code for each in heads if each.level == "wrong"]
    group.measured = {"chains": Stream.objects.count(), "found": [each.code for each in heads]}
    for code in wrong:
        group.point("check_failed", code=code)
    return group


def confidentiality() -> Group:
    """Confidentiality: sealed fields, read back now."""
    group = Group("confidentiality")
    sealed = list(Member.objects.exclude(phone="").values_list("phone", flat=True)[:200])
    found = list(checks.files(Path(settings.HOME)))
    group.measured = {
        "cipher": "AES-256-GCM",
        "numbers_read_back": len(sealed),
        "journal_keys": PersonKey.objects.exclude(wrapped="").count(),
        "sealing_works": open_text(seal_text("muster")) == "muster",
        "files": [each.code for each in found],
    }
    for each in found:
        if each.level == "wrong":
            group.point("check_failed", code=each.code)
    group.point("cipher_not_national")
    return group


def backup() -> Group:
    """Backup and recovery."""
    group, kept = Group("backup"), keeping.backups()
    newest = max(kept, default=None)
    group.measured = {"backups": len(kept), "newest": _moment(newest), "folder": str(keeping.backup_folder())}
    if not kept:
        group.point("backup_none")
    group.point("restore_drill")
    return group


def residual() -> Group:
    """Residual information: what is left when a session or a person is gone."""
    group = Group("residual")
    over = Session.objects.filter(expire_date__lte=utc_now()).count()
    group.measured = {
        "sessions_open": Session.objects.filter(expire_date__gt=utc_now()).count(),
        "sessions_over_and_kept": over,
        "sessions_listed": SignIn.objects.count(),
    }
    if over:
        group.point("sessions_over", count=over)
    return group


def personal() -> Group:
    """Personal information: only what a purpose needs, seen whole only with a reason, erased on request."""
    group = Group("personal")
    group.measured = {
        "people": Member.objects.count(),
        "numbers_seen_whole": Entry.objects.filter(action="number.unmasked").count(),
        "people_erased": PersonKey.objects.exclude(destroyed_at=None).count(),
        "notice": "/privacy/",
    }
    group.point("consent_paper")
    return group


GROUPS: tuple[Callable[[], Group], ...] = (
    identity, access_control, audit, intrusion, integrity, confidentiality, backup, residual, personal,
)  # fmt: skip


def look() -> Iterator[Group]:
    """Every group, measured one after the other."""
    for each in GROUPS:
        yield each()
