"""The relay's texts: the product's own catalogue, read with the standard library; and which language a phone wants."""

from __future__ import annotations

import functools
import gettext
from pathlib import Path

import muster

PACKAGE = Path(muster.__file__).parent
LOCALE = PACKAGE / "web" / "locale"
STYLE = PACKAGE / "web" / "templates" / "web" / "reply_style.css"  # the same sheet as the office's own reply page


@functools.cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Texts in "zh" or "en"; English stands in the code."""
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("django", str(LOCALE), ["zh_Hans"])


@functools.cache
def style() -> str:
    return STYLE.read_text(encoding="utf-8").strip()


def language_of(accepted: str, usual: str) -> str:
    """ "zh" or "en", by the browser's Accept-Language; `usual` where it names neither."""
    found: list[tuple[float, str]] = []
    for part in accepted[:200].split(","):
        name, _, weight = part.strip().partition(";q=")
        language = name.strip().lower()[:2]
        if language in ("zh", "en"):
            found.append((_weight(weight), language))
    return max(found, key=lambda pair: pair[0])[1] if found else usual


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
