"""The invented hills: an archive that the importer takes, with the heights of the ground in it."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from muster.codecs.pmtiles import directory, read_archive, unpacked
from muster.exercise.district.fabric import height_m
from muster.exercise.district.ground import to_plane
from muster.exercise.district.relief import relief_archive
from tests.maps.tiles import tile_id

pytestmark = pytest.mark.once
SEED = 5


@pytest.fixture(scope="module")
def data() -> bytes:
    return relief_archive(SEED)


def test_it_is_an_archive_of_heights_for_the_district(data: bytes) -> None:
    found = read_archive(lambda offset, length: data[offset : offset + length], len(data))
    assert (found.kind, found.encoding, found.format, found.min_zoom, found.max_zoom) == (
        "hillshade",
        "terrarium",
        "png",
        8,
        11,
    )
    assert found.bounds[0] < 112.95 < 113.15 < found.bounds[2]
    assert len(data) < 2_000_000
    assert relief_archive(SEED) == data


def test_its_pictures_hold_the_heights_of_the_ground(data: bytes) -> None:
    """The pixel at a place, taken out of the file by the published formats, against the ground's own formula."""
    root, size = (int.from_bytes(data[at : at + 8], "little") for at in (8, 16))
    start = int.from_bytes(data[56:64], "little")
    entries = {entry.tile: entry for entry in directory(unpacked(data[root : root + size], 2, 10**6))}
    for lon, lat in ((112.97, 27.64), (113.08, 27.83), (112.90, 27.75)):
        across = (lon + 180) / 360 * 2**11
        down = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**11
        entry = entries[tile_id(11, int(across), int(down))]
        png = data[start + entry.offset :][: entry.length]
        at = png.index(b"IDAT")
        length = int.from_bytes(png[at - 4 : at], "big")
        rows = np.frombuffer(zlib.decompress(png[at + 4 : at + 4 + length]), np.uint8).reshape(256, -1)
        red, green, _ = rows[int(down % 1 * 256), 1:].reshape(256, 3)[int(across % 1 * 256)].astype(int)
        x, y = to_plane(lon, lat)
        assert red * 256 + green - 32768 == pytest.approx(float(height_m(np.array(x), np.array(y), SEED)), abs=6)


def test_hills_rise_in_the_west_and_the_river_lies_low() -> None:
    lat = np.linspace(27.6, 27.88, 400)
    west, river = (height_m(*to_plane(np.full(400, lon), lat), SEED) for lon in (112.92, 113.12))
    assert west.mean() > river.mean() + 15
    assert west.std() > 4 * river.std(), "hills there, a plain here"
