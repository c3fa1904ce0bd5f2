"""Search patterns (IAMSAR Manual, Volume II, chapter 5): places on a plane, and the same as waypoints with times and turns.

Points are (m, 2) arrays of metres east and north on a plane that may move with the water (:class:`selat.rescue.cloud.Frame`);
headings in degrees from north. A rectangle is ``(east, north, half length, half width, angle)`` as in
:mod:`selat.kernels.areas`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.model.errors import ConfigError
from selat.model.plan import Waypoint
from selat.rescue.cloud import Frame

Array = NDArray[Any]
SQUARE = ("SS", "VS")  #: patterns about a middle: their areas stay square
_RINGS = np.array([0.08, 0.16, 0.26, 0.4, 0.6, math.sqrt(0.75), 1.0])  #: of a sector pattern's radius


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not (math.isfinite(value) and value > 0.0):
            raise ConfigError(f"{name} of {value} in a search pattern", hint="give a number above zero")


def _toward(heading: float) -> Array:
    return np.array([math.sin(math.radians(heading)), math.cos(math.radians(heading))])


def legs_of(across: float, spacing: float) -> tuple[int, float]:
    """(number of legs, their spacing) in a strip ``across`` metres wide: the whole number nearest, at least 1."""
    _positive(across=across, spacing=spacing)
    n = max(1, round(across / spacing))
    return n, across / n


def parallel(rect: Array, spacing: float, *, corner: int = 0, creeping: bool = False) -> Array:
    """PS: legs along the length; CS (``creeping``): along the width. Turns are half a spacing inside the sides.

    ``corner`` 0 to 3: near which it begins (counterclockwise from far and left of the length's direction).
    """
    _positive(length=float(rect[2]), width=float(rect[3]), spacing=spacing)
    half, across = (rect[3], rect[2]) if creeping else (rect[2], rect[3])
    n, step = legs_of(2.0 * across, spacing)
    end = max(half - step / 2.0, 0.0)
    rows = (np.arange(n) - (n - 1) / 2.0) * step
    u = np.where(np.arange(n)[:, None] % 2 == 0, [[-end, end]], [[end, -end]]).ravel()
    v = np.repeat(rows, 2)
    if creeping:
        u, v = v, u
    sign_u, sign_v = ((1, 1), (-1, 1), (-1, -1), (1, -1))[corner % 4]
    # the pattern begins at its least u and v
    u, v = -sign_u * u, -sign_v * v
    c, s = math.cos(rect[4]), math.sin(rect[4])
    points: Array = np.stack([rect[0] + c * u - s * v, rect[1] + s * u + c * v], 1)
    if end == 0.0:  # legs without length: one point each
        points = points[::2]
    return points


def expanding_square(centre: Any, spacing: float, *, heading: float = 0.0, legs: int = 0, length: float = 0.0) -> Array:
    """SS: from the datum, legs S, S, 2S, 2S, 3S, ... with turns of 90 degrees to starboard.

    Ends after ``legs`` legs, or before the leg that would exceed ``length`` metres.
    """
    _positive(spacing=spacing)
    if legs <= 0 and length <= 0.0:
        raise ConfigError("an expanding square without an end", hint="give its number of legs or its length")
    points = [np.asarray(centre, np.float64)]
    sailed, k = 0.0, 0
    while (legs <= 0 or k < legs) and k < 1000:
        leg = spacing * (k // 2 + 1)
        if length > 0.0 and sailed + leg > length * (1.0 + 1e-9):
            break
        points.append(points[-1] + leg * _toward(heading + 90.0 * k))
        sailed += leg
        k += 1
    if k == 0:
        raise ConfigError("the track is shorter than one leg of the expanding square", hint="take a smaller spacing")
    return np.array(points)


def sector(centre: Any, radius: float, *, heading: float = 0.0, passes: int = 1) -> Array:
    """VS: three triangles with their corner at the datum, nine legs of one radius, turns of 120 degrees to starboard.

    Each further pass is turned by 30 degrees.
    """
    _positive(radius=radius, passes=passes)
    datum = np.asarray(centre, np.float64)
    points = [datum]
    for turn in range(passes):
        first = heading + 30.0 * turn
        for k in range(3):
            # out on this heading, across to the end of the next spoke, back through the datum, on along it
            out = first + 240.0 * k
            points += [datum + radius * _toward(out), datum + radius * _toward(out + 60.0), datum]
    return np.array(points)


def layers(rect: Array, pattern: str, coverage: float) -> tuple[Array, Array]:
    """(rectangles (k, 5) that lie in each other, the coverage (k,) of each): where in an area a pattern does its work.

    Even for all but VS, whose spokes are dense about the datum: six radii over the circumference ``2 pi r``, and three chords
    beyond 0.87 of the radius; circles count as the squares of their area. A place has the sum of all that hold it, and the
    mean over the area is ``coverage``.
    """
    if pattern != "VS":
        return rect[None, :], np.array([coverage])
    out = np.repeat(rect[None, :], len(_RINGS), 0)
    out[:, 2:4] *= _RINGS[:, None]
    own = coverage * (2.0 / 3.0) / (_RINGS + np.concatenate([[0.0], _RINGS[:-1]]))
    own[-1] += coverage * 4.0 / 3.0
    return out, own - np.concatenate([own[1:], [0.0]])


def track_line(route: Array, spacing: float, *, back: bool = True) -> Array:
    """TSR (``back``): along the route half a spacing to starboard and back on its other side; TSN: along it, back to one side
    of it and on again along the other, ending at its far end."""
    _positive(spacing=spacing)
    if back:
        return np.concatenate([offset(route, spacing / 2.0), offset(route, -spacing / 2.0)[::-1]])
    return np.concatenate([np.asarray(route, np.float64), offset(route, spacing)[::-1], offset(route, -spacing)])


def barrier(begin: Any, end: Any, passes: int) -> Array:
    """BS: to and fro between two points across the way that the object drifts, ``passes`` times."""
    _positive(passes=passes)
    ends = np.array([begin, end], np.float64)
    if np.hypot(*(ends[1] - ends[0])) < 1.0:
        raise ConfigError("a barrier between two equal points", hint="give the two ends of the line to watch")
    return ends[np.arange(passes + 1) % 2]


def barrier_holds(length: float, speed: float, width: float, drift: float) -> bool:
    """True where nothing that drifts at ``drift`` (m/s) passes a barrier of ``length`` m unseen (definite range W/2).

    Between two passes of one end ``2 length / speed`` goes by; the object must not cross the strip of width W meanwhile.
    """
    _positive(length=length, speed=speed, width=width)
    return drift * 2.0 * length / speed <= width


def contour(line: Array, spacing: float, legs: int, *, starboard: bool = True) -> Array:
    """OS: along a coast or a line of depth at half a spacing from it, then farther off by a spacing for each leg."""
    _positive(spacing=spacing, legs=legs)
    side = 1.0 if starboard else -1.0
    parts = []
    for k in range(legs):
        leg = offset(line, side * spacing * (k + 0.5))
        parts.append(leg if k % 2 == 0 else leg[::-1])
    return np.concatenate(parts)


def offset(line: Array, away: float) -> Array:
    """A line beside a line, ``away`` metres to starboard (negative: to port), its corners mitred, at most at twice that.

    Legs that the offset would turn round are left out.
    """
    p = np.asarray(line, np.float64)
    if len(p) < 2:
        raise ConfigError("a line needs two points", hint="give its begin and its end")
    p = p[np.concatenate([[True], np.hypot(*np.diff(p, axis=0).T) > 1e-6])]
    if len(p) < 2:
        raise ConfigError("a line without length", hint="give two different points")
    d = np.diff(p, axis=0)
    d = d / np.hypot(d[:, 0], d[:, 1])[:, None]
    normal = np.stack([d[:, 1], -d[:, 0]], 1)  # to starboard
    before, after = np.concatenate([normal[:1], normal]), np.concatenate([normal, normal[-1:]])
    both = before + after
    square = np.maximum((both**2).sum(1), 1.0)  # |both| >= 1 holds the mitre at twice the offset
    moved = p + away * 2.0 * both / square[:, None]
    ahead = (np.diff(moved, axis=0) * d).sum(1) > 0.0
    keep = np.concatenate([[True], ahead[:-1], [True]]) if len(ahead) > 1 else np.array([True, True])
    out: Array = moved[keep]
    return out


def length_of(points: Array) -> float:
    """Metres along the points."""
    return float(np.hypot(*np.diff(points, axis=0).T).sum()) if len(points) > 1 else 0.0


def waypoints(frame: Frame, points: Array, begin: int, speed: float) -> tuple[Waypoint, ...]:
    """The points as places and times on the earth, sailed through the frame's water at ``speed`` (m/s) from ``begin`` (ns).

    Courses and lengths are those over the ground.
    """
    _positive(speed=speed)
    steps = np.concatenate([[0.0], np.hypot(*np.diff(points, axis=0).T)]) if len(points) > 1 else np.zeros(1)
    times = begin + np.rint(np.cumsum(steps) / speed * SECOND).astype(np.int64)
    lat, lon = frame.earth(points[:, 0], points[:, 1], times)
    away, first, _ = geodesy.inverse(lat[:-1], lon[:-1], lat[1:], lon[1:])
    out = []
    for k in range(len(points)):
        last = k == len(points) - 1
        course = 0.0 if last else float(first[k])
        turn = 0.0 if last or k == 0 else float((first[k] - first[k - 1] + 180.0) % 360.0 - 180.0)
        out.append(Waypoint(float(lat[k]), float(lon[k]), int(times[k]), course, turn, 0.0 if last else float(away[k])))
    return tuple(out)
