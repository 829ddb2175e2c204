"""Looks into a file before a reader is let loose on it: what kind is it, and is it safe to unpack.

The workbook reader keeps a sheet as one dense block from its first to its last used cell, so a file of a few hundred
bytes with a single cell in the far corner makes it ask for hundreds of gigabytes, which ends the whole process. Every
part is therefore unpacked here first, in pieces, counted, and the used area measured.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from xml.parsers import expat

from muster.codecs.ole import SIGNATURE, check_xls
from muster.core.errors import Unreadable

Kind = Literal["xlsx", "xls", "text"]

MAX_FILE_BYTES = 200_000_000
MAX_UNPACKED_BYTES = 1_500_000_000
MAX_PARTS = 10_000
MAX_ROWS = 1_000_000
MAX_CELLS = 12_000_000
_PIECE = 1 << 20
_LONGEST_TAG = 1 << 22
# Every cell of a sheet, and the cells in the form that all usual programs write. A file with other cells is parsed.
_CELL = re.compile(rb"<(?:[^\s<>/]*:)?c[\s/>]")
_USUAL_CELL = re.compile(rb"<(?:\w+:)?c r=\"([A-Z]{1,3})([0-9]{1,8})\"")


def kind_of(data: bytes) -> Kind:
    """Kind of a file by its content; its name is not asked.

    Errors (Unreadable): "file.empty", "file.too_large", "file.encrypted", "file.format_unknown", and for packed
    workbooks "file.corrupt", "file.zip_bomb", "file.too_many_rows", "file.too_many_cells".
    """
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise Unreadable("file.empty")
    if len(data) > MAX_FILE_BYTES:
        raise Unreadable("file.too_large", limit_bytes=MAX_FILE_BYTES)
    if data.startswith(b"PK\x03\x04"):
        _check_package(data)
        return "xlsx"
    if data.startswith(SIGNATURE):
        check_xls(data, MAX_CELLS)
        return "xls"
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    binary = b"\x00" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if binary or start.startswith((b"<", b"%pdf", b"{\\rtf")):
        raise Unreadable("file.format_unknown")
    return "text"


def _check_package(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Unreadable("file.corrupt") from error
    names = {part.filename.lower() for part in parts}
    if "encryptedpackage" in names or any(part.flag_bits & 1 for part in parts):
        raise Unreadable("file.encrypted")
    if "xl/workbook.xml" not in names:
        raise Unreadable("file.format_unknown")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise Unreadable("file.zip_bomb")
    budget = MAX_UNPACKED_BYTES
    for part in parts:
        budget = _check_part(data, part, budget)


def _check_part(data: bytes, part: zipfile.ZipInfo, budget: int) -> int:
    """Unpacks one part; what is left of the budget of bytes."""
    area, is_xml = _UsedArea(), None
    for piece in _unpacked(data, part):
        budget -= len(piece)
        if budget < 0:
            raise Unreadable("file.zip_bomb")
        if is_xml is None:
            is_xml = piece.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        if is_xml:
            area.look_at(piece)
    if area.is_suspicious():
        area = _exact_area(_unpacked(data, part))
    area.check()
    return budget


def _unpacked(data: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part in pieces. The size that the directory states is not believed."""
    local = data[part.header_offset : part.header_offset + 30]
    if len(local) < 30 or not local.startswith(b"PK\x03\x04"):
        raise Unreadable("file.corrupt")
    name_length, extra_length = struct.unpack("<HH", local[26:30])
    start = part.header_offset + 30 + name_length + extra_length
    packed = memoryview(data)[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + _PIECE]) for at in range(0, len(packed), _PIECE))
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise Unreadable("file.format_unknown")
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    rest: bytes | memoryview = packed
    try:
        while not unpacker.eof:
            piece = unpacker.decompress(rest, _PIECE)
            rest = unpacker.unconsumed_tail
            if not piece and not rest:
                break
            yield piece
    except zlib.error as error:
        raise Unreadable("file.corrupt") from error


@dataclass(slots=True)
class _UsedArea:
    """The area that the cells of one part may use: quick, and never too small unless it says so itself."""

    rows: int = 0
    columns: int = 0
    unusual: int = 0
    carried: bytes = b""

    def look_at(self, piece: bytes) -> None:
        text = self.carried + piece
        end = text.rfind(b">") + 1
        self.carried = text[end:]
        if len(self.carried) > _LONGEST_TAG:
            raise Unreadable("file.corrupt")
        self.unusual += sum(1 for _ in _CELL.finditer(text, 0, end))
        found = _USUAL_CELL.findall(text, 0, end)
        self.unusual -= len(found)
        if found:
            self.rows = max(self.rows, max(int(digits) for digits in {digits for _, digits in found}))
            self.columns = max(self.columns, max(map(_column, {letters for letters, _ in found})))

    def is_suspicious(self) -> bool:
        return self.unusual > 0 or self.rows > MAX_ROWS or self.rows * self.columns > MAX_CELLS

    def check(self) -> None:
        if self.rows > MAX_ROWS:
            raise Unreadable("file.too_many_rows", limit=MAX_ROWS)
        if self.rows * self.columns > MAX_CELLS:
            raise Unreadable("file.too_many_cells", limit=MAX_CELLS)


def _column(letters: bytes) -> int:
    """A -> 1, Z -> 26, AA -> 27. More letters than a sheet has columns count as very many."""
    if len(letters) > 6:
        return MAX_CELLS + 1
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _exact_area(pieces: Iterator[bytes]) -> _UsedArea:
    """Parses the part and counts only cells with something in them: whole formatted columns are a habit."""
    area, state = _UsedArea(), _Place()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "row":
            state.next_row(attributes.get("r"))
        elif tag == "c":
            state.next_cell(attributes.get("r"))
        elif tag in ("v", "is", "f"):
            area.rows, area.columns = max(area.rows, state.row), max(area.columns, state.column)

    def doctype(*_: object) -> None:
        raise Unreadable("file.corrupt")

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Unreadable("file.corrupt") from error
    return area


@dataclass(slots=True)
class _Place:
    """Where the reading is: references may be left out, then rows and cells count on from the last one."""

    row: int = 0
    column: int = 0

    def next_row(self, reference: str | None) -> None:
        self.row = int(reference) if re.fullmatch(r"[0-9]{1,12}", reference or "") and reference else self.row + 1
        self.column = 0

    def next_cell(self, reference: str | None) -> None:
        found = re.fullmatch(r"([A-Za-z]+)([0-9]{1,12})", reference or "")
        if found:
            self.column, self.row = _column(found.group(1).encode()), int(found.group(2))
        else:
            self.column += 1
