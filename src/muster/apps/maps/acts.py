"""What the acts on roads are called in the journal."""

from django.utils.translation import gettext_lazy as _

from muster.journal.sentences import register

register(
    {
        "roads.imported": _("Road network imported from %(source)s"),
        "roads.forgotten": _("Road network taken out of use"),
        "closure.drawn": _("Closure drawn: %(name)s"),
        "closure.ended": _("Closure ended: %(name)s"),
    }
)
