"""What to tell people about refused acts of command."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, str | Promise] = {
    "command.approves_own": _("Who has a task does not approve it. Ask somebody else of the duty room."),
    "command.batch_arrived": _("At most %(most)s people can arrive, for so many left. Count once more."),
    "command.batch_count": _(
        "Give between 1 and %(most)s people; children and elderly together can not be more than all."
    ),
    "command.batch_places": _("Say from where to where the people are moved."),
    "command.batch_unknown": _("There is no such batch in this incident. Load the page again."),
    "command.danger_how": _("Say how the danger was handled."),
    "command.danger_place": _("Say where the danger is."),
    "command.danger_reported_to": _("Say to whom the danger was reported."),
    "command.danger_title": _("Say what the danger is."),
    "command.danger_unknown": _("There is no such danger in this incident. Load the page again."),
    "command.dial_unknown": _("There is no such time to set. Load the page again."),
    "command.dial_value": _("“%(name)s” lies between %(least)s and %(most)s. Correct the number."),
    "command.entry_authority": _("Say which authority approved the flight."),
    "command.entry_future": _("Nobody can have confirmed that in the future. Correct the time."),
    "command.entry_kind": _(
        "This entry does not belong to the zone %(zone)s. A live zone opens by “power isolated”, airspace "
        "by an approval, others when they are declared safe."
    ),
    "command.entry_number": _("Give the number of the order or approval."),
    "command.entry_times": _("Say from when until when the flight is approved; the end comes after the start."),
    "command.entry_who": _("Say who confirmed it."),
    "command.evidence_after": _("Say what proves that the danger is gone: pictures, measured values."),
    "command.evidence_before": _("Say how the danger looks before anything is done: pictures, measured values."),
    "command.illegal_step": _(
        "This step is not possible from the present state. Look at the newest state, then decide again."
    ),
    "command.in_team": _("Somebody of these is already in the team %(team)s. Disband that first, or leave him out."),
    "command.incident_over": _("This incident is over; nothing more is entered here."),
    "command.level_reason": _("Say why the level is ordered."),
    "command.level_same": _("This level is in force already; nothing was ordered."),
    "command.level_unknown": _("Choose one of the levels I to IV, or end the response."),
    "command.name_taken": _("The name %(name)s is taken in this incident. Choose another."),
    "command.no_report": _("There is no such report in this incident. Look in the list of reports."),
    "command.no_sheet": _("There is no such form. Choose one from the list."),
    "command.no_such_act": _("The page does not know this act. Load it again and press once more."),
    "command.nobody_chosen": _("Nobody was chosen. Choose from the list."),
    "command.not_checked_in": _("The member is not checked in here. Check him in first."),
    "command.not_issued": _("The task has not been issued yet. Issue it first."),
    "command.not_riding": _("This person is not on the vehicle any more. Load the page again."),
    "command.not_yours": _("This task was given to somebody else."),
    "command.own_answer": _("Take the task on or refuse it."),
    "command.par_count": _(
        "%(said)s people reported, the team has %(expected)s. Count again; if somebody is missing, call the roll."
    ),
    "command.period_objectives": _("Write at least one objective."),
    "command.period_times": _(
        "A period starts when the last one ends or later, and lasts 24 hours at most. Correct the times."
    ),
    "command.position_lacks": _("This person is not qualified: no valid %(capability)s. Choose somebody else."),
    "command.position_role": _("This account's role can not hold the position. Choose somebody else."),
    "command.position_same": _("Nothing changes: the position is in these hands already."),
    "command.position_unknown": _("There is no such position. Choose one from the list."),
    "command.read_how": _("Say whether it was confirmed by radio, by telephone or face to face."),
    "command.reason_blank": _("Say why the task was refused or is blocked."),
    "command.report_again": _("Another report took this number in the same moment. Send it once more."),
    "command.report_body": _("The report has no text yet. Write it."),
    "command.report_first": _("The first written report is out already. Send a follow-up."),
    "command.report_kind": _("Choose first, follow-up or final report."),
    "command.report_medium": _("Say whether the report goes in writing or by telephone, and which clock it answers."),
    "command.report_not_first": _("No report is out yet. Send the first one first."),
    "command.report_over": _("The final report is out; none follows it."),
    "command.report_title": _("Give the report a title."),
    "command.report_to": _("Say to whom the report goes."),
    "command.request_kind": _("Choose what kind of thing is asked for."),
    "command.request_quantity": _("Ask for at least 1 and at most %(most)s."),
    "command.request_source": _("Say who supplies it."),
    "command.request_unknown": _("There is no such request in this incident. Load the page again."),
    "command.request_what": _("Say what exactly is asked for."),
    "command.request_when": _("That time has passed. Give a later one, or none."),
    "command.request_where": _("Say where it is to be delivered."),
    "command.sector_name": _("Give the sector a name."),
    "command.task_due": _("That time has passed. Give a later one, or none."),
    "command.task_nowhere": _(
        "Task %(number)s has no place while the zone %(zone)s is closed. Plan it anew with a place or a sector with an area."
    ),
    "command.task_title": _("Say what is to be done."),
    "command.task_unassigned": _("Task %(number)s is in nobody's hands. Plan it anew for a team or a person."),
    "command.task_unknown": _("There is no such task in this incident. Load the page again."),
    "command.team_minutes": _("Give between 1 and %(most)s minutes."),
    "command.team_name": _("Give the team a name."),
    "command.team_unknown": _("There is no such team at work. Load the page again."),
    "command.too_long": _("The text is too long: at most %(most)s characters. Shorten it."),
    "command.too_many": _("There are too many: at most %(most)s. Close or put together some first."),
    "command.unknown_part": _("The sector, team or capability that was chosen is not there any more. Choose again."),
    "command.unqualified": _("Nobody who has the task holds %(capability)s validly. Give it to somebody who does."),
    "command.vehicle_blank": _("Give the plate or the name of the vehicle."),
    "command.zone_closed_airspace": _(
        "Task %(number)s is blocked: no airspace approval is entered for %(zone)s, or it is not valid at "
        "this hour. Enter number, authority and times first."
    ),
    "command.zone_closed_electric": _(
        "Task %(number)s lies in the live zone %(zone)s, and no entry “power isolated” is there. Enter who "
        "confirmed it, when, and the order number first."
    ),
    "command.zone_closed_other": _(
        "Task %(number)s lies in the closed zone %(zone)s. Enter who declared it safe first."
    ),
    "command.zone_kind": _("Choose the kind of the zone."),
    "command.zone_name": _("Give the zone a name."),
    "command.zone_unknown": _("There is no such zone in this incident. Load the page again."),
}
