"""Nothing that a desk's browser loads needs more than Chromium 110: offices do not get a new browser every month.

The features are those of the Web that came later, each with the Chromium version in which it first worked.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools import older_css

import muster

STATIC = Path(muster.__file__).parent
SCRIPT = {
    "Array.fromAsync": (121, r"\bArray\.fromAsync\b"),
    "Object.groupBy": (117, r"\b(?:Object|Map)\.groupBy\b"),
    "Promise.withResolvers": (119, r"\bPromise\.withResolvers\b"),
    "Promise.try": (128, r"\bPromise\.try\b"),
    "URL.canParse": (120, r"\bURL\.(?:canParse|parse)\("),
    "AbortSignal.any": (116, r"\bAbortSignal\.any\b"),
    "String.isWellFormed": (111, r"\.(?:isWellFormed|toWellFormed)\("),
    "regular expressions with v": (112, r"/[dgimsuy]*v[dgimsuy]*\.(?:test|exec)\("),
    "import attributes": (123, r"""\bfrom\s*["'][^"']+["']\s+with\s*\{"""),
    "view transitions": (111, r"\.startViewTransition\b(?!\s*(?:\?|&&|\)))"),
    "popover": (114, r"\.(?:showPopover|hidePopover|togglePopover)\("),
    "CSSStyleSheet in iterators": (122, r"\bIterator\.from\("),
    "sets": (122, r"\.(?:symmetricDifference|isSubsetOf|isSupersetOf|isDisjointFrom)\("),
    "using": (134, r"^\s*(?:await\s+)?using\s+\w+\s*="),
    "moveBefore": (133, r"\.(?:setHTMLUnsafe|moveBefore)\("),
    "checkVisibility with options": (121, r"\bcheckVisibility\(\{"),
}
STYLE = {
    "color-mix": (111, r"\bcolor-mix\("),
    "oklch and its like": (111, r"(?<![\w-])(?:oklch|oklab|lch|lab|color)\("),
    "light-dark": (123, r"\blight-dark\("),
    "starting-style": (117, r"@starting-style\b"),
    "scope": (118, r"@scope\b"),
    "subgrid": (117, r":\s*subgrid\b"),
    "anchors": (125, r"\banchor\(|\banchor-name\b|\bposition-anchor\b"),
    "linear easing": (113, r"(?<![\w-])linear\("),
    "angles and powers": (111, r"(?<![\w-])(?:sin|cos|tan|atan2?|asin|acos|pow|sqrt|hypot|exp)\("),
    "rounding": (125, r"(?<![\w-])(?:round|rem|mod)\("),
    "user-valid": (119, r":user-(?:in)?valid\b"),
    "nth-child of": (111, r":nth-(?:last-)?child\([^)]*\bof\b"),
    "dir()": (120, r":dir\("),
    "media ranges on containers of styles": (111, r"@container\s+style\("),
    "field-sizing": (123, r"\bfield-sizing\s*:"),
    "dvh units are 108, cap units are later": (118, r"\d(?:r?cap|rlh|rex|rch|ric)\b"),
}
MARKUP = {"popover": (114, r"<[^>]+\spopover(?:=|\s|>)"), "exclusive details": (120, r"<details[^>]+\sname=")}


# Used after asking whether the browser has it; where it has not, htmx swaps as it always did.
ASKED_FIRST = {"htmx.min.js": {"view transitions", "moveBefore"}}


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def without_conditions(style: str) -> str:
    """The style without what browsers of this age are asked about before they read it."""
    return re.sub(r"@supports[^{]*\{(?:[^{}]|\{[^{}]*\})*\}", "", style)


def nested(style: str) -> list[str]:
    """Rules inside rules (Chromium 112): a brace opened within a block that is no @-rule's."""
    found, stack, start = [], [], 0
    for at, sign in enumerate(style):
        if sign in "{};":
            words = style[start:at].strip()
            start = at + 1
            if sign == "{":
                if stack and not stack[-1].startswith("@"):
                    found.append(words)
                stack.append(words)
            elif sign == "}" and stack:
                stack.pop()
    return found


FILES = {
    "script": sorted(path for end in ("js", "mjs") for path in STATIC.rglob(f"static/**/*.{end}")),
    "style": sorted(STATIC.rglob("static/**/*.css")),
    "markup": sorted(STATIC.rglob("templates/**/*.html")),
}


def named(path: Path) -> str:
    return path.relative_to(STATIC).as_posix()


@pytest.mark.parametrize("path", FILES["script"], ids=named)
def test_scripts_need_nothing_newer(path: Path) -> None:
    text = without_comments(path.read_text(encoding="utf-8"))
    found = {name for name, (_, pattern) in SCRIPT.items() if re.search(pattern, text, re.M)}
    assert found - ASKED_FIRST.get(path.name, set()) == set()


KIT = STATIC / "web/static/vendor/tabler/tabler.min.css"  # its colours have a sheet of their own, see below
OLDER = KIT.with_name("older.css")


@pytest.mark.parametrize("path", [path for path in FILES["style"] if path not in (KIT, OLDER)], ids=named)
def test_styles_need_nothing_newer(path: Path) -> None:
    text = without_comments(path.read_text(encoding="utf-8"))
    assert nested(text) == []
    text = without_conditions(text)
    assert [name for name, (_, pattern) in STYLE.items() if re.search(pattern, text)] == []


@pytest.mark.parametrize("path", FILES["markup"], ids=named)
def test_pages_need_nothing_newer(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [name for name, (_, pattern) in MARKUP.items() if re.search(pattern, text)] == []


def test_every_newer_colour_of_the_kit_has_a_plain_one_for_older_browsers() -> None:
    kit, plain = without_comments(KIT.read_text(encoding="utf-8")), OLDER.read_text(encoding="utf-8")
    assert plain == older_css.older(kit)  # made from this very kit
    assert not older_css.NEWER.search(plain.removeprefix(older_css.CONDITION))
    assert plain.count("{") == plain.count("}")
    newer = len(re.findall(r"[\w-]+:[^;{}]*(?:oklch|oklab|color-mix|light-dark)\(", kit))
    assert len(re.findall(r"[{;][\w-]+:", plain)) == newer


@pytest.mark.parametrize(
    ("newer", "plain"),
    [
        ("color:oklch(54.6% 0.1724 254.2deg)", "color:rgb(6,111,209)"),  # the kit's blue, #066fd1 in its guide
        ("color:oklch(1 0 0)", "color:rgb(255,255,255)"),
        ("color:oklab(0 0 0/.5)", "color:rgba(0,0,0,.5)"),
        ("color:oklch(from var(--a) l c h/50%)", "color:var(--a)"),
        ("color:color-mix(in oklab, var(--a) 70%, transparent)", "color:var(--a)"),
        ("color:color-mix(in oklab, var(--a) 4%, transparent)", "color:transparent"),
        ("color:color-mix(in oklab,var(--a),var(--b) 80%)", "color:var(--b)"),
        ("color:color-mix(in oklab,var(--a) calc(var(--o)*100%),var(--b))", "color:var(--a)"),
        ("outline:1px solid light-dark(color-mix(in oklab,red 10%,blue),green)", "outline:1px solid blue"),
    ],
)
def test_a_newer_colour_becomes_the_nearest_plain_one(newer: str, plain: str) -> None:
    assert older_css.plain(newer) == plain


def test_the_search_finds_what_it_is_for() -> None:
    assert nested("@media (x) { a { b { c: d } } }") == ["b"]
    assert nested("@media (x) { a { c: d } } e { f: g }") == []
    assert without_conditions("@supports (a: b) { c { d: e } } f { g: h }").strip() == "f { g: h }"
    assert min(version for table in (SCRIPT, STYLE, MARKUP) for version, _ in table.values()) > 110
