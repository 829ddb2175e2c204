"""What the reply relay shows for each alert, as pages without names; and which of them have changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.utils import translation

from muster.apps.channels.relay_reads import link_tokens
from muster.apps.incidents.models import Alert, Callout
from muster.apps.incidents.own_page import DECLINE_REASONS, GONE_AFTER, own_page
from muster.apps.incidents.states import REFUSED
from muster.codecs.relay import Page, SealedPage, seal_page
from muster.core.ids import token_matches
from muster.jobs.clock import now
from muster.journal.models import Stream

KEEP_SECONDS = 60 * 86_400  # of a callout that nobody has closed
CHUNK = 500


def page_of(alert: Alert, at: datetime) -> Page:
    """The member's own page in both languages; `alert` as own_page wants it, with `last_reply` its newest reply's note."""
    with translation.override("zh-hans"):
        own = own_page(alert, at)
    need, point = alert.post or alert.need, alert.muster_point
    with translation.override("en"):
        kind = alert.callout.incident.get_kind_display()
    return Page(
        face=own.face,
        exercise=own.exercise,
        title=own.title,
        kind=(own.kind, str(kind)),
        point=(own.point, f"{point.letter} {point.en}"),
        address=own.address,
        role=(need.capability.zh, need.capability.en) if need else ("", ""),
        desk_phone=settings.MUSTER_DESK_PHONE,
        due_at=own.due_at,
        eta_at=own.eta_at,
        en_route=own.en_route,
        elsewhere=_is_elsewhere(alert),
        answer=own.answer,
        reason=alert.reason if alert.state in REFUSED and alert.reason in DECLINE_REASONS else "",
        replied_at=own.replied_at,
        checked_in_at=own.checked_in_at,
        released_at=own.released_at,
        ended_at=own.ended_at,
    )


def _is_elsewhere(alert: Alert) -> bool:
    last = alert.replies.order_by("-id").first()
    return last is not None and last.note == "elsewhere"


@dataclass(slots=True)
class Changes:
    """Remembers what was given out, and gives what has changed since."""

    marks: dict[int, tuple[object, ...]] = field(default_factory=dict)  # callout -> where its stream stood
    given: dict[int, tuple[object, ...]] = field(default_factory=dict)  # alert -> what its page depended on

    def take(self) -> Iterator[SealedPage]:
        """Pages that are new or look different. Cheap while nothing happens: one query for all callouts."""
        moment = now()
        live = Callout.objects.filter(approved_at__isnull=False).filter(
            Q(closed_at=None) | Q(closed_at__gt=moment - GONE_AFTER)
        )
        callouts = list(live.select_related("incident"))
        counts = dict(
            Stream.objects.filter(name__in=[c.incident.stream for c in callouts]).values_list("name", "count")
        )
        for callout in callouts:
            mark = (counts.get(callout.incident.stream), settings.MUSTER_DESK_PHONE)
            if self.marks.get(callout.pk) != mark:
                yield from self._of(callout, moment)
                self.marks[callout.pk] = mark

    def _of(self, callout: Callout, at: datetime) -> Iterator[SealedPage]:
        closed = callout.closed_at
        keep = KEEP_SECONDS if closed is None else max(0, int((closed + GONE_AFTER - at).total_seconds()))
        changed = [alert for alert in _alerts(callout) if self.given.get(alert.pk) != _depends_on(alert)]
        for start in range(0, len(changed), CHUNK):
            part = changed[start : start + CHUNK]
            tokens = link_tokens(alert.ref for alert in part)
            for alert in part:
                token = tokens.get(alert.ref, "")
                if token_matches(token, alert.token_hash):  # else: sent without a link
                    box = seal_page(token, page_of(alert, at), os.urandom(12))
                    yield SealedPage(page=alert.token_hash, box=box, keep_seconds=keep)
                self.given[alert.pk] = _depends_on(alert)


def _alerts(callout: Callout) -> QuerySet[Alert]:
    rows = callout.alerts.select_related(
        "callout__incident", "member", "muster_point", "need__capability", "post__capability"
    )
    return rows.annotate(last_reply=Max("replies__id")).order_by("pk")


def _depends_on(alert: Alert) -> tuple[object, ...]:
    callout, need = alert.callout, alert.post or alert.need
    return (
        alert.token_hash,  # who is called himself after all gets a link only then
        alert.state,
        alert.eta_at,
        alert.last_reply,
        alert.checked_in_at,
        alert.released_at,
        need and (need.pk, need.due_minutes),
        callout.state,
        callout.stood_down_at,
        callout.closed_at,
        settings.MUSTER_DESK_PHONE,
    )
