"""Enrolling a member and changing his entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from muster.access.fields import blind_index
from muster.access.rights import SYSTEM, Actor, Right, check
from muster.apps.people.actions.common import STREAM, check_member, note
from muster.apps.people.models import Employer, Member, MemberState, Unit
from muster.codecs import idnumber, orgcode, phone, pinyin, strokes
from muster.codecs.text import normal
from muster.core.errors import Conflict, InvalidInput, NotAllowed
from muster.core.geo import CHINA, plausible
from muster.jobs import clock
from muster.journal.actions import append

CHANNELS = ("", "sms", "call_list")


@dataclass(frozen=True, slots=True)
class MemberInput:
    """What a form says of a member. `id_number` and `phone` None: leave as they are; "" clears them."""

    number: str
    name: str
    unit: Unit
    home_unit: Unit | None = None
    sex: str = ""
    birth_date: date | None = None
    id_number: str | None = None
    phone: str | None = None
    employer: str = ""
    employer_code: str = ""
    employer_pays: bool = False
    is_lead: bool = False
    lon: float | None = None
    lat: float | None = None
    prefers: str = ""
    state: str = MemberState.ACTIVE
    remark: str = ""


def name_keys(name: str) -> dict[str, str]:
    """The sort and search keys that stand beside a name, cut to their columns."""
    return {
        "sort_pinyin": pinyin.sort_pinyin(name)[:120],
        "sort_stroke": strokes.sort_stroke(name)[:120],
        "initials": pinyin.initials(name)[:30],
    }


def id_fields(value: str) -> dict[str, str]:
    """Sealed, indexed and masked forms of a clean ID number."""
    return {"id_number": value, "id_index": blind_index("id", value), "id_masked": idnumber.masked(value)}


def phone_fields(e164: str) -> dict[str, str]:
    """Sealed, indexed and masked forms of a clean phone number."""
    return {"phone": e164, "phone_index": blind_index("phone", e164), "phone_masked": phone.masked(e164)}


def _numbers(given: MemberInput) -> dict[str, object]:
    values: dict[str, object] = {}
    if given.id_number is not None:
        if given.id_number.strip():
            parsed = idnumber.parse(given.id_number)
            values |= id_fields(parsed.value) | {"sex": str(parsed.sex), "birth_date": parsed.birth_date}
        else:
            values |= id_fields("")
    if given.phone is not None:
        values |= phone_fields(phone.parse(given.phone).e164 if given.phone.strip() else "")
    return values


def _values(given: MemberInput) -> dict[str, object]:
    name = normal(given.name)
    if not name:
        raise InvalidInput("name_blank")
    if given.lon is not None and (given.lat is None or plausible(given.lon, given.lat, CHINA) != "ok"):
        raise InvalidInput("people.point_outside")
    if given.prefers not in CHANNELS or given.state not in MemberState.values:
        raise InvalidInput("people.choice_unknown")
    plain = {
        "name": name[:60],
        "unit": given.unit,
        "home_unit": given.home_unit,
        "sex": given.sex,
        "birth_date": given.birth_date,
        "is_lead": given.is_lead,
        "lon": given.lon,
        "lat": given.lat,
        "prefers": given.prefers,
        "state": given.state,
        "remark": given.remark.strip()[:200],
    }
    return plain | name_keys(name) | _numbers(given)


def _employer(actor: Actor, given: MemberInput) -> Employer | None:
    """The employer by name and code; what he pays concerns all his people and is changed by the office alone."""
    name = normal(given.employer)[:120]
    if not name:
        return None
    code = orgcode.parse(given.employer_code).value[:18]
    pays = given.employer_pays
    employer, _ = Employer.objects.get_or_create(name=name, code=code, defaults={"pays_wages": pays})
    if employer.pays_wages != pays:
        if actor.unit_path:
            raise NotAllowed("people.employer_office")
        employer.pays_wages = pays
        employer.save(update_fields=["pays_wages"])
        payload = {"employer": employer.pk, "pays_wages": pays}
        append(STREAM, "employer.changed", actor=actor.ref, at=clock.now(), payload=payload)
    return employer


def _check_units(actor: Actor, given: MemberInput) -> None:
    """Nobody enrols or moves people to where he would not see them."""
    paths = [unit.path for unit in (given.unit, given.home_unit) if unit is not None]
    if actor is not SYSTEM and not any(actor.sees_unit(path) for path in paths):
        raise NotAllowed("people.unit_outside")


@transaction.atomic
def save_member(actor: Actor, given: MemberInput, member: Member | None = None) -> Member:
    """Enrol a new member, or change `member`.

    Conflict "people.number_taken" (a new member under a known number), "people.id_taken" (another member has this ID
    number); InvalidInput of the codecs for a bad ID number or phone; NotAllowed "people.unit_outside",
    "people.employer_office" (only the office says whether an employer pays on).
    """
    if member is None:
        check(actor, Right.EDIT_PEOPLE)
    else:
        check_member(actor, member, Right.EDIT_PEOPLE)
        member = Member.objects.select_for_update().get(pk=member.pk)  # as it stands now, not as the caller read it
    _check_units(actor, given)
    values = _values(given) | {"employer": _employer(actor, given)}
    new = member is None
    if member is None:
        member = Member(number=_new_number(given.number))
    changed = {} if new else _changed(member, values)
    if not new and not changed:
        return member
    for name, value in values.items():
        setattr(member, name, value)
    _store(member, None if new else sorted(changed))
    note_changed(actor, "member.enrolled" if new else "member.changed", member, changed)
    return member


@transaction.atomic
def move_member(actor: Actor, member: Member, unit: Unit) -> None:
    """The member serves in `unit` from now on; where he lives stays. NotAllowed "people.unit_outside"."""
    check_member(actor, member, Right.EDIT_PEOPLE)
    if actor is not SYSTEM and not actor.sees_unit(unit.path):
        raise NotAllowed("people.unit_outside")
    _set_one(actor, member, "unit", unit)


@transaction.atomic
def set_member_state(actor: Actor, member: Member, state: str) -> None:
    """Active, suspended or discharged. InvalidInput "people.choice_unknown"."""
    check_member(actor, member, Right.EDIT_PEOPLE)
    if state not in MemberState.values:
        raise InvalidInput("people.choice_unknown")
    _set_one(actor, member, "state", state)


def _set_one(actor: Actor, member: Member, field: str, value: object) -> None:
    """Write one field and journal it; nothing when it stands so already."""
    row = Member.objects.select_for_update().get(pk=member.pk)
    before = _changed(row, {field: value})
    if before:
        setattr(row, field, value)
        row.save(update_fields=[field])
        note_changed(actor, "member.changed", row, before)


def note_changed(actor: Actor, action: str, member: Member, before: Mapping[str, object]) -> None:
    """The entry of a change: the names of the fields in clear; what they said and say, sealed."""
    visible = sorted(name for name in before if name not in _DERIVED)
    after = {name: _shown(getattr(member, name)) for name in visible}
    note(actor, action, member, {"fields": visible}, {"before": dict(before), "after": after})


_DERIVED = {"sort_pinyin", "sort_stroke", "initials", "id_index", "id_masked", "phone_index", "phone_masked"}


def _changed(member: Member, values: dict[str, object]) -> dict[str, object]:
    """The old values of the fields that would change, as JSON can hold them."""
    return {name: _shown(getattr(member, name)) for name in values if getattr(member, name) != values[name]}


def _shown(value: object) -> object:
    return value if isinstance(value, (str, bool, int, float, type(None))) else str(value)


def _new_number(text: str) -> str:
    number = normal(text).upper()
    if not number or len(number) > 20 or not all(mark.isalnum() or mark == "-" for mark in number):
        raise InvalidInput("people.number_form")
    if Member.objects.filter(number=number).exists():
        raise Conflict("people.number_taken", number=number)
    return number


def _store(member: Member, fields: list[str] | None) -> None:
    """Insert (no `fields`), or write the named columns alone: an act on another column is not undone."""
    if member.id_index and Member.objects.filter(id_index=member.id_index).exclude(pk=member.pk).exists():
        raise Conflict("people.id_taken")
    try:
        with transaction.atomic():
            member.save(force_insert=fields is None, update_fields=fields)
    except IntegrityError as error:  # somebody else enrolled the same person between the look and the write
        raise Conflict("people.id_taken") from error
