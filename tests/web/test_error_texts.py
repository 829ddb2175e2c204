"""Every refusal has a sentence: the codes are read off the source, also where a helper passes them on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

import muster
from muster.cli.exercise import SENTENCES
from muster.cli.main import PLAIN
from muster.core import errors
from muster.planning.problem import InvalidProblem
from muster.web.texts import ERROR_TEXTS

SOURCE = Path(muster.__file__).parent
_FAMILY = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
_FAMILY.add(InvalidProblem.__name__)
Place = tuple[str, int]


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _literals(expression: ast.expr) -> Iterator[str]:
    """The strings an expression may be: itself, or either side of a choice."""
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        yield expression.value
    elif isinstance(expression, ast.IfExp):
        yield from _literals(expression.body)
        yield from _literals(expression.orelse)


def _passing_on(tree: ast.Module) -> dict[str, int]:
    """Functions that raise an error with a code they were given -> the place of that argument."""
    found = {}
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        names = [argument.arg for argument in function.args.args]
        for call in _calls(function):
            code = call.args[0] if call.args else None
            if _name(call) in _FAMILY and isinstance(code, ast.Name) and code.id in names:
                found[function.name] = names.index(code.id)
    return found


def codes_of(path: Path) -> dict[str, Place]:
    """Code -> where the file raises it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    places = {**dict.fromkeys(_FAMILY, 0), **_passing_on(tree)}
    found = {}
    for call in _calls(tree):
        place = places.get(_name(call))
        if place is None or len(call.args) <= place:
            continue
        for code in _literals(call.args[place]):
            found.setdefault(code, (str(path.relative_to(SOURCE)), call.lineno))
    return found


CODES: dict[str, Place] = {}
for _path in sorted(SOURCE.rglob("*.py")):
    CODES.update(codes_of(_path))


def test_the_scan_sees_plain_codes_and_those_that_helpers_pass_on():
    assert {"planning.negative", "history_reply", "people.member_unknown", "incidents.unknown"} <= CODES.keys()
    assert len(CODES) > 100


def test_every_code_has_a_sentence():
    known = {*ERROR_TEXTS, *PLAIN, *SENTENCES}
    silent = {code: place for code, place in CODES.items() if code not in known}
    assert silent == {}


@pytest.mark.parametrize("code", sorted(ERROR_TEXTS))
def test_a_sentence_says_something_and_names_the_same_values_in_both_languages(code):
    with translation.override("en"):
        english = str(ERROR_TEXTS[code])
    with translation.override("zh-hans"):
        chinese = str(ERROR_TEXTS[code])
    assert english.endswith(".")
    assert not re.search(r"%(?![(%])|[{}]", english)
    assert set(re.findall(r"%\(\w+\)s", english)) == set(re.findall(r"%\(\w+\)s", chinese))
