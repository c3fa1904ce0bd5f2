"""Search areas: oriented rectangles on a plane, the particles in them over time, and a local search for the best ones.

A rectangle is ``(east, north, half length, half width, angle)``: metres, and radians of its length from east towards
north. Particles are ``x, y`` (g, n) float32: g moments, n particles, in a plane that moves with the cloud. ``share`` (k, g)
says how much of the work in area k falls on each moment (sums to 1). In area k with effort ``z`` (m2 swept) a particle that
stays inside meets the coverage ``z / area``; one that is inside for a part of the time, that part. Detection is exponential:
coverages of several areas add up.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import jit

Array = NDArray[Any]
_EPS = 1e-6


def _inside(x: Array, y: Array, share: Array, rect: Array, out: Array) -> None:
    """Time share that each particle is in the rectangle, into ``out`` (n,) float32."""
    cx, cy, a, b = rect[0], rect[1], np.float32(rect[2]), np.float32(rect[3])
    c, s = math.cos(rect[4]), math.sin(rect[4])
    along, across = np.float32(c * cx + s * cy), np.float32(c * cy - s * cx)
    cf, sf = np.float32(c), np.float32(s)
    out[:] = np.float32(0.0)
    for g in range(x.shape[0]):
        part = np.float32(share[g])
        if part <= 0.0:
            continue
        xg, yg = x[g], y[g]
        for i in range(out.size):
            u = cf * xg[i] + sf * yg[i] - along
            v = cf * yg[i] - sf * xg[i] - across
            if (abs(u) <= a) & (abs(v) <= b):
                out[i] += part


inside = jit(_inside)


def _corners(rect: Array, out: Array) -> None:
    """Corners (4, 2), counterclockwise."""
    c, s = math.cos(rect[4]), math.sin(rect[4])
    for k in range(4):
        u = rect[2] if k == 0 or k == 3 else -rect[2]
        v = rect[3] if k < 2 else -rect[3]
        out[k, 0] = rect[0] + c * u - s * v
        out[k, 1] = rect[1] + s * u + c * v


corners_into = jit(_corners)


def _common(one: Array, two: Array, box: Array) -> bool:
    """True where two rectangles overlap; ``box``: the overlap's (least u, most u, least v, most v) in the second's axes."""
    poly, other = np.empty((12, 2)), np.empty((12, 2))
    corners_into(one, poly)
    c, s = math.cos(two[4]), math.sin(two[4])
    for k in range(4):
        dx, dy = poly[k, 0] - two[0], poly[k, 1] - two[1]
        poly[k, 0], poly[k, 1] = c * dx + s * dy, c * dy - s * dx
    n = 4
    for edge in range(4):  # Sutherland and Hodgman (1974): clip by one side of the second after the other
        axis = edge // 2
        sign = 1.0 if edge % 2 == 0 else -1.0
        most = two[2] if axis == 0 else two[3]
        m = 0
        for k in range(n):
            p, q = poly[k], poly[(k + 1) % n]
            dp, dq = most - sign * p[axis], most - sign * q[axis]
            if dp >= 0.0:
                other[m] = p
                m += 1
            if (dp > 0.0 and dq < 0.0) or (dp < 0.0 and dq > 0.0):
                t = dp / (dp - dq)
                other[m, 0], other[m, 1] = p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])
                m += 1
        n = m
        if n < 3:
            return False
        for k in range(n):
            poly[k] = other[k]
    box[0] = box[2] = math.inf
    box[1] = box[3] = -math.inf
    twice = 0.0
    for k in range(n):
        box[0], box[1] = min(box[0], poly[k, 0]), max(box[1], poly[k, 0])
        box[2], box[3] = min(box[2], poly[k, 1]), max(box[3], poly[k, 1])
        j = (k + 1) % n
        twice += poly[k, 0] * poly[j, 1] - poly[j, 0] * poly[k, 1]
    return twice > _EPS * two[2] * two[3]


common = jit(_common)


def _trim(keep: Array, cut: Array, gap: float) -> bool:
    """Cut ``cut`` back, at the side that costs least, until it is clear of ``keep`` by ``gap``; False if nothing is left."""
    wide = keep.copy()
    wide[2] += gap
    wide[3] += gap
    box = np.empty(4)
    if not common(wide, cut, box):
        return True
    a, b = cut[2], cut[3]
    # what remains when the right, left, upper, lower side moves in to the overlap
    left = max((box[0] + a) * b, (a - box[1]) * b, (box[2] + b) * a, (b - box[3]) * a)
    if left <= 0.02 * a * b:
        return False
    c, s = math.cos(cut[4]), math.sin(cut[4])
    du = dv = 0.0
    shy = 1e-6 * max(a, b)  # so that rounding leaves no sliver
    if left == (box[0] + a) * b:
        cut[2], du = 0.5 * (box[0] + a) - shy, 0.5 * (box[0] - a) - shy
    elif left == (a - box[1]) * b:
        cut[2], du = 0.5 * (a - box[1]) - shy, 0.5 * (a + box[1]) + shy
    elif left == (box[2] + b) * a:
        cut[3], dv = 0.5 * (box[2] + b) - shy, 0.5 * (box[2] - b) - shy
    else:
        cut[3], dv = 0.5 * (b - box[3]) - shy, 0.5 * (b + box[3]) + shy
    cut[0] += c * du - s * dv
    cut[1] += s * du + c * dv
    return cut[2] > 0.0 and cut[3] > 0.0


trim = jit(_trim)


def _missed(weight: Array, inner: Array, rects: Array, effort: Array, out: Array) -> float:
    """Weight left after the search into ``out`` (n,); their sum. ``inner`` (k, n): time shares inside."""
    k = rects.shape[0]
    rate = np.empty(k)
    for j in range(k):
        rate[j] = effort[j] / (4.0 * rects[j, 2] * rects[j, 3])
    total = 0.0
    for i in range(weight.size):
        c = 0.0
        for j in range(k):
            c += rate[j] * inner[j, i]
        out[i] = weight[i] * math.exp(-c) if c > 0.0 else weight[i]
        total += out[i]
    return total


missed = jit(_missed)


def _move(rect: Array, kind: int, size: float, floor: float) -> None:
    """Change a rectangle at random: 0 shift, 1 to 4 one side, 5 turn, 6 both sides in proportion, 7 shape at equal area."""
    c, s = math.cos(rect[4]), math.sin(rect[4])
    step = size * np.random.standard_normal()
    if kind == 0:
        other = size * np.random.standard_normal()
        du, dv = 2.0 * rect[2] * step, 2.0 * rect[3] * other
    elif kind <= 2:
        half = rect[2] * step
        sign = 1.0 if kind == 1 else -1.0
        rect[2], du, dv = rect[2] + half, sign * half, 0.0
    elif kind <= 4:
        half = rect[3] * step
        sign = 1.0 if kind == 3 else -1.0
        rect[3], du, dv = rect[3] + half, 0.0, sign * half
    else:
        du = dv = 0.0
        if kind == 5:
            rect[4] += 1.5 * step
        else:
            grow = math.exp(step)
            rect[2] *= grow
            rect[3] *= grow if kind == 6 else 1.0 / grow
    rect[0] += c * du - s * dv
    rect[1] += s * du + c * dv
    rect[2] = max(rect[2], floor)
    rect[3] = max(rect[3], floor)


move = jit(_move)
