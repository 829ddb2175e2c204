"""What the acts on plans are called in the journal."""

from django.utils.translation import gettext_lazy as _

from muster.journal.sentences import register

register(
    {
        "plan.written": _("Plan written"),
        "plan.changed": _("Plan changed"),
        "plan.copied": _("Plan copied"),
        "plan.pre_authorised": _("Plan pre-authorised"),
        "plan.authority_withdrawn": _("Pre-authorisation withdrawn"),
        "plan.retired": _("Plan retired"),
    }
)
