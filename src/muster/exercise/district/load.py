"""Puts the district into an empty database of an exercise home: units, people, places, plans, past. Bulk writes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from muster.access.rights import SYSTEM
from muster.apps.maps.actions import keep_network
from muster.apps.people.actions.members import id_fields, name_keys, phone_fields
from muster.apps.people.models import AwayNotice, Capability, Consent, Contact, Employer, Holding, Member, Unit
from muster.apps.service.actions import refit_response_model
from muster.apps.service.models import Commitment
from muster.codecs import phone, pinyin
from muster.core.errors import Conflict
from muster.exercise.data import read
from muster.exercise.district.folk import PersonData
from muster.exercise.district.load_past import load_past
from muster.exercise.district.load_places import load_places
from muster.exercise.district.load_strength import load_strength
from muster.exercise.district.load_tests import load_test
from muster.exercise.district.make import District
from muster.exercise.district.roads import SOURCE, make_roads
from muster.jobs.clock import is_exercise_home
from muster.journal.actions import append

BATCH = 400
PATROL_REF = "patrol:river"


def load_district(district: District) -> None:
    """Load everything in one transaction. Conflict "exercise.not_an_exercise_home", "exercise.home_not_empty"."""
    if not is_exercise_home():
        raise Conflict("exercise.not_an_exercise_home")
    with transaction.atomic():
        if Member.objects.exists():
            raise Conflict("exercise.home_not_empty")
        villages, teams = _load_units(district)
        members = _load_people(district, villages, teams)
        load_strength(villages, teams)
        load_places(district)
        load_past(district, members)
        load_test(district, members)
        append("people", "district.loaded", actor="system", at=district.start - timedelta(days=1),
               payload={"members": len(members), "seed": district.seed})  # fmt: skip
    keep_network(SYSTEM, make_roads(district.ground, district.seed), SOURCE)
    refit_response_model(district.start - timedelta(days=1))


def _unit(code: str, name: str, name_en: str, kind: str, parent: Unit | None, **more: object) -> Unit:
    path = f"{parent.path}/{code}" if parent else code
    return Unit(code=code, name=name, name_en=name_en, kind=kind, parent=parent, path=path, **more)


def _load_units(district: District) -> tuple[list[Unit], dict[str, Unit]]:
    """Village units in the order of the ground's villages, and teams by code."""
    spec = read("district")
    head = spec["office"]
    title = settings.MUSTER_OFFICE_NAME or head["zh"]
    office = _unit(head["code"], title, head["en"], "office", None, lon=head["lon"], lat=head["lat"])
    office.save(force_insert=True)
    towns = {
        t["code"]: _unit(t["code"], t["zh"], t["en"], "town", office, lon=t["lon"], lat=t["lat"]) for t in spec["towns"]
    }
    teams = {t["code"]: _unit(f"team-{t['code']}", t["zh"], t["en"], "team", office) for t in spec["teams"]}
    Unit.objects.bulk_create([*towns.values(), *teams.values()])
    kinds = {t["code"]: t["kind"] for t in spec["towns"]}
    villages = []
    for order, village in enumerate(district.ground.villages):
        ending, kind = ("社区", "Community") if kinds[village.town] == "street" and order % 3 else ("村", "Village")
        state = "pre_formed" if order % 9 == 4 else "filled"
        villages.append(_unit(
            f"{village.town}-{order:03d}", f"{village.stem}连", f"{pinyin.place_name(village.stem)} {kind}", "village",
            towns[village.town], place=village.stem + ending, lon=village.lon, lat=village.lat, state=state,
        ))  # fmt: skip
    Unit.objects.bulk_create(villages)
    return villages, teams


def _load_people(district: District, villages: list[Unit], teams: dict[str, Unit]) -> list[Member]:
    """Members in the district's order, with what hangs on them."""
    firms = [Employer(name=f.name, code=f.code, pays_wages=f.pays_wages) for f in district.firms]
    Employer.objects.bulk_create(firms)
    members = [_member(person, villages, teams, firms) for person in district.people]
    Member.objects.bulk_create(members, batch_size=BATCH)
    pairs = list(zip(district.people, members, strict=True))
    _load_holdings(pairs)
    _load_notices(pairs, district)
    patrol = [m for p, m in pairs if p.number in district.patrol]
    since = district.start - timedelta(hours=3)
    Commitment.objects.bulk_create([Commitment(member=m, ref=PATROL_REF, starts_at=since) for m in patrol])
    return members


def _member(person: PersonData, villages: list[Unit], teams: dict[str, Unit], firms: list[Employer]) -> Member:
    home = villages[person.village]
    return Member(
        number=person.number, name=person.name, sex=person.sex, birth_date=person.birth_date,
        unit=teams[person.team] if person.team else home, home_unit=home, is_lead=person.is_lead,
        employer=None if person.firm is None else firms[person.firm], lon=person.lon, lat=person.lat,
        state="suspended" if person.suspended else "active",
        **name_keys(person.name), **id_fields(person.id_number), **phone_fields(person.phone),
    )  # fmt: skip


def _load_holdings(pairs: Iterable[tuple[PersonData, Member]]) -> None:
    known = {c.slug: c for c in Capability.objects.all()}
    rows = [
        Holding(
            member=member, capability=known[h.capability], number=h.number, valid_from=h.valid_from, valid_to=h.valid_to
        )
        for person, member in pairs
        for h in person.holdings
    ]
    Holding.objects.bulk_create(rows, batch_size=BATCH)


def _load_notices(pairs: list[tuple[PersonData, Member]], district: District) -> None:
    aways, contacts, consents = [], [], []
    long_ago, noted = district.start - timedelta(days=400), district.start - timedelta(days=1)
    for person, member in pairs:
        aways += [
            AwayNotice(
                member=member,
                starts_at=away.starts_at,
                ends_at=away.ends_at,
                reason=away.reason,
                cancelled_at=noted if away.cancelled else None,
            )
            for away in person.away
        ]
        if person.landline:
            shown = phone.masked(person.landline)
            contacts.append(Contact(member=member, kind="landline", value=person.landline, masked=shown))
        consents.append(Consent(member=member, purpose="callout", given_at=long_ago))
    AwayNotice.objects.bulk_create(aways, batch_size=BATCH)
    Contact.objects.bulk_create(contacts)
    Consent.objects.bulk_create(consents, batch_size=BATCH)
