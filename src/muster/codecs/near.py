"""The nearest known names for one that is not known, so that a refusal can offer what was meant."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable

from muster.codecs.pinyin import plain_pinyin

_SAME_SOUND = 0.8
_LONGEST = 40  # characters; nothing that is named here has a longer name


def nearest(name: str, known: Iterable[str], limit: int = 3, cutoff: float = 0.5) -> list[str]:
    """Up to `limit` of `known`, best first: alike in writing, or in sound (typed with the wrong characters).

    Similarity is difflib's ratio of the characters, or of the pinyin where the sound is nearly the same; ties go by
    name, so the answer does not depend on the order of `known`.
    """
    sound = plain_pinyin(name)
    scored = []
    for candidate in set(known):
        written = difflib.SequenceMatcher(None, name, candidate, autojunk=False).ratio()
        heard = difflib.SequenceMatcher(None, sound, plain_pinyin(candidate), autojunk=False).ratio()
        # Pinyin has few letters, so unrelated names share many: only a close likeness in sound counts.
        score = max(written, 0.95 * heard if heard >= _SAME_SOUND else 0.0)
        if score >= cutoff:
            scored.append((-score, candidate))
    return [candidate for _, candidate in sorted(scored)[:limit]]


class NearNames:
    """`nearest` with a memory, and with an end: a file in which every name is wrong must not take hours."""

    def __init__(self, most_lookups: int = 500) -> None:
        self._most = most_lookups
        self._found: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def offer(self, kind: str, scope: str, name: str, known: Callable[[], Iterable[str]]) -> tuple[str, ...]:
        """Near names for `name` among `known()`, the list of `kind` within `scope`; () when too many were asked."""
        key = (kind, scope, name[:_LONGEST])
        if key not in self._found:
            if len(self._found) >= self._most:
                return ()
            self._found[key] = tuple(nearest(name[:_LONGEST], known()))
        return self._found[key]
