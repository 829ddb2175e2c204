"""`muster exercise` and `muster demo`: scenarios played through the real system by people who do not exist."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from muster.cli.output import check_writable, on_terminal, write_json
from muster.core.errors import InvalidInput

if TYPE_CHECKING:
    from muster.exercise.engine import Result

app = typer.Typer()
Home = Annotated[
    Path | None, typer.Option(help="An exercise folder to play in; a temporary one by default.", show_default=False)
]

GATEWAYS = ("whole", "lossy", "slow")
SENTENCES = {
    "exercise.scenario_unknown": "There is no scenario %(name)s; known are: %(known)s.",
    "exercise.gateway": "Write the gateway as whole, lossy or slow, not as %(text)s; only with one seed.",
    "exercise.seeds": "Write seeds as 7 or 1-40, not as %(text)s.",
    "exercise.speed": "Write the speed as max or as a number between 0 and 1000, not as %(text)s.",
    "exercise.coverage_size": "Ask for at least one of each, and for at most %(most)s exercises in all.",
    "exercise.seed_or_seeds": "Give --seed or --seeds, not both.",
    "exercise.seeds_fresh": "--seeds plays every seed in a fresh folder; --home cannot go with it.",
    "exercise.not_an_exercise_home": "This folder was not made for exercises; `muster demo` makes one that is.",
    "exercise.home_not_empty": "This folder holds people already; the demonstration district goes into an empty one.",
    "exercise.home_failed": "The demonstration folder could not be made: %(said)s",
    "exercise.server_failed": "The system did not start: %(said)s",
    "exercise.never_idle": "The system did not catch up with its work; the run was given up.",
    "exercise.page": "%(path)s answered %(status)s to %(who)s: %(words)s",
    "exercise.no_form": "The page %(path)s has no form with: %(fields)s",
    "exercise.no_verdict": "The duty page shows no chance: %(words)s",
    "exercise.login": "The login of %(who)s was refused.",
    "exercise.not_opened": "The incident could not be opened: %(words)s",
    "exercise.not_approved": "The callout could not be approved (%(status)s): %(words)s",
    "exercise.gateway_refused": "The system refused what the gateway handed in (%(what)s, %(status)s).",
    "exercise.pay_sheet": "The pay sheet has no column with member numbers.",
    "exercise.audit_failed": "The books could not be read after the run: %(said)s",
    "exercise.speak_form": "The system did not understand for whom the crowd speaks.",
    "exercise.host": "%(host)s is no address of this machine; name one that phones can reach, such as 192.168.1.20.",
    "demo.running": "A demonstration already runs in this folder, at %(address)s",
    "demo.home_in_use": "%(home)s holds something else than a demonstration; set MUSTER_HOME to another folder.",
}


def _line(text: str) -> None:
    if on_terminal():
        sys.stderr.write(text + "\n")


@app.command()
def exercise(
    scenario: str = typer.Argument(help="S1"),
    speed: str = typer.Option("max", help="max, or virtual seconds per real second."),
    seed: int | None = typer.Option(None, min=0, help="The people's luck: equal seeds, equal runs (1 by default)."),
    seeds: str = typer.Option("", metavar="A-B", help="Several seeds, each in a fresh folder."),
    home: Home = None,
    gateway: str = typer.Option("whole", help="How the SMS gateway behaves: whole, lossy (loses 30 of 100), slow."),
    json_to: str = typer.Option("", "--json", metavar="OUT|-", help="Write the result as JSON, - for stdout."),
) -> None:
    """Play a scenario through the real system with virtual members; exit code 1 when an assertion breaks."""
    from muster.exercise.scenario import load_scenario

    check_writable(json_to)
    chosen = load_scenario(scenario)
    if seeds and seed is not None:
        raise InvalidInput("exercise.seed_or_seeds")
    if seeds and home is not None:
        raise InvalidInput("exercise.seeds_fresh")
    if gateway not in GATEWAYS or (seeds and gateway != GATEWAYS[0]):
        raise InvalidInput("exercise.gateway", text=gateway)
    with _ending_in_order():
        if seeds:
            body, lines = _many(chosen.slug, seeds)
        else:
            body, lines = _one(chosen.slug, 1 if seed is None else seed, speed, home, gateway)
    if json_to:
        write_json(json_to, body)
    else:
        for line in lines:
            typer.echo(line)
    raise typer.Exit(0 if body["passed"] else 1)


def _one(name: str, seed: int, speed: str, home: Path | None, gateway: str) -> tuple[dict[str, Any], list[str]]:
    """(the contract's object, what stands on a terminal)"""
    from muster.exercise.demo import steady_pace_of
    from muster.exercise.engine import run_once
    from muster.exercise.scenario import load_scenario

    pace = steady_pace_of(speed)
    place = home.resolve() if home else None
    done = run_once(
        load_scenario(name), seed, home=place, pace=pace, trouble=gateway,
        tell=lambda minute, line: _line(f"T+{minute:.0f} {line}"),
    )  # fmt: skip
    return done.as_json(), [f"{done.scenario}, seed {seed}, {done.seconds:.0f} s:", *done.lines()]


def _many(name: str, seeds: str) -> tuple[dict[str, Any], list[str]]:
    """As `_one`, of all seeds together."""
    from muster.exercise.scenario import load_scenario
    from muster.exercise.seeds import parse_seeds, run_many, summary, summary_lines

    def tell(result: Result) -> None:
        met = "met" if result.outcome["needs_met"] else "missed"
        _line(f"seed {result.seed}: {met}, stated {result.outcome['stated_p']}, {result.seconds:.0f} s")

    body = summary(run_many(load_scenario(name), parse_seeds(seeds), tell))
    return body, summary_lines(body)


@app.command("exercise-coverage")
def exercise_coverage(
    districts: int = typer.Option(8, min=1, help="Invented districts, each with a past of its own."),
    plans: int = typer.Option(12, min=1, help="Plans in each district, at other hours and places."),
    days: int = typer.Option(10, min=1, help="Days of each shape on which each plan is lived through."),
    workers: int = typer.Option(2, min=1, help="Districts at the same time."),
    json_to: str = typer.Option("", "--json", metavar="OUT|-", help="Write the result as JSON, - for stdout."),
) -> None:
    """How often a certified plan is met, as stated, under the usual truth and under differently shaped ones.

    Exit code 1 when the stated chance is refuted under the usual truth."""
    from muster.exercise.coverage import run_coverage, summary, table

    def tell(found: Mapping[str, Any]) -> None:
        state = "certified" if found["certified"] else "shortfall"
        _line(f"district {found['district']} plan {found['plan']}: {state}, {found['alerted']} alerted")

    with _ending_in_order():
        body = summary(run_coverage(districts=districts, plans=plans, days=days, workers=workers, tell=tell))
    if json_to:
        write_json(json_to, body)
    else:
        typer.echo(table(body), nl=False)
    raise typer.Exit(0 if body["passed"] else 1)


@app.command()
def demo(
    scenario: str = typer.Option("S1", help="Which scenario is played."),
    speed: str = typer.Option("20", help="Virtual seconds per real second up to T+10 minutes, or max."),
    port: int = typer.Option(8000, min=0, max=65535, help="Port to answer at; 0 takes a free one."),
    host: str = typer.Option(
        "127.0.0.1", help="This machine's address to answer at; phones join by one they can reach."
    ),
    play: bool = typer.Option(True, help="Play the scenario, or only start the system."),
) -> None:
    """Start the system on a demonstration district in MUSTER_HOME (./var by default) and play a scenario in it.

    Prints the address and freshly made logins; keeps running afterwards until Ctrl-C."""
    from muster.conf.home import home_path
    from muster.exercise.demo import pace_of, run_demo

    with _ending_in_order(code=0):
        held = run_demo(home_path(), scenario, pace_of(speed), port, play, typer.echo, host)
    raise typer.Exit(0 if held else 1)


@contextmanager
def _ending_in_order(code: int = 1) -> Iterator[None]:
    """Whoever ends the command, by Ctrl-C or as a service manager does, ends the system it has started too."""

    def end(*_signal: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("Ended.", err=code != 0)
        raise typer.Exit(code) from None
