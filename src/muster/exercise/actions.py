"""Breaking things on purpose and mending them, in exercise homes alone. Each act is an entry of the incident's stream."""

from __future__ import annotations

import structlog
from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.incidents.actions.common import note
from muster.apps.incidents.models import Incident
from muster.apps.incidents.models.incident import IncidentState
from muster.apps.maps.actions import ClosureInput, draw_closure, end_closure
from muster.apps.maps.models import Closure, ClosureKind
from muster.apps.maps.reads import closures_at
from muster.apps.people.models import Member, Unit
from muster.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from muster.exercise import line
from muster.exercise.break_reads import bridges, bridges_in_english
from muster.exercise.lane_process import LANES, kill, seconds_until_back
from muster.exercise.trouble import MODES, WHOLE
from muster.jobs.clock import is_exercise_home, now

log = structlog.get_logger(__name__)

BROKEN, MENDED = "exercise.broken", "exercise.mended"
OVER = frozenset({IncidentState.CLOSED, IncidentState.REVIEWED, IncidentState.FALSE_ALARM})


def _check(actor: Actor, incident: Incident) -> None:
    """Errors: NotAllowed for who does not command, NotFound "exercise.not_an_exercise_home" outside exercises,
    Conflict "exercise.incident_over"."""
    check(actor, Right.PROPOSE)
    if not is_exercise_home() or not incident.is_exercise:
        raise NotFound("exercise.not_an_exercise_home")
    if incident.state in OVER:
        raise Conflict("exercise.incident_over")


@transaction.atomic
def close_bridge(actor: Actor, incident: Incident, name: str) -> Closure:
    """Close one of the district's bridges, as a person would on the page of closures; the people outside go round.

    Errors: InvalidInput "exercise.no_bridge", Conflict "exercise.broken_already", those of `draw_closure`."""
    _check(actor, incident)
    if name not in bridges():
        raise InvalidInput("exercise.no_bridge")
    if _closures_of(name):
        raise Conflict("exercise.broken_already")
    closure = draw_closure(actor, ClosureInput(kind=ClosureKind.BRIDGE, road=name, only_bridge=True))
    note(incident, BROKEN, actor, payload=_bridge(name))
    _tell_bridges()
    return closure


@transaction.atomic
def open_bridge(actor: Actor, incident: Incident, name: str) -> None:
    """Open it again. Errors: Conflict "exercise.whole_already", those of `end_closure`."""
    _check(actor, incident)
    found = _closures_of(name)
    if not found:
        raise Conflict("exercise.whole_already")
    for closure in found:
        end_closure(actor, closure)
    note(incident, MENDED, actor, payload=_bridge(name))
    _tell_bridges()


def _closures_of(name: str) -> list[Closure]:
    return list(closures_at(now()).filter(road=name, kind=ClosureKind.BRIDGE))


def _bridge(name: str) -> dict[str, object]:
    return {"what": "bridge", "name": name, "en": bridges_in_english().get(name, "")}


def _village(unit: Unit) -> dict[str, object]:
    """The journal keeps both names, for it is read in both languages."""
    return {"what": "village", "name": unit.place or unit.name, "en": unit.name_en}


def _tell_bridges() -> None:
    """Once it is certain, the people outside hear which bridges are shut; where nobody plays them, nobody has to."""
    shut = [name for name in bridges() if _closures_of(name)]
    transaction.on_commit(lambda: _tell(shut))


def _tell(shut: list[str]) -> None:
    try:
        line.ask(closed=shut)
    except Unavailable as error:
        log.warning("exercise.bridges_not_told", code=error.code)


def set_gateway(actor: Actor, incident: Incident, mode: str) -> None:
    """Let the exercise's gateway behave so from the next text on; "whole" mends it.

    Errors: InvalidInput "exercise.no_such_trouble", Conflict "exercise.broken_already", Unavailable "exercise.no_engine".
    """
    _check(actor, incident)
    if mode not in MODES:
        raise InvalidInput("exercise.no_such_trouble")
    if line.ask().mode == mode:
        raise Conflict("exercise.whole_already" if mode == WHOLE else "exercise.broken_already")
    line.ask(mode=mode)
    if mode == WHOLE:
        note(incident, MENDED, actor, payload={"what": "gateway"})
    else:
        note(incident, BROKEN, actor, payload={"what": f"gateway_{mode}"})


def cut_off(actor: Actor, incident: Incident, path: str) -> Unit:
    """Take the network from the phones of everybody who lives in this village or town: texts to them vanish without a
    report, nothing they write comes in, nobody picks up. Who has set out arrives.

    Errors: NotFound "exercise.no_place", Unavailable "exercise.no_engine"."""
    _check(actor, incident)
    unit = _place(path)
    living = Member.objects.filter(home_unit__path=path) | Member.objects.filter(home_unit__path__startswith=path + "/")
    phones = sorted({member.phone for member in living if member.phone})
    line.ask(cut_off={path: phones})
    note(incident, BROKEN, actor, payload=_village(unit))
    return unit


def bring_back(actor: Actor, incident: Incident, path: str) -> None:
    """Give a place its network back. Errors: NotFound "exercise.no_place", Unavailable "exercise.no_engine"."""
    _check(actor, incident)
    unit = _place(path)
    line.ask(bring_back=[path])
    note(incident, MENDED, actor, payload=_village(unit))


def _place(path: str) -> Unit:
    unit = Unit.objects.filter(path=path, kind__in=("town", "village")).first()
    if unit is None:
        raise NotFound("exercise.no_place")
    return unit


def kill_lane(actor: Actor, incident: Incident, lane: str) -> float | None:
    """kill -9 of a lane's process, and how many seconds until it works again; None when it is not back in time.

    Errors: InvalidInput "exercise.no_such_trouble", Unavailable "exercise.no_lane"."""
    _check(actor, incident)
    if lane not in LANES:
        raise InvalidInput("exercise.no_such_trouble")
    killed = kill(lane)
    note(incident, BROKEN, actor, payload={"what": f"lane_{lane}"})
    seconds = seconds_until_back(lane, killed)
    if seconds is not None:
        note(incident, MENDED, "system", payload={"what": f"lane_{lane}", "seconds": round(seconds, 1)})
    return seconds
