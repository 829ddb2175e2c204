"""The lessons of a callout as the page shows them: under each heading its facts, its findings and what is still a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from muster.access.models import Account, Role
from muster.access.rights import Actor
from muster.apps.desk.models import Lesson, LessonState
from muster.apps.desk.review import words
from muster.apps.desk.review.facts import facts_of
from muster.apps.desk.review.words import HEADINGS
from muster.apps.incidents.models import Incident
from muster.apps.incidents.review import review

OWNERS = (Role.OFFICE_HEAD, Role.COMMANDER, Role.DUTY_OFFICER, Role.STAFF, Role.TOWN_OFFICER)


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact as a sentence; `drafted`: it is bad and not a finding yet."""

    code: str
    text: str
    bad: bool
    drafted: bool
    link: str


@dataclass(frozen=True, slots=True)
class LessonView:
    """A finding with the names of who sees to it and who ended it; `text`: own words, else the drafted ones."""

    row: Lesson
    text: str
    link: str
    owner: str
    ended_by: str
    late: bool


@dataclass(frozen=True, slots=True)
class Part:
    code: str
    word: str | Promise
    icon: str
    facts: tuple[FactLine, ...]
    lessons: tuple[LessonView, ...]


def parts(incident: Incident, actor: Actor, at: datetime) -> list[Part]:
    """The four headings in their order. NotAllowed without the right to see reviews."""
    found = facts_of(review(incident, actor), at)
    rows = list(incident.lessons.all())
    names, taken = dict(owners(active=False)), {row.ref for row in rows}
    lines = [
        (fact.heading, FactLine(fact.code, words.say(fact.code, fact.figures), fact.bad, fact.bad and fact.ref not in taken,
                                words.where(fact.code, incident)))
        for fact in found
    ]  # fmt: skip
    views = [(row.heading, _view(row, incident, names, at)) for row in rows]
    return [
        Part(
            code, word, words.ICONS[code],
            tuple(line for heading, line in lines if heading == code),
            tuple(view for heading, view in views if heading == code),
        )
        for code, word in HEADINGS.items()
    ]  # fmt: skip


def _view(row: Lesson, incident: Incident, names: dict[str, str], at: datetime) -> LessonView:
    text = row.text or words.draft(row.code, row.figures)
    late = row.state == LessonState.OPEN and row.due_on is not None and row.due_on < at.date()
    link = words.where(row.code, incident) if row.code else ""
    return LessonView(row, text, link, names.get(row.owner, ""), names.get(row.ended_by, ""), late)


def owners(*, active: bool = True) -> list[tuple[str, str]]:
    """(reference, name) of those who can see to a finding; with active=False everybody who ever could."""
    rows = Account.objects.filter(active=True, role__in=OWNERS) if active else Account.objects.all()
    return [(f"account:{pk}", name) for pk, name in rows.order_by("pk").values_list("pk", "name")]
