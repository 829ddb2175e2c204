"""What is known of those already alerted, as arrival laws: silence, an answer, an ETA or a check-in each say something.

Silence for t minutes makes acceptance less likely (planning/response.py: accept_after_silence). Not having arrived works
the same way on those who accepted: P(comes | not here by t).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

import numpy as np
from scipy.special import ndtr

from muster.apps.incidents.models import Alert
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.states import COMING
from muster.apps.service.reads import Turnout
from muster.planning.response import Delay, accept_after_silence
from muster.planning.shock import condition

LEAST_LEAD_MINUTES = 2.0
ETA_SPREAD = 0.30  # s.d. of log minutes around a stated ETA
UNCLEAR_SHARE = 0.5  # an unclear answer halves the chance
UNDELIVERED_SHARE = 0.1  # somebody may still reach him by phone
FIRM_LOADING = 0.2  # an answer given takes most of the shared shock out of a person

NOBODY_SAID: Mapping[int, tuple[float, datetime]] = MappingProxyType({})

FLAGS = ("fixed", "here", "coming", "unclear", "undelivered", "silent", "declined", "delivered", "let_go")

Law = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Arrays over all members: which are fixed and what is known of them. Minutes are before `at`; nan where unknown."""

    fixed: np.ndarray
    alert_ids: np.ndarray
    here: np.ndarray
    coming: np.ndarray
    unclear: np.ndarray
    undelivered: np.ndarray
    silent: np.ndarray
    declined: np.ndarray
    delivered: np.ndarray
    since_alert: np.ndarray
    eta_in: np.ndarray
    since_reply: np.ndarray
    since_arrival: np.ndarray
    # accepted or came and was released: not counted on, but an answer that tells
    let_go: np.ndarray = field(default_factory=lambda: np.zeros(1, bool))
    # silent himself, but his lead has said how many of the unit come: the share of those left open who do
    share: np.ndarray = field(default_factory=lambda: np.full(1, np.nan))

    def laws(self, said: Turnout, law: Law) -> tuple[np.ndarray, ...]:
        """(show, offset, mu, sigma, loading, not_before) for the planner."""
        offset, mu, sigma = (np.array(part, float) for part in law)
        show = said.delivered * said.accept * (1 - said.no_show)
        loading = np.ones(len(show))
        show = np.where(self.silent, self._after_silence(said), show)
        show = np.where(self.unclear, said.accept * UNCLEAR_SHARE, show)
        show = np.where(self.undelivered, show * UNDELIVERED_SHARE, show)
        counted = ~np.isnan(self.share)
        show = np.where(counted, np.nan_to_num(self.share) * (1 - said.no_show), show)
        show = np.where(self.coming, 1 - said.no_show, show)
        on_way = self.fixed & ~self.here
        offset = np.where(on_way, offset - np.nan_to_num(self.since_alert), offset)
        told = self.coming & ~np.isnan(self.eta_in)
        said_ago = np.nan_to_num(self.since_reply)
        lead = np.maximum(np.nan_to_num(self.eta_in) + said_ago, LEAST_LEAD_MINUTES)
        offset = np.where(told, -said_ago, offset)
        mu = np.where(told, np.log(lead), mu)
        sigma = np.where(told, ETA_SPREAD, sigma)
        show = np.where(self.coming | counted, _not_here_yet(show, offset, mu, sigma), show)
        show = np.where(self.here, 1.0, show)
        offset = np.where(self.here, -np.nan_to_num(self.since_arrival), offset)
        mu = np.where(self.here, -np.inf, mu)
        loading = np.where(self.coming | counted, FIRM_LOADING, np.where(self.here, 0.0, loading))
        return np.clip(show, 0.0, 1.0), offset, mu, sigma, loading, np.zeros(len(show))

    def _after_silence(self, said: Turnout) -> np.ndarray:
        waited = np.nan_to_num(self.since_alert)
        accepts = accept_after_silence(self._reached(said) * said.accept, waited, said.reply_delay, said.decline)
        return accepts * (1 - said.no_show)

    def _reached(self, said: Turnout) -> np.ndarray:
        """P(the message got through): certain once a report or an answer says so."""
        return np.where(self.delivered | self.coming | self.here | self.declined | self.let_go, 1.0, said.delivered)

    def shock(self, said: Turnout, town: np.ndarray) -> tuple[float, float]:
        """Mean and s.d. of the district shock, given who has accepted, who has declined and who is silent since when."""
        accepted = self.coming | self.here | self.let_go
        heard = accepted | self.declined
        # of people behind a number nobody knows who has answered what
        rows = heard | (self.silent & ~np.isnan(self.since_alert) & np.isnan(self.share))
        answer = np.where(accepted, 1, np.where(self.declined, 0, -1))[rows]
        accept = (self._reached(said) * said.accept)[rows]
        replied = _share_replied(np.nan_to_num(self.since_alert[rows]), said.reply_delay)
        return condition(
            accept, answer, said.rho, replied=replied, decline=said.decline, rho_town=said.rho_town, town=town[rows]
        )


def _share_replied(waited: np.ndarray, delay: Delay) -> np.ndarray:
    """F(t): share of those who answer at all who have answered t minutes after the alert."""
    return ndtr((np.log(np.maximum(waited - delay.offset, 1e-3)) - delay.mu) / delay.sigma)


def _not_here_yet(show: np.ndarray, offset: np.ndarray, mu: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """P(comes | has not come by now) when the arrival law began before now (negative offset)."""
    left = np.maximum(-offset, 1e-9)
    with np.errstate(invalid="ignore"):
        past = np.where(offset < 0, ndtr((np.log(left) - mu) / np.maximum(sigma, 1e-6)), 0.0)
    return show * (1 - past) / np.maximum(1 - show * past, 1e-9)


def standing_of(
    live: Sequence[Alert],
    declined: Sequence[int],
    ids: np.ndarray,
    at: datetime,
    let_go: Sequence[int] = (),
    settled: Collection[int] = (),
    shares: Mapping[int, tuple[float, datetime]] = NOBODY_SAID,
    lost: Collection[int] = (),
) -> Standing:
    """Rows of `live` alerts placed among `ids` (sorted).

    `lost`: ids of alerts that did not get through (see `reach`).
    `shares`: member -> what his lead's number says of him and since when (see `led.said_shares`).
    `declined`, `let_go`: members who refused, and who had accepted and were released: answers that tell of the shock.
    """
    size = len(ids)
    share = np.full(size, np.nan)
    flags = {name: np.zeros(size, bool) for name in FLAGS}
    minutes = {name: np.full(size, np.nan) for name in ("since_alert", "eta_in", "since_reply", "since_arrival")}
    alert_ids = np.zeros(size, np.int64)
    for alert in live:
        row = int(np.searchsorted(ids, alert.member_id))
        if row >= size or ids[row] != alert.member_id:
            continue
        alert_ids[row] = alert.pk
        flags["undelivered" if alert.pk in lost else _word(alert)][row] = True
        flags["delivered"][row] = alert.delivered_at is not None
        flags["fixed"][row] = alert.member_id not in settled
        if alert.sent_at is not None or alert.state in COMING:
            minutes["since_alert"][row] = (at - (alert.sent_at or alert.alerted_at)).total_seconds() / 60
        if alert.member_id in shares and flags["silent"][row]:
            share[row], told_at = shares[alert.member_id]
            minutes["since_alert"][row] = (at - told_at).total_seconds() / 60
        if alert.eta_at is not None:
            minutes["eta_in"][row] = (alert.eta_at - at).total_seconds() / 60
        if alert.replied_at is not None:
            minutes["since_reply"][row] = (at - alert.replied_at).total_seconds() / 60
        if alert.checked_in_at is not None:
            minutes["since_arrival"][row] = (at - alert.checked_in_at).total_seconds() / 60
    flags["declined"][np.isin(ids, np.array(list(declined), np.int64))] = True
    flags["let_go"][np.isin(ids, np.array(list(let_go), np.int64))] = True
    return Standing(alert_ids=alert_ids, share=share, **flags, **minutes)


def _word(alert: Alert) -> str:
    if alert.state == AlertState.CHECKED_IN:
        return "here"
    if alert.state in COMING:
        return "coming"
    return {AlertState.UNCLEAR: "unclear", AlertState.UNDELIVERED: "undelivered"}.get(alert.state, "silent")
