"""A few members to write to. Numbers are invented, of a range that is never dialled in the tests."""

from __future__ import annotations

from muster.access.fields import blind_index
from muster.apps.people.models import Member, Unit
from muster.codecs import phone


def unit_of(code: str = "T1", name: str = "栗雨街道", parent: Unit | None = None) -> Unit:
    path = f"{parent.path}/{code}" if parent else code
    return Unit.objects.get_or_create(
        code=code, defaults={"name": name, "kind": "town", "path": path, "parent": parent}
    )[0]


def member_of(number: int, *, mobile: str | None = "", unit: Unit | None = None, **more: object) -> Member:
    """Member TY00000n with mobile 1990000000n; mobile=None: without any number."""
    text = "" if mobile is None else mobile or f"199{number:08d}"
    e164 = phone.parse(text).e164 if text else ""
    return Member.objects.create(
        number=f"TY{number:06d}",
        name=f"队员{number}",
        sort_pinyin=f"duiyuan {number:06d}",
        sort_stroke=f"{number:06d}",
        initials="dy",
        phone=e164,
        phone_index=blind_index("phone", e164),
        phone_masked=phone.masked(e164) if e164 else "",
        unit=unit or unit_of(),
        **more,
    )
