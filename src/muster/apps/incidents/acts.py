"""What the acts of incidents are called in the journal; the incident's own page tells them with names."""

from django.utils.translation import gettext_lazy as _

from muster.journal.sentences import register

register(
    {
        "incident.opened": _("Incident opened"),
        "incident.closed": _("Incident closed"),
        "incident.reviewed": _("Review signed"),
        "incident.false_alarm": _("Marked a false alarm"),
        "callout.plan_chosen": _("Another plan chosen"),
        "callout.needs_set": _("Needs changed"),
        "callout.policy_set": _("Replacement policy changed"),
        "callout.solved": _("Plan solved"),
        "callout.approved": _("Callout approved, %(count)s people"),
        "callout.wave_sent": _("%(count)s more people called"),
        "callout.released": _("Early release ordered"),
        "callout.stood_down": _("Stand-down ordered"),
        "callout.calling_set": _("Way of calling changed"),
        "unit.confirmed": _("Lead confirmed %(said)s of %(called)s"),
        "unit.called_directly": _("%(count)s people of a silent lead called themselves"),
        "alert.replied": _("Answered the alert"),
        "alert.undelivered": _("Message not delivered"),
        "alert.checked_in": _("Checked in"),
        "alert.check_in_taken_back": _("Check-in taken back"),
        "alert.released": _("Told not to come"),
        "alert.left": _("Left the scene"),
        "alert.no_show": _("Accepted but did not come"),
        "alert.asked_again": _("Asked once more"),
        "alert.no_answer": _("Never answered"),
        "roll_call.started": _("Roll call started"),
        "roll_call.answered": _("Roll call answered"),
        "roll_call.closed": _("Roll call closed"),
        "exercise.broken": _("Exercise: something was broken on purpose"),
        "exercise.mended": _("Exercise: what was broken is mended"),
    }
)
