"""A small district with a named cast, the same for every test that asks for the fixture `world`.

It is 14 July 2026, 14:20 in Beijing, and every clock stands still there (`at("2026-07-14 15:00")` moves them).

Units (path): office OF, towns OF/T1 栗雨街道 and OF/T2 泰山街道, villages OF/T1/V1, OF/T1/V2, OF/T2/V1, OF/T2/V2,
specialist team OF/S1. Thirty members TY000001 to TY000030, five or six per village and team (see `_CAPABILITIES`).
Cast: one account per role, named as the role; `other_town` is a town officer of T2, `outsider` a user without account.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from muster.access import actions as access
from muster.access.middleware import actor_of
from muster.access.models import Account
from muster.access.rights import SYSTEM, Actor
from muster.apps.channels.actions import report_wrong_number
from muster.apps.incidents.actions import open_incident, send_by_hand
from muster.apps.incidents.models import Alert, Callout, Incident, SolveRun
from muster.apps.incidents.wall_code import make_code
from muster.apps.people.actions import seed_capabilities
from muster.apps.people.actions.members import name_keys, phone_fields
from muster.apps.people.models import Capability, Employer, Holding, Member, Unit
from muster.apps.plans.actions import PlanInput, PlanNeedInput, write_plan
from muster.apps.plans.models import MapLayer, MusterPoint, Plan, Site
from muster.apps.service.actions import seed_pay_rate
from muster.core.ids import token_hash

NOW = "2026-07-14 14:20"
PASSWORD = "quiet rivers run deep"
TOKEN = "WorldTokenForTheReplyPage"

UNITS = (  # code, name, place, kind, parent
    ("OF", "应急后备办公室", "", "office", None),
    ("T1", "栗雨街道", "", "town", "OF"),
    ("T2", "泰山街道", "", "town", "OF"),
    ("V11", "新田连", "新田社区", "village", "T1"),
    ("V12", "高塘连", "高塘村", "village", "T1"),
    ("V21", "北岭连", "北岭社区", "village", "T2"),
    ("V22", "南坪连", "南坪村", "village", "T2"),
    ("S1", "园区抢险队", "", "team", "OF"),
)
HOMES = ("V11", "V12", "V21", "V22", "S1")
SURNAMES = "王李张刘陈杨赵黄周吴"
GIVEN = ("伟", "芳芳", "建国", "小明", "丽华", "志强")
ROLES = (
    "office_head", "commander", "duty_officer", "town_officer", "village_lead", "member", "auditor", "wall_screen",
    "system_admin", "security_admin", "staff", "depot_keeper", "trainer", "drone_crew", "gate_guard", "partner", "unassigned",
)  # fmt: skip

# member index -> capabilities beside general_rescue; certificates of every seventh member have lapsed
_CAPABILITIES = {
    1: ("team_leader",), 2: ("fire_support",), 3: ("medic",), 4: ("fire_support", "driver_truck"), 5: ("boat_crew",),
    6: ("team_leader", "fire_support"), 7: ("medic",), 8: ("fire_support",), 9: ("excavator",), 10: ("fire_support",),
    11: ("team_leader",), 12: ("fire_support", "medic"), 13: ("uas_pilot",), 14: ("boat_crew",), 15: ("comms",),
    16: ("fire_support",), 17: ("driver_truck",), 18: ("medic", "team_leader"), 19: ("traffic",), 20: ("fire_support",),
}  # fmt: skip


@dataclass
class World:
    """What a test holds on to. Rows are as they were when the world was made: read again what an act changed."""

    now: datetime
    units: dict[str, Unit]
    members: list[Member]
    capabilities: dict[str, Capability]
    muster_points: list[MusterPoint]
    site: Site
    plan: Plan
    accounts: dict[str, Account]
    outsider: object
    _running: Incident | None = field(default=None, repr=False)

    def actor(self, who: str) -> Actor:
        """The actor of a cast member: a role, or "other_town"."""
        found = actor_of(self.accounts[who].user)
        assert found is not None
        return found

    def client_of(self, who: str | None, **options: object) -> Client:
        """A browser signed in as `who`; None: a stranger; "outsider": a user without account. Reads English unless
        `language="zh-hans"`."""
        language = options.pop("language", "en")
        client = Client(headers={"Accept-Language": str(language)}, **options)
        if who == "outsider":
            client.force_login(self.outsider)
        elif who is not None:
            client.force_login(self.accounts[who].user)
        return client

    def member(self, number: int) -> Member:
        """Member TY00000n."""
        return self.members[number - 1]

    def open_incident(self, **changes: object) -> Incident:
        """A fresh incident at the substation, opened by the duty officer; its callout is a draft with the plan's needs."""
        given = {
            "title": "变电站周边火灾", "kind": "accident.fire", "place": "栗雨变电站", "lon": 113.12, "lat": 27.83,
            "reporter": "值班电话", "reporter_phone": "", "mode": "actual", "site": self.site, **changes,
        }  # fmt: skip
        return open_incident(self.actor("duty_officer"), **given)

    @property
    def running(self) -> Incident:
        """An incident whose callout is filling: members 2, 3, 4, 6, 8 and 10 were called by hand (made at first use)."""
        if self._running is None:
            incident = self.open_incident()
            called = [self.member(number).pk for number in (2, 3, 4, 6, 8, 10)]
            send_by_hand(self.actor("commander"), incident.callout, called, reason="test")
            Alert.objects.filter(callout=incident.callout, member=self.member(2)).update(token_hash=token_hash(TOKEN))
            self._running = incident
        return Incident.objects.get(pk=self._running.pk)

    @property
    def callout(self) -> Callout:
        """The running incident's callout."""
        return Callout.objects.get(incident=self.running)

    def alert(self, number: int = 2) -> Alert:
        """The running callout's alert of member TY00000n; that of member 2 has the reply token TOKEN."""
        return Alert.objects.get(callout=self.callout, member=self.member(number))

    def lead_alert(self) -> Alert:
        """The alert of member 6 as the lead through whom V11 is called, with member 10 as the one behind him."""
        lead = self.alert(6)
        Alert.objects.filter(pk=lead.pk).update(unit_called=self.units["V11"])
        Alert.objects.filter(pk=self.alert(10).pk).update(through=lead, channel="lead")
        return self.alert(6)

    def solve_run(self, **changes: object) -> SolveRun:
        """A stored answer of the planner for the running callout."""
        given = {
            "seq": self.callout.wanted_seq, "at": self.now, "solved_at": self.now, "seconds": 0.2, "outcome": "enough",
            "roster_hash": "0" * 64, "model_version": "prior", "p_low": 0.96, "p_hat": 0.97, "p_high": 0.98, **changes,
        }  # fmt: skip
        return SolveRun.objects.create(callout=self.callout, **given)


def _units() -> dict[str, Unit]:
    made: dict[str, Unit] = {}
    for index, (code, name, place, kind, parent) in enumerate(UNITS):
        path = f"{made[parent].path}/{code}" if parent else code
        made[code] = Unit.objects.create(
            code=code, name=name, place=place, kind=kind, parent=made[parent] if parent else None, path=path,
            lon=113.1 + index * 0.01, lat=27.8 + index * 0.005,
        )  # fmt: skip
    return made


def _member(index: int, units: dict[str, Unit], employer: Employer) -> Member:
    home = units[HOMES[(index - 1) % len(HOMES)]]
    name = SURNAMES[index % len(SURNAMES)] + GIVEN[index % len(GIVEN)]
    phone = "" if index == 8 else f"+86199{index:08d}"  # member 8 has no number: the call list
    return Member.objects.create(
        number=f"TY{index:06d}", name=name, **name_keys(name), **(phone_fields(phone) if phone else {}),
        sex=str(1 + index % 2), birth_date=date(1980 + index % 20, 1 + index % 12, 3),
        unit=home, home_unit=home if home.kind == "village" else units["V11"], is_lead=index % 10 == 1,
        employer=employer if index % 4 == 0 else None,
        lon=home.lon + 0.001 * (index % 5), lat=home.lat + 0.001 * (index % 7),
    )  # fmt: skip


def _members(units: dict[str, Unit], capabilities: dict[str, Capability]) -> list[Member]:
    employer = Employer.objects.create(name="新田机械厂", pays_wages=True)
    members = [_member(index, units, employer) for index in range(1, 31)]
    holdings = []
    for index, member in enumerate(members, start=1):
        for slug in ("general_rescue", *_CAPABILITIES.get(index, ())):
            capability = capabilities[slug]
            ends = date(2026, 1, 31) if index % 7 == 0 else date(2028, 6, 30)
            dates = {"valid_from": date(2024, 1, 1), "valid_to": ends} if capability.needs_certificate else {}
            holdings.append(Holding(member=member, capability=capability, **dates))
    Holding.objects.bulk_create(holdings)
    return members


def _account(role: str, login: str, unit_path: str = "", member_ref: str = "") -> Account:
    account, token = access.make_account(
        SYSTEM, login=login, name=login.replace("_", " "), role=role, unit_path=unit_path, member_ref=member_ref
    )
    return access.use_link(token, PASSWORD) and Account.objects.select_related("user").get(pk=account.pk)


def _accounts(units: dict[str, Unit], members: list[Member]) -> dict[str, Account]:
    places = {
        "town_officer": {"unit_path": units["T1"].path},
        "village_lead": {"unit_path": units["V11"].path},
        "member": {"member_ref": members[0].number},
    }
    made = {role: _account(role, role, **places.get(role, {})) for role in ROLES}
    made["other_town"] = _account("town_officer", "other_town", unit_path=units["T2"].path)
    return made


def _plan(actor: Actor, capabilities: dict[str, Capability], site: Site, points: list[MusterPoint]) -> Plan:
    needs = [("fire_support", 3, 30), ("medic", 1, 45), ("team_leader", 1, 30)]
    return write_plan(
        actor,
        PlanInput(
            zh="变电站周边火灾预案", en="Fire near the substation", kind="accident.fire", target=0.9, policy="propose",
            muster_points=points, site=site,
            needs=[PlanNeedInput(capabilities[slug], people, due) for slug, people, due in needs],
        ),
    )  # fmt: skip


def build(now: datetime) -> World:
    """Make the district in the present database."""
    seed_capabilities()
    seed_pay_rate()
    capabilities = {row.slug: row for row in Capability.objects.all()}
    units = _units()
    members = _members(units, capabilities)
    accounts = _accounts(units, members)
    points = [
        MusterPoint.objects.create(letter="A", zh="新田社区广场", en="Xintian square", lon=113.13, lat=27.82),
        MusterPoint.objects.create(letter="B", zh="栗雨园区东门", en="Liyu Park east gate", lon=113.11, lat=27.84),
    ]
    site = Site.objects.create(
        slug="substation", zh="栗雨变电站", en="Liyu substation", lon=113.12, lat=27.83, live_zone=True
    )
    MapLayer.objects.create(slug="towns", geojson={"type": "FeatureCollection", "features": []})
    head = actor_of(accounts["office_head"].user)
    assert head is not None
    outsider = get_user_model().objects.create_user("outsider", password=PASSWORD)
    plan = _plan(head, capabilities, site, points)
    return World(now, units, members, capabilities, points, site, plan, accounts, outsider)


@pytest.fixture
def world(db: None, at: Callable[[str], datetime]) -> World:
    return build(at(NOW))


@pytest.fixture
def url_arguments(world: World) -> Callable[[str, str], object]:
    """Gives a value for an argument of an address: `url_arguments("incident-people", "incident_id")`.

    A room with new kinds of arguments adds them here; the test of every URL fails for arguments nobody supplies."""
    general: dict[str, Callable[[], object]] = {
        "incident_id": lambda: world.running.pk,
        "alert_id": lambda: world.alert().pk,
        "finding_id": lambda: report_wrong_number(world.actor("duty_officer"), world.alert().member).pk,
        "test_id": lambda: _comms_test(world),
        "plan_id": lambda: world.plan.pk,
        "number": lambda: world.member(1).number,
        "run_id": lambda: _import_run(world),
        "pk": lambda: world.accounts["auditor"].pk,
        "code": lambda: world.running and make_code(world.callout.pk, "A"),
        "mode": lambda: "exercise",
        "closure_id": lambda: _closure(world),
        "layer_id": lambda: _layer(world),
        "service_id": lambda: _service(world),
        "base_id": lambda: 1,
        "base_hash": lambda: "0" * 64,
        "sheet_row": lambda: 4,
        "unit_code": lambda: "V11",
        "act_id": lambda: _bulk_act(world),
        "check_id": lambda: _check(world),
        "day": lambda: _sheet(world),
        "sheet": lambda: "201",
        "report_id": lambda: _report(world),
        "template": lambda: f"plan-{world.plan.pk}",
    }
    special: dict[tuple[str, str], Callable[[], object]] = {
        ("reply", "token"): lambda: world.running and TOKEN,
        ("field-unit", "alert_id"): lambda: world.lead_alert().pk,
        ("share-view", "token"): lambda: "x" * 32,
        ("first-password", "token"): lambda: access.new_link(SYSTEM, world.accounts["member"]),
    }

    def value(name: str, argument: str) -> object:
        return (special.get((name, argument)) or general[argument])()

    return value


def _comms_test(world: World) -> int:
    from muster.apps.channels.models import CommsProbe, CommsTest

    given = {"exercise": False, "channels": ["sms"], "state": "finished", "started_by": "t", "started_at": world.now}
    test = CommsTest.objects.create(**given)
    probes = [CommsProbe(test=test, member=m, unit=m.home_unit, channel="sms") for m in world.members]
    CommsProbe.objects.bulk_create(probes)
    return test.pk


def _closure(world: World) -> int:
    from muster.apps.maps.actions import ClosureInput, draw_closure

    line = [(113.12, 27.82), (113.13, 27.83)]
    return draw_closure(world.actor("duty_officer"), ClosureInput(kind="flood", points=line)).pk


def _layer(world: World) -> int:
    from muster.apps.maps.actions import add_overlay

    spot = b'{"type": "Point", "coordinates": [113.12, 27.82]}'
    return add_overlay(world.actor("duty_officer"), spot, "spot.geojson", datum="wgs84").layer.pk


def _report(world: World) -> int:
    from muster.apps.command.actions.orders import send_report

    given = {"kind": "first", "medium": "written", "addressee": "市应急局", "title": "首报", "body": "情况如下。"}
    return send_report(world.actor("duty_officer"), world.running.pk, **given).pk


def _bulk_act(world: World) -> int:
    """A change for many; a fresh one, of the very account that looks at it in the town."""
    from muster.apps.service.models import BulkAct

    given = {"kind": "away", "said": {}, "done_at": world.now}
    return BulkAct.objects.create(done_by=world.actor("town_officer").ref, **given).pk


def _service(world: World) -> int:
    from muster.apps.maps.actions import ServiceInput, add_service

    given = ServiceInput("影像图", "https://tiles.invalid/{z}/{x}/{y}.png", "GS(2026)1234号", "测绘院", "wgs84")
    return add_service(world.actor("office_head"), given).pk


def _check(world: World) -> int:
    from muster.apps.plans.models import PlanCheck

    return PlanCheck.objects.create(template="flood", state="done", target=0.95, asked_by="t", asked_at=world.now).pk


def _sheet(world: World) -> str:
    from muster.apps.desk.daily.actions import make_now
    from muster.apps.desk.models import DailySheet

    sheet = DailySheet.objects.first() or make_now(world.actor("office_head"))
    return sheet.day.isoformat()


def _import_run(world: World) -> int:
    from muster.apps.people.models import ImportRun

    run = ImportRun.objects.create(
        state="done", file_name="roster.xlsx", file_path="", datum="wgs84", as_of=world.now.date(),
        started_by=world.actor("duty_officer").ref, started_at=datetime(2026, 7, 14, tzinfo=UTC),
    )  # fmt: skip
    return run.pk
