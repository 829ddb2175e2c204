"""Imports in the browser: upload, dry run, the order to take over, and what the lane makes of it.

queued > checking > checked > (a person orders it) committing > done; failed where the file cannot be read. The run's
row is the queue entry. Whoever works on it holds a lock on a file of the run: the lock of a killed process is gone
at once, so that the next one resumes; nothing is half written, since taking over is one transaction.
"""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import structlog
from django.db import DatabaseError, DataError, transaction
from django.utils import timezone

from muster.access.rights import Actor, Right, check
from muster.apps.people import vault
from muster.apps.people.actions.common import STREAM, check_office
from muster.apps.people.actions.mending import REST_NAME, keep_rest
from muster.apps.people.actions.taking_over import take_over
from muster.apps.people.models import ImportRun, ImportState, Member
from muster.apps.people.reads.import_result import refused_workbook, stored_result
from muster.apps.people.reads.rosters import Checked, check_people
from muster.codecs.roster_sentences import Language
from muster.codecs.text import without_controls
from muster.core.datum import DATUMS
from muster.core.errors import Conflict, IllegalTransition, InvalidInput, MusterError, NotFound, Unreadable
from muster.jobs import clock
from muster.journal.actions import append

log = structlog.get_logger(__name__)

MAX_BYTES = 100 * 2**20
KEPT_DAYS = 30
OPEN_STATES = (ImportState.QUEUED, ImportState.CHECKING, ImportState.COMMITTING)
STORED_NAME = "{}.roster"
REFUSED_NAMES: dict[Language, str] = {"zh": "{}.refused", "en": "{}.refused-en"}
AT_ONCE = ("start", "demo")  # an office's first workbook, the one with invented people


def start_import(
    actor: Actor, file_name: str, data: bytes, datum: str, as_of: date, *, kind: str = "people"
) -> ImportRun:
    """Keep an upload and put it in the queue for its dry run.

    A `kind` of AT_ONCE says that the person who uploads it also orders it: while the books are empty its good rows are
    taken over straight after the check, since there is nobody whose entry they could change.
    InvalidInput "geo.datum_unknown", "file.empty", "file.too_large".
    """
    check_office(actor, Right.IMPORT_PEOPLE)
    if datum not in DATUMS:
        raise InvalidInput("geo.datum_unknown", datum=datum)
    if not data:
        raise InvalidInput("file.empty")
    if len(data) > MAX_BYTES:
        raise InvalidInput("file.too_large", limit_mb=MAX_BYTES // 2**20)
    name = uuid.uuid4().hex
    run = ImportRun(
        kind=kind,
        file_name=file_name[-200:],
        file_path=name,
        datum=datum,
        as_of=as_of,
        started_by=actor.ref,
        started_at=clock.now(),
    )
    # The file is sealed and written before the transaction: nobody waits for the disk with the books locked.
    vault.put(STORED_NAME.format(name), data)
    try:
        with transaction.atomic():
            run.save(force_insert=True)
            payload = {"run": run.pk, "bytes": len(data)}
            append(STREAM, "import.started", actor=actor.ref, at=run.started_at, payload=payload)
            if kind in AT_ONCE:
                append(STREAM, "import.ordered", actor=actor.ref, at=run.started_at, payload={"run": run.pk})
    except DatabaseError:
        vault.drop(STORED_NAME.format(name))
        raise
    return run


@transaction.atomic
def order_take_over(actor: Actor, run: ImportRun) -> None:
    """A person has seen the dry run and wants its good rows. Once only."""
    check_office(actor, Right.IMPORT_PEOPLE)
    moved = ImportRun.objects.filter(pk=run.pk, state=ImportState.CHECKED).update(
        state=ImportState.COMMITTING,
        error="",
        claimed_at=None,
        done_rows=0,
        result=run.result | {"ordered_by": actor.ref},
    )
    if not moved:
        raise IllegalTransition("people.import_not_checked", from_state=run.state, to_state=ImportState.COMMITTING)
    append(STREAM, "import.ordered", actor=actor.ref, at=clock.now(), payload={"run": run.pk})


@transaction.atomic
def drop_import(actor: Actor, run: ImportRun) -> None:
    """Throw a dry run away, with its file."""
    check_office(actor, Right.IMPORT_PEOPLE)
    gone, _ = ImportRun.objects.filter(pk=run.pk).exclude(state__in=OPEN_STATES).delete()
    if not gone:
        raise Conflict("people.import_running")
    append(STREAM, "import.dropped", actor=actor.ref, at=clock.now(), payload={"run": run.pk})
    transaction.on_commit(lambda: _drop_files(run))


def _drop_files(run: ImportRun) -> None:
    vault.drop(STORED_NAME.format(run.file_path))
    for name in REFUSED_NAMES.values():
        vault.drop(name.format(run.file_path))
    vault.drop(REST_NAME.format(run.file_path))


def claim(run: ImportRun) -> bool:
    """Take a waiting or orphaned run, by compare-and-set on what was read. True when it is ours now."""
    state = ImportState.CHECKING if run.state == ImportState.QUEUED else run.state
    mine = ImportRun.objects.filter(pk=run.pk, state=run.state, claimed_at=run.claimed_at)
    now = timezone.now()
    if not mine.update(state=state, claimed_at=now):
        return False
    run.state, run.claimed_at = state, now
    return True


def note_progress(run: ImportRun, done: int, total: int) -> None:
    """How far the check has come, for the progress bar."""
    ImportRun.objects.filter(pk=run.pk).update(done_rows=done, total_rows=total)


def work(run: ImportRun) -> None:
    """Do what a claimed run waits for. A file that cannot be taken ends as failed, with its code."""
    try:
        checked = check_people(
            vault.get(STORED_NAME.format(run.file_path)),
            run.datum,
            run.as_of,
            progress=lambda done, total: note_progress(run, done, total),
        )
        if run.state == ImportState.COMMITTING:
            _take_over(run, checked)
        elif run.kind in AT_ONCE and checked.result.accepted and not Member.objects.exists():
            _take_at_once(run, checked)
        else:
            _keep_verdicts(run, checked, error=run.error)
    except MusterError as error:
        _fail(run, error)
    except (DataError, ValueError, OverflowError) as error:
        # What no check foresaw in a file must not stop the lane for all the others.
        log.warning("import.value_refused", run=run.pk, error=type(error).__name__, exc_info=error)
        _fail(run, Unreadable("file.corrupt"))


def _keep_refused(run: ImportRun, checked: Checked) -> None:
    """The marked workbook in both languages: who will take it away is not known yet, and the file itself is given up."""
    for language, name in REFUSED_NAMES.items():
        vault.put(name.format(run.file_path), refused_workbook(checked, language))


def _take_at_once(run: ImportRun, checked: Checked) -> None:
    """Check and order in one: what was found is kept with the run, the refused rows to be mended in place."""
    if any(row.rejected for row in checked.result.rows):
        _keep_refused(run, checked)
        keep_rest(run, checked)
    rows = len(checked.result.rows)
    run.result = stored_result(checked) | {"ordered_by": run.started_by}
    ImportRun.objects.filter(pk=run.pk).update(total_rows=rows, done_rows=rows)
    _take_over(run, checked)


def _keep_verdicts(run: ImportRun, checked: Checked, error: str = "") -> None:
    if any(row.rejected for row in checked.result.rows):
        _keep_refused(run, checked)
    ImportRun.objects.filter(pk=run.pk).update(
        state=ImportState.CHECKED,
        result=stored_result(checked),
        total_rows=len(checked.result.rows),
        done_rows=len(checked.result.rows),
        error=error,
    )


def _take_over(run: ImportRun, checked: Checked) -> None:
    """All or nothing, and only what the person who ordered it has seen; else it is shown to him again."""
    if checked.verdict_hash != run.result.get("verdict_hash"):
        _keep_verdicts(run, checked, error="people.books_moved")
        return
    with transaction.atomic():
        taken = take_over(_orderer(run.result["ordered_by"]), checked, f"import:{run.pk}")
        ImportRun.objects.filter(pk=run.pk).update(
            state=ImportState.DONE, finished_at=clock.now(), result=run.result | {"taken": taken.as_json()}
        )
    vault.drop(STORED_NAME.format(run.file_path))


def _orderer(ref: str) -> Actor:
    """The person in whose name the lane works; his right was checked when he gave the order."""
    return Actor(ref=ref, name="", role="office_head")


@transaction.atomic
def _fail(run: ImportRun, error: MusterError) -> None:
    if isinstance(error, Conflict) and (run.state == ImportState.COMMITTING or run.kind in AT_ONCE):
        ImportRun.objects.filter(pk=run.pk).update(state=ImportState.QUEUED, claimed_at=None, error=error.code)
        return
    params = {name: without_controls(str(value))[:200] for name, value in error.params.items()}
    ImportRun.objects.filter(pk=run.pk).update(
        state=ImportState.FAILED, error=error.code[:60], finished_at=clock.now(), result={"params": params}
    )
    append(STREAM, "import.failed", actor=run.started_by, at=clock.now(), payload={"run": run.pk, "code": error.code})


def purge_old() -> int:
    """Delete the files of runs started more than 30 days ago. Returns how many runs were cleaned."""
    border = clock.now() - timedelta(days=KEPT_DAYS)
    old = list(ImportRun.objects.filter(started_at__lt=border).exclude(file_path=""))
    for run in old:
        _drop_files(run)
        ImportRun.objects.filter(pk=run.pk).update(file_path="")
    return len(old)


@transaction.atomic
def take_refused(actor: Actor, run: ImportRun, language: Language = "zh") -> bytes:
    """The refused rows as a workbook, the reasons in this language, numbers in clear as they were sent; the journal says
    that it left the house.

    NotFound "people.file_gone"."""
    check_office(actor, Right.IMPORT_PEOPLE)
    if not run.file_path:
        raise NotFound("people.file_gone")
    try:
        data = vault.get(REFUSED_NAMES[language].format(run.file_path))
    except NotFound:  # checked by a release that kept the Chinese one only
        data = vault.get(REFUSED_NAMES["zh"].format(run.file_path))
    payload = {"run": run.pk, "rows": len(run.result.get("rejected", {}))}
    append(STREAM, "import.refused_taken", actor=actor.ref, at=clock.now(), payload=payload)
    return data


@transaction.atomic
def note_export(actor: Actor, rows: int) -> None:
    """The list of members left the house as a file."""
    check(actor, Right.SEE_PEOPLE)
    append(STREAM, "people.exported", actor=actor.ref, at=clock.now(), payload={"rows": rows})
