"""A roster as it comes out of the check: verdicts, accepted rows, and the rules that they were held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from muster.codecs.units_list import KnownUnits, clean_name
from muster.core.datum import DATUMS
from muster.core.errors import InvalidInput
from muster.core.geo import CHINA, BBox


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """One certificate. `capability` is the id it proves, None when its name is no known capability."""

    name: str
    capability: str | None
    number: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A person as accepted: everything clean, the point in WGS-84 degrees, the phone in E.164.

    The unit he serves in is the village unit of (`unit_town`, `unit_village`), or the specialist `team` if not "".
    """

    member_no: str
    name: str
    id_number: str
    birth_date: date
    sex: int
    phone: str
    phone_kind: str
    town: str
    village: str
    capabilities: tuple[str, ...]
    certificates: tuple[CertificateRow, ...]
    employer: str
    employer_code: str
    unit_town: str
    unit_village: str
    team: str
    lon: float | None
    lat: float | None
    remark: str


@dataclass(frozen=True, slots=True)
class RowResult:
    """The verdict on one row. `columns` says for each code which field it is about; `hints` offers near names."""

    sheet_row: int
    data: RosterRow | None
    rejected: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    hints: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class RosterResult:
    """All verdicts, and the specialist teams that the accepted rows name and nobody knows yet, with their sizes."""

    rows: list[RowResult]
    new_teams: dict[str, int]
    unknown_headers: tuple[str, ...] = ()

    @property
    def accepted(self) -> list[RosterRow]:
        return [row.data for row in self.rows if row.data is not None]

    def as_json(self) -> dict[str, object]:
        """The counts and codes by sheet row, as the command line prints them."""
        return {
            "rows": len(self.rows),
            "accepted": sum(row.data is not None for row in self.rows),
            "rejected": {str(row.sheet_row): list(row.rejected) for row in self.rows if row.rejected},
            "fixed": {str(row.sheet_row): list(row.fixed) for row in self.rows if row.fixed},
            "warnings": {str(row.sheet_row): list(row.warnings) for row in self.rows if row.warnings},
        }


@dataclass(frozen=True, slots=True)
class RosterRules:
    """What a roster is checked against.

    `capabilities` maps names in any language to ids. `datum` is that of the file's points, `area` (WGS-84) where
    homes may lie, `as_of` the day on which certificates must be valid. Error: InvalidInput "geo.datum_unknown".
    """

    units: KnownUnits
    capabilities: Mapping[str, str]
    datum: str
    as_of: date
    area: BBox = CHINA
    phone_area: str = ""
    _capability_ids: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.datum not in DATUMS:
            raise InvalidInput("geo.datum_unknown", datum=self.datum)
        ids = {clean_name(name).casefold(): value for name, value in self.capabilities.items()}
        object.__setattr__(self, "_capability_ids", ids)

    def capability(self, name: str) -> str | None:
        """Id of a capability by its name, without regard to case and spaces."""
        return self._capability_ids.get(clean_name(name).casefold())
