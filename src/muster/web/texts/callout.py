"""What to tell people about refused plans and about the callout pages."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, str | Promise] = {
    "plans.unknown": _("There is no such plan. Look for it in the list of plans."),
    "plans.title_blank": _("Give the plan a title."),
    "plans.target": _("The wanted chance has to lie between 50 and 99.9 per cent."),
    "plans.no_muster_point": _("Choose at least one muster point."),
    "plans.calling": _("Choose whether people are called person by person or as whole units."),
    "plans.touch_cost": _("A unit can cost between 0 and %(most)s alerts."),
    "plans.smallest_group": _("A group has at least 1 and at most %(most)s people."),
    "plans.lead_minutes": _("Give a lead between 1 and %(most)s minutes to confirm."),
    "plans.need_lines": _("Write at least one line and at most %(most)s."),
    "plans.need_people": _("Between 1 and %(most)s people can be asked for in one line."),
    "plans.need_due": _("Between 1 and %(most)s minutes can be given."),
    "plans.need_nobody": _("Nobody on the roster holds “%(capability)s” validly today. Train people first."),
    "plans.need_too_many": _(
        "Only %(holders)s people hold “%(capability)s” validly today, %(people)s are asked for. Lower the number."
    ),
    "plans.changed_meanwhile": _(
        "Somebody else changed this plan meanwhile. Open it in a second window and compare; "
        "saving once more puts your version in its place."
    ),
    "plans.seen": _("This form is out of order. Open the plan again; nothing was changed."),
    "plans.retired": _("This plan is retired. Copy it to use it again."),
    "plans.retired_chosen": _("This plan is retired. Choose one that is in force."),
    "incidents.policy": _("Choose whether replacements are proposed or sent."),
    "incidents.check_in_where": _("Say whether the people are at the muster point or at the scene."),
    "incidents.roll_call_remark": _("Say where they are: write it into the field, then press again."),
}
