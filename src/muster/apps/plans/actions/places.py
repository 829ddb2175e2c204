"""Every change of the district's places: muster points, where people report, and sites, where incidents happen."""

from __future__ import annotations

import re
from typing import TypeVar

from django.db import IntegrityError, models, transaction
from django.utils.text import slugify

from muster.access.rights import Actor, Right, check
from muster.apps.people.models import Unit
from muster.apps.plans.actions.writing import STREAM
from muster.apps.plans.models import MusterPoint, Plan, Site
from muster.apps.plans.reads import is_used
from muster.codecs.pinyin import plain_pinyin
from muster.core.datum import to_wgs84
from muster.core.errors import Conflict, InvalidInput, NotFound
from muster.core.geo import CHINA, distance_km, plausible
from muster.jobs import clock
from muster.journal import actions as journal

FARTHEST_KM = 200.0  # no district is that wide: a point further from every unit is a slip of the pen
MOVED_KM = 0.1  # less is the noise of reading a point off a map
DIGITS = 6  # of a degree: 0.1 m
Row = TypeVar("Row", MusterPoint, Site)
_LETTER = re.compile(r"[A-Z][0-9A-Z]?")  # what a check-in code can hold; "0" there is the scene
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")


@transaction.atomic
def save_muster_point(
    actor: Actor,
    *,
    letter: str,
    zh: str,
    en: str = "",
    address: str = "",
    lon: float,
    lat: float,
    datum: str,
    point: MusterPoint | None = None,
) -> MusterPoint:
    """Enter a muster point or change `point`. `lon`, `lat`: degrees in `datum` (wgs84, gcj02, bd09); kept in WGS-84.

    A point that moves by more than MOVED_KM takes the pre-authorisation from plans that use it, as a change of the
    plan would. Errors: InvalidInput "plans.place_name_blank", "plans.place_text_long", "plans.point_letter",
    "plans.point_letter_taken", those of the coordinates ("plans.place_swapped", "plans.place_outside",
    "plans.place_far", "geo.datum_unknown"); Conflict "plans.point_letter_used", NotFound "plans.point_unknown".
    """
    check(actor, Right.EDIT_PLANS)
    row = MusterPoint() if point is None else _locked(MusterPoint, point.pk, "plans.point_unknown")
    letter = letter.strip().upper()
    if not _LETTER.fullmatch(letter):
        raise InvalidInput("plans.point_letter")
    if point is not None and letter != row.letter and is_used(row, but_for=Plan):
        raise Conflict("plans.point_letter_used", letter=row.letter)
    before = (row.lon, row.lat) if point is not None else None
    _name(row, zh, en)
    row.letter, row.address = letter, _text(row, "address", address)
    row.lon, row.lat = _place(lon, lat, datum)
    _store(row, "plans.point_letter_taken", letter=letter)
    _record(actor, "point.entered" if point is None else "point.changed", row)
    if before is not None and distance_km(*before, row.lon, row.lat) > MOVED_KM:
        _drop_authorities(actor, row)
    return row


@transaction.atomic
def remove_muster_point(actor: Actor, point: MusterPoint) -> None:
    """Errors: Conflict "plans.point_in_plan" (a plan in force uses it), "plans.point_in_use" (a callout, a retired plan)."""
    check(actor, Right.EDIT_PLANS)
    row = _locked(MusterPoint, point.pk, "plans.point_unknown")
    plan = row.plans.filter(retired_at=None).order_by("pk").first()
    if plan is not None:
        raise Conflict("plans.point_in_plan", plan=plan.zh)
    if is_used(row):
        raise Conflict("plans.point_in_use")
    _record(actor, "point.removed", row)
    row.delete()


@transaction.atomic
def save_site(
    actor: Actor,
    *,
    zh: str,
    en: str = "",
    lon: float,
    lat: float,
    datum: str,
    slug: str = "",
    live_zone: bool = False,
    controlled_airspace: bool = False,
    site: Site | None = None,
) -> Site:
    """Enter a site or change `site`. Coordinates as in save_muster_point. Without a `slug` a changed site keeps its
    own and a new one gets it from its name. Errors: InvalidInput "plans.site_slug", "plans.site_slug_taken", those
    of name and coordinates; NotFound "plans.site_unknown"."""
    check(actor, Right.EDIT_PLANS)
    row = Site() if site is None else _locked(Site, site.pk, "plans.site_unknown")
    _name(row, zh, en)
    row.slug = _given_slug(slug.strip()) if slug.strip() else row.slug or _made_slug(row)
    row.lon, row.lat = _place(lon, lat, datum)
    row.live_zone, row.controlled_airspace = live_zone, controlled_airspace
    _store(row, "plans.site_slug_taken", slug=row.slug)
    _record(actor, "site.entered" if site is None else "site.changed", row)
    return row


@transaction.atomic
def remove_site(actor: Actor, site: Site) -> None:
    """Error: Conflict "plans.site_in_use": a plan or an incident names it."""
    check(actor, Right.EDIT_PLANS)
    row = _locked(Site, site.pk, "plans.site_unknown")
    if is_used(row):
        raise Conflict("plans.site_in_use")
    _record(actor, "site.removed", row)
    row.delete()


def _locked(kind: type[Row], pk: int, unknown: str) -> Row:
    row = kind.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound(unknown)
    return row


def _name(row: MusterPoint | Site, zh: str, en: str) -> None:
    """Both names; without an English one the Chinese stands in, since messages in English must name the place too."""
    row.zh = _text(row, "zh", zh)
    if not row.zh:
        raise InvalidInput("plans.place_name_blank")
    row.en = _text(row, "en", en) or row.zh


def _text(row: models.Model, field: str, text: str) -> str:
    kept, most = text.strip(), row._meta.get_field(field).max_length
    if len(kept) > most:
        raise InvalidInput("plans.place_text_long", most=most)
    return kept


def _place(lon: float, lat: float, datum: str) -> tuple[float, float]:
    """The point in WGS-84, near enough to the units to be believed."""
    if plausible(lon, lat, CHINA) == "ok":
        lon, lat = to_wgs84(lon, lat, datum)
    judged = plausible(lon, lat, CHINA)
    if judged == "swapped":
        raise InvalidInput("plans.place_swapped")
    if judged != "ok":
        raise InvalidInput("plans.place_outside")
    away_km = _nearest_unit_km(lon, lat)
    if away_km > FARTHEST_KM:
        raise InvalidInput("plans.place_far", km=round(away_km))
    return round(lon, DIGITS), round(lat, DIGITS)


def _nearest_unit_km(lon: float, lat: float) -> float:
    """Distance to the nearest unit that has a position; 0 while none has one."""
    located = Unit.objects.exclude(lon=None).exclude(lat=None).values_list("lon", "lat")
    return min((distance_km(lon, lat, *unit) for unit in located), default=0.0)


def _given_slug(slug: str) -> str:
    if not _SLUG.fullmatch(slug) or len(slug) > Site._meta.get_field("slug").max_length:
        raise InvalidInput("plans.site_slug")
    return slug


def _made_slug(row: Site) -> str:
    """From the English name, else from the pinyin of the Chinese; a number sets namesakes apart."""
    stem = (slugify(row.en) or slugify(plain_pinyin(row.zh)) or "site")[:34].strip("-_") or "site"
    taken = _slugs_like(stem)
    names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _slugs_like(stem: str) -> set[str]:
    return set(Site.objects.filter(slug__startswith=stem).values_list("slug", flat=True))


def _store(row: MusterPoint | Site, taken: str, **said: str) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise InvalidInput(taken, **said) from error


def _drop_authorities(actor: Actor, point: MusterPoint) -> None:
    for plan in point.plans.select_for_update().exclude(pre_authorised_at=None):
        plan.pre_authorised_by, plan.pre_authorised_at = "", None
        plan.save(update_fields=["pre_authorised_by", "pre_authorised_at"])
        payload = {"plan": plan.pk, "zh": plan.zh, "moved_point": point.letter}
        journal.append(STREAM, "plan.authority_withdrawn", actor=actor.ref, at=clock.now(), payload=payload)


def _record(actor: Actor, word: str, row: MusterPoint | Site) -> None:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    journal.append(STREAM, word, actor=actor.ref, at=clock.now(), payload=values)
