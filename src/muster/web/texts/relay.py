"""What to tell people about errors of the reply relay."""

from django.utils.translation import gettext_lazy as _

TEXTS = {
    "relay.box": _("An answer from the relay was not made by the member whose link it names. It was refused."),
    "relay.form": _("This is no file of the reply relay, or it was cut short on the way. Fetch it again."),
    "relay.kind": _("This file goes in the other direction. Here the files of the other side are expected."),
    "relay.signature": _(
        "The signature is wrong: the file was changed on the way, or made with other keys. Fetch it again; "
        "if that does not help, make new keys for the relay."
    ),
    "relay.too_many": _("More answers from one link than a member gives. The rest was refused."),
    "relay.behind": _("The relay has taken a newer message already. This one changes nothing."),
    "relay.no_answer": _("The reply relay does not answer as it should (code %(status)s)."),
}
