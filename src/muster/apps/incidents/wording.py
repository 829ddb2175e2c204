"""The words of the text messages. Carriers approve templates by these very sentences: change them with care.

An exercise text begins with 【演练】 or [EXERCISE] and an actual one never does; gates.check_body refuses all else.
A call should cost one part (70 UCS-2 units or 160 septets). When it would not, the office's name behind the exercise
mark goes first, then the title is cut short; muster point, time, post and the digits are never cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from muster.apps.channels.gates import EXERCISE_MARKS
from muster.apps.incidents.models import Alert, Incident, NeedLine
from muster.apps.people.models import Unit
from muster.apps.plans.models import MusterPoint
from muster.codecs import sms
from muster.codecs.text import single_spaces, visible

BEIJING = ZoneInfo("Asia/Shanghai")
SHORTEST_TITLE = 6
FAR_HOURS = 12  # a clock time further away than this needs its date
_BRACKETS = str.maketrans({"【": "", "】": "", "[": "(", "]": ")"})

SENTENCES = {
    "zh-hans": {
        "call": "集结",
        "replacement": "补位集结",
        "by": "{due}前到{point}",
        "soon": "请尽快到{point}",
        "role": "，岗位{role}",
        "posts": "，岗位{posts}",
        "post": "{role}{count}",
        "and": " ",
        "digits": "能来回1，来不了回2。",
        "desk": "电话{phone}",
        "link": " 或点 {link}",
        "alert": "{head}{call}：{title}。{where}{role}。{digits}{desk}{link}",
        "unit": "{head}{call}：{title}。请带{unit}{people}人（含您）{where}{posts}。来几人回几人，如{people}人；您来不了回2。"
        "{desk}{link}",
        "unit_refused": "{head}{title}：您报{said}人，本队只叫了{people}人，未登记。请重报，如{people}人。{desk}",
        "unit_few": "{head}{title}：您报{said}人，与已知答复不符（本队叫了{people}人），未登记。请重报，或打电话。{desk}",
        "unit_unclear": "{head}{title}：没看懂您的回复，未登记。来几人回几人，如{people}人；您来不了回2。{desk}",
        "again": "{head}{title}：还等您的准信。{where}。能来回1，来不了回2，说不准回3。{desk}",
        "release": "{head}{title}：人已够，谢谢您，不用来了，请留在原处。{desk}",
        "stand_down": "{head}{title}：集结已终止，请不要再来，已出发的请返回。谢谢您。{desk}",
        "too_late": "{head}{title}：谢谢您答复，人已够或集结已结束，请不要来。{desk}",
        "cut": "…",
        "date": "{0.month}月{0.day}日{0:%H:%M}",
    },
    "en": {
        "call": "Callout",
        "replacement": "Callout (replacement)",
        "by": "Be at {point} by {due}",
        "soon": "Come at once to {point}",
        "role": " as {role}",
        "posts": ", posts: {posts}",
        "post": "{count} {role}",
        "and": ", ",
        "digits": "Reply 1=coming, 2=not coming. ",
        "desk": "Desk {phone}",
        "link": " or: {link}",
        "alert": "{head}{call}: {title}. {where}{role}. {digits}{desk}{link}",
        "unit": "{head}{call}: {title}. Bring {people} of {unit}, you included. {where}{posts}. "
        "Reply how many come, as {people} people; 2 if you can not. {desk}{link}",
        "unit_refused": "{head}{title}: you said {said}, only {people} of your unit are called. Not noted. "
        "Please say again, as {people} people. {desk}",
        "unit_few": "{head}{title}: you said {said}, which does not fit the answers known of your unit of {people}. "
        "Not noted. Please say again, or call. {desk}",
        "unit_unclear": "{head}{title}: your answer was not understood. Not noted. Reply how many come, as {people} "
        "people; 2 if you can not. {desk}",
        "again": "{head}{title}: we still wait for your word. {where}. Reply 1=coming, 2=not coming, 3=can not say. {desk}",
        "release": "{head}{title}: enough people have come. Thank you, you are not needed, stay where you are. {desk}",
        "stand_down": "{head}{title}: the callout has ended. Do not come; if under way, turn back. Thank you. {desk}",
        "too_late": "{head}{title}: thank you for answering. You are not needed any more, please do not come. {desk}",
        "cut": "...",  # the one-letter ellipsis would turn the whole text into UCS-2
        "date": "{0:%H:%M} on {0.day} {0:%b}",
    },
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text says, already in the reader's language. `due` is empty when the time has passed or none is set."""

    language: str
    exercise: bool
    office: str
    title: str
    point: str = ""
    role: str = ""
    due: str = ""
    phone: str = ""
    link: str = ""
    replacement: bool = False
    unit: str = ""
    people: int = 0  # of the unit that is called, its lead included
    posts: str = ""  # how many of them for which post
    said: int = 0  # how many of them its lead said would come


def alert_text(alert: Alert, token: str = "", language: str | None = None) -> str:
    """The call itself; the link stands in it only where MUSTER_PUBLIC_URL says how phones reach it."""
    facts = _facts(alert.callout.incident, alert.need, alert.muster_point, alert.alerted_at, language)
    link = f"{settings.MUSTER_PUBLIC_URL.rstrip('/')}/r/{token}" if token and settings.MUSTER_PUBLIC_URL else ""
    return compose("alert", replace(facts, link=link, replacement=alert.wave.origin == "replacement"))


def unit_text(
    alert: Alert, people: int, needs: Sequence[NeedLine], token: str = "", language: str | None = None
) -> str:
    """The call of a unit, to its lead: bring so many, for these posts, by the time of the need that is due first.

    needs: of each of the `people` who has a post, so with repetitions.
    """
    facts = _facts(alert.callout.incident, _due_first(needs), alert.muster_point, alert.alerted_at, language)
    link = f"{settings.MUSTER_PUBLIC_URL.rstrip('/')}/r/{token}" if token and settings.MUSTER_PUBLIC_URL else ""
    name = _unit_name(alert.unit_called, facts.language) if alert.unit_called else ""
    facts = replace(facts, role="", link=link, unit=name, people=people)
    return _with_posts(facts, _posts(needs, facts.language))


def unit_preview_text(
    incident: Incident, unit: Unit, people: int, needs: Sequence[NeedLine], point: MusterPoint, at: datetime
) -> str:
    """The call of this unit as its lead would get it; the link shown stands for his own."""
    facts = _facts(incident, _due_first(needs), point, at, None)
    base = settings.MUSTER_PUBLIC_URL.rstrip("/")
    link = f"{base}/r/{'·' * 22}" if base else ""
    facts = replace(facts, role="", link=link, unit=_unit_name(unit, facts.language), people=people)
    return _with_posts(facts, _posts(needs, facts.language))


def _due_first(needs: Sequence[NeedLine]) -> NeedLine | None:
    """By then the lead has to have his people there."""
    return min(needs, key=lambda need: (need.due_minutes, need.order), default=None)


def _posts(needs: Sequence[NeedLine], language: str) -> str:
    """How many are wanted for which post, in the order of the needs."""
    words, english = SENTENCES[language], language == "en"
    wanted: dict[str, int] = {}
    for need in sorted(needs, key=lambda need: need.order):
        role = _clean(need.capability.en if english else need.capability.zh)
        wanted[role] = wanted.get(role, 0) + 1
    return words["and"].join(words["post"].format(role=role, count=count) for role, count in wanted.items())


def _with_posts(facts: Facts, posts: str) -> str:
    """The call of a unit; the posts stand in it where they cost one part more at most."""
    bare, full = compose("unit", facts), compose("unit", replace(facts, posts=posts))
    return full if sms.length(full).parts <= sms.length(bare).parts + 1 else bare


def unit_refused_text(alert: Alert, said: int, people: int, language: str | None = None) -> str:
    """To a lead who confirmed more people than he has."""
    facts = _facts(alert.callout.incident, None, alert.muster_point, alert.alerted_at, language)
    return compose("unit_refused", replace(facts, said=said, people=people))


def unit_few_text(alert: Alert, said: int, people: int, language: str | None = None) -> str:
    """To a lead whose number contradicts what his people have said or shown themselves."""
    facts = _facts(alert.callout.incident, None, alert.muster_point, alert.alerted_at, language)
    return compose("unit_few", replace(facts, said=said, people=people))


def unit_unclear_text(alert: Alert, people: int, language: str | None = None) -> str:
    """To a lead whose text could not be read: what is wanted of him, once more."""
    facts = _facts(alert.callout.incident, None, alert.muster_point, alert.alerted_at, language)
    return compose("unit_unclear", replace(facts, people=people))


def ask_again_text(alert: Alert, language: str | None = None) -> str:
    """To somebody who could not say yet, or said nothing clear, or nothing."""
    return compose("again", _facts(alert.callout.incident, alert.need, alert.muster_point, alert.alerted_at, language))


def _unit_name(unit: Unit, language: str) -> str:
    return _clean(unit.name_en or unit.name) if language == "en" else _clean(unit.name)


def preview_text(
    incident: Incident, need: NeedLine | None, point: MusterPoint, at: datetime, language: str | None = None
) -> str:
    """The call as somebody for this need and muster point would get it; the link shown stands for his own."""
    facts = _facts(incident, need, point, at, language)
    base = settings.MUSTER_PUBLIC_URL.rstrip("/")
    return compose("alert", replace(facts, link=f"{base}/r/{'·' * 22}" if base else ""))


def release_text(alert: Alert, language: str | None = None) -> str:
    """Not needed any more, before setting out."""
    return compose("release", _facts(alert.callout.incident, None, alert.muster_point, alert.alerted_at, language))


def stand_down_text(alert: Alert, language: str | None = None) -> str:
    """The callout has ended; for people who had accepted and are not here yet."""
    return compose("stand_down", _facts(alert.callout.incident, None, alert.muster_point, alert.alerted_at, language))


def too_late_text(alert: Alert, language: str | None = None) -> str:
    """He says that he comes, but was let go or the callout has ended: he must not set out."""
    return compose("too_late", _facts(alert.callout.incident, None, alert.muster_point, alert.alerted_at, language))


def _facts(incident: Incident, need: NeedLine | None, point: MusterPoint, at: datetime, language: str | None) -> Facts:
    spoken = "en" if (language or settings.LANGUAGE_CODE).startswith("en") else "zh-hans"
    chinese = spoken != "en"
    due = incident.t0 + timedelta(minutes=need.due_minutes) if need else None
    return Facts(
        language=spoken,
        exercise=incident.is_exercise,
        office=settings.MUSTER_OFFICE_NAME,
        title=incident.title,
        point=f"{point.letter}{'' if chinese else ' '}{point.zh if chinese else point.en}",
        role=(need.capability.zh if chinese else need.capability.en) if need else "",
        due=due_words(due, at, spoken) if due and due > at else "",
        phone=settings.MUSTER_DESK_PHONE,
    )


def due_words(due: datetime, at: datetime, language: str) -> str:
    """Clock time in Beijing, with the date when it is more than half a day away."""
    local = due.astimezone(BEIJING)
    if due - at > timedelta(hours=FAR_HOURS):
        return SENTENCES[language]["date"].format(local)
    return f"{local:%H:%M}"


def compose(kind: str, facts: Facts) -> str:
    """The text with the fewest parts, and of those the one that leaves out least."""
    texts = list(_versions(kind, facts))
    fewest = min(sms.length(text).parts for text in texts)
    return next(text for text in texts if sms.length(text).parts == fewest)


def _versions(kind: str, facts: Facts) -> Iterator[str]:
    facts = replace(
        facts,
        office=_clean(facts.office),
        title=_clean(facts.title),
        point=_clean(facts.point),
        role=_clean(facts.role),
    )
    yield _fill(kind, facts)
    if facts.exercise:
        facts = replace(facts, office="")
        yield _fill(kind, facts)
    for length in range(len(facts.title) - 1, SHORTEST_TITLE - 1, -1):
        yield _fill(kind, replace(facts, title=facts.title[:length].rstrip(" ，,") + SENTENCES[facts.language]["cut"]))


def _clean(text: str) -> str:
    """One line without brackets, so that a title can not look like a signature or a mark; nothing invisible in it, which
    would cost letters, or turn the rest of the text round."""
    return single_spaces(visible(re.sub(r"[\s\x00-\x1f\x7f]+", " ", text.translate(_BRACKETS))))


def _fill(kind: str, facts: Facts) -> str:
    words = SENTENCES[facts.language]
    where = words["by" if facts.due else "soon"].format(point=facts.point, due=facts.due)
    filled = words[kind].format(
        head=_head(kind, facts),
        call=words["replacement" if facts.replacement else "call"],
        title=facts.title,
        where=where,
        role=words["role"].format(role=facts.role) if facts.role else "",
        digits=words["digits"],
        desk=words["desk"].format(phone=facts.phone) if facts.phone else "",
        link=words["link"].format(link=facts.link) if facts.link else "",
        unit=facts.unit,
        people=facts.people,
        said=facts.said,
        posts=words["posts"].format(posts=facts.posts) if facts.posts else "",
    )
    return filled.strip()


def _head(kind: str, facts: Facts) -> str:
    """Mark or signature. An office whose name is the mark itself signs with the word for callout instead."""
    mark = EXERCISE_MARKS[facts.language]
    call = SENTENCES[facts.language]["call"]
    if facts.language == "en":
        office = f"{facts.office or call} - "
        return (f"{mark} {office}" if facts.office else f"{mark} ") if facts.exercise else office
    if facts.exercise:
        return f"{mark}{facts.office}" if kind in ("alert", "unit") else mark
    name = facts.office or call
    return "【" + (call if f"【{name}】" == mark else name) + "】"
