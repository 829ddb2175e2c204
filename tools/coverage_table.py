"""Writes the table of docs/coverage.md from the figures that the program ships and its page shows.

muster exercise-coverage --json src/muster/apps/plans/data/coverage.json
python tools/coverage_table.py            --check: change nothing, fail when the table is another
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from muster.exercise.coverage import table

ROOT = Path(__file__).resolve().parent.parent
FIGURES = ROOT / "src" / "muster" / "apps" / "plans" / "data" / "coverage.json"
PAGE = ROOT / "docs" / "coverage.md"
PLACE = re.compile(r"(<!-- table: [^\n]*-->\n).*?(<!-- end of table -->)", re.DOTALL)


def with_table(page: str, figures: str) -> str:
    """The page with the table of these figures (JSON)."""
    return PLACE.sub(lambda found: found[1] + table(json.loads(figures)) + found[2], page)


def main() -> int:
    """0 when the page holds the table, written now or before."""
    page = PAGE.read_text(encoding="utf-8")
    made = with_table(page, FIGURES.read_text(encoding="utf-8"))
    if "--check" in sys.argv:
        return int(made != page)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
