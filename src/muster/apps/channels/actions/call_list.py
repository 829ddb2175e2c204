"""The printable call list, the last channel. Its numbers can be dialled, so the journal keeps who opened it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.channels.reads import CallRow, call_rows
from muster.jobs.clock import now
from muster.journal.actions import append


@transaction.atomic
def open_call_list(actor: Actor, refs: Iterable[str], *, subject: str) -> list[CallRow]:
    """People who must be telephoned among the messages of `refs`, with whole numbers, of the actor's part of the tree.

    `subject` says what for (incident:3). One entry in the stream `people` names whose numbers were shown.
    """
    check(actor, Right.RECORD)
    at = now()
    rows = [row for row in call_rows(refs, at) if any(actor.sees_unit(path) for path in row.unit_paths)]
    if rows:
        payload = {"subject": subject, "members": [row.number for row in rows]}
        append("people", "people.call_list_opened", actor=actor.ref, at=at, payload=payload)
    return rows
