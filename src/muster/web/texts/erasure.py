"""What to tell people about errors of erasing a person."""

from django.utils.translation import gettext_lazy as _

TEXTS = {
    "people.erased": _(
        "This person's data were erased. A shell without a name stays; it can not be changed or filled."
    ),
    "people.erase_ground": _("Choose why the data are erased."),
    "people.erase_number_differs": _("The member number does not match. Type it as it stands above."),
    "people.erase_ref_names": _(
        "The file reference stays in the journal for good: leave the person's name and long numbers out of it."
    ),
    "people.erase_import_waits": _(
        "An import is waiting or being worked on and could bring the person back. Take it over or give it up first."
    ),
    "people.reason_names": _("The reason stays in the journal for good: leave the person's name and number out of it."),
    "channels.erase_message_waits": _("A message to this person is just leaving. Wait a minute and try again."),
    "service.erase_on_duty": _("The person is on duty or taken for a callout. Release the person first."),
    "incidents.erase_callout_open": _("The person was called in a callout that is still open. Close it first."),
    "incidents.erase_pay_open": _(
        "The person has turns of duty whose pay is not confirmed. Sign the review and hand the pay sheet over first."
    ),
}
