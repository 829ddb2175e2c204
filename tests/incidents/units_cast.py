"""Callouts that call whole units, as several test files need them."""

from __future__ import annotations

from muster.apps.incidents import actions
from muster.apps.incidents.models import Alert, Callout
from muster.apps.plans.actions import TermsInput

UNITS = TermsInput("units", touch_cost=2.0, smallest_group=3, lead_minutes=5)


def opened(office, terms=UNITS) -> Callout:
    return actions.set_calling(office.duty, office.opens(), terms)


def called(office, terms=UNITS) -> tuple[Callout, list[Alert]]:
    callout = opened(office, terms)
    office.calls(callout)
    return callout, list(
        callout.alerts.exclude(unit_called=None).select_related("member", "unit_called").order_by("pk")
    )


def people_of(lead: Alert) -> list[Alert]:
    return list(lead.called_through.select_related("member").order_by("pk"))


def states(callout: Callout) -> dict[int, str]:
    return dict(callout.alerts.values_list("pk", "state"))
