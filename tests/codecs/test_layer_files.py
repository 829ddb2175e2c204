"""Layers out of GeoJSON, GPX, KML and KMZ and into them again, and files that are broken, huge or mean harm."""

from __future__ import annotations

import contextlib
import io
import json
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.codecs.features import Feature, LayerFile, from_rows, to_rows, words
from muster.codecs.layer_files import MOST_BYTES, WRITERS, read_layer
from muster.codecs.safe_xml import parse
from muster.core.errors import InvalidInput, MusterError, Unreadable

pytestmark = pytest.mark.once

GPX = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="a device" xmlns="http://www.topografix.com/GPX/1/1"><metadata><name>巡堤</name></metadata>
<wpt lat="27.8266" lon="113.0823"><ele>50</ele><name>沙袋点</name><desc>300 袋</desc></wpt>
<rte><name>去程</name><rtept lat="27.80" lon="113.06"/><rtept lat="27.81" lon="113.07"/></rte>
<trk><name>足迹</name><trkseg><trkpt lat="27.80" lon="113.06"/><trkpt lat="27.81" lon="113.07"/></trkseg>
<trkseg><trkpt lat="27.82" lon="113.06"/><trkpt lat="27.82" lon="113.06"/></trkseg></trk></gpx>"""

KML = """<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">
<Document><name>点位</name><Folder><Folder>
<Placemark><name>甲</name><description><![CDATA[<b>有</b> 电]]></description>
<Point><coordinates>113.06,27.8,12</coordinates></Point></Placemark>
</Folder><Placemark><name>乙</name><MultiGeometry><Point><coordinates> 113.07,27.8 </coordinates></Point>
<LineString><coordinates>113.06,27.80,0
  113.07,27.81,0</coordinates></LineString></MultiGeometry></Placemark></Folder>
<Placemark><name>丙</name><Polygon>
<outerBoundaryIs><LinearRing><coordinates>113,27 114,27 114,28 113,28 113,27</coordinates></LinearRing></outerBoundaryIs>
<innerBoundaryIs><LinearRing><coordinates>
113.4,27.4 113.6,27.4 113.5,27.6 113.4,27.4</coordinates></LinearRing></innerBoundaryIs>
</Polygon></Placemark>
<Placemark><name>丁</name><gx:Track><when>2026-01-01T00:00:00Z</when>
<gx:coord>113.1 27.8 5</gx:coord><gx:coord>113.2 27.9 5</gx:coord></gx:Track></Placemark>
<NetworkLink><Link><href>http://elsewhere.invalid/more.kml</href></Link></NetworkLink></Document></kml>"""


def kinds(found: LayerFile) -> list[tuple[str, str, int]]:
    return [(each.kind, each.name, sum(map(len, each.parts))) for each in found.features]


def refused(data: bytes) -> str:
    with pytest.raises(MusterError) as error:
        read_layer(data)
    return error.value.code


def test_a_gpx_file_of_a_device() -> None:
    found = read_layer(GPX.encode())
    assert kinds(found) == [("point", "沙袋点", 1), ("line", "去程", 2), ("line", "足迹", 2)]
    assert (found.format, found.name, found.left_out, found.datum) == ("gpx", "巡堤", 1, "")
    assert found.features[0].parts == (((113.0823, 27.8266),),)
    assert found.features[0].note == "300 袋"


def test_a_kml_file_with_folders_parts_holes_and_tracks() -> None:
    found = read_layer(KML.encode())
    assert kinds(found) == [
        ("point", "甲", 1),
        ("point", "乙", 1),
        ("line", "乙", 2),
        ("area", "丙", 9),
        ("line", "丁", 2),
    ]
    assert (found.name, found.features[0].note) == ("点位", "有 电")


def test_a_kmz_archive_is_its_kml() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("files/picture.png", b"\x89PNG")
        out.writestr("doc.kml", KML)
    assert kinds(read_layer(packed.getvalue())) == kinds(read_layer(KML.encode()))


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_kmz_archive_that_was_damaged_is_refused_whatever_packed_it(method: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as out:
        out.writestr("doc.kml", KML)
    whole = packed.getvalue()
    start = whole.index(b"doc.kml") + len(b"doc.kml") + 9  # behind the head and, with LZMA, the properties
    spoiled = whole[:start] + bytes(255 - each for each in whole[start : start + 60]) + whole[start + 60 :]
    with pytest.raises(Unreadable) as refused:
        read_layer(spoiled)
    assert refused.value.code == "layers.broken"


@pytest.mark.parametrize(("flags", "method"), [(1, 8), (0, 99)])
def test_a_kmz_archive_with_a_password_or_packed_in_an_unknown_way_is_refused(flags: int, method: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("doc.kml", KML)
    body = bytearray(packed.getvalue())
    for head, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<HH", body, body.index(head) + place, flags, method)
    with pytest.raises(Unreadable) as refused:
        read_layer(bytes(body))
    assert refused.value.code == "layers.broken"


def test_more_than_half_a_million_elements_are_too_many() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(b"<kml>" + b"<a/>" * 500_000 + b"</kml>")
    assert refused.value.code == "layers.too_deep"


def test_geojson_of_every_kind() -> None:
    body = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"名称": "多点"},
         "geometry": {"type": "MultiPoint", "coordinates": [[113, 27.5, 9], [113.1, 27.6]]}},
        {"type": "Feature", "properties": None,
         "geometry": {"type": "Polygon", "coordinates": [[[113, 27], [114, 27], [114, 28]]]}},
        {"type": "Feature", "properties": {"name": "none"}, "geometry": None},
        {"type": "Feature", "properties": {}, "geometry": {"type": "GeometryCollection", "geometries": [
            {"type": "LineString", "coordinates": [[113, 27], [113, 28]]}, {"type": "LineString", "coordinates": [[113, 27]]}]}},
    ]}  # fmt: skip
    found = read_layer(json.dumps(body).encode())
    assert kinds(found) == [("point", "多点", 1), ("point", "多点", 1), ("area", "", 4), ("line", "", 2)]
    assert found.left_out == 1
    assert read_layer(b'\xef\xbb\xbf {"type":"Point","coordinates":[113,27]}').features[0].kind == "point"


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-16"])
def test_files_in_other_encodings_are_read_when_they_say_so(encoding: str) -> None:
    text = GPX.replace('"UTF-8"', f'"{encoding.upper()}"')
    assert kinds(read_layer(text.encode(encoding)))[0] == ("point", "沙袋点", 1)


def test_geojson_of_an_old_program_in_gb18030_is_read() -> None:
    body = '{"type":"Feature","properties":{"name":"渡口"},"geometry":{"type":"Point","coordinates":[113,27]}}'
    assert read_layer(body.encode("gb18030")).features[0].name == "渡口"


POINT = '{"type": "Point", "coordinates": %s}'
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><gpx><wpt lat="27" lon="113"><name>&c;</name></wpt></gpx>'
)
THIEF = '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><Placemark><name>&x;</name></Placemark></kml>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "layers.other"),
        (b"name,lon,lat\n", "layers.other"),
        (b"<html><body/></html>", "layers.other"),
        (b"\x00\x01\x02", "layers.other"),
        (b"[1, 2]", "layers.broken"),
        (b"{", "layers.broken"),
        (b'{"type": "Topology"}', "layers.broken"),
        (b'{"a":' * 100_000, "layers.broken"),
        (b'{"type": "Point", "coordinates": ' + b"[" * 100_000, "layers.broken"),
        (b"<gpx><wpt", "layers.broken"),
        (b'<gpx><wpt lat="27"/></gpx>', "layers.broken"),
        (b'<gpx><wpt lat="north" lon="113"/></gpx>', "layers.broken"),
        (GPX.encode("gbk"), "layers.broken"),  # says UTF-8, is not
        (b"<gpx>\xff\xff</gpx>", "layers.broken"),
        (b"PK\x03\x04 cut", "layers.broken"),
        (b"<gpx/>", "layers.empty"),
        (b'{"type":"FeatureCollection","features":[]}', "layers.empty"),
        ((POINT % "[181, 27]").encode(), "layers.off_globe"),
        ((POINT % "[27.8, 113.1]").encode(), "layers.swapped"),
        ((POINT % "[27.8, 80.5]").encode(), "layers.swapped"),  # on the globe, but in the Arctic and not in China
        ((POINT % "[1e999, 4]").encode(), "layers.off_globe"),
        ((POINT % "[NaN, 4]").encode(), "layers.off_globe"),
        ((POINT % '["113", "27"]').encode(), "layers.broken"),
        ((POINT % "[true, false]").encode(), "layers.broken"),
        ((POINT % f"[1{'0' * 400}, 4]").encode(), "layers.broken"),
        ((POINT % "[113]").encode(), "layers.broken"),
        (
            b'{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:3857"}},"features":[]}',
            "layers.crs",
        ),
        (BOMB.encode(), "layers.doctype"),
        (THIEF.encode(), "layers.doctype"),
        (b"<gpx>" + b"<a>" * 100 + b"</a>" * 100 + b"</gpx>", "layers.too_deep"),
        (b" " * (MOST_BYTES + 1), "layers.too_big"),
    ],
)
def test_files_that_are_no_layer_are_refused_with_their_reason(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_a_small_archive_that_unpacks_to_too_much_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("doc.kml", b" " * (MOST_BYTES + 10))
    assert len(packed.getvalue()) < 100_000
    assert refused(packed.getvalue()) == "layers.too_big"


def test_more_points_than_a_map_can_draw_are_refused() -> None:
    line = [[113 + index / 1e6, 27.0] for index in range(400_001)]
    assert refused(json.dumps({"type": "LineString", "coordinates": line}).encode()) == "layers.too_many"


def test_an_old_crs_that_is_wgs84_or_cgcs2000_passes() -> None:
    for name in ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4490"):
        body = {**json.loads(POINT % "[113, 27]"), "crs": {"type": "name", "properties": {"name": name}}}
        assert read_layer(json.dumps(body).encode()).features


def degrees(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda value: round(value, 7) + 0.0)


places = st.tuples(degrees(73, 136), degrees(3, 54))
names = st.text(max_size=30).map(words)


@st.composite
def features(draw: st.DrawFn) -> Feature:
    kind = draw(st.sampled_from(["point", "line", "area"]))
    name, note = draw(names), draw(names)
    if kind == "point":
        return Feature("point", ((draw(places),),), name, note)
    points = draw(st.lists(places, min_size=3, max_size=6, unique=True))
    if kind == "line":
        return Feature("line", (tuple(points),), name, note)
    return Feature("area", ((*points, points[0]),), name, note)


@settings(max_examples=150)
@given(
    st.lists(features(), min_size=1, max_size=5),
    st.sampled_from(sorted(WRITERS)),
    names,
    st.sampled_from(["wgs84", "gcj02", "bd09"]),
)
def test_what_is_written_is_read_again(given_: list[Feature], form: str, name: str, datum: str) -> None:
    write, _ = WRITERS[form]
    again = read_layer(write(given_, name, datum))
    ordered = sorted(given_, key=lambda each: each.kind != "point") if form == "gpx" else given_
    assert list(again.features) == ordered
    assert (again.datum, again.name, again.left_out) == (datum, name, 0)


@given(st.lists(features(), max_size=5))
def test_rows_are_the_same_features(given_: list[Feature]) -> None:
    assert list(from_rows(json.loads(json.dumps(to_rows(given_))))) == given_


@settings(max_examples=300)
@given(st.sampled_from([GPX.encode(), KML.encode(), (POINT % "[113, 27]").encode()]), st.data())
def test_a_file_with_some_bytes_changed_is_a_layer_or_is_refused(data: bytes, drawn: st.DataObject) -> None:
    body = bytearray(data)
    for at in drawn.draw(st.lists(st.integers(0, len(body) - 1), min_size=1, max_size=4)):
        body[at] = drawn.draw(st.integers(0, 255))
    with contextlib.suppress(InvalidInput, Unreadable):
        read_layer(bytes(body))


@given(st.binary(max_size=200), st.sampled_from([b"", b"{", b"<gpx>", b"<kml>", b"PK"]))
def test_any_bytes_are_refused_or_read(data: bytes, start: bytes) -> None:
    with contextlib.suppress(InvalidInput, Unreadable):
        read_layer(start + data)
