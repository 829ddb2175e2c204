"""Who holds which position, operational periods, teams, and who rides on which vehicle."""

from django.db import models

from muster.access.models import Account
from muster.apps.incidents.models import Incident
from muster.apps.people.models import Member


class Held(models.Model):
    """A position in somebody's hands: a member on the spot or an account of the office, never both."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="positions")
    position = models.CharField(max_length=24)
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "position"], condition=models.Q(until=None), name="command_position_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.since}"


class Period(models.Model):
    """An operational period with its objectives (ICS 202), one a line."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="periods")
    number = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    objectives = models.TextField(max_length=2000)
    safety = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["incident", "number"], name="command_period_number")]

    def __str__(self) -> str:
        return f"{self.incident_id}/{self.number}"


class Team(models.Model):
    """checked_at: when the team last reported all well; par_minutes: after how long without that it alarms."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=40)
    sector = models.ForeignKey("command.Sector", null=True, on_delete=models.PROTECT, related_name="teams")
    leader = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    par_minutes = models.PositiveSmallIntegerField()
    formed_at = models.DateTimeField()
    checked_at = models.DateTimeField()
    disbanded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "name"], condition=models.Q(disbanded_at=None), name="command_team_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.team_id} {self.member_id}"


class Riding(models.Model):
    """Somebody on a vehicle, from when to when. `vehicle`: its plate, or the name that everybody calls it by."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="ridings")
    vehicle = models.CharField(max_length=30)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    boarded_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["boarded_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=models.Q(left_at=None), name="command_on_one_vehicle")
        ]

    def __str__(self) -> str:
        return f"{self.vehicle} {self.member_id}"
