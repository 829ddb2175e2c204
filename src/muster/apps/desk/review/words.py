"""Facts of a review as sentences, what is to be done about the bad ones, and where each can be looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.apps.channels.models import CHANNELS
from muster.apps.desk.review.facts import COMMAND, COORDINATION, MOBILITY, SUPPORT
from muster.apps.incidents.models import Incident
from muster.apps.people.models import Capability
from muster.web.show import count, fact_number, label, t_minutes

HEADINGS: dict[str, str | Promise] = {
    COMMAND: gettext_lazy("Command"),
    COORDINATION: gettext_lazy("Coordination"),
    MOBILITY: gettext_lazy("Mobility"),
    SUPPORT: gettext_lazy("Support"),
}
ICONS = {COMMAND: "flag", COORDINATION: "users", MOBILITY: "route", SUPPORT: "tool"}
Figures = Mapping[str, Any]


def _seconds(figures: Figures) -> str:
    return f"{figures['seconds'] // 60}:{figures['seconds'] % 60:02d}"


def _roll_call(figures: Figures) -> str:
    if figures["n"]:
        return _("The roll call took %(time)s and left %(n)s people unaccounted for (aim: 3 min, nobody)") % {
            "time": _seconds(figures), "n": count(figures["n"]),
        }  # fmt: skip
    return _("The roll call took %(time)s, everyone accounted for (aim: 3 min)") % {"time": _seconds(figures)}


def _came(figures: Figures) -> str:
    said = {"n": count(figures["n"]), "posts": count(figures["posts"])}
    if figures["full"] is None:
        return _("%(n)s people came for %(posts)s posts") % said
    return _("%(n)s people came for %(posts)s posts, all filled at %(full)s") % {
        **said,
        "full": t_minutes(figures["full"]),
    }


def _line(figures: Figures) -> str:
    found = Capability.objects.filter(slug=figures["slug"]).first()
    said = {**_counted(figures), "what": label(found) if found else figures["slug"], "due": t_minutes(figures["due"])}
    return _("%(what)s: %(n)s of %(of)s missing at %(due)s") % said


def _forecast(figures: Figures) -> str:
    said = {**_counted(figures), "minute": t_minutes(figures["minute"])}
    return _("%(n)s had come by %(minute)s; the forecast at approval was %(low)s to %(high)s") % said


def _counted(figures: Figures) -> dict[str, object]:
    """Whole numbers written as the pages write them."""
    return {name: count(value) if isinstance(value, int) else value for name, value in figures.items()}


def _channel(figures: Figures) -> dict[str, object]:
    words: dict[str, str | Promise] = dict(CHANNELS)
    said = _counted(figures) | {"channel": words.get(figures["channel"], figures["channel"])}
    return said | ({"share": fact_number(figures["share"])} if "share" in figures else {})


SAY: dict[str, Callable[[Figures], str]] = {
    "approved_after": lambda f: _("Approved %(minutes)s min after the call was taken (aim: %(aim)s min)") % f,
    "reports": lambda f: _("%(n)s of %(of)s reports to above were late or never sent") % _counted(f),
    "no_roll_call": lambda f: _("No roll call was held of the %(n)s people who came") % _counted(f),
    "roll_call": _roll_call,
    "tasks": lambda f: _("%(n)s of %(of)s tasks were not completed") % _counted(f),
    "accepted": lambda f: _("%(n)s of %(of)s people called accepted") % _counted(f),
    "silent": lambda f: _("%(n)s of %(of)s people called never answered") % _counted(f),
    "no_shows": lambda f: _("%(n)s of %(of)s who accepted did not come") % _counted(f),
    "contradictions": lambda f: _("%(n)s people gave answers that contradict each other") % _counted(f),
    "released": lambda f: _("%(n)s people were told in time that they need not come") % _counted(f),
    "line_missed": _line,
    "came": _came,
    "forecast": _forecast,
    "later_than_said": lambda f: _("%(n)s of %(of)s came more than %(minutes)s min later than they had said") % _counted(f),
    "delivered": lambda f: _("%(channel)s: %(share)s%% of %(of)s messages were delivered") % _channel(f),
    "failed": lambda f: _("%(channel)s: %(n)s of %(of)s messages failed") % _channel(f),
    "late": lambda f: _("%(channel)s: %(n)s messages left more than %(minutes)s min after the order") % _channel(f),
    "wrong_numbers": lambda f: _("%(n)s numbers were found wrong, %(open)s are not settled yet") % _counted(f),
    "requests": lambda f: _("%(n)s of %(of)s resources asked for did not arrive") % _counted(f),
    "pay_missing": lambda _f: _("No rate of pay is on record for that day"),
}  # fmt: skip
ADVICE: dict[str, str | Promise] = {
    "approved_after": gettext_lazy(
        "Find out what the approval waited for; a plan that is approved beforehand saves this time."
    ),
    "reports": gettext_lazy("Settle who reports, and use the report filled in from the journal."),
    "no_roll_call": gettext_lazy("Hold a roll call before anybody leaves."),
    "roll_call": gettext_lazy("Practise the roll call with the team leaders."),
    "tasks": gettext_lazy("Go through the tasks left open with those who had them."),
    "no_shows": gettext_lazy("Ask everyone who did not come for the reason."),
    "contradictions": gettext_lazy("Ask these people what they meant, and whether the wording misled them."),
    "line_missed": gettext_lazy("Train or win more people for it, or call more at once; see what if."),
    "forecast": gettext_lazy("Fewer came than the model allowed for; look at roads, messages and the response model."),
    "later_than_said": gettext_lazy("Look at the roads and at what people need before they can set out."),
    "delivered": gettext_lazy("Ask the operator of the channel for his records, and check the numbers."),
    "failed": gettext_lazy("Check the numbers of these people."),
    "late": gettext_lazy("Ask the operator of the channel why."),
    "wrong_numbers": gettext_lazy("Have the towns correct them and send a test."),
    "requests": gettext_lazy("Clear up with the suppliers what they can promise."),
    "pay_missing": gettext_lazy("Enter the rate, then the pay sheet can be made."),
}
LINKS = {
    "reports": "/command/{0}/reports/",
    "tasks": "/command/{0}/",
    "requests": "/command/{0}/needs/",
    "roll_call": "/incidents/{0}/log/",
    "no_shows": "/incidents/{0}/people/?state=no_show",
    "silent": "/incidents/{0}/people/?state=no_answer",
    "failed": "/incidents/{0}/people/?state=undelivered",
    "wrong_numbers": "/wrong-numbers/",
    "pay_missing": "/pay-rates/",
}


def say(code: str, figures: Figures) -> str:
    """The fact as a sentence without its full stop."""
    return SAY[code](figures)


def draft(code: str, figures: Figures) -> str:
    """The finding as it is drafted: the fact and what to do about it."""
    return _("%(fact)s. %(advice)s") % {"fact": say(code, figures), "advice": ADVICE[code]}


def where(code: str, incident: Incident) -> str:
    """Address of the page where the fact can be looked at."""
    if code == "line_missed":
        return reverse("review-what-if", args=[incident.pk])
    return LINKS.get(code, "/review/{0}/").format(incident.pk)
