"""What a track that was sailed has seen: Koopman's inverse-cube law along straight legs, exactly.

The rate of detection at range r is ``kh / r^3`` (B. O. Koopman, Search and Screening, 1946: the solid angle of a wake seen
from height h); over an endless straight track with sweep width W the object at lateral range x is missed with
``exp(-W^2 / (4 pi x^2))``. For a leg of the *relative* motion from ``s1`` to ``s2`` along it the exponent is
``W^2 v / (8 pi u x^2) * (s2/r2 - s1/r1)``, v the searcher's speed for which W holds, u the relative speed. Exponents add up.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import inline, jit

Array = NDArray[Any]
MOST = 40.0  #: exponent beyond which an object is as good as found


def _leg(ax: float, ay: float, bx: float, by: float, seconds: float, kh: float) -> float:
    """Exponent of one leg of relative motion from a to b (object minus searcher, metres)."""
    dx, dy = bx - ax, by - ay
    length = math.hypot(dx, dy)
    ra, rb = math.hypot(ax, ay), math.hypot(bx, by)
    if length < 1e-3 or length < 1e-6 * ra:
        r = max(0.5 * (ra + rb), 1.0)
        return min(MOST, kh * seconds / (r * r * r))
    s1, s2 = (ax * dx + ay * dy) / length, (bx * dx + by * dy) / length
    x = abs(ax * dy - ay * dx) / length
    pace = kh * seconds / length
    if x < 1e-9 * max(ra, rb) + 1e-3:
        if s1 <= 0.0 <= s2:
            return MOST  # over it
        near, far = min(abs(s1), abs(s2)), max(abs(s1), abs(s2))
        return min(MOST, pace * 0.5 * (1.0 / (near * near) - 1.0 / (far * far)))
    return min(MOST, pace / (x * x) * (s2 / rb - s1 / ra))


leg = inline(_leg)


def _seen(
    time: Array, x: Array, y: Array, track: Array, tx: Array, ty: Array, width: float, speed: float, out: Array
) -> None:
    """Add the exponent of a track (m,) to ``out`` (n,): particles ``x, y`` (g, n) at ``time`` (g,), linear between.

    Times in seconds, places in metres on one plane. What lies more than 40 sweep widths away is passed over: all that would
    add less than 1e-4 of a certain find.
    """
    kh = width * width * speed / (8.0 * math.pi)
    far = 40.0 * width
    g, n = x.shape
    for k in range(track.size - 1):
        t0, t1 = track[k], track[k + 1]
        if t1 <= t0:
            continue
        j = 0
        begin = t0
        while begin < t1:
            while j < g - 2 and time[j + 1] <= begin:
                j += 1
            end = min(t1, time[j + 1]) if g > 1 and time[j + 1] > begin else t1
            f0, f1 = (begin - t0) / (t1 - t0), (end - t0) / (t1 - t0)
            ax, ay = tx[k] + f0 * (tx[k + 1] - tx[k]), ty[k] + f0 * (ty[k + 1] - ty[k])
            bx, by = tx[k] + f1 * (tx[k + 1] - tx[k]), ty[k] + f1 * (ty[k + 1] - ty[k])
            if g > 1:
                span = time[j + 1] - time[j]
                p0 = min(1.0, max(0.0, (begin - time[j]) / span))
                p1 = min(1.0, max(0.0, (end - time[j]) / span))
            else:
                p0 = p1 = 0.0
            nxt = j + 1 if g > 1 else j
            reach = far + math.hypot(bx - ax, by - ay)
            for i in range(n):
                qx, qy = x[j, i] + p0 * (x[nxt, i] - x[j, i]), y[j, i] + p0 * (y[nxt, i] - y[j, i])
                if not (abs(qx - ax) <= reach and abs(qy - ay) <= reach):
                    continue
                rx, ry = x[j, i] + p1 * (x[nxt, i] - x[j, i]), y[j, i] + p1 * (y[nxt, i] - y[j, i])
                if rx != rx:
                    continue  # ashore at the end of the leg
                out[i] += leg(qx - ax, qy - ay, rx - bx, ry - by, end - begin, kh)
            begin = end


seen_into = jit(_seen)


def seen(time: Any, x: Any, y: Any, track: Any, tx: Any, ty: Any, width: float, speed: float) -> Array:
    """Exponent (n,) by which a track finds each particle: POD is ``1 - exp(-exponent)``.

    ``time`` (g,) s, ``x, y`` (g, n) m: particles; ``track`` (m,) s, ``tx, ty`` (m,) m: the searcher; ``width`` m: its sweep
    width at ``speed`` (m/s).
    """
    first, *rest = (np.ascontiguousarray(v, np.float64) for v in (time, x, y, track, tx, ty))
    out = np.zeros(rest[0].shape[1])
    seen_into(first, *rest, float(width), float(speed), out)
    return out
