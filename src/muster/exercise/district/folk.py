"""Who lives in the district: 3,000 invented people with what they can do. Pure: everything follows from the seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from muster.codecs import idnumber, orgcode
from muster.exercise.data import read
from muster.exercise.district.ground import Village, to_globe, to_plane

NUMBER_BASE = 100_000  # TY100001 and on: apart from the numbers of an office's first workbook
PHONE_PREFIX = "+8619900"  # a range that is not in use; an exercise never dials anyway


@dataclass(frozen=True, slots=True)
class FirmData:
    name: str
    code: str
    pays_wages: bool


@dataclass(frozen=True, slots=True)
class HoldingData:
    capability: str
    number: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class AwayData:
    starts_at: datetime
    ends_at: datetime
    reason: str
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class PersonData:
    """`village` indexes the ground's villages (home), `team` is a team code or "" (serves in the village unit);
    `phone` is E.164 or "" (then `landline` reaches the family); `firm` indexes the firms or is None."""

    number: str
    name: str
    sex: str
    birth_date: date
    id_number: str
    phone: str
    landline: str
    village: int
    team: str
    firm: int | None
    lon: float
    lat: float
    holdings: tuple[HoldingData, ...]
    away: tuple[AwayData, ...]
    suspended: bool
    is_lead: bool = False


def make_firms(rng: np.random.Generator) -> list[FirmData]:
    """Invented employers with well-formed organisation codes."""
    spec, names = read("district"), read("names")
    found: dict[str, FirmData] = {}
    while len(found) < spec["employers"]:
        stem = names["firm_stems"][rng.integers(len(names["firm_stems"]))]
        kind = names["firm_kinds"][rng.integers(len(names["firm_kinds"]))]
        name = f"{stem}{kind}{'股份' if rng.random() < 0.3 else ''}有限公司"
        body = "91" + spec["area_code"] + "".join(orgcode.ALPHABET[i] for i in rng.integers(0, 31, 9))
        found[name] = FirmData(
            name, body + orgcode.check_character(body), bool(rng.random() < spec["employer_pays_share"])
        )
    return list(found.values())


def _name(sex: str, rng: np.random.Generator) -> str:
    names = read("names")
    given = names["male" if sex == "1" else "female"]
    if rng.random() < 0.008:
        surname = names["compound_surnames"][rng.integers(len(names["compound_surnames"]))]
    else:  # common surnames stand first: draw them oftener
        surname = names["surnames"][int(len(names["surnames"]) * rng.random() ** 1.7)]
    length = 1 if rng.random() < 0.16 else 2
    return str(surname) + "".join(given[i] for i in rng.choice(len(given), length, replace=False))


def _identity(sex: str, day: date, rng: np.random.Generator, taken: set[str]) -> tuple[date, str]:
    """Birth date (18-45, a few older) and an ID number that passes its check and is not in `taken`."""
    spread = 27.0 if rng.random() < 0.95 else 37.0
    born = day - timedelta(days=int(365.25 * (18.3 + spread * rng.random())))
    while True:
        serial = 2 * int(rng.integers(1, 499)) + (sex == "1")
        first17 = f"{read('district')['area_code']}{born:%Y%m%d}{serial:03d}"
        number = first17 + idnumber.check_character(first17)
        if number not in taken:
            taken.add(number)
            return born, number


def _skills(rng: np.random.Generator) -> list[str]:
    spec = read("district")
    held = [slug for slug, share in spec["capabilities"].items() if rng.random() < share / 1000]
    leader = spec["leader_if_info_officer" if "info_officer" in held else "leader_else"]
    return [*held, "team_leader"] if rng.random() < leader else held


def _holding(slug: str, day: date, rng: np.random.Generator) -> HoldingData:
    """A certificate where the skill asks for one: some lapsed, some about to, most good for years."""
    spec = read("district")
    if slug not in spec["certified"]:
        return HoldingData(slug)
    draw = rng.random()
    if draw < spec["lapsed_share"]:
        left = -int(rng.integers(5, 300))
    elif draw < spec["lapsed_share"] + spec["expiring_share"]:
        left = int(rng.integers(2, 30))
    else:
        left = int(rng.integers(31, 1400))
    valid_to = day + timedelta(days=left)
    return HoldingData(slug, f"ZS{rng.integers(10**7, 10**8)}", valid_to - timedelta(days=1461), valid_to)


def _aways(start: datetime, rng: np.random.Generator) -> tuple[AwayData, ...]:
    """Away notices: the share that covers `start`, some in the past or cancelled, a few to come."""
    reasons = read("names")["away_reasons"]
    draw, reason = rng.random(), str(reasons[rng.integers(len(reasons))])
    days = float(rng.uniform(1, 40))
    share = read("district")["away_share"]
    if draw < share:
        begun = start - timedelta(days=days * rng.uniform(0.05, 0.9))
        return (AwayData(begun, begun + timedelta(days=days), reason),)
    if draw < share + 0.02:
        return (AwayData(start - timedelta(days=2), start + timedelta(days=days), reason, cancelled=True),)
    if draw < share + 0.05:
        return (AwayData(start - timedelta(days=days + 60), start - timedelta(days=60), reason),)
    if draw < share + 0.06:
        return (AwayData(start + timedelta(days=3), start + timedelta(days=3 + days), reason),)
    return ()


def _home(village: Village, rng: np.random.Generator) -> tuple[float, float]:
    x, y = to_plane(village.lon, village.lat)
    dx, dy = rng.normal(0.0, village.spread_km, 2)
    return to_globe(x + dx, y + dy)


def _pick_village(villages: tuple[Village, ...], team_home: str, rng: np.random.Generator) -> int:
    """Home village: by the towns' shares of people; of a team's people many live around its firm or park."""
    spec = read("district")
    towns: list[dict[str, Any]] = spec["towns"]
    if team_home and rng.random() < spec["team_home_share"]:
        code = team_home
    else:
        shares = np.array([t["people"] for t in towns])
        code = towns[rng.choice(len(towns), p=shares / shares.sum())]["code"]
    own = [i for i, v in enumerate(villages) if v.town == code]
    return own[int(rng.integers(len(own)))]


def _person(
    order: int, villages: tuple[Village, ...], firms: int, start: datetime, seed: int, taken: set[str]
) -> PersonData:
    spec, rng = read("district"), np.random.default_rng([seed, 2, order])
    sex = "2" if rng.random() < spec["women_share"] else "1"
    born, id_number = _identity(sex, start.date(), rng, taken)
    skills = _skills(rng)
    team = next((t for t in spec["teams"] if t["capability"] in skills and rng.random() < t["share"]), None)
    village = _pick_village(villages, team["home"] if team else "", rng)
    lon, lat = _home(villages[village], rng)
    mobile = rng.random() >= spec["no_mobile_share"]
    number = (order * 7919 + 104_729) % 1_000_000  # a bijection on six digits: no two phones are equal
    return PersonData(
        number=f"TY{NUMBER_BASE + order:06d}",
        name=_name(sex, rng),
        sex=sex,
        birth_date=born,
        id_number=id_number,
        phone=f"{PHONE_PREFIX}{number:06d}" if mobile else "",
        landline="" if mobile else f"+8673129{number:06d}",
        village=village,
        team=team["code"] if team else "",
        firm=int(rng.integers(firms)) if rng.random() < spec["employed_share"] else None,
        lon=lon,
        lat=lat,
        holdings=tuple(_holding(slug, start.date(), rng) for slug in skills),
        away=_aways(start, rng),
        suspended=bool(rng.random() < spec["suspended_share"]),
    )


def make_people(
    villages: tuple[Village, ...], firms: int, start: datetime, seed: int, count: int
) -> tuple[PersonData, ...]:
    """`count` people; certificates and away notices are laid around `start`, the moment exercises begin."""
    taken: set[str] = set()
    return tuple(_person(order, villages, firms, start, seed, taken) for order in range(1, count + 1))
