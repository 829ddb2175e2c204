"""Long work is not begun where its result could not be kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_commands import run


@pytest.mark.parametrize(
    ("words", "work"),
    [
        (["plan", "solve", "--instance", "none.npz"], "muster.planning.instance.solve_instance"),
        (["exercise", "S1"], "muster.exercise.engine.run_once"),
        (["exercise", "S1", "--seeds", "1-2"], "muster.exercise.seeds.run_many"),
    ],
    ids=["plan solve", "exercise", "exercise seeds"],
)
def test_long_work_does_not_begin_where_its_result_could_not_be_kept(
    words: list[str], work: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, lambda *_, **__: pytest.fail("it began"))
    for target in (tmp_path, tmp_path / "nowhere" / "out.json"):
        ended, out, err = run(capsys, monkeypatch, *words, "--json", str(target))
        assert (ended, out, err.count("\n")) == (2, "", 1)
        assert str(target) in err
