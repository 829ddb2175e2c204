"""What the acts of service are called in the journal."""

from django.utils.translation import gettext_lazy as _

from muster.journal.sentences import register

register(
    {
        "alerts.learned": _("Answers of a callout taken into the history"),
        "availability.said": _("Said when somebody can be called"),
        "availability.taken_back": _("Word on when somebody can be called taken back"),
        "availability.day_left_out": _("One day left out of when somebody can be called"),
        "history.imported": _("History of callouts imported"),
        "members.committed": _("Members committed"),
        "members.freed": _("Members free again"),
        "model.fitted": _("Response model fitted"),
        "rate.set": _("Pay rate set"),
        "turn.started": _("Turn of duty started"),
        "turn.resumed": _("Turn of duty goes on"),
        "turn.voided": _("Turn of duty declared void"),
        "turns.ended": _("Turns of duty ended"),
    }
)
