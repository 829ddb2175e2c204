"""The shared history as arrays, read without Muster's own reader, and a forecast of each callout from the ones before it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from acceptance.ground import HISTORY, checked_roster
from muster.core.units import part_of_day
from muster.planning.arrays import Bools, Floats
from muster.planning.history import ACCEPTED, DECLINED, NO_REPLY, History
from muster.planning.response import predict
from muster.planning.response_fit import fit

BEIJING = ZoneInfo("Asia/Shanghai")
REPLIES = {"accepted": ACCEPTED, "declined": DECLINED, "none": NO_REPLY}
LEAST_MINUTES = 0.05


def rows() -> list[dict[str, str]]:
    """Every row of the file, as text, in the order of time."""
    with HISTORY.open(encoding="utf-8-sig", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: (row["called_at"], row["callout_id"]))


def enrolled_numbers() -> set[str]:
    return {row.member_no for row in checked_roster()[1].accepted}


def _indices(values: Iterable[object]) -> np.ndarray:
    """0, 1, 2 ... in the order of first appearance."""
    seen: dict[object, int] = {}
    return np.array([seen.setdefault(value, len(seen)) for value in values])


def _minutes(rows: list[dict[str, str]], field: str) -> Floats:
    return np.array([max(LEAST_MINUTES, float(row[field])) if row[field] else np.nan for row in rows])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING).astimezone(UTC)


def history() -> History:
    """Alerts of enrolled members; a member's unit is the village he lives in."""
    homes = {row.member_no: (row.town, row.village) for row in checked_roster()[1].accepted}
    known = [row for row in rows() if row["member_no"] in homes]
    places = [homes[row["member_no"]] for row in known]
    villages = list(dict.fromkeys(places))
    return History(
        callout=_indices(row["callout_id"] for row in known),
        part=np.array([part_of_day(_moment(row["called_at"])) for row in known]),
        member=_indices(row["member_no"] for row in known),
        unit=_indices(places),
        channel=_indices(row["channel"] for row in known),
        delivered=np.array([row["delivered"] == "yes" for row in known]),
        reply=np.array([REPLIES[row["reply"]] for row in known]),
        reply_minutes=_minutes(known, "reply_minutes"),
        arrived_minutes=_minutes(known, "arrived_minutes"),
        unit_town=_indices(town for town, _ in villages),
        members=len({row["member_no"] for row in known}),
        channels=len({row["channel"] for row in known}),
    )


@dataclass(frozen=True, slots=True)
class Forecasts:
    """One row per delivered alert of the forecast callouts: the model's chance, the pooled rate's, what happened."""

    chance: Floats
    pooled: Floats
    accepted: Bools


def forecasts(past: History, callouts: Iterable[int]) -> Forecasts:
    """Each callout forecast by a model fitted to the callouts before it only."""
    chances, pooled, accepted = [], [], []
    for callout in callouts:
        before = past.until(callout)
        now = np.flatnonzero((past.callout == callout) & past.delivered)
        said = predict(
            fit(before),
            member=past.member[now], unit=past.unit[now], part=int(past.part[now[0]]), channel=past.channel[now],
        )  # fmt: skip
        chances.append(said.accept)
        accepted.append(past.reply[now] == ACCEPTED)
        pooled.append(np.full(len(now), (before.reply[before.delivered] == ACCEPTED).mean()))
    return Forecasts(np.concatenate(chances), np.concatenate(pooled), np.concatenate(accepted))


def brier(chance: Floats, happened: Bools) -> float:
    """Mean squared error of a forecast chance (G. W. Brier, 1950)."""
    return float(((chance - happened) ** 2).mean())


def log_loss(chance: Floats, happened: Bools) -> float:
    return float(-np.log(np.where(happened, chance, 1 - chance)).mean())
