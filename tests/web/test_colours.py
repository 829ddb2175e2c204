"""Contrast of the colour tokens by the WCAG 2 formula, computed here from the style sheet itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import muster.web

SHEET = (Path(muster.web.__file__).parent / "static/muster/tokens.css").read_text(encoding="utf-8")
GROUNDS = ("bg", "surface", "sunk")
TEXTS = ("ink", "ink-2", "ink-3", "act", "ok", "warn", "bad", "ex")
SOFT = {"ok": "soft-ok", "warn": "soft-warn", "bad": "soft-bad", "act": "soft-act", "ex": "soft-ex"}


def tokens(theme: str) -> dict[str, str]:
    block = re.search(rf'\[data-bs-theme="{theme}"\] \{{\s*color-scheme(.*?)\}}', SHEET, re.S)
    assert block
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block.group(1)))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula_gives_the_known_ends() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_can_be_read_on_every_ground(theme: str) -> None:
    found = tokens(theme)
    for text in TEXTS:
        for ground in GROUNDS:
            assert contrast(found[text], found[ground]) >= 4.5, (text, ground)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_tags_and_the_main_button_can_be_read(theme: str) -> None:
    found = tokens(theme)
    for text, ground in SOFT.items():
        assert contrast(found[text], found[ground]) >= 4.5, text
    assert contrast(found["on-act"], found["act"]) >= 4.5
    assert contrast(found["on-badge"], found["badge"]) >= 4.5
    assert contrast("#ffffff", found["stripe-a"]) >= 4.5
    assert contrast("#ffffff", found["stripe-b"]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bars_and_edges_stand_out(theme: str) -> None:
    found = tokens(theme)
    for fill in ("fill-ok", "fill-warn", "fill-bad", "p-on", "p-way", "p-acc", "p-sil", "p-no"):
        assert contrast(found[fill], found["surface"]) >= 3, fill
