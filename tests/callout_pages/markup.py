"""Reads pages as a browser would: what the controls hold, which sentences of warning stand there."""

from __future__ import annotations

import re
from collections import defaultdict
from html.parser import HTMLParser


class _Controls(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.fields: dict[str, list[str]] = defaultdict(list)
        self.said: list[str] = []
        self.tested: dict[str, str] = {}
        self._select: str | None = None
        self._area: str | None = None
        self._chosen: str | None = None
        self._open: list[tuple[str, str, list[str]]] = []  # (kind, key, text) of elements being read
        self._depth: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        if tag == "input":
            self._input(got)
        elif tag == "select":
            self._select, self._chosen = got.get("name"), None
        elif tag == "option" and self._select and ("selected" in got or self._chosen is None):
            self._chosen = got.get("value", "")
        elif tag == "textarea":
            self._area = got.get("name")
            self.fields[self._area].append("")
        if tag in {"p", "ul", "span", "section", "div", "ol", "table", "li", "dl"}:
            kind = "said" if got.get("role") == "alert" or "errorlist" in got.get("class", "") else ""
            self._open.append((tag, kind or got.get("data-testid", ""), []))

    def _input(self, got: dict[str, str]) -> None:
        ticked = got.get("type") not in {"checkbox", "radio"} or "checked" in got
        if got.get("name") and ticked:
            self.fields[got["name"]].append(got.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            self.fields[self._select].append(self._chosen or "")
            self._select = None
        if tag == "textarea":
            self._area = None
        if self._open and self._open[-1][0] == tag:
            _tag, key, text = self._open.pop()
            words = re.sub(r"\s+", " ", "".join(text)).strip()
            if key == "said":
                self.said.append(words)
            elif key:
                self.tested[key] = words
            if self._open:
                self._open[-1][2].append(" " + words + " ")

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area][-1] += data.strip("\r\n")
        if self._open:
            self._open[-1][2].append(data)


def _read(answer: object) -> _Controls:
    reader = _Controls()
    reader.feed(answer if isinstance(answer, str) else answer.content.decode())
    return reader


def fields_of(answer: object) -> dict[str, list[str]]:
    """Name -> values that pressing a button would send, in the order of the page."""
    return dict(_read(answer).fields)


def sentences_of(answer: object) -> list[str]:
    """Warnings: what stands in role=alert and in lists of errors."""
    return _read(answer).said


def part(answer: object, testid: str) -> str:
    """The visible words of the part with this data-testid; "" when it is not there."""
    return _read(answer).tested.get(testid, "")
