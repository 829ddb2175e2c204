"""Base maps for tests, made here from their published formats: PMTiles archives, vector tiles, pictures, heights.

Nothing of the program's own reader is used, so that the two can disagree.
"""

from __future__ import annotations

import gzip
import json
import math
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import shapely
from shapely.geometry import box, shape
from shapely.geometry.base import BaseGeometry

EXTENT = 4096
Tile = tuple[int, int, int]


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def tile_id(z: int, x: int, y: int) -> int:
    """Number of a tile along the Hilbert curve of its zoom, behind all smaller zooms."""
    before, d, side = (4**z - 1) // 3, 0, 2**z // 2
    while side:
        rx, ry = int(x & side > 0), int(y & side > 0)
        d += side * side * ((3 * rx) ^ ry)
        if not ry:
            if rx:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        side //= 2
    return before + d


def _directory(entries: Iterable[tuple[int, int, int, int]]) -> bytes:
    """(tile, offset, length, run) -> gzip."""
    entries = list(entries)
    out, last = [varint(len(entries))], 0
    for tile, *_ in entries:
        out.append(varint(tile - last))
        last = tile
    out += [varint(run) for *_, run in entries] + [varint(length) for _, _, length, _ in entries]
    expected = None
    for _, offset, length, _ in entries:
        out.append(varint(0 if offset == expected else offset + 1))
        expected = offset + length
    return gzip.compress(b"".join(out), mtime=0)


def archive(
    tiles: dict[Tile, bytes], *, kind: int = 1, bounds: tuple[float, float, float, float] = (112.9, 27.5, 113.2, 28.0),
    metadata: dict[str, Any] | None = None, leaves: int = 0, packed: bool = True,
) -> bytes:  # fmt: skip
    """An archive of version 3. kind: 1 vector, 2 PNG; `leaves`: entries per leaf directory, 0 for none."""
    body, entries = bytearray(), []
    for number, content in sorted((tile_id(*place), content) for place, content in tiles.items()):
        data = gzip.compress(content, mtime=0) if packed else content
        entries.append((number, len(body), len(data), 1))
        body += data
    leaf = bytearray()
    root = entries
    if leaves:
        root = []
        for start in range(0, len(entries), leaves):
            part = _directory(entries[start : start + leaves])
            root.append((entries[start][0], len(leaf), len(part), 0))
            leaf += part
    head, about = _directory(root), gzip.compress(json.dumps(metadata or {}).encode(), mtime=0)
    zooms = [z for z, _, _ in tiles] or [0]
    at = 127
    places = []
    for section in (head, about, bytes(leaf), bytes(body)):
        places += [at, len(section)]
        at += len(section)
    edges = [round(value * 1e7) for value in bounds]
    middle = ((edges[0] + edges[2]) // 2, (edges[1] + edges[3]) // 2)
    header = b"PMTiles\x03" + struct.pack("<8Q", *places) + struct.pack("<3Q", len(tiles), len(tiles), len(tiles))
    header += bytes([1, 2, 2 if packed else 1, kind, min(zooms), max(zooms)]) + struct.pack("<4i", *edges)
    header += bytes([max(zooms)]) + struct.pack("<2i", *middle)
    return header + head + about + bytes(leaf) + bytes(body)


# --- vector tiles (Mapbox Vector Tile 2.1) ---------------------------------------------------------------------------


def _field(number: int, body: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(body)) + body


def _value(value: object) -> bytes:
    if isinstance(value, bool):
        return _field(4, varint(7 << 3) + varint(int(value)))
    if isinstance(value, int):
        return _field(4, varint(4 << 3) + varint(value))
    return _field(4, _field(1, str(value).encode()))


def _commands(geometry: BaseGeometry, to_tile: Callable[[np.ndarray], np.ndarray]) -> tuple[int, list[int]] | None:
    """(type, geometry of the specification) of a shape in tile coordinates."""
    out: list[int] = []
    at = np.zeros(2, int)

    def run(points: np.ndarray, *, closed: bool) -> None:
        nonlocal at
        points = points[:-1] if closed else points
        if len(points) < (3 if closed else 2):
            return
        for index, point in enumerate(points):
            if index in (0, 1):
                out.append((1 if index == 0 else 2) | (1 if index == 0 else len(points) - 1) << 3)
            step = point - at
            out.extend(((step << 1) ^ (step >> 31)).tolist())
            at = point
        if closed:
            out.append(7 | 1 << 3)

    parts = [part for part in shapely.get_parts(geometry) if not part.is_empty]
    kinds = {part.geom_type for part in parts}
    if kinds == {"Point"}:
        spots = [to_tile(np.array(part.coords))[0] for part in parts]
        out.append(1 | len(spots) << 3)
        for spot in spots:
            step = spot - at
            out.extend(((step << 1) ^ (step >> 31)).tolist())
            at = spot
        return 1, out
    if "Polygon" in kinds:
        for part in (part for part in parts if part.geom_type == "Polygon"):
            part = shapely.geometry.polygon.orient(part, 1.0)  # up is down in a tile, so this turns the right way
            for ring in (part.exterior, *part.interiors):
                run(to_tile(np.array(ring.coords)), closed=True)
        return (3, out) if out else None
    for part in (part for part in parts if part.geom_type == "LineString"):
        run(to_tile(np.array(part.coords)), closed=False)
    return (2, out) if out else None


def vector_tile(layers: dict[str, list[tuple[BaseGeometry, dict[str, object]]]], tile: Tile) -> bytes:
    """Shapes in degrees, cut to the tile."""
    z, x, y = tile
    frame = box(*_corner(z, x - 0.02, y + 1.02), *_corner(z, x + 1.02, y - 0.02))

    def to_tile(points: np.ndarray) -> np.ndarray:
        turn = np.arcsinh(np.tan(np.radians(points[:, 1])))
        across, down = (points[:, 0] + 180) / 360 * 2**z - x, (1 - turn / math.pi) / 2 * 2**z - y
        return np.round(np.column_stack([across, down]) * EXTENT).astype(int)

    out = b""
    for name, features in layers.items():
        keys, values, body = {}, {}, b""
        for geometry, properties in features:
            cut = geometry.intersection(frame)
            found = None if cut.is_empty else _commands(cut, to_tile)
            if found is None:
                continue
            tags = [
                number
                for key, value in properties.items()
                for number in (keys.setdefault(key, len(keys)), values.setdefault(value, len(values)))
            ]
            kind, commands = found
            body += _field(
                2, _field(2, b"".join(map(varint, tags))) + varint(3 << 3) + varint(kind)
                + _field(4, b"".join(map(varint, commands))),
            )  # fmt: skip
        if body:
            named = b"".join(_field(3, key.encode()) for key in keys) + b"".join(map(_value, values))
            out += _field(
                3,
                _field(1, name.encode()) + body + named + varint(5 << 3) + varint(EXTENT) + varint(15 << 3) + varint(2),
            )
    return out


def _corner(z: int, x: float, y: float) -> tuple[float, float]:
    return x / 2**z * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / 2**z))))


def covering(bounds: tuple[float, float, float, float], zooms: Iterable[int]) -> Iterator[Tile]:
    west, south, east, north = bounds
    for z in zooms:
        spots = []
        for lon, lat in ((west, north), (east, south)):
            turn = math.asinh(math.tan(math.radians(lat)))
            spots.append((int((lon + 180) / 360 * 2**z), int((1 - turn / math.pi) / 2 * 2**z)))
        for x in range(spots[0][0], spots[1][0] + 1):
            for y in range(spots[0][1], spots[1][1] + 1):
                yield z, x, y


# our ground -> the layers of the two schemas: source layer, properties
PROTOMAPS = {
    "river": ("water", {"kind": "river"}), "main": ("roads", {"kind": "major_road", "kind_detail": "primary"}),
    "street": ("roads", {"kind": "major_road", "kind_detail": "secondary"}), "lane": ("roads", {"kind": "minor_road"}),
    "minor": ("roads", {"kind": "minor_road"}), "railway": ("roads", {"kind": "rail"}),
    "wood": ("landuse", {"kind": "forest"}), "field": ("landuse", {"kind": "farmland"}),
    "built": ("landuse", {"kind": "residential"}), "building": ("buildings", {"kind": "building"}),
    "village": ("places", {"kind": "locality", "kind_detail": "village"}),
    "town": ("places", {"kind": "locality", "kind_detail": "town"}), "stream": ("water", {"kind": "stream"}),
}  # fmt: skip
OPENMAPTILES = {
    "river": ("water", {"class": "river"}), "main": ("transportation", {"class": "primary"}),
    "street": ("transportation", {"class": "secondary"}), "lane": ("transportation", {"class": "minor"}),
    "minor": ("transportation", {"class": "minor"}), "railway": ("transportation", {"class": "rail"}),
    "wood": ("landcover", {"class": "wood"}), "built": ("landuse", {"class": "residential"}),
    "building": ("building", {}), "village": ("place", {"class": "village"}), "town": ("place", {"class": "town"}),
}  # fmt: skip


def vector_archive(
    ground: dict[str, Any], schema: dict[str, Any], zooms: Iterable[int] = (9, 11, 13), **rest: Any
) -> bytes:
    """The demonstration ground as vector tiles of a schema; names as its makers write them."""
    layers: dict[str, list[tuple[BaseGeometry, dict[str, object]]]] = {}
    for body in ground.values():
        for feature in body["features"]:
            words = feature["properties"]
            if words.get("kind") not in schema:
                continue
            layer, properties = schema[words["kind"]]
            named = {"name": words["zh"], "name:en": words["en"]} if "zh" in words else {}
            layers.setdefault(layer, []).append((shape(feature["geometry"]), {**properties, **named}))
    bounds = (112.94, 27.59, 113.14, 27.89)
    tiles = {tile: vector_tile(layers, tile) for tile in covering(bounds, zooms)}
    about = {
        "name": "Test tiles",
        "attribution": "© invented",
        "vector_layers": [{"id": name} for name in layers],
        **rest,
    }
    return archive(tiles, bounds=bounds, metadata=about)


# --- pictures --------------------------------------------------------------------------------------------------------


def png(pixels: np.ndarray) -> bytes:
    """(H, W, 3) uint8 as PNG."""
    height, width, _ = pixels.shape

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def picture_archive(draw: Callable[[np.ndarray, np.ndarray], np.ndarray], zooms: Iterable[int], **rest: Any) -> bytes:
    """`draw(lon, lat)` gives (256, 256, 3) colours of the pixels' middles."""
    bounds = (112.94, 27.59, 113.14, 27.89)
    tiles = {}
    for z, x, y in covering(bounds, zooms):
        across, down = np.meshgrid((np.arange(256) + 0.5) / 256 + x, (np.arange(256) + 0.5) / 256 + y)
        lon = across / 2**z * 360 - 180
        lat = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * down / 2**z))))
        tiles[z, x, y] = png(draw(lon, lat).astype(np.uint8))
    return archive(tiles, kind=2, bounds=bounds, packed=False, metadata=rest)


def terrarium(height: np.ndarray) -> np.ndarray:
    """Metres as colours: (red * 256 + green + blue / 256) - 32768."""
    value = height + 32768
    return np.stack([value // 256, value % 256, value % 1 * 256], axis=-1)
