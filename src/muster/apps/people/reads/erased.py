"""What the books say of an erasure that was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from muster.apps.people.erasure import Ground
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
