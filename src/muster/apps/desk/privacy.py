"""The privacy notice as data: every personal field with its purpose, storage, retention and what an erasure does to it."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from pathlib import Path

import yaml

from muster.apps.desk.scope import Text

FILE = Path(__file__).resolve().parent / "data" / "privacy.yaml"


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of data. `fields` are app.model.field of all columns that hold it; `code` what an erasure does to them."""

    fields: tuple[str, ...]
    title: Text
    purpose: Text
    stored: Text
    kept: Text
    erased: Text
    code: str


@dataclass(frozen=True, slots=True)
class Group:
    title: Text
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    groups: tuple[Group, ...]
    not_personal: tuple[str, ...]

    def lines(self) -> list[Line]:
        return [line for group in self.groups for line in group.lines]


@functools.cache
def notice() -> Notice:
    """The data file. KeyError for a word that it uses and does not explain."""
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))

    def word(table: str, key: str) -> Text:
        return Text(**data[table][key])

    def line(given: dict[str, object]) -> Line:
        return Line(
            fields=tuple(given["in"]),
            title=Text(given["zh"], given["en"]),
            purpose=word("purposes", given["purpose"]),
            stored=word("stored", given["stored"]),
            kept=word("kept", given["kept"]),
            erased=word("erased", given["erased"]),
            code=given["erased"],
        )

    groups = (Group(Text(g["zh"], g["en"]), tuple(line(one) for one in g["fields"])) for g in data["groups"])
    return Notice(tuple(groups), tuple(data["not_personal"]))


def backups_kept() -> tuple[str, str, str]:
    """How many days, weeks and months keep their scheduled backup, as the office has set it."""
    parts = [part.strip() for part in (os.environ.get("MUSTER_BACKUP_KEEP") or "7,5,12").split(",")]
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else ("7", "5", "12")
