"""What covers the ground: hills, woods, fields, built-up areas with their buildings, farm lanes. All invented, from a seed.

In the plane of `ground` (km); the lanes are those of the road network, so what is drawn is what is driven.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]

FARM_KM = 0.3  # between farm lanes
BUILT_KM = {"street": 1.75, "town": 1.0}  # about how far a town's houses reach from its middle
VILLAGE_KM = 0.17
HOUSES = 3  # along each side of a block
HOUSE_SHARE = 0.62  # of the plots that bear a house
ROAD_KM = 0.022  # kept free beside the middle of a named road
WOOD_M, FIELD_M = 95.0, 78.0  # woods above, fields below
RIVER_M = 34.0


@dataclass(frozen=True, slots=True)
class Fabric:
    """Areas and lines in the plane; `minor` lanes lie among houses, `tracks` outside."""

    woods: BaseGeometry
    fields: BaseGeometry
    parks: BaseGeometry
    built: BaseGeometry
    houses: MultiPolygon
    minor: list[LineString]
    tracks: list[LineString]


def height_m(xs: Floats, ys: Floats, seed: int) -> Floats:
    """Metres above the sea of points in the plane: a plain along the river in the east, hills in the west and south."""
    rng = np.random.default_rng([seed, 11])
    rise = 1 / (1 + np.exp(0.62 * (xs + 3.4 + 0.24 * (ys + 4))))
    height = RIVER_M + 16 + 24 * rise + 0 * ys
    for octave in range(5):
        wave = 5.2 / 1.9**octave
        for angle, phase in zip(rng.uniform(0, math.pi, 4), rng.uniform(0, 2 * math.pi, 4), strict=True):
            along = (xs * math.cos(angle) + ys * math.sin(angle)) / wave
            height = height + (0.08 + rise) * (34 / 1.75**octave) * np.sin(2 * math.pi * along + phase) / 2
    return np.asarray(np.maximum(height, RIVER_M))


def farm_grid(area: Polygon, seed: int) -> Floats:
    """(rows, columns, 2) crossings of the farm lanes: a grid bent at random over the whole district."""
    rng = np.random.default_rng([seed, 9])
    west, south, east, north = area.bounds
    xs, ys = np.meshgrid(np.arange(west, east, FARM_KM), np.arange(south, north, FARM_KM))
    bent: Floats = np.stack([xs, ys], axis=-1) + rng.uniform(-0.2, 0.2, (*xs.shape, 2)) * FARM_KM
    return bent


def farm_lanes(area: Polygon, water: BaseGeometry, seed: int) -> NDArray[np.object_]:
    """Pieces of the grid within the district that cross no water, each between two crossings."""
    spots = farm_grid(area, seed)
    pairs = [(spots[:, :-1], spots[:, 1:]), (spots[:-1], spots[1:])]
    corners = np.concatenate([np.stack([a.reshape(-1, 2), b.reshape(-1, 2)], axis=1) for a, b in pairs])
    lines = shapely.linestrings(corners)
    kept: NDArray[np.object_] = lines[shapely.within(lines, area) & ~shapely.intersects(lines, water)]
    return kept


def make_fabric(
    area: Polygon, water: BaseGeometry, kept_free: BaseGeometry, towns: list[dict[str, Any]], middles: Floats,
    villages: Floats, seed: int,
) -> Fabric:  # fmt: skip
    """`water`: what no lane crosses; `kept_free`: where no house stands; `middles` (T, 2) of the towns."""
    rng = np.random.default_rng([seed, 12])
    grid = farm_grid(area, seed)
    built = _built(area, water, grid, towns, middles, villages, rng)
    heights = _blocks(grid)
    centre = shapely.get_coordinates(shapely.centroid(heights))
    height = height_m(centre[:, 0], centre[:, 1], seed)
    inside = shapely.within(heights, area)
    open_land = area.difference(built.buffer(0.05)).difference(water.buffer(0.03))
    woods = _patches(heights[inside & (height > WOOD_M)], open_land)
    low = inside & (height < FIELD_M) & (rng.random(len(heights)) < 0.4)
    fields = _patches(heights[low], open_land)
    parks = _patches(heights[inside & (rng.random(len(heights)) < 0.035)], built.difference(water.buffer(0.02)))
    lanes = list(farm_lanes(area, water, seed))
    among = shapely.intersects(built, shapely.line_interpolate_point(lanes, 0.5, normalized=True))
    return Fabric(
        woods, fields, parks, built, _houses(heights, built, parks, kept_free, rng),
        [lane for lane, near in zip(lanes, among, strict=True) if near],
        [lane for lane, near in zip(lanes, among, strict=True) if not near],
    )  # fmt: skip


def _blocks(grid: Floats) -> NDArray[np.object_]:
    """What the lanes enclose, one polygon a block."""
    corners = np.stack([grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1], grid[:-1, :-1]], axis=2)
    blocks: NDArray[np.object_] = shapely.polygons(corners.reshape(-1, 5, 2))
    return blocks


def _built(
    area: Polygon, water: BaseGeometry, grid: Floats, towns: list[dict[str, Any]], middles: Floats, villages: Floats,
    rng: np.random.Generator,
) -> BaseGeometry:  # fmt: skip
    """Blocks round the middle of every town with a ragged edge, and a round spot for each village."""
    blocks = _blocks(grid)
    centre = shapely.get_coordinates(shapely.centroid(blocks))
    reach = np.array([BUILT_KM[town["kind"]] for town in towns])
    away = np.hypot(centre[:, None, 0] - middles[:, 0], centre[:, None, 1] - middles[:, 1]) / reach
    chosen = away.min(axis=1) * rng.uniform(0.86, 1.14, len(blocks)) < 1
    spots = shapely.buffer(shapely.points(villages), rng.uniform(0.8, 1.3, len(villages)) * VILLAGE_KM)
    whole = shapely.union_all([*blocks[chosen], *spots]).buffer(0.1).buffer(-0.16).buffer(0.06)
    return whole.intersection(area.buffer(-0.05)).difference(water.buffer(0.04)).simplify(0.012)


def _patches(blocks: NDArray[np.object_], within: BaseGeometry) -> BaseGeometry:
    """Blocks next to each other grown together, with rounded corners."""
    joined = shapely.union_all(blocks).buffer(-0.09).buffer(0.13).buffer(-0.05)
    return joined.intersection(within).simplify(0.02)


def _houses(
    blocks: NDArray[np.object_], built: BaseGeometry, parks: BaseGeometry, kept_free: BaseGeometry,
    rng: np.random.Generator,
) -> MultiPolygon:  # fmt: skip
    """Plots of the blocks among houses; a plot bears one or none."""
    own = blocks[shapely.intersects(built, shapely.centroid(blocks))]
    ring = shapely.get_coordinates(own).reshape(-1, 5, 2)[:, :4]
    steps = np.arange(HOUSES)
    u, v = (np.repeat(steps, HOUSES) + 0.5) / HOUSES, (np.tile(steps, HOUSES) + 0.5) / HOUSES
    count = len(own) * HOUSES**2
    half = rng.uniform(0.19, 0.36, (count, 2)) / HOUSES
    at_u, at_v = np.tile(u, len(own)), np.tile(v, len(own))
    ring = np.repeat(ring, HOUSES**2, axis=0)
    corners = []
    for side_u, side_v in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)):
        a, b = at_u + side_u * half[:, 0], at_v + side_v * half[:, 1]
        weights = np.stack([(1 - a) * (1 - b), a * (1 - b), a * b, (1 - a) * b], axis=1)
        corners.append((ring * weights[:, :, None]).sum(axis=1))
    plots = shapely.polygons(np.stack(corners, axis=1))
    ground = built.buffer(-0.02).difference(parks.buffer(0.015)).difference(kept_free.buffer(ROAD_KM))
    shapely.prepare(ground)
    bears = (rng.random(count) < HOUSE_SHARE) & shapely.within(plots, ground)
    return MultiPolygon(list(plots[bears]))
