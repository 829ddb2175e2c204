"""Languages are complete: every text of the product has Chinese, and the compiled catalogue is the newest one."""

from __future__ import annotations

import re

import pytest
from tools import messages

CATALOG, QUARRELS = messages.merged()
HOLES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def forms(message: object) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def test_every_text_has_chinese() -> None:
    without = [f"{m.locations[0][0]}: {m.id!r}" for m in messages.missing(CATALOG)]
    assert without == []


def test_no_two_parts_translate_the_same_text_differently() -> None:
    assert QUARRELS == []


def test_translations_keep_the_holes_of_the_text() -> None:
    wrong = []
    for message in CATALOG:
        text = message.id if isinstance(message.id, str) else message.id[-1]
        wrong += [
            (text, form) for form in forms(message) if form and set(HOLES.findall(form)) != set(HOLES.findall(text))
        ]
    assert wrong == []


def test_translations_are_chinese_and_use_its_punctuation() -> None:
    western = re.compile(r"[\u4e00-\u9fff][,;?!]|[\u4e00-\u9fff]\.(?:\s|$)")
    wrong = [form for message in CATALOG for form in forms(message) if western.search(form)]
    assert wrong == []


def test_the_committed_catalogue_is_the_merged_one() -> None:
    assert messages.PO.read_bytes() == messages.po_bytes(CATALOG)


@pytest.mark.parametrize("kind", ["template", "python"])
def test_the_extractor_finds_texts(kind: str) -> None:
    found = {path for message in CATALOG if message.id for path, _ in message.locations}
    suffix = {"template": ".html", "python": ".py"}[kind]
    assert any(path.endswith(suffix) for path in found)
