"""Makes an exercise home: `python -m muster.exercise.prepare` under MUSTER_HOME. Marker, tables, district, accounts.

Runs in a process of its own, because settings belong to one home for the life of a process.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from datetime import timedelta
from pathlib import Path

from muster.conf.home import home_path
from muster.conf.setup import setup_django
from muster.exercise.data import read
from muster.jobs.clock import MARKER

EARLIER = timedelta(hours=1)
LOGINS_FILE = "exercise.logins.json"
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
CAST = {
    "head": ("office_head", "周砚秋"),
    "commander": ("commander", "沈若岚"),
    "duty": ("duty_officer", "顾明远"),
    "auditor": ("auditor", "陆怀瑾"),
    "admin": ("system_admin", "韩牧之"),
    "security": ("security_admin", "傅听澜"),
    "staff": ("staff", "孟知微"),
    "partner": ("partner", "示范区消防救援大队"),
}
TOWN_OFFICERS = ("龙亦凡", "段明远", "欧阳若谷", "秦有仪", "罗启明", "谢南桥", "唐淮锦")

LEAD, LEADS_TOWN = "lead", "liyu"
MEMBER = "member"  # the account of one of the reserve's own people


def new_password() -> str:
    """14 letters and digits, 69 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(size)) for size in (5, 4, 5))


def prepare(home: Path) -> None:
    """Make `home` ready; a home that is ready already stays as it is."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (home / LOGINS_FILE).exists():
        return
    (home / MARKER).touch()
    setup_django()
    from muster.apps.people.models import Member  # models can be had once Django is set up
    from muster.conf import first_start
    from muster.exercise.district.load import load_district
    from muster.exercise.district.make import make_district
    from muster.jobs.clock import set_virtual

    first_start.prepare()
    district = make_district()
    set_virtual(district.start - EARLIER, 0.0)
    if not Member.objects.exists():
        load_district(district)
        load_relief(home, district.seed)
    _write_logins(home, make_cast())


def _village_of(town: str) -> str:
    """Path of the village of that town with the most members: somebody of it is called in every exercise."""
    from django.db.models import Count

    from muster.apps.people.models import Unit

    villages = Unit.objects.filter(path__startswith=Unit.objects.get(code=town).path, kind="village")
    return villages.annotate(members_n=Count("members")).order_by("-members_n", "path")[0].path


def load_relief(home: Path, seed: int) -> None:
    """The hills, imported as an office would import its own."""
    from muster.access.rights import SYSTEM
    from muster.apps.maps.actions import import_base
    from muster.exercise.district.relief import relief_archive

    with tempfile.TemporaryDirectory(dir=home) as folder:
        file = Path(folder) / "heights.pmtiles"
        file.write_bytes(relief_archive(seed))
        import_base(SYSTEM, file)


def make_cast() -> dict[str, dict[str, str]]:
    """One account per desk role and one town officer per town, with fresh passwords."""
    from muster.access.actions import make_account, new_link, use_link
    from muster.access.models import Account
    from muster.access.rights import SYSTEM
    from muster.apps.people.models import Member, Unit

    office = read("district")["office"]["code"]
    people = [(login, role, name, "") for login, (role, name) in CAST.items()]
    for town, name in zip(read("district")["towns"], TOWN_OFFICERS, strict=True):
        path = Unit.objects.get(code=town["code"], path__startswith=office).path
        people.append((town["code"], "town_officer", name, path))
    people.append((LEAD, "village_lead", "柳知行", _village_of(LEADS_TOWN)))
    made = {}
    himself = Member.objects.order_by("number").first()
    if himself is not None:
        people.append((MEMBER, "member", himself.name, ""))
    for login, role, name, path in people:
        known = Account.objects.filter(user__username=login).first()
        if known is None:
            number = himself.number if login == MEMBER and himself else ""
            _, token = make_account(SYSTEM, login=login, name=name, role=role, unit_path=path, member_ref=number)
        else:  # an earlier start was broken off before the passwords were written down
            token = new_link(SYSTEM, known)
        password = new_password()
        use_link(token, password)
        made[login] = {"role": role, "name": name, "password": password}
    return made


def _write_logins(home: Path, made: dict[str, dict[str, str]]) -> None:
    handle = os.open(home / LOGINS_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(made, out, ensure_ascii=False, indent=1)


def read_logins(home: Path) -> dict[str, dict[str, str]]:
    """login -> {role, name, password} of an exercise home."""
    return dict(json.loads((home / LOGINS_FILE).read_text(encoding="utf-8")))


if __name__ == "__main__":
    prepare(home_path())
