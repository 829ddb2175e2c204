"""The rules of the house as functions over syntax trees: each yields (line, what is wrong)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import muster

SOURCE = Path(muster.__file__).parent
Found = Iterator[tuple[int, str]]

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
WRITES = {
    "save", "asave", "delete", "adelete", "create", "acreate", "bulk_create", "abulk_create", "bulk_update",
    "abulk_update", "get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create",
}  # fmt: skip
CLOCK_READERS = {
    ("timezone", "now"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
}
PURE = ("core", "planning", "codecs")


def sources(folder: Path = SOURCE) -> list[Path]:
    """Every module of the package but migrations."""
    return sorted(path for path in folder.rglob("*.py") if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def too_long_file(text: str) -> Found:
    lines = text.count("\n")
    if lines >= LONGEST_FILE:
        yield lines, f"file of {lines} lines"


def too_long_functions(tree: ast.AST) -> Found:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield node.lineno, f"{node.name} has {length} lines"


def blind_excepts(tree: ast.AST) -> Found:
    """Bare except, or one that names Exception or BaseException, alone or in a tuple."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(kind is None or getattr(kind, "id", "") in ("Exception", "BaseException") for kind in kinds):
                yield node.lineno, "blind except"


def swallowed_errors(tree: ast.AST) -> Found:
    """A handler that does nothing at all; contextlib.suppress is the same in other words, and says at least what."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and all(
            isinstance(step, ast.Pass) or (isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant))
            for step in node.body
        ):
            yield node.lineno, "error swallowed"


def writes(tree: ast.AST) -> Found:
    """Calls that write rows. `update` counts when it has the look of a query set's: keywords, or called on a query."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        called = node.func.attr
        if (called in WRITES and not _is_harmless(node.func)) or (called == "update" and _looks_like_query(node)):
            yield node.lineno, f".{called}() outside actions"


def _is_harmless(called: ast.Attribute) -> bool:
    """Things that share a method's name with rows: the cache, a workbook, a session, numpy."""
    owner = called.value
    word = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    return word in {"cache", "session", "book", "workbook", "np"} or (
        isinstance(owner, ast.Call) and getattr(owner.func, "id", "") == "super"
    )


def _looks_like_query(node: ast.Call) -> bool:
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    on_query = isinstance(owner, ast.Call) and isinstance(owner.func, ast.Attribute) and owner.func.attr in {
        "filter", "exclude", "all", "order_by", "select_for_update",
    }  # fmt: skip
    on_manager = isinstance(owner, ast.Attribute) and owner.attr in {"objects", "_base_manager"}
    return on_query or on_manager or bool(node.keywords and not node.args)


def prints(tree: ast.AST) -> Found:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
            yield node.lineno, "print()"


def clock_reads(tree: ast.AST) -> Found:
    """The time read by itself instead of being given or asked of the system's clock."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            word = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if (word, node.func.attr) in CLOCK_READERS:
                yield node.lineno, f"{word}.{node.func.attr}()"


def global_chance(tree: ast.AST) -> Found:
    """Randomness without a seed of its own: numpy's old global functions, the random module's."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Attribute) and owner.attr == "random" and getattr(owner.value, "id", "") == "np":
                if node.func.attr not in {"default_rng", "Generator", "PCG64", "PCG64DXSM", "Philox", "SeedSequence"}:
                    yield node.lineno, f"np.random.{node.func.attr}()"
                elif node.func.attr == "default_rng" and not node.args:
                    yield node.lineno, "default_rng() without a seed"
            if getattr(owner, "id", "") == "random" and node.func.attr not in {"Random", "SystemRandom"}:
                yield node.lineno, f"random.{node.func.attr}()"


def side_doors(text: str) -> Found:
    """Marks that switch a check off, and promises instead of work. Spelled apart so that this file passes itself."""
    for number, line in enumerate(text.splitlines(), start=1):
        for mark in ("# type: " + "ignore", "# no" + "qa", "pragma: no " + "cover", "TO" + "DO", "FIX" + "ME"):
            if mark in line:
                yield number, mark
