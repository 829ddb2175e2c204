"""Which virtual members phones have taken, and for which the simulated crowd speaks: never both.

A file in the exercise home, read and written under a lock, so that a hundred phones at once get a hundred members. The
crowd says beforehand for whom it is about to speak: whoever it has named can not be taken, whoever is taken it leaves.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
FILE, LOCK = "joined.json", "joined.lock"
Book = dict[str, dict[str, Any]]  # incident -> {"taken": {member number: phone}, "spoken": [member numbers]}


class Taking:
    """The takings of one exercise home. A phone is named by any text that is its own."""

    def __init__(self, home: Path) -> None:
        self._path, self._lock = home / FILE, home / LOCK

    def take(self, incident_id: int, phone: str, candidates: Iterable[str]) -> str:
        """The member number of this phone: the one it has already, else the first candidate who is free, else ""."""

        def choose(book: Book) -> str:
            page = _page(book, incident_id)
            held = _held(page, phone)
            gone = {*page["taken"], *page["spoken"]}
            chosen = held or next((number for number in candidates if number not in gone), "")
            if chosen:
                page["taken"][chosen] = phone
            return chosen

        return self._change(choose)

    def speak(self, incident_id: int, numbers: Iterable[str]) -> list[str]:
        """The crowd is about to speak for `numbers`; those that it must leave to their phones come back."""
        wanted = list(numbers)

        def divide(book: Book) -> list[str]:
            page = _page(book, incident_id)
            silent = [number for number in wanted if number in page["taken"]]
            page["spoken"] = sorted({*page["spoken"], *wanted} - set(silent))
            return silent

        return self._change(divide) if wanted else []

    def has_free(self, incident_id: int, candidates: Iterable[str]) -> bool:
        """Whether take() would find somebody."""
        page = _page(self._read(), incident_id)
        return any(number not in page["taken"] and number not in page["spoken"] for number in candidates)

    def member_of(self, incident_id: int, phone: str) -> str:
        """The member number that this phone has, "" for none."""
        return _held(_page(self._read(), incident_id), phone)

    def taken(self, incident_id: int) -> list[str]:
        """All member numbers that phones have."""
        return sorted(_page(self._read(), incident_id)["taken"])

    def _read(self) -> Book:
        if not self._path.exists():
            return {}
        found: Book = json.loads(self._path.read_text(encoding="utf-8"))
        return found

    def _change(self, change: Callable[[Book], T]) -> T:
        with self._lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            book = self._read()
            answer = change(book)
            scratch = self._path.with_suffix(".new")
            scratch.write_text(json.dumps(book), encoding="utf-8")
            scratch.replace(self._path)
        return answer


def _page(book: Book, incident_id: int) -> dict[str, Any]:
    return book.setdefault(str(incident_id), {"taken": {}, "spoken": []})


def _held(page: dict[str, Any], phone: str) -> str:
    return next((number for number, holder in page["taken"].items() if holder == phone), "")
