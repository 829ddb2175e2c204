"""What the acts on maps are called in the journal."""

from django.utils.translation import gettext_lazy as _

from muster.journal.sentences import register

register(
    {
        "roads.imported": _("Road network imported from %(source)s"),
        "roads.forgotten": _("Road network taken out of use"),
        "base.imported": _("Base map imported: %(name)s"),
        "base.forgotten": _("Base map taken out of use: %(name)s"),
        "service.added": _("Base-map service entered: %(name)s (%(host)s), %(approval)s"),
        "service.on": _("Base-map service switched on: %(name)s (%(host)s)"),
        "service.off": _("Base-map service switched off: %(name)s"),
        "service.removed": _("Base-map service removed: %(name)s"),
        "layer.added": _("Map layer brought in: %(name)s, %(count)s features"),
        "layer.shown": _("Map layer shown: %(name)s"),
        "layer.hidden": _("Map layer hidden: %(name)s"),
        "layer.removed": _("Map layer removed: %(name)s"),
        "closure.drawn": _("Closure drawn: %(name)s"),
        "closure.ended": _("Closure ended: %(name)s"),
    }
)
