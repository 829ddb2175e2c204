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
    "access.own_role": _("Nobody changes his own role. Ask the other administrator."),
    "access.last_admin": _("This is the last system administrator. Make another one first."),
    "access.last_security_admin": _("This is the last security administrator. Make another one first."),
    "access.recover_unknown": _(
        "%(login)s is no system or security administrator who is switched on. Give the login name of the one locked out."
    ),
    "access.recover_other": _(
        "A second administrator of this kind can sign in. Let him make a one-time link or take the second factor off."
    ),
    "access.not_lendable": _("This role can not be lent to this account. Choose one of the list."),
    "access.reason_needed": _("Say why, in a few words: it stands in the journal."),
    "access.hours": _("Choose an end within the next %(hours)s hours."),
    "access.no_lending": _("Nothing is lent here any more. Load the page again."),
    "access.glass_shut": _("Nobody may take this role by himself here. Ask the office head."),
    "access.not_on_duty": _("You do not hold the duty, so you can not hand it over. Load the page again."),
    "access.taker_unknown": _("This account can not take the duty. Choose one of the list."),
    "access.offer_open": _("The duty is being handed over already. Take that back first, or wait for the answer."),
    "access.offer_gone": _("This handover is no longer open. Load the page again."),
    "access.duty_held": _("Somebody holds the duty. He hands it over to you."),
    "access.no_partner": _("Only accounts of partner agencies are let in incident by incident."),
    "access.incident_unknown": _("There is no such incident. Choose one of the list."),
    "access.session_gone": _("This session has ended already. Load the page again."),
    "access.network": _(
        "This network may not open the system. Use a desk in the office, or ask the computer department."
    ),
    "access.account_unknown": _("There is no such account. Go back to the list."),
    "journal.no_person_key": _(
        "This person's private records were erased; nothing more can be kept under that number."
    ),
    "journal.export_empty": _("Nothing was recorded that fits. Choose fewer filters, then export."),
    "journal.export_large": _("That would be %(found)s lines, more than %(most)s. Choose a chain or a shorter period."),
    "journal.payload": _("The record holds a value that can not be kept. Report this to the system administrator."),
}


def sentence_of(error: MusterError) -> str:
    """The sentence for one of access's own errors; the bare code when there is none."""
    return str(TEXTS.get(error.code, error.code))
