"""Between past alerts in the database and the response model: ids become the model's running indices and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import F
from numpy.typing import NDArray

from muster.apps.people.models import Member, Unit, UnitKind
from muster.apps.service.models import Learning, PastAlert, ResponseModelRow
from muster.core.units import part_of_day
from muster.planning.history import ACCEPTED, DECLINED, NO_REPLY, History
from muster.planning.problem import InvalidProblem
from muster.planning.response import ResponseModel
from muster.planning.response_check import Check, usual_check
from muster.planning.response_fit import fit

LEAST_MINUTES = 0.05  # a reply within the same second; the law of delays wants more than nothing
_REPLIES = {"none": NO_REPLY, "accepted": ACCEPTED, "declined": DECLINED}


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A model with what its indices mean: primary keys of members and units, names of channels.

    The unit is the village lived in, where it is known, since neighbours answer alike; else the unit served in. `check`
    holds the model against the past it was fitted to; None where that is too short.
    """

    model: ResponseModel
    members: NDArray[np.int64]
    units: NDArray[np.int64]
    channels: tuple[str, ...]
    check: Check | None = None

    def as_json(self) -> dict[str, object]:
        return {
            "model": self.model.to_dict(),
            "members": self.members.tolist(),
            "units": self.units.tolist(),
            "channels": list(self.channels),
            "check": None if self.check is None else self.check.to_dict(),
        }

    @staticmethod
    def of(row: ResponseModelRow) -> Fitted:
        """The model as it was stored."""
        return Fitted(
            ResponseModel.from_dict(row.body["model"]),
            np.array(row.body["members"], dtype=np.int64),
            np.array(row.body["units"], dtype=np.int64),
            tuple(row.body["channels"]),
            _check_of(row),
        )


def _check_of(row: ResponseModelRow) -> Check | None:
    """What was kept with the model; models of before have none, and one of another version is as good as none."""
    kept = row.body.get("check")
    try:
        return None if kept is None else Check.from_dict(kept)
    except InvalidProblem:
        return None


def index_of(known: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places of `wanted` in the sorted `known`, -1 for those that are not there."""
    if not len(known):
        return np.full(len(wanted), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[at] == wanted, at, -1)


def home_units(member_ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """The model's unit of each member: the village lived in, else the unit served in; -1 for unknown members."""
    rows = Member.objects.order_by("pk").values_list("pk", "home_unit_id", "unit_id")
    if len(member_ids) < 500:
        rows = rows.filter(pk__in=member_ids.tolist())
    found = {pk: home or unit for pk, home, unit in rows}
    return np.array([found.get(pk, -1) for pk in member_ids.tolist()], dtype=np.int64)


def _town_of_units(units: Sequence[int]) -> NDArray[np.int64]:
    """Index of the town of each unit, by the towns' tree order; units outside all towns share one more index."""
    rows = list(Unit.objects.order_by("path").values_list("pk", "path", "kind"))
    paths = {pk: path for pk, path, _ in rows}
    towns = [path for _, path, kind in rows if kind == UnitKind.TOWN]
    index = {path: place for place, path in enumerate(towns)}
    return np.array([index.get("/".join(paths[unit].split("/")[:2]), len(towns)) for unit in units], dtype=np.int64)


def fit_wanted() -> int | None:
    """The state up to which the model is to be fitted; None while it is fitted to all there is."""
    waiting = Learning.objects.filter(wanted_seq__gt=F("fitted_seq"))
    return waiting.values_list("wanted_seq", flat=True).first()


def fitted_model() -> Fitted | None:
    """Fit to all past alerts of actual callouts, oldest callout first; None while there are none."""
    rows = list(
        PastAlert.objects.filter(exercise=False)
        .order_by("called_at", "callout_ref", "member_id")
        .values_list(
            "callout_ref", "called_at", "member_id", "channel", "delivered", "reply", "reply_minutes", "arrived_minutes"
        )
    )
    if not rows:
        return None
    refs, called, member_pks, channel_names, delivered, replies, reply_minutes, arrived = zip(*rows, strict=True)
    members, member = np.unique(np.array(member_pks, dtype=np.int64), return_inverse=True)
    units, unit = np.unique(home_units(members)[member], return_inverse=True)
    channels = tuple(sorted(set(channel_names)))
    callouts = {ref: place for place, ref in enumerate(dict.fromkeys(refs))}
    history = History(
        callout=np.array([callouts[ref] for ref in refs], dtype=np.int64),
        part=np.array([part_of_day(at) for at in called], dtype=np.int64),
        member=member.astype(np.int64),
        unit=unit.astype(np.int64),
        channel=np.array([channels.index(name) for name in channel_names], dtype=np.int64),
        delivered=np.array(delivered, dtype=np.bool_),
        reply=np.array([_REPLIES[reply] for reply in replies], dtype=np.int64),
        reply_minutes=_minutes(reply_minutes),
        arrived_minutes=_minutes(arrived),
        unit_town=_town_of_units(units.tolist()),
        members=len(members),
        channels=len(channels),
    )
    return Fitted(fit(history), members, units, channels, usual_check(history))


def _minutes(values: Sequence[float | None]) -> NDArray[np.float64]:
    minutes = np.array(values, dtype=np.float64)
    return np.where(np.isnan(minutes), minutes, np.maximum(minutes, LEAST_MINUTES))
