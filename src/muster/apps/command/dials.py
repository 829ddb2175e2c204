"""Times that the office may set itself: key -> what comes with the program. What was set stands in the table `Dial`."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from muster.apps.command.models import Dial

MOST = 10_080  # a week of minutes


@dataclass(frozen=True, slots=True)
class Knob:
    """`usual`: the value without a setting; 0 switches a report clock off, other knobs have `least` 1."""

    word: str | Promise
    usual: int
    least: int = 1


KNOBS: dict[str, Knob] = {
    "par_minutes": Knob(_("Minutes after which a team that has not reported alarms"), 20),
    "danger_minutes": Knob(_("Minutes until a danger has to be reported"), 20),
    "duty_hours": Knob(_("Hours of duty, then rest is due"), 12),
    "rest_hours": Knob(_("Hours of rest that count as rest"), 8),
    "report_phone": Knob(_("Minutes until the report by telephone; 0: none"), 20, 0),
    "report_written": Knob(_("Minutes until the first written report; 0: none"), 40, 0),
    "report_follow": Knob(_("Minutes until the follow-up report; 0: none"), 60, 0),
    "report_second": Knob(_("Minutes until the second follow-up report; 0: none"), 120, 0),
}
REPORT_CLOCKS = ("report_phone", "report_written", "report_follow", "report_second")


def dials() -> dict[str, int]:
    """Every knob with the value in force."""
    found = dict(Dial.objects.values_list("key", "value"))
    return {key: int(found.get(key, knob.usual)) for key, knob in KNOBS.items()}
