"""Forms of the registers. They check what a form can; the acts check everything again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from muster.access.rights import Actor
from muster.apps.people.actions import MemberInput
from muster.apps.people.actions.runs import MAX_BYTES
from muster.apps.people.models import Capability, Member, MemberState, Unit, UnitKind
from muster.apps.people.reads import visible_units
from muster.apps.people.reads.places import place_name
from muster.codecs import idnumber, messenger, phone
from muster.codecs.dates import MAX_YEAR, MIN_YEAR
from muster.codecs.roster_sentences import sentence
from muster.core.errors import InvalidInput
from muster.web.show import label

DATUM_NAMES = {
    "gcj02": _("AMap or Tencent map (GCJ-02)"),
    "bd09": _("Baidu map (BD-09)"),
    "wgs84": _("GPS or Tianditu (WGS-84)"),
}
DAY, MOMENT = "%Y-%m-%d", "%Y-%m-%dT%H:%M"  # as browsers want the values of their own date fields


def in_words(code: str) -> str:
    """A codec's refusal in the language of the page."""
    return sentence(code, language="zh" if (get_language() or "").startswith("zh") else "en")


def _checked(parse: Callable[[str], object], text: str) -> str:
    try:
        parse(text)
    except InvalidInput as error:
        raise forms.ValidationError(in_words(error.code)) from error
    return text


def phone_text(text: str) -> str:
    """A telephone number as typed; ValidationError in the language of the page when it is none."""
    return _checked(phone.parse, text.strip())


class CapabilityChoice(forms.ModelChoiceField):
    """Capabilities by their name in the language of the page."""

    def label_from_instance(self, obj: Any) -> str:
        return label(obj)


class UnitChoice(forms.ModelChoiceField):
    """Units with the town in front, since villages of different towns may bear the same name."""

    def label_from_instance(self, obj: Any) -> str:
        own = place_name(obj) if self.places else label(obj)
        return f"{label(obj.parent)} · {own}" if obj.kind == UnitKind.VILLAGE else own

    places = False


class _PlaceChoice(UnitChoice):
    places = True


def in_calendar(day: date) -> None:
    """Validator of days and moments: databases and time zones end before the calendar of Python does."""
    if not MIN_YEAR <= day.year <= MAX_YEAR:
        raise forms.ValidationError(_("Choose a day between the years 1900 and 2199."))


def _date() -> forms.DateField:
    widget = forms.DateInput(format=DAY, attrs={"type": "date", "class": "form-control"})
    return forms.DateField(required=False, widget=widget, validators=[in_calendar])


class HoldingForm(forms.Form):
    """A capability with its certificate."""

    capability = CapabilityChoice(Capability.objects.all(), label=_("Capability"), to_field_name="slug")
    number = forms.CharField(label=_("Certificate number"), required=False, max_length=60)
    valid_from = _date()
    valid_to = _date()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].label = _("Valid from")
        self.fields["valid_to"].label = _("Valid until (that day included)")
        dress(self)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        start, end, capability = given.get("valid_from"), given.get("valid_to"), given.get("capability")
        if start and end and end < start:
            self.add_error("valid_to", in_words("date_order"))
        if capability and capability.needs_certificate and not given.get("number") and end is None:
            self.add_error("number", _("This capability needs a certificate: give its number or its last day."))
        return given


class AwayForm(forms.Form):
    """From when until when somebody is away, Beijing time."""

    starts_at = forms.DateTimeField(label=_("Away from"), input_formats=[MOMENT], validators=[in_calendar])
    ends_at = forms.DateTimeField(label=_("until"), input_formats=[MOMENT], validators=[in_calendar])
    reason = forms.CharField(label=_("Reason"), required=False, max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_at", "ends_at"):
            self.fields[name].widget = forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"})
        dress(self)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        start, end = given.get("starts_at"), given.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", _("The absence ends before it starts."))
        return given


class ContactForm(forms.Form):
    """A further way to reach somebody."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            ("landline", _("Landline")),
            ("email", _("E-mail")),
            ("app", _("Office messenger")),
            ("relative", _("Relative")),
        ],
    )
    value = forms.CharField(label=_("Number or address"), max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        value = given.get("value", "")
        if given.get("kind") == "email":
            if "@" not in value or " " in value:
                self.add_error("value", _("This is no e-mail address."))
        elif value:
            try:
                _checked(messenger.person_address if given.get("kind") == "app" else phone.parse, value)
            except forms.ValidationError as error:
                self.add_error("value", error)
        return given


class UnmaskForm(forms.Form):
    """Which number, and why."""

    field = forms.ChoiceField(choices=[("phone", _("Mobile")), ("id_number", _("ID number"))])
    reason = forms.CharField(label=_("Why do you need it?"), min_length=2, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class UploadForm(forms.Form):
    """A roster and where its points come from."""

    file = forms.FileField(label=_("Roster (.xlsx, .xls or .csv)"), allow_empty_file=True)
    datum = forms.ChoiceField(
        label=_("Where do the coordinates come from?"),
        choices=list(DATUM_NAMES.items()),
        widget=forms.RadioSelect,
    )
    as_of = forms.DateField(
        label=_("Day on which certificates must be valid"),
        widget=forms.DateInput(format=DAY, attrs={"type": "date"}),
        validators=[in_calendar],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        if not file.size:
            raise forms.ValidationError(_("The file is empty. Choose the workbook with the roster."))
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is too large. Split the roster into several files."))
        return file


class MemberForm(forms.Form):
    """Enrol or change a member. Blank numbers of a known member stay as they are, for they are never shown whole."""

    number = forms.CharField(label=_("Member number"), max_length=20)
    name = forms.CharField(label=_("Name"), max_length=60)
    id_number = forms.CharField(label=_("ID number"), max_length=40, required=False)
    phone = forms.CharField(label=_("Mobile"), max_length=40, required=False)
    unit = UnitChoice(Unit.objects.none(), label=_("Serves in"))
    home_unit = _PlaceChoice(Unit.objects.none(), label=_("Lives in"), required=False)
    is_lead = forms.BooleanField(label=_("Leads the unit"), required=False)
    employer = forms.CharField(label=_("Employer"), max_length=120, required=False)
    employer_code = forms.CharField(label=_("Credit code of the employer"), max_length=18, required=False)
    employer_pays = forms.BooleanField(label=_("The employer goes on paying wages on duty days"), required=False)
    lon = forms.FloatField(label=_("Longitude (WGS-84)"), required=False, min_value=73, max_value=136)
    lat = forms.FloatField(label=_("Latitude (WGS-84)"), required=False, min_value=3, max_value=54)
    prefers = forms.ChoiceField(
        label=_("Prefers"),
        required=False,
        choices=[("", _("No preference")), ("sms", _("SMS")), ("call_list", _("A call by the desk"))],
    )
    state = forms.ChoiceField(label=_("State"), choices=MemberState.choices, initial=MemberState.ACTIVE)
    remark = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def __init__(self, actor: Actor, member: Member | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        # Somebody who lives here may serve elsewhere, in a district team: to change his phone must not move him.
        offered = Q(pk__in=visible_units(actor).exclude(kind=UnitKind.TOWN).values("pk"))
        offered |= Q(pk=member.unit_id if member else None)
        self.fields["unit"].queryset = Unit.objects.filter(offered).select_related("parent")
        self.fields["home_unit"].queryset = Unit.objects.filter(kind=UnitKind.VILLAGE).select_related("parent")
        if member is not None:
            self.fields["number"].disabled = True
            for name, shown in (("id_number", member.id_masked), ("phone", member.phone_masked)):
                self.fields[name].widget.attrs["placeholder"] = shown
        dress(self)

    def clean_id_number(self) -> str:
        text = self.cleaned_data["id_number"].strip()
        return _checked(idnumber.parse, text) if text else ""

    def clean_phone(self) -> str:
        text = self.cleaned_data["phone"].strip()
        return _checked(phone.parse, text) if text else ""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("lon") is None) != (given.get("lat") is None):
            self.add_error("lat", _("A point needs both longitude and latitude."))
        return given

    def as_input(self) -> MemberInput:
        """What was entered, for the act; sex and birth date follow the ID number."""
        given = dict(self.cleaned_data)
        for name in ("id_number", "phone"):
            given[name] = given[name] or None
        known = self.member
        return MemberInput(**given, sex=known.sex if known else "", birth_date=known.birth_date if known else None)

    @staticmethod
    def initial_of(member: Member) -> dict[str, object]:
        """The form of a known member."""
        employer = member.employer
        return {
            "number": member.number,
            "name": member.name,
            "unit": member.unit_id,
            "home_unit": member.home_unit_id,
            "is_lead": member.is_lead,
            "employer": employer.name if employer else "",
            "employer_code": employer.code if employer else "",
            "employer_pays": employer.pays_wages if employer else False,
            "lon": member.lon,
            "lat": member.lat,
            "prefers": member.prefers,
            "state": member.state,
            "remark": member.remark,
        }


def dress(form: forms.Form) -> None:
    """The classes of the page kit on every control."""
    for field in form.fields.values():
        widget = field.widget
        if isinstance(widget, (forms.RadioSelect, forms.CheckboxInput)):
            continue
        kind = "form-select" if isinstance(widget, forms.Select) else "form-control"
        widget.attrs["class"] = kind
