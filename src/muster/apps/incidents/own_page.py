"""What a called member sees on his own page: his callout and his answer, no other name and no number of his own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from muster.apps.incidents.led import group_of
from muster.apps.incidents.models import Alert, Callout
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.states import COMING, REFUSED, RUNNING
from muster.codecs.sms import is_keyword

ETA_MINUTES = (15, 30, 45, 60)
DECLINE_REASONS: dict[str, str | Promise] = {
    "at_work": _("At work"),
    "out_of_town": _("Out of town"),
    "ill": _("Ill"),
    "family": _("Family"),
    "other": _("Other reason"),
}
GONE_AFTER = timedelta(days=7)  # after closing, the address opens nothing any more


def reason_words(reason: str) -> str:
    """A reason as people read it: chosen ones in their language, written ones as they were written."""
    return str(DECLINE_REASONS.get(reason, reason))


def reason_told(reason: str) -> str:
    """A reason in a list: chosen ones in words, written ones as a quote, for they stand in the writer's language; "" for
    a bare word of answer ("到"), which the state beside it says already."""
    if reason in DECLINE_REASONS:
        return reason_words(reason)
    return "" if is_keyword(reason) else str(_("“%(said)s”") % {"said": reason})


@dataclass(frozen=True, slots=True)
class OwnPage:
    """`face`: ask | accepted | declined | here | released | left | closed. Times UTC; minutes left None when over."""

    face: str
    exercise: bool
    title: str
    kind: str
    point: str
    address: str
    role: str
    due_at: datetime | None
    due_left_minutes: int | None
    eta_at: datetime | None
    eta_left_minutes: int | None
    en_route: bool
    answer: str  # accept | decline | unclear | ""
    replied_at: datetime | None
    reason: str
    checked_in_at: datetime | None
    released_at: datetime | None
    ended_at: datetime | None
    unit_people: int = 0  # of the unit that he is to bring, he included; 0 for whoever leads none
    unit_said: int | None = None


def is_gone(alert: Alert, at: datetime) -> bool:
    """Whether the callout is over for so long that its addresses are dead."""
    return callout_gone(alert.callout, at)


def callout_gone(callout: Callout, at: datetime) -> bool:
    """The same for the codes on the wall."""
    closed = callout.closed_at
    return closed is not None and at - closed > GONE_AFTER


def own_page(alert: Alert, at: datetime) -> OwnPage:
    """`alert` as its member may see it at `at`, in the active language."""
    callout, incident, point = alert.callout, alert.callout.incident, alert.muster_point
    chinese = not (get_language() or "").startswith("en")
    need = alert.post or alert.need
    due = incident.t0 + timedelta(minutes=need.due_minutes) if need else None
    face = _face(alert)
    return OwnPage(
        face=face,
        exercise=incident.is_exercise,
        title=incident.title,
        kind=incident.get_kind_display(),
        point=f"{point.letter} {point.zh if chinese else point.en}",
        address=point.address if chinese else "",
        role=(need.capability.zh if chinese else need.capability.en) if need else "",
        due_at=due,
        due_left_minutes=_left(due, at),
        eta_at=alert.eta_at,
        eta_left_minutes=_left(alert.eta_at, at),
        en_route=alert.state == AlertState.EN_ROUTE,
        answer=_answer(alert),
        replied_at=alert.replied_at,
        reason=reason_words(alert.reason) if alert.state in REFUSED else "",
        checked_in_at=alert.checked_in_at,
        released_at=alert.released_at,
        ended_at=callout.stood_down_at or callout.closed_at,
        unit_people=group_of(alert).called if alert.unit_called_id else 0,
        unit_said=alert.unit_said,
    )


def _face(alert: Alert) -> str:
    if alert.state == AlertState.CHECKED_IN:
        return "here"
    if alert.state == AlertState.RELEASED and alert.checked_in_at:
        return "left"
    if alert.callout.state not in RUNNING:
        return "closed"
    if alert.state == AlertState.RELEASED:
        return "released"
    if alert.state in COMING:
        return "accepted"
    return "declined" if alert.state in REFUSED else "ask"


def _answer(alert: Alert) -> str:
    """The last answer that counted; from the replies, since the state may have moved on."""
    last = alert.replies.filter(counted=True).order_by("-id").first()
    return last.answer if last else ""


def _left(moment: datetime | None, at: datetime) -> int | None:
    return None if moment is None or moment < at else int((moment - at).total_seconds() // 60)
