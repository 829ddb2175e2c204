"""A system with accounts and units but without a single member: what an office has on its first day."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from muster.apps.people import jobs as people_jobs
from muster.apps.people import vault
from muster.apps.people.models import ImportRun, Member
from muster.apps.plans.jobs import check_step
from muster.apps.plans.models import MusterPoint, Plan
from tests.people.makers import person, roster
from tests.world import World


@pytest.fixture
def first_day(world: World) -> World:
    """The world without members, plans and muster points."""
    Plan.objects.all().delete()
    MusterPoint.objects.all().delete()
    Member.objects.all().delete()
    for path in vault.folder().iterdir():
        path.unlink()
    return world


@pytest.fixture
def work() -> Callable[[], None]:
    """Let the import lane and the checks of the solve lane do all they have to do."""

    def until_done() -> None:
        while people_jobs.step():
            pass
        while check_step(lambda: False):
            pass

    return until_done


def workbook(*faulty: dict[str, object], people: int = 40) -> bytes:
    """A roster of good rows, boat crew among them, and rows with slips at its end."""
    rows = [
        person(n, **({"证书1名称": "冲锋舟操作", "证书1编号": f"C{n}", "证书1有效期至": _ends(n)} if n % 2 else {}))
        for n in range(1, people + 1)
    ]
    rows += [person(people + 1 + n, **slip) for n, slip in enumerate(faulty)]
    return roster(rows)


def _ends(n: int) -> str:
    """Of the boat crew every fourth certificate has run out, every eighth runs out in three weeks."""
    return "2026-05-31" if n % 8 == 1 else "2026-08-01" if n % 16 == 3 else "2028-06-30"


@pytest.fixture
def latest() -> Callable[[], ImportRun]:
    return lambda: ImportRun.objects.latest("pk")
