"""Scenarios: what may have happened, as places and times at which the object began to drift.

================  ==============================================================================================
``position``      a last known position with its error, at some time between ``begin`` and ``end``
``route``         overdue: anywhere along ``places`` between departure (``begin``) and expected arrival (``end``)
``track``         over the side of a ship whose ``places`` and ``times`` are known, between ``begin`` and ``end``
``area``          anywhere inside ``places``
``bearing``       seen from ``places[0]`` (a flare, a light) at a ``bearing``, between ``near`` and ``far`` metres off
``found``         found adrift at a position: the drift goes back in time
================  ==============================================================================================

``error`` is a probable error: half of all lie within it (circular normal, sigma = error / 1.1774).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import counter, geodesy
from selat.model.errors import ConfigError

Array = NDArray[Any]
KINDS = ("position", "route", "track", "area", "bearing", "found")
PROBABLE = math.sqrt(2.0 * math.log(2.0))  #: probable error of a circular normal, in sigmas: 1.1774
STREAM = 64  #: of the random numbers; two for each round
_LEAST = {"position": 1, "route": 2, "track": 2, "area": 3, "bearing": 1, "found": 1}


@dataclass(frozen=True, slots=True)
class Scenario:
    """One of the stories. Places are (lat, lon) in degrees, times ns UTC, lengths metres."""

    kind: str
    begin: int
    end: int
    places: tuple[tuple[float, float], ...]
    error: float = 0.0
    weight: float = 1.0
    times: tuple[int, ...] = ()
    bearing: float = 0.0
    bearing_error: float = 0.0  #: degrees, standard deviation
    near: float = 0.0
    far: float = 0.0
    name: str = ""

    def __post_init__(self) -> None:
        for wrong, hint in _wrongs(self):
            raise ConfigError(f"scenario {self.name or self.kind!r}: {wrong}", hint=hint)

    @property
    def backward(self) -> bool:
        """True where the drift goes back in time."""
        return self.kind == "found"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def scenario_of(row: dict[str, Any]) -> Scenario:
    """The scenario of :meth:`Scenario.as_dict`; raises :class:`ConfigError` for what is none."""
    try:
        places = tuple((float(lat), float(lon)) for lat, lon in row["places"])
        known = {k: v for k, v in row.items() if k not in ("places", "times")}
        return Scenario(**known, places=places, times=tuple(int(t) for t in row.get("times", ())))
    except (TypeError, KeyError, ValueError) as e:
        raise ConfigError(f"not a scenario ({e})", hint=f"a kind of {', '.join(KINDS)}, begin, end, places") from None


def _wrongs(s: Scenario) -> list[tuple[str, str]]:
    """What is wrong with it, each with a hint."""
    out = []
    if s.kind not in KINDS:
        return [(f"{s.kind!r} is no kind", f"one of {', '.join(KINDS)}")]
    if len(s.places) < _LEAST[s.kind]:
        out.append((f"{len(s.places)} positions", f"at least {_LEAST[s.kind]} for a {s.kind}"))
    if not all(abs(lat) <= 89.0 and abs(lon) <= 180.0 for lat, lon in s.places):
        out.append(
            ("a position that leaves the earth", "latitude up to 89, longitude up to 180 degrees, lat before lon")
        )
    if s.end < s.begin:
        out.append(("it ends before it begins", "give the earlier time first"))
    if not 0.0 < s.weight < math.inf:
        out.append((f"a weight of {s.weight:g}", "above 0; weights of all scenarios are brought to a sum of 1"))
    if not 0.0 <= s.error <= 200_000.0:
        out.append((f"an error of {s.error:g} m", "0 to 200 km"))
    if s.kind == "track" and (len(s.times) != len(s.places) or any(np.diff(s.times) <= 0)):
        out.append(("a track whose times do not rise with its positions", "one time for each position, rising"))
    elif s.kind == "track" and not s.times[0] <= s.begin <= s.end <= s.times[-1]:
        out.append(("the fall is outside the times of the track", "take a longer part of the track"))
    if s.kind == "area" and _crosses(s.places):
        out.append(("an area that crosses itself", "give its corners in order, once round"))
    if s.kind == "bearing" and not 0.0 <= s.near < s.far <= 200_000.0:
        out.append((f"{s.near:g} to {s.far:g} m off", "the nearest and the farthest it can have been, up to 200 km"))
    return out


def _crosses(ring: tuple[tuple[float, float], ...]) -> bool:
    """True where two sides of a ring cross."""
    points = ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring
    sides = [(points[i - 1], points[i]) for i in range(len(points))]

    def turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    for i, (a, b) in enumerate(sides):
        for c, d in sides[i + 1 :]:
            if turn(a, b, c) * turn(a, b, d) < 0.0 and turn(c, d, a) * turn(c, d, b) < 0.0:
                return True
    return False


def draw(s: Scenario, seed: int, first: int, count: int, turn: int = 0) -> tuple[Array, Array, Array]:
    """(lat, lon, time) (count,) of particles ``first`` and on; another ``turn`` draws afresh."""
    z = counter.draw(seed, STREAM + 2 * turn, first, count, 4)
    u = counter.draw(seed, STREAM + 2 * turn + 1, first, count, 4, gaussian=False)
    lat, lon, share = _PLACES[s.kind](s, z, u)
    if s.error > 0.0 and s.kind != "bearing":
        sigma = s.error / PROBABLE
        lat, lon = geodesy.moved(lat, lon, sigma * z[:, 0], sigma * z[:, 1])
    time = s.begin + np.rint(share * float(s.end - s.begin)).astype(np.int64)
    return lat, lon, time


def _point(s: Scenario, z: Array, u: Array) -> tuple[Array, Array, Array]:
    lat, lon = s.places[0]
    return np.full(len(u), lat), np.full(len(u), lon), u[:, 0]


def _way(s: Scenario, z: Array, u: Array) -> tuple[Array, Array, Array]:
    """Along a line: by time where times are known, else at one speed from begin to end."""
    points = np.array(s.places)
    lon = np.degrees(np.unwrap(np.radians(points[:, 1])))
    share = u[:, 0]
    if s.times:
        at = s.begin + share * float(s.end - s.begin)
        mile = (at - s.times[0]) / 1e9
        marks = (np.array(s.times) - s.times[0]) / 1e9
    else:
        legs = geodesy.distance(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])
        marks = np.concatenate([[0.0], np.cumsum(legs)])
        mile = share * marks[-1]
    where = np.interp(mile, marks, lon)
    return np.interp(mile, marks, points[:, 0]), (where + 180.0) % 360.0 - 180.0, share


def _area(s: Scenario, z: Array, u: Array) -> tuple[Array, Array, Array]:
    """Evenly inside a ring: triangles of its ears, by their size."""
    ring = np.array(s.places)
    lat0, lon0 = ring[0]
    x, y = geodesy.plane(lat0, lon0, ring[:, 0], ring[:, 1])
    corners = np.array([[(x[i], y[i]) for i in ear] for ear in _ears(list(zip(x.tolist(), y.tolist(), strict=True)))])
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    size = np.abs((b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0]))
    if not size.sum() > 1.0:
        raise ConfigError("an area without a size", hint="give three corners or more that are not on one line")
    k = np.searchsorted(np.cumsum(size) / size.sum(), u[:, 1]).clip(0, len(size) - 1)
    p, q = np.sqrt(u[:, 2]), u[:, 3]
    spot = (1 - p)[:, None] * a[k] + (p * (1 - q))[:, None] * b[k] + (p * q)[:, None] * c[k]
    lat, lon = geodesy.moved(lat0, lon0, spot[:, 0], spot[:, 1])
    return lat, lon, u[:, 0]


def _ears(points: list[tuple[float, float]]) -> list[tuple[int, int, int]]:
    """Triangles of a simple polygon, by cutting ears; raises :class:`ConfigError` where it has no size."""
    if points[0] == points[-1]:
        points = points[:-1]
    left = list(range(len(points)))

    def cross(i: int, j: int, k: int) -> float:
        (ax, ay), (bx, by), (cx, cy) = points[i], points[j], points[k]
        return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)

    area = sum(points[i - 1][0] * points[i][1] - points[i][0] * points[i - 1][1] for i in left)
    if area < 0.0:
        left.reverse()
    out = []
    while len(left) > 3:
        for n in range(len(left)):
            i, j, k = left[n - 1], left[n], left[(n + 1) % len(left)]
            ear = cross(i, j, k) > 0.0
            if ear and not any(
                min(cross(i, j, m), cross(j, k, m), cross(k, i, m)) >= 0.0 for m in left if m not in (i, j, k)
            ):
                out.append((i, j, k))
                del left[n]
                break
        else:
            raise ConfigError(
                "an area that crosses itself, or has no size", hint="give its corners in order, once round"
            )
    return [*out, (left[0], left[1], left[2])]


def _bearing(s: Scenario, z: Array, u: Array) -> tuple[Array, Array, Array]:
    """Evenly between near and far, the bearing normally about its own."""
    lat, lon = s.places[0]
    away = s.near + u[:, 1] * (s.far - s.near)
    there = geodesy.destination(lat, lon, s.bearing + s.bearing_error * z[:, 2], away)
    return there[0], there[1], u[:, 0]


_PLACES: dict[str, Callable[[Scenario, Array, Array], tuple[Array, Array, Array]]] = {
    "position": _point, "found": _point, "route": _way, "track": _way, "area": _area, "bearing": _bearing,
}  # fmt: skip
