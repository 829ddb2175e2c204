"""`muster plan`: the planner on a stored instance, without database or settings."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path
from typing import Annotated

import typer

from muster.cli.output import check_writable, write_json
from muster.core.errors import MusterError, Unreadable

app = typer.Typer(help="The planner by itself.", no_args_is_help=True)

SHORT = 1
# The rules that a stored instance can break, in words; `field` is the name of an array.
RULES = {
    "planning.not_a_number": "%(field)s holds something else than numbers",
    "planning.array_shape": "%(field)s has another shape than it needs (%(expected)s)",
    "planning.negative": "%(field)s holds a negative value (place %(index)s)",
    "planning.not_finite": "%(field)s holds a value that is no finite number (place %(index)s)",
    "planning.not_a_share": "%(field)s holds a value outside 0 to 1 (place %(index)s)",
    "planning.need_capability": "need_cap holds %(capability)s, which is no capability",
    "planning.need_people": "need_n holds %(people)s, which is no number of people that can be planned for",
    "planning.need_due": "need_due holds %(due_minutes)s, which is no number of minutes",
    "planning.need_lines": "it has %(lines)s lines of need; from 1 to %(most)s can be planned for together",
    "planning.target": "p, the wanted chance, is %(target)s; it has to lie between 0 and 1",
    "planning.correlation": "%(field)s, the correlation, is %(value)s; it has to be at least 0 and below 1",
}


@app.callback()
def group() -> None:
    """Keeps `solve` a command of its own while it is the only one."""


@app.command()
def solve(
    instance: Annotated[Path, typer.Option(help="A stored instance (.npz).")],
    json_to: Annotated[str, typer.Option("--json", metavar="OUT|-", help="Where the answer goes, - for stdout.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same answer.")] = 1,
    budget: Annotated[float | None, typer.Option(min=0.01, help="Seconds of work to aim at.")] = None,
) -> None:
    """Whom to alert, with what certified chance; exit code 1 when the people do not suffice."""
    import numpy as np

    from muster.planning.instance import solve_instance
    from muster.planning.problem import InvalidProblem

    check_writable(json_to)
    try:
        with np.load(io.BytesIO(instance.read_bytes()), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except FileNotFoundError as error:
        raise Unreadable("file.missing", path=str(instance)) from error
    except (OSError, ValueError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        raise Unreadable("plan.unreadable", path=str(instance)) from error
    started = time.perf_counter()
    try:
        answer = solve_instance(arrays, seed, budget)
    except InvalidProblem as error:
        raise _refusal(instance, error) from error
    if "shortfall" in answer:
        write_json(json_to, answer)
        raise typer.Exit(SHORT)
    write_json(json_to, {**answer, "seconds": round(time.perf_counter() - started, 3)})


def _refusal(instance: Path, error: MusterError) -> Unreadable:
    if error.code == "planning.instance_incomplete":
        return Unreadable("plan.no_instance", path=str(instance), missing=error.params["missing"])
    known = RULES.get(error.code)
    rule = known % {"index": 0, **error.params} if known else str(error)
    return Unreadable("plan.invalid", path=str(instance), rule=rule)
