"""How likely members turn out: the newest response model, or a stated prior while there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np
import structlog
from numpy.typing import NDArray

from muster.apps.service.models import ResponseModelRow
from muster.apps.service.reads.fitting import Fitted, home_units, index_of
from muster.core.units import part_of_day
from muster.planning.problem import InvalidProblem
from muster.planning.response import Delay, predict

log = structlog.get_logger(__name__)

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
    reply_delay    law of the minutes from the alert to the reply; `decline` P(says so | does not accept)
    preparation    law of the minutes from the alert to setting out
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
    reply_delay: Delay
    decline: float
    preparation: Delay

    @property
    def show(self) -> NDArray[np.float64]:
        """P(turns up | alerted)."""
        return self.delivered * self.accept * (1.0 - self.no_show)


def current_model() -> ResponseModelRow | None:
    """The model in force."""
    return ResponseModelRow.objects.order_by("-fitted_at", "-pk").first()


def model_in_force() -> ResponseModelRow | None:
    """Which model is in force, without its body of some hundred kilobytes."""
    return ResponseModelRow.objects.defer("body").order_by("-fitted_at", "-pk").first()


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
        reply_delay=Delay(0.0, float(np.log(4.0)), 0.9),
        decline=0.55,
        preparation=Delay(0.0, float(np.log(8.0)), 0.5),
    )


@lru_cache(maxsize=4)
def _fitted(pk: int, version: str) -> Fitted | None:
    """The model is some hundred kilobytes of JSON: read once per process. A version never changes its content.

    None for one that this program cannot read: an alarm must not wait until somebody fits a new one.
    """
    try:
        return Fitted.of(ResponseModelRow.objects.get(pk=pk, version=version))
    except InvalidProblem as error:
        log.error("response_model.unreadable", version=version, reason=str(error))
        return None


def turnout(member_ids: Sequence[int] | NDArray[np.int64], at: datetime, channel: str = "sms") -> Turnout:
    """Chances of these members if they are alerted at `at` by `channel`, by the model in force or the prior."""
    newest = ResponseModelRow.objects.order_by("-fitted_at", "-pk").values_list("pk", "version").first()
    fitted = _fitted(*newest) if newest else None
    if fitted is None:
        return _prior(len(member_ids))
    ids = np.asarray(member_ids, dtype=np.int64)
    model = fitted.model
    by = fitted.channels.index(channel) if channel in fitted.channels else -1
    said = predict(
        model,
        member=index_of(fitted.members, ids),
        unit=index_of(fitted.units, home_units(ids)),
        part=part_of_day(at),
        channel=np.full(len(ids), by, dtype=np.int64),
    )
    return Turnout(
        accept=said.accept,
        accept_low=said.low,
        accept_high=said.high,
        delivered=said.delivered,
        no_show=said.no_show,
        prior=said.prior,
        model_version=model.version,
        rho=model.rho_upper,
        rho_town=model.rho_town_upper,
        reply_delay=model.reply_delay,
        decline=model.decline.mean,
        preparation=model.preparation,
    )
