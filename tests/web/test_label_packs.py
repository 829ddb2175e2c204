"""Label packs change shown names and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from muster.web import labels

USUAL = Path(labels.HERE).parent / "locale"
PO = (USUAL / "zh_Hans/LC_MESSAGES/django.po").read_text(encoding="utf-8")
RENDER = """
from muster.conf.setup import setup_django
setup_django()
from django.utils import translation
from muster.access.models import Role
for language in ("zh-hans", "en"):
    with translation.override(language):
        print(translation.gettext("Member number"), Role("office_head").label, Role("village_lead").label, *Role.values, sep="|")
"""


def said(tmp_path: Path, pack: str) -> list[list[str]]:
    env = {**os.environ, "MUSTER_HOME": str(tmp_path), "MUSTER_LABELS": pack, "PYTHONIOENCODING": "utf-8"}
    answer = subprocess.run([sys.executable, "-c", RENDER], env=env, capture_output=True, text=True, check=True)
    return [line.split("|") for line in answer.stdout.splitlines()]


def test_every_word_of_the_pack_stands_in_the_product_or_in_the_glossary() -> None:
    assert labels.packs() == ["cn-militia"]
    glossary = (Path(__file__).parents[2] / "GLOSSARY.md").read_text(encoding="utf-8")
    for usual, shown in labels.words_of("cn-militia"):
        assert usual in PO or usual in glossary, usual
        assert shown != usual


def test_words_within_words_come_first() -> None:
    usual = [word for word, _shown in labels.words_of("cn-militia")]
    for at, word in enumerate(usual):
        assert not any(word in later for later in usual[at + 1 :]), word


def test_the_pack_changes_what_people_read_and_no_identifier(tmp_path: Path) -> None:
    (civil, civil_en), (militia, militia_en) = said(tmp_path, ""), said(tmp_path, "cn-militia")
    assert civil[:3] == ["队员编号", "办公室主任", "连长（村级）"]
    assert militia[:3] == ["民兵编号", "人武部部长", "民兵连长"]
    assert militia[3:] == civil[3:]
    assert militia_en == civil_en


def test_a_pack_that_does_not_exist_stops_the_start() -> None:
    assert labels.locale_paths("", USUAL) == [USUAL]
    assert labels.locale_paths("cn-militia", USUAL) == [labels.folder_of("cn-militia"), USUAL]
    with pytest.raises(labels.UnknownPack, match="cn-militia"):
        labels.locale_paths("cn-navy", USUAL)
