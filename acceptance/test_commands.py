"""The command-line contract from outside: every command, its exit codes, its one sentence when it refuses."""

import json
import re
import shutil
import sqlite3

import pytest
import typer
from tests.server import Home, RunningHome

from acceptance.ground import MAKE_INSTANCE, ROSTER, one_sentence, script
from muster.cli.main import app

CONTRACT = {
    "init", "import people", "import history", "plan solve", "exercise", "check journal", "backup", "restore", "up",
    "demo", "worker",
}  # fmt: skip
COUNTS = """
from muster.apps.people.models import Holding, Member, Unit
from muster.journal.models import Entry
print(Member.objects.count(), Holding.objects.count(), Unit.objects.count(), Entry.objects.count())
member = Member.objects.order_by("number").first()
print(member.number, member.phone, member.id_number)
"""


def commands(node, path=()):
    """Words of every command below `node`, groups included."""
    if path:
        yield " ".join(path)
    for name, child in getattr(node, "commands", {}).items():
        yield from commands(child, (*path, name))


COMMANDS = sorted(commands(typer.main.get_command(app)))


def test_the_contract_is_complete():
    assert set(COMMANDS) >= CONTRACT


@pytest.mark.parametrize("words", ["", *COMMANDS])
def test_every_command_tells_how_it_is_used(home, words):
    done = home.muster(*words.split(), "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout
    assert not home.path.exists()  # asking changes nothing


@pytest.mark.parametrize("words", [*COMMANDS])
def test_unknown_options_are_wrong_use(home, words):
    done = home.muster(*words.split(), "--no-such-option")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_init_prints_a_one_time_link_and_may_be_repeated(home):
    first, second = home.muster("init"), home.muster("init", "--address", "https://muster.example")
    assert (first.returncode, second.returncode) == (0, 0)
    links = [re.search(r"https?://\S+/first/[\w-]+/", done.stdout) for done in (first, second)]
    assert all(links)
    assert links[1].group(0).startswith("https://muster.example/first/")
    secret = home.path / "secrets.json"
    assert secret.stat().st_mode & 0o777 == 0o600


def wrong_uses(folder):
    """Words of a command that can not do what it is asked, each with a reason of its own."""
    nonsense, empty = folder / "nonsense.xlsx", folder / "empty.csv"
    nonsense.write_bytes(b"PK\x03\x04 but no workbook")
    empty.touch()
    people = ["import", "people"]
    return [
        [*people, str(folder / "absent.xlsx"), "--datum", "wgs84"],
        [*people, str(nonsense), "--datum", "wgs84"],
        [*people, str(empty), "--datum", "wgs84"],
        [*people, str(ROSTER), "--datum", "mars"],
        [*people, str(ROSTER), "--datum", "gcj02", "--as-of", "yesterday"],
        ["import", "history", str(folder / "absent.csv")],
        ["import", "history", str(ROSTER)],
        ["plan", "solve", "--instance", str(folder / "absent.npz"), "--json", "-"],
        ["restore", str(empty), "--into", str(folder / "new")],
        ["restore", str(folder / "absent"), "--into", str(folder / "new")],
        ["worker", "--lane", "none"],
        ["exercise", "S99", "--json", "-"],
    ]


@pytest.mark.parametrize("place", range(12))
def test_unreadable_input_exits_with_2_and_one_sentence(home, tmp_path, place):
    words = wrong_uses(tmp_path)[place]
    done = home.muster(*words)
    assert done.returncode == 2, words
    assert one_sentence(done), (words, done.stdout, done.stderr)


def test_the_journal_is_whole_after_an_import(enrolled):
    done = enrolled.muster("check", "journal", "--json", "-")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert told["holds"]
    assert all(stream["holds"] for stream in told["streams"])


TAMPERINGS = {
    "changed": "UPDATE journal_entry SET actor = 'account:999' WHERE id = {last}",
    "missing": "DELETE FROM journal_entry WHERE id = {middle}",
    "cut": "DELETE FROM journal_entry WHERE id = {last}",
    "cut and covered up": (
        "DELETE FROM journal_entry WHERE id = {last};"
        "UPDATE journal_stream SET count = count - 1, head = (SELECT e.hash FROM journal_entry e"
        " WHERE e.stream_id = journal_stream.id ORDER BY e.seq DESC LIMIT 1) WHERE id = {stream}"
    ),
    "reordered": (
        "UPDATE journal_entry SET seq = 1000000 WHERE id = {last};"
        "UPDATE journal_entry SET seq = seq + 1 WHERE id = {middle};"
        "UPDATE journal_entry SET seq = (SELECT seq FROM journal_entry WHERE id = {middle}) - 1 WHERE id = {last}"
    ),
}


@pytest.mark.parametrize("how", TAMPERINGS)
def test_a_tampered_copy_of_the_journal_is_found_out(enrolled, how):
    for _ in range(3):  # some acts to tamper with, in the stream of accounts
        assert enrolled.muster("init").returncode == 0
    before = enrolled.muster("check", "journal")
    assert before.returncode == 0, before.stdout
    with sqlite3.connect(enrolled.path / "muster.sqlite3") as database:
        stream, entries = database.execute(
            "SELECT stream_id, COUNT(*) FROM journal_entry GROUP BY stream_id ORDER BY 2 DESC LIMIT 1"
        ).fetchone()
        assert entries >= 3
        ids = [row[0] for row in database.execute(
            "SELECT id FROM journal_entry WHERE stream_id = ? ORDER BY seq", [stream]
        )]  # fmt: skip
        database.executescript(TAMPERINGS[how].format(last=ids[-1], middle=ids[-2], stream=stream))
    after = enrolled.muster("check", "journal")
    assert after.returncode == 1
    assert "Traceback" not in after.stderr


def test_a_backup_comes_back_whole_into_an_empty_folder_and_nowhere_else(enrolled, another, tmp_path):
    file = tmp_path / "all.backup"
    made = enrolled.muster("backup", str(file))
    assert made.returncode == 0, made.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    taken = enrolled.muster("backup", str(file))
    assert taken.returncode != 0
    assert one_sentence(taken)
    kept = enrolled.python(COUNTS)
    shutil.rmtree(enrolled.path)

    home: Home = another("restored")
    done = home.muster("restore", str(file), "--into", str(home.path))
    assert done.returncode == 0, done.stderr
    assert home.python(COUNTS) == kept  # numbers can be read again: the keys came along
    assert home.muster("check", "journal").returncode == 0
    again = home.muster("restore", str(file), "--into", str(home.path))
    assert again.returncode != 0
    assert one_sentence(again)


def test_a_damaged_backup_is_refused_and_leaves_nothing_behind(enrolled, another, tmp_path):
    file = tmp_path / "all.backup"
    assert enrolled.muster("backup", str(file)).returncode == 0
    body = bytearray(file.read_bytes())
    body[len(body) // 2] ^= 0xFF
    file.write_bytes(body)
    home: Home = another("damaged")
    done = home.muster("restore", str(file), "--into", str(home.path))
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert not (home.path / "muster.sqlite3").exists()


def test_a_second_start_is_refused_while_one_runs(home):
    home.init()
    running = RunningHome(home)
    try:
        second = home.muster("up", "--port", "0", seconds=60)
        assert second.returncode == 1
        assert one_sentence(second)
        assert running.address.rstrip("/") in second.stderr
    finally:
        running.stop()


def test_the_planner_needs_no_data_folder(home, tmp_path):
    instance = tmp_path / "small.npz"
    assert script(MAKE_INSTANCE, instance, "--members", 400, "--seed", 4, "--lines", 2).returncode == 0
    done = home.muster("plan", "solve", "--instance", str(instance), "--json", "-")
    assert done.returncode == (1 if "shortfall" in json.loads(done.stdout) else 0)
    assert not home.path.exists()
