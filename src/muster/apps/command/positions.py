"""The ICS positions of an incident: what each asks of who holds it, and under whom it stands (ICS 203, 207)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from muster.access.models import Role

LEAST_SPAN, MOST_SPAN = 3, 7  # NIMS: one leader has three to seven people under him


@dataclass(frozen=True, slots=True)
class Position:
    """`capabilities`: slugs of which a member must hold all, validly; `roles`: accounts that may hold it; `above`: code."""

    word: str | Promise
    capabilities: tuple[str, ...]
    roles: tuple[str, ...]
    above: str = ""


_DESK = (Role.OFFICE_HEAD.value, Role.COMMANDER.value, Role.DUTY_OFFICER.value)
POSITIONS: dict[str, Position] = {
    "incident_commander": Position(_("Incident commander"), ("team_leader",), _DESK[:2]),
    "safety": Position(_("Safety officer"), ("team_leader",), _DESK, "incident_commander"),
    "liaison": Position(_("Liaison officer"), ("info_officer",), _DESK, "incident_commander"),
    "information": Position(_("Information officer (ICS)"), ("info_officer",), _DESK, "incident_commander"),
    "operations": Position(_("Operations chief"), ("team_leader",), _DESK, "incident_commander"),
    "planning": Position(_("Planning chief"), ("team_leader",), _DESK, "incident_commander"),
    "logistics": Position(_("Logistics chief"), ("logistics",), _DESK, "incident_commander"),
}
LEADER = "team_leader"  # what the leader of a sector or team has to hold


def within_span(under: int) -> bool:
    """Whether so many people can be led by one."""
    return LEAST_SPAN <= under <= MOST_SPAN
