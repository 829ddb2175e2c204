"""Figures held against their bars: one table for people, one JSON file for whoever compares runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """Something measured several times; `bar` is the most it may be, in the same unit."""

    name: str
    bar: float
    unit: str
    measured: tuple[float, ...]

    @property
    def value(self) -> float:
        return median(self.measured)

    @property
    def ok(self) -> bool:
        return self.value <= self.bar

    def as_json(self) -> dict[str, object]:
        runs = [round(one, 4) for one in self.measured]
        return {"name": self.name, "bar": self.bar, "unit": self.unit, "value": round(self.value, 4), "runs": runs,
                "ok": self.ok}  # fmt: skip


def p95(values: Sequence[float]) -> float:
    """The 95th percentile: the smallest value that at least 95 % do not exceed."""
    ordered = sorted(values)
    return ordered[-(-95 * len(ordered) // 100) - 1]


def row(figure: Figure) -> str:
    times = f"{len(figure.measured)}x"
    word = "ok" if figure.ok else "OVER"
    return f"{figure.name:<52} {figure.bar:>8g} {figure.unit:<3} {figure.value:>9.3f} {times:>4}  {word}"


def head() -> str:
    return f"{'what':<52} {'bar':>8} {'':<3} {'median':>9} {'':>4}"


def keep(figures: Sequence[Figure], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps([figure.as_json() for figure in figures], ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
