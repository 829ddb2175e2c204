"""The evidence report: every group has words, and what it says was measured."""

from __future__ import annotations

import json

import pytest
from django.utils import translation
from typer.testing import CliRunner

from muster.cli.main import app
from muster.conf import compliance
from muster.conf.compliance_words import GROUPS, POINTS, told
from muster.journal.models import Entry
from tests.world import World


def groups() -> dict[str, compliance.Group]:
    return {each.code: each for each in compliance.look()}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_group_is_told_in_both_languages(world: World, language: str) -> None:
    with translation.override(language):
        rows = [told(each) for each in compliance.look()]
    assert [row["code"] for row in rows] == list(GROUPS)
    for row in rows:
        assert row["measured"]
        chinese = any("\u4e00" <= mark <= "\u9fff" for mark in str(row["title"]))
        assert chinese == (language == "zh-hans")


def test_figures_move_with_what_they_measure(world: World) -> None:
    before = groups()
    assert before["identity"].measured["accounts_active"] == len(world.accounts)
    assert ("factor_missing", {"count": 4}) in before["identity"].open
    assert before["access_control"].measured["rights_shared_by_administrators"] == 0
    world.accounts["security_admin"].active = False
    world.accounts["security_admin"].save(update_fields=["active"])
    after = groups()
    assert ("administrator_missing", {"role": "security_admin"}) in after["access_control"].open
    assert after["identity"].measured["accounts_off"] == 1


@pytest.mark.django_db(transaction=True)
def test_a_changed_journal_is_an_open_point(world: World) -> None:
    assert groups()["audit"].measured["streams_that_hold"] == groups()["audit"].measured["streams"]
    Entry.objects.filter(stream__name="security", seq=2).update(actor="somebody else")
    assert ("journal_broken", {"streams": "security"}) in groups()["audit"].open


def test_what_settings_close_is_not_open(world: World, settings: object) -> None:
    assert ("networks_open", {}) in groups()["intrusion"].open
    settings.MUSTER_ALLOWED_NETWORKS = ("10.0.0.0/8",)
    settings.MUSTER_MFA_REQUIRED = frozenset({"system_admin", "security_admin", "auditor", "office_head"})
    settings.SECURE = True
    now = groups()
    assert ("networks_open", {}) not in now["intrusion"].open
    assert [code for code, _values in now["identity"].open] == ["factor_missing"]
    assert all(code in POINTS for group in now.values() for code, _values in group.open)


def test_the_command_says_it_and_writes_it(world: World) -> None:
    text = CliRunner().invoke(app, ["check", "compliance", "--language", "zh"])
    assert text.exit_code == 0
    assert "GB/T 22239-2019 安全计算环境 · 身份鉴别" in text.stdout
    body = json.loads(CliRunner().invoke(app, ["check", "compliance", "--json", "-", "--language", "en"]).stdout)
    assert {row["chapter"] for row in body["groups"]} == {"Secure computing environment"}
    assert [row["title"] for row in body["groups"]][1:3] == ["Access control", "Security audit"]
