"""`muster daily` gives other programs the sheet, as it was or as things stand, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from muster.apps.desk.models import DailySheet
from muster.cli.daily import app
from muster.core.errors import InvalidInput, NotFound, Unreadable
from tests.world import World

Made = Callable[[], DailySheet]


def run(*arguments: str) -> dict[str, object]:
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    return json.loads(done.output) if done.output else {}


def test_the_state_of_now_and_the_record_of_a_day(
    world: World, at: Callable[[str], object], morning: Made, tmp_path: Path
) -> None:
    at("2026-07-14 07:30")
    sheet = morning()
    at("2026-07-15 06:00")
    assert run("--json", "-")["total"]["enrolled"] == 30
    run("--json", str(tmp_path / "sheet.json"), "--day", "2026-07-14")
    kept = json.loads((tmp_path / "sheet.json").read_text(encoding="utf-8"))
    assert kept == {"day": "2026-07-14", "sha256": sheet.digest, **sheet.content}
    assert DailySheet.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("--json", "-", "--day", "2026-07-13"), NotFound),
        (("--json", "-", "--day", "tomorrow"), InvalidInput),
        (("--json", "/no/such/folder/x.json"), Unreadable),
    ],
)
def test_what_is_not_there_is_refused(world: World, arguments: tuple[str, ...], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        CliRunner().invoke(app, arguments, catch_exceptions=False)
