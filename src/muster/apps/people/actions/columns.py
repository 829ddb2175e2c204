"""An office's own columns: which is which is said once, and the file is checked again with it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from muster.access.rights import Actor, Right
from muster.apps.people import vault
from muster.apps.people.actions.common import STREAM, check_office
from muster.apps.people.actions.runs import STORED_NAME
from muster.apps.people.models import ColumnMap, ImportRun, ImportState
from muster.codecs.own_columns import OwnHeader, likely_header
from muster.codecs.roster_columns import ALIASES as KNOWN
from muster.codecs.roster_columns import CERTIFICATE_PARTS, MAX_CERTIFICATES, REQUIRED, certificate_field
from muster.codecs.workbook import open_workbook
from muster.core.errors import Conflict, InvalidInput, NotFound
from muster.jobs import clock
from muster.journal.actions import append

NAMELESS = ("file.column_missing", "file.header_missing")
CERTIFICATES = tuple(certificate_field(n, part) for n in range(1, MAX_CERTIFICATES + 1) for part in CERTIFICATE_PARTS)
FIELDS = (*KNOWN, *CERTIFICATES)
MOST_COLUMNS = 200


def own_header(run: ImportRun) -> OwnHeader:
    """The header row of a file whose columns were not understood.

    Errors: NotFound "people.file_gone", "people.no_columns" (it failed for another reason, or has no row of words);
    Unreadable as the codecs."""
    if run.state != ImportState.FAILED or run.error not in NAMELESS or not run.file_path:
        raise NotFound("people.no_columns")
    found = likely_header(open_workbook(vault.get(STORED_NAME.format(run.file_path))))
    if found is None or len(found.columns) > MOST_COLUMNS:
        raise NotFound("people.no_columns")
    return found


@transaction.atomic
def name_columns(actor: Actor, run: ImportRun, fields: Sequence[str]) -> None:
    """Remember what each column means, and put the file back in the queue.

    `fields`: one per column, "" to leave it out. InvalidInput "people.column_unknown", "people.column_twice" (`column`),
    "people.column_lacking" (`columns`); Conflict "people.import_running"."""
    check_office(actor, Right.IMPORT_PEOPLE)
    header = own_header(run)
    given = [field for field in fields if field]
    if len(fields) != len(header.columns) or not set(given) <= set(FIELDS):
        raise InvalidInput("people.column_unknown")
    twice = next((field for field in given if given.count(field) > 1), None)
    if twice is not None:
        raise InvalidInput("people.column_twice", column=twice)
    lacking = [field for field in REQUIRED if field not in given]
    if lacking:
        raise InvalidInput("people.column_lacking", columns=lacking)
    at = clock.now()
    headers = [column.header for column in header.columns]
    ColumnMap.objects.update_or_create(
        fingerprint=header.fingerprint,
        defaults={"headers": headers, "fields": list(fields), "said_by": actor.ref, "said_at": at},
    )
    again = ImportRun.objects.filter(pk=run.pk, state=ImportState.FAILED)
    if not again.update(state=ImportState.QUEUED, error="", claimed_at=None, finished_at=None, result={}):
        raise Conflict("people.import_running")
    payload = {"run": run.pk, "header": header.fingerprint[:16], "fields": len(given)}
    append(STREAM, "import.columns_named", actor=actor.ref, at=at, payload=payload)
