"""People called through their lead, and what the number he gives says of each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from muster.apps.incidents.models import Alert, Callout
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.states import COMING, REFUSED
from muster.core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Reading:
    """What a number says: who comes, who does not, and of whom it leaves that open. Alert ids, disjoint."""

    comes: frozenset[int]
    stays: frozenset[int]
    either: frozenset[int]


def reading(people: Mapping[int, str], lead: int, number: int, cannot: Collection[int] = ()) -> Reading:
    """Read "`number` of the unit come, and these can not" (`cannot`, alert ids).

    people: alert id -> yes | no | open, what is known of each (see `word_of`). The lead, unless he was told early not to
    come, stands among them and counts as coming when anybody does, unless he can not.

    Errors, each with the figures: InvalidInput "incidents.unit_too_many" (more than were called),
    "incidents.unit_names_differ" (more than those named leave), "incidents.unit_too_few" (fewer than have said or shown
    that they come).
    """
    if number > len(people):
        raise InvalidInput("incidents.unit_too_many", said=number, called=len(people))
    no = {one for one, word in people.items() if word == "no" or one in cannot}
    if number > len(people) - len(no):
        left = len(people) - len(no)
        raise InvalidInput("incidents.unit_names_differ", said=number, called=len(people), named=len(no), left=left)
    yes = {one for one, word in people.items() if word == "yes" and one not in no}
    if number and lead in people and lead not in no:
        yes.add(lead)
    if number < len(yes):
        raise InvalidInput("incidents.unit_too_few", said=number, coming=len(yes))
    rest = set(people) - yes - no
    if number == len(yes) + len(rest):
        yes, rest = yes | rest, set()
    elif number == len(yes):
        no, rest = no | rest, set()
    return Reading(frozenset(yes), frozenset(no), frozenset(rest))


def word_of(alert: Alert) -> str:
    """yes | no | open; "" for somebody who was told early not to come and never said that he would."""
    if alert.state in COMING or alert.state == AlertState.CHECKED_IN:
        return "yes"
    if alert.state in REFUSED:
        return "no"
    if alert.state == AlertState.RELEASED:
        return "yes" if alert.replied_at or alert.checked_in_at else ""
    return "open"


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A unit called through `lead`; `people` are everybody of it that was called with him, he first."""

    lead: Alert
    people: tuple[Alert, ...]

    @property
    def words(self) -> dict[int, str]:
        """Alert id -> yes | no | open of those who count."""
        return {row.pk: word for row in self.people if (word := word_of(row))}

    @property
    def open(self) -> list[Alert]:
        return [row for row in self.people if word_of(row) == "open"]

    @property
    def called(self) -> int:
        return len(self.words)

    @property
    def coming(self) -> int:
        """Heads known by name."""
        return sum(word == "yes" for word in self.words.values())

    @property
    def unnamed(self) -> int:
        """Of those open, how many come by the lead's number. Who withdrew since is one of them no more."""
        said, since = number_of(self.lead), self.lead.unit_said_at
        if said is None or since is None:
            return 0
        gone = sum(_withdrew_after(row, since) for row in self.people)
        return min(max(0, said - self.coming - gone), len(self.open))


def number_of(lead: Alert) -> int | None:
    """How many his unit brings by his word; None without one, and of a lead who can not be reached or was told since that
    he need not come.

    A number that stands beside his refusal was given with it: when he drops out later it lapses.
    """
    if lead.state == AlertState.UNDELIVERED:
        return None
    let_go, said = lead.released_at, lead.unit_said_at
    early = lead.state == AlertState.RELEASED and lead.checked_in_at is None
    return None if early and let_go and said and let_go >= said else lead.unit_said


def _withdrew_after(alert: Alert, since: datetime) -> bool:
    return alert.state == AlertState.WITHDRAWN and alert.replied_at is not None and alert.replied_at > since


def groups_among(alerts: Iterable[Alert]) -> list[Group]:
    """The groups among all alerts of one callout, in the order in which their leads stand there."""
    rows = list(alerts)
    led: dict[int, list[Alert]] = {row.pk: [row] for row in rows if row.unit_called_id is not None}
    for row in rows:
        if row.through_id in led:
            led[row.through_id].append(row)
    return [Group(own[0], tuple(own)) for own in led.values()]


def group_of(lead: Alert) -> Group:
    """The unit called through this lead, as it stands."""
    linked = ("member", "need__capability", "muster_point", "callout__incident", "unit_called")
    own = Alert.objects.filter(pk=lead.pk) | Alert.objects.filter(through=lead.pk)
    rows = list(own.select_related(*linked).order_by("member__sort_pinyin", "pk"))
    return groups_among(sorted(rows, key=lambda row: row.pk != lead.pk))[0]


def said_shares(alerts: Iterable[Alert]) -> dict[int, tuple[float, datetime]]:
    """Member id -> (chance that he comes by his lead's number, when that was said), for those it leaves open."""
    found = {}
    for group in groups_among(alerts):
        left, since = group.open, group.lead.unit_said_at
        if since is not None and number_of(group.lead) is not None:
            found.update({row.member_id: (group.unnamed / len(left), since) for row in left})
    return found


def unnamed_missing(callout: Callout) -> int:
    """How many people their leads said do not come, without saying who."""
    groups = groups_among(callout.alerts.all())
    return sum(len(group.open) - group.unnamed for group in groups if number_of(group.lead) is not None)


def perhaps_called(alert: Alert) -> bool:
    """Whether he may know that he is called: his own message has left, or that of the lead he is called through."""
    return alert.sent_at is not None or (alert.through is not None and alert.through.sent_at is not None)
