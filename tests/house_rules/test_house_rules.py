"""The rules of the house hold in every file. Exceptions are few, named here, and say why."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house_rules import rules

ROOT = Path(__file__).parents[2]
FILES = rules.sources()
TESTS = sorted(path for folder in ("tests", "acceptance", "tools") for path in (ROOT / folder).rglob("*.py"))

# Where rows may be written: actions, loaders of invented districts, and the restore of a backup (by SQL below models).
WRITERS = ("/actions.py", "/actions/", "exercise/")
# Who reads the machine's clock. Domain time comes from jobs/clock; these deal in real time (ages, claims, sessions).
REAL_TIME = {
    "jobs/clock.py": "is the clock",
    "core/clock.py": "SystemClock, for whoever asks for it",
    "access/actions.py": "one-time links die by real time",
    "access/reads.py": "one-time links die by real time",
    "access/moment.py": "sessions, lent roles and shared incidents end by real time",
    "conf/backup.py": "when a backup was made",
    "conf/real_time.py": "backups, certificates and second machines live in real time",
    "apps/channels/actions/outbox.py": "tries and claims of messages: a standing exercise clock must not freeze them",
    "apps/channels/actions/following.py": "tries of messages on their next channel",
    "apps/channels/actions/testing.py": "tries of a test's messages",
    "apps/channels/actions/sending.py": "tries and claims of messages",
    "apps/channels/reads.py": "tries and claims of messages",
    "apps/channels/actions/relay.py": "when the relay was last heard",
    "apps/channels/relay_reads.py": "for how long the relay has been silent",
    "cli/relay.py": "when a file was made, by the relay's own clock",
    "apps/incidents/actions/solving.py": "claims of solves",
    "apps/incidents/jobs.py": "when a solve was done: its age is shown to people",
    "apps/incidents/solving.py": "when a solve was done",
    "apps/people/actions/runs.py": "claims of imports",
    "live/source.py": "tells pages both times",
}
TALKERS = ("cli/",)  # prints belong on a terminal


def said(path: Path, found: rules.Found) -> list[str]:
    return [f"{path.name}:{line}: {what}" for line, what in found]


@pytest.mark.parametrize("path", FILES, ids=rules.name_of)
def test_a_module_keeps_the_rules(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree, name = ast.parse(text), rules.name_of(path)
    broken = [
        *rules.too_long_file(text),
        *rules.too_long_functions(tree),
        *rules.blind_excepts(tree),
        *rules.swallowed_errors(tree),
        *rules.side_doors(text),
    ]
    if not any(place in f"/{name}" for place in WRITERS):
        broken += rules.writes(tree)
    if not name.startswith(TALKERS):
        broken += rules.prints(tree)
    if name.startswith(rules.PURE):
        broken += rules.global_chance(tree)
    if name not in REAL_TIME:
        broken += rules.clock_reads(tree)
    assert said(path, iter(broken)) == []


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_test_module_keeps_the_rules_of_tests(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    broken = [*rules.too_long_file(text), *rules.blind_excepts(tree), *rules.side_doors(text), *skipped(tree)]
    assert said(path, iter(broken)) == []


def skipped(tree: ast.AST) -> rules.Found:
    """No test is skipped or expected to fail: what can not run is no test."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"skip", "skipif", "xfail", "importorskip"}:
            yield node.lineno, node.attr


def test_every_name_on_the_list_of_exceptions_is_still_needed() -> None:
    for name in REAL_TIME:
        tree = ast.parse((rules.SOURCE / name).read_text(encoding="utf-8"))
        assert list(rules.clock_reads(tree)), name


def test_the_migrations_match_the_models(db: None) -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
