"""Where everything lies: villages, town borders, river, roads. Pure; points are (lon, lat) WGS-84, made from a seed.

Degrees are stretched to a plane in km around the district's middle, which is true to 0.1 % over its 30 km.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from scipy.cluster.vq import kmeans2
from shapely.geometry import LineString, Point, Polygon, mapping

from muster.codecs.pinyin import place_name
from muster.exercise.data import read
from muster.exercise.district.fabric import make_fabric

MIDDLE = (113.04, 27.74)
KM_PER_LON = 111.32 * math.cos(math.radians(MIDDLE[1]))
KM_PER_LAT = 110.86
SAMPLES = 2600  # cells from which the borders are put together
PARTING_KM = 0.06  # half the width of ground without roads along the stream that parts the district
LAYER_SOURCE = "invented for the demonstration district"

Feature = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Village:
    town: str
    stem: str
    lon: float
    lat: float
    spread_km: float  # how far its homes lie from its middle, one standard deviation


@dataclass(frozen=True, slots=True)
class Ground:
    """`layers` maps a slug to a GeoJSON FeatureCollection, in drawing order."""

    villages: tuple[Village, ...]
    layers: dict[str, dict[str, Any]]


def to_plane(lon: float, lat: float) -> tuple[float, float]:
    return (lon - MIDDLE[0]) * KM_PER_LON, (lat - MIDDLE[1]) * KM_PER_LAT


def to_globe(x: float, y: float) -> tuple[float, float]:
    return round(float(MIDDLE[0] + x / KM_PER_LON), 6), round(float(MIDDLE[1] + y / KM_PER_LAT), 6)


def smooth(line: list[list[float]], turns: int = 3) -> list[tuple[float, float]]:
    """Chaikin's corner cutting (1974) in the plane; the ends stay."""
    points = [to_plane(*p) for p in line]
    for _ in range(turns):
        cut = [points[0]]
        for (ax, ay), (bx, by) in itertools.pairwise(points):
            cut += [(0.75 * ax + 0.25 * bx, 0.75 * ay + 0.25 * by), (0.25 * ax + 0.75 * bx, 0.25 * ay + 0.75 * by)]
        points = [*cut, points[-1]]
    return points


def outline(chart: dict[str, Any]) -> Polygon:
    """The district in the plane: west and north edge as drawn, the middle of the river in the east."""
    river = smooth(chart["river"]["line"])
    south, north = to_plane(0, chart["west_edge"][-1][1])[1], to_plane(0, chart["north_edge"][0][1])[1]
    bank = [p for p in river if south < p[1] < north]
    ring = smooth(chart["west_edge"]) + bank + smooth(chart["north_edge"])
    return Polygon(ring).buffer(0.4).buffer(-0.4)


def _scatter(area: Polygon, rng: np.random.Generator) -> np.ndarray:
    """About SAMPLES points, evenly but not regularly spread over `area` (a jittered grid)."""
    west, south, east, north = area.bounds
    step = math.sqrt(area.area / SAMPLES)
    xs, ys = np.meshgrid(np.arange(west, east, step), np.arange(south, north, step))
    points = np.column_stack([xs.ravel(), ys.ravel()]) + rng.uniform(-0.42, 0.42, (xs.size, 2)) * step
    return points[shapely.contains_xy(area, points[:, 0], points[:, 1])]


def _towns_of(points: np.ndarray, towns: list[dict[str, Any]]) -> np.ndarray:
    """Index of the town each point belongs to: the nearest centre, streets (small) giving way to country towns."""
    centres = np.array([to_plane(t["lon"], t["lat"]) for t in towns])
    pull = np.array([1.12 if t["kind"] == "street" else 1.0 for t in towns])
    gaps = np.hypot(points[:, None, 0] - centres[:, 0], points[:, None, 1] - centres[:, 1]) * pull
    return gaps.argmin(axis=1)


def _villages(points: np.ndarray, owner: np.ndarray, towns: list[dict[str, Any]], seed: int) -> list[Village]:
    stems = iter(read("names")["village_stems"].split())
    found = []
    for index, town in enumerate(towns):
        own = points[owner == index]
        middles, _ = kmeans2(own, town["villages"], minit="++", rng=np.random.default_rng([seed, index]))
        middles = middles[np.lexsort((middles[:, 0], -middles[:, 1]))]
        area_km2 = len(own) / len(points) * 327.0
        spread = 0.28 * math.sqrt(area_km2 / town["villages"])
        found += [Village(town["code"], next(stems), *to_globe(x, y), spread) for x, y in middles]
    return found


def _feature(shape: Any, **properties: object) -> Feature:
    """A GeoJSON feature of a shape in the plane, on the globe with six decimals (0.1 m)."""
    globe = shapely.transform(shape, lambda p: np.array([to_globe(x, y) for x, y in p]).reshape(-1, 2))
    return {"type": "Feature", "geometry": mapping(globe), "properties": properties}


def _collection(features: list[Feature]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def _town_layer(area: Polygon, points: np.ndarray, owner: np.ndarray, towns: list[dict[str, Any]]) -> list[Feature]:
    cells = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=area.buffer(5), ordered=True).geoms
    joined = [shapely.union_all([cells[i] for i in np.flatnonzero(owner == index)]) for index in range(len(towns))]
    inside = [shapely.intersection(shape, area) for shape in joined]
    rounded = shapely.coverage_simplify(inside, 0.16)
    return [_feature(shape, code=t["code"], zh=t["zh"], en=t["en"]) for shape, t in zip(rounded, towns, strict=True)]


def _waters(chart: dict[str, Any]) -> list[tuple[Polygon, dict[str, str]]]:
    """River, streams and lakes in the plane, with their words."""
    river = chart["river"]
    half = river["width_km"] / 2
    found = [(LineString(smooth(river["line"])).buffer(half), {"kind": "river", "zh": river["zh"], "en": river["en"]})]
    for stream in chart["streams"]:
        words = {"kind": "stream", "zh": stream["zh"], "en": stream["en"]}
        found.append((LineString(smooth(stream["line"])).buffer(0.03), words))
    for lake in chart["lakes"]:
        x, y = to_plane(lake["lon"], lake["lat"])
        bays = [
            (x + math.cos(a) * lake["km"] * (0.75 + 0.25 * math.sin(3 * a)), y + 0.7 * math.sin(a) * lake["km"])
            for a in np.linspace(0, 2 * math.pi, 40, endpoint=False)
        ]
        found.append((Polygon(bays), {"kind": "lake", "zh": lake["zh"], "en": lake["en"]}))
    return found


def _water_layer(chart: dict[str, Any]) -> list[Feature]:
    return [_feature(shape, **words) for shape, words in _waters(chart)]


def _waterways(chart: dict[str, Any]) -> list[Feature]:
    """The middles of river and streams: names stand along them."""
    lines = [("river", chart["river"]), *(("stream", stream) for stream in chart["streams"])]
    return [_feature(LineString(smooth(w["line"])), kind=kind, zh=w["zh"], en=w["en"]) for kind, w in lines]


def _lanes(villages: list[Village]) -> list[LineString]:
    """Country lanes: each village joined with its two nearest neighbours."""
    spots = np.array([to_plane(v.lon, v.lat) for v in villages])
    gaps = np.hypot(spots[:, None, 0] - spots[:, 0], spots[:, None, 1] - spots[:, 1])
    pairs = {tuple(sorted((i, int(j)))) for i in range(len(spots)) for j in np.argsort(gaps[i])[1:3]}
    found = []
    for i, j in sorted(pairs):
        (ax, ay), (bx, by) = spots[i], spots[j]
        bend = (-1) ** (i + j) * 0.12
        middle = ((ax + bx) / 2 - (by - ay) * bend, (ay + by) / 2 + (bx - ax) * bend)
        found.append(LineString(smooth([list(to_globe(*p)) for p in ((ax, ay), middle, (bx, by))], 2)))
    return found


def parting(chart: dict[str, Any]) -> Polygon:
    """The stream that is crossed on bridges only, in the plane; drawn out at both ends, so that nobody goes round it."""
    stream = next(s for s in chart["streams"] if s["zh"] == chart["parting"])
    line = smooth(stream["line"])
    return LineString([(line[0][0] - 4, line[0][1]), *line, (line[-1][0] + 2, line[-1][1])]).buffer(PARTING_KM)


def _road_layer(chart: dict[str, Any], villages: list[Village], area: Polygon) -> list[Feature]:
    water = parting(chart)
    lanes = [_feature(lane, kind="lane") for lane in _lanes(villages) if lane.within(area) and not lane.crosses(water)]
    bridges = {bridge["road"]: bridge for bridge in chart["bridges"]}
    named = []
    for road in chart["roads"]:
        line = LineString(smooth(road["line"]))
        words = {"kind": road["kind"], "look": road.get("look", road["kind"]), "zh": road["zh"], "en": road["en"]}
        named += [_feature(part, **words) for part in shapely.get_parts(line.difference(water))]
        if road["zh"] in bridges:
            words |= {"zh": bridges[road["zh"]]["zh"], "en": bridges[road["zh"]]["en"]}
            named.append(_feature(line.intersection(water), **words, bridge=True))
    return lanes + named


def lane_water(chart: dict[str, Any]) -> Polygon:
    """What farm lanes do not cross, in the plane: lakes, the river, the parting stream; small streams have culverts."""
    shapes = [shape for shape, words in _waters(chart) if words["kind"] != "stream"]
    return shapely.union_all([*shapes, parting(chart)])


def _cover(
    chart: dict[str, Any], area: Polygon, villages: list[Village], towns: list[dict[str, Any]], seed: int
) -> tuple[list[Feature], list[Feature], list[Feature]]:
    """(land cover, buildings, lanes of the network that have no name)."""
    lines = [LineString(smooth(line["line"])) for line in (*chart["roads"], *chart["railway"], *chart["streams"])]
    middles = np.array([to_plane(town["lon"], town["lat"]) for town in towns])
    spots = np.array([to_plane(village.lon, village.lat) for village in villages])
    made = make_fabric(area, lane_water(chart), shapely.union_all(lines), towns, middles, spots, seed)
    areas = (("wood", made.woods), ("field", made.fields), ("built", made.built), ("park", made.parks))
    land = [_feature(shape, kind=kind) for kind, shape in areas]
    lanes = [_feature(shapely.multilinestrings(made.minor), kind="minor")]
    lanes.append(_feature(shapely.multilinestrings(made.tracks), kind="track"))
    return land, [_feature(made.houses, kind="building")], lanes


def make_ground(seed: int) -> Ground:
    """The ground of `seed`: villages in the order of the towns, layers in the order they are drawn."""
    chart, towns = read("map"), read("district")["towns"]
    area = outline(chart)
    points = _scatter(area, np.random.default_rng([seed, 1]))
    owner = _towns_of(points, towns)
    villages = _villages(points, owner, towns, seed)
    rails = [_feature(LineString(smooth(r["line"])), kind="railway", zh=r["zh"], en=r["en"]) for r in chart["railway"]]
    spots = [
        _feature(Point(to_plane(v.lon, v.lat)), kind="village", town=v.town, zh=v.stem, en=place_name(v.stem))
        for v in villages
    ]
    land, houses, lanes = _cover(chart, area, villages, towns, seed)
    centres = [_feature(Point(to_plane(t["lon"], t["lat"])), kind="town", zh=t["zh"], en=t["en"]) for t in towns]
    layers = {
        "towns": _collection(_town_layer(area, points, owner, towns)),
        "land": _collection(land),
        "river": _collection(_water_layer(chart)),
        "buildings": _collection(houses),
        "tracks": _collection(lanes),
        "roads": _collection(_road_layer(chart, villages, area)),
        "railway": _collection(rails),
        "waterways": _collection(_waterways(chart)),
        "villages": _collection(spots),
        "centres": _collection(centres),
    }
    return Ground(tuple(villages), layers)
