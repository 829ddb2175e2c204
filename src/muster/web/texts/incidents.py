"""What to tell people about refused acts on incidents and callouts, and what to do next."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, str | Promise] = {
    "incidents.unknown": _("There is no such incident. Look for it on the duty page."),
    "incidents.no_callout": _("There is no such callout. Look for it on the duty page."),
    "incidents.no_alert": _("This person was not called for this incident, or is not in your area."),
    "incidents.title_blank": _("Say what has happened: the title is empty."),
    "incidents.place_off_map": _("The coordinates are not on the map. Choose a site or check longitude and latitude."),
    "incidents.starts_in_future": _("The time of the call lies in the future. Check the clock time."),
    "incidents.exercise_home_only": _("This system was set up for exercises only. Open the incident as an exercise."),
    "incidents.already_approved": _("Somebody has already approved this. Look at what was sent before sending more."),
    "incidents.callout_over": _("The callout is over. Nothing further can be sent or recorded."),
    "incidents.needs_count": _("Give at least one need and at most %(most)s."),
    "incidents.capability_unknown": _("There is no capability “%(capability)s”. Choose one from the list."),
    "incidents.need_people": _("Line %(line)s: give between 1 and %(most)s people."),
    "incidents.need_due": _("Line %(line)s: give between 1 and %(most)s minutes."),
    "incidents.may_not_approve": _("Your role may not approve a callout. Wake the duty commander or the office head."),
    "incidents.not_pre_authorised": _(
        "This plan is not pre-authorised, so the duty officer can not approve it alone. "
        "Wake the duty commander or the office head."
    ),
    "incidents.no_such_proposal": _("This proposal is gone. Look at the newest one."),
    "incidents.nothing_proposed": _("Nobody is proposed just now. Pick people by hand if you need more."),
    "incidents.certificate_stale": _(
        "The people on the books have changed since this was computed. It is being solved again; look once more in a moment."
    ),
    "incidents.nobody_callable": _(
        "None of those picked can be called: they are away, on duty elsewhere or already called."
    ),
    "incidents.hand_beyond_plan": _(
        "Alone you may call people of this plan's capabilities, %(most)s at most. For more wake the duty commander."
    ),
    "incidents.release_stale": _("The list has changed: these people are needed after all. Look at the newest list."),
    "incidents.unit_too_many": _(
        "You wrote that %(said)s come, but only %(called)s of the unit are called, its lead included. Correct the number; "
        "what you ticked is still there."
    ),
    "incidents.unit_names_differ": _(
        "You wrote that %(said)s come, but %(named)s of the %(called)s can not: that leaves %(left)s. "
        "Correct the number or the names; both are still there."
    ),
    "incidents.unit_too_few": _(
        "You wrote that %(said)s come, but %(coming)s are coming or here already. Tick those of them who can not come "
        "after all, or correct the number."
    ),
    "incidents.unit_number": _("Write how many come as a number, 0 for nobody. What you ticked is still there."),
    "incidents.unit_not_his": _("Somebody on this page does not belong to the unit. Load the page again."),
    "incidents.reply_not_understood": _("This answer is not understood. Choose coming, not coming or unclear."),
    "incidents.not_here": _("This person is not checked in now, so there is nothing to take back. Look at the list."),
    "incidents.was_here_before": _(
        "This person was here, left, and was checked in again. Sign the person out; that ends the second stay."
    ),
    "incidents.answered_roll_call": _(
        "A roll call found this person present, so the check-in stands. Sign the person out if they have left."
    ),
    "incidents.nobody_here": _("Nobody has checked in yet, so there is nobody to call the roll for."),
    "incidents.roll_call_state": _("Mark people as present or as accounted for elsewhere."),
    "incidents.roll_call_closed": _("This roll call is closed. Start a new one."),
    "incidents.people_unaccounted": _("%(count)s people have not left the scene by the list. Account for them first."),
    "incidents.illegal_step": _("This can not be done now: the state has moved on. Look at the newest state."),
    "access.outside_unit": _("This person is not in your area."),
}
