"""GeoJSON (RFC 7946) in and out. The standard knows WGS-84 only; files in another datum say so in a member of ours."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from muster.codecs.features import Feature, Kind, LayerFile, Point, number, shaped
from muster.core.errors import InvalidInput, Unreadable

NAMES = ("name", "名称", "title", "zh", "Name", "NAME")
NOTES = ("note", "description", "desc", "备注", "说明")
_SIMPLE: dict[str, Kind] = {"Point": "point", "LineString": "line", "Polygon": "area"}
_CRS = ("crs84", "4326", "4490")  # the standard before named systems; CGCS2000 differs from WGS-84 by centimetres


def read_geojson(data: bytes) -> LayerFile:
    """Errors: Unreadable "layers.broken"; InvalidInput "layers.off_globe", "layers.swapped", "layers.crs"."""
    whole = _parsed(data)
    _check_crs(whole)
    found: list[Feature] = []
    left_out = 0
    for geometry, properties in _geometries(whole):
        name, note = _said(properties, NAMES), _said(properties, NOTES)
        for kind, parts in _simple(geometry):
            feature = shaped(kind, parts, name, note)
            if feature is None:
                left_out += 1
            else:
                found.append(feature)
    return LayerFile(tuple(found), "geojson", _said(whole, ("name",)), _said(whole, ("datum",)), left_out)


def _parsed(data: bytes) -> dict[str, Any]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            whole = json.loads(data.decode(encoding))
        except UnicodeDecodeError:
            continue
        except (ValueError, RecursionError) as error:
            raise Unreadable("layers.broken") from error
        if isinstance(whole, dict):
            return whole
        break
    raise Unreadable("layers.broken")


def _check_crs(whole: dict[str, Any]) -> None:
    crs = whole.get("crs")
    if crs and not any(name in json.dumps(crs).lower() for name in _CRS):
        raise InvalidInput("layers.crs")


def _geometries(thing: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """(geometry, properties) of everything in it."""
    kind = thing.get("type")
    if kind == "FeatureCollection":
        for feature in _list(thing.get("features")):
            yield from _geometries(_dict(feature))
    elif kind == "Feature":
        properties = thing.get("properties")
        if thing.get("geometry") is not None:
            yield _dict(thing["geometry"]), properties if isinstance(properties, dict) else {}
    else:
        yield thing, {}


def _simple(geometry: dict[str, Any]) -> Iterator[tuple[Kind, list[list[Point]]]]:
    """Its parts as points, lines and areas."""
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        for part in _list(geometry.get("geometries")):
            yield from _simple(_dict(part))
        return
    single = str(kind).removeprefix("Multi")
    if single not in _SIMPLE:
        raise Unreadable("layers.broken")
    coordinates = geometry.get("coordinates")
    for part in _list(coordinates) if kind != single else [coordinates]:
        if single == "Point":
            yield "point", [[_point(part)]]
        elif single == "LineString":
            yield "line", [[_point(at) for at in _list(part)]]
        else:
            yield "area", [[_point(at) for at in _list(ring)] for ring in _list(part)]


def _point(value: object) -> Point:
    pair = _list(value)
    if len(pair) < 2 or isinstance(pair[0], str) or isinstance(pair[1], str):
        raise Unreadable("layers.broken")
    return number(pair[0]), number(pair[1])


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise Unreadable("layers.broken")
    return value


def _dict(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable("layers.broken")
    return value


def _said(values: dict[str, Any], names: Iterable[str]) -> str:
    return next((values[name] for name in names if isinstance(values.get(name), str)), "")


def feature_collection(features: Iterable[Feature]) -> dict[str, Any]:
    """As a GeoJSON object: what a map draws."""
    return {"type": "FeatureCollection", "features": [_feature(each) for each in features]}


def _feature(each: Feature) -> dict[str, Any]:
    kind = next(name for name, own in _SIMPLE.items() if own == each.kind)
    parts = [[[round(lon, 7), round(lat, 7)] for lon, lat in part] for part in each.parts]
    coordinates: object = parts if kind == "Polygon" else parts[0] if kind == "LineString" else parts[0][0]
    properties = {"name": each.name, **({"note": each.note} if each.note else {})}
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def write_geojson(features: Iterable[Feature], name: str, datum: str) -> bytes:
    """UTF-8. The datum is named whatever it is."""
    body = {"type": "FeatureCollection", "name": name, "datum": datum, **feature_collection(features)}
    return json.dumps(body, ensure_ascii=False, indent=1).encode()
