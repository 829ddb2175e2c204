"""KML 2.2 in and out, and KMZ in. Links to other files are not followed."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator

from muster.codecs.features import MOST_BYTES, Feature, Kind, LayerFile, Part, Point, number, shaped
from muster.codecs.safe_xml import Node, text_of
from muster.core.errors import InvalidInput, Unreadable

DATUM = "datum"


def read_kml(root: Node) -> LayerFile:
    """From the element `kml`. Errors: Unreadable "layers.broken"; those of `shaped`."""
    found: list[Feature] = []
    left_out = 0
    for mark in (node for node in root.walk() if node.tag == "Placemark"):
        for kind, parts in _shapes(mark):
            feature = shaped(kind, parts, mark.say("name"), mark.say("description"))
            if feature is None:
                left_out += 1
            else:
                found.append(feature)
    document = next(root.all("Document"), root)
    return LayerFile(tuple(found), "kml", document.say("name"), _datum(document), left_out)


def _datum(document: Node) -> str:
    for extended in document.all("ExtendedData"):
        for data in extended.all("Data"):
            if data.attributes.get("name") == DATUM:
                return data.say("value")
    return ""


def _shapes(mark: Node) -> Iterator[tuple[Kind, list[list[Point]]]]:
    for node in mark.walk():
        if node.tag == "Point":
            yield "point", [_points(node)[:1]]
        elif node.tag == "LineString":
            yield "line", [_points(node)]
        elif node.tag == "Track":
            yield "line", [[_pair(coord.text.split()) for coord in node.all("coord")]]
        elif node.tag == "Polygon":
            bounds = [*node.all("outerBoundaryIs"), *node.all("innerBoundaryIs")]
            yield "area", [_points(ring) for bound in bounds for ring in bound.all("LinearRing")]


def _points(node: Node) -> list[Point]:
    return [_pair(each.split(",")) for each in node.say("coordinates").split()]


def _pair(parts: list[str]) -> Point:
    if len(parts) < 2:
        raise Unreadable("layers.broken")
    return number(parts[0]), number(parts[1])


def kml_of_kmz(data: bytes) -> bytes:
    """The first KML file of a KMZ archive. Errors: Unreadable "layers.broken", InvalidInput "layers.too_big"."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            name = next(info.filename for info in archive.infolist() if info.filename.lower().endswith(".kml"))
            with archive.open(name) as source:
                body = source.read(MOST_BYTES + 1)
    except (
        StopIteration,
        zipfile.BadZipFile,
        RuntimeError,
        NotImplementedError,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        OSError,
    ) as error:
        raise Unreadable("layers.broken") from error
    if len(body) > MOST_BYTES:
        raise InvalidInput("layers.too_big", most=MOST_BYTES // 2**20)
    return body


def write_kml(features: Iterable[Feature], name: str, datum: str) -> bytes:
    """UTF-8; the datum stands in the description and as extended data of the document."""
    body = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>{text_of(name)}</name>',
        f"<description>datum: {datum}</description>",
        f'<ExtendedData><Data name="{DATUM}"><value>{datum}</value></Data></ExtendedData>',
        *(_placemark(each) for each in features),
        "</Document></kml>",
    ]
    return "\n".join(body).encode()


def _placemark(each: Feature) -> str:
    note = f"<description>{text_of(each.note)}</description>" if each.note else ""
    return f"<Placemark><name>{text_of(each.name)}</name>{note}{_shape(each)}</Placemark>"


def _shape(each: Feature) -> str:
    if each.kind == "point":
        return f"<Point>{_coordinates(each.parts[0])}</Point>"
    if each.kind == "line":
        return f"<LineString>{_coordinates(each.parts[0])}</LineString>"
    outer, *holes = (f"<LinearRing>{_coordinates(part)}</LinearRing>" for part in each.parts)
    inner = "".join(f"<innerBoundaryIs>{hole}</innerBoundaryIs>" for hole in holes)
    return f"<Polygon><outerBoundaryIs>{outer}</outerBoundaryIs>{inner}</Polygon>"


def _coordinates(part: Part) -> str:
    return f"<coordinates>{' '.join(f'{lon:.7f},{lat:.7f}' for lon, lat in part)}</coordinates>"
