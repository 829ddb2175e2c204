"""GPX 1.1 in and out: waypoints are points; routes and the pieces of tracks are lines.

GPX knows no areas: one is written as a track of the type "area" whose pieces are its rings, and read back so. The
standard means WGS-84; other datums are named among the keywords.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from muster.codecs.features import Feature, Kind, LayerFile, Part, Point, number, shaped
from muster.codecs.safe_xml import Node, text_of
from muster.core.errors import Unreadable

AREA = "area"
DATUM = "datum="


def read_gpx(root: Node) -> LayerFile:
    """From the element `gpx`. Errors: Unreadable "layers.broken"; those of `shaped`."""
    found: list[Feature] = []
    left_out = 0
    for kind, parts, node in _shapes(root):
        feature = shaped(kind, parts, node.say("name"), node.say("desc") or node.say("cmt"))
        if feature is None:
            left_out += 1
        else:
            found.append(feature)
    about = next(root.all("metadata"), root)
    said = [word for word in about.say("keywords").replace(",", " ").split() if word.startswith(DATUM)]
    return LayerFile(tuple(found), "gpx", about.say("name"), said[0].removeprefix(DATUM) if said else "", left_out)


def _shapes(root: Node) -> Iterator[tuple[Kind, list[list[Point]], Node]]:
    for node in root.all("wpt", "rte", "trk"):
        if node.tag == "wpt":
            yield "point", [[_at(node)]], node
        elif node.tag == "rte":
            yield "line", [[_at(point) for point in node.all("rtept")]], node
        else:
            pieces = [[_at(point) for point in piece.all("trkpt")] for piece in node.all("trkseg")]
            if node.say("type") == AREA:
                yield "area", pieces, node
            else:
                for piece in pieces:
                    yield "line", [piece], node


def _at(node: Node) -> Point:
    try:
        return number(node.attributes["lon"]), number(node.attributes["lat"])
    except KeyError as error:
        raise Unreadable("layers.broken") from error


def write_gpx(features: Iterable[Feature], name: str, datum: str) -> bytes:
    """UTF-8; the datum stands in description and keywords. Points first, as the standard orders them."""
    features = list(features)
    body = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<gpx version="1.1" creator="Muster" xmlns="http://www.topografix.com/GPX/1/1">',
        f"<metadata><name>{text_of(name)}</name><desc>datum: {datum}</desc><keywords>{DATUM}{datum}</keywords></metadata>",
        *(_wpt(each) for each in features if each.kind == "point"),
        *(_trk(each) for each in features if each.kind != "point"),
        "</gpx>",
    ]
    return "\n".join(body).encode()


def _place(point: Point) -> str:
    return f'lat="{point[1]:.7f}" lon="{point[0]:.7f}"'


def _told(each: Feature) -> str:
    note = f"<desc>{text_of(each.note)}</desc>" if each.note else ""
    return f"<name>{text_of(each.name)}</name>{note}"


def _wpt(each: Feature) -> str:
    return f"<wpt {_place(each.parts[0][0])}>{_told(each)}</wpt>"


def _trk(each: Feature) -> str:
    kind = f"<type>{AREA}</type>" if each.kind == "area" else ""
    return f"<trk>{_told(each)}{kind}{''.join(_segment(part) for part in each.parts)}</trk>"


def _segment(part: Part) -> str:
    return f"<trkseg>{''.join(f'<trkpt {_place(point)}/>' for point in part)}</trkseg>"
