"""Where it is likely: containment regions; what a search in vain says: Bayes' rule on the particles.

A search that finds nothing lowers each particle's weight by the chance that the search would have found it:
``w_i <- w_i (1 - POD_i) / (1 - POS)`` (H. R. Richardson and L. D. Stone, Naval Research Logistics Quarterly 18 (1971) 141).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import detect, geodesy
from selat.kernels.contour import rings
from selat.kernels.effort import exponential, water_fill
from selat.kernels.effort_moving import cell_side, cells_of, masses
from selat.kernels.region import points_in_ring
from selat.model.clock import SECOND
from selat.model.errors import ConfigError
from selat.model.plan import Plan, Task
from selat.rescue import patterns
from selat.rescue.cloud import Cloud, Frame
from selat.rescue.searchers import LINES

Array = NDArray[Any]
LEVELS = (0.5, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Region:
    """The smallest region that holds a probability: rings of (lat, lon) (m, 2), counterclockwise; holes clockwise."""

    time: int
    level: float
    rings: tuple[Array, ...]
    area: float  #: square metres


@dataclass(frozen=True, slots=True)
class Track:
    """Where a searcher was: ``time`` (m,) ns, ``lat``, ``lon`` (m,) degrees; its sweep width (m) at its search speed (m/s)."""

    time: Array
    lat: Array
    lon: Array
    sweep_width: float
    speed: float
    name: str = ""


def regions(cloud: Cloud, time: int, levels: Sequence[float] = LEVELS, *, cells: int = 120) -> list[Region]:
    """Containment regions at a time, from the density of the particles, smoothed with a normal kernel.

    The level of a region is the density that the particles of its probability exceed: it holds that share of them, to the
    width of a cell. Raises :class:`ConfigError` for levels outside 0 to 1.
    """
    if not all(0.0 < level < 1.0 for level in levels):
        raise ConfigError(f"containment levels {tuple(levels)}", hint="give probabilities between 0 and 1")
    frame = Frame(cloud, time, still=True)
    lat, lon, _ = cloud.at(time)
    x, y = frame.plane(lat, lon, time)
    weight = cloud.weight / cloud.weight.sum()
    side, west, south, grid = _density(x, y, weight, cells)
    own = _bilinear(grid, (x - west) / side - 0.5, (y - south) / side - 0.5)
    order = np.argsort(-own, kind="stable")
    sums = np.cumsum(weight[order])
    out = []
    for level in levels:
        k = min(int(np.searchsorted(sums, level)), len(order) - 1)
        threshold = float(own[order[k]])
        found, area = [], 0.0
        for ring in rings(grid, threshold):
            px, py = west + (ring[:, 0] + 0.5) * side, south + (ring[:, 1] + 0.5) * side
            area += 0.5 * float(np.sum(px * np.roll(py, -1) - np.roll(px, -1) * py))
            found.append(np.stack(frame.earth(px, py, time), 1))
        out.append(Region(int(time), level, tuple(found), area))
    return out


def _density(x: Array, y: Array, weight: Array, cells: int) -> tuple[float, float, float, Array]:
    """(side, west, south, smoothed density by cell (rows, columns)).

    The kernel's width is that of D. W. Scott (1992) for two dimensions, taken for the bulk of the cloud.
    """
    spread = [float(np.subtract(*np.interp([0.75, 0.25], np.cumsum(weight[o]), v[o]))) / 1.349 for v, o in
              ((x, np.argsort(x)), (y, np.argsort(y)))]  # fmt: skip
    effective = 1.0 / float(np.sum(weight**2))
    kernel = max(math.sqrt(max(spread[0], 1.0) * max(spread[1], 1.0)) * effective ** (-1.0 / 6.0), 5.0)
    reach = 3.0 * kernel
    west, south = float(x.min()) - reach, float(y.min()) - reach
    extent = max(float(x.max()) + reach - west, float(y.max()) + reach - south)
    side = max(extent / 4.0 / cells, min(extent / cells, kernel / 1.5))
    columns, rows = (int((float(v.max()) + reach - low) / side) + 1 for v, low in ((x, west), (y, south)))
    column, row = ((x - west) / side).astype(np.int64), ((y - south) / side).astype(np.int64)
    grid = np.bincount(row * columns + column, weight, rows * columns).reshape(rows, columns)
    half = int(3.0 * kernel / side) + 1
    bell = np.exp(-0.5 * (np.arange(-half, half + 1) * side / kernel) ** 2)
    bell /= bell.sum()
    for _ in range(2):
        grid = np.stack([np.convolve(line, bell)[half:-half] for line in grid]).T
    return side, west, south, np.ascontiguousarray(grid)


def _bilinear(grid: Array, column: Array, row: Array) -> Array:
    c = np.clip(column.astype(np.int64), 0, grid.shape[1] - 2)
    r = np.clip(row.astype(np.int64), 0, grid.shape[0] - 2)
    f, g = np.clip(column - c, 0.0, 1.0), np.clip(row - r, 0.0, 1.0)
    south = grid[r, c] * (1 - f) + grid[r, c + 1] * f
    north = grid[r + 1, c] * (1 - f) + grid[r + 1, c + 1] * f
    out: Array = south * (1 - g) + north * g
    return out


def inside_rings(lat: Any, lon: Any, ring_list: Iterable[Array]) -> Array:
    """True for places inside an odd number of rings of (lat, lon)."""
    y, x = np.ascontiguousarray(lat, np.float64).ravel(), np.ascontiguousarray(lon, np.float64).ravel()
    out = np.zeros(y.size, np.bool_)
    for ring in ring_list:
        out ^= points_in_ring(x, y, np.ascontiguousarray(ring[:, ::-1]))
    return out


def exponent_of_task(cloud: Cloud, task: Task, *, begin: int = 0, end: int = 0, moments: int = 12) -> Array:
    """Coverage (n,) that each particle met in a task's area, searched from ``begin`` to ``end`` (default: all of the task).

    An area searched in part is the part of its time: its tracks are sailed one after the other at one speed.
    """
    begin, end = max(begin or task.begin, task.begin), min(end or task.end, task.end)
    out = np.zeros(len(cloud))
    if end <= begin:
        return out
    area = task.area
    angle = math.radians(90.0 - area.axis)
    c, s = math.cos(angle), math.sin(angle)
    span = task.end - task.begin
    whole = np.array([0.0, 0.0, area.length / 2.0, area.width / 2.0, 0.0])
    parts = [(r[2], r[3], c / span) for r, c in zip(*patterns.layers(whole, task.pattern, task.coverage), strict=True)]
    for k in range(moments):
        time = begin + int((k + 0.5) / moments * (end - begin))
        lat, lon, _ = cloud.at(time)
        seconds = (time - area.time) / SECOND
        way = math.radians(area.drift_direction)
        shift = area.drift_speed * seconds
        east, north = geodesy.plane(area.lat, area.lon, lat, lon)
        east, north = east - shift * math.sin(way), north - shift * math.cos(way)
        along, across = abs(c * east + s * north), abs(c * north - s * east)
        for half, other, rate in parts:
            out += ((along <= half) & (across <= other)) * (rate * (end - begin) / moments)
    return out


def exponent_planned(cloud: Cloud, task: Task, *, until: int = 0) -> Array:
    """Exponent (n,) of a task carried out as planned, until a time (0: all of it): areas by :func:`exponent_of_task`, searches
    along a line by their track, whose rectangle says little of where it went."""
    if task.pattern not in LINES:
        return exponent_of_task(cloud, task, end=until)
    time = np.array([w.time for w in task.waypoints], np.int64)
    lat, lon = np.array([w.lat for w in task.waypoints]), np.array([w.lon for w in task.waypoints])
    if until and until < time[-1]:
        keep = time < until
        if not keep.any():
            return np.zeros(len(cloud))
        end = [np.interp(until, time, v) for v in (lat, lon)]
        time = np.append(time[keep], until)
        lat, lon = np.append(lat[keep], end[0]), np.append(lon[keep], end[1])
    return exponent_of_track(cloud, Track(time, lat, lon, task.sweep_width, task.speed, task.searcher))


def exponent_of_track(cloud: Cloud, track: Track) -> Array:
    """Exponent (n,) of :mod:`selat.kernels.detect` that a track as sailed gives each particle: partly searched areas come
    out as they were searched. Raises :class:`ConfigError` for a track outside the cloud's times, or not in order of time."""
    time = np.asarray(track.time, np.int64)
    if len(time) < 2 or (np.diff(time) < 0).any():
        raise ConfigError(
            f"the track {track.name!r} is no track in order of time", hint="give at least two fixes, sorted"
        )
    for t in (int(time[0]), int(time[-1])):
        cloud.at(t)
    frame = Frame(cloud, int(time[0]), still=True)
    inner = cloud.time[(cloud.time > time[0]) & (cloud.time < time[-1])]
    steps = np.unique(np.concatenate([time[:1], inner, time[-1:]]))
    x, y, _ = frame.paths(cloud, steps)
    tx, ty = frame.plane(track.lat, track.lon, time)
    zero = int(time[0])
    return detect.seen((steps - zero) / SECOND, x, y, (time - zero) / SECOND, tx, ty, track.sweep_width, track.speed)


def update(cloud: Cloud, exponent: Array) -> tuple[Cloud, float]:
    """(the cloud after a search in vain, the probability that the search had of success): weights by Bayes' rule, normal.

    ``exponent`` (n,): POD of each particle is ``1 - exp(-exponent)``. Raises :class:`ConfigError` where the search leaves
    nothing: the case's assumptions are wrong then.
    """
    before = cloud.weight / cloud.weight.sum()
    after = before * np.exp(-np.asarray(exponent, np.float64))
    left = float(after.sum())
    if not left > 1e-12:
        raise ConfigError(
            "after this search no place is left where the object could be",
            hint="add a scenario to the case: its datum, drift or object may be wrong",
        )
    return replace(cloud, weight=after / left), 1.0 - left


def update_plan(cloud: Cloud, plan: Plan, *, until: int = 0, tracks: Sequence[Track] = ()) -> tuple[Cloud, float]:
    """The cloud after a plan was carried out until a time (0: all of it) in vain.

    A searcher with a track (by name) counts as it sailed; the others as planned.
    """
    sailed = {t.name: t for t in tracks}
    exponent = np.zeros(len(cloud))
    for task in plan.tasks:
        if task.searcher not in sailed:
            exponent += exponent_planned(cloud, task, until=until)
    for track in tracks:
        exponent += exponent_of_track(cloud, track)
    return update(cloud, exponent)


def effort_curve(cloud: Cloud, time: int, efforts: Sequence[float]) -> list[float]:
    """Most probability of success for each effort (m2 swept) at a time: what the next boat would add."""
    frame = Frame(cloud, time)
    x, y, _ = frame.paths(cloud, np.array([time]))
    side = cell_side(x, y, cloud.weight)
    cell, cells = cells_of(x, y, side)
    mass = masses(cell[0], cloud.weight, cells)
    return [water_fill(mass, side * side, z)[1] for z in efforts]


def poc_pod_pos(weight: Array, inside: Array, met: Array) -> tuple[float, float, float]:
    """(POC, POD, POS) of an area: ``inside`` (n,) time share of each particle in it, ``met`` (n,) the coverage that it met there;
    exponential law; POS = POC x POD.

    POC is the probability that the object is in the area at some moment of the search.
    """
    poc = float(np.sum(weight[inside > 0.0]))
    pos = float(np.sum(weight * exponential(met)))
    return poc, pos / poc if poc > 0 else 0.0, pos
