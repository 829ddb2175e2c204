"""The district's invented hills as a base map of heights: a PMTiles archive of terrarium pictures, for the hill shade.

Heights are whole metres, so that the pictures stay small: https://github.com/tilezen/joerd, "terrarium"; the archive:
https://github.com/protomaps/PMTiles, version 3.
"""

from __future__ import annotations

import gzip
import json
import math
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from muster.exercise.district.fabric import height_m
from muster.exercise.district.ground import to_plane

BOUNDS = (112.84, 27.50, 113.24, 27.97)  # west, south, east, north: the district and the hills around it
ZOOMS = range(8, 12)
SIZE = 256
LOWEST = 32_768  # terrarium counts from there, so that the sea floor is not negative
HEADER = 127
Tile = tuple[int, int, int]


def relief_archive(seed: int) -> bytes:
    """The archive of the heights of `seed`."""
    tiles = sorted((_number(*tile), _picture(_heights(tile, seed))) for tile in _tiles())
    body = b"".join(picture for _, picture in tiles)
    entries = _directory([(number, len(picture)) for number, picture in tiles])
    about = gzip.compress(json.dumps({"name": "演示高程", "encoding": "terrarium"}).encode(), mtime=0)
    start = HEADER + len(entries)
    places = (HEADER, len(entries), start, len(about), start + len(about), 0, start + len(about), len(body))
    edges = [round(value * 1e7) for value in BOUNDS]
    header = b"PMTiles\x03" + struct.pack("<11Q", *places, len(tiles), len(tiles), len(tiles))
    header += bytes((1, 2, 1, 2, ZOOMS[0], ZOOMS[-1]))  # clustered; directories gzip, tiles as they are; PNG
    header += struct.pack("<4iB2i", *edges, ZOOMS[0], (edges[0] + edges[2]) // 2, (edges[1] + edges[3]) // 2)
    return header + entries + about + body


def _tiles() -> list[Tile]:
    found = []
    for z in ZOOMS:
        (left, top), (right, bottom) = (_tile_at(z, BOUNDS[0], BOUNDS[3]), _tile_at(z, BOUNDS[2], BOUNDS[1]))
        found += [(z, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]
    return found


def _tile_at(z: int, lon: float, lat: float) -> tuple[int, int]:
    turn = math.asinh(math.tan(math.radians(lat)))
    return int((lon + 180) / 360 * 2**z), int((1 - turn / math.pi) / 2 * 2**z)


def _heights(tile: Tile, seed: int) -> NDArray[np.int64]:
    """(SIZE, SIZE) metres at the middles of the tile's pixels."""
    z, x, y = tile
    middles = (np.arange(SIZE) + 0.5) / SIZE
    lon = (x + middles) / 2**z * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * (y + middles) / 2**z))))
    xs, ys = to_plane(*np.meshgrid(lon, lat))
    return np.round(height_m(xs, ys, seed)).astype(np.int64)


def _picture(heights: NDArray[np.int64]) -> bytes:
    """Heights as PNG: red * 256 + green, metres above -32,768."""
    value = heights + LOWEST
    colours = np.stack([value // 256, value % 256, value * 0], axis=-1).astype(np.uint8)
    rows = np.concatenate([np.zeros((SIZE, 1), np.uint8), colours.reshape(SIZE, -1)], axis=1)
    head, body = struct.pack(">2I5B", SIZE, SIZE, 8, 2, 0, 0, 0), zlib.compress(rows.tobytes())
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(part)) + name + part + struct.pack(">I", zlib.crc32(name + part))
        for name, part in ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    )


def _number(z: int, x: int, y: int) -> int:
    """The tile's place along the Hilbert curve of its zoom, behind all smaller zooms."""
    number, side = (4**z - 1) // 3, 2 ** (z - 1)
    while side:
        right, low = x & side, y & side
        number += side * side * (3 * bool(right) ^ bool(low))
        if not low:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        side //= 2
    return number


def _directory(tiles: list[tuple[int, int]]) -> bytes:
    """(number, bytes) of tiles that lie one behind the other."""
    numbers = [number for number, _ in tiles]
    steps = [number - before for before, number in zip([0, *numbers], numbers, strict=False)]
    offsets = [1] + [0] * (len(tiles) - 1)  # 1: at the start of the data; 0: right behind the one before
    values = [len(tiles), *steps, *([1] * len(tiles)), *(size for _, size in tiles), *offsets]
    return gzip.compress(b"".join(map(_varint, values)), mtime=0)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))
