"""What a person reads when access refuses something."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from muster.core.errors import MusterError

TEXTS: dict[str, str | Promise] = {
    "access.not_allowed": _("Your role may not do this. Ask the duty commander, or sign in with another account."),
    "access.no_account": _("Your account is switched off or has no role. Ask the system administrator."),
    "access.link_unknown": _("This link is used up, expired or wrong. Ask the system administrator for a new one."),
    "access.login_form": _(
        "A login name has 2 to 40 small letters, digits, dots or hyphens, and starts with a letter or digit."
    ),
    "access.login_taken": _("This login name is taken. Choose another one."),
    "access.role_unknown": _("There is no such role. Choose one of the list."),
    "access.unit_needed": _("A town officer needs a part of the tree. Choose the town."),
    "access.member_needed": _("A member's account needs the member number."),
    "access.unit_unknown": _("There is no such part of the tree. Choose one of the list."),
    "access.password_wrong": _("The present password is wrong."),
    "access.password_weak": _("The password is too short or too common. Choose another one."),
    "access.switched_off": _("The account is switched off. Switch it on first."),
    "access.own_account": _("You can not switch off your own account. Another administrator can."),
    "access.last_admin": _("This is the last system administrator. Make another one first."),
    "access.account_unknown": _("There is no such account. Go back to the list."),
    "journal.no_person_key": _(
        "This person's private records were erased; nothing more can be kept under that number."
    ),
    "journal.payload": _("The record holds a value that can not be kept. Report this to the system administrator."),
}


def sentence_of(error: MusterError) -> str:
    """The sentence for one of access's own errors; the bare code when there is none."""
    return str(TEXTS.get(error.code, error.code))
