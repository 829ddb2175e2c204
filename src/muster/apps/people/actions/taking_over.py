"""Taking over a checked roster: all the good rows in one transaction, or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from muster.access.fields import Sealed, seal_text
from muster.access.rights import Actor, Right
from muster.apps.people.actions.common import STREAM, check_office
from muster.apps.people.actions.members import id_fields, name_keys, phone_fields
from muster.apps.people.actions.seed import seed_capabilities
from muster.apps.people.actions.units import UnitTree, upsert_units
from muster.apps.people.models import Capability, Contact, Employer, Holding, Member, Unit
from muster.apps.people.reads.rosters import Checked, Known
from muster.codecs import phone
from muster.codecs.roster import RosterRow
from muster.codecs.units_list import clean_name
from muster.core.errors import Conflict
from muster.jobs import clock
from muster.journal.actions import append

BATCH = 1_000
NUMBER_FORM = "M{:06d}"
_FIELDS = [
    "name", "sort_pinyin", "sort_stroke", "initials", "sex", "birth_date", "id_number", "id_index", "id_masked",
    "phone", "phone_index", "phone_masked", "unit", "home_unit", "employer", "lon", "lat", "remark",
]  # fmt: skip


@dataclass(slots=True)
class Taken:
    """How many members were enrolled and how many entries updated; plain capabilities no longer listed are removed."""

    enrolled: int = 0
    updated: int = 0
    holdings: int = 0
    holdings_removed: int = 0
    units_made: int = 0

    def as_json(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class _Books:
    """What the rows refer to, looked up once."""

    tree: UnitTree
    villages: dict[tuple[str, str], Unit]
    teams: dict[str, Unit]
    capabilities: dict[str, int]
    employers: dict[tuple[str, str], int]
    free_numbers: Iterator[str] = field(default_factory=lambda: iter(()))


def take_over(actor: Actor, checked: Checked, source: str) -> Taken:
    """Write the accepted rows of a roster that was just checked; `source` names the file for the journal.

    Conflict "people.books_moved": somebody changed the same people since the check, nothing was written; check again.
    """
    check_office(actor, Right.IMPORT_PEOPLE)
    try:
        return _take_over(actor, checked, source)
    except IntegrityError as error:
        raise Conflict("people.books_moved") from error


def _take_over(actor: Actor, checked: Checked, source: str) -> Taken:
    # Sealing and sort keys take longest; made before the transaction, so that others can write meanwhile.
    rows = [_row(row.data, checked.matches.get(row.sheet_row)) for row in checked.result.rows if row.data is not None]
    with transaction.atomic():
        seed_capabilities()
        books = _books(actor, checked, [row.data for row in rows])
        taken = Taken(units_made=len(books.tree.made))
        has_list = "capabilities" in checked.table.columns
        for chunk in _chunks(rows):
            members = _write_members(chunk, books, taken)
            _write_holdings(chunk, members, books, taken, has_list)
            _write_landlines(chunk, members)
        payload = {
            "source": source, "file_sha256": checked.file_hash, "verdicts_sha256": checked.verdict_hash,
            "rows": len(checked.result.rows), "accepted": len(rows), **taken.as_json(),
        }  # fmt: skip
        append(STREAM, "people.imported", actor=actor.ref, at=clock.now(), payload=payload)
    return taken


@dataclass(frozen=True, slots=True)
class Row:
    """A good row, the member it updates, and the columns made from it before the books were locked."""

    data: RosterRow
    known: Known | None
    made: dict[str, str]


def _row(data: RosterRow, known: Known | None) -> Row:
    made = name_keys(data.name) | id_fields(data.id_number)
    made |= phone_fields(data.phone if data.phone_kind == "mobile" else "")
    return Row(data, known, made | {name: Sealed(seal_text(made[name])) for name in ("id_number", "phone")})


def _chunks(rows: Sequence[Row]) -> Iterator[list[Row]]:
    return (list(rows[start : start + BATCH]) for start in range(0, len(rows), BATCH))


def _books(actor: Actor, checked: Checked, rows: Sequence[RosterRow]) -> _Books:
    tree = upsert_units(actor, checked.listed_units, checked.result.new_teams)
    return _Books(
        tree=tree,
        villages={(clean_name(town), clean_name(place)): unit for (town, place), unit in tree.villages.items()},
        teams={clean_name(name): unit for name, unit in tree.teams.items()},
        capabilities=dict(Capability.objects.values_list("slug", "pk")),
        employers=_employers(rows),
        free_numbers=_free_numbers(rows),
    )


def _employers(rows: Iterable[RosterRow]) -> dict[tuple[str, str], int]:
    wanted = {(row.employer[:120], row.employer_code[:18]) for row in rows if row.employer}
    known = {(name, code): pk for pk, name, code in Employer.objects.values_list("pk", "name", "code")}
    made = [Employer(name=name, code=code) for name, code in sorted(wanted - set(known))]
    Employer.objects.bulk_create(made, batch_size=BATCH)
    return known | {(employer.name, employer.code): employer.pk for employer in made}


def _free_numbers(rows: Iterable[RosterRow]) -> Iterator[str]:
    """Member numbers for people whose row has none: running, and nobody's yet."""
    used = set(Member.objects.values_list("number", flat=True)) | {row.member_no for row in rows}
    number = 0
    while True:
        number += 1
        if (form := NUMBER_FORM.format(number)) not in used:
            yield form


def _member(row: Row, books: _Books) -> Member:
    data, known = row.data, row.known
    unit = books.teams[data.team] if data.team else books.villages[data.unit_town, data.unit_village]
    number = known.number if known else data.member_no or next(books.free_numbers)
    return Member(
        number=number,
        name=data.name,
        sex=str(data.sex),
        birth_date=data.birth_date,
        unit=unit,
        home_unit=books.villages[data.town, data.village],
        employer_id=books.employers.get((data.employer[:120], data.employer_code[:18])),
        lon=data.lon,
        lat=data.lat,
        remark=_remark(data),
        **row.made,
    )


def _remark(data: RosterRow) -> str:
    """The remark, with certificates that prove no known capability, which have no other place."""
    unknown = [f"{one.name} {one.number}".strip() for one in data.certificates if one.capability is None and one.name]
    return "；".join(part for part in (data.remark, *unknown) if part)[:200]


def _write_members(chunk: Sequence[Row], books: _Books, taken: Taken) -> list[int]:
    """Upsert by member number; gives the ids in the order of the rows."""
    members = [_member(row, books) for row in chunk]
    Member.objects.bulk_create(members, update_conflicts=True, unique_fields=["number"], update_fields=_FIELDS)
    updated = sum(row.known is not None for row in chunk)
    taken.updated += updated
    taken.enrolled += len(chunk) - updated
    ids = dict(Member.objects.filter(number__in=[member.number for member in members]).values_list("number", "pk"))
    return [ids[member.number] for member in members]


def _wanted_holdings(data: RosterRow) -> dict[str, dict[str, object]]:
    """Slug -> certificate fields; of two certificates for one capability the one that ends later."""
    wanted: dict[str, dict[str, object]] = {slug: {} for slug in data.capabilities}
    for certificate in data.certificates:
        if certificate.capability is None:
            continue
        fields = {
            "number": certificate.number[:60],
            "valid_from": certificate.valid_from,
            "valid_to": certificate.valid_to,
        }
        before = wanted.get(certificate.capability)
        if not before or _ends_later(fields["valid_to"], before["valid_to"]):
            wanted[certificate.capability] = fields
    return wanted


def _ends_later(new: object, old: object) -> bool:
    return old is not None and (new is None or new > old)


def _write_holdings(chunk: Sequence[Row], members: Sequence[int], books: _Books, taken: Taken, has_list: bool) -> None:
    proven, plain = [], []
    wanted_by_member: dict[int, set[int]] = {}
    for row, member in zip(chunk, members, strict=True):
        wanted = _wanted_holdings(row.data)
        wanted_by_member[member] = {books.capabilities[slug] for slug in wanted}
        for slug, fields in wanted.items():
            holding = Holding(member_id=member, capability_id=books.capabilities[slug], **fields)
            (proven if fields else plain).append(holding)
    if has_list:
        known = [pk for row, pk in zip(chunk, members, strict=True) if row.known]
        taken.holdings_removed += _remove_unlisted(known, wanted_by_member)
    Holding.objects.bulk_create(
        proven,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["member", "capability"],
        update_fields=["number", "valid_from", "valid_to"],
    )
    Holding.objects.bulk_create(plain, batch_size=BATCH, ignore_conflicts=True)
    taken.holdings += len(proven) + len(plain)


def _remove_unlisted(known: Sequence[int], wanted: dict[int, set[int]]) -> int:
    """Plain capabilities that the list no longer names go; certificates stay until they lapse or are taken off."""
    plain = Holding.objects.filter(member__in=known, number="", valid_to=None, evidence="")
    gone = [
        pk
        for pk, member, capability in plain.values_list("pk", "member_id", "capability_id")
        if capability not in wanted[member]
    ]
    if gone:
        Holding.objects.filter(pk__in=gone).delete()
    return len(gone)


def _write_landlines(chunk: Sequence[Row], members: Sequence[int]) -> None:
    """A landline in the phone column becomes a contact, in place of the one that stood there."""
    lines = {pk: row.data.phone for row, pk in zip(chunk, members, strict=True) if row.data.phone_kind == "landline"}
    if not lines:
        return
    Contact.objects.filter(member__in=list(lines), kind="landline").delete()
    Contact.objects.bulk_create(
        [Contact(member_id=pk, kind="landline", value=line, masked=phone.masked(line)) for pk, line in lines.items()]
    )
