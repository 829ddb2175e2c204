"""Measure what the bars are about: `python -m tools.bench [PART ...] [--times N] [--out FILE]`; all parts by default.

Exit code 1 when something is over its bar. Figures depend on the machine: run it on one that has nothing else to do.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.bench import commands, desk, first, lost, novice, roads, storm
from tools.bench.figures import Figure, head, keep, row

PARTS: dict[str, Callable[[int], Iterator[Figure]]] = {
    "roster": commands.roster,
    "rows": commands.rows,
    "plan": commands.plan,
    "roads": roads.roads,
    "pages": desk.pages,
    "replies": desk.replies,
    "first_answer": first.first_answer,
    "novice": novice.novice,
    "lost_texts": lost.lost_texts,
    "storm": storm.storm,
    "exercise": commands.exercise,
    "demo": commands.demo,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of: {', '.join(PARTS)}")
    parser.add_argument("--times", type=int, default=5, help="how often each is measured; the median counts")
    parser.add_argument("--out", type=Path, default=Path("dist/bench.json"))
    wanted = parser.parse_args()
    unknown = [part for part in wanted.parts if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    figures = []
    sys.stdout.write(head() + "\n")
    for part in wanted.parts or PARTS:
        for figure in PARTS[part](wanted.times):
            figures.append(figure)
            sys.stdout.write(row(figure) + "\n")
            sys.stdout.flush()
    keep(figures, wanted.out)
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
