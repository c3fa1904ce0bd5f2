"""Ways that ships leave to a side, or sail slower than they meant: where a body is on hers, and will be.

A body has a way of her own, known for some time ahead: a table of where she would be every :data:`ROW` s of her own time. What a
navigator adds is ``side`` (m to the right of the way) and ``late`` (s by which she is behind on it), with their rates ``rate``
(m/s) and ``pace`` (s/s; 0.4: two fifths slower).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import inline, jit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEP = 10.0  #: s between two moments
ROW = 10.0  #: s of her own time between two rows of a body's table
LOOK = 20.0  #: s between two moments of a look ahead
AHEAD = 36  #: looks ahead: 12 minutes
#: columns of ``hulls``: length, beam (m), rank, turn (rad/s), braking (m/s2), sine of her sharpest course off her way, 1 if she
#: has no direction of her own (works about a ground), 1 if small, seconds between which she is there, seconds between which she
#: keeps to her way (a pilot comes aboard), 1 if she moves for others, 1 if she lies at berths, most pace, 1 if she lies still
LENGTH, BEAM, RANK, TURN, PULL, SHARPLY, ROUND, AGILE = 0, 1, 2, 3, 4, 5, 6, 7
ON, OFF, KEEP, KEPT, MOVES, BERTHS, SLOWEST, STILL = 8, 9, 10, 11, 12, 13, 14, 15
HULL = 16


def _moment(table: Floats, body: int, u: float) -> tuple[float, float, float, float, float]:
    """Place (m east, m north), right-hand normal and speed (m/s) of a body's way ``u`` s after its table begins."""
    rows = table.shape[0]
    f = min(max(u / ROW, 0.0), rows - 1.001)
    k = int(f)
    f -= k
    a, b = table[k, body], table[k + 1, body]
    return (
        a[0] + f * (b[0] - a[0]), a[1] + f * (b[1] - a[1]), a[2] + f * (b[2] - a[2]), a[3] + f * (b[3] - a[3]),
        a[4] + f * (b[4] - a[4]),
    )  # fmt: skip


moment = inline(_moment)


def _helm(
    speed: float, side: float, rate: float, pace: float, to: float, slow: float, turn: float, pull: float, sharp: float,
    seconds: float,
) -> tuple[float, float]:  # fmt: skip
    """(rate, pace) after some seconds of making for ``side == to`` and ``pace == slow``, as fast as she turns and brakes."""
    room = pull * seconds / max(speed, 0.5)
    pace += min(max(slow - pace, -room), room)
    push = max(speed * turn, 0.004)
    off = to - side
    most = min(
        max(speed * sharp * (1.0 - max(pace, 0.0)), 0.3), math.sqrt(1.2 * push * abs(off)), abs(off) / seconds + 0.02
    )
    want = most if off > 0.0 else -most
    rate += min(max(want - rate, -push * seconds), push * seconds)
    return rate, pace


helm = inline(_helm)


def _roll(
    table: Floats,
    body: int,
    u: float,
    side: float,
    rate: float,
    pace: float,
    to: float,
    slow: float,
    hull: Floats,
    out: Floats,
) -> None:
    """Where a body will be at each look ahead (m east, m north, direction of her way), if she makes for ``to`` and ``slow``.

    ``u``: her own time now; ``hull``: her row of :func:`steer`; ``out``: (looks + 1, 4).
    """
    for s in range(out.shape[0]):
        x, y, nx, ny, v = moment(table, body, u)
        out[s, 0], out[s, 1] = x + side * nx, y + side * ny
        if hull[ROUND] > 0.0 or v < 0.3:
            out[s, 2] = out[s, 3] = 0.0
        else:
            out[s, 2], out[s, 3] = -ny, nx
        was, slower = rate, pace
        if side != to or rate != 0.0 or pace != slow:
            rate, pace = helm(v, side, rate, pace, to, slow, hull[TURN], hull[PULL], hull[SHARPLY], LOOK)
            side += 0.5 * (was + rate) * LOOK
            if abs(side - to) < 2.0 and abs(rate) < 0.1:
                side, rate = to, 0.0
        u += LOOK - 0.5 * (slower + pace) * LOOK


roll = jit(_roll)
