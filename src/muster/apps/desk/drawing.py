"""Small drawings of the duty page as numbers for a template: chance over time, people by state, the chance scale."""

from __future__ import annotations

from dataclasses import dataclass

from muster.apps.incidents.board import Board, PeopleCounts

WIDTH, HEIGHT = 500.0, 88.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 74.0, 8.0, 20.0
STATES = ("checked_in", "en_route", "accepted", "unclear", "silent", "undelivered", "declined", "no_show", "released")
ALWAYS_SHOWN = 7  # the last two rows only when somebody is in them


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis: place in px, text."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Spark:
    """The chance over time: `points` in px for a polyline, `mended` continues it to where the proposal leads."""

    points: str
    mended: str
    end_x: float
    end_y: float
    target_y: float
    mended_y: float | None
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class PeopleRow:
    """People in one state: count, share of all called in per cent, and the stretch of the strip (per cent)."""

    state: str
    count: int
    share: float
    start: float


def _y(p: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(1.0, max(0.0, p))), 1)


def spark(board: Board) -> Spark | None:
    """Chance over minutes since T0; None until there are two points."""
    history = sorted(board.verdict.history)  # an exercise clock may be set back; a line never runs back
    if len(history) < 2:
        return None
    first, last = history[0][0], history[-1][0]
    span = max(last - first, 1.0) * 1.6  # room on the right for what the proposal would do
    plot = WIDTH - LEFT - RIGHT

    def x(minute: float) -> float:
        return round(LEFT + plot * (minute - first) / span, 1)

    end_x, end_y = x(last), _y(history[-1][1])
    proposal = board.verdict.proposal
    mended_y = _y(proposal.p_hat) if proposal is not None and proposal.p_hat is not None else None
    bend = x(last + span * 0.12)
    mended = "" if mended_y is None else f"{end_x},{end_y} {bend},{mended_y} {x(first + span)},{mended_y}"
    return Spark(
        points=" ".join(f"{x(minute)},{_y(p)}" for minute, p in history),
        mended=mended,
        end_x=end_x,
        end_y=end_y,
        target_y=_y(board.verdict.target),
        mended_y=mended_y,
        y_ticks=tuple(Tick(_y(p), text) for p, text in ((0.5, "50"), (0.0, "0"))),
        x_ticks=tuple(Tick(x(minute), f"T+{minute}") for minute in _minutes(first, first + span)),
    )


def _minutes(first: float, last: float) -> range:
    """At most six round minutes between the ends."""
    step = next(step for step in (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1_000_000) if (last - first) / step <= 6)
    return range(-(-int(first) // step) * step, int(last) + 1, step)


def people_rows(people: PeopleCounts) -> list[PeopleRow]:
    """Rows of the people card, in fixed order, with their stretch of the strip."""
    rows, start = [], 0.0
    for place, state in enumerate(STATES):
        n = getattr(people, state)
        share = 100 * n / people.called if people.called else 0.0
        if n or place < ALWAYS_SHOWN:
            rows.append(PeopleRow(state, n, round(share, 1), round(start, 2)))
        start += share
    return rows


def scale(p: float | None) -> float:
    """A chance as per cent of the width of the scale under the number."""
    return 0.0 if p is None else round(100 * min(1.0, max(0.0, p)), 1)
