"""A layer file of any kind we read: GeoJSON, GPX, KML or KMZ, told apart by what stands in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from muster.codecs.features import MOST_BYTES, Feature, LayerFile, checked
from muster.codecs.geojson import read_geojson, write_geojson
from muster.codecs.gpx import read_gpx, write_gpx
from muster.codecs.kml import kml_of_kmz, read_kml, write_kml
from muster.codecs.safe_xml import parse
from muster.core.errors import InvalidInput, Unreadable

Write = Callable[[Iterable[Feature], str, str], bytes]
WRITERS: dict[str, tuple[Write, str]] = {
    "geojson": (write_geojson, "application/geo+json"),
    "gpx": (write_gpx, "application/gpx+xml"),
    "kml": (write_kml, "application/vnd.google-earth.kml+xml"),
}


def read_layer(data: bytes) -> LayerFile:
    """Errors: Unreadable "layers.other", "layers.broken"; InvalidInput "layers.too_big", "layers.too_deep",
    "layers.doctype", "layers.empty", "layers.too_many", "layers.off_globe", "layers.swapped", "layers.crs"."""
    if len(data) > MOST_BYTES:
        raise InvalidInput("layers.too_big", most=MOST_BYTES // 2**20)
    if data[:2] == b"PK":
        data = kml_of_kmz(data)
    start = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in (b"{", b"["):
        return checked(read_geojson(data))
    if start[:1] != b"<" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable("layers.other")
    root = parse(data)
    if root.tag == "gpx":
        return checked(read_gpx(root))
    if root.tag == "kml":
        return checked(read_kml(root))
    raise Unreadable("layers.other")
