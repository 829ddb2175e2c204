"""Every act that is written to the journal has words, in every part: found in the source, so that none is forgotten."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import muster
from muster.journal.sentences import words_of

SOURCE = Path(muster.__file__).parent
WRITERS = {"append", "note", "_note"}
CODE = re.compile(r"[a-z_]+\.[a-z_]+")


def _codes_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in WRITERS:
            texts = (part for argument in node.args for part in ast.walk(argument) if isinstance(part, ast.Constant))
            yield from (t.value for t in texts if isinstance(t.value, str) and CODE.fullmatch(t.value))


def _acts() -> list[str]:
    writers = [path for path in SOURCE.rglob("*.py") if "actions" in path.parts or path.name == "actions.py"]
    return sorted({code for path in writers for code in _codes_in(path)})


def test_the_source_holds_acts() -> None:
    assert {"incident.opened", "account.made", "people.imported"} <= set(_acts())


@pytest.mark.parametrize("action", _acts())
def test_every_act_has_words(action: str) -> None:
    assert words_of(action) != action, f"say in {action!r} app's acts.py what it is called"
