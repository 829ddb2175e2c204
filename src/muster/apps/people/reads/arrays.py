"""Members as numpy arrays: the planner's input, in a fixed number of queries whatever the size of the roster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from muster.apps.people.models import AwayNotice, Capability, Consent, Holding, Member, MemberState, Unit, UnitKind
from muster.apps.people.reads.validity import lapsed_holdings, valid_holdings
from muster.core.units import beijing_day


@dataclass(frozen=True, slots=True, eq=False)
class MemberArrays:
    """Active members, sorted by id; every array has shape (N,).

    caps       uint64 mask (bit = Capability.bit) of what counts on the Beijing day asked for
    lapsed     uint64 mask of what would count if a certificate had not run out
    lon, lat   home in WGS-84 degrees; the unit's place where a home is unknown, NaN where that is unknown too
    unit       id of the unit served in; `home_unit` of the village lived in (-1 unknown)
    town       index into `towns`: the town lived in, else the town of the unit, -1 for neither
    away       an away notice covers the moment
    phone      a mobile number is known
    withdrawn  the consent to be called was taken back
    lead       leads a unit
    """

    ids: NDArray[np.int64]
    caps: NDArray[np.uint64]
    lapsed: NDArray[np.uint64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    unit: NDArray[np.int64]
    home_unit: NDArray[np.int64]
    town: NDArray[np.int16]
    away: NDArray[np.bool_]
    phone: NDArray[np.bool_]
    withdrawn: NDArray[np.bool_]
    lead: NDArray[np.bool_]
    unit_path: NDArray[np.str_]
    towns: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def rows_of(self, member_ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.intp]:
        """Row numbers of known ids, in the order given; unknown ones are left out."""
        wanted = np.asarray(member_ids, dtype=np.int64)
        if not len(self.ids):
            return np.zeros(0, dtype=np.intp)
        at = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        return at[self.ids[at] == wanted]


def _bits() -> dict[int, int]:
    return {pk: 1 << bit for pk, bit in Capability.objects.values_list("pk", "bit")}


def _masks(holdings: QuerySet[Holding], bits: dict[int, int]) -> dict[int, int]:
    masks: dict[int, int] = {}
    for member, capability in holdings.values_list("member_id", "capability_id").iterator(chunk_size=20_000):
        masks[member] = masks.get(member, 0) | bits[capability]
    return masks


def capability_masks(at: datetime, member_ids: Sequence[int] | None = None) -> dict[int, int]:
    """member id -> mask of the capabilities that count on the Beijing day of `at`; who holds none is absent."""
    holdings = valid_holdings(beijing_day(at))
    if member_ids is not None:
        holdings = holdings.filter(member__in=list(member_ids))
    return _masks(holdings, _bits())


def member_arrays(at: datetime) -> MemberArrays:
    """All active members as of `at`."""
    rows = list(
        Member.objects.filter(state=MemberState.ACTIVE)
        .order_by("pk")
        .values_list("pk", "unit_id", "home_unit_id", "lon", "lat", "is_lead", "phone_index")
    )
    ids, unit, home, lon, lat, lead, phone = zip(*rows, strict=True) if rows else ((),) * 7
    places = _Places()
    id_array = np.array(ids, dtype=np.int64)
    units = np.array(unit, dtype=np.int64)
    homes = np.array([-1 if h is None else h for h in home], dtype=np.int64)
    valid, lapsed = _mask_arrays(id_array, beijing_day(at))
    lons, lats = places.points(units, homes, np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64))
    return MemberArrays(
        ids=id_array,
        caps=valid,
        lapsed=lapsed,
        lon=lons,
        lat=lats,
        unit=units,
        home_unit=homes,
        town=places.town_index(units, homes),
        away=np.isin(id_array, _ids(_away_ids(at))),
        phone=np.array([bool(index) for index in phone], dtype=np.bool_),
        withdrawn=np.isin(id_array, _ids(_withdrawn_ids(at))),
        lead=np.array(lead, dtype=np.bool_),
        unit_path=places.paths(units),
        towns=places.towns,
    )


def _ids(found: set[int]) -> NDArray[np.int64]:
    return np.array(sorted(found), dtype=np.int64)


def _away_ids(at: datetime) -> set[int]:
    notices = AwayNotice.objects.filter(starts_at__lte=at, ends_at__gt=at, cancelled_at=None)
    return set(notices.values_list("member_id", flat=True))


def _withdrawn_ids(at: datetime) -> set[int]:
    """Members whose consent to be called was withdrawn and not given again."""
    consents = Consent.objects.filter(purpose="callout", given_at__lte=at)
    withdrawn = set(consents.filter(withdrawn_at__lte=at).values_list("member_id", flat=True))
    if not withdrawn:
        return withdrawn
    return withdrawn - set(consents.exclude(withdrawn_at__lte=at).values_list("member_id", flat=True))


def _mask_arrays(ids: NDArray[np.int64], day: date) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    bits = _bits()
    masks = (_masks(valid_holdings(day), bits), _masks(lapsed_holdings(day), bits))
    valid, lapsed = (np.array([mask.get(pk, 0) for pk in ids.tolist()], dtype=np.uint64) for mask in masks)
    return valid, lapsed


class _Places:
    """Look-up tables from unit ids to paths, points and towns."""

    def __init__(self) -> None:
        rows = list(Unit.objects.order_by("path").values_list("pk", "path", "kind", "lon", "lat"))
        self._paths = {pk: path for pk, path, *_ in rows}
        self._points = {pk: (lon, lat) for pk, _, _, lon, lat in rows if lon is not None and lat is not None}
        self.towns = tuple(path for _, path, kind, *_ in rows if kind == UnitKind.TOWN)
        index = {path: place for place, path in enumerate(self.towns)}
        self._town = {pk: _town_of(path, index) for pk, path, *_ in rows}

    def paths(self, units: NDArray[np.int64]) -> NDArray[np.str_]:
        return np.array([self._paths[unit] for unit in units.tolist()], dtype=np.str_)

    def town_index(self, units: NDArray[np.int64], homes: NDArray[np.int64]) -> NDArray[np.int16]:
        home_town = np.array([self._town.get(home, -1) for home in homes.tolist()], dtype=np.int16)
        unit_town = np.array([self._town[unit] for unit in units.tolist()], dtype=np.int16)
        return np.where(home_town >= 0, home_town, unit_town).astype(np.int16)

    def points(
        self,
        units: NDArray[np.int64],
        homes: NDArray[np.int64],
        lon: NDArray[np.float64],
        lat: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        unknown = np.isnan(lon) | np.isnan(lat)
        for row in np.flatnonzero(unknown).tolist():
            place = self._points.get(int(homes[row])) or self._points.get(int(units[row])) or (np.nan, np.nan)
            lon[row], lat[row] = place
        return lon, lat


def _town_of(path: str, index: dict[str, int]) -> int:
    """The index of the town that `path` is or lies under, -1 for none."""
    while path:
        if path in index:
            return index[path]
        path = path.rpartition("/")[0]
    return -1
