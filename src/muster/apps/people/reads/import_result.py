"""What an import run keeps of its check, and what its page shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from muster.apps.people.models import Capability
from muster.apps.people.reads.rosters import Checked
from muster.codecs import report
from muster.codecs.roster import RowResult
from muster.codecs.roster_sentences import Language
from muster.codecs.text import without_controls

SHOWN_ROWS = 50


def refused_workbook(checked: Checked, language: Language = "zh") -> bytes:
    """The refused rows as the office sent them, with red cells and a column that says why (.xlsx)."""
    return report.refused_workbook(checked.workbook, checked.table, checked.result, language)


def stored_result(checked: Checked) -> dict[str, object]:
    """JSON of the run: the contract's five keys, and what the page needs beside them. No personal data."""
    rows = checked.result.rows
    accepted = checked.result.accepted
    capabilities: dict[str, int] = defaultdict(int)
    for data in accepted:
        for slug in {*data.capabilities, *(c.capability for c in data.certificates if c.capability)}:
            capabilities[slug] += 1
    return checked.result.as_json() | {
        "verdict_hash": checked.verdict_hash,
        "updates": len(checked.matches),
        "new_teams": checked.result.new_teams,
        "units": {"towns": len({town for town, _ in checked.listed_units}), "villages": len(checked.listed_units)},
        "unknown_headers": list(checked.result.unknown_headers)[:20],
        "capabilities": dict(capabilities),
        "hints": _hints(rows),
        "sheet": without_controls(checked.table.sheet.name),
    }


def _hints(rows: Iterable[RowResult]) -> dict[str, dict[str, list[str]]]:
    """code -> sheet row -> near names, for the first rows of each code."""
    hints: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for row in rows:
        for code, offered in row.hints:
            if len(hints[code]) < SHOWN_ROWS:
                hints[code][str(row.sheet_row)] = list(offered)
    return dict(hints)


@dataclass(frozen=True, slots=True)
class CodeRows:
    """One code of refusal, repair or warning: how many rows bear it, the first ones, and near names for these."""

    code: str
    rows: int
    first: tuple[tuple[str, tuple[str, ...]], ...]


def by_code(result: dict[str, object], part: str) -> list[CodeRows]:
    """`part` ("rejected", "fixed", "warnings") of a stored result, most frequent code first."""
    found: dict[str, list[str]] = defaultdict(list)
    for sheet_row, codes in result.get(part, {}).items():
        for code in codes:
            found[code].append(sheet_row)
    hints = result.get("hints", {})
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        CodeRows(code, len(rows), tuple((row, tuple(hints.get(code, {}).get(row, ()))) for row in rows[:SHOWN_ROWS]))
        for code, rows in ordered
    ]


@dataclass(frozen=True, slots=True)
class Strength:
    """Heads per capability among the accepted rows; `share` is the bar's length by square root, 0..1."""

    capability: Capability
    heads: int
    share: float


def strengths(result: dict[str, object]) -> list[Strength]:
    """What the accepted rows bring, strongest first; every capability is named, also those nobody brings."""
    counts = result.get("capabilities", {})
    most = max(counts.values(), default=1)
    known = [(capability, counts.get(capability.slug, 0)) for capability in Capability.objects.all()]
    return [
        Strength(capability, heads, (heads / most) ** 0.5)
        for capability, heads in sorted(known, key=lambda item: -item[1])
    ]
