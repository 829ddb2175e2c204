"""The command as a person at a terminal meets it: exit codes, one-sentence errors, help."""

from __future__ import annotations

import json
import os
import re
import stat
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from django.db import OperationalError

from muster.apps.channels.models import RelayLink
from muster.cli import main
from muster.cli.output import on_terminal, write_json
from muster.core.errors import Conflict, InvalidInput, Unreadable
from muster.exercise.engine import Result
from muster.exercise.verdict import Assertion
from tests.server import Home

COMMANDS = (
    [], ["init"], ["check"], ["check", "journal"], ["backup"], ["restore"], ["up"], ["worker"], ["plan"],
    ["plan", "solve"], ["import"], ["import", "people"], ["import", "history"], ["map"], ["map", "import-roads"],
    ["map", "import"], ["map", "import-layer"], ["map", "bases"], ["map", "forget"],
    ["map", "forget-roads"], ["exercise"], ["demo"],
    ["certs"], ["certs", "issue"], ["check", "deploy"], ["deploy"], ["deploy", "units"], ["pair"], ["standby"], ["takeover"],
    ["prove"], ["switch"], ["rollback"], ["releases"], ["upgrade"], ["recover"],
)  # fmt: skip


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    """(exit code, stdout, stderr) of `muster *words` in this process."""
    monkeypatch.setattr("sys.argv", ["muster", *words])
    with pytest.raises(SystemExit) as ended:
        main.main()
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = run(capsys, monkeypatch, *words, "--help")
    assert code == 0
    assert "Usage:" in out


@pytest.mark.parametrize("words", [["nonsense"], ["up", "--port", "many"], ["restore", "file"], ["--odd"], ["worker"]])
def test_wrong_use_ends_with_two(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = run(capsys, monkeypatch, *words)
    assert (code, out) == (2, "")
    assert err


@pytest.mark.parametrize(
    ("error", "code"),
    [(InvalidInput("odd.one", a=1), 2), (Unreadable("file.missing", path="x.xlsx"), 2), (Conflict("odd.two"), 1)],
)
def test_errors_become_one_sentence_and_an_exit_code(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise error

    monkeypatch.setattr(main, "app", refuse)
    ended, out, err = run(capsys, monkeypatch)
    assert (ended, out, err.count("\n")) == (code, "", 1)


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(2, "No such file or directory", "/nowhere/x"),
        OSError("disk full"),
        OperationalError("no such table: x\nLINE 1"),
    ],
)
def test_what_disk_and_database_refuse_is_one_sentence_too(
    error: Exception, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise error

    monkeypatch.setattr(main, "app", refuse)
    ended, out, err = run(capsys, monkeypatch)
    assert (ended, out, err.count("\n")) == (2, "", 1)


@pytest.mark.processes
def test_a_home_that_is_not_set_up_and_places_that_can_not_be_written_are_named(
    new_home: Callable[..., Home], tmp_path: Path
) -> None:
    home, nowhere = new_home(), tmp_path / "nowhere" / "x.gz"
    for words in (["check", "journal"], ["backup", str(tmp_path / "b.gz")]):
        done = home.muster(*words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
        assert "muster init" in done.stderr
    assert not list(tmp_path.glob("b.gz*"))
    home.init()
    for words in (["check", "journal", "--json", str(nowhere)], ["backup", str(nowhere)]):
        done = home.muster(*words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
        assert str(nowhere) in done.stderr


@pytest.mark.parametrize("words", [["people", "--datum", "wgs84"], ["history"]], ids=lambda words: words[0])
def test_an_import_looks_whether_its_result_can_be_written_before_it_begins(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("a,b\n", encoding="utf-8")
    monkeypatch.setattr("muster.cli.people._start", lambda: pytest.fail("it began"))
    for target in (tmp_path, tmp_path / "nowhere" / "out.json"):
        ended, out, err = run(capsys, monkeypatch, "import", words[0], str(file), *words[1:], "--json", str(target))
        assert (ended, out, err.count("\n")) == (2, "", 1)


def test_sentences_come_from_the_pages_where_there_is_one() -> None:
    assert main.sentence(Unreadable("file.missing", path="x.xlsx")) == "There is no file x.xlsx."
    assert main.sentence(Conflict("access.last_admin")).startswith("This is the last system administrator")
    assert main.sentence(Conflict("odd.one", a=1)) == "odd.one (a=1)"


def test_before_django_runs_the_plain_sentences_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.apps import apps

    monkeypatch.setattr(apps, "ready", False)
    assert main.sentence(Unreadable("file.missing", path="x")) == "There is no file x."


def test_json_goes_to_a_file_or_to_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_json("-", {"说明": 1})
    assert json.loads(capsys.readouterr().out) == {"说明": 1}
    write_json(str(tmp_path / "out.json"), {"b": 1, "a": 2})
    assert list(json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))) == ["b", "a"]
    assert not on_terminal()


@pytest.mark.processes
def test_a_home_is_set_up_once_and_safely_again(new_home: Callable[..., Home]) -> None:
    home = new_home()
    void = "Any link printed before is void now"
    made = [home.muster("init").stdout for _ in range(2)]
    first, second = (re.search(r"/first/[\w-]+/", out).group(0) for out in made)
    assert first != second
    assert [void in out for out in made] == [False, True]
    assert stat.S_IMODE((home.path / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700
    home.python(
        f"from muster.access.actions import use_link\nuse_link({second.split('/')[2]!r}, 'quiet rivers run deep')"
    )
    done = home.muster("init")
    assert (done.returncode, "/first/" in done.stdout, void in done.stdout) == (0, False, False)
    whole = home.muster("check", "journal")
    assert whole.returncode == 0
    assert "The journal is whole." in whole.stdout


@pytest.mark.processes
def test_a_broken_journal_ends_with_one_and_says_where(new_home: Callable[..., Home]) -> None:
    home = new_home()
    home.init()
    home.python("from muster.journal.models import Entry\nEntry.objects.filter(seq=2).update(actor='forged')")
    done = home.muster("check", "journal", "--json", "-")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert report["holds"] is False
    assert report["streams"][0]["faults"] == [["changed", 2]]
    told = home.muster("check", "journal", "--json", str(home.path / "out.json"))
    assert "BROKEN: changed at 2" in told.stdout
    assert json.loads((home.path / "out.json").read_text(encoding="utf-8")) == report


@pytest.mark.processes
def test_an_unknown_lane_is_refused_with_the_known_ones(new_home: Callable[..., Home]) -> None:
    done = new_home().muster("worker", "--lane", "fast")
    assert (done.returncode, done.stdout) == (2, "")
    assert "send, solve, import" in done.stderr


def write_instance(path: Path, people: int, **changes: object) -> Path:
    """So many people who can all do the one thing needed, twenty minutes away: five of them within an hour."""
    arrays = {
        "accept": np.full(people, 0.8), "mu": np.full(people, np.log(20)), "sigma": np.full(people, 0.2),
        "caps": np.ones(people, np.uint64), "need_cap": np.array([0]), "need_n": np.array([5]),
        "need_due": np.array([60.0]), "p": np.array(0.9), "rho": np.array(0.03), **changes,
    }  # fmt: skip
    np.savez(path, **{name: value for name, value in arrays.items() if value is not None})
    return path


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    return write_instance(tmp_path / "small.npz", 60)


def test_an_instance_is_solved_alike_for_the_same_seed(
    instance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("plan", "solve", "--instance", str(instance), "--seed", "3", "--json")
    code, out, _ = run(capsys, monkeypatch, *words, "-")
    first = json.loads(out)
    assert code == 0
    assert set(first) == {"alert", "p_low", "p_hat", "seconds"}
    assert first["p_low"] >= 0.9
    assert run(capsys, monkeypatch, *words, str(tmp_path / "out.json"))[0] == 0
    second = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert {**first, "seconds": 0} == {**second, "seconds": 0}


def test_too_few_people_end_with_one_and_say_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    short = write_instance(tmp_path / "short.npz", 4)
    code, out, _ = run(capsys, monkeypatch, "plan", "solve", "--instance", str(short), "--json", "-")
    assert code == 1
    assert set(json.loads(out)["shortfall"]) == {"lines", "missing", "best_p_low", "repairs"}


@pytest.mark.parametrize("content", [b"", b"not an instance", b"PK\x03\x04 broken zip"])
def test_an_unreadable_instance_is_refused(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    code, out, err = run(capsys, monkeypatch, "plan", "solve", "--instance", str(path), "--json", "-")
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_a_missing_instance_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, err = run(capsys, monkeypatch, "plan", "solve", "--instance", "none.npz", "--json", "-")
    assert (code, err) == (2, "There is no file none.npz.\n")


def test_an_instance_that_lacks_arrays_is_refused_with_the_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = write_instance(tmp_path / "half.npz", 4, accept=None)
    code, out, err = run(capsys, monkeypatch, "plan", "solve", "--instance", str(instance), "--json", "-")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.endswith(
        "is no instance for the planner: that is an .npz file with arrays, and these are not in it: accept.\n"
    )


def test_a_workbook_is_no_instance_and_that_is_said_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    book = tmp_path / "roster.xlsx"
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    code, out, err = run(capsys, monkeypatch, "plan", "solve", "--instance", str(book), "--json", "-")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"{book} is no instance for the planner" in err
    assert "planning." not in err


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"caps": np.full(4, -1)}, "caps holds a negative value (place 0)"),
        ({"p": np.array(1.5)}, "p, the wanted chance, is 1.5"),
        ({"rho": np.array(1.0)}, "rho, the correlation, is 1.0"),
        ({"accept": np.array(["x"] * 4)}, "accept holds something else than numbers"),
        ({"mu": np.ones((2, 2))}, "mu has another shape than it needs (one axis)"),
        ({"accept": np.full(4, 2.0)}, "a value outside 0 to 1"),
        ({"need_n": np.array([np.inf])}, "need_n holds a value that is no finite number"),
        ({"need_n": np.array([0])}, "need_n holds 0"),
        ({"need_cap": np.array([99])}, "need_cap holds 99"),
        ({"need_due": np.array([np.nan])}, "need_due holds nan"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_rule_that_an_instance_breaks_is_said_in_words(
    changes: dict[str, object],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instance = write_instance(tmp_path / "odd.npz", 4, **changes)
    code, out, err = run(capsys, monkeypatch, "plan", "solve", "--instance", str(instance), "--json", "-")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
    assert "planning." not in err


OUTCOME = {"needs_met": True, "stated_p": 0.95, "came": 12, "on_scene_enough": True, "warned_before_deadline": None}


def test_an_exercise_says_what_came_of_it_in_lines_and_gives_programs_the_contract_s_object(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = Result("S1", 7, (Assertion("unaccounted", 0, 0), Assertion("called_twice", 0, 2)), OUTCOME, 3.2)
    monkeypatch.setattr("muster.exercise.engine.run_once", lambda *_, **__: done)
    code, out, _ = run(capsys, monkeypatch, "exercise", "S1", "--seed", "7")
    assert (code, out.splitlines()) == (1, [
        "S1, seed 7, 3 s:", "  held    unaccounted: 0", "  BROKEN  called_twice: 2",
        "  all posts filled in time; promised 0.950; 12 came",
    ])  # fmt: skip
    _, out, _ = run(capsys, monkeypatch, "exercise", "S1", "--seed", "7", "--json", "-")
    assert json.loads(out) == done.as_json()


def test_many_exercises_are_summed_up_in_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [Result("S1", seed, (Assertion("unaccounted", 0, seed == 2),), OUTCOME, 3.2) for seed in (1, 2)]
    monkeypatch.setattr("muster.exercise.seeds.run_many", lambda *_: runs)
    code, out, _ = run(capsys, monkeypatch, "exercise", "S1", "--seeds", "1-2")
    assert code == 1
    assert out.splitlines()[0] == "S1, 2 runs: all posts filled in time in 2"
    assert out.splitlines()[-1] == "  BROKEN  assertions with seeds 2"
    assert not set("{}[]'") & set(out)


def relay_status(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[str]]:
    monkeypatch.setattr("muster.cli.relay._django", lambda: None)
    code, out, _ = run(capsys, monkeypatch, "relay", "status")
    assert "None" not in out
    return code, out.splitlines()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "hint"),
    [
        ("序号,队员编号,姓名,公民身份号码,联系电话,镇(街道),村(社区),WGS84经度,WGS84纬度", True),
        ("姓名,公民身份号码,联系电话,镇,村", True),
        ("callout_id,member_no", False),
        ("a,b", False),
    ],
)
def test_what_is_no_history_is_told_which_columns_one_needs(
    table: str, hint: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "x.csv"
    file.write_text(f"{table}\n1,2\n", encoding="utf-8")
    monkeypatch.setattr("muster.cli.people._start", lambda: None)
    code, out, err = run(capsys, monkeypatch, "import", "history", str(file))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "callout_id (召集编号), called_at (召集时间), member_no (队员编号)" in err
    assert ("muster import people" in err) is hint


@pytest.mark.django_db
def test_the_state_of_the_relay_is_said_in_sentences(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    settings.MUSTER_RELAY_URL = ""
    assert relay_status(capsys, monkeypatch) == (
        0,
        ["There is no reply relay. To set one up: muster relay keys FOLDER"],
    )
    settings.MUSTER_RELAY_URL = "https://relay.example"
    code, lines = relay_status(capsys, monkeypatch)
    assert (code, len(lines)) == (1, 1)
    assert lines[0].startswith("MUSTER_RELAY_URL is set, but there are no keys")
    link = RelayLink.objects.create(pk=1, own_key="x", relay_key="y")
    code, lines = relay_status(capsys, monkeypatch)
    assert code == 1
    assert lines[0].startswith("The relay is silent")
    assert lines[1:] == ["It was never heard over the network.", "No answer has come yet."]
    link.heard_at, link.ahead_seconds, link.taken_seq = datetime.now(UTC), -90, 9
    link.missing, link.refused, link.trouble = [[3, 3], [5, 7]], 2, "relay.ConnectError"
    link.save()
    code, lines = relay_status(capsys, monkeypatch)
    assert code == 1
    assert lines[0].startswith("The relay brought answers that can not be right")
    assert re.fullmatch(r"Last heard \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(Beijing time\)\.", lines[1])
    assert lines[2:] == [
        "Its clock is 90 s behind ours: set both by one time server.",
        "The last try to reach it failed: relay.ConnectError.",
        "Answers are taken up to number 9.",
        "Missing are the answers with the numbers 3, 5 to 7.",
        "Refused answers: 2.",
    ]


def test_the_environment_of_a_home_is_its_own(new_home: Callable[..., Home]) -> None:
    assert new_home("a").env["MUSTER_HOME"] != os.environ["MUSTER_HOME"]
