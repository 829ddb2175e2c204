"""What the acts of command are called in the journal; the incident's own page tells them with names."""

from django.utils.translation import gettext_lazy as _

from muster.journal.sentences import register

register(
    {
        "zone.drawn": _("Safety zone drawn: %(name)s"),
        "zone.opened": _("Safety zone opened: %(name)s, no. %(number)s"),
        "zone.closed_again": _("Safety zone closed again: %(name)s"),
        "sector.made": _("Sector made: %(name)s"),
        "task.planned": _("Task %(number)s planned: %(title)s"),
        "task.moved": _("Task %(number)s went a step on"),
        "task.read": _("Task %(number)s read"),
        "position.handed_over": _("Position handed over"),
        "period.opened": _("Operational period %(period)s opened"),
        "team.formed": _("Team formed: %(name)s"),
        "team.reported": _("Team %(name)s reported: %(count)s people"),
        "team.disbanded": _("Team disbanded: %(name)s"),
        "vehicle.boarded": _("Got on vehicle %(vehicle)s"),
        "vehicle.left": _("Got off vehicle %(vehicle)s"),
        "danger.found": _("Danger %(number)s found: %(title)s"),
        "danger.moved": _("Danger %(number)s went a step on"),
        "evacuation.departed": _("%(people)s people on the way from %(from)s to %(to)s"),
        "evacuation.arrived": _("%(arrived)s people arrived at %(to)s"),
        "request.made": _("Resources requested: %(what)s, %(quantity)s"),
        "request.moved": _("Request %(number)s went a step on"),
        "level.ordered": _("Response level ordered: %(level)s"),
        "report.sent": _("Report no. %(number)s sent"),
        "dial.set": _("Time of command changed: %(value)s"),
    }
)
