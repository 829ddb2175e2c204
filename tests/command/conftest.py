"""The district of the incidents' tests with an incident running at the substation, and people checked in."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from muster.access.rights import Actor
from muster.apps.command.actions import tasks
from muster.apps.incidents import actions as incidents
from muster.apps.incidents.models import Alert, Callout, Incident
from muster.apps.people.models import Capability, Holding, Member
from tests.incidents.conftest import Clock, Office, clock, incident, office

__all__ = ["Clock", "Office", "clock", "incident", "office"]

INSIDE, OUTSIDE = (113.04, 27.79), (113.06, 27.79)  # the substation itself; two kilometres away


@dataclass
class Scene:
    """What a test of command needs to speak in sentences."""

    office: Office
    incident: Incident
    callout: Callout
    here: list[Member]

    @property
    def pk(self) -> int:
        return self.incident.pk

    @property
    def duty(self) -> Actor:
        return self.office.duty

    def leaders(self) -> list[Member]:
        """Members here who may lead."""
        held = Holding.objects.filter(capability__slug="team_leader").values_list("member_id", flat=True)
        return [member for member in self.here if member.pk in set(held)]

    def hands(self) -> list[Member]:
        """Members here who may not."""
        leaders = self.leaders()
        return [member for member in self.here if member not in leaders]

    def plans(self, title: str = "设置警戒线", **more: object) -> tasks.Task:
        """A task outside every zone for the first hand, unless said otherwise."""
        given = {"place": OUTSIDE, "assignee": self.hands()[0].number} | more
        return tasks.plan_task(self.duty, self.pk, tasks.TaskInput(title, **given))

    def moves(self, task: tasks.Task, *states: str, reason: str = "理由") -> tasks.Task:
        for state in states:
            task = tasks.move_task(self.duty, self.pk, task.pk, state, reason)
        return task

    def as_member(self, member: Member) -> Actor:
        """The member with an account of his own."""
        return Actor(ref=f"member:{member.number}", name=member.name, role="member", member_ref=member.number)


@pytest.fixture
def scene(office: Office) -> Scene:
    """The incident at a substation with a live zone and controlled airspace; twelve people are here."""
    office.site.controlled_airspace = True
    office.site.save()
    pilot = Capability.objects.create(slug="uas_pilot", zh="无人机操作", en="Drone pilot", bit=6)
    callout = office.opens()
    alerts: list[Alert] = office.calls(callout)[:12]
    for alert in alerts:
        incidents.check_in(office.duty, alert)
    here = [alert.member for alert in alerts]
    Holding.objects.create(member=here[-1], capability=pilot)
    return Scene(office, callout.incident, callout, here)
