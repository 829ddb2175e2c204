"""Rules of every template: they compile, and nothing in them breaks the content security policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

import muster

SOURCE = Path(muster.__file__).parent
TEMPLATES = sorted(path for path in SOURCE.rglob("*.html") if "templates" in path.parts)
TAG = re.compile(r"<(?!/)[a-zA-Z][^<>]*>")
INLINE_STYLE = re.compile(r"""\sstyle\s*=""")
HANDLER = re.compile(r"""\son[a-z]+\s*=\s*["']""")
HTMX_ON = re.compile(r"""\shx-(on|vars)\b|\shx-vals\s*=\s*["']js:""")
SCRIPT = re.compile(r"<(script|style)\b([^>]*)>(.*?)</\1>", re.S)


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def template_name(path: Path) -> str:
    return path.as_posix().split("/templates/", 1)[1]


@pytest.fixture
def with_exercise(settings) -> None:
    """The part that is installed in exercise homes only has templates too."""
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "muster.exercise"]


@pytest.mark.usefixtures("with_exercise")
@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_it_compiles(path: Path) -> None:
    assert get_template(template_name(path))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_it_has_no_inline_style_and_no_inline_handler(path: Path) -> None:
    for tag in TAG.findall(path.read_text(encoding="utf-8")):
        assert not INLINE_STYLE.search(tag), tag
        assert not HANDLER.search(tag), tag
        assert not HTMX_ON.search(tag), tag


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_scripts_and_styles_in_the_page_carry_the_nonce(path: Path) -> None:
    for kind, attributes, body in SCRIPT.findall(path.read_text(encoding="utf-8")):
        if kind == "style" or body.strip():
            assert "nonce=" in attributes, f"<{kind}> without nonce"


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_it_asks_nothing_from_outside(path: Path) -> None:
    found = re.findall(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//[^"']*""", path.read_text(encoding="utf-8"))
    assert found == []


def test_scripts_and_sheets_of_our_own_ask_nothing_from_outside() -> None:
    own = [p for p in (SOURCE / "web" / "static" / "muster").iterdir() if p.suffix in {".js", ".css"}]
    for path in own:
        body = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "//cdn" not in body
        assert not re.search(r"https?://", body), path.name
        assert not re.search(r"\beval\(|new Function\(", body), path.name
