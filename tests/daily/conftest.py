"""A morning in the small district: the machine has nothing to complain of unless a test says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings

from muster.apps.desk.daily.jobs import daily_step
from muster.apps.desk.models import DailySheet
from muster.apps.plans.jobs import check_step
from tests.world import World

MACHINE: list[dict[str, str]] = []


def machine() -> list[dict[str, str]]:
    """Stands for what the top of the program finds wrong with the machine."""
    return list(MACHINE)


@pytest.fixture(autouse=True)
def quiet_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    MACHINE.clear()
    monkeypatch.setattr(settings, "MUSTER_MACHINE_TROUBLES", "tests.daily.conftest.machine")
    monkeypatch.setattr(settings, "MUSTER_OFFICE_NAME", "应急后备办公室")
    monkeypatch.setattr(settings, "MUSTER_DESK_PHONE", "0731-55550119")


@pytest.fixture
def answered() -> Callable[[], None]:
    """Let the solve lane answer every plan that was asked about."""

    def until_done() -> None:
        while check_step(lambda: False):
            pass

    return until_done


@pytest.fixture
def morning(world: World, answered: Callable[[], None]) -> Callable[[], DailySheet]:
    """Let the lanes make today's sheet as they do by themselves."""

    def made() -> DailySheet:
        assert daily_step()
        answered()
        assert daily_step()
        return DailySheet.objects.latest("day")

    return made
