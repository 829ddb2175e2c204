"""Every act that people and service write to the journal has words there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import muster.apps.people.actions
import muster.apps.service.actions
from muster.journal.sentences import words_of
from muster.web.texts import ERROR_TEXTS

ACT = re.compile(r'"([a-z]+\.[a-z_]+)"')
CODES = re.compile(
    r'(?:Conflict|InvalidInput|NotFound|NotAllowed|Unreadable|IllegalTransition|stated)\([^)]*?"([a-z_]+\.[a-z_]+)"'
)


def written(package: object) -> set[str]:
    """Act names in the calls of `append` and `note` of a package's modules."""
    found: set[str] = set()
    for path in Path(package.__file__).parent.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for call in re.findall(r"(?:append|note)\((.*?)\n", text.replace("(\n", "(")):
            found |= set(ACT.findall(call))
        found |= set(re.findall(r'\n\s+"([a-z]+\.[a-z_]+)",\n', text))
    return found


@pytest.mark.parametrize("package", [muster.apps.people.actions, muster.apps.service.actions])
def test_every_act_has_words(package: object) -> None:
    acts = written(package)
    assert len(acts) >= 5
    unsaid = {act for act in acts if words_of(act) == act}
    assert unsaid - set(ERROR_TEXTS) == set()


def test_every_refusal_has_a_sentence() -> None:
    codes: set[str] = set()
    for package in (muster.apps.people, muster.apps.service):
        for path in Path(package.__path__[0]).rglob("*.py"):
            codes |= set(CODES.findall(path.read_text(encoding="utf-8")))
    assert len(codes) > 20
    assert {code for code in codes if code not in ERROR_TEXTS} == set()
