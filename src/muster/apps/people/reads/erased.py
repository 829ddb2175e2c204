"""What the books say of an erasure that was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from muster.access.rights import Actor, Right
from muster.apps.people.erasure import Ground
from muster.apps.people.models import ErasureRequest
from muster.journal.models import Entry


@dataclass(frozen=True, slots=True)
class Erasure:
    """When a person was erased, on what ground, under which file reference; `rows` that were blanked or taken out."""

    at: datetime
    ground: str
    file_ref: str
    rows: int


def erasure_of(number: str) -> Erasure | None:
    """The erasure of the member with this number, out of the journal; None for one who was not erased."""
    entry = Entry.objects.filter(stream__name="people", action="member.erased", person=number).first()
    if entry is None:
        return None
    rows = sum(int(count) for count in entry.payload["rows"].values())
    return Erasure(entry.at, str(Ground(entry.payload["ground"]).label), entry.payload["file"], rows)


def waiting_erasures(actor: Actor) -> list[ErasureRequest]:
    """Requests that nobody has answered, the oldest first; for who may erase, in the whole district."""
    if actor.unit_path or not actor.may(Right.ERASE_PEOPLE):
        return []
    waiting = ErasureRequest.objects.filter(withdrawn_at=None, answered_at=None)
    return list(waiting.select_related("member").defer("member__id_number", "member__phone").order_by("asked_at"))
