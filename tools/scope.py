"""Writes SCOPE.md and SCOPE.zh.md from src/muster/apps/desk/data/scope.yaml, which the page /about/ shows as well.

python tools/scope.py            write both files
python tools/scope.py --check    change nothing; fail when a file is not what it should be
"""

from __future__ import annotations

import sys
from pathlib import Path

from muster.apps.desk.scope import Item, Scope, Text, scope

ROOT = Path(__file__).resolve().parent.parent
FILES = {"en": "SCOPE.md", "zh": "SCOPE.zh.md"}
WORDS = {
    "en": {
        "title": "What is built and what is not",
        "lead": "Muster follows a newspaper page about one district office. Everything that page names stands here with what "
        "became of it. The same list is in the program, at `/about/`; both come from `src/muster/apps/desk/data/scope.yaml`.",
        "other": "[中文](SCOPE.zh.md)",
        "head": ("", "the source says", "state", "what there is, or why not"),
        "built": "built", "part": "built in part", "later": "later", "replaced": "replaced", "left_out": "left out",
        "instead": "Instead: ", "not_ready": " (not built yet)", "full_stop": " ",
        "slips": "Misprints of the source, and how they are read",
    },
    "zh": {
        "title": "做了什么，没做什么",
        "lead": "本系统的出发点是一篇介绍某区人武部的报道。报道里提到的每一件事，都在这里写明做到了哪一步。系统里的“/about/”页"
        "是同一份清单，两者都由 `src/muster/apps/desk/data/scope.yaml` 生成。",
        "other": "[English](SCOPE.md)",
        "head": ("", "报道原话", "情况", "现在有什么，或者为什么没有"),
        "built": "已做", "part": "做了一部分", "later": "以后做", "replaced": "改用别的办法", "left_out": "不做",
        "instead": "替代：", "not_ready": "（还没有做）", "full_stop": "",
        "slips": "原文的错字，以及这里怎么理解",
    },
}  # fmt: skip


def _in(text: Text, language: str) -> str:
    return text.zh if language == "zh" else text.en


def _row(item: Item, language: str) -> str:
    words = WORDS[language]
    said = item.said.zh if language == "zh" else f"{item.said.en} ({item.said.zh})"
    why = _in(item.why, language)
    if item.instead is not None:
        why += f"{words['full_stop']}{words['instead']}{_in(item.instead, language)}"
        why += "" if item.ready else str(words["not_ready"])
    cells = (item.id, said, str(words[item.state]), why)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def document(found: Scope, language: str) -> str:
    """The whole file in one language."""
    words = WORDS[language]
    counts = [f"{words[state]} {number}" for state, number in found.counts().items()]
    lines = [f"# {words['title']}", "", str(words["other"]), "", str(words["lead"]), "", " · ".join(counts), ""]
    head = "| " + " | ".join(words["head"]) + " |"
    for section in found.sections:
        lines += [f"## {section.id} {_in(section.title, language)}", "", head, "|---|---|---|---|"]
        lines += [*(_row(item, language) for item in section.items), ""]
    lines += [f"## {words['slips']}", ""]
    lines += [f"- “{slip.said}”: {_in(slip.read, language)}" for slip in found.slips]
    return "\n".join(lines) + "\n"


def main() -> None:
    stale = []
    for language, name in FILES.items():
        path, text = ROOT / name, document(scope(), language)
        if "--check" not in sys.argv[1:]:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
    if stale:
        sys.exit(f"scope: {', '.join(stale)} is old; run python tools/scope.py")


if __name__ == "__main__":
    main()
