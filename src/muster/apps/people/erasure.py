"""Which parts of the system keep something about a person, and what erasing him means in each.

A part brings a module `actions/erasing` that registers itself here; people, which stands below them, knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from muster.apps.people.models import ImportRun, ImportState, Member
from muster.journal.models import PersonKey

WAITING_IMPORTS = (ImportState.QUEUED, ImportState.CHECKING, ImportState.CHECKED, ImportState.COMMITTING)


class Ground(models.TextChoices):
    """Why a person is erased. A choice and not free text: the reason stays in the journal, and it must name nobody."""

    ASKED = "asked", _("The person asked for it")
    LEFT = "left", _("Has left the reserve; the data are no longer needed")
    MISTAKE = "mistake", _("Entered by mistake, or without consent")
    LAW = "law", _("A law or an authority demands it")


@dataclass(frozen=True, slots=True)
class Part:
    """What one part does: `hinder` gives the code of what still needs the person ("" for nothing), `erase` blanks the
    rows that it keeps about him and gives their number."""

    name: str
    hinder: Callable[[Member], str]
    erase: Callable[[Member], int]


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Called once by each part, when it is loaded."""
    _parts[part.name] = part


def parts() -> list[Part]:
    """The registered parts by name."""
    return [_parts[name] for name in sorted(_parts)]


def hindrances(member: Member) -> list[str]:
    """Codes of everything that stands in the way; empty: he can be erased."""
    if is_erased(member.number):
        return ["people.erased"]
    found = [part.hinder(member) for part in parts()]
    if ImportRun.objects.filter(state__in=WAITING_IMPORTS).exists():
        found.append("people.erase_import_waits")  # the file may bring the person back
    return [code for code in found if code]


def is_erased(number: str) -> bool:
    """Whether the member with this number was erased: his key is gone, and with it what the journal kept sealed."""
    return PersonKey.objects.filter(person=number, destroyed_at__isnull=False).exists()


def erased_numbers() -> set[str]:
    """Member numbers of erased people; they are never given out again."""
    return set(PersonKey.objects.exclude(destroyed_at=None).values_list("person", flat=True))
