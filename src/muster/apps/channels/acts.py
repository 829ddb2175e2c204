"""What the acts of the channels are called in the journal."""

from django.utils.translation import gettext_lazy as _

from muster.journal.sentences import register

register(
    {
        "people.call_list_opened": _("Call list with numbers opened"),
        "contact.number_wrong": _("Number does not reach the person"),
        "contact.number_settled": _("Wrong number settled"),
        "relay.keys_made": _("Keys of the reply relay made"),
        "people.told_by_telephone": _("Told by telephone"),
    }
)
