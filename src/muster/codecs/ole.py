"""Measures an .xls file before it is read: used area and encryption, as `container` does for .xlsx.

Only as much of the two formats as that needs: the compound file (MS-CFB) to find the stream of the workbook, and the
record headers of BIFF (MS-XLS 2.4) to see which cells have something in them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from muster.core.errors import Unreadable

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR = 0xFFFFFFFA  # larger numbers are marks: free, end of chain, table of tables
_STREAM, _ROOT = 2, 5
_BOF, _FILEPASS, _MULTIPLE_RK = 0x0809, 0x002F, 0x00BD
# FORMULA, NUMBER, LABEL, BOOLERR, RK, LABELSST, RSTRING; MULRK ends with its last column.
_CELLS = frozenset({0x0006, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00D6, _MULTIPLE_RK})


class CompoundFile:
    """The streams of a compound file. Every step is bounded by the size of the file. Error: "file.corrupt"."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 512 or not data.startswith(SIGNATURE):
            raise Unreadable("file.corrupt")
        self._data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise Unreadable("file.corrupt")
        self._size, self._mini_size = 1 << shift, 1 << mini_shift
        tables, directory, self._cutoff, mini_start = struct.unpack_from("<II4xII", data, 44)
        self._fat = self._numbers(self._table_sectors(tables))
        self._mini_fat = self._numbers(self._chain(mini_start, self._fat))
        self._entries = self._directory(directory)

    @property
    def names(self) -> frozenset[str]:
        """Names of streams and storages in lower case."""
        return frozenset(self._entries)

    def stream(self, name: str) -> bytes:
        """The content of a stream, by its name in lower case."""
        start, size = self._entries[name]
        if size >= self._cutoff:
            return b"".join(map(self._sector, self._chain(start, self._fat)))[:size]
        root_start, root_size = self._entries.get("", (0xFFFFFFFE, 0))
        small = b"".join(map(self._sector, self._chain(root_start, self._fat)))[:root_size]
        return b"".join(
            small[number * self._mini_size : (number + 1) * self._mini_size]
            for number in self._chain(start, self._mini_fat)
        )[:size]

    def _sector(self, number: int) -> bytes:
        return self._data[(number + 1) * self._size : (number + 2) * self._size]

    def _numbers(self, sectors: list[int]) -> list[int]:
        content = b"".join(map(self._sector, sectors))
        return list(struct.unpack_from(f"<{len(content) // 4}I", content))

    def _table_sectors(self, count: int) -> list[int]:
        """Sectors of the allocation table: 109 are named in the header, more in a chain of their own."""
        most = len(self._data) // self._size + 1
        if count > most:
            raise Unreadable("file.corrupt")
        found = list(struct.unpack_from("<109I", self._data, 76))
        following = int(struct.unpack_from("<I", self._data, 68)[0])
        while len(found) < count and following < _LAST_SECTOR:
            numbers = self._numbers([following])
            if len(numbers) < 2:
                raise Unreadable("file.corrupt")
            found += numbers[:-1]
            following = numbers[-1]
        return [number for number in found[:count] if number < _LAST_SECTOR]

    def _chain(self, start: int, table: list[int]) -> list[int]:
        chain: list[int] = []
        while start < _LAST_SECTOR:
            if start >= len(table) or len(chain) > len(table):  # outside the file, or running in a circle
                raise Unreadable("file.corrupt")
            chain.append(start)
            start = table[start]
        return chain

    def _directory(self, start: int) -> dict[str, tuple[int, int]]:
        content = b"".join(map(self._sector, self._chain(start, self._fat)))
        entries: dict[str, tuple[int, int]] = {}
        for at in range(0, len(content) - 127, 128):
            length, kind = struct.unpack_from("<HB", content, at + 64)
            name = content[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace").lower()
            first, size = struct.unpack_from("<II", content, at + 116)
            if kind in (_STREAM, _ROOT):
                entries["" if kind == _ROOT else name] = (first, size)
        return entries


def check_xls(data: bytes, max_cells: int) -> None:
    """Refuses an .xls that is encrypted or too wide open.

    Errors (Unreadable): "file.corrupt", "file.encrypted", "file.format_unknown", "file.too_many_cells".
    """
    file = CompoundFile(data)
    if "encryptedpackage" in file.names:
        raise Unreadable("file.encrypted")
    book = next((name for name in ("workbook", "book") if name in file.names), None)
    if book is None:
        raise Unreadable("file.format_unknown")
    rows = columns = 0
    for kind, body in _records(file.stream(book)):
        if kind == _FILEPASS:
            raise Unreadable("file.encrypted")
        if kind == _BOF:
            rows = columns = 0
        elif kind in _CELLS and len(body) >= 4:
            row, column = struct.unpack_from("<HH", body)
            last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind == _MULTIPLE_RK else column
            rows, columns = max(rows, row + 1), max(columns, column + 1, last + 1)
            if rows * columns > max_cells:
                raise Unreadable("file.too_many_cells", limit=max_cells)


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length
