"""What the acts of the channels are called in the journal."""

from django.utils.translation import gettext_lazy as _

from muster.journal.sentences import register

register(
    {
        "people.call_list_opened": _("Call list with numbers opened"),
        "relay.keys_made": _("Keys of the reply relay made"),
        "people.told_by_telephone": _("Told by telephone"),
    }
)
