"""Cleaning of what people type, shared by all codecs."""

from __future__ import annotations

import re
import unicodedata

# Characters that show nothing but make two equal-looking values differ; spreadsheets and chat programs add them.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACES = re.compile(r"\s+")
_CSV_TEXT = re.compile(r'^=\s*"(.*)"$', re.DOTALL)


def normal(text: str) -> str:
    """NFKC (full-width digits become digits), without invisible characters and outer spaces."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()


def visible(text: str) -> str:
    """Without what shows nothing or turns the direction of writing; letters stay as they were typed."""
    return _INVISIBLE.sub("", text)


def without_controls(text: str) -> str:
    """Control characters taken out, line ends and tabs kept. No database column for text holds a NUL."""
    return _CONTROLS.sub("", text)


def without_spaces(text: str) -> str:
    """All white space taken out, the ideographic space (U+3000) included."""
    return _SPACES.sub("", text)


def single_spaces(text: str) -> str:
    """Runs of white space become one space; outer ones go."""
    return _SPACES.sub(" ", text).strip()


def unquoted(text: str) -> str:
    """Takes off the marks that keep a number as text in a CSV file: a leading apostrophe, or ="..."."""
    stripped = text.strip()
    found = _CSV_TEXT.match(stripped)
    if found:
        return found.group(1)
    return stripped[1:] if stripped.startswith("'") else text
