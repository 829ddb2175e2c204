"""Judging a run: hard assertions that no chance excuses, and the outcome, which is a matter of chance.

Qualification and availability are judged by what the district's makers know of its people, who came by what the virtual
members know of themselves, the warning by what stood on the duty page: never by the system's own rules and tables of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from muster.core.units import beijing_day
from muster.exercise.desk import Look
from muster.exercise.district.folk import PersonData
from muster.exercise.district.make import District

RATE_CNY = 200
EARLY_MINUTES = 0.05  # clocks are read to the millisecond; nobody is noted before he came
LATE_MINUTES = 6.0  # the longest tick is five minutes: who comes just after one is noted at the next
RED = ("at_risk", "short")


@dataclass(frozen=True, slots=True)
class Assertion:
    name: str
    expected: object
    measured: object

    @property
    def holds(self) -> bool:
        return self.expected == self.measured

    def shown(self) -> dict[str, object]:
        return {"name": self.name, "expected": self.expected, "measured": self.measured, "holds": self.holds}


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was seen of one run. `came`: number -> minute at a muster point, as the virtual members know it;
    `bodies`: (text, exercise flag) of all the gateway took; `paid`, `days`: number -> amount and days on the pay sheet;
    `looks`: due minute -> what the duty page said at the desk's last look before it; `slack` is how many minutes later
    than he came somebody may be noted. Of the members: `lost` whose text a gateway took and lost, `rung` who was rung up,
    `listed` who stood on the call list at the stand-down (minute `stood_down`)."""

    district: District
    start: datetime
    came: Mapping[str, float]
    bodies: Sequence[tuple[str, bool]]
    trapped: int
    doubled: int
    paid: Mapping[str, Decimal]
    days: Mapping[str, int]
    books: Mapping[str, Any]
    journal_holds: bool
    looks: Mapping[float, Look] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    rung: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    stood_down: float = 0.0
    slack: float = LATE_MINUTES


def skills(person: PersonData, start: datetime) -> set[str]:
    """What the person may be posted as on the day (Beijing): certificates that have lapsed give nothing."""
    day = beijing_day(start)
    return {h.capability for h in person.holdings if h.valid_to is None or h.valid_to >= day}


def unavailable(person: PersonData, district: District, start: datetime) -> bool:
    """Away by his own notice, suspended, or on river patrol."""
    away = any(not a.cancelled and a.starts_at <= start < a.ends_at for a in person.away)
    return away or person.suspended or person.number in district.patrol


def assertions(seen: Evidence) -> list[Assertion]:
    """The hard ones, in the order they are reported."""
    people = {person.number: person for person in seen.district.people}
    alerts, came = seen.books["alerts"], set(seen.came)
    posts = {line["order"]: line["capability"] for line in seen.books["lines"]}
    checked_in = {a["number"] for a in alerts if a["checked_in"] is not None}
    unqualified = sum(
        a["post"] is not None and posts[a["post"]] not in skills(people[a["number"]], seen.start) for a in alerts
    )
    called_away = sum(
        unavailable(people[a["number"]], seen.district, seen.start)
        or bool(a["need"] and a["need"] not in skills(people[a["number"]], seen.start))
        for a in alerts
    )
    person_days, total = sum(seen.days.values()), sum(seen.paid.values(), Decimal(0))
    unmarked = sum(not (flag and body.startswith(("【演练】", "[EXERCISE]"))) for body, flag in seen.bodies)
    paid = {number for number, amount in seen.paid.items() if amount > 0}
    return [
        Assertion("unaccounted", 0, len(unaccounted(seen))),
        Assertion("came_but_not_checked_in", 0, len(came - checked_in)),
        Assertion("checked_in_but_never_came", 0, len(checked_in - came)),
        Assertion("unqualified_on_post", 0, unqualified),
        Assertion("called_while_unavailable", 0, called_away),
        Assertion("called_twice", 0, seen.doubled + _repeats(alerts)),
        Assertion("person_days", len(checked_in), person_days),
        Assertion("pay_cny", RATE_CNY * person_days, _plain(total)),
        Assertion("came_but_unpaid", 0, len(came - paid)),
        Assertion("without_exercise_flag", 0, unmarked + seen.books["not_exercise"] + _real_turns(seen.books)),
        Assertion("left_by_a_real_channel", 0, seen.trapped),
        Assertion("incident_closed", True, seen.books["state"] in ("closed", "reviewed")),
        Assertion("journal_verified", True, seen.journal_holds),
    ]


def unaccounted(seen: Evidence) -> set[str]:
    """Who came and did not go home by the books: everybody the members know came has one turn of duty, which began about
    when he came and has ended since; no other turn is open either, nor is anybody still on the list. The books count from
    T0, the members from the start: on a slow machine the call is taken a little later than it came in."""
    late = (datetime.fromisoformat(seen.books["t0"]) - seen.start).total_seconds() / 60.0
    turns: dict[str, list[tuple[float, float | None]]] = defaultdict(list)
    for number, _exercise, starts, ends in seen.books["turns"]:
        turns[number].append((starts, ends))
    lost = {number for number, minute in seen.came.items() if not _went_home(turns[number], minute - late, seen.slack)}
    still_open = {number for number, found in turns.items() if any(ends is None for _, ends in found)}
    listed = {a["number"] for a in seen.books["alerts"] if a["checked_in"] is not None and not turns[a["number"]]}
    return lost | still_open | listed


def _went_home(turns: Sequence[tuple[float, float | None]], came: float, slack: float) -> bool:
    return len(turns) == 1 and all(
        ends is not None and came - EARLY_MINUTES <= starts <= min(came + slack, ends) for starts, ends in turns
    )


def _plain(amount: Decimal) -> int | str:
    return int(amount) if amount == int(amount) else str(amount)


def _repeats(alerts: Sequence[Mapping[str, Any]]) -> int:
    return sum(n - 1 for n in Counter(a["number"] for a in alerts).values())


def _real_turns(books: Mapping[str, Any]) -> int:
    return sum(not exercise for _number, exercise, _starts, _ends in books["turns"])


def in_time(seen: Evidence, line: Mapping[str, Any]) -> list[str]:
    """Members checked in by the line's due time who may fill it."""
    people = {person.number: person for person in seen.district.people}
    return [
        a["number"]
        for a in seen.books["alerts"]
        if a["checked_in"] is not None
        and a["checked_in"] <= line["due"]
        and line["capability"] in skills(people[a["number"]], seen.start)
    ]


def filled(seen: Evidence, lines: Sequence[Mapping[str, Any]] | None = None) -> int:
    """Most posts (of `lines`, all by default) that could be filled in time by those who were there, one post each: a
    bipartite matching."""
    lines = seen.books["lines"] if lines is None else lines
    slots = [line for line in lines for _ in range(line["people"])]
    numbers = {a["number"]: i for i, a in enumerate(seen.books["alerts"])}
    able = {line["order"]: [numbers[n] for n in in_time(seen, line)] for line in lines}
    pairs = [(row, column) for row, line in enumerate(slots) for column in able[line["order"]]]
    if not pairs:
        return 0
    rows, columns = np.array(pairs).T
    graph = csr_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(len(slots), max(1, len(numbers))))
    return int((maximum_bipartite_matching(graph, perm_type="column") >= 0).sum())


def warned(seen: Evidence, missed: Sequence[Mapping[str, Any]]) -> bool | None:
    """Whether the desk saw it coming: at its last look before the first missed line fell due, the duty page marked the
    whole or that line as at risk or short. None when nothing was missed; a page that was not looked at warned nobody."""
    if not missed:
        return None
    due = min(line["due"] for line in missed)
    look = seen.looks.get(float(due))
    orders = [line["order"] for line in missed if line["due"] == due]
    return look is not None and (look.word in RED or any(look.lines.get(order) in RED for order in orders))


def missed_lines(seen: Evidence) -> list[Mapping[str, Any]]:
    """Lines with too few people in time for themselves; where none is, but lines compete for the same people, those that
    fell due when the posts could first not all be filled."""
    lines = seen.books["lines"]
    alone = [line for line in lines if len(in_time(seen, line)) < line["people"]]
    if alone:
        return alone
    for due in sorted({line["due"] for line in lines}):
        so_far = [line for line in lines if line["due"] <= due]
        if filled(seen, so_far) < sum(line["people"] for line in so_far):
            return [line for line in lines if line["due"] == due]
    return []


def _lost(seen: Evidence) -> dict[str, int]:
    """What became of people whose text was lost: rung up, came all the same, still on the call list, or on none."""
    if not seen.lost:
        return {}
    alerts = seen.books["alerts"]
    came = {a["number"] for a in alerts if a["checked_in"] is not None}
    told = {a["number"] for a in alerts if a["released"] is not None and a["released"] < seen.stood_down}
    return {
        "texts_lost": len(seen.lost),
        "rung_of_lost": len(seen.lost & seen.rung),
        "came_of_lost": len(seen.lost & came),
        "lost_and_on_no_list": len(seen.lost - seen.rung - seen.listed - came - told),
    }


def outcome(seen: Evidence, *, people: int, minute: float) -> dict[str, object]:
    """Needs met in time (by matching, as the certificate means it), people on the scene, surplus, the stated P."""
    lines, alerts = seen.books["lines"], seen.books["alerts"]
    posts = sum(line["people"] for line in lines)
    full, missed = filled(seen), missed_lines(seen)
    there = sum(a["checked_in"] is not None and a["checked_in"] <= minute for a in alerts)
    count = sum(a["checked_in"] is not None for a in alerts)
    return {
        "needs_met": full == posts,
        "posts": posts,
        "posts_filled": full,
        "missed": [line["capability"] for line in missed],
        "on_scene": there,
        "on_scene_enough": there >= people,
        "alerted": len(alerts),
        "waves": max((a["wave"] for a in alerts), default=0),
        "came": count,
        "surplus_share": round((count - posts) / count, 4) if count else 0.0,
        "stated_p": seen.books["stated_p"],
        **_lost(seen),
        "warned_before_deadline": warned(seen, missed),
        "seen_before_due": [seen.looks[due].shown(due) for due in sorted(seen.looks)],
    }
