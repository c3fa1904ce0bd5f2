"""What can be told of zones only when they are seen together: lanes that contradict each other, lanes without width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import geodesy
from selat.kernels.lanes_declared import place
from selat.model.zone import Zone
from selat.readers.zones_file import Trouble, say
from selat.tracks.zones import Zones

Array = NDArray[Any]
AGAINST = 120.0  #: deg: lanes that differ more go against each other
DEEP = 25.0  #: m inside both: less is how exactly lines are drawn
_ELSEWHERE = 5.0  #: deg from the sea
_GRID = 24
_BEND = 8.0  #: deg: a line that turns more is cut
_EVERY = 250.0  #: m between the places along a line where its width is measured
_FAR = 5000.0  #: m: a boundary farther away is not that of this lane
_BOUNDS = ("separation_boundary", "separation_line", "separation_zone", "inshore_zone")


def contradictions(zones: Sequence[Zone]) -> list[Trouble]:
    """Lanes that lie over each other and go against each other."""
    lanes = Zones(z for z in zones if z.kind == "lane" and z.direction is not None and (not z.line or z.width))
    out = []
    for a in range(len(lanes)):
        for b in range(a + 1, len(lanes)):
            found = _against(lanes, a, b)
            if found is not None:
                lat, lon, first, second = found
                one, two = lanes[a], lanes[b]
                where = f"{one.name} and {two.name}"
                text = f"at {say((lon, lat))} both are lanes, bound {first:.0f} and {second:.0f} deg"
                hint = (
                    "is one drawn the wrong way, or too wide? where traffic crosses, draw a precautionary area, and end "
                    "the lanes at it"
                )
                out.append(Trouble(where, text, hint))
    return out


def _against(lanes: Zones, a: int, b: int) -> tuple[float, float, float, float] | None:
    boxes = np.array([_wide(lanes[k]) for k in (a, b)])
    low, high = boxes[:, :2].max(axis=0), boxes[:, 2:].min(axis=0)
    if (low >= high).any():
        return None
    lon, lat = (g.ravel() for g in np.meshgrid(*(np.linspace(low[k], high[k], _GRID + 2)[1:-1] for k in (0, 1))))
    deep = (lanes.distance(lat, lon, a) < -DEEP) & (lanes.distance(lat, lon, b) < -DEEP)
    at = np.flatnonzero(deep)
    if not len(at):
        return None
    lat, lon = lat[at], lon[at]
    one, two = (_direction(lanes, k, lat, lon) for k in (a, b))
    off = np.abs((one - two + 180.0) % 360.0 - 180.0)
    k = int(off.argmax())
    return (float(lat[k]), float(lon[k]), float(one[k]), float(two[k])) if off[k] > AGAINST else None


def _direction(lanes: Zones, k: int, lat: Array, lon: Array) -> Array:
    zone = np.full(len(lat), k, np.int64)
    direction, _, _ = place(lat, lon, zone, lanes.area[zone], lanes.direction[zone], *lanes.edges)
    return np.asarray(direction)


def _wide(zone: Zone) -> tuple[float, float, float, float]:
    west, south, east, north = zone.bounds
    more = (zone.width or 0.0) / 1.1e5 * 1.05
    side = more / max(np.cos(np.radians(max(abs(south), abs(north)))), 0.1)
    return west - side, south - more, east + side, north + more


def exchanged(zones: Sequence[Zone], box: tuple[float, float, float, float]) -> list[Trouble]:
    """Zones far from the box (west, south, east, north) of a sea that would lie in it with lon and lat exchanged."""
    west, south, east, north = box
    out = []
    for zone in zones:
        lon, lat = (sum(c) / len(zone.ring) for c in zip(*zone.ring, strict=True))
        there = west <= lon <= east and south <= lat <= north
        far = max(west - lon, lon - east, south - lat, lat - north) > _ELSEWHERE
        if not there and far and west <= lat <= east and south <= lon <= north:
            text = f"{say((lon, lat))} is far from this sea, and {say((lat, lon))} is in it"
            out.append(Trouble(zone.name, text, "longitude comes first: are the two exchanged?"))
    return out


def completed(zones: Sequence[Zone]) -> tuple[list[Zone], list[Zone]]:
    """(zones, lanes that are lines cut at their bends and with a width; those for which none could be measured).

    Each part has the direction in which it runs. The width is the distance from the line to the nearest separation line,
    zone or boundary, or half of that to the nearest other lane, at most places along it (three quarters): measured from
    the geometry that is there, not invented.
    """
    bounds = Zones(z for z in zones if z.kind in _BOUNDS)
    lanes = [z for z in zones if z.kind == "lane"]
    out, left = [], []
    for zone in zones:
        if zone.kind != "lane" or not zone.line:
            out.append(zone)
            continue
        others = Zones(z for z in lanes if z is not zone)
        for part in _cut(zone):
            if part.width is None:
                width = _measured(part, bounds, others)
                if width is None:
                    left.append(part)
                else:
                    said = [part.rules["note"]] if "note" in part.rules else []
                    said.append("width measured to the nearest separation line, zone or boundary")
                    part = replace(part, width=float(round(width)), rules={**part.rules, "note": "; ".join(said)})
            out.append(part)
    return out, left


def _cut(zone: Zone) -> list[Zone]:
    """A lane that is a line as parts that run straight, to 8 degrees; one whose direction is not its own as it is."""
    courses = [_course(p, q) for p, q in pairwise(zone.ring)]
    if not courses or zone.direction is None or abs(_turn(_course(zone.ring[0], zone.ring[-1]), zone.direction)) > 45.0:
        return [zone]
    cuts = [0]
    for k, course in enumerate(courses):
        if abs(_turn(courses[cuts[-1]], course)) > _BEND:
            cuts.append(k)
    if len(cuts) == 1:
        return [zone]
    parts = []
    for n, (begin, end) in enumerate(pairwise([*cuts, len(courses)]), 1):
        ring = zone.ring[begin : end + 1]
        direction = round(_course(ring[0], ring[-1]), 1)
        parts.append(replace(zone, name=f"{zone.name} part {n}", ring=ring, direction=direction))
    return parts


def _course(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(geodesy.bearing(a[1], a[0], b[1], b[0]))


def _turn(a: float, b: float) -> float:
    return (b - a + 180.0) % 360.0 - 180.0


def _measured(zone: Zone, bounds: Zones, lanes: Zones) -> float | None:
    lat, lon = _along(zone)
    nearest = np.full(len(lat), np.inf)
    for others, share in ((bounds, 1.0), (lanes, 0.5)):
        point, index = others.near(lat, lon, _FAR / share)
        if len(point):
            np.minimum.at(nearest, point, share * np.abs(others.distance(lat[point], lon[point], index)))
    if not np.isfinite(nearest).mean() > 0.5:
        return None
    width = float(np.quantile(nearest[np.isfinite(nearest)], 0.25))
    return width if 50.0 <= width <= _FAR else None


def _along(zone: Zone) -> tuple[Array, Array]:
    """Places along a line, not at its ends, where others begin."""
    points = np.array(zone.ring)
    lats, lons = [], []
    for (x1, y1), (x2, y2) in pairwise(points):
        n = max(2, int(float(geodesy.distance(y1, x1, y2, x2)) / _EVERY))
        t = (np.arange(n) + 0.5) / n
        lats.append(y1 + (y2 - y1) * t)
        lons.append(x1 + (x2 - x1) * t)
    return np.concatenate(lats), np.concatenate(lons)
