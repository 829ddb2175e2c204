"""Isochrones: what lies within so many minutes of a point, as areas made of square cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from muster.planning.arrays import Bools, Floats, Ints
from muster.planning.roads.network import Network

BANDS = (10.0, 20.0, 30.0, 45.0, 60.0)
BESIDE_ROAD_M = 450.0  # ground farther from every road belongs to no band
MOST_CELLS = 160  # along the longer side of the district


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Square cells over the network: middles (rows, columns) in degrees, half a cell in degrees."""

    lon: Floats
    lat: Floats
    half_lon: float
    half_lat: float


def grid_over(network: Network) -> Grid:
    graph = network.graph
    corners = network.plane(np.array([graph.lon.min(), graph.lon.max()]), np.array([graph.lat.min(), graph.lat.max()]))
    width, height = np.maximum(corners[1] - corners[0], 1.0)
    cell = max(width, height, 2000.0) / MOST_CELLS
    columns, rows = int(width // cell) + 3, int(height // cell) + 3
    degrees = cell / (corners[1] - corners[0] + 1e-9) * [np.ptp(graph.lon), np.ptp(graph.lat)]
    step_lon, step_lat = (float(step) if step > 0 else cell / 111_000 for step in degrees)
    lon = graph.lon.min() + (np.arange(columns) - 0.5) * step_lon
    lat = graph.lat.min() + (np.arange(rows) - 0.5) * step_lat
    middles = np.meshgrid(lon, lat)
    return Grid(middles[0], middles[1], step_lon / 2, step_lat / 2)


def bands_of(minutes: Floats, bands: Sequence[float] = BANDS) -> Ints:
    """Index of the band each time falls into; len(bands) for later, or never."""
    return np.searchsorted(np.asarray(bands), minutes, side="left").astype(np.int64)


def isochrones(
    network: Network, mode: int, to: tuple[float, float], closed: Bools | None, bands: Sequence[float] = BANDS
) -> list[tuple[float, BaseGeometry]]:
    """(minutes, area) per band that is not empty; areas do not overlap. closed: (E,) edges shut for this mode."""
    grid = grid_over(network)
    lon, lat = grid.lon.ravel(), grid.lat.ravel()
    minutes = network.times(mode, lon, lat, to, closed)
    minutes = np.where(network.snap(mode, lon, lat).metres <= BESIDE_ROAD_M, minutes, np.inf)
    band = bands_of(minutes, bands).reshape(grid.lon.shape)
    areas = [(limit, _area(grid, band == index)) for index, limit in enumerate(bands)]
    return [(limit, area) for limit, area in areas if not area.is_empty]


def _area(grid: Grid, cells: Bools) -> BaseGeometry:
    """The marked cells as one area: runs along the rows first, since thousands of single squares take long to join."""
    padded = np.pad(cells, ((0, 0), (1, 1)))
    edge = np.diff(padded.astype(np.int8), axis=1)
    rows, first = np.nonzero(edge == 1)
    _, last = np.nonzero(edge == -1)
    west, east = grid.lon[0, first] - grid.half_lon, grid.lon[0, last - 1] + grid.half_lon
    middle = grid.lat[rows, 0]
    # Neighbouring rows must share their border to the last digit, or the union keeps hairlines between them.
    boxes = shapely.box(*(np.round(side, 7) for side in (west, middle - grid.half_lat, east, middle + grid.half_lat)))
    return shapely.union_all(boxes)
