"""Forms of the page of places: a muster point, a site. Coordinates are typed in the datum of the map they come from."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from muster.apps.plans.forms import KitForm
from muster.apps.plans.models import MusterPoint, Site

DATUMS = [
    ("", _("– choose –")),
    ("gcj02", _("Amap, Tencent (GCJ-02)")),
    ("bd09", _("Baidu (BD-09)")),
    ("wgs84", _("GPS (WGS-84)")),
]


def _degrees(label: str, example: str) -> forms.FloatField:
    # Text, not a number box: those drop what they can not read, and round when the wheel is turned.
    return forms.FloatField(label=label, widget=forms.TextInput(attrs={"inputmode": "decimal", "placeholder": example}))


class PlaceForm(KitForm):
    """What muster points and sites have in common."""

    zh = forms.CharField(label=pgettext_lazy("place", "Name"), max_length=60)
    en = forms.CharField(label=pgettext_lazy("place", "Name in English"), max_length=80, required=False)
    lon = _degrees(_("Longitude"), "113.1234")
    lat = _degrees(_("Latitude"), "27.8123")
    datum = forms.ChoiceField(label=_("Coordinates from"), choices=DATUMS)

    @staticmethod
    def initial_of(place: MusterPoint | Site) -> dict[str, object]:
        names = {"zh": place.zh, "en": "" if place.en == place.zh else place.en}
        return {**names, "lon": place.lon, "lat": place.lat, "datum": "wgs84"}


class PointForm(PlaceForm):
    letter = forms.CharField(
        label=_("Letter"), max_length=2, help_text=_("A, B, C … stands in messages, on the map and on posters.")
    )
    address = forms.CharField(
        label=_("Address"), max_length=120, required=False, help_text=_("How people find it: road, gate, landmark.")
    )

    @staticmethod
    def initial_of(place: MusterPoint) -> dict[str, object]:
        return {**PlaceForm.initial_of(place), "letter": place.letter, "address": place.address}


class SiteForm(PlaceForm):
    slug = forms.CharField(
        label=_("Short name"),
        max_length=40,
        required=False,
        help_text=_("Small letters, digits and hyphens; made from the name when empty."),
    )
    live_zone = forms.BooleanField(label=_("Live zone: no entry until power is confirmed off"), required=False)
    controlled_airspace = forms.BooleanField(label=_("Controlled airspace: drones need an approval"), required=False)

    @staticmethod
    def initial_of(place: Site) -> dict[str, object]:
        flags = {"live_zone": place.live_zone, "controlled_airspace": place.controlled_airspace}
        return {**PlaceForm.initial_of(place), "slug": place.slug, **flags}
