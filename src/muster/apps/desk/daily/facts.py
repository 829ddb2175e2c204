"""What stands on the sheet, gathered at one moment as plain values that JSON can keep; no language, no names of members.

{"version", "at", "office", "phone", "exercise",
 "duty": {"leader", "officer"},
 "incidents": [{"title", "kind", "t0", "exercise", "taken"}],
 "towns": [{"zh", "en", + Strength}], "total": Strength,
 "capabilities": [{"zh", "en", "holders", "ready", "need"}],
 "plans": see daily.plans, "certificates": see certificates(), "findings": see daily.findings}

Strength: enrolled = ready + taken + away + unreachable, each member counted once, in the order taken, away, unreachable.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings

from muster.apps.desk.daily.findings import findings
from muster.apps.desk.daily.plans import needs_by_capability, plan_rows
from muster.apps.desk.models import DutyDay
from muster.apps.incidents.models import Incident
from muster.apps.incidents.reads.access import OVER
from muster.apps.people.models import Capability, Holding, MemberState, Unit, UnitKind
from muster.apps.people.reads import MemberArrays, member_arrays
from muster.apps.people.reads.validity import SOON_DAYS
from muster.apps.service.models import Commitment
from muster.apps.service.reads import availability_at, committed_ids
from muster.apps.service.reads.rota import rota_officer
from muster.core.units import beijing_day
from muster.jobs.clock import is_exercise_home

VERSION = 1
LATER_DAYS = 60
Facts = dict[str, Any]
Mask = np.ndarray


def gather(at: datetime, fresh_since: datetime | None = None) -> Facts:
    """Everything on the sheet as of `at`. `fresh_since`: answers asked for since then count although the books moved on."""
    day = beijing_day(at)
    people = member_arrays(at)
    groups = _groups(people, at)
    plans = plan_rows(at, fresh_since)
    return {
        "version": VERSION,
        "at": at.isoformat(),
        "office": settings.MUSTER_OFFICE_NAME,
        "phone": settings.MUSTER_DESK_PHONE,
        "exercise": is_exercise_home(),
        "duty": duty_of(day),
        "incidents": _incidents(),
        "towns": _towns(people, groups),
        "total": _strength(groups, np.ones(len(people), np.bool_)),
        "capabilities": _capabilities(people, groups["ready"], needs_by_capability()),
        "plans": plans,
        "certificates": certificates(day),
        "findings": findings(people, at),
    }


def digest_of(facts: Facts) -> str:
    """SHA-256 of the facts, whatever the order of their keys."""
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def duty_of(day: date) -> dict[str, str]:
    """The names entered for that day; the officer of the rota where none was entered; "" where neither is."""
    row = DutyDay.objects.filter(day=day).first()
    officer = row.officer_name if row else ""
    return {"leader": row.leader_name if row else "", "officer": officer or rota_officer(day)}


def _groups(people: MemberArrays, at: datetime) -> dict[str, Mask]:
    """The four groups, disjoint and together everybody."""
    ids = committed_ids(at, exercises=is_exercise_home())
    taken = np.isin(people.ids, np.array(sorted(ids), np.int64))
    away = ~taken & (people.away | availability_at(people.ids, at).off)  # off duty counts as away on the sheet
    unreachable = ~taken & ~away & (people.withdrawn | ~people.phone)
    return {"ready": ~taken & ~away & ~unreachable, "taken": taken, "away": away, "unreachable": unreachable}


def _strength(groups: dict[str, Mask], part: Mask) -> dict[str, int]:
    return {"enrolled": int(part.sum()), **{name: int((mask & part).sum()) for name, mask in groups.items()}}


def _towns(people: MemberArrays, groups: dict[str, Mask]) -> list[Facts]:
    """By the unit served in: the towns in their order, then what belongs to none of them."""
    paths = people.unit_path.astype(np.str_)
    rest = np.ones(len(people), np.bool_)
    rows = []
    for town in Unit.objects.filter(kind=UnitKind.TOWN).order_by("path"):
        part = (paths == town.path) | np.char.startswith(paths, town.path + "/")
        rest &= ~part
        rows.append({"zh": town.name, "en": town.name_en or town.name, **_strength(groups, part)})
    if rest.any():
        rows.append({"zh": "", "en": "", **_strength(groups, rest)})
    return rows


def _incidents() -> list[Facts]:
    """Those not yet closed, with how many people are taken for each."""
    rows = Incident.objects.exclude(state__in=OVER).select_related("callout").order_by("-t0", "-pk")
    return [
        {
            "title": row.title, "kind": row.kind, "t0": row.t0.isoformat(), "exercise": row.is_exercise,
            "taken": Commitment.objects.filter(ref=f"callout:{row.callout.pk}", ends_at=None).count(),
        }
        for row in rows
    ]  # fmt: skip


def _capabilities(people: MemberArrays, ready: Mask, needs: dict[str, int]) -> list[Facts]:
    """What some plan asks for: valid holders, those who can be called, and the most that any one plan needs."""
    rows = []
    for one in Capability.objects.filter(slug__in=needs).order_by("bit"):
        holds = ((people.caps >> np.uint64(one.bit)) & np.uint64(1)).astype(np.bool_)
        counts = {"holders": int(holds.sum()), "ready": int((holds & ready).sum()), "need": needs[one.slug]}
        rows.append({"zh": one.zh, "en": one.en, **counts})
    return rows


def certificates(day: date) -> Facts:
    """Certificates of members on the books by when they end: "lapsed" already, "soon" within 30 days, "later" within 60.

    {"lapsed", "soon", "later", "rows": [{"zh", "en", "soon", "later"}], "holdings": [[member id, capability, last day]]}
    """
    held = Holding.objects.filter(member__state=MemberState.ACTIVE).select_related("capability")
    ending = list(
        held.filter(valid_to__gte=day, valid_to__lte=day + timedelta(days=LATER_DAYS)).order_by("valid_to", "pk")
    )
    border = day + timedelta(days=SOON_DAYS)
    rows: dict[int, Facts] = {}
    for holding in ending:
        one = holding.capability
        row = rows.setdefault(one.bit, {"zh": one.zh, "en": one.en, "soon": 0, "later": 0})
        row["soon" if holding.valid_to <= border else "later"] += 1
    return {
        "lapsed": held.filter(valid_to__lt=day).count(),
        "soon": sum(row["soon"] for row in rows.values()),
        "later": sum(row["later"] for row in rows.values()),
        "rows": sorted(rows.values(), key=lambda row: (-row["soon"], -row["later"])),
        "holdings": [[one.member_id, one.capability.slug, one.valid_to.isoformat()] for one in ending],
    }
