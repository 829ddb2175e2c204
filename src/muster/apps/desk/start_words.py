"""The answers of the start page in words, as a person would say them. Pure but for the language."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.apps.people.models import Capability
from muster.apps.plans.models import PlanCheck
from muster.web import show

Names = dict[str, str]


def capability_words() -> Names:
    """Slug -> name in the reader's language."""
    return {row.slug: show.label(row) for row in Capability.objects.all()}


def shortage(check: PlanCheck, names: Names) -> str:
    """What is missing: "short of 4 Rescue boat crew within 45 minutes"; several lines compete for the same people."""
    found = check.result["shortfall"]
    return _short_of(check, found["lines"], found["missing"], names)


def _short_of(check: PlanCheck, numbers: list[int], missing: int, names: Names) -> str:
    lines = [check.result["lines"][number] for number in numbers]
    listed = _(", ").join(dict.fromkeys(names[line["capability"]] for line in lines))
    minutes = max(line["due_minutes"] for line in lines)
    if len(lines) == 1:
        return _("short of %(n)s %(capability)s within %(minutes)s minutes") % {
            "n": show.count(missing), "capability": listed, "minutes": minutes,
        }  # fmt: skip
    return _("short of %(n)s people among %(capabilities)s within %(minutes)s minutes") % {
        "n": show.count(missing), "capabilities": listed, "minutes": minutes,
    }  # fmt: skip


def repair_words(check: PlanCheck, repair: dict[str, object], names: Names) -> str:
    """One way to mend it."""
    n = repair["people"] or 0
    line = None if repair["line"] is None else check.result["lines"][repair["line"]]
    if repair["kind"] == "renew":
        held = _(", ").join(dict.fromkeys(names[slug] for _pk, slug in repair["holdings"]))
        return ngettext("renew 1 certificate: %(held)s", "renew %(n)s certificates: %(held)s", n) % {
            "n": show.count(n), "held": held,
        }  # fmt: skip
    if repair["kind"] == "more_minutes":
        minutes = show.count(repair["minutes"])
        if line is None:
            return _("allow %(n)s more minutes for everybody") % {"n": minutes}
        return _("allow %(n)s more minutes for %(capability)s") % {
            "n": minutes,
            "capability": names[line["capability"]],
        }
    if repair["kind"] == "fewer_people":
        return _("do with %(n)s fewer %(capability)s") % {"n": show.count(n), "capability": names[line["capability"]]}
    if repair["kind"] == "train":
        return _("train %(n)s more for %(capability)s") % {
            "n": show.count(n), "capability": names[str(repair["capability"])],
        }  # fmt: skip
    return _("be content with a target of %(target)s") % {"target": show.target(repair["target"])}


def later_words(check: PlanCheck, names: Names) -> str:
    """What becomes of a plan that holds today, "" while nothing is to be said."""
    later = check.result.get("later")
    if not later or later["holds"]:
        return ""
    said = _short_of(check, later["lines"], later["missing"], names)
    days = show.count(later["days"])
    return _("In %(days)s days it no longer holds, because certificates run out: %(short)s.") % {
        "days": days, "short": said,
    }  # fmt: skip


def repair_icon(kind: str) -> str:
    """The icon beside a repair."""
    return {
        "renew": "certificate", "more_minutes": "clock-plus", "fewer_people": "user-minus", "train": "school",
    }.get(kind, "target")  # fmt: skip
