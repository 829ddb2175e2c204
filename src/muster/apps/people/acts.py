"""What the acts of the registers are called in the journal."""

from django.utils.translation import gettext_lazy as _

from muster.journal.sentences import register

register(
    {
        "away.added": _("Away notice added"),
        "away.cancelled": _("Away notice cancelled"),
        "consent.given": _("Consent given"),
        "consent.withdrawn": _("Consent withdrawn"),
        "contact.added": _("Contact added"),
        "contact.removed": _("Contact removed"),
        "employer.changed": _("Employer changed"),
        "holding.added": _("Qualification added"),
        "holding.removed": _("Qualification removed"),
        "holding.renewed": _("Qualification renewed"),
        "erasure.asked": _("Asked to be erased"),
        "erasure.refused": _("Request to be erased answered: not yet"),
        "erasure.taken_back": _("Request to be erased taken back"),
        "import.columns_named": _("Columns of a workbook named"),
        "import.dropped": _("Import given up"),
        "import.failed": _("Import could not be read"),
        "import.ordered": _("Import ordered to be taken over"),
        "import.refused_taken": _("Refused rows of an import taken as a file"),
        "import.started": _("Import uploaded"),
        "member.changed": _("Member changed"),
        "member.erased": _("Personal data erased (%(ground)s)"),
        "member.enrolled": _("Member enrolled"),
        "number.unmasked": _("Number seen whole"),
        "own.exported": _("Took the file of the own data"),
        "people.exported": _("List exported"),
        "people.imported": _("Import taken over"),
        "unit.establishment": _("Ordered strength of a unit changed"),
        "unit.state": _("State of a unit changed"),
        "units.made": _("Units made"),
        "district.loaded": _("Exercise district loaded"),
    }
)
