"""Label packs: other shown names for the same things, chosen by MUSTER_LABELS. A pack is a list of words; the catalogue
of the texts in which they stand is compiled from it by tools/messages.py and laid over the usual one."""

from __future__ import annotations

import json
from pathlib import Path

HERE = Path(__file__).resolve().parent


class UnknownPack(ValueError):
    """MUSTER_LABELS names a pack that does not exist: the start stops instead of showing half of the names."""


def packs() -> list[str]:
    """Names of the packs that come with the program."""
    return sorted(path.stem for path in HERE.glob("*.json"))


def words_of(pack: str) -> list[tuple[str, str]]:
    """(usual word, word of the pack), in the order in which they are put in."""
    return [(usual, shown) for usual, shown in json.loads((HERE / f"{pack}.json").read_text(encoding="utf-8"))["words"]]


def folder_of(pack: str) -> Path:
    """Where the pack's compiled catalogue lies, as LOCALE_PATHS wants it."""
    return HERE / pack.replace("-", "_")


def relabelled(text: str, words: list[tuple[str, str]]) -> str:
    """The text with the pack's words."""
    for usual, shown in words:
        text = text.replace(usual, shown)
    return text


def locale_paths(pack: str, usual: Path) -> list[Path]:
    """The catalogues, the first counts. Error: UnknownPack."""
    if not pack:
        return [usual]
    if pack not in packs():
        raise UnknownPack(f"MUSTER_LABELS={pack}: choose one of {', '.join(packs())}, or leave it empty")
    return [folder_of(pack), usual]
