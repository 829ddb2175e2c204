"""`muster import people` and `muster import history`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.output import check_writable, on_terminal, write_json
from muster.core.errors import InvalidInput, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

app = typer.Typer(help="Take over an office's own files.", no_args_is_help=True)

NO_TABLE = ("file.header_missing", "file.column_missing")
SENTENCES = {
    "history.no_table": "%(path)s has no table of past callouts. A history has one row per alert, under the columns "
    "%(columns)s.",
    "history.is_roster": "%(path)s looks like a roster: take it over with `muster import people`. A history has one row "
    "per alert, under the columns %(columns)s.",
}
DATUM_HELP = "Where the file's coordinates come from: wgs84 (GPS, Tianditu), gcj02 (AMap, Tencent), bd09 (Baidu)."


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreadable("file.missing", path=path) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput("file.day", text=text) from error


def _progress() -> Callable[[int, int], None] | None:
    """A counting line on a terminal, nothing elsewhere."""
    if not on_terminal():
        return None

    def show(done: int, total: int) -> None:
        sys.stderr.write(f"\r{done}/{total}" + ("\n" if done >= total else ""))
        sys.stderr.flush()

    return show


def _start() -> None:
    """Django, and the tables where this data folder is new."""
    from muster.conf.setup import setup_django

    setup_django()
    from muster.conf.first_start import is_ready, prepare

    if not is_ready():
        prepare()


def _no_history(file: Path, data: bytes) -> InvalidInput:
    """What to say of a file without the columns of a history; most often it is the roster."""
    from muster.codecs.history import ALIASES, REQUIRED
    from muster.codecs.roster import find_roster
    from muster.codecs.workbook import open_workbook

    columns = ", ".join(f"{field} ({next(n for n in ALIASES[field] if not n.isascii())})" for field in REQUIRED)
    try:
        find_roster(open_workbook(data))
    except InvalidInput:
        return InvalidInput("history.no_table", path=str(file), columns=columns)
    return InvalidInput("history.is_roster", path=str(file), columns=columns)


File = Annotated[Path, typer.Argument(help="The file: .xlsx, .xls or .csv (UTF-8 or GB18030).")]
JsonTo = Annotated[str, typer.Option("--json", metavar="OUT|-", help="Write the result as JSON, - for stdout.")]


@app.command()
def people(
    file: File,
    datum: Annotated[str, typer.Option(help=DATUM_HELP)],
    units: Annotated[Path | None, typer.Option(help="List of units with the columns 镇(街道) and 村(社区).")] = None,
    as_of: Annotated[
        str, typer.Option(metavar="DATE", help="Day on which certificates count; today if left out.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only, write nothing.")] = False,
    report: Annotated[Path | None, typer.Option(help="Where to write the refused rows as a workbook (.xlsx).")] = None,
    json_to: JsonTo = "",
) -> None:
    """Check a roster and take over all its good rows; known members are updated, never doubled.

    Units come from the workbook's own list, from --units and from the books. Refused rows do not stop the others."""
    check_writable(report, json_to)
    data = _bytes_of(file)
    units_data = None if units is None else _bytes_of(units)
    _start()
    from muster.access.rights import SYSTEM
    from muster.apps.people.actions import take_over
    from muster.apps.people.reads.import_result import refused_workbook
    from muster.apps.people.reads.rosters import check_people
    from muster.core.units import beijing_day
    from muster.jobs import clock

    day = _day(as_of) if as_of else beijing_day(clock.now())
    checked = check_people(data, datum, day, units_data=units_data, progress=_progress())
    if report is not None:
        report.write_bytes(refused_workbook(checked))
    taken = None if dry_run else take_over(SYSTEM, checked, file.name)
    body = checked.result.as_json()
    if json_to:
        write_json(json_to, body)
    if json_to != "-":
        refused = len(body["rejected"])
        typer.echo(f"{body['rows']} rows: {body['accepted']} good, {refused} refused.")
        if taken is None:
            typer.echo("Nothing was written (dry run).")
        else:
            typer.echo(f"{taken.enrolled} members enrolled, {taken.updated} updated.")


@app.command()
def history(
    file: File,
    json_to: JsonTo = "",
) -> None:
    """Take over past callouts and fit the response model to them: .csv or .xlsx, one row per alert, Beijing time.

    Rows of unknown members are counted and left out."""
    check_writable(json_to)
    data = _bytes_of(file)
    _start()
    from muster.access.rights import SYSTEM
    from muster.apps.service.actions import import_history

    try:
        body = import_history(SYSTEM, data)
    except InvalidInput as error:
        raise (_no_history(file, data) if error.code in NO_TABLE else error) from error
    if json_to:
        write_json(json_to, body)
    if json_to != "-":
        left_out = ", ".join(f"{count} {code}" for code, count in body["rejected"].items()) or "none"
        typer.echo(f"{body['rows']} rows: {body['accepted']} taken over; left out: {left_out}.")
