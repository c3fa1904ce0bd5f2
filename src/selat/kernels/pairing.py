"""Two ships over the last two hours: how long they keep together, how close hull to hull, and how they came there.

Both tracks are read at common moments, ``STEP`` apart, back from the last one at which both were heard; between two
positions a ship goes straight, and a step of more than ``HOLE`` is no track. Hulls are rectangles as declared, about
the antenna as declared, turned by the heading: 330 m tankers whose antennas are 200 m apart may lie alongside.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from selat.kernels._jit import i64, inline, jit
from selat.kernels.geodesy import delta, wrap
from selat.kernels.ring import NONE, Ring

STEP = 75_000_000_000  #: ns between the moments
MOMENTS = 96  #: two hours
HOLE = 900_000_000_000  #: ns: a longer step between two positions is no track
_RAD = math.pi / 180.0
_HALF = 1_800_000_000  # 180 degrees in steps of 1e-7


class Hulls(NamedTuple):
    """Of contacts by slot, m: length, beam, and how far ahead and to starboard of the antenna the middle lies."""

    length: Any
    beam: Any
    ahead: Any
    right: Any


class Together(NamedTuple):
    """What :func:`together` finds, arrays by pair; m, m/s, s, deg. NaN where there is nothing to tell.

    ``run`` s for which the gap between the hulls was within reach, up to ``end`` (ns), in ``n`` moments; ``known`` s
    for which both are known in all, ``before`` their greatest range before the run. Over the run: ``range`` mean and
    ``far`` greatest between antennas; ``gap`` mean and ``wide`` greatest between hulls, ``side`` and ``along`` mean
    offset of the middles across and along the longer hull; ``close`` s up to the end for which the gap was below
    ``near``; ``slip`` mean speed of one past the other; ``speed_a``, ``speed_b`` mean speeds made good; ``net`` from
    first to last and ``radius`` of the ways of their middle; ``lean`` mean angle between the keels (0 to 90);
    ``yaw_a``, ``yaw_b`` greatest change of heading; ``came_a``, ``came_b`` way made in the hour before the run.
    """

    end: Any
    n: Any
    run: Any
    known: Any
    before: Any
    range: Any
    far: Any
    gap: Any
    wide: Any
    side: Any
    along: Any
    close: Any
    slip: Any
    speed_a: Any
    speed_b: Any
    net: Any
    radius: Any
    lean: Any
    yaw_a: Any
    yaw_b: Any
    came_a: Any
    came_b: Any


def _sample(ring: Ring, s: int, end: int, out: Any, most: int) -> int:
    """Positions (deg) and heading (deg, NaN) of contact ``s`` at ``end`` and ``most`` STEPs back; returns how many.

    ``out``: (3, MOMENTS); the first moment before which a step is too long, or nothing is known, ends it.
    """
    length = ring.rows.shape[1]
    left = min(ring.n[s], i64(length))
    at = (ring.n[s] - 1) % length
    while left > 1 and ring.rows[s, at]["time"] > end:
        at = at - 1 if at > 0 else length - 1
        left -= 1
    # ``at`` is now the last position not after ``end``; the one after it, where there is one, lies beyond
    after = at + 1 if at + 1 < length else 0
    newer = ring.rows[s, after]["time"] > ring.rows[s, at]["time"]
    k = 0
    while k < most:
        t = end - k * STEP
        while ring.rows[s, at]["time"] > t:
            if left <= 1:
                return k
            after = at
            newer = True
            at = at - 1 if at > 0 else length - 1
            left -= 1
        row, next_row = ring.rows[s, at], ring.rows[s, after]
        share = 0.0
        if newer:
            span = next_row["time"] - row["time"]
            if span > HOLE:
                return k
            share = (t - row["time"]) / span
        elif t - row["time"] > HOLE:
            return k
        out[0, k] = (row["lat"] + share * (i64(next_row["lat"]) - i64(row["lat"]))) * 1e-7
        east = i64(next_row["lon"]) - i64(row["lon"])
        east = east - 2 * _HALF if east > _HALF else east + 2 * _HALF if east < -_HALF else east
        out[1, k] = wrap((row["lon"] + share * east) * 1e-7)
        which = next_row if share > 0.5 else row
        out[2, k] = math.nan if which["heading"] == NONE else float(which["heading"])
        k += 1
    return k


sample = inline(_sample)


def _middle(hulls: Hulls, s: int, heading: float) -> tuple[float, float]:
    """East and north (m) of a ship's middle from her antenna."""
    if math.isnan(heading):
        return 0.0, 0.0
    fx, fy = math.sin(heading * _RAD), math.cos(heading * _RAD)
    return hulls.ahead[s] * fx + hulls.right[s] * fy, hulls.ahead[s] * fy - hulls.right[s] * fx


middle = inline(_middle)


def _apart(hulls: Hulls, a: int, b: int, x: float, y: float, ha: float, hb: float) -> tuple[float, float, float]:
    """Gap between two hulls (m), and offset of their middles across and along the longer one whose heading is known.

    ``x``, ``y``: antenna of b from that of a. Without a heading a hull is a disc of half its length; the shorter one
    is a disc of half its beam where it lies within 30 degrees along the longer one, else of half its length.
    """
    ax, ay = middle(hulls, a, ha)
    bx, by = middle(hulls, b, hb)
    x, y = x + bx - ax, y + by - ay
    away = math.hypot(x, y)
    long_a = hulls.length[a] > hulls.length[b] or (hulls.length[a] == hulls.length[b] and ha <= hb)
    big, small, head, other = (a, b, ha, hb) if long_a else (b, a, hb, ha)
    if math.isnan(head):
        if math.isnan(other):
            return max(0.0, away - 0.5 * (hulls.length[a] + hulls.length[b])), math.nan, math.nan
        big, small, head, other = small, big, other, head
    fx, fy = math.sin(head * _RAD), math.cos(head * _RAD)
    along, side = abs(x * fx + y * fy), abs(x * fy - y * fx)
    lean = math.nan if math.isnan(other) else abs((other - head + 90.0) % 180.0 - 90.0)
    half = 0.5 * hulls.beam[small] if lean < 30.0 else 0.5 * hulls.length[small]
    ends = 0.5 * hulls.length[small]
    dx, dy = side - 0.5 * hulls.beam[big] - half, along - 0.5 * hulls.length[big] - ends
    return math.hypot(max(dx, 0.0), max(dy, 0.0)), side, along


apart = inline(_apart)


def _way(track: Any, first: int, last: int) -> float:
    """Metres made good between moments, in steps of two moments, so that the noise of positions does not add up."""
    total = 0.0
    k = first
    while k < last:
        m = min(k + 2, last)
        x, y = delta(track[0, m], track[1, m], track[0, k], track[1, k])
        total += math.hypot(x, y)
        k = m
    return total


way = inline(_way)


def _yaw(track: Any, last: int) -> float:
    """Greatest difference of a heading from the latest one, up to moment ``last``; NaN where there are fewer than 2."""
    most, n, first = 0.0, 0, math.nan
    for k in range(last + 1):
        h = track[2, k]
        if math.isnan(h):
            continue
        if math.isnan(first):
            first = h
        most = max(most, abs((h - first + 180.0) % 360.0 - 180.0))
        n += 1
    return most if n >= 2 else math.nan


yaw = inline(_yaw)


def _spread(ta: Any, tb: Any, n: int) -> tuple[float, float]:
    """Of the middle between two ships over ``n`` moments: metres from first to last, greatest distance from its mean."""
    mx = my = x = y = 0.0
    lat, lon = 0.5 * (ta[0, 0] + tb[0, 0]), ta[1, 0] + 0.5 * wrap(tb[1, 0] - ta[1, 0])
    for k in range(n):
        x, y = delta(lat, lon, 0.5 * (ta[0, k] + tb[0, k]), ta[1, k] + 0.5 * wrap(tb[1, k] - ta[1, k]))
        mx += x / n
        my += y / n
    net, far = math.hypot(x, y), 0.0
    for k in range(n):
        x, y = delta(lat, lon, 0.5 * (ta[0, k] + tb[0, k]), ta[1, k] + 0.5 * wrap(tb[1, k] - ta[1, k]))
        far = max(far, math.hypot(x - mx, y - my))
    return net, far


spread = inline(_spread)


def _conclude(ta: Any, tb: Any, hulls: Hulls, a: int, b: int, both: int, gaps: Any, reach: float, near: float,
              holes: int, out: Together, i: int) -> None:  # fmt: skip
    """One pair: ``gaps`` (4, MOMENTS) are range, gap, side and along of the ``both`` moments."""
    last, missed = -1, 0
    for k in range(both):
        if gaps[1, k] <= reach:
            last, missed = k, 0
        else:
            missed += 1
            if missed > holes:
                break
    out.known[i] = (both - 1) * (STEP * 1e-9) if both else 0.0
    out.n[i] = last + 1
    if last < 0:
        return
    close, missed = -1, 0
    sums = np.zeros(5)
    sides, leans = 0, 0
    for k in range(last + 1):
        if gaps[1, k] <= near:
            close, missed = (k, 0) if missed <= holes else (close, missed)
        else:
            missed += 1
        sums[0] += gaps[0, k]
        sums[1] += gaps[1, k]
        out.far[i] = max(gaps[0, k], 0.0 if k == 0 else out.far[i])
        out.wide[i] = max(gaps[1, k], 0.0 if k == 0 else out.wide[i])
        if not math.isnan(gaps[2, k]):
            sums[2] += gaps[2, k]
            sums[3] += gaps[3, k]
            sides += 1
        if not (math.isnan(ta[2, k]) or math.isnan(tb[2, k])):
            sums[4] += abs((ta[2, k] - tb[2, k] + 90.0) % 180.0 - 90.0)
            leans += 1
    n = last + 1
    seconds = last * (STEP * 1e-9)
    out.run[i], out.close[i] = seconds, max(close, 0) * (STEP * 1e-9)
    out.range[i], out.gap[i] = sums[0] / n, sums[1] / n
    if sides:
        out.side[i], out.along[i] = sums[2] / sides, sums[3] / sides
    if leans:
        out.lean[i] = sums[4] / leans
    for k in range(last + 1, both):
        out.before[i] = max(gaps[0, k], 0.0 if k == last + 1 else out.before[i])
    hour = min(both - 1, last + 48)
    out.came_a[i], out.came_b[i] = way(ta, last, hour), way(tb, last, hour)
    out.yaw_a[i], out.yaw_b[i] = yaw(ta, last), yaw(tb, last)
    if last == 0:
        return
    out.speed_a[i], out.speed_b[i] = way(ta, 0, last) / seconds, way(tb, 0, last) / seconds
    slip = 0.0
    k = 0
    while k < last:
        m = min(k + 2, last)
        ax, ay = delta(ta[0, m], ta[1, m], ta[0, k], ta[1, k])
        bx, by = delta(tb[0, m], tb[1, m], tb[0, k], tb[1, k])
        slip += math.hypot(ax - bx, ay - by)
        k = m
    out.slip[i] = slip / seconds
    out.net[i], out.radius[i] = spread(ta, tb, n)


conclude = inline(_conclude)


def _together(track: Ring, hulls: Hulls, slot_a: Any, slot_b: Any, reach: float, near: float, holes: int,
              out: Together) -> None:  # fmt: skip
    """Fill ``out`` for pairs of contacts; ``reach``, ``near`` gaps (m), ``holes`` moments that may miss in a run."""
    ta, tb = np.empty((3, MOMENTS)), np.empty((3, MOMENTS))
    gaps = np.empty((4, MOMENTS))
    length = track.rows.shape[1]
    for i in range(slot_a.size):
        a, b = slot_a[i], slot_b[i]
        if track.n[a] == 0 or track.n[b] == 0:
            continue
        end = min(track.rows[a, (track.n[a] - 1) % length]["time"], track.rows[b, (track.n[b] - 1) % length]["time"])
        out.end[i] = end
        both = min(sample(track, a, end, ta, holes + 1), sample(track, b, end, tb, holes + 1))
        for whole in range(2):
            near_now = False
            for k in range(both):
                x, y = delta(ta[0, k], ta[1, k], tb[0, k], tb[1, k])
                gaps[0, k] = math.hypot(x, y)
                gaps[1, k], gaps[2, k], gaps[3, k] = apart(hulls, a, b, x, y, ta[2, k], tb[2, k])
                near_now |= gaps[1, k] <= reach
            if whole == 1 or not near_now:
                break
            both = min(sample(track, a, end, ta, MOMENTS), sample(track, b, end, tb, MOMENTS))
        conclude(ta, tb, hulls, a, b, both, gaps, reach, near, holes, out, i)


_together_jit = jit(_together)


def together(track: Ring, hulls: Hulls, a: Any, b: Any, reach: float, near: float, holes: int = 2) -> Together:
    """Pairs of contacts (slots ``a``, ``b``) over the ring of tracks; see :class:`Together`.

    The order of the two changes nothing but which is a and which is b.
    """
    n = len(a)
    out = Together(np.zeros(n, np.int64), np.zeros(n, np.int64), *(np.full(n, np.nan) for _ in Together._fields[2:]))
    out.run[:] = out.known[:] = 0.0
    _together_jit(track, hulls, np.asarray(a, np.int64), np.asarray(b, np.int64), reach, near, holes, out)
    return out


__all__ = ["HOLE", "MOMENTS", "STEP", "Hulls", "Together", "together"]
