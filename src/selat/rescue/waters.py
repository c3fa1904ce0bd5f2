"""Ways of boats: whether a straight line meets land, and the shortest way round it.

The shore is that of :class:`selat.tracks.coast.Coast`; what it does not know counts as water. No depth, no rock awash: a way is a
length to reckon with, not a passage plan.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import geodesy
from selat.kernels.seaway import clearance, sea_ways
from selat.tracks.coast import Coast

Array = NDArray[Any]
Place = tuple[float, float]
STEP = 60.0  #: m between the places at which a line is tried
CELLS = 220  #: of the longer side of a grid in which a way is looked for
FINEST = 0.0005  #: degrees between its nodes, at least: a fifth of the coast's own near the shore
MARGINS = (0.6, 1.5, 4.0)  #: how much wider than the two places the grid is, in their distance, one try after the other
BERTH = 3000.0  #: m from the water that an end may be: a berth up a river or in a port that the coast has as land
LEAST_MARGIN = 0.03  #: degrees
_DEGREE = 111_000.0  #: m, about


def room(coast: Coast, lat: Any, lon: Any) -> Array:
    """Metres to the nearest shore, negative on land, infinite where no shore is known."""
    away = coast.distance(lat, lon)
    out: Array = np.where(np.isnan(away), np.inf, away)
    return out


def clear(coast: Coast, one: Place, two: Place) -> bool:
    """True where the straight line between two places (lat, lon) meets no land; tried every 60 m."""
    far = float(geodesy.distance(*one, *two))
    part = np.linspace(0.0, 1.0, max(2, math.ceil(far / STEP)) + 1)[1:-1]
    return not coast.land(one[0] + part * (two[0] - one[0]), one[1] + part * (two[1] - one[1])).any()


def way(coast: Coast, one: Place, two: Place) -> tuple[list[Place], float]:
    """(corners of the shortest way by sea between two places, both included; its metres, infinite where there is none).

    An end on land, as a berth may be on this coast, counts from the nearest water within 3 km.
    """
    straight = float(geodesy.distance(*one, *two))
    if clear(coast, one, two):
        return [one, two], straight
    span = max(abs(one[0] - two[0]), abs(one[1] - two[1]))
    for margin in MARGINS:
        for off in (0.71, 0.0):
            found = _within(coast, one, two, max(margin * span, LEAST_MARGIN), off)
            if found is not None:
                places = np.array(found)
                return found, float(
                    geodesy.distance(places[:-1, 0], places[:-1, 1], places[1:, 0], places[1:, 1]).sum()
                )
    return [one, two], math.inf


def _within(coast: Coast, one: Place, two: Place, margin: float, off: float) -> list[Place] | None:
    """The way in a box so much wider than the two places; nodes are water from ``off`` of a cell from the shore."""
    south, north = min(one[0], two[0]) - margin, max(one[0], two[0]) + margin
    west, east = min(one[1], two[1]) - margin, max(one[1], two[1]) + margin
    step = max(FINEST, max(north - south, east - west) / CELLS)
    lat, lon = south + step * np.arange((north - south) / step + 1), west + step * np.arange((east - west) / step + 1)
    water = room(coast, lat[:, None], lon[None, :]) > off * step * _DEGREE
    reach = max(2, math.ceil(BERTH / (step * _DEGREE)))
    ends = [_nearest(water, (p[0] - south) / step, (p[1] - west) / step, reach) for p in (one, two)]
    if ends[0] is None or ends[1] is None:
        return None
    columns = water.shape[1]
    away, parent = sea_ways(clearance(water), south, west, step, *ends[0], 1)
    if not math.isfinite(away[ends[1]]):
        return None
    at, first = ends[1][0] * columns + ends[1][1], ends[0][0] * columns + ends[0][1]
    cells = [at]
    while at != first:
        at = int(parent[at // columns, at % columns])
        cells.append(at)
    inner = [(float(lat[c // columns]), float(lon[c % columns])) for c in reversed(cells)]
    return _straightened(coast, [one, *inner, two])


def _nearest(water: Array, row: float, column: float, reach: int) -> tuple[int, int] | None:
    """The water cell nearest to a place, within ``reach`` cells."""
    r, c = round(row), round(column)
    top, left = max(0, r - reach), max(0, c - reach)
    near = np.argwhere(water[top : r + reach + 1, left : c + reach + 1])
    if not len(near):
        return None
    some = near + np.array([top, left])
    k = int(np.argmin(np.square(some - [row, column]).sum(1)))
    return int(some[k, 0]), int(some[k, 1])


def _straightened(coast: Coast, places: list[Place]) -> list[Place]:
    """Without corners that the shore does not ask for."""
    out = [places[0]]
    k = 0
    while k < len(places) - 1:
        far = next((j for j in range(len(places) - 1, k + 1, -1) if clear(coast, places[k], places[j])), k + 1)
        out.append(places[far])
        k = far
    return out
