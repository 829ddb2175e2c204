"""Every write of the plans app: contingency plans, and the muster points and sites they use."""

from muster.apps.plans.actions.checks import adopt_template, ask_checks
from muster.apps.plans.actions.places import remove_muster_point, remove_site, save_muster_point, save_site
from muster.apps.plans.actions.writing import (
    HIGHEST_TARGET,
    LOWEST_TARGET,
    MOST_LINES,
    MOST_MINUTES,
    MOST_PEOPLE,
    PlanInput,
    PlanNeedInput,
    check_need,
    copy_plan,
    pre_authorise,
    retire,
    withdraw_pre_authorisation,
    write_plan,
)

__all__ = [
    "HIGHEST_TARGET",
    "LOWEST_TARGET",
    "MOST_LINES",
    "MOST_MINUTES",
    "MOST_PEOPLE",
    "PlanInput",
    "PlanNeedInput",
    "adopt_template",
    "ask_checks",
    "check_need",
    "copy_plan",
    "pre_authorise",
    "remove_muster_point",
    "remove_site",
    "retire",
    "save_muster_point",
    "save_site",
    "withdraw_pre_authorisation",
    "write_plan",
]
