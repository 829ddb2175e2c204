"""PMTiles archives: whole ones of every kind, written by the tests' own writer, and broken ones of every kind."""

from __future__ import annotations

import contextlib
import gzip
import random
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.codecs.pmtiles import Archive, directory, read_archive, unpacked
from muster.core.errors import InvalidInput, MusterError, Unreadable
from tests.maps.tiles import archive, png, tile_id, varint

pytestmark = pytest.mark.once
VECTOR = {(z, x, y): b"\x1a\x02\x0a\x00" + bytes([x, y]) for z in (0, 1, 2) for x in range(2**z) for y in range(2**z)}
PICTURES = {(3, 6, 3): png(np.zeros((4, 4, 3), np.uint8))}


def read(data: bytes, encoding: str = "") -> Archive:
    return read_archive(lambda offset, length: data[offset : offset + length], len(data), encoding)


def with_byte(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + bytes([value]) + data[at + 1 :]


def test_a_vector_archive_tells_its_layers_zooms_and_bounds() -> None:
    about = {
        "vector_layers": [{"id": "roads"}, {"id": "water"}, {"no": "id"}, 7],
        "attribution": " © some office ",
        "name": "镇",
    }
    found = read(archive(VECTOR, metadata=about))
    assert (found.kind, found.format, found.tiles) == ("base-vector", "mvt", 21)
    assert (found.min_zoom, found.max_zoom, found.bounds) == (0, 2, (112.9, 27.5, 113.2, 28.0))
    assert (found.layers, found.attribution, found.name) == (("roads", "water"), "© some office", "镇")


@pytest.mark.parametrize("leaves", [0, 1, 4, 100])
def test_directories_in_leaves_hold_the_same(leaves: int) -> None:
    assert read(archive(VECTOR, leaves=leaves)).tiles == len(VECTOR)


def test_pictures_are_a_base_map_or_heights_when_they_say_so_or_somebody_does() -> None:
    assert read(archive(PICTURES, kind=2)).kind == "base-raster"
    said = read(archive(PICTURES, kind=2, packed=False, metadata={"encoding": "terrarium"}))
    assert (said.kind, said.encoding) == ("hillshade", "terrarium")
    assert read(archive(PICTURES, kind=2), "mapbox").encoding == "mapbox"
    for data, encoding in ((archive(VECTOR), "terrarium"), (archive(PICTURES, kind=2), "feet")):
        with pytest.raises(InvalidInput) as error:
            read(data, encoding)
        assert error.value.code == "pmtiles.encoding"


WHOLE = archive(VECTOR, leaves=4)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "pmtiles.other"),
        (b"<html>not found</html>", "pmtiles.other"),
        (b"PK\x03\x04" + WHOLE, "pmtiles.other"),
        (b"PM\x02\x00" + bytes(200), "pmtiles.version"),
        (with_byte(WHOLE, 7, 4), "pmtiles.version"),
        (WHOLE[:60], "pmtiles.cut"),
        (WHOLE[:-1], "pmtiles.cut"),
        (WHOLE[:127] + bytes(len(WHOLE) - 127), "pmtiles.damaged"),
        (with_byte(WHOLE, 97, 3), "pmtiles.packing"),
        (with_byte(WHOLE, 98, 4), "pmtiles.packing"),
        (with_byte(WHOLE, 99, 6), "pmtiles.tile_type"),
        (with_byte(WHOLE, 99, 2), "pmtiles.damaged"),  # says PNG, holds vector tiles
        (with_byte(with_byte(WHOLE, 100, 9), 101, 3), "pmtiles.bounds"),
        (archive(VECTOR, bounds=(113.2, 27.5, 112.9, 28.0)), "pmtiles.bounds"),
        (archive(VECTOR, bounds=(113.0, 27.5, 113.0, 28.0)), "pmtiles.bounds"),
        (archive({}), "pmtiles.empty"),
        (archive({(0, 0, 0): b"\x89PNG"}), "pmtiles.damaged"),
    ],
)
def test_what_can_not_be_drawn_is_refused_with_its_reason(data: bytes, code: str) -> None:
    with pytest.raises(MusterError) as error:
        read(data)
    assert error.value.code == code


def test_an_entry_that_points_behind_the_tiles_is_damage() -> None:
    at = 64  # length of the tile data
    short = WHOLE[:at] + struct.pack("<Q", 10) + WHOLE[at + 8 :]
    with pytest.raises(Unreadable):
        read(short)


def test_a_directory_that_leads_to_itself_ends() -> None:
    """A leaf that holds one entry: the leaf itself."""
    loop = gzip.compress(varint(1) + varint(0) + varint(0) + varint(30) + varint(1), mtime=0)
    again = gzip.compress(varint(1) + varint(0) + varint(0) + varint(len(loop)) + varint(1), mtime=0)
    data = bytearray(WHOLE)
    root, leaf = struct.unpack_from("<Q", data, 8)[0], struct.unpack_from("<Q", data, 40)[0]
    struct.pack_into("<Q", data, 16, len(again))
    struct.pack_into("<Q", data, 48, len(again))
    data[root : root + len(again)] = again
    data[leaf : leaf + len(again)] = again
    with pytest.raises(Unreadable) as error:
        read(bytes(data))
    assert error.value.code == "pmtiles.damaged"


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(Unreadable):
        unpacked(gzip.compress(bytes(10_000_000)), 2, 1_000_000)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_directory_or_damage(data: bytes) -> None:
    try:
        entries = directory(data)
    except Unreadable:
        return
    assert [entry.tile for entry in entries] == sorted({entry.tile for entry in entries})


@settings(max_examples=200)
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_one_wrong_byte_never_breaks_the_reader(at: int, value: int) -> None:
    with contextlib.suppress(MusterError):
        read(with_byte(WHOLE, at, value))


def test_a_file_cut_anywhere_is_refused() -> None:
    rng = random.Random(7)
    for end in rng.sample(range(len(WHOLE)), 60):
        with pytest.raises(MusterError):
            read(WHOLE[:end])


def test_the_tests_number_tiles_as_the_specification_does() -> None:
    """Its own examples."""
    assert [tile_id(*tile) for tile in ((0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0), (2, 0, 0))] == [
        0,
        1,
        2,
        3,
        4,
        5,
    ]
    assert tile_id(12, 3423, 1763) == 19078479
