"""PMTiles archives, version 3: what is in them, and whether all of it is there. Pure: bytes come through a function.

Layout of the file: https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md. Nothing is drawn here; browsers read
the same archive by ranges. An archive is refused as a whole rather than drawn with holes.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from muster.core.errors import InvalidInput, Unreadable

Read = Callable[[int, int], bytes]  # (offset, length) -> those bytes, fewer only at the end of the file

MAGIC = b"PMTiles"
VERSION = 3
HEADER = struct.Struct("<7sB8Q3Q6B4iB2i")
NONE, GZIP = 1, 2
TYPES = {1: "mvt", 2: "png", 3: "jpeg", 4: "webp", 5: "avif"}
STARTS = {"png": (b"\x89PNG",), "jpeg": (b"\xff\xd8",), "webp": (b"RIFF",), "avif": (b"\0\0\0",)}
MOST_DIRECTORY = 64 * 2**20  # bytes of one directory, unpacked
MOST_METADATA = 8 * 2**20
MOST_TILE = 16 * 2**20
MOST_ENTRIES = 4_000_000
DEEPEST = 3  # directories below each other, as readers follow them
MOST_ZOOM = 24
ENCODINGS = ("terrarium", "mapbox")


@dataclass(frozen=True, slots=True)
class Archive:
    """What an archive says of itself. kind: base-vector, base-raster or hillshade; bounds west, south, east, north in
    degrees of its own datum; layers: names of vector layers; encoding: of heights, "" where there are none."""

    kind: str
    format: str
    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float]
    tiles: int
    layers: tuple[str, ...]
    encoding: str
    attribution: str
    name: str


@dataclass(frozen=True, slots=True)
class _Header:
    root: tuple[int, int]
    metadata: tuple[int, int]
    leaves: tuple[int, int]
    data: tuple[int, int]
    addressed: int
    internal: int
    packing: int
    tile_type: int
    zooms: tuple[int, int]
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Entry:
    """A run of `run` tiles from `tile` on that share these bytes; run 0: a directory."""

    tile: int
    offset: int
    length: int
    run: int


def read_archive(read: Read, size: int, encoding: str = "") -> Archive:
    """Read header, all directories, metadata and the first tile. `encoding`: heights in it, where it does not say so.

    Errors: Unreadable "pmtiles.other", "pmtiles.version", "pmtiles.cut", "pmtiles.damaged"; InvalidInput
    "pmtiles.packing", "pmtiles.tile_type", "pmtiles.empty", "pmtiles.bounds", "pmtiles.encoding"."""
    header = _header(read(0, HEADER.size), size)
    first, tiles = _walk(read, header)
    metadata = _metadata(read, header)
    tile_format = TYPES[header.tile_type]
    _check_tile(read, header, first, tile_format)
    heights = encoding or _encoding(metadata)
    if heights and (heights not in ENCODINGS or tile_format == "mvt"):
        raise InvalidInput("pmtiles.encoding")
    layers = _layers(metadata) if tile_format == "mvt" else ()
    kind = "hillshade" if heights else "base-vector" if tile_format == "mvt" else "base-raster"
    return Archive(
        kind, tile_format, *header.zooms, header.bounds, tiles, layers, heights, _text(metadata, "attribution"),
        _text(metadata, "name"),
    )  # fmt: skip


def _header(raw: bytes, size: int) -> _Header:
    if raw[:7] != MAGIC and raw[:2] != b"PM":
        raise Unreadable("pmtiles.other")
    if raw[:7] != MAGIC or len(raw) < 8 or raw[7] != VERSION:
        raise Unreadable("pmtiles.version")
    if len(raw) < HEADER.size:
        raise Unreadable("pmtiles.cut")
    fields = HEADER.unpack(raw)
    numbers, counts, small = fields[2:10], fields[10:13], fields[13:19]
    root, metadata, leaves, data = (numbers[0:2], numbers[2:4], numbers[4:6], numbers[6:8])
    if any(start + length > size for start, length in (root, metadata, leaves, data)):
        raise Unreadable("pmtiles.cut")
    _clustered, internal, packing, tile_type, low, high = small
    west, south, east, north = (value / 1e7 for value in fields[19:23])
    if {internal, packing} - {NONE, GZIP}:
        raise InvalidInput("pmtiles.packing")
    if tile_type not in TYPES:
        raise InvalidInput("pmtiles.tile_type")
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90 and low <= high <= MOST_ZOOM):
        raise InvalidInput("pmtiles.bounds")
    bounds = (west, south, east, north)
    return _Header(root, metadata, leaves, data, counts[0], internal, packing, tile_type, (low, high), bounds)


def unpacked(data: bytes, packing: int, most: int) -> bytes:
    """The bytes themselves, at most `most` of them. Error: Unreadable "pmtiles.damaged"."""
    if packing == NONE:
        return data
    worker = zlib.decompressobj(wbits=31)
    try:
        out = worker.decompress(data, most)
    except zlib.error as error:
        raise Unreadable("pmtiles.damaged") from error
    if not worker.eof:  # cut, or more than anybody needs
        raise Unreadable("pmtiles.damaged")
    return out


def directory(data: bytes) -> list[Entry]:
    """Entries of an unpacked directory in the order of their tiles. Error: Unreadable "pmtiles.damaged"."""
    numbers = _varints(data)
    count = next(numbers, MOST_ENTRIES + 1)
    if count > MOST_ENTRIES:
        raise Unreadable("pmtiles.damaged")
    steps, runs, lengths, offsets = (list(islice(numbers, count)) for _ in range(4))
    if len(offsets) < count:
        raise Unreadable("pmtiles.damaged")
    entries: list[Entry] = []
    tile = 0
    for index in range(count):
        tile += steps[index]
        offset = offsets[index] - 1
        if offset < 0:  # 0 stands for: right behind the one before
            if not entries:
                raise Unreadable("pmtiles.damaged")
            offset = entries[-1].offset + entries[-1].length
        if entries and tile <= entries[-1].tile:
            raise Unreadable("pmtiles.damaged")
        entries.append(Entry(tile, offset, lengths[index], runs[index]))
    return entries


def _varints(data: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0
        elif shift > 63:
            raise Unreadable("pmtiles.damaged")


def _walk(read: Read, header: _Header) -> tuple[Entry, int]:
    """The first entry with a tile, and how many tiles there are; every entry lies inside the file."""
    first: Entry | None = None
    tiles = seen = 0
    waiting = [(*header.root, 0)]
    while waiting:
        offset, length, depth = waiting.pop()
        for entry in directory(unpacked(read(offset, length), header.internal, MOST_DIRECTORY)):
            seen += 1
            whole = header.data if entry.run else header.leaves
            if seen > MOST_ENTRIES or not entry.length or entry.offset + entry.length > whole[1]:
                raise Unreadable("pmtiles.damaged")
            if entry.run:
                first = first or entry
                tiles += entry.run
            elif depth == DEEPEST:
                raise Unreadable("pmtiles.damaged")
            else:
                waiting.append((header.leaves[0] + entry.offset, entry.length, depth + 1))
    if first is None:
        raise InvalidInput("pmtiles.empty")
    return first, tiles


def _metadata(read: Read, header: _Header) -> dict[str, object]:
    offset, length = header.metadata
    if not length:
        return {}
    try:
        found = json.loads(unpacked(read(offset, length), header.internal, MOST_METADATA))
    except (ValueError, RecursionError) as error:
        raise Unreadable("pmtiles.damaged") from error
    return found if isinstance(found, dict) else {}


def _check_tile(read: Read, header: _Header, entry: Entry, tile_format: str) -> None:
    """The first tile is what the header says; the rest is told by the picture."""
    raw = unpacked(read(header.data[0] + entry.offset, entry.length), header.packing, MOST_TILE)
    # A vector tile is a row of layers: field 3, length-delimited (protocol buffers).
    good = raw[:1] in (b"", b"\x1a") if tile_format == "mvt" else raw.startswith(STARTS[tile_format])
    if not good:
        raise Unreadable("pmtiles.damaged")


def _layers(metadata: dict[str, object]) -> tuple[str, ...]:
    found = metadata.get("vector_layers")
    listed = found if isinstance(found, list) else []
    names = [layer.get("id") for layer in listed if isinstance(layer, dict)]
    return tuple(name for name in names if isinstance(name, str) and name)


def _encoding(metadata: dict[str, object]) -> str:
    """How heights are written, where the archive says so."""
    said = metadata.get("encoding")
    return said if said in ENCODINGS and isinstance(said, str) else ""


def _text(metadata: dict[str, object], name: str) -> str:
    found = metadata.get(name)
    return found.strip() if isinstance(found, str) else ""
