"""The hub's source in the running system: database rows and the duty page's regions, read in one thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections
from django.db.models import CharField, F, Max, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone, translation

from muster.access.rights import Actor
from muster.access.tickets import Ticket, holding
from muster.apps.desk import regions, wall_board
from muster.apps.incidents import reads
from muster.apps.incidents.models import Callout
from muster.jobs import clock
from muster.journal.models import Stream
from muster.live.hub import Hub, Now, Picture, Source, Version, View

T = TypeVar("T")
_one_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live")


def versions(incident_ids: Iterable[int]) -> dict[int, Version]:
    """What would change the picture, per incident: journal length, newest solve, state of the wish for one. One query."""
    name = Concat(Value("incident:"), Cast(OuterRef("incident_id"), CharField()), output_field=CharField())
    entries = Subquery(Stream.objects.filter(name=name).values("count")[:1])
    rows = Callout.objects.filter(incident_id__in=list(incident_ids)).annotate(
        entries=entries, newest=Max("solve_runs__id"), incident_state=F("incident__state")
    )
    fields = ("incident_id", "entries", "newest", "wanted_seq", "solved_seq", "state", "incident_state")
    return {row[0]: row[1:] for row in rows.values_list(*fields)}


def draw(view: View) -> Picture:
    """The regions of the duty page or the wall as a viewer of this kind sees them."""
    if view.page == "wall":
        with translation.override(view.language):
            on_wall = wall_board.board_of(view.incident_id)
            return Picture(on_wall.seq, wall_board.render(on_wall))
    viewer = Actor(ref="live", name="", role=view.role, unit_path=view.unit_path, base_role=view.base_role)
    with translation.override(view.language):
        board = reads.board(reads.callout_of(viewer, view.incident_id), viewer)
        return Picture(board.seq, regions.render(board, viewer, regions.command_line(board)))


async def _in_thread(work: Callable[[], T]) -> T:
    def fresh() -> T:
        close_old_connections()
        return work()

    return await asyncio.get_running_loop().run_in_executor(_one_thread, fresh)


async def look_apart(incident_ids: Iterable[int]) -> dict[int, Version]:
    return await _in_thread(lambda: versions(incident_ids))


async def draw_apart(view: View) -> Picture:
    return await _in_thread(lambda: draw(view))


async def holding_apart(tickets: Iterable[Ticket]) -> set[Ticket]:
    return await _in_thread(lambda: holding(tickets))


def clocks() -> Now:
    """The system's clock and the real one, now."""
    return Now(virtual=clock.now(), speed=clock.speed(), real=timezone.now())


hub = Hub(Source(look=look_apart, draw=draw_apart, now=clocks, holding=holding_apart))
