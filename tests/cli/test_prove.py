"""`muster prove`: exit codes, what it prints, what it writes, and that it keeps the answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from muster.apps.plans.models import PlanCheck, PlanNeed
from muster.cli import prove as command
from muster.core.errors import NotFound, Unreadable
from tests.plans.proof_checker import faults
from tests.world import World

pytestmark = pytest.mark.django_db


def run(*words: str, code: int) -> str:
    done = CliRunner().invoke(command.app, words, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def needs(world: World, slug: str, people: int) -> None:
    PlanNeed.objects.filter(plan=world.plan).delete()
    PlanNeed.objects.create(
        plan=world.plan, order=1, capability=world.capabilities[slug], people=people, due_minutes=90
    )


def test_plans_that_hold_end_with_nought_and_are_kept(world: World, tmp_path: Path) -> None:
    needs(world, "general_rescue", 4)
    said = run("--json", str(tmp_path / "proofs.json"), code=0)
    assert "holds" in said
    assert "1 of 1 plans hold" in said
    (plan,) = json.loads((tmp_path / "proofs.json").read_text(encoding="utf-8"))["plans"]
    assert faults(plan) == []
    check = PlanCheck.objects.get()
    assert (check.pk, check.outcome, check.roster_hash) == (plan["check"], "holds", plan["roster_hash"])
    assert plan["certificate"]["seed"] == check.result["certificate"]["seed"]
    assert plan["model_version"]


def test_one_plan_that_fails_ends_with_one_and_its_conflict_set(world: World) -> None:
    needs(world, "boat_crew", 6)
    said = run("--plan", str(world.plan.pk), "--json", "-", code=1)
    (plan,) = json.loads(said)["plans"]
    assert plan["outcome"] == "short"
    assert plan["shortfall"]["lines"] == [0]
    assert faults(plan) == []


def test_progress_stands_on_a_terminal_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    needs(world, "general_rescue", 2)
    assert "answered" not in run(code=0)
    monkeypatch.setattr(command, "on_terminal", lambda: True)
    assert "1 of 1 plans answered" in run(code=0)


def test_a_shipped_plan_by_name_and_one_that_there_is_not(world: World) -> None:
    assert "SHORT" in run("--plan", "flood", code=1)
    with pytest.raises(NotFound):
        CliRunner().invoke(command.app, ["--plan", "siege"], catch_exceptions=False)
    with pytest.raises(Unreadable):
        CliRunner().invoke(command.app, ["--json", "/no/such/folder/x.json"], catch_exceptions=False)
