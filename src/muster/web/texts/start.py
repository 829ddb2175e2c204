"""What to tell people about the start page: shipped plans, their answers, rows mended in place, columns named by hand."""

from django.utils.translation import gettext_lazy as _

TEXTS = {
    "plans.template_unknown": _("No shipped plan has this name. Load the page again."),
    "plans.template_adopted": _("This shipped plan was taken over already. Look for it in the list of plans."),
    "plans.no_point_assumed": _(
        "There is no muster point, and no home of a member is known either. Enter a muster point first."
    ),
    "plans.check_unknown": _("There is no such answer. Load the page again."),
    "plans.check_too_long": _("This took too long and was given up. Ask again when the machine has less to do."),
    "plans.check_immutable": _("An answer that was given never changes. Ask again instead."),
    "start.not_empty": _("There are people on the books already. Invented ones are not mixed in."),
    "people.row_gone": _("This row waits no longer; perhaps somebody else mended it. Load the page again."),
    "people.no_columns": _("The columns of this file need not, or can not, be named. Look at the import itself."),
    "people.column_unknown": _("A column was given a meaning that there is not. Load the page again."),
    "people.column_twice": _("Two columns were given the same meaning. Leave one of them out."),
    "people.column_lacking": _(
        "Some columns are needed and still have no meaning: name, ID number, phone, town, village."
    ),
    "people.cell_unknown": _("The file has no such column. Load the page again."),
}
