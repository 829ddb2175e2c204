"""Refused rows mended in place: a cell is typed anew, the row is checked again, and a good one goes on the books."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction

from muster.access.rights import Actor, Right
from muster.apps.people import vault
from muster.apps.people.actions.common import check_office
from muster.apps.people.actions.taking_over import take_over
from muster.apps.people.models import ImportRun, ImportState
from muster.apps.people.reads.rest import (
    Rest,
    RestRow,
    check_again,
    faults_of,
    one_sheet,
    packed,
    rest_of,
    suggestion,
    unpacked,
)
from muster.apps.people.reads.rosters import Checked, against_books, capability_names, known_units
from muster.codecs.roster import RosterResult, RosterRules, RowResult
from muster.core.errors import InvalidInput, NotFound

REST_NAME = "{}.rest"
LONGEST_CELL = 500


def keep_rest(run: ImportRun, checked: Checked) -> None:
    """Keep the refused rows of a check, sealed like the file they came in."""
    vault.put(REST_NAME.format(run.file_path), packed(rest_of(checked)))


def open_rows(run: ImportRun) -> Rest | None:
    """The rows of a run that still wait to be mended; None when none are kept."""
    if not run.file_path or not (vault.folder() / REST_NAME.format(run.file_path)).exists():
        return None
    rest = unpacked(vault.get(REST_NAME.format(run.file_path)))
    waiting = run.result.get("rejected", {})
    rows = {number: row for number, row in rest.rows.items() if str(number) in waiting}
    return Rest(rest.fields, rest.headers, rest.places, rows)


def rules_of(run: ImportRun, rest: Rest) -> RosterRules:
    """What a mended row is checked against: as the file was, with the units that are on the books by now."""
    return RosterRules(
        units=known_units(rest.places), capabilities=capability_names(), datum=run.datum, as_of=run.as_of
    )


def mend_row(actor: Actor, run: ImportRun, sheet_row: int, changes: Mapping[str, str]) -> RestRow:
    """Check a row with the cells typed anew and take it over when it is good: then no faults are left in what returns.

    A row that turns out to be somebody who is on the books already is refused, never taken as his update. Errors:
    NotFound "people.row_gone", InvalidInput "people.cell_unknown", Conflict "people.books_moved"."""
    check_office(actor, Right.IMPORT_PEOPLE)
    with transaction.atomic():
        mine = ImportRun.objects.select_for_update().filter(pk=run.pk, state=ImportState.DONE).first()
        rest = open_rows(mine) if mine is not None else None
        row = rest.rows.get(sheet_row) if rest is not None else None
        if mine is None or rest is None or row is None:
            raise NotFound("people.row_gone")
        typed = {field: text.strip()[: LONGEST_CELL + 1] for field, text in changes.items()}
        if not set(typed) <= set(rest.fields):
            raise InvalidInput("people.cell_unknown")
        mended, verdict = _judged(mine, rest, row, typed)
        if verdict.data is not None:
            _take(actor, mine, rest, mended, verdict)
    return mended


def _judged(run: ImportRun, rest: Rest, row: RestRow, typed: Mapping[str, str]) -> tuple[RestRow, RowResult]:
    _table, verdict = check_again(rest, row, typed, rules_of(run, rest))
    (verdict,), matches = against_books([verdict])
    if verdict.sheet_row in matches:
        known = matches[verdict.sheet_row].number
        code, field = "id_of_another", "id_number"
        verdict = RowResult(row.sheet_row, None, (code,), columns=((code, field),), hints=((code, (known,)),))
    return RestRow(row.sheet_row, {**row.cells, **typed}, faults_of(verdict)), verdict


def _take(actor: Actor, run: ImportRun, rest: Rest, row: RestRow, verdict: RowResult) -> None:
    rules = rules_of(run, rest)
    table, _ = check_again(rest, row, {}, rules)
    team = verdict.data.team if verdict.data is not None else ""
    checked = Checked(
        workbook=one_sheet(table),
        table=table,
        result=RosterResult([verdict], {team: 1} if team and team not in rules.units.teams else {}),
        listed_units=rest.places,
        matches={},
        file_hash=hashlib.sha256(f"{run.pk}:{row.sheet_row}".encode()).hexdigest(),
    )
    take_over(actor, checked, f"import:{run.pk}:{row.sheet_row}")
    rejected = {number: codes for number, codes in run.result["rejected"].items() if number != str(row.sheet_row)}
    run.result = run.result | {
        "rejected": rejected, "accepted": run.result["accepted"] + 1, "mended": run.result.get("mended", 0) + 1,
    }  # fmt: skip
    run.save(update_fields=["result"])
    left = replace(rest, rows={number: one for number, one in rest.rows.items() if number != row.sheet_row})
    transaction.on_commit(lambda: _keep_left(run, left))


def _keep_left(run: ImportRun, left: Rest) -> None:
    """What is on the books is not kept a second time."""
    name = REST_NAME.format(run.file_path)
    if left.rows:
        vault.put(name, packed(left))
    else:
        vault.drop(name)


def take_suggestions(actor: Actor, run: ImportRun, code: str) -> int:
    """Put the likeliest name into every row that is refused for `code` alone or first; returns how many are good now."""
    check_office(actor, Right.IMPORT_PEOPLE)
    rest = open_rows(run)
    if rest is None:
        raise NotFound("people.row_gone")
    rules, good = rules_of(run, rest), 0
    for row in rest.rows.values():
        fault = next((one for one in row.faults if one.code == code), None)
        text = suggestion(row, fault, rules) if fault is not None else ""
        if fault is not None and text:
            good += not mend_row(actor, run, row.sheet_row, {fault.field: text}).faults
    return good
