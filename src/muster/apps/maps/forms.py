"""Forms of the map pages: a closure by the name of a road or by points; a layer that comes as a file; a map service."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.apps.maps.actions import ClosureInput
from muster.apps.maps.models import ClosureKind
from muster.core.errors import InvalidInput, MusterError
from muster.planning.roads.graph import MODES

DATUMS = [("wgs84", _("GPS (WGS-84)")), ("gcj02", _("Amap, Tencent (GCJ-02)")), ("bd09", _("Baidu (BD-09)"))]
SHAPES = [("line", _("Line across the road")), ("area", _("Area"))]
MODE_WORDS = {"car": _("Cars"), "truck": _("Trucks"), "foot": _("On foot")}
LONGEST_TEXT = 40_000
FIRST_YEAR, LAST_YEAR = 2000, 2199
_BETWEEN = re.compile(r"[\s,，;；、]+")


def points_of(text: str) -> list[tuple[float, float]]:
    """One point a line, longitude first. Error: InvalidInput "maps.points_text" with the number of the line."""
    points = []
    for number, line in enumerate(text.splitlines(), start=1):
        parts = [part for part in _BETWEEN.split(line) if part]
        if not parts:
            continue
        try:
            lon, lat = map(float, parts)
        except ValueError as error:
            raise InvalidInput("maps.points_text", line=number) from error
        points.append((lon, lat))
    return points


class ClosureForm(forms.Form):
    """Errors keep what was typed; `refused` is what the action said no with."""

    use_required_attribute = False
    refused: MusterError | None = None

    kind = forms.ChoiceField(label=_("What happened"), choices=ClosureKind)
    reason = forms.CharField(label=_("Reason, who reported it"), max_length=200, required=False)
    road = forms.CharField(
        label=_("Bridge or road by its name"), max_length=80, required=False,
        widget=forms.TextInput(attrs={"list": "road-names", "autocomplete": "off"}),
    )  # fmt: skip
    only_bridge = forms.BooleanField(label=_("Only its bridges"), required=False)
    shape = forms.ChoiceField(label=_("Or drawn"), choices=SHAPES, widget=forms.RadioSelect, initial="line")
    points = forms.CharField(
        label=_("Points"), max_length=LONGEST_TEXT, required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("Tap the map, or type one point a line: longitude, latitude."),
    )  # fmt: skip
    datum = forms.ChoiceField(label=_("Points come from"), choices=DATUMS, initial="wgs84")
    modes = forms.MultipleChoiceField(
        label=_("Closed for"), choices=list(MODE_WORDS.items()), initial=list(MODES),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    valid_from = forms.DateTimeField(label=_("From"), required=False, help_text=_("Empty: from now on."))
    valid_to = forms.DateTimeField(label=_("Until"), required=False, help_text=_("Empty: until somebody ends it."))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        for name, field in self.fields.items():
            choice = isinstance(field.widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple)
            select = isinstance(field.widget, forms.Select) and not choice
            field.widget.attrs["class"] = "form-check-input" if choice else "form-select" if select else "form-control"
            if name in ("valid_from", "valid_to"):
                field.widget = forms.DateTimeInput(
                    attrs={"type": "datetime-local", "class": "form-control"}, format="%Y-%m-%dT%H:%M"
                )

    def clean(self) -> dict[str, object]:
        """At the ends of the calendar there is no other time zone: such years are slips of the pen."""
        data = super().clean() or {}
        for name in ("valid_from", "valid_to"):
            moment = data.get(name)
            if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
                self.add_error(name, _("Check the year."))
        return data

    def to_input(self) -> ClosureInput:
        """Error: InvalidInput "maps.points_text", "maps.closure_where" when there is neither road nor point."""
        data = self.cleaned_data
        points = points_of(data["points"])
        if not data["road"].strip() and not points:
            raise InvalidInput("maps.closure_where")
        return ClosureInput(
            kind=data["kind"], reason=data["reason"], road=data["road"].strip(), only_bridge=data["only_bridge"],
            points=points, area=data["shape"] == "area", datum=data["datum"], modes=tuple(data["modes"]),
            valid_from=data["valid_from"], valid_to=data["valid_to"],
        )  # fmt: skip


class KitForm(forms.Form):
    """Fields in the classes of the kit; `refused` is what the action said no with."""

    use_required_attribute = False
    refused: MusterError | None = None

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        for field in self.fields.values():
            choice = isinstance(field.widget, forms.RadioSelect)
            field.widget.attrs.setdefault("class", "form-check-input" if choice else "form-control")


class LayerForm(KitForm):
    """A file with a layer. No datum is chosen beforehand: who brings the file must know it."""

    file = forms.FileField(
        label=_("File"), widget=forms.ClearableFileInput(attrs={"accept": ".geojson,.json,.gpx,.kml,.kmz"}),
        help_text=_("GeoJSON, GPX, KML or KMZ, at most 50 MB."),
    )  # fmt: skip
    name = forms.CharField(
        label=_("Name on the map"), max_length=80, required=False, help_text=_("Empty: as in the file.")
    )
    datum = forms.ChoiceField(
        label=_("Coordinates of the file"), choices=DATUMS, widget=forms.RadioSelect,
        help_text=_("A GPS device and OpenStreetMap give WGS-84. Points copied from Amap or Tencent are GCJ-02."),
        error_messages={"required": _("Say what the coordinates are: a wrong guess is off by half a kilometre.")},
    )  # fmt: skip


SERVICE_DATUMS = [("wgs84", _("WGS-84 or CGCS2000")), ("gcj02", "GCJ-02")]


class ServiceForm(KitForm):
    """A base-map service as an administrator enters it."""

    name = forms.CharField(label=_("Name on the map"), max_length=60)
    template = forms.CharField(
        label=_("Address of a tile"), max_length=500,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=_("With {z}, {x} and {y} where the numbers go; of a WMTS its full request, with TILEMATRIX={z}, "
                    "TILEROW={y} and TILECOL={x}. A key in it is seen by everybody who sees the map."),
    )  # fmt: skip
    approval = forms.CharField(
        label=_("Approval number of the map"), max_length=40,
        help_text=_("As the service shows it, such as GS(2026)1234号."),
    )  # fmt: skip
    attribution = forms.CharField(label=_("Whose map it is"), max_length=120)
    datum = forms.ChoiceField(label=_("Its coordinates"), choices=SERVICE_DATUMS, widget=forms.RadioSelect)
    max_zoom = forms.IntegerField(label=_("Closest zoom"), min_value=1, max_value=22, initial=18)
