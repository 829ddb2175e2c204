"""The command `muster`. Every part brings its commands; Django is started only by those that need it.

Exit codes: 0 done (refused rows included), 1 refused, broken or short, 2 wrong use or unreadable input.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys

import typer
from django.db.utils import DatabaseError

from muster.cli import (
    certs,
    compliance,
    deploy,
    deploy_words,
    exercise,
    home,
    keep,
    people,
    recover,
    relay_words,
    run,
    standby,
)
from muster.core.errors import InvalidInput, MusterError, Unreadable

REFUSED = 1
WRONG_USE = 2

# module -> name of its group; None: its commands stand beside the others
PARTS: dict[str, str | None] = {
    "people": "import",
    "plan": "plan",
    "maps": "map",
    "relay": "relay",
    "daily": None,
    "prove": None,
    "exercise": None,
}

app = typer.Typer(
    name="muster",
    help="Muster keeps a district's emergency reserve in order and calls it out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _gather() -> None:
    for part in (home.app, keep.app, run.app, deploy.app, certs.app, standby.app, compliance.app, recover.app):
        app.registered_commands += part.registered_commands
        app.registered_groups += part.registered_groups
    for module, group in PARTS.items():
        if importlib.util.find_spec(f"muster.cli.{module}") is None:
            continue
        part = importlib.import_module(f"muster.cli.{module}").app
        if group is not None:
            app.add_typer(part, name=group)
        else:
            app.registered_commands += part.registered_commands


_gather()


def sentence(error: MusterError) -> str:
    """One English sentence for an error; the bare code and its values where no sentence is known."""
    from django.apps import apps

    if not apps.ready:
        return _plain(error)
    from django.utils import translation

    from muster.web.texts import ERROR_TEXTS

    text = ERROR_TEXTS.get(error.code)
    if text is None:
        return _plain(error)
    with translation.override("en"):
        return str(text) % error.params if error.params else str(text)


PLAIN = {
    "file.missing": "There is no file %(path)s.",
    "file.not_writable": "%(path)s can not be written: %(reason)s.",
    "file.exists": "%(path)s exists already; choose another name.",
    "up.running": "Muster already runs for this data folder, at %(address)s (process %(pid)s).",
    "up.port_taken": "Port %(port)s is taken by another program; choose another one with --port.",
    "up.not_ready": "The data folder %(home)s is not set up, or is older than this program; run `muster init` first.",
    "up.no_answer": "The server did not answer; see %(log)s.",
    "plan.unreadable": "%(path)s is no instance for the planner: that is an .npz file with its arrays.",
    "plan.no_instance": "%(path)s is no instance for the planner: that is an .npz file with arrays, and these are not in "
    "it: %(missing)s.",
    "plan.invalid": "The planner can not use %(path)s: %(rule)s.",
    "lane.unknown": "There is no lane %(name)s; choose one of %(known)s.",
    "restore.not_empty": "%(path)s is not empty; restore into an empty folder.",
    "restore.database_not_empty": "The database named by MUSTER_DATABASE_URL is not empty; name an empty one.",
    "restore.needs_sqlite": "This backup holds an SQLite database; unset MUSTER_DATABASE_URL to restore it.",
    "backup.unreadable": "%(path)s is not a Muster backup, or it is damaged.",
    "backup.newer": "This backup was made by a newer version of Muster; install that one first.",
}


PLAIN.update(people.SENTENCES)
PLAIN.update(exercise.SENTENCES)
PLAIN.update(relay_words.SENTENCES)
PLAIN.update(deploy_words.SENTENCES)


def _plain(error: MusterError) -> str:
    text = PLAIN.get(error.code)
    return str(error) if text is None else text % error.params


def main() -> None:
    """Entry point: errors become one sentence on stderr and an exit code."""
    try:
        app()
    except (InvalidInput, Unreadable) as error:
        sys.stderr.write(sentence(error) + "\n")
        sys.exit(WRONG_USE)
    except MusterError as error:
        sys.stderr.write(sentence(error) + "\n")
        sys.exit(REFUSED)
    except OSError as error:
        sys.stderr.write(_of_the_system(error) + "\n")
        sys.exit(WRONG_USE)
    except DatabaseError as error:
        sys.stderr.write(_of_the_database(error) + "\n")
        sys.exit(WRONG_USE)


def _of_the_system(error: OSError) -> str:
    said = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {said}." if error.filename else f"The system refused: {said}."


def _of_the_database(error: DatabaseError) -> str:
    said = " ".join(str(error).split()) or type(error).__name__
    return f"The database refused: {said}. If the data folder is new, run `muster init` first."


if __name__ == "__main__":
    main()
