"""The guided tour: what each page of the way from a telephone call to the first message says about its parts.

Where somebody stands in it is kept by his browser (static/muster/tour.js), not on the account: it says nothing about the
district, so it needs no table, no action and no line in the journal; the price is that another machine starts anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a page and what is said of it.

    `parts`: selectors, the first that is on the page and leaves room is pointed to; none: the step is left out.
    `does`: the step asks for something to be done there. `fills`: the control whose change says that it is done.
    """

    key: str
    parts: tuple[str, ...]
    title: str | Promise
    says: str | Promise
    does: bool = False
    fills: str = ""


QUIET = (
    Step(
        "call",
        ("#open-incident",),
        _("A call comes in"),
        _('When the telephone rings, press "Open an incident". Nothing is sent by that.'),
        does=True,
    ),
    Step(
        "ready",
        (".figures",),
        _("Who could be called"),
        _("So many people could be called this very moment. Who is away or on duty elsewhere is not counted."),
    ),
    Step(
        "plans",
        (".calm-list", ".calm-columns .top"),
        _("The plans"),
        _(
            'Each kind of incident has a plan: whom it needs and how many. "Pre-authorised" means the duty '
            "officer may send it alone; otherwise somebody has to be woken."
        ),
    ),
    Step(
        "skills",
        (".calm-bars", ".calm-bars > div"),
        _("What they can do"),
        _("How many of each capability could come now, of all who have it on the books."),
    ),
)

OPEN = (
    Step(
        "what",
        (".field:has(> [name=title])",),
        _("What happened"),
        _("Write it in a few words, then go to the next field (Tab)."),
        does=True,
        fills="[name=title]",
    ),
    Step(
        "kind",
        (".field:has(> [name=kind])",),
        _("The kind"),
        _("Choose the kind: the plan is found by it."),
        does=True,
        fills="[name=kind]",
    ),
    Step(
        "where",
        (".field:has(> [name=spot])",),
        _("Where"),
        _("Choose the nearest place. None near? Tap the map and say where it is."),
        does=True,
        fills="[name=spot]",
    ),
    Step(
        "who",
        (".form-row:has([name=reporter])",),
        _("Who reported"),
        _("Write who calls and the number to call back; Tab goes on. The time is there."),
        does=True,
        fills="[name=reporter_phone]",
    ),
    Step(
        "mode",
        ("fieldset:has([name=mode][value=actual])",),
        _("Actual or exercise"),
        _('Really happening: "Actual". Trying it out: "Exercise". It can not be changed later.'),
        does=True,
        fills="[name=mode]",
    ),
    Step(
        "open",
        ("#incident-open",),
        _("Open it"),
        _('Press "Open the incident". The plan is solved at once; nobody is called yet.'),
        does=True,
    ),
)

BEFORE = (
    Step(
        "propose",
        ("#main-act", "#region-verdict .next-foot .btn", "#region-verdict .next-top"),
        _("The plan is being solved"),
        _("A button comes up here in a second or two. Press it; nothing is sent yet."),
        does=True,
    ),
)

DUTY = (
    Step(
        "head",
        ("#region-head .incident", "#region-head h1"),
        _("What happened, and the clock"),
        _(
            "What it is about, where, and who called. T+ is the time since the call was taken; every deadline "
            "counts from it."
        ),
    ),
    Step(
        "chance",
        ("#region-verdict .number", "#region-verdict .hero-row"),
        _("Will enough be there in time?"),
        _(
            "This is the chance that every post is filled in time, newly worked out at each answer. Green holds "
            "the target, red misses it."
        ),
    ),
    Step(
        "next",
        ("#region-verdict .next", "#region-verdict .next-top"),
        _("What to press"),
        _("Here stands what to do next, with the chance it leads to. If nothing is to be done, that is said too."),
    ),
    Step(
        "needs",
        ("#region-needs", "#region-needs .top"),
        _("What is needed"),
        _("One line for each capability: needed, accepted, expected, here. The upright mark on each bar is the need."),
    ),
    Step(
        "map",
        (".map-card", ".map-card .legend"),
        _("The map"),
        _("The place, the muster points and where the people are. Their marks are the same as in the list of people."),
    ),
    Step(
        "people",
        ("#region-people", "#region-people .top"),
        _("The people, by their answer"),
        _("Everybody who was called: who is here, comes, or has not answered. Press a line to see the names."),
    ),
    Step(
        "events",
        ("#region-events", "#region-events .top"),
        _("What just happened"),
        _("Every message, answer and order with its time, the newest on top. Nothing is ever taken out of it."),
    ),
    Step(
        "acts",
        (".act-bar",),
        _("What you can do at any time"),
        _("Call more, pick by hand, check in, roll call, stand down: press the button, or its digit on the keyboard."),
    ),
)

APPROVE = (
    Step(
        "approve",
        ("#approve-send",),
        _("Look, then approve"),
        _('How many are called, and how sure is it? If that is right, press "Approve and send": the messages leave.'),
        does=True,
    ),
    Step(
        "wake",
        ("[data-testid=may-not]",),
        _("Somebody else approves"),
        _(
            "You may not approve this one alone. Wake one of those who are named here; the proposal stands ready "
            "for them."
        ),
    ),
)

PAGES: dict[str, tuple[Step, ...]] = {
    "quiet": QUIET,
    "open": OPEN,
    "duty-before": BEFORE + DUTY,
    "duty": DUTY,
    "approve": APPROVE,
}
