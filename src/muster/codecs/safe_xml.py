"""XML from strangers: no document types, so no entities; bounded in depth and number of elements.

Expat, which reads it, does nothing else with a file: no address in it is ever opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from muster.core.errors import InvalidInput, Unreadable

DEEPEST = 60
MOST_ELEMENTS = 500_000
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_CHINESE = {"gb2312", "gbk", "gb18030", "hz-gb-2312"}


@dataclass(slots=True)
class Node:
    """An element: its name without prefix, attributes, own text, children."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator[Node]:
        """Children of these names, in order."""
        return (child for child in self.children if child.tag in tags)

    def say(self, tag: str) -> str:
        """The text of the first child of this name, "" where there is none."""
        return next((child.text.strip() for child in self.all(tag)), "")

    def walk(self) -> Iterator[Node]:
        """This element and all below it, in the order of the file."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


class _Tree:
    def __init__(self) -> None:
        self.root = Node("", {})
        self.open = [self.root]
        self.texts: list[list[str]] = [[]]
        self.count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) > DEEPEST or self.count > MOST_ELEMENTS:
            raise InvalidInput("layers.too_deep")
        node = Node(name.rpartition(":")[2], attributes)
        self.open[-1].children.append(node)
        self.open.append(node)
        self.texts.append([])

    def end(self, _name: str) -> None:
        self.open.pop().text = "".join(self.texts.pop())

    def characters(self, text: str) -> None:
        self.texts[-1].append(text)

    def doctype(self, *_what: object) -> None:
        raise InvalidInput("layers.doctype")


def parse(data: bytes) -> Node:
    """The root element. Errors: Unreadable "layers.broken"; InvalidInput "layers.doctype", "layers.too_deep"."""
    tree = _Tree()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = tree.start, tree.end
    parser.CharacterDataHandler = tree.characters
    parser.StartDoctypeDeclHandler = tree.doctype
    parser.buffer_text = True
    try:
        parser.Parse(_decoded(data), True)
    except (expat.ExpatError, UnicodeError, ValueError, LookupError) as error:
        raise Unreadable("layers.broken") from error
    if len(tree.root.children) != 1:
        raise Unreadable("layers.broken")
    return tree.root.children[0]


def _decoded(data: bytes) -> str | bytes:
    """Chinese encodings, which expat does not know, as text; the rest as it is."""
    declared = _DECLARED.match(data)
    if declared and declared[1].decode("ascii").lower() in _CHINESE:
        return data.decode("gb18030")
    return data


def text_of(value: str) -> str:
    """Text to stand between tags."""
    return escape(value, {'"': "&quot;"})
