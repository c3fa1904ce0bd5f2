"""Who crossed which line, when and which way: exact on the segment between two reports.

A gate is a line of one or more legs. A ship crosses it where the straight segment between two of her reports (in
longitude and latitude, as the edges of zones are) crosses a leg; this is decided on whole numbers (1e-7 degree), so that
a passage through a corner of the line counts once. A point on the line belongs to its left side.

Who wiggles on the line does not pass it again and again: crossings with no report ``clear`` metres or more away from
the gate between them are one run. A run with an odd number of crossings is one passage, in the direction and at the time
of its last crossing; with an even number it is none. A run also ends where the track breaks (``gap``, ``fastest``).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from selat.kernels._jit import bare, fused
from selat.kernels.heat import metres_a_degree, turn

NO_TIME = -(2**63)

# what became of what: places in ``told``
PASSED, WIGGLED, UNSEEN = 0, 1, 2


class Lines(NamedTuple):
    """Gates: ``first`` (gates + 1) places of their points; ``lon``, ``lat`` (points) int64, 1e-7 degree; ``box``
    (gates, 4): west, south, east, north.
    """

    first: Any
    lon: Any
    lat: Any
    box: Any


class Runs(NamedTuple):
    """Open runs by ship and gate: ``crossings`` int32; ``time`` ns, ``way`` (+1 to the right of the line, -1 to the left),
    ``lat``, ``lon`` (degrees) and ``sog`` (stored) of the last crossing. ``open`` int32 by ship: runs that are open.
    """

    crossings: Any
    time: Any
    way: Any
    lat: Any
    lon: Any
    sog: Any
    open: Any


class Passages(NamedTuple):
    """What was found, arrays by passage; ``crossings``: how often the line was crossed in the run."""

    ship: Any
    gate: Any
    time: Any
    way: Any
    lat: Any
    lon: Any
    sog: Any
    crossings: Any


def _side(ax: int, ay: int, bx: int, by: int, px: int, py: int) -> int:
    """Positive: p is left of the line from a to b; 0: on it. Exact for legs and distances below 90 degrees."""
    return (bx - ax) * (py - ay) - (by - ay) * (px - ax)


side = fused(_side)


def _away(lines: Any, g: int, lat: float, lon: float) -> float:
    """Metres from a place to a gate."""
    my, mx = metres_a_degree(lat)
    best = math.inf
    for k in range(lines.first[g], lines.first[g + 1] - 1):
        ax, ay = turn(lines.lon[k] * 1e-7 - lon) * mx, (lines.lat[k] * 1e-7 - lat) * my
        bx, by = turn(lines.lon[k + 1] * 1e-7 - lon) * mx, (lines.lat[k + 1] * 1e-7 - lat) * my
        dx, dy = bx - ax, by - ay
        long2 = dx * dx + dy * dy
        t = 0.0 if long2 == 0.0 else min(max(-(ax * dx + ay * dy) / long2, 0.0), 1.0)
        best = min(best, math.hypot(ax + t * dx, ay + t * dy))
    return best


away = fused(_away)


def _close(runs: Any, out: Any, told: Any, n: int, ship: int, g: int) -> int:
    """Ends a run; the passages there are then."""
    count = runs.crossings[ship, g]
    runs.crossings[ship, g] = 0
    runs.open[ship] -= 1
    if count % 2 == 0:
        told[WIGGLED] += count
        return n
    told[WIGGLED] += count - 1
    told[PASSED] += 1
    out.ship[n], out.gate[n], out.time[n] = ship, g, runs.time[ship, g]
    out.way[n], out.lat[n], out.lon[n] = runs.way[ship, g], runs.lat[ship, g], runs.lon[ship, g]
    out.sog[n], out.crossings[n] = runs.sog[ship, g], count
    return n + 1


close = fused(_close)


def _settle(lines: Any, runs: Any, out: Any, told: Any, n: int, ship: int, lat: float, lon: float, clear: float) -> int:
    """Ends the runs of a ship that is clear of their gates; all of them where ``clear`` is 0."""
    for g in range(lines.first.size - 1):
        if runs.crossings[ship, g] > 0 and (clear <= 0.0 or away(lines, g, lat, lon) >= clear):
            n = close(runs, out, told, n, ship, g)
    return n


settle = bare(_settle)


def _cross(
    lines: Any, runs: Any, told: Any, ship: int, ends: Any, time: int, lat: int, lon: int, sog: int, seen: int
) -> None:
    """Crossings on the segment to a report, leg by leg in the order in which the ship meets them."""
    px, py = np.int64(ends.lon[ship]), np.int64(ends.lat[ship])
    qx, qy = np.int64(lon), np.int64(lat)
    if qx - px > 1_800_000_000:  # over the antimeridian: eastward numbers from the gate's side of it
        px += 3_600_000_000
    elif px - qx > 1_800_000_000:
        qx += 3_600_000_000
    for g in range(lines.first.size - 1):
        shift = 0
        if max(px, qx) > 1_800_000_000 and lines.box[g, 2] < 0:
            shift = 3_600_000_000
        if max(px, qx) < lines.box[g, 0] + shift or min(px, qx) > lines.box[g, 2] + shift:
            continue
        if max(py, qy) < lines.box[g, 1] or min(py, qy) > lines.box[g, 3]:
            continue
        count, latest, way = 0, -1.0, 0
        for k in range(lines.first[g], lines.first[g + 1] - 1):
            ax, ay, bx, by = lines.lon[k] + shift, lines.lat[k], lines.lon[k + 1] + shift, lines.lat[k + 1]
            before, after = side(ax, ay, bx, by, px, py), side(ax, ay, bx, by, qx, qy)
            if (before >= 0) == (after >= 0):
                continue
            if (side(px, py, qx, qy, ax, ay) >= 0) == (side(px, py, qx, qy, bx, by) >= 0):
                continue
            t = before / (float(before) - float(after))
            count += 1
            if t > latest or count == 1:
                latest, way = t, (1 if after < 0 else -1)
        if count == 0:
            continue
        if seen == 0:
            told[UNSEEN] += count % 2
            continue
        if runs.crossings[ship, g] == 0:
            runs.open[ship] += 1
        runs.crossings[ship, g] += count
        runs.time[ship, g] = ends.time[ship] + np.int64(latest * (time - ends.time[ship]))
        runs.way[ship, g] = way
        runs.lat[ship, g] = (py + latest * (qy - py)) * 1e-7
        runs.lon[ship, g] = turn((px + latest * (qx - px)) * 1e-7)
        runs.sog[ship, g] = sog


cross = bare(_cross)


def _gates(
    rows: Any, ends: Any, lines: Any, runs: Any, out: Any, told: Any, gap: int, fastest: float, clear: float, at: int
) -> tuple[int, int]:
    """Takes in rows from number ``at`` on; (the next row, passages written).

    It stops before ``out`` could overflow: call again from the row it gives. Its room must be above twice the number of
    gates. ``gap`` ns, ``fastest`` m/s, ``clear`` m.
    """
    n, many = 0, lines.first.size - 1
    for i in range(at, rows.ship.size):
        if n + 2 * many > out.ship.size:
            return i, n
        ship, time, lat, lon = rows.ship[i], rows.time[i], rows.lat[i], rows.lon[i]
        if ends.keep[ship] == 0 or time == NO_TIME or lat == -(2**31) or lon == -(2**31):
            continue
        t0 = ends.time[ship]
        if t0 != NO_TIME:
            if time <= t0:
                continue
            my, mx = metres_a_degree(lat * 1e-7)
            north = (np.int64(lat) - np.int64(ends.lat[ship])) * 1e-7 * my
            east = turn((np.int64(lon) - np.int64(ends.lon[ship])) * 1e-7) * mx
            far = fastest * (time - t0) * 1e-9
            whole = time - t0 <= gap and north * north + east * east <= far * far
            if not whole and runs.open[ship] > 0:
                n = settle(lines, runs, out, told, n, ship, 0.0, 0.0, 0.0)
            cross(lines, runs, told, ship, ends, time, lat, lon, rows.sog[i], 1 if whole else 0)
        if runs.open[ship] > 0:
            n = settle(lines, runs, out, told, n, ship, lat * 1e-7, lon * 1e-7, clear)
        ends.time[ship], ends.lat[ship], ends.lon[ship] = time, lat, lon
        ends.sog[ship], ends.cog[ship] = rows.sog[i], rows.cog[i]
    return rows.ship.size, n


gates = bare(_gates)


def _finish(lines: Any, runs: Any, out: Any, told: Any, ship: int) -> int:
    """Ends all runs of a ship at the end of the period; the passages written, at most one a gate."""
    return settle(lines, runs, out, told, 0, ship, 0.0, 0.0, 0.0)


finish = bare(_finish)
