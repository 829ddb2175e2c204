"""Forms of the callout pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from muster.apps.incidents.models.incident import Mode
from muster.apps.people.forms import in_calendar
from muster.apps.people.models import Unit, UnitKind
from muster.apps.people.reads.places import place_name
from muster.apps.plans.forms import KitForm, named
from muster.apps.plans.models import IncidentKind, Site
from muster.core.datum import to_wgs84
from muster.core.errors import InvalidInput
from muster.core.geo import is_on_globe
from muster.core.units import from_beijing, to_beijing
from muster.jobs import clock

LOCAL = "%Y-%m-%dT%H:%M:%S"
OLDEST = timedelta(days=2)
DATUMS = [("wgs84", _("GPS (WGS-84)")), ("gcj02", _("Amap, Tencent (GCJ-02)")), ("bd09", _("Baidu (BD-09)"))]


def spot_choices() -> list[tuple[str, object]]:
    """Known places to choose from: sites first, then the places of units that have a position."""
    sites = [(f"site-{site.pk}", named(site)) for site in Site.objects.order_by("slug")]
    units = Unit.objects.exclude(lon=None).exclude(lat=None).filter(kind__in=[UnitKind.TOWN, UnitKind.VILLAGE])
    places = [(f"unit-{unit.pk}", place_name(unit)) for unit in units]
    groups: list[tuple[str, object]] = [("", _("– another place –"))]
    groups += [(_("Sites"), sites)] if sites else []
    groups += [(_("Villages and communities"), places)] if places else []
    return groups


def spot_points() -> dict[str, tuple[float, float]]:
    """Longitude and latitude (WGS-84) of each choice of `spot_choices`."""
    points = {f"site-{site.pk}": (site.lon, site.lat) for site in Site.objects.all()}
    units = Unit.objects.exclude(lon=None).exclude(lat=None).filter(kind__in=[UnitKind.TOWN, UnitKind.VILLAGE])
    return points | {f"unit-{unit.pk}": (unit.lon, unit.lat) for unit in units}


class IncidentForm(KitForm):
    """The five fields: what, where, when, who reported, telephone; and actual or exercise, fixed for life."""

    title = forms.CharField(label=_("What happened"), max_length=100, widget=forms.TextInput(attrs={"autofocus": True}))
    kind = forms.ChoiceField(label=_("Kind of incident"), choices=IncidentKind)
    spot = forms.ChoiceField(label=_("Where"), required=False)
    place = forms.CharField(label=_("Where exactly"), max_length=120, required=False)
    lon = forms.FloatField(label=_("Longitude"), required=False)
    lat = forms.FloatField(label=_("Latitude"), required=False)
    datum = forms.ChoiceField(label=_("Coordinates from"), choices=DATUMS, required=False)
    when = forms.DateTimeField(
        label=_("When the call was taken"),
        help_text=_("T+0 of the callout. Empty: now."),
        required=False,
        validators=[in_calendar],
        input_formats=[LOCAL, "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format=LOCAL, attrs={"type": "datetime-local", "step": "1"}),
    )
    reporter = forms.CharField(label=_("Who reported"), max_length=80, required=False)
    reporter_phone = forms.CharField(
        label=_("Telephone"), max_length=30, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    mode = forms.ChoiceField(label=_("Actual or exercise"), choices=Mode, widget=forms.RadioSelect)

    def __init__(self, data: Mapping[str, object] | None = None, **kwargs: object) -> None:
        super().__init__(data, **kwargs)
        self.fields["spot"].choices = spot_choices()
        for name in ("spot", "place", "when"):
            self.fields[name].unmarked = True  # not required singly, but not to be passed over either
        if clock.is_exercise_home():
            self.fields["mode"].choices = [(Mode.EXERCISE, Mode.EXERCISE.label)]

    @staticmethod
    def fresh() -> dict[str, object]:
        """What a new form says: now, and nothing chosen between actual and exercise except where only one exists."""
        initial: dict[str, object] = {"when": to_beijing(clock.now()).strftime(LOCAL), "datum": "wgs84"}
        return {**initial, "mode": Mode.EXERCISE} if clock.is_exercise_home() else initial

    def clean_when(self) -> datetime | None:
        """Beijing time as UTC; None for now. The clock of the caller may be a little ahead."""
        when = self.cleaned_data["when"]
        if when is None:
            return None
        moment = when if when.tzinfo is not None else from_beijing(when)
        now = clock.now()
        if moment > now + timedelta(minutes=1):
            raise ValidationError(_("This lies in the future. Leave it empty for now."))
        if moment < now - OLDEST:
            raise ValidationError(_("This is more than two days ago. Check date and time."))
        return min(moment, now)

    def clean(self) -> dict[str, object]:
        data = super().clean() or self.cleaned_data
        kind, _dash, number = (data.get("spot") or "").partition("-")
        data["site"] = Site.objects.get(pk=number) if kind == "site" else None
        typed = data.get("lon"), data.get("lat")
        if None not in typed:
            self._take_point(data)
        elif typed != (None, None):
            self.add_error("lon" if typed[0] is None else "lat", _("Longitude and latitude belong together."))
        elif kind:
            spot = data["site"] or Unit.objects.get(pk=number)
            data["lon"], data["lat"] = spot.lon, spot.lat
        elif "lon" not in self.errors and "lat" not in self.errors:
            self.add_error("spot", _("Choose a place, or type its longitude and latitude."))
        if not data.get("place") and kind:
            data["place"] = named(data["site"]) if data["site"] else _in_texts(Unit.objects.get(pk=number))
        if not data.get("place") and not kind:
            self.add_error("place", _("Say in words where it is."))
        return data

    def _take_point(self, data: dict[str, object]) -> None:
        if not is_on_globe(data["lon"], data["lat"]):
            self.add_error("lon", _("This is not a longitude and a latitude. Here it is about 113 and 28."))
            return
        try:
            data["lon"], data["lat"] = to_wgs84(data["lon"], data["lat"], data.get("datum") or "wgs84")
        except InvalidInput:
            self.add_error("lon", _("This point lies outside the area of the chosen map."))


def _in_texts(unit: Unit) -> str:
    """The place as the texts to members name it: in Chinese, whatever language the desk reads."""
    return unit.place or unit.name


ETAS = (15, 30, 45, 60)


class ReplyForm(forms.Form):
    """An answer taken by telephone."""

    answer = forms.ChoiceField(
        choices=[
            ("accept", _("Comes")), ("decline", _("Cannot come")), ("unclear", _("Unclear")), ("en_route", _("Has set out"))
        ]
    )  # fmt: skip
    eta_minutes = forms.IntegerField(min_value=0, max_value=24 * 60, required=False)
    reason = forms.CharField(max_length=40, required=False)
