"""Past alerts and the response model fitted to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from muster.access.rights import Actor, Right, check
from muster.apps.people.models import Member
from muster.apps.service.actions.commitments import STREAM
from muster.apps.service.models import Learning, PastAlert, ResponseModelRow
from muster.apps.service.reads.fitting import fitted_model
from muster.codecs.history import HistoryRow, read_history
from muster.codecs.workbook import open_workbook
from muster.jobs import clock
from muster.journal.actions import append

BATCH = 2_000
LONGEST_REF = 20
ONLY = 1  # key of the one row of Learning
_FIELDS = ["called_at", "channel", "delivered", "reply", "reply_minutes", "arrived_minutes", "exercise"]


@dataclass(frozen=True, slots=True)
class LearnedAlert:
    """One alert of a reviewed callout: minutes are counted from `called_at`; None where it did not happen."""

    member_id: int
    called_at: datetime
    channel: str
    delivered: bool
    reply: str
    reply_minutes: float | None = None
    arrived_minutes: float | None = None


def _store(rows: Sequence[PastAlert], *, exercise: bool = False) -> None:
    """Keep the alerts; those of actual callouts make the model wait for a new fit."""
    PastAlert.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["callout_ref", "member"],
        update_fields=_FIELDS,
    )
    if rows and not exercise:
        Learning.objects.get_or_create(pk=ONLY)
        Learning.objects.filter(pk=ONLY).update(wanted_seq=F("wanted_seq") + 1)


@transaction.atomic
def learn(ref: str, rows: Iterable[LearnedAlert], at: datetime, *, exercise: bool, actor: str = "system") -> int:
    """Keep what became of the alerts of `ref`; said again it replaces what was kept. Returns how many.

    The answers of an actual callout are fitted by the import lane soon after; those of an exercise are kept for its own
    record only, because people answer an announced rehearsal differently. Exercises are forecast by the model of actual
    callouts, as they rehearse those.
    """
    kept = [
        PastAlert(
            callout_ref=ref,
            called_at=row.called_at,
            member_id=row.member_id,
            channel=row.channel,
            delivered=row.delivered,
            reply=row.reply,
            reply_minutes=row.reply_minutes,
            arrived_minutes=row.arrived_minutes,
            exercise=exercise,
        )
        for row in rows
    ]
    _store(kept, exercise=exercise)
    payload = {"ref": ref, "alerts": len(kept), "exercise": exercise}
    append(STREAM, "alerts.learned", actor=actor, at=at, payload=payload)
    return len(kept)


def import_history(actor: Actor, data: bytes) -> dict[str, object]:
    """Take over past callouts from a CSV file or workbook, then fit the response model anew.

    Gives {"rows", "accepted", "rejected": {code: count}}; rows of unknown members and broken rows are counted and left
    out, rows seen before are replaced. Errors: Unreadable and InvalidInput of the codecs.
    """
    check(actor, Right.IMPORT_PEOPLE)
    kept, refused = _sorted_out(data)
    counts = {"rows": len(kept) + refused.total(), "accepted": len(kept), "rejected": dict(sorted(refused.items()))}
    with transaction.atomic():
        _store(kept)
        append(STREAM, "history.imported", actor=actor.ref, at=clock.now(), payload=counts)
    if kept:
        refit_response_model(clock.now(), actor=actor.ref)
    return counts


def _sorted_out(data: bytes) -> tuple[list[PastAlert], Counter[str]]:
    known = dict(Member.objects.values_list("number", "pk"))
    refused: Counter[str] = Counter()
    kept: list[PastAlert] = []
    for row in read_history(open_workbook(data)):
        if not isinstance(row, HistoryRow):
            refused[row.code] += 1
        elif row.member_no not in known:
            refused["unknown_member"] += 1
        elif len(row.callout_id) > LONGEST_REF:
            refused["history_id_long"] += 1
        else:
            kept.append(_past_alert(row, known[row.member_no]))
    return kept, refused


def _past_alert(row: HistoryRow, member_id: int) -> PastAlert:
    return PastAlert(
        callout_ref=row.callout_id,
        called_at=row.called_at,
        member_id=member_id,
        channel=row.channel,
        delivered=row.delivered,
        reply=row.reply,
        reply_minutes=row.reply_minutes,
        arrived_minutes=row.arrived_minutes,
    )


def refit_response_model(at: datetime, *, actor: str = "system") -> ResponseModelRow | None:
    """Fit the response model to all past alerts of actual callouts and put it in force; None while there are none.

    Equal alerts give an equal model, known by its version. Fitting takes seconds: call it outside of transactions. What
    is learned meanwhile waits for the next fit. Error: InvalidProblem.
    """
    seq = Learning.objects.filter(pk=ONLY).values_list("wanted_seq", flat=True).first() or 0
    fitted = fitted_model()
    if fitted is None:
        settle_fit(seq)
        return None
    row = ResponseModelRow(
        version=fitted.model.version, fitted_at=at, callouts=fitted.model.callouts, body=fitted.as_json()
    )
    payload = {"version": row.version, "callouts": row.callouts, "alerts": fitted.model.alerts}
    with transaction.atomic():
        row.save(force_insert=True)
        settle_fit(seq)
        append(STREAM, "model.fitted", actor=actor, at=at, payload=payload)
    return row


def settle_fit(seq: int) -> None:
    """Everything learned up to `seq` has been dealt with."""
    Learning.objects.filter(pk=ONLY, fitted_seq__lt=seq).update(fitted_seq=seq)
