"""What the source page names and what became of it: one data file for the page and for SCOPE.md. Knows no framework."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

FILE = Path(__file__).resolve().parent / "data" / "scope.yaml"
STATES = ("built", "part", "later", "replaced", "left_out")


@dataclass(frozen=True, slots=True)
class Text:
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing the source names. `instead` is what stands in its place, `ready` whether that is built; `seen` are names
    of addresses where it can be looked at."""

    id: str
    state: str
    said: Text
    why: Text
    instead: Text | None
    ready: bool
    seen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: Text
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Slip:
    """A misprint of the source and how it is read."""

    said: str
    read: Text


@dataclass(frozen=True, slots=True)
class Scope:
    sections: tuple[Section, ...]
    slips: tuple[Slip, ...]

    def items(self) -> list[Item]:
        return [item for section in self.sections for item in section.items]

    def counts(self) -> dict[str, int]:
        """State -> how many, in the order of STATES."""
        found = Counter(item.state for item in self.items())
        return {state: found[state] for state in STATES}


def _text(given: Mapping[str, str]) -> Text:
    return Text(given["zh"], given["en"])


def _item(given: Mapping[str, object], reasons: Mapping[str, Mapping[str, str]]) -> Item:
    why, instead = given["why"], given.get("instead")
    return Item(
        id=given["id"],
        state=given["state"],
        said=_text(given),
        why=_text(reasons[why] if isinstance(why, str) else why),
        instead=_text(instead) if instead else None,
        ready=bool(instead and instead.get("ready", True)),
        seen=tuple(given.get("seen", ())),
    )


@functools.cache
def scope() -> Scope:
    """The data file. KeyError for a reason or a field that is not there."""
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    sections = (
        Section(each["id"], _text(each), tuple(_item(item, data["reasons"]) for item in each["items"]))
        for each in data["sections"]
    )
    return Scope(tuple(sections), tuple(Slip(each["said"], _text(each)) for each in data["slips"]))
