"""What to tell people about errors of the channels and the reply pages."""

from django.utils.translation import gettext_lazy as _

TEXTS = {
    "channels.actual_in_exercise_home": _("This system was set up for exercises only. It sends no actual message."),
    "channels.mark_mismatch": _("The message does not say whether it is an exercise. Nothing was sent."),
    "channels.different_message": _(
        "A different message of this kind was already written for this person. Nothing was sent twice."
    ),
    "channels.no_gateway": _("No SMS gateway is set up for this. Use the call list."),
    "channels.wrong_gateway": _("This message belongs to another gateway. It was stopped."),
    "channels.no_message": _("There is no such message. Open the call list again."),
    "channels.already_told": _("Somebody has told this person already."),
    "channels.order_form": _(
        "The order of channels can not be read at “%(entry)s”. Write it as sms:4,voice:3,call_list."
    ),
    "channels.price_form": _("The price can not be read at “%(entry)s”. Write it as sms=0.045,voice=0.12."),
    "channels.no_address": _("This person has no address on this channel."),
    "channels.no_number": _("This person has no number on the books. Add one on the person's page."),
    "channels.no_finding": _("There is no such entry. Open the list of wrong numbers again."),
    "channels.finding_closed": _("Somebody has settled this number already."),
    "channels.number_same": _("This is the number that was reported as wrong. Enter another, or say that it is right."),
    "channels.note_missing": _("Write how it is known that the number is right."),
    "channels.test_runs": _("A communications test is under way already. Stop it, or wait until it is finished."),
    "channels.test_incident": _("An incident is open. Tests go out when it is over."),
    "channels.test_no_channel": _("None of these channels has a gateway. Set one up, or choose another channel."),
    "channels.test_nobody": _("Nobody can be asked there. Choose another unit."),
    "channels.no_test": _("There is no such test. Open the list of tests again."),
    "channels.test_over": _("This test is over already."),
    "channels.test_schedule": _("Choose at most %(most)s days, and an hour between 8 and 19."),
    "gateway.not_signed": _("The request is not signed."),
    "gateway.stale": _("The request was signed too long ago. Check the clock of the gateway."),
    "gateway.wrong_signature": _("The signature is wrong. Check the gateway's key."),
    "gateway.too_large": _("The request is too large. Send it in parts."),
    "gateway.too_many": _("Too many items at once. Send them in parts."),
    "gateway.not_json": _("The request can not be read."),
    "gateway.not_a_list": _("The request must hold a list."),
    "reply.token_unknown": _("This address is not valid. Call the duty desk."),
    "check_in.code_unknown": _("This code is not valid. Report to the person with the name list."),
}
