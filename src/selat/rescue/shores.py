"""Search areas that a shore cuts: legs end before it, land takes no time, and boats go round what they cannot cross.

The plane of a plan moves with the drift and the shore does not, so each leg is cut where the shore is at its own time. What is
left of the legs is sailed piece by piece, the nearest next, so that the water on one side of an island is done before the
other; between two pieces a boat goes by sea (:mod:`selat.rescue.waters`), an aircraft straight on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels.contour import rings
from selat.kernels.region import points_in_ring
from selat.model.clock import SECOND
from selat.rescue import patterns, waters
from selat.rescue.cloud import Frame
from selat.tracks.coast import Coast

Array = NDArray[Any]
OFF = 200.0  #: m that legs keep off the shore at most; else half a spacing, as at the sides of an area
LEAST = 100.0  #: m of a piece of a leg, below which it is left out
CLEAR = 40.0  #: m that a leg keeps off at the time it is sailed: between two places that are tried no land is met
TRIED = 50.0  #: m between the places of a leg that are tried
NEAREST = 6  #: pieces among which the next is chosen
BLOCKED = 3.0  #: a way over land counts as so many times its length when the next piece is chosen
FINE = 48  #: nodes of a side of an area, for its shore
CORNERS = 16  #: of a ring of its shore, at most
PARTS = 0.01  #: of an area: smaller pieces of water or land are not told


@dataclass(frozen=True, slots=True)
class Land:
    """Land beside a cloud as points on its plane: ``x, y`` (g, m) float32, each for ``cell`` m2 (m is 0 at sea)."""

    x: Array
    y: Array
    cell: float

    @property
    def any(self) -> bool:
        """Whether there is any."""
        return bool(self.x.shape[1] > 0)


def no_land(moments: int) -> Land:
    """The open sea."""
    return Land(np.empty((moments, 0), np.float32), np.empty((moments, 0), np.float32), 0.0)


def land_of(frame: Frame, coast: Coast | None, x: Array, y: Array, times: Array, most: int = 2500) -> Land:
    """Land among and near the particles ``x, y`` (g, n) at ``times`` (g,) ns, in at most so many points."""
    if coast is None:
        return no_land(len(times))
    wide, tall = float(np.nanmax(x) - np.nanmin(x)), float(np.nanmax(y) - np.nanmin(y))
    edge = 0.1 * max(wide, tall) + 500.0
    lows, highs = [], []
    for g, time in enumerate(times.tolist()):
        px = np.array([np.nanmin(x[g]) - edge, np.nanmax(x[g]) + edge])
        py = np.array([np.nanmin(y[g]) - edge, np.nanmax(y[g]) + edge])
        corner = frame.earth(px, py, np.full(2, time))
        lows.append((corner[0][0], corner[1][0]))
        highs.append((corner[0][1], corner[1][1]))
    (south, west), (north, east) = np.min(lows, 0), np.max(highs, 0)
    step = max(math.sqrt((north - south) * (east - west) / 40_000), 0.0005)
    while True:
        lat, lon = np.meshgrid(np.arange(south, north, step), np.arange(west, east, step), indexing="ij")
        dry = coast.land(lat, lon)
        if dry.sum() <= most:
            break
        step *= max(1.05, math.sqrt(float(dry.sum()) / most))
    if not dry.any():
        return no_land(len(times))
    places = [frame.plane(lat[dry], lon[dry], time) for time in times.tolist()]
    middle = math.radians((south + north) / 2.0)
    cell = (step * 110_574.0) * (step * 111_320.0 * math.cos(middle))
    east, north = (np.ascontiguousarray([p[k] for p in places], np.float32) for k in (0, 1))
    return Land(east, north, cell)


def dry_share(frame: Frame, coast: Coast, rect: Array, times: Array) -> tuple[float, bool]:
    """(share of a rectangle that is land, the mean of some times (ns); whether any land comes near it)."""
    u, v = _grid(rect, FINE)
    places = [frame.earth(u, v, np.full(u.shape, t)) for t in times.tolist()]
    away = waters.room(coast, *(np.array([p[k] for p in places]) for k in (0, 1)))
    apart = 2.0 * max(float(rect[2]), float(rect[3])) / FINE
    return float((away < 0.0).mean()), bool((away < apart).any())


def tight(frame: Frame, coast: Coast, rect: Array, times: Array) -> Array:
    """The rectangle without sides of land: the part of it that has water at some of the times (ns)."""
    u, v = _grid(rect, FINE)
    wet: Array = np.zeros(len(u), np.bool_)
    for t in times.tolist():
        wet |= ~coast.land(*frame.earth(u, v, np.full(u.shape, t)))
    wet = wet.reshape(FINE, FINE)
    if not wet.any():
        return rect
    out = rect.copy()
    edges = [np.flatnonzero(wet.any(axis)) for axis in (1, 0)]
    c, s = math.cos(rect[4]), math.sin(rect[4])
    lows, highs = ([2.0 * (int(e[k]) - k) / FINE - 1.0 for e in edges] for k in (0, -1))
    du, dv = (0.5 * (low + high) * rect[2 + k] for k, (low, high) in enumerate(zip(lows, highs, strict=True)))
    out[2:4] *= [0.5 * (high - low) for low, high in zip(lows, highs, strict=True)]
    out[0] += c * du - s * dv
    out[1] += s * du + c * dv
    return out


def _grid(rect: Array, n: int) -> tuple[Array, Array]:
    """Places (n * n,) of a rectangle: the middles of n x n equal parts."""
    part = (np.arange(n) + 0.5) / n * 2.0 - 1.0
    a, b = np.repeat(part, n) * rect[2], np.tile(part, n) * rect[3]
    c, s = math.cos(rect[4]), math.sin(rect[4])
    return rect[0] + c * a - s * b, rect[1] + s * a + c * b


@dataclass(frozen=True, slots=True)
class Sea:
    """Who sails, and when: what a clipped pattern is drawn with. ``boat``: land is in its way between two pieces."""

    frame: Frame
    coast: Coast
    begin: int
    speed: float
    boat: bool

    def place(self, point: Array, time: float) -> tuple[float, float]:
        """Latitude and longitude of a point of the plane at a time (ns)."""
        lat, lon = self.frame.earth(point[0], point[1], np.float64(time))
        return float(lat), float(lon)


def clipped(sea: Sea, legs: Array, keep: float, *, ordered: bool, at: Any) -> Array:
    """The track (m, 2) over what is water of ``legs`` (n, 2, 2), begun near ``at``; empty where nothing is.

    ``keep``: metres off the shore at which legs end. ``ordered``: legs one after the other as they are, as of a square.
    """
    length = np.hypot(*(legs[:, 1] - legs[:, 0]).T)
    when = sea.begin + (np.cumsum(length) - 0.5 * length) / sea.speed * SECOND
    points = np.empty((0, 2))
    for _ in range(3):  # the shore is where it is when the leg is sailed, and that depends on what is sailed before
        pieces, owner = _pieces(sea, legs, when, keep)
        if not len(pieces):
            return np.empty((0, 2))
        order = [(k, False) for k in range(len(pieces))] if ordered else _order(sea, pieces, owner, when, at)
        points, sailed = _sailed(sea, pieces, order)
        middle = np.full(len(legs), np.nan)
        for (k, _), time in zip(order, sailed, strict=True):
            middle[owner[k]] = time
        known = np.flatnonzero(np.isfinite(middle))
        when = np.interp(np.arange(len(legs)), known, middle[known])
    return points


def _pieces(sea: Sea, legs: Array, when: Array, keep: float) -> tuple[Array, Array]:
    """(pieces (m, 2, 2) of the legs that are water at the legs' times, the leg of each)."""
    out, owner = [], []
    for k, (one, two) in enumerate(legs):
        far = float(np.hypot(*(two - one)))
        part = np.linspace(0.0, 1.0, max(2, math.ceil(far / TRIED)) + 1)
        line = one + part[:, None] * (two - one)
        lat, lon = sea.frame.earth(line[:, 0], line[:, 1], np.full(len(part), when[k]))
        wet = np.concatenate([[False], waters.room(sea.coast, lat, lon) > keep, [False]])
        edges = np.flatnonzero(wet[1:] != wet[:-1])
        for begin, end in zip(edges[::2], edges[1::2] - 1, strict=True):
            if (part[end] - part[begin]) * far >= min(LEAST, 0.9 * far):
                out.append((line[begin], line[end]))
                owner.append(k)
    return np.array(out).reshape(-1, 2, 2), np.array(owner, np.int64)


def _order(sea: Sea, pieces: Array, owner: Array, when: Array, at: Any) -> list[tuple[int, bool]]:
    """(piece, sailed backwards) one after the other: the nearest end next, and what lies beyond land later."""
    left = list(range(len(pieces)))
    here = np.asarray(at, np.float64)
    out: list[tuple[int, bool]] = []
    while left:
        ends = pieces[left].reshape(-1, 2)
        away = np.hypot(*(ends - here).T)
        near = np.argsort(away, kind="stable")[:NEAREST]
        if sea.boat and out:
            for j in near:
                time = when[owner[left[j // 2]]]
                if away[j] > TRIED and not waters.clear(sea.coast, sea.place(here, time), sea.place(ends[j], time)):
                    away[j] *= BLOCKED
        best = int(near[np.argmin(away[near])])
        k = left.pop(best // 2)
        out.append((k, best % 2 == 1))
        here = pieces[k, 0 if best % 2 == 1 else 1]
    return out


def _sailed(sea: Sea, pieces: Array, order: list[tuple[int, bool]]) -> tuple[Array, list[float]]:
    """(the track (m, 2), the time (ns) at the middle of each piece)."""
    points: list[Array] = []
    middles = []
    time = float(sea.begin)

    def go(point: Array) -> None:
        nonlocal time
        if points:
            time += float(np.hypot(*(point - points[-1]))) / sea.speed * SECOND
        points.append(point)

    for k, back in order:
        one, two = pieces[k][::-1] if back else pieces[k]
        corners, arrive = _between(sea, points[-1], one, time) if points else ([], time)
        middles.append(arrive + 0.5 * float(np.hypot(*(two - one))) / sea.speed * SECOND)
        before = one, two
        wet: tuple[Array, Array] | None = None
        for _ in range(6):  # a later begin makes for another arrival, and the shore is elsewhere then
            wet = _wet(sea, before[0], before[1], arrive)
            if wet is None or wet[0] is before[0]:
                break
            before = wet
            corners, arrive = _between(sea, points[-1], wet[0], time) if points else ([], time)
        if wet is None:
            continue
        for point in corners:
            go(point)
        if not points or np.hypot(*(points[-1] - wet[0])) > 1.0:
            go(wet[0])
        go(wet[1])
    return np.array(points).reshape(-1, 2), middles


def _wet(sea: Sea, one: Array, two: Array, begin: float) -> tuple[Array, Array] | None:
    """The longest part of a piece that is water while it is sailed, from ``begin`` (ns); None where nothing is."""
    far = float(np.hypot(*(two - one)))
    part = np.linspace(0.0, 1.0, max(2, math.ceil(far / TRIED)) + 1)
    line = one + part[:, None] * (two - one)
    lat, lon = sea.frame.earth(line[:, 0], line[:, 1], begin + part * far / sea.speed * SECOND)
    dry = np.flatnonzero(waters.room(sea.coast, lat, lon) < CLEAR)
    if not len(dry):
        return one, two
    edges = np.concatenate([[-1], dry, [len(part)]])
    k = int(np.argmax(np.diff(edges)))
    low, high = int(edges[k]) + 1, int(edges[k + 1]) - 1
    return (line[low], line[high]) if high > low else None


def _between(sea: Sea, one: Array, two: Array, time: float) -> tuple[list[Array], float]:
    """(corners of the way from the end of a piece to the begin of the next, none where nothing is in the way; arrival, ns)."""
    arrive = time + float(np.hypot(*(two - one))) / sea.speed * SECOND
    out: list[Array] = []
    if not sea.boat:
        return out, arrive
    for _ in range(2):  # the begin of the next drifts on while it is made for
        places, far = waters.way(sea.coast, sea.place(one, time), sea.place(two, arrive))
        if len(places) < 3 or not math.isfinite(far):
            return [], arrive
        out, here, then = [], one, time
        for lat, lon in places[1:-1]:
            reach, point = then, here
            for _ in range(3):  # the corner stands still and the plane does not
                point = np.array([float(v) for v in sea.frame.plane(lat, lon, np.float64(reach))])
                reach = then + float(np.hypot(*(point - here))) / sea.speed * SECOND
            out.append(point)
            here, then = point, reach
        arrive = then + float(np.hypot(*(two - here))) / sea.speed * SECOND
    return out, arrive


def legs_of(pattern: str, points: Array) -> tuple[Array, bool]:
    """(legs (n, 2, 2) of a pattern that is drawn as ``points``, whether their order stands)."""
    pairs = np.stack([points[:-1], points[1:]], 1)
    if pattern in ("PS", "CS") and len(points) % 2 == 0:
        return pairs[::2], False  # cross legs are drawn anew
    return pairs, True


def rings_of(frame: Frame, coast: Coast, rect: Array, time: int) -> tuple[tuple[tuple[float, float], ...], ...]:
    """The water of a rectangle at a time: rings of (lat, lon), counterclockwise, land in it clockwise; () if all of it is.

    Of at most 16 corners each; water and land of less than 1 % of the area are left out.
    """
    n = 2 * FINE + 1
    u, v = np.linspace(-rect[2], rect[2], n), np.linspace(-rect[3], rect[3], n)
    c, s = math.cos(rect[4]), math.sin(rect[4])

    def earth(a: Array, b: Array) -> tuple[Array, Array]:
        return frame.earth(rect[0] + c * a - s * b, rect[1] + s * a + c * b, np.full(np.shape(a), time))

    a, b = np.meshgrid(u, v)
    away = np.clip(waters.room(coast, *earth(a.ravel(), b.ravel())), -1e5, 1e5).reshape(a.shape)
    if (away > 0.0).all():
        return ()
    out = []
    for ring in rings(away, 0.0):
        x = np.clip(-rect[2] + ring[:, 0] * (u[1] - u[0]), -rect[2], rect[2])
        y = np.clip(-rect[3] + ring[:, 1] * (v[1] - v[0]), -rect[3], rect[3])
        if abs(_area(x, y)) >= PARTS * 4.0 * rect[2] * rect[3]:
            x, y = _fewer(x, y)
            lat, lon = earth(x, y)
            out.append((abs(_area(x, y)), tuple(zip(lat.tolist(), lon.tolist(), strict=True))))
    return tuple(ring for _, ring in sorted(out, key=lambda r: -r[0]))


def _area(x: Array, y: Array) -> float:
    """Of a ring, above zero counterclockwise."""
    return 0.5 * float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


def _fewer(x: Array, y: Array) -> tuple[Array, Array]:
    """A ring of at most CORNERS corners: the corner whose triangle with its neighbours is smallest goes first
    (M. Visvalingam and J. D. Whyatt, Cartographic Journal 30 (1993) 46); what changes nothing goes in any case."""
    p = np.stack([x, y], 1)
    least = 1e-5 * float(np.ptp(x) * np.ptp(y))
    while len(p) > 3:
        one, two = np.roll(p, 1, 0) - p, np.roll(p, -1, 0) - p
        size = 0.5 * np.abs(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0])
        k = int(np.argmin(size))
        if len(p) <= CORNERS and size[k] > least:
            break
        p = np.delete(p, k, 0)
    return p[:, 0], p[:, 1]


def inside(lat: Any, lon: Any, water: Any) -> Array:
    """True for places in the water of rings as :func:`rings_of` gives them."""
    y, x = (np.ascontiguousarray(v, np.float64).ravel() for v in (lat, lon))
    out = np.zeros(y.size, np.bool_)
    for ring in water:
        out ^= points_in_ring(x, y, np.ascontiguousarray(np.array(ring)[:, ::-1]))
    return out


def track(
    sea: Sea, rect: Array, pattern: str, effort: float, width: float, drawn: Any, at: Any, wet: float
) -> tuple[Array, float]:
    """(points, spacing) of a pattern on the water of a rectangle that ``effort`` (m2 swept) pays for, ways round included.

    ``wet``: m2 of water; ``drawn(rect, pattern, spacing, at)``: the pattern without a shore. Points are few or none where the
    effort does not reach for a leg.
    """
    spacing = width * wet / effort
    points = np.empty((0, 2))
    for _ in range(6):
        whole = drawn(rect, pattern, spacing, at)
        legs, ordered = legs_of(pattern, whole)
        points = clipped(sea, legs, 0.5 * min(spacing, width, 2.0 * OFF), ordered=ordered, at=at)
        over = patterns.length_of(points) * width / effort
        if over <= 1.0 + 1e-6:
            return points, spacing
        if pattern in patterns.SQUARE:  # legs of their own lengths: what the time does not allow is left out
            return cut(points, effort / width), spacing * over
        spacing *= max(over, 1.02)
    return cut(points, effort / width), spacing


def cut(points: Array, length: float) -> Array:
    """A track as far as so many metres go."""
    legs = np.hypot(*np.diff(points, axis=0).T)
    sailed = np.concatenate([[0.0], np.cumsum(legs)])
    if sailed[-1] <= length * (1.0 + 1e-9):
        return points
    k = int(np.searchsorted(sailed, length, side="right")) - 1
    part = (length - sailed[k]) / max(float(legs[k]), 1e-9)
    out: Array = np.concatenate([points[: k + 1], [points[k] + part * (points[k + 1] - points[k])]])
    return out
