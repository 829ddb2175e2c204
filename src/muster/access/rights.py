"""Who may do what: one table, role by role. Every page and every action asks here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from muster.core.errors import NotAllowed


class Right(StrEnum):
    SEE_PEOPLE = "see_people"  # lists, cards, map; masked numbers
    UNMASK = "unmask"  # see a number whole, with a reason
    EDIT_PEOPLE = "edit_people"  # holdings, away notices, of the people one sees
    IMPORT_PEOPLE = "import_people"  # take over a workbook for the whole office
    ERASE_PEOPLE = "erase_people"  # make a person unreadable for good
    SEE_PLANS = "see_plans"
    EDIT_PLANS = "edit_plans"
    PRE_AUTHORISE = "pre_authorise"  # let the duty officer approve a plan alone
    SEE_INCIDENTS = "see_incidents"
    SEE_WALL = "see_wall"  # the wall screen: incidents of the whole district, nothing to press
    OPEN_INCIDENT = "open_incident"
    CLOSE_ROADS = "close_roads"  # draw and end closures
    SET_MAP = "set_map"  # base-map services from outside
    PROPOSE = "propose"  # edit needs, ask for a solve, pick by hand
    APPROVE = "approve"  # any callout
    APPROVE_PRE_AUTHORISED = "approve_pre_authorised"
    RECORD = "record"  # replies by phone, check-in, roll call
    CALL_TOWN = "call_town"  # the telephone page of a town officer
    CALL_VILLAGE = "call_village"  # that of a village lead: answers and check-in of his own people, nothing else
    RELEASE = "release"  # early release
    STAND_DOWN = "stand_down"
    COMMAND = "command"  # tasks, zones, positions, teams, dangers, reports of an incident
    SET_LEVEL = "set_level"  # order a response level
    TEST_CHANNELS = "test_channels"  # communications tests: start, stop, set the schedule
    SET_DUTY = "set_duty"  # who is on duty today, who gets the morning sheet by text
    SEE_REVIEW = "see_review"
    SEE_PAY = "see_pay"
    SET_PAY = "set_pay"  # rates of pay
    SEE_JOURNAL = "see_journal"
    MANAGE_ACCOUNTS = "manage_accounts"
    GRANT_ROLES = "grant_roles"  # who gets which role, which incidents a partner sees, whose sessions end
    ELEVATE = "elevate"  # lend somebody a higher role for some hours
    SHARE = "share"  # make a link to the partner view of an incident
    SEE_SHARED = "see_shared"  # what of an incident is shared with a partner agency: no names, no numbers
    SEE_OWN = "see_own"


_DESK = {
    Right.SEE_PEOPLE, Right.SEE_PLANS, Right.SEE_INCIDENTS, Right.OPEN_INCIDENT, Right.PROPOSE,
    Right.RECORD, Right.SEE_REVIEW, Right.SEE_PAY, Right.CLOSE_ROADS, Right.SET_DUTY,
    Right.SEE_WALL, Right.COMMAND, Right.TEST_CHANNELS,
}  # fmt: skip
RIGHTS: dict[str, frozenset[Right]] = {
    "office_head": frozenset(_DESK | {
        Right.UNMASK, Right.EDIT_PEOPLE, Right.IMPORT_PEOPLE, Right.EDIT_PLANS, Right.PRE_AUTHORISE, Right.APPROVE,
        Right.APPROVE_PRE_AUTHORISED, Right.RELEASE, Right.STAND_DOWN, Right.SEE_JOURNAL, Right.SET_PAY,
        Right.ERASE_PEOPLE, Right.SET_MAP, Right.ELEVATE, Right.SET_LEVEL, Right.SHARE,
    }),
    "commander": frozenset(_DESK | {
        Right.EDIT_PLANS, Right.APPROVE, Right.APPROVE_PRE_AUTHORISED, Right.RELEASE, Right.STAND_DOWN, Right.SET_LEVEL,
        Right.SHARE,
    }),
    "duty_officer": frozenset(_DESK | {
        Right.UNMASK, Right.EDIT_PEOPLE, Right.IMPORT_PEOPLE, Right.EDIT_PLANS, Right.APPROVE_PRE_AUTHORISED,
    }),
    "staff": frozenset({
        Right.SEE_PEOPLE, Right.EDIT_PEOPLE, Right.SEE_PLANS, Right.SEE_INCIDENTS, Right.SEE_REVIEW, Right.SEE_PAY,
        Right.SEE_WALL,
    }),
    # What these four do has its own pages one day; until then they see what their work rests on, and no personal data
    # that it does not need.
    "depot_keeper": frozenset({Right.SEE_PLANS, Right.SEE_WALL}),
    "trainer": frozenset({Right.SEE_PEOPLE, Right.SEE_PLANS}),
    "drone_crew": frozenset({Right.SEE_PLANS, Right.SEE_WALL}),
    "gate_guard": frozenset(),
    "partner": frozenset({Right.SEE_SHARED}),
    "town_officer": frozenset({
        Right.SEE_PEOPLE, Right.EDIT_PEOPLE, Right.SEE_INCIDENTS, Right.RECORD, Right.CALL_TOWN,
    }),
    "village_lead": frozenset({Right.CALL_VILLAGE}),
    "member": frozenset({Right.SEE_OWN}),
    "auditor": frozenset({
        Right.SEE_PEOPLE, Right.SEE_PLANS, Right.SEE_INCIDENTS, Right.SEE_WALL, Right.SEE_REVIEW, Right.SEE_PAY,
        Right.SEE_JOURNAL,
    }),
    "wall_screen": frozenset({Right.SEE_WALL}),
    # Three administrators who can not act for each other: one makes accounts, one grants roles, one reads what both did.
    # The auditor is the third: he changes nothing, so there is nothing that a separate "audit administrator" could add.
    "system_admin": frozenset({Right.MANAGE_ACCOUNTS}),
    "security_admin": frozenset({Right.GRANT_ROLES}),
    "unassigned": frozenset(),  # a new account until the security administrator grants the role it was asked for
}  # fmt: skip
ADMINISTRATORS = ("system_admin", "security_admin", "auditor")
# Roles whose accounts see no personal data of others: the system administrator may give them alone.
HARMLESS = frozenset({"member", "wall_screen", "unassigned"})
# base role -> roles it may be lent for some hours; no administrator lends or borrows.
LENT: dict[str, tuple[str, ...]] = {
    "staff": ("duty_officer",),
    "duty_officer": ("commander",),
    "commander": ("office_head",),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `ref` is what the journal keeps; `unit_path` limits what is seen ("" = everything)."""

    ref: str
    name: str
    role: str
    unit_path: str = ""
    member_ref: str = ""
    incidents: frozenset[int] | None = None  # the only incidents he may look at; None: no limit by incident
    lent_until: datetime | None = None  # when a role that was lent to him ends
    base_role: str = ""  # his own role beside a lent one: lending takes nothing away

    def may(self, right: Right) -> bool:
        return any(right in RIGHTS.get(role, frozenset()) for role in (self.role, self.base_role))

    def sees_unit(self, path: str) -> bool:
        """Whether a unit with this tree path lies in the actor's part of the tree."""
        return path == self.unit_path or path.startswith(self.unit_path + "/") or not self.unit_path

    def sees_incident(self, incident_id: int) -> bool:
        """Whether this incident is among those the actor is limited to."""
        return self.incidents is None or incident_id in self.incidents


SYSTEM = Actor(ref="system", name="", role="system")


def check(actor: Actor, right: Right) -> None:
    """Raise NotAllowed unless the actor has the right. The system itself acts only on orders already checked."""
    if actor is not SYSTEM and not actor.may(right):
        raise NotAllowed("access.not_allowed", right=str(right), role=actor.role)
