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
        "people.bulk_done": _("Change for %(people)s people done"),
        "people.bulk_undone": _(
            "Change for many put back: %(people)s people, %(kept)s left as they were changed since"
        ),
        "rate.set": _("Pay rate set"),
        "rota.post_made": _("Post of the duty rota made: %(zh)s"),
        "rota.turns_added": _("%(count)s turns added to the duty rota"),
        "rota.signed_up": _("Signed up for a turn"),
        "rota.given_up": _("Taken off a turn"),
        "rota.offered": _("Turn offered to others"),
        "rota.offer_taken": _("Offered turn accepted"),
        "rota.offer_taken_back": _("Offer of a turn taken back"),
        "rota.swapped": _("Turn changed hands"),
        "rota.swap_refused": _("Change of a turn refused"),
        "turn.started": _("Turn of duty started"),
        "turn.resumed": _("Turn of duty goes on"),
        "turn.voided": _("Turn of duty declared void"),
        "turns.ended": _("Turns of duty ended"),
    }
)
