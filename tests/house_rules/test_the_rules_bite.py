"""Each rule finds what it is for, and leaves alone what only looks like it."""

from __future__ import annotations

import ast

import pytest

from tests.house_rules import rules
from tests.house_rules.test_house_rules import skipped

BROKEN = {
    rules.blind_excepts: (
        "try:\n    x()\nexcept:\n    y()",
        "try:\n    x()\nexcept Exception:\n    y()",
        "try:\n    x()\nexcept (ValueError, BaseException):\n    y()",
    ),
    rules.swallowed_errors: ("try:\n    x()\nexcept ValueError:\n    pass", "try:\n    x()\nexcept OSError:\n    ..."),
    rules.writes: (
        "row.save()", "row.delete()", "Member.objects.create(name=1)", "Member.objects.bulk_create(rows)",
        "Member.objects.update(a=1)", "Member.objects.filter(a=1).update(a=2)", "rows.update(state=1)",
        "await row.asave()", "Member.objects.get_or_create(a=1)",
    ),
    rules.prints: ("print(1)",),
    rules.clock_reads: (
        "timezone.now()", "datetime.now(UTC)", "datetime.datetime.now()", "date.today()", "django.utils.timezone.now()",
    ),
    rules.global_chance: (
        "np.random.rand(3)", "np.random.seed(1)", "np.random.default_rng()", "random.random()", "random.shuffle(x)",
    ),
    rules.too_long_functions: ("def f():\n" + "    x()\n" * 50, "async def f():\n" + "    x()\n" * 50),
    skipped: ("@pytest.mark.skip\ndef test_x(): ...", "pytest.importorskip('x')", "@pytest.mark.xfail\ndef test_x(): ..."),
}  # fmt: skip
FINE = {
    rules.blind_excepts: ("try:\n    x()\nexcept (ValueError, KeyError):\n    y()",),
    rules.swallowed_errors: ("try:\n    x()\nexcept ValueError:\n    return None",),
    rules.writes: ("found.update({1: 2})", "digest.update(data)", "cache.delete(key)", "super().save()", "workbook.save(x)"),
    rules.prints: ("fingerprint(1)",),
    rules.clock_reads: ("clock.now()", "now()", "self.now()"),
    rules.global_chance: ("np.random.default_rng(seed)", "random.Random(1)", "rng.random()", "np.random.Philox(key=1)"),
    rules.too_long_functions: ("def f():\n" + "    x()\n" * 49,),
    skipped: ("def test_skipping_stones(): ...",),
}  # fmt: skip


def cases(table: dict[object, tuple[str, ...]]) -> list[tuple[object, str]]:
    return [(rule, code) for rule, codes in table.items() for code in codes]


@pytest.mark.parametrize(("rule", "code"), cases(BROKEN))
def test_a_broken_rule_is_found(rule: object, code: str) -> None:
    assert list(rule(ast.parse(code)))


@pytest.mark.parametrize(("rule", "code"), cases(FINE))
def test_what_keeps_the_rule_is_left_alone(rule: object, code: str) -> None:
    assert not list(rule(ast.parse(code)))


def test_long_files_and_side_doors_are_found() -> None:
    assert list(rules.too_long_file("x\n" * 400))
    assert not list(rules.too_long_file("x\n" * 399))
    assert list(rules.side_doors("x = 1  # no" + "qa"))
    assert not list(rules.side_doors("x = 1  # because"))
