"""What the acts of the channels are called in the journal."""

from django.utils.translation import gettext_lazy as _

from muster.journal.sentences import register

register(
    {
        "people.call_list_opened": _("Call list with numbers opened"),
        "contact.number_wrong": _("Number does not reach the person"),
        "contact.number_settled": _("Wrong number settled"),
        "contact.test_started": _("Communications test started"),
        "contact.test_paused": _("Communications test held: an incident is open"),
        "contact.test_resumed": _("Communications test goes on"),
        "contact.test_stopped": _("Communications test stopped"),
        "contact.test_finished": _("Communications test finished"),
        "contact.test_schedule_set": _("Schedule of communications tests changed"),
        "relay.keys_made": _("Keys of the reply relay made"),
        "people.told_by_telephone": _("Told by telephone"),
    }
)
