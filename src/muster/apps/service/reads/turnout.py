"""How likely members turn out: the newest response model, or a stated prior while there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from muster.apps.service.models import ResponseModelRow

PRIOR_VERSION = "prior-1"
PRIOR_ACCEPT, PRIOR_DELIVERED, PRIOR_NO_SHOW = 0.70, 0.96, 0.05
PRIOR_RHO, PRIOR_RHO_TOWN = 0.05, 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Turnout:
    """Chances of members alerted at one moment by one channel; arrays of shape (N,) in the order asked for.

    accept      P(accepts | delivered); `accept_low`, `accept_high` its 90 % interval
    delivered   P(delivered | sent)
    no_show     P(does not come | accepted)
    prior       no call of his own stands behind the figures
    rho         latent-normal correlation over the district at its upper limit; `rho_town` the same within a town
    reply_mu, reply_sigma   of log minutes from delivery to the reply
    """

    accept: NDArray[np.float64]
    accept_low: NDArray[np.float64]
    accept_high: NDArray[np.float64]
    delivered: NDArray[np.float64]
    no_show: NDArray[np.float64]
    prior: NDArray[np.bool_]
    model_version: str
    rho: float
    rho_town: float
    reply_mu: float
    reply_sigma: float

    @property
    def show(self) -> NDArray[np.float64]:
        """P(turns up | alerted)."""
        return self.delivered * self.accept * (1.0 - self.no_show)


def current_model() -> ResponseModelRow | None:
    """The model in force."""
    return ResponseModelRow.objects.order_by("-fitted_at", "-pk").first()


def _prior(size: int) -> Turnout:
    return Turnout(
        accept=np.full(size, PRIOR_ACCEPT),
        accept_low=np.full(size, PRIOR_ACCEPT - 0.35),
        accept_high=np.full(size, PRIOR_ACCEPT + 0.25),
        delivered=np.full(size, PRIOR_DELIVERED),
        no_show=np.full(size, PRIOR_NO_SHOW),
        prior=np.ones(size, dtype=np.bool_),
        model_version=PRIOR_VERSION,
        rho=PRIOR_RHO,
        rho_town=PRIOR_RHO_TOWN,
        reply_mu=float(np.log(4.0)),
        reply_sigma=0.9,
    )


def turnout(member_ids: Sequence[int] | NDArray[np.int64], at: datetime, channel: str = "sms") -> Turnout:
    """Chances of these members if they are alerted at `at` by `channel`."""
    del at, channel  # the prior knows neither
    return _prior(len(member_ids))
