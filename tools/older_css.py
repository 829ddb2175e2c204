"""Colours for browsers that can not mix them: a sheet made from the kit's, read only by Chromium 110 to 122.

The kit writes colours as oklch(), color-mix() and light-dark() (Chromium 111, 111, 123). Where such a value stands in a
rule, this sheet repeats the rule with a plain value, under `@supports not (color: light-dark(red, red))`. Mixed
colours become the stronger of the two; exact shades are a matter of newer browsers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

NEWER = re.compile(r"(?<![\w-])(oklch|oklab|color-mix|light-dark)\(")
FOLDER = Path(__file__).resolve().parent.parent / "src" / "muster" / "web" / "static" / "vendor" / "tabler"
CONDITION = "@supports not (color:light-dark(red,red))"


def older(style: str) -> str:
    """The rules of `style` that need newer colours, with plain ones."""
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.S)
    return f"{CONDITION}{{{''.join(_rules(style))}}}\n"


def _rules(style: str) -> Iterator[str]:
    at = 0
    while (start := style.find("{", at)) >= 0:
        end = _closing(style, start)
        selector, body = style[at:start].rpartition(";")[2].strip(), style[start + 1 : end]
        if selector.startswith(("@media", "@supports", "@layer", "@container")):
            inside = "".join(_rules(body))
            if inside:
                yield f"{selector}{{{inside}}}"
        elif not selector.startswith("@") and (plain := _declarations(body)):
            yield f"{selector}{{{plain}}}"
        at = end + 1


def _closing(text: str, start: int) -> int:
    """Where the bracket opened at `start` is closed; quoted text does not count."""
    opening, closing = text[start], {"{": "}", "(": ")"}[text[start]]
    depth, quote = 0, ""
    for at in range(start, len(text)):
        sign = text[at]
        if quote:
            quote = "" if sign == quote and text[at - 1] != "\\" else quote
        elif sign in "\"'":
            quote = sign
        elif sign == opening:
            depth += 1
        elif sign == closing:
            depth -= 1
            if depth == 0:
                return at
    raise ValueError(f"a bracket is not closed: {text[start : start + 60]}")


def _declarations(body: str) -> str:
    return ";".join(plain(each) for each in _split(body, ";") if NEWER.search(each))


def _split(text: str, sign: str) -> list[str]:
    """Parts between signs that stand outside of brackets and quotes."""
    parts, depth, quote, start = [], 0, "", 0
    for at, each in enumerate(text):
        if quote:
            quote = "" if each == quote else quote
        elif each in "\"'":
            quote = each
        elif each == sign and depth == 0:
            parts.append(text[start:at])
            start = at + 1
        else:
            depth += (each == "(") - (each == ")")
    return [*parts, text[start:]]


def plain(value: str) -> str:
    """The value with every newer colour in it replaced, innermost first."""
    while found := next(reversed(list(NEWER.finditer(value))), None):
        end = _closing(value, found.end() - 1)
        inside = value[found.end() : end]
        value = value[: found.start()] + _replaced(found.group(1), inside) + value[end + 1 :]
    return value


def _replaced(name: str, inside: str) -> str:
    if name == "light-dark":
        return _split(inside, ",")[0].strip()
    if name == "color-mix":
        _space, one, two = (part.strip() for part in _split(inside, ","))
        return _stronger(one, two)
    if inside.strip().startswith("from "):  # a colour made out of another one: that one
        return _words(inside)[1]
    return _srgb(name, inside)


def _words(text: str) -> list[str]:
    return [word for word in _split(" ".join(text.split()), " ") if word]


def _stronger(one: str, two: str) -> str:
    """Of two colours with their shares the larger; a share that only the browser can compute counts as large."""
    colour, *share = _words(one)
    other, *rest = _words(two)
    number = re.fullmatch(r"([\d.]+)%", share[0]) if share else None
    against = re.fullmatch(r"([\d.]+)%", rest[0]) if rest else None
    weight = float(number.group(1)) if number else 100 - float(against.group(1)) if against else 50.0
    return other if weight < 50 else colour


def _srgb(name: str, inside: str) -> str:
    """oklch or oklab with plain numbers as rgb(): https://www.w3.org/TR/css-color-4/#color-conversion-code."""
    colour, _, alpha = inside.partition("/")
    first, second, third = (_number(word) for word in _words(colour))
    a, b = second, third
    if name == "oklch":
        a, b = second * math.cos(math.radians(third)), second * math.sin(math.radians(third))
    long = (first + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (first - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (first - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    rgb = ",".join(str(_channel(each)) for each in linear)
    return f"rgba({rgb},{alpha.strip()})" if alpha else f"rgb({rgb})"


def _channel(linear: float) -> int:
    bounded = min(1.0, max(0.0, linear))
    gamma = 12.92 * bounded if bounded <= 0.0031308 else 1.055 * bounded ** (1 / 2.4) - 0.055
    return round(255 * gamma)


def _number(word: str) -> float:
    if word.endswith("%"):
        return float(word[:-1]) / 100
    return float(word.removesuffix("deg")) if word != "none" else 0.0


def main() -> None:
    (FOLDER / "older.css").write_text(older((FOLDER / "tabler.min.css").read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
