"""The nearest known names for one that is not known, so that a refusal can offer what was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from muster.codecs.pinyin import plain_pinyin


def nearest(name: str, known: Iterable[str], limit: int = 3, cutoff: float = 0.5) -> list[str]:
    """Up to `limit` of `known`, best first: alike in writing, or in sound (typed with the wrong characters).

    Similarity is difflib's ratio, of the characters or of the pinyin, whichever is higher; ties go by name, so the
    answer does not depend on the order of `known`.
    """
    sound = plain_pinyin(name)
    scored = []
    for candidate in set(known):
        written = difflib.SequenceMatcher(None, name, candidate, autojunk=False).ratio()
        heard = difflib.SequenceMatcher(None, sound, plain_pinyin(candidate), autojunk=False).ratio()
        # A name that only sounds alike ranks below one that is written alike as closely.
        score = max(written, 0.95 * heard)
        if score >= cutoff:
            scored.append((-score, candidate))
    return [candidate for _, candidate in sorted(scored)[:limit]]
