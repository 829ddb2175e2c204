"""What the planner is asked: who may come with which chance and when, and what is needed by when.

All times are minutes counted from the problem's own "now". One arrival fills one post of one line.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from muster.core.errors import MusterError
from muster.planning.arrays import Bools, Floats, Masks, Shorts

CAPABILITIES = 64
MAX_LINES = 200
MAX_PEOPLE_PER_LINE = 20_000


class InvalidProblem(MusterError):
    """The problem breaks one of its own rules; `params` name the field and, where there is one, the place."""


@dataclass(frozen=True, slots=True)
class Need:
    """One need line: `people` heads holding `capability` (bit 0..63), on site within `due_minutes`."""

    capability: int
    people: int
    due_minutes: float

    def __post_init__(self) -> None:
        if not 0 <= self.capability < CAPABILITIES:
            raise InvalidProblem("planning.need_capability", capability=self.capability)
        if not 0 < self.people <= MAX_PEOPLE_PER_LINE:
            raise InvalidProblem("planning.need_people", people=self.people)
        if not math.isfinite(self.due_minutes):
            raise InvalidProblem("planning.need_due", due_minutes=self.due_minutes)


_USUAL = {
    "not_before_minutes": 0.0,
    "fixed": False,
    "available": True,
    "weight": 1.0,
    "loading": 1.0,
    "town": -1,
    "post": -1,
}
_KINDS: dict[str, type[np.generic]] = {
    "caps": np.uint64,
    "fixed": np.bool_,
    "available": np.bool_,
    "town": np.int16,
    "post": np.int16,
}


def _zeros() -> Floats:
    return np.zeros(0)


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Everybody who may be alerted or already is; one row per person, all arrays of shape (N,).

    show                P(shows up | alerted): delivery x accept x not a no-show; P(show) after an acceptance;
                        1 once arrived
    offset_minutes      fixed part of the arrival (preparation); negative when the alert went out before "now"
    mu, sigma           of log minutes: arrival = offset + exp(mu + sigma g), g standard normal;
                        mu = -inf means "arrives exactly at the offset" (people on site)
    caps                uint64 mask of the capabilities valid at the incident's time
    not_before_minutes  the arrival is known not to have happened before this (the law is conditional on it)
    fixed               already alerted, accepted or arrived: in the set, at no cost
    available           may be added to the set
    weight              cost of one alert (> 0)
    loading             share in [0, 1] of the shared shocks that acts on this person
    town                group index of the town shock, -1 for none
    post                line that this person has been told already, -1 for none (suggestions keep it; the promise
                        does not hang on it)
    """

    show: Floats
    offset_minutes: Floats
    mu: Floats
    sigma: Floats
    caps: Masks
    not_before_minutes: Floats = field(default_factory=_zeros)
    fixed: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    available: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    weight: Floats = field(default_factory=_zeros)
    loading: Floats = field(default_factory=_zeros)
    town: Shorts = field(default_factory=lambda: np.zeros(0, dtype=np.int16))
    post: Shorts = field(default_factory=lambda: np.zeros(0, dtype=np.int16))

    def __post_init__(self) -> None:
        size = len(self.show)
        self._fill_defaults(size)
        for name in self.__slots__:
            if getattr(self, name).shape != (size,):
                raise InvalidProblem("planning.array_shape", field=name, expected=size)
        for name in ("show", "offset_minutes", "sigma", "not_before_minutes", "weight", "loading"):
            _refuse(name, ~np.isfinite(getattr(self, name)), "planning.not_finite")
        _refuse("mu", np.isnan(self.mu) | (self.mu == np.inf), "planning.not_finite")
        for name in ("show", "loading"):
            values = getattr(self, name)
            _refuse(name, (values < 0) | (values > 1), "planning.not_a_share")
        for name in ("sigma", "not_before_minutes"):
            _refuse(name, getattr(self, name) < 0, "planning.negative")
        _refuse("weight", self.weight <= 0, "planning.not_positive")
        for name in ("town", "post"):
            _refuse(name, getattr(self, name) < -1, "planning.negative")

    def _fill_defaults(self, size: int) -> None:
        """Give the optional arrays, where left empty, their usual value and every array its own type."""
        for name in self.__slots__:
            kind = _KINDS.get(name, np.float64)
            values = np.asarray(getattr(self, name))
            if size and values.shape == (0,) and name in _USUAL:
                values = np.full(size, _USUAL[name])
            object.__setattr__(self, name, values.astype(kind, copy=False))

    def __len__(self) -> int:
        return len(self.show)


def _refuse(name: str, bad: Bools, code: str) -> None:
    if bad.any():
        raise InvalidProblem(code, field=name, index=int(np.argmax(bad)))


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Choose the smallest (weighted) alert set that fills all `needs` jointly with probability >= `target`.

    Turnout (latent-normal, one district shock Z and one shock W per town, each standard normal a priori):
        u_i = sqrt(rho) l_i Z + sqrt(rho_town) l_i W + sqrt(1 - (rho + rho_town) l_i^2) e_i
    and i comes iff u_i < Phi^-1(show_i),
    with l_i the loading; for people of no town (-1) rho_town counts as 0. `rho` is the latent correlation, not an
    intra-class correlation (latent .03 is about icc .017). `shock_mean`, `shock_sd` describe Z after what the
    replies have told; a lower Z means a better turnout.
    """

    candidates: Candidates
    needs: tuple[Need, ...]
    target: float
    rho: float
    rho_town: float = 0.0
    shock_mean: float = 0.0
    shock_sd: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= len(self.needs) <= MAX_LINES:
            raise InvalidProblem("planning.need_lines", lines=len(self.needs), most=MAX_LINES)
        if not 0 < self.target < 1:
            raise InvalidProblem("planning.target", target=self.target)
        for name in ("rho", "rho_town"):
            if not 0 <= getattr(self, name) < 1:
                raise InvalidProblem("planning.correlation", field=name, value=getattr(self, name))
        if not self.rho + self.rho_town < 1:
            raise InvalidProblem("planning.correlation", field="rho+rho_town", value=self.rho + self.rho_town)
        if not math.isfinite(self.shock_mean):
            raise InvalidProblem("planning.not_finite", field="shock_mean")
        if not 0 <= self.shock_sd < math.inf:
            raise InvalidProblem("planning.negative", field="shock_sd")


def from_npz(instance: Mapping[str, NDArray[np.generic]]) -> Problem:
    """Read a public benchmark instance: accept, mu, sigma, caps (N,), need_cap, need_n, need_due (L,), p, rho.

    Raises InvalidProblem for a missing array or values that break a rule.
    """
    wanted = ("accept", "mu", "sigma", "caps", "need_cap", "need_n", "need_due", "p", "rho")
    missing = [name for name in wanted if name not in instance]
    if missing:
        raise InvalidProblem("planning.instance_incomplete", missing=", ".join(missing))
    arrays = {name: np.asarray(instance[name]) for name in wanted}
    for name, values in arrays.items():
        if values.dtype.kind not in "fiub":
            raise InvalidProblem("planning.not_a_number", field=name)
        if name in ("p", "rho"):
            if values.size != 1:
                raise InvalidProblem("planning.array_shape", field=name, expected=1)
        elif values.ndim != 1:
            raise InvalidProblem("planning.array_shape", field=name, expected="one axis")
    if not len(arrays["need_cap"]) == len(arrays["need_n"]) == len(arrays["need_due"]):
        raise InvalidProblem("planning.array_shape", field="need_cap, need_n, need_due", expected="equal lengths")
    _refuse("caps", np.asarray(arrays["caps"] < 0), "planning.negative")
    _refuse("need_n", ~np.isfinite(arrays["need_n"].astype(float)), "planning.not_finite")
    _refuse("need_cap", ~np.isfinite(arrays["need_cap"].astype(float)), "planning.not_finite")
    accept = arrays["accept"].astype(np.float64)
    candidates = Candidates(
        show=accept,
        offset_minutes=np.zeros(len(accept)),
        mu=arrays["mu"].astype(np.float64),
        sigma=arrays["sigma"].astype(np.float64),
        caps=arrays["caps"].astype(np.uint64),
    )
    lines = zip(arrays["need_cap"], arrays["need_n"], arrays["need_due"], strict=True)
    needs = tuple(Need(int(c), int(n), float(d)) for c, n, d in lines)
    return Problem(candidates, needs, float(arrays["p"].reshape(())), float(arrays["rho"].reshape(())))
