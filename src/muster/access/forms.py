"""Forms of the account pages. They check what was typed; rights and states are checked by the actions."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from muster.access import directory
from muster.access.lending.reads import lendable
from muster.access.models import Account, Role
from muster.access.texts import sentence_of
from muster.core.errors import MusterError

GIVEN_ROLES = [(value, label) for value, label in Role.choices if value != Role.UNASSIGNED]


class RefusingForm(forms.Form):
    """A form that can show why an action refused, beside the field it concerns."""

    def refuse(self, field: str | None, error: MusterError) -> None:
        reasons = error.params.get("reasons")
        for text in reasons if isinstance(reasons, list) else [sentence_of(error)]:
            self.add_error(field, text)


class NewPasswordForm(RefusingForm):
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        min_length=10,
        help_text=_("At least 10 characters, and no word that everybody uses."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "form-control"}),
    )
    again = forms.CharField(
        label=_("The same again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "form-control"}),
    )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        if "password" in cleaned and cleaned.get("password") != cleaned.get("again"):
            self.add_error("again", _("The two passwords differ."))
        return cleaned


class PasswordChangeForm(NewPasswordForm):
    old_password = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "form-control"}),
    )
    field_order = ["old_password", "password", "again"]


class AccountForm(RefusingForm):
    login = forms.CharField(
        label=_("Login name"),
        max_length=40,
        help_text=_("Small letters, digits, dot and hyphen."),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", "autocapitalize": "none"}),
    )
    name = forms.CharField(
        label=_("Name shown"), max_length=60, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=GIVEN_ROLES, widget=forms.Select(attrs={"class": "form-select"}))
    unit_path = forms.ChoiceField(
        label=_("Part of the tree"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    member_ref = forms.CharField(
        label=_("Member number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        places = directory.units()
        self.fields["unit_path"].choices = [("", _("The whole district")), *places]
        if not places:
            self.fields["unit_path"].help_text = _(
                "No town is on the books yet: the towns come with the roster. Make the accounts of the office now, those of"
                " towns and villages after the import."
            )


class PlaceForm(RefusingForm):
    """Role and part of the tree of an account that exists."""

    role = forms.ChoiceField(choices=GIVEN_ROLES, widget=forms.Select(attrs={"class": "form-select"}))
    unit_path = forms.ChoiceField(required=False, widget=forms.Select(attrs={"class": "form-select"}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_path"].choices = [("", _("The whole district")), *directory.units()]


class ForSomeHoursForm(RefusingForm):
    """Something that holds for some hours and has a reason."""

    HOURS: tuple[int, ...] = ()
    USUAL_HOURS = 0

    hours = forms.TypedChoiceField(
        label=_("For how long"), coerce=int, widget=forms.Select(attrs={"class": "form-select"})
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=120,
        help_text=_("Stands in the journal."),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hours"].choices = [(hours, hours_words(hours)) for hours in self.HOURS]
        self.fields["hours"].initial = self.USUAL_HOURS


class LendForm(ForSomeHoursForm):
    """Whom (`pk:role`), for how many hours, why."""

    HOURS, USUAL_HOURS = (1, 2, 4, 8, 12, 24), 8
    field_order = ("who",)

    who = forms.ChoiceField(label=_("Who becomes what"), widget=forms.Select(attrs={"class": "form-select"}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = [
            (f"{account.pk}:{role}", _("%(name)s (%(own)s) becomes %(role)s") % {
                "name": account.name, "own": account.get_role_display(), "role": word,
            })
            for account, roles in lendable() for role, word in roles
        ]  # fmt: skip


class ShareForm(ForSomeHoursForm):
    """Which agency, which incident, for how many hours, why."""

    HOURS, USUAL_HOURS = (4, 12, 24, 72, 168), 24
    field_order = ("account", "incident")

    account = forms.ChoiceField(label=_("Partner agency"), widget=forms.Select(attrs={"class": "form-select"}))
    incident = forms.ChoiceField(label=_("Incident"), widget=forms.Select(attrs={"class": "form-select"}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        agencies = Account.objects.filter(role=Role.PARTNER, active=True).order_by("name", "pk")
        self.fields["account"].choices = [(row.pk, row.name) for row in agencies]
        self.fields["incident"].choices = [
            (each.number, f"{each.title} · {each.place}") for each in directory.incidents()
        ]


def hours_words(hours: int) -> str:
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
