"""What the acts on plans and places are called in the journal."""

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
        "check.asked": _("Shipped plans asked whether they hold"),
        "check.answered": _("Shipped plan answered"),
        "point.entered": _("Muster point entered"),
        "point.changed": _("Muster point changed"),
        "point.removed": _("Muster point removed"),
        "site.entered": _("Site entered"),
        "site.changed": _("Site changed"),
        "site.removed": _("Site removed"),
    }
)
