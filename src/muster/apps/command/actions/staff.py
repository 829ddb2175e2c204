"""Positions and their handover, operational periods, teams and their reports, who rides where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext

from muster.access.models import Account
from muster.access.rights import Actor
from muster.apps.command.actions.common import begin, filled, member_here, note, short
from muster.apps.command.dials import MOST, dials
from muster.apps.command.models import Held, Period, Riding, Team, TeamMember
from muster.apps.command.positions import LEADER, POSITIONS
from muster.apps.incidents.models import Incident
from muster.apps.people.models import Capability, Member
from muster.apps.people.reads import capability_masks
from muster.core.errors import Conflict, InvalidInput, NotFound
from muster.jobs.clock import now
from muster.web.show import label

MOST_TEAMS, MOST_IN_TEAM, MOST_LINES = 100, 60, 2000


def lacking(member: Member, slugs: Sequence[str], moment: datetime) -> list[str]:
    """Of these capabilities the ones that the member does not hold validly now."""
    mask = capability_masks(moment, [member.pk]).get(member.pk, 0)
    bits = dict(Capability.objects.filter(slug__in=slugs).values_list("slug", "bit"))
    return [slug for slug in slugs if slug not in bits or not mask >> bits[slug] & 1]


@transaction.atomic
def hand_over(actor: Actor, incident_id: int, position: str, holder: str) -> Held | None:
    """Give a position to `holder`: "member:<number>" of somebody here, "account:<key>", or "" to leave it empty.

    Who is not qualified is refused with what is lacking. Errors: "command.position_unknown", "command.position_lacks",
    "command.position_role", "command.position_same", those of `member_here`."""
    incident = begin(actor, incident_id)
    rule = POSITIONS.get(position)
    if rule is None:
        raise InvalidInput("command.position_unknown")
    before = incident.positions.filter(position=position, until=None).select_related("member", "account").first()
    moment = now()
    row = _holder(actor, incident, position, holder, moment) if holder else None
    if (row is None and before is None) or (row and before and _ref(row) == _ref(before)):
        raise Conflict("command.position_same")
    if before is not None:
        before.until = moment
        before.save(update_fields=["until"])
    if row is not None:
        row.save(force_insert=True)
    payload = {"position": position, "from": _ref(before), "to": _ref(row)}
    note(
        incident, "position.handed_over", actor, payload=payload, person=row.member.number if row and row.member else ""
    )
    return row


def _ref(row: Held | None) -> str:
    """Who holds it, as the journal names him."""
    if row is None:
        return ""
    return f"member:{row.member.number}" if row.member else f"account:{row.account_id}"


def _holder(actor: Actor, incident: Incident, position: str, holder: str, moment: datetime) -> Held:
    rule, row = POSITIONS[position], Held(incident=incident, position=position, since=moment)
    kind, _, key = holder.partition(":")
    if kind == "member":
        row.member = member_here(actor, incident, key)
        missing = lacking(row.member, rule.capabilities, moment)
        if missing:
            raise InvalidInput("command.position_lacks", capability=_named(missing))
        return row
    if kind != "account" or not key.isascii() or not key.isdigit() or len(key) > 15:
        raise InvalidInput("command.nobody_chosen")
    row.account = Account.objects.filter(pk=int(key), active=True).first()
    if row.account is None:
        raise InvalidInput("command.nobody_chosen")
    if row.account.role not in rule.roles:
        raise InvalidInput("command.position_role")
    return row


def _named(slugs: Iterable[str]) -> str:
    """The capabilities in the reader's language."""
    words = {one.slug: label(one) for one in Capability.objects.filter(slug__in=list(slugs))}
    return gettext(", ").join(words.get(slug, slug) for slug in slugs)


@transaction.atomic
def open_period(
    actor: Actor, incident_id: int, starts_at: datetime, ends_at: datetime, objectives: str, safety: str = ""
) -> Period:
    """The next operational period. Errors: "command.period_times" unless it starts when the last one ends or later and
    lasts at most a day, "command.period_objectives"."""
    incident = begin(actor, incident_id)
    last = incident.periods.order_by("-number").first()
    long = (ends_at - starts_at).total_seconds()
    if not 0 < long <= 24 * 3600 or (last is not None and starts_at < last.ends_at):
        raise InvalidInput("command.period_times")
    said = filled(objectives, "command.period_objectives", MOST_LINES)
    number = last.number + 1 if last else 1
    row = Period(
        incident=incident,
        number=number,
        starts_at=starts_at,
        ends_at=ends_at,
        objectives=said,
        safety=short(safety, 300),
    )
    row.save(force_insert=True)
    payload = {"period": number, "starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat(),
               "count": len(said.splitlines())}  # fmt: skip
    note(incident, "period.opened", actor, payload=payload)
    return row


@transaction.atomic
def form_team(
    actor: Actor,
    incident_id: int,
    name: str,
    leader: str,
    members: Iterable[str],
    sector: int = 0,
    par_minutes: int | None = None,
) -> Team:
    """A team of people who are here. Errors: "command.team_name", "command.team_minutes", "command.unknown_part",
    "command.position_lacks", "command.in_team" for somebody who is in another; Conflict "command.name_taken"."""
    incident = begin(actor, incident_id)
    said = filled(name, "command.team_name", 40)
    if incident.teams.filter(name=said, disbanded_at=None).exists():
        raise Conflict("command.name_taken", name=said)
    minutes = dials()["par_minutes"] if par_minutes is None else par_minutes
    if not 1 <= minutes <= MOST:
        raise InvalidInput("command.team_minutes", most=MOST)
    place = incident.sectors.filter(pk=sector).first() if sector else None
    if sector and place is None:
        raise InvalidInput("command.unknown_part")
    moment, head = now(), member_here(actor, incident, leader)
    missing = lacking(head, [LEADER], moment)
    if missing:
        raise InvalidInput("command.position_lacks", capability=_named(missing))
    numbers = {number.strip() for number in members} - {head.number, ""}
    if incident.teams.filter(disbanded_at=None).count() >= MOST_TEAMS or len(numbers) > MOST_IN_TEAM:
        raise Conflict("command.too_many", most=MOST_IN_TEAM)
    people = [head, *(member_here(actor, incident, number) for number in sorted(numbers))]
    _check_free(incident, people)
    team = Team(
        incident=incident,
        name=said,
        sector=place,
        leader=head,
        par_minutes=minutes,
        formed_at=moment,
        checked_at=moment,
    )
    team.save(force_insert=True)
    TeamMember.objects.bulk_create([TeamMember(team=team, member=one, since=moment) for one in people])
    payload = {"team": team.pk, "name": said, "members": [one.number for one in people], "minutes": minutes,
               "sector": sector, "leader": head.number}  # fmt: skip
    note(incident, "team.formed", actor, payload=payload, person=head.number)
    return team


def _check_free(incident: Incident, people: Sequence[Member]) -> None:
    taken = (
        TeamMember.objects.filter(team__incident=incident, until=None, member__in=people).select_related("team").first()
    )
    if taken is not None:
        raise InvalidInput("command.in_team", team=taken.team.name)


def _team(incident: Incident, team_id: int) -> Team:
    found = incident.teams.filter(pk=team_id, disbanded_at=None).select_related("leader").first()
    if found is None:
        raise NotFound("command.team_unknown")
    return found


@transaction.atomic
def report_par(actor: Actor, incident_id: int, team_id: int, people: int) -> Team:
    """A team reports: so many people, all well; its timer starts anew. A number that is not the team's is refused, for then
    somebody is missing or one too many: call the roll. Errors: "command.par_count", NotFound "command.team_unknown"."""
    incident = begin(actor, incident_id)
    team = _team(incident, team_id)
    expected = team.members.filter(until=None).count()
    if people != expected:
        raise InvalidInput("command.par_count", said=people, expected=expected)
    team.checked_at = now()
    team.save(update_fields=["checked_at"])
    note(incident, "team.reported", actor, payload={"team": team.pk, "name": team.name, "count": people})
    return team


@transaction.atomic
def disband_team(actor: Actor, incident_id: int, team_id: int) -> Team:
    """The team is no more; its people are free for another. Error: NotFound "command.team_unknown"."""
    incident = begin(actor, incident_id)
    team = _team(incident, team_id)
    team.disbanded_at = now()
    team.save(update_fields=["disbanded_at"])
    team.members.filter(until=None).update(until=team.disbanded_at)
    note(incident, "team.disbanded", actor, payload={"team": team.pk, "name": team.name})
    return team


@transaction.atomic
def board_vehicle(actor: Actor, incident_id: int, vehicle: str, members: Iterable[str]) -> list[Riding]:
    """People get on a vehicle; who is on another one has left that by it. Errors: "command.vehicle_blank", those of
    `member_here`, "command.nobody_chosen"."""
    incident = begin(actor, incident_id)
    plate = filled(vehicle, "command.vehicle_blank", 30).upper()
    people = [member_here(actor, incident, number) for number in sorted(set(members))]
    if not people:
        raise InvalidInput("command.nobody_chosen")
    moment, rows = now(), []
    for member in people:
        on = Riding.objects.filter(member=member, left_at=None).select_related("incident").first()
        if on is not None and on.incident_id == incident.pk and on.vehicle == plate:
            continue
        if on is not None:
            _get_off(actor, on, moment)
        row = Riding(incident=incident, vehicle=plate, member=member, boarded_at=moment)
        row.save(force_insert=True)
        note(incident, "vehicle.boarded", actor, payload={"vehicle": plate, "riding": row.pk}, person=member.number)
        rows.append(row)
    return rows


@transaction.atomic
def leave_vehicle(actor: Actor, incident_id: int, riding_id: int) -> Riding:
    """Somebody gets off. Error: Conflict "command.not_riding"."""
    incident = begin(actor, incident_id)
    row = incident.ridings.filter(pk=riding_id, left_at=None).select_related("member", "incident").first()
    if row is None:
        raise Conflict("command.not_riding")
    _get_off(actor, row, now())
    return row


def _get_off(actor: Actor, row: Riding, moment: datetime) -> None:
    row.left_at = moment
    row.save(update_fields=["left_at"])
    payload = {"vehicle": row.vehicle, "riding": row.pk}
    note(row.incident, "vehicle.left", actor, payload=payload, person=row.member.number)


def next_number(incident: Incident, related: str) -> int:
    """The next number of a numbered part of the incident ("dangers", "requests")."""
    return (getattr(incident, related).aggregate(last=Max("number"))["last"] or 0) + 1
