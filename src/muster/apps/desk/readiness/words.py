"""The board in words: why there is no answer, what a loss is."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WHY: dict[str, str | Promise] = {
    "never": _("Not proved yet."),
    "waiting": _("Waiting for its proof."),
    "failed": _("Could not be proved."),
    "nobody": _("Nobody is on the books."),
    "old": _("Its proof is older than a day."),
    "changed": _("The plan was changed after its proof."),
}
KINDS: dict[str, tuple[str, str | Promise]] = {
    "member": ("user", _("Member")),
    "village": ("home", _("Village")),
    "town": ("building-community", _("Town")),
    "channel": ("message", _("Channel")),
    "bridge": ("road", _("Bridge")),
    "road": ("road", _("Road")),
}
VERDICTS: dict[str, tuple[str, str | Promise]] = {
    "breaks": ("bad", _("breaks it: nobody on the books makes up for it")),
    "others": ("warn", _("others have to be called")),
    "holds": ("ok", _("holds all the same")),
}
CHANNELS: dict[str, str | Promise] = {
    "sms": _("Text messages"),
    "voice": _("Automatic calls"),
    "email": _("E-mail"),
    "app": _("Office messenger"),
    "call_list": _("Call list (no mobile number)"),
}
