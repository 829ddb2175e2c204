"""The check of one row of a roster, cell by cell."""

from __future__ import annotations

import math
from datetime import date

from muster.codecs import dates, idnumber, orgcode, phone
from muster.codecs.header import Table
from muster.codecs.near import NearNames
from muster.codecs.roster_columns import CERTIFICATE_PARTS, MAX_CERTIFICATES, certificate_field
from muster.codecs.roster_model import CertificateRow, RosterRow, RosterRules, RowResult
from muster.codecs.roster_text import TOO_LONG, cell_text, clean_person_name, split_capabilities
from muster.codecs.units_list import clean_name, looks_like_village_unit
from muster.codecs.workbook import Cell
from muster.core.datum import to_wgs84
from muster.core.errors import InvalidInput
from muster.core.geo import is_on_globe, plausible

_SEXES = {
    "男": idnumber.MALE,
    "m": idnumber.MALE,
    "male": idnumber.MALE,
    "1": idnumber.MALE,
    "女": idnumber.FEMALE,
    "f": idnumber.FEMALE,
    "female": idnumber.FEMALE,
    "2": idnumber.FEMALE,
}


class RowCheck:
    """Reads the cells of one row and collects what is to be said of them."""

    def __init__(self, table: Table, cells: list[Cell], rules: RosterRules, near: NearNames) -> None:
        self.table, self.cells, self.rules, self.near = table, cells, rules, near
        self.rejected: list[str] = []
        self.fixed: list[str] = []
        self.warnings: list[str] = []
        self.columns: list[tuple[str, str]] = []
        self.hints: list[tuple[str, tuple[str, ...]]] = []
        self.id_value = ""
        self.member_no = ""

    def reject(self, code: str, column: str, *hints: str) -> None:
        if code not in self.rejected:
            self.rejected.append(code)
            self.columns.append((code, column))
            if hints:
                self.hints.append((code, hints))

    def warn(self, code: str, column: str) -> None:
        if code not in self.warnings:
            self.warnings.append(code)
            self.columns.append((code, column))

    def repaired(self, codes: tuple[str, ...], column: str) -> None:
        for code in codes:
            if code not in self.fixed:
                self.fixed.append(code)
                self.columns.append((code, column))

    def verdict(self, sheet_row: int, data: RosterRow | None) -> RowResult:
        columns, hints = tuple(self.columns), tuple(self.hints)
        if self.rejected or data is None:
            return RowResult(sheet_row, None, tuple(self.rejected), columns=columns, hints=hints)
        return RowResult(sheet_row, data, (), tuple(self.fixed), tuple(self.warnings), columns, hints)

    def raw(self, column: str) -> Cell:
        return self.table.cell(self.cells, column)

    def text(self, column: str) -> str:
        value = cell_text(self.raw(column))
        if len(value) > TOO_LONG:
            self.reject("text_too_long", column)
        return value

    def row(self) -> RosterRow | None:
        """The clean row, or None when something in it is refused."""
        self.member_no = clean_name(self.text("member_no"))
        name = self._name()
        identity = self._identity()
        dialled = self._phone()
        home = self._home()
        unit_town, unit_village, team = self._unit(home)
        capabilities = self._capabilities()
        certificates = self._certificates()
        employer, remark = self.text("employer"), self.text("remark")
        code = orgcode.parse(self.text("employer_code"))
        for warning in code.warnings:
            self.warn(warning, "employer_code")
        lon, lat = self._point()
        if self.rejected or identity is None or dialled is None:
            return None
        return RosterRow(
            self.member_no,
            name,
            identity.value,
            identity.birth_date,
            identity.sex,
            dialled.e164,
            dialled.kind,
            home[0],
            home[1],
            capabilities,
            certificates,
            employer,
            code.value,
            unit_town,
            unit_village,
            team,
            lon,
            lat,
            remark,
        )

    def _name(self) -> str:
        name, problem, fixed = clean_person_name(self.raw("name"))
        if problem:
            self.reject(problem, "name")
        self.repaired(fixed, "name")
        return name

    def _identity(self) -> idnumber.IdNumber | None:
        cell = self.raw("id_number")
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            # A double holds 15 digits: of 18, the last three are gone for ever.
            old = cell < 10**15
            self.reject("id_old_form" if old and cell >= 10**14 else "id_numeric", "id_number")
            return None
        text = cell_text(cell)
        try:
            identity = idnumber.parse(text)
        except InvalidInput as error:
            destroyed = not self.table.sheet.typed and idnumber.looks_destroyed(text)
            self.reject("id_numeric" if destroyed else error.code, "id_number")
            return None
        self.id_value = identity.value
        self.repaired(identity.fixed, "id_number")
        self._sex(identity.sex)
        return identity

    def _sex(self, by_number: int) -> None:
        written = clean_name(self.text("sex")).casefold()
        if written and _SEXES.get(written) != by_number:
            self.warn("sex_mismatch", "sex")

    def _phone(self) -> phone.Phone | None:
        try:
            dialled = phone.parse(cell_text(self.raw("phone"), stripped=False), self.rules.phone_area)
        except InvalidInput as error:
            self.reject(error.code, "phone")
            return None
        self.repaired(dialled.fixed, "phone")
        return dialled

    def _home(self) -> tuple[str, str]:
        town, village = clean_name(self.text("town")), clean_name(self.text("village"))
        units = self.rules.units
        place = units.place(town, village)
        if place:
            return place
        if town and town not in units.towns:
            self.reject("unit_unknown", "town", *self.near.offer("town", "", town, lambda: units.towns))
        else:
            self.reject(
                "unit_unknown", "village", *self.near.offer("village", town, village, lambda: units.villages_of(town))
            )
        return town, village

    def _unit(self, home: tuple[str, str]) -> tuple[str, str, str]:
        """(town, village, "") of a village unit, or ("", "", team)."""
        unit, units = clean_name(self.text("unit")), self.rules.units
        if not unit:
            return home[0], home[1], ""
        if unit in units.teams:
            return "", "", unit
        place = units.company_place(unit, home)
        if place:
            return place[0], place[1], ""
        if looks_like_village_unit(unit):
            self.reject("unit_unknown", "unit", *self.near.offer("village", "", unit, lambda: units.villages_of("")))
        return "", "", unit

    def _capabilities(self) -> tuple[str, ...]:
        ids: dict[str, None] = {}
        for name in split_capabilities(self.text("capabilities")):
            known = self.rules.capability(name)
            if known is None:
                near = self.near.offer("capability", "", name, lambda: self.rules.capabilities)
                self.reject("capability_unknown", "capabilities", *near)
            else:
                ids[known] = None
        return tuple(ids)

    def _certificates(self) -> tuple[CertificateRow, ...]:
        found = []
        for number in range(1, MAX_CERTIFICATES + 1):
            columns = {part: certificate_field(number, part) for part in CERTIFICATE_PARTS}
            if any(self.raw(column) is not None for column in columns.values()):
                found.append(self._certificate(columns))
        return tuple(found)

    def _certificate(self, columns: dict[str, str]) -> CertificateRow:
        name = self.text(columns["name"])
        if not name:
            self.warn("certificate_name_blank", columns["name"])
        known = self.rules.capability(name)
        if name and known is None:
            self.warn("certificate_unknown", columns["name"])
        valid_from, valid_to = self._date(columns["valid_from"]), self._date(columns["valid_to"])
        if valid_to and valid_to < self.rules.as_of:
            self.warn("certificate_expired", columns["valid_to"])
        if valid_from and valid_to and valid_to < valid_from:
            self.reject("date_order", columns["valid_to"])
        return CertificateRow(name, known, self.text(columns["number"]), valid_from, valid_to)

    def _date(self, column: str) -> date | None:
        try:
            read = dates.parse(self.raw(column))
        except InvalidInput as error:
            self.reject(error.code, column)
            return None
        self.repaired(read.fixed, column)
        return read.value

    def _point(self) -> tuple[float | None, float | None]:
        """The home in WGS-84. A point that cannot be right is left out with a warning: it must not stop the person."""
        lon, lat = _degrees(self.raw("lon")), _degrees(self.raw("lat"))
        if lon is None and lat is None:
            return None, None
        if lon is None or lat is None or math.isnan(lon) or math.isnan(lat):
            self.warn("coordinates_invalid", "lon")
            return None, None
        judged = "outside"
        for x, y, verdict in ((lon, lat, "ok"), (lat, lon, "swapped")):
            if is_on_globe(x, y):
                x, y = to_wgs84(x, y, self.rules.datum)
                if plausible(x, y, self.rules.area) == "ok":
                    lon, lat, judged = x, y, verdict
                    break
        if judged == "ok":
            return lon, lat
        self.warn(f"coordinates_{judged}", "lon")
        return (lon, lat) if judged == "swapped" else (None, None)


def _degrees(cell: Cell) -> float | None:
    """Degrees from a cell: None for a blank one, NaN for what is no number."""
    if cell is None:
        return None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell)
    try:
        return float(clean_name(str(cell)).removesuffix("°"))
    except ValueError:
        return math.nan
