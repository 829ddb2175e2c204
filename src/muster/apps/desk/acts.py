"""What the acts of the field pages are called in the journal."""

from django.utils.translation import gettext_lazy as _

from muster.journal.sentences import register

register({"people.numbers_to_dial": _("Numbers taken for telephoning")})
