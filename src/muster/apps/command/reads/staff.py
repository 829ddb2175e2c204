"""Who leads whom, which team is overdue, who rides where, who has been on duty for too long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from muster.access.models import Account
from muster.access.rights import Actor
from muster.apps.command.dials import dials
from muster.apps.command.models import Held, Riding, Team
from muster.apps.command.positions import POSITIONS, within_span
from muster.apps.incidents.models import Alert, Incident
from muster.apps.incidents.models.callout import AlertState
from muster.apps.people.models import Member
from muster.apps.people.reads import visible_members
from muster.apps.service.models import Attendance
from muster.core.hours import Hours, judge


class Namer:
    """Names of people as far as the viewer may see them."""

    def __init__(self, actor: Actor, members: Iterable[Member | None]) -> None:
        keys = {member.pk for member in members if member is not None}
        self.known = dict(visible_members(actor).filter(pk__in=keys).values_list("pk", "name"))

    def of(self, member: Member | None) -> str:
        """ "" for nobody, "a member" for who is not to be seen."""
        return "" if member is None else self.known.get(member.pk) or _("a member")


@dataclass(frozen=True, slots=True)
class Post:
    """A box of the organisation chart. `under`: people led directly; `wide`: outside three to seven."""

    code: str
    word: str | Promise
    name: str
    since: datetime | None
    under: int

    @property
    def wide(self) -> bool:
        return self.under > 0 and not within_span(self.under)


def posts(actor: Actor, incident: Incident) -> list[Post]:
    """The positions in their order, filled or empty, with their spans."""
    held = {row.position: row for row in incident.positions.filter(until=None).select_related("member", "account")}
    namer, under = Namer(actor, [row.member for row in held.values()]), spans(incident, held)
    found = []
    for code, position in POSITIONS.items():
        row = held.get(code)
        name = "" if row is None else row.account.name if row.account else namer.of(row.member)
        found.append(Post(code, position.word, name, row.since if row else None, under[code]))
    return found


def spans(incident: Incident, held: Mapping[str, Held]) -> dict[str, int]:
    """People led directly by each position: those who hold positions below it; operations leads the sectors with a leader
    and the teams that belong to none of these."""
    led = set(incident.sectors.exclude(leader=None).values_list("pk", flat=True))
    teams = incident.teams.filter(disbanded_at=None).values_list("sector_id", flat=True)
    found = dict.fromkeys(POSITIONS, 0)
    for code in held:
        if POSITIONS[code].above:
            found[POSITIONS[code].above] += 1
    found["operations"] += len(led) + sum(sector not in led for sector in teams)
    return found


@dataclass(frozen=True, slots=True)
class TeamView:
    """A team with the time until (or since) its alarm in whole seconds, negative once it is overdue."""

    team: Team
    leader: str
    names: tuple[str, ...]
    left_seconds: int

    @property
    def overdue(self) -> bool:
        return self.left_seconds < 0

    @property
    def wide(self) -> bool:
        return not within_span(len(self.names) - 1)


def due_at(team: Team) -> datetime:
    """When the team alarms unless it reports before."""
    return team.checked_at + timedelta(minutes=team.par_minutes)


def team_views(actor: Actor, incident: Incident, at: datetime) -> list[TeamView]:
    """Teams at work, those that alarm first on top."""
    teams = list(
        incident.teams.filter(disbanded_at=None).select_related("leader", "sector").prefetch_related("members__member")
    )
    people = {team.pk: [row.member for row in team.members.all() if row.until is None] for team in teams}
    namer = Namer(
        actor, [member for members in people.values() for member in members] + [team.leader for team in teams]
    )
    views = [
        TeamView(
            team,
            namer.of(team.leader),
            tuple(namer.of(one) for one in people[team.pk]),
            int((due_at(team) - at).total_seconds()),
        )
        for team in teams
    ]
    return sorted(views, key=lambda view: (view.left_seconds, view.team.pk))


@dataclass(frozen=True, slots=True)
class Vehicle:
    plate: str
    riders: tuple[tuple[Riding, str], ...]


def vehicles(actor: Actor, incident: Incident) -> list[Vehicle]:
    """Vehicles with who is on them now."""
    rows = list(incident.ridings.filter(left_at=None).select_related("member"))
    namer, found = Namer(actor, [row.member for row in rows]), defaultdict(list)
    for row in rows:
        found[row.vehicle].append((row, namer.of(row.member)))
    return [Vehicle(plate, tuple(riders)) for plate, riders in sorted(found.items())]


def people_here(actor: Actor, incident: Incident) -> list[Member]:
    """Those checked in whom the viewer may see, by name."""
    here = Alert.objects.filter(callout=incident.callout, state=AlertState.CHECKED_IN).values("member_id")
    return list(visible_members(actor).filter(pk__in=here).order_by("sort_pinyin", "pk"))


def tired(actor: Actor, incident: Incident, at: datetime) -> list[tuple[Member, Hours]]:
    """Those here who have been on duty for longer than the office allows, the longest first."""
    members = {member.pk: member for member in people_here(actor, incident)}
    limits, turns = dials(), defaultdict(list)
    for pk, start, end in Attendance.objects.filter(member__in=members).values_list(
        "member_id", "starts_at", "ends_at"
    ):
        turns[pk].append((start, end))
    judged = [(members[pk], judge(rows, at, limits["duty_hours"], limits["rest_hours"])) for pk, rows in turns.items()]
    over = [(member, hours) for member, hours in judged if hours is not None and hours.over]
    return sorted(over, key=lambda pair: (-pair[1].on_duty, pair[0].pk))


def holder_choices(actor: Actor, incident: Incident) -> list[tuple[str, str]]:
    """Who can be given a position: accounts of the duty room, and people here."""
    roles = {role for position in POSITIONS.values() for role in position.roles}
    accounts = Account.objects.filter(active=True, role__in=roles).order_by("pk")
    own = [(f"account:{account.pk}", account.name) for account in accounts]
    return own + [(f"member:{member.number}", member.name) for member in people_here(actor, incident)]
