"""Who answers: chances of delivery, acceptance and showing up per person, learned from past callouts.

Acceptance of a delivered alert is a hierarchical probit: intercept + part of the week + channel + town + unit +
member, all pooled towards zero by their own variance, plus shocks of the callout and of the callout in a town.
Probit because the planner's turnout model is latent-normal: the shock variances give its rho directly.
Failed delivery, with the bad days of a channel, and no-shows by person and unit are kept apart from declining.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from scipy.special import ndtr

from muster.planning.arrays import Bools, Floats, Ints
from muster.planning.problem import InvalidProblem

INTERVAL_SCORE = 1.6449  # two-sided 90 %


@dataclass(frozen=True, slots=True)
class Share:
    """An estimated share with its 90 % interval; `prior` says that no data stand behind it."""

    mean: float
    low: float
    high: float
    prior: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """How often a channel loses an alert: on its usual days, on its bad days, and how many of the days are bad.

    days: callouts it was used in; bad_seen: the expected number of bad ones among them.
    """

    usual: Share
    on_bad_day: Share
    bad_days: Share
    days: int
    bad_seen: float


@dataclass(frozen=True, slots=True, eq=False)
class NoShows:
    """P(stays away | accepted) by unit (U,) and by member (M,), each pooled towards the level above.

    alike_unit, alike_member: how much alike two acceptances of one unit, of one member are (intra-class
    correlation, 0: the level tells nothing).
    """

    unit: Floats
    member: Floats
    alike_unit: Share
    alike_member: Share


@dataclass(frozen=True, slots=True)
class Delay:
    """Log-normal minutes: offset + exp(mu + sigma g)."""

    offset: float
    mu: float
    sigma: float


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """Effects of one level of the hierarchy on the probit scale: mean and variance (K,), spread of the level."""

    mean: Floats
    variance: Floats
    spread: float

    def at(self, index: Ints) -> tuple[Floats, Floats, Bools]:
        """(mean, variance, known) for indices; unknown ones (-1 or beyond) get 0 and the spread of the level."""
        known = (index >= 0) & (index < len(self.mean))
        safe = np.where(known, index, 0) if len(self.mean) else np.zeros(len(index), np.int64)
        mean = self.mean[safe] if len(self.mean) else np.zeros(len(index))
        variance = self.variance[safe] if len(self.mean) else np.zeros(len(index))
        return np.where(known, mean, 0.0), np.where(known, variance, self.spread), known


_PARTS = ("no_show", "decline", "reply_delay", "arrival", "preparation")
LEVELS = ("part", "channel", "town", "unit", "member")


@dataclass(frozen=True, slots=True, eq=False)
class ResponseModel:
    """The fitted model. shock, shock_town: estimated variances on the probit scale; ..._upper their 95 % limits,
    ..._low their 5 % limits.

    rho, rho_town (latent-normal, as the planner wants them) come from the estimates; rho_upper and rho_town_upper
    from the limits: certificates use the latter. seen (members,) alerts delivered to each member so far.
    delivered: share delivered by each channel over all days; channels: the same told apart by usual and bad days.
    no_show: over everybody; no_shows by unit and member (None in models of before).
    decline: P(declines in words | does not accept). arrival: minutes from alert to arrival over everybody, the way
    included; preparation: the part before the way, as `arrival.arrival_law` wants it.
    """

    intercept: float
    intercept_variance: float
    effects: Mapping[str, Effects]
    seen: Ints
    unit_town: Ints
    delivered: tuple[Share, ...]
    no_show: Share
    decline: Share
    shock: float
    shock_town: float
    shock_upper: float
    shock_town_upper: float
    reply_delay: Delay
    arrival: Delay
    preparation: Delay
    callouts: int
    alerts: int
    shock_low: float = 0.0
    shock_town_low: float = 0.0
    channels: tuple[Delivery, ...] = ()
    no_shows: NoShows | None = None
    version: str = field(default="")

    def __post_init__(self) -> None:
        if not self.version:
            text = json.dumps(_rounded(self.to_dict()), sort_keys=True)
            object.__setattr__(self, "version", hashlib.sha256(text.encode()).hexdigest()[:16])

    @property
    def rho(self) -> float:
        return self.shock / (1 + self.shock + self.shock_town)

    @property
    def rho_town(self) -> float:
        return self.shock_town / (1 + self.shock + self.shock_town)

    @property
    def rho_upper(self) -> float:
        return self.shock_upper / (1 + self.shock_upper + self.shock_town_upper)

    @property
    def rho_town_upper(self) -> float:
        return self.shock_town_upper / (1 + self.shock_upper + self.shock_town_upper)

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON; `from_dict` gives back an equal model."""
        answer: dict[str, object] = {
            name: getattr(self, name)
            for name in self.__slots__
            if name not in ("effects", "seen", "unit_town", "delivered", "channels", "no_shows", *_PARTS)
        }
        answer["effects"] = {
            name: {"mean": e.mean.tolist(), "variance": e.variance.tolist(), "spread": e.spread}
            for name, e in self.effects.items()
        }
        answer["seen"], answer["unit_town"] = self.seen.tolist(), self.unit_town.tolist()
        answer["delivered"] = [asdict(share) for share in self.delivered]
        answer["channels"] = [asdict(channel) for channel in self.channels]
        answer["no_shows"] = None if self.no_shows is None else _no_shows_out(self.no_shows)
        for name in _PARTS:
            answer[name] = asdict(getattr(self, name))
        return answer

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> ResponseModel:
        """Inverse of `to_dict`; InvalidProblem when something is missing or unknown."""
        content = dict(values)
        try:
            content["effects"] = {
                name: Effects(np.array(one["mean"], float), np.array(one["variance"], float), float(one["spread"]))
                for name, one in content["effects"].items()
            }
            for name in ("seen", "unit_town"):
                content[name] = np.array(content[name], np.int64)
            content["delivered"] = tuple(Share(**share) for share in content["delivered"])
            content["channels"] = tuple(_delivery_in(one) for one in content.get("channels", ()))
            if content.get("no_shows") is not None:
                content["no_shows"] = _no_shows_in(content["no_shows"])
            for name in ("no_show", "decline"):
                content[name] = Share(**content[name])
            for name in ("reply_delay", "arrival", "preparation"):
                content[name] = Delay(**content[name])
            return ResponseModel(**content)
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidProblem("planning.model_unreadable", reason=str(error)) from error


def _delivery_in(values: Mapping[str, Any]) -> Delivery:
    shares = {name: Share(**values[name]) for name in ("usual", "on_bad_day", "bad_days")}
    return Delivery(**{**values, **shares})


def _no_shows_out(no_shows: NoShows) -> dict[str, object]:
    return {
        "unit": no_shows.unit.tolist(),
        "member": no_shows.member.tolist(),
        "alike_unit": asdict(no_shows.alike_unit),
        "alike_member": asdict(no_shows.alike_member),
    }


def _no_shows_in(values: Mapping[str, Any]) -> NoShows:
    unit, member = np.array(values["unit"], float), np.array(values["member"], float)
    return NoShows(unit, member, Share(**values["alike_unit"]), Share(**values["alike_member"]))


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Per person (N,): P(delivered), P(accepts | delivered), P(no-show | accepted), P(shows up | alerted) = show.

    low, high: 90 % interval of accept; prior: nothing is known of this member, his unit and the district speak.
    All are means over the shocks of a future callout, which the planner puts back through rho.
    """

    delivered: Floats
    accept: Floats
    no_show: Floats
    show: Floats
    low: Floats
    high: Floats
    prior: Bools


def predict(model: ResponseModel, *, member: Ints, unit: Ints, part: int, channel: Ints) -> Prediction:
    """Predict for people given by member, unit and channel index (-1: unknown) in one part of the week."""
    known_unit = (unit >= 0) & (unit < len(model.unit_town))
    town = np.full(len(unit), -1, np.int64)
    town[known_unit] = model.unit_town[unit[known_unit]]
    places = {"part": np.full(len(unit), part), "channel": channel, "town": town, "unit": unit, "member": member}
    mean = np.full(len(unit), model.intercept)
    variance = np.full(len(unit), model.intercept_variance)
    for name in LEVELS:
        effect, doubt, _ = model.effects[name].at(places[name])
        mean, variance = mean + effect, variance + doubt
    shocks = 1 + model.shock + model.shock_town
    accept = ndtr(mean / np.sqrt(shocks + variance))
    low, high = (ndtr((mean + s * np.sqrt(variance)) / np.sqrt(shocks)) for s in (-INTERVAL_SCORE, INTERVAL_SCORE))
    delivered = _delivered(model, channel)
    no_show = _no_show(model, member, unit)
    known = (member >= 0) & (member < len(model.seen))
    seen = np.zeros(len(unit), np.int64)
    seen[known] = model.seen[member[known]]
    show = delivered * accept * (1 - no_show)
    return Prediction(delivered, accept, no_show, show, low, high, seen == 0)


def _no_show(model: ResponseModel, member: Ints, unit: Ints) -> Floats:
    """P(no-show | accepted): the member's own, else his unit's, else everybody's."""
    answer = np.full(len(unit), model.no_show.mean)
    if model.no_shows is not None:
        for values, index in ((model.no_shows.unit, unit), (model.no_shows.member, member)):
            known = (index >= 0) & (index < len(values))
            answer[known] = values[index[known]]
    return answer


def _delivered(model: ResponseModel, channel: Ints) -> Floats:
    """Share delivered by channel; an unknown channel is taken as the worst known one."""
    means = np.array([share.mean for share in model.delivered])
    known = (channel >= 0) & (channel < len(means))
    answer = np.full(len(channel), means.min())
    answer[known] = means[channel[known]]
    return answer


def accept_after_silence(accept: Floats, silent_minutes: Floats, delay: Delay, decline: float = 0.0) -> Floats:
    """P(accepts in the end | no reply so far) = a (1 - F) / (1 - (a + decline) F), F the law of the reply delay.

    `accept` P(accepts | alerted) and `silent_minutes` since the alert (N,); `decline` is P(declines in words):
    the rest never replies. Bayes' rule, with the same delay for both kinds of reply.
    """
    with np.errstate(divide="ignore"):
        score = (np.log(np.maximum(silent_minutes - delay.offset, 0)) - delay.mu) / delay.sigma
    replied = ndtr(score)
    spoken = np.minimum(accept + decline * (1 - accept), 1.0)
    left = 1 - spoken * replied
    return np.asarray(np.where(left > 0, accept * (1 - replied) / np.where(left > 0, left, 1), 0.0))


def _rounded(values: Any) -> Any:
    """Numbers to 9 digits, so that the version does not hang on the last bit."""
    if isinstance(values, float):
        return float(f"{values:.9g}")
    if isinstance(values, dict):
        return {name: _rounded(value) for name, value in values.items()}
    return [_rounded(value) for value in values] if isinstance(values, list) else values
