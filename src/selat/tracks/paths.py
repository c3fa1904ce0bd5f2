"""Paths: the track of one ship from the history, to be asked for any time, smoothed, or made smaller.

::

    path = paths.read(sea.reports.of(533000123).between("2026-11-21", "2026-11-22"))
    path.at(times).lat            # where she was; ``how`` says how that is known
    path.smoothed()               # with standard deviations
    path.simplified(25.0)         # within 25 m of every position at its time

Rows should be one hull's; of an MMSI that several use, take one segment.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from selat.kernels import geodesy
from selat.kernels.filter import STILL
from selat.kernels.motion import velocity
from selat.kernels.simplify import keep
from selat.kernels.smoother import rts
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.columns import Columns
from selat.model.errors import ConfigError
from selat.model.schema import I32, NO_TIME, Flag
from selat.tracks.clean import degrees, rows_of
from selat.tracks.contacts import ERRORS, Contacts
from selat.tracks.kinds import kinds_of

CURVE = 10 * MINUTE  #: ns between positions up to which a curve through both with their velocities is drawn
LINE = 30 * MINUTE  #: ... up to which a straight line is; beyond, a place is inferred
APART = HOUR  #: ns of silence at which smoothing begins anew

Floats = NDArray[np.float64]


class How(IntEnum):
    """How a place is known."""

    NOWHERE = 0  #: before the first or after the last position
    CURVE = 1  #: between two positions not over 10 min apart, by their velocities (cubic Hermite)
    LINE = 2  #: between two positions not over 30 min apart, straight
    INFERRED = 3  #: between positions farther apart: straight, and nobody knows


class Places(NamedTuple):
    """Places at times asked for: deg, and :class:`How` each is known."""

    lat: Floats
    lon: Floats
    how: NDArray[np.uint8]


class Smoothed(NamedTuple):
    """Arrays by position: deg, m/s east and north, standard deviations in any one direction (m, m/s)."""

    lat: Floats
    lon: Floats
    vx: Floats
    vy: Floats
    sigma: Floats
    vsigma: Floats


class Stored(Protocol):
    """What gives rows in the stored layout, as a query of a sea does."""

    def stored(self) -> Columns:
        """The rows."""
        ...


@dataclass(frozen=True, slots=True)
class Path:
    """Positions of one ship in order of time: ns, deg, velocity east and north (m/s, NaN where not sent), variances."""

    time: NDArray[np.int64]
    lat: Floats
    lon: Floats
    vx: Floats
    vy: Floats
    rp: Floats
    rv: Floats
    q: float

    def __len__(self) -> int:
        return len(self.time)

    def at(self, times: Any) -> Places:
        """Where she was at ``times`` (ns): see :class:`How`. NaN before the first and after the last position."""
        asked = np.atleast_1d(np.asarray(times, "i8"))
        lat, lon = np.full(asked.shape, np.nan), np.full(asked.shape, np.nan)
        how = np.zeros(asked.shape, "u1")
        if not len(self):
            return Places(lat, lon, how)
        inside = (asked >= self.time[0]) & (asked <= self.time[-1])
        at = np.clip(np.searchsorted(self.time, asked[inside], "right") - 1, 0, max(len(self) - 2, 0))
        to = np.minimum(at + 1, len(self) - 1)
        gap = self.time[to] - self.time[at]
        h = gap / SECOND
        s = np.where(gap > 0, (asked[inside] - self.time[at]) / np.maximum(gap, 1), 0.0)
        dx, dy = geodesy.plane(self.lat[at], self.lon[at], self.lat[to], self.lon[to])
        x, y, curved = self._hermite(at, to, s, h, dx, dy)
        curved &= gap <= CURVE
        x, y = np.where(curved, x, s * dx), np.where(curved, y, s * dy)
        lat[inside], lon[inside] = geodesy.moved(self.lat[at], self.lon[at], x, y)
        how[inside] = np.where(curved, How.CURVE, np.where(gap <= LINE, How.LINE, How.INFERRED))
        return Places(lat, lon, how)

    def _hermite(self, at: Any, to: Any, s: Floats, h: Floats, dx: Floats, dy: Floats) -> tuple[Floats, Floats, Any]:
        """Metres from position ``at``, and where it may be believed: velocities that do not fit the way bend no curve."""
        s2, s3 = s * s, s * s * s
        h01, h10, h11 = 3.0 * s2 - 2.0 * s3, s3 - 2.0 * s2 + s, s3 - s2
        x = h01 * dx + h * (h10 * self.vx[at] + h11 * self.vx[to])
        y = h01 * dy + h * (h10 * self.vy[at] + h11 * self.vy[to])
        mean = np.hypot(dx, dy) / np.maximum(h, 1e-9)
        off = np.hypot(0.5 * (self.vx[at] + self.vx[to]) * h - dx, 0.5 * (self.vy[at] + self.vy[to]) * h - dy)
        return np.nan_to_num(x), np.nan_to_num(y), (off < 0.5 * mean * h + 50.0) & ~np.isnan(x + y)

    def smoothed(self) -> Smoothed:
        """Place, velocity and how sure, at each position, from all before and after it (RTS); anew after an hour's silence.

        In a plane with the radii at each stretch's first position: 1 % of a step is misjudged 0.6 degrees of latitude
        away from it at 60 degrees, a tenth of that in the tropics.
        """
        out = np.full((7, len(self)), np.nan)
        lat, lon = np.empty(len(self)), np.empty(len(self))
        edges = [0, *(np.flatnonzero(np.diff(self.time) > APART) + 1).tolist(), len(self)]
        for a, b in pairwise(edges):
            if b <= a:
                continue
            my, mx = geodesy.metres(float(self.lat[a]))
            x = ((self.lon[a:b] - self.lon[a] + 180.0) % 360.0 - 180.0) * mx
            y = (self.lat[a:b] - self.lat[a]) * my
            t = (self.time[a:b] - self.time[a]) / SECOND
            part = np.empty((7, b - a))
            rts(t, x, y, self.vx[a:b], self.vy[a:b], self.rp[a:b], self.rv[a:b], self.q, part)
            out[:, a:b] = part
            lat[a:b] = self.lat[a] + part[1] / my
            lon[a:b] = (self.lon[a] + part[0] / mx + 180.0) % 360.0 - 180.0
        return Smoothed(lat, lon, out[2], out[3], np.sqrt(np.maximum(out[4], 0.0)), np.sqrt(np.maximum(out[6], 0.0)))

    def simplified(self, metres: float) -> Path:
        """Only the positions without which some other would be more than ``metres`` off at its time (TD-TR)."""
        index = np.flatnonzero(simplify(self.time, self.lat, self.lon, metres))
        vx, vy, rp, rv = (a[index] for a in (self.vx, self.vy, self.rp, self.rv))
        return Path(self.time[index], self.lat[index], self.lon[index], vx, vy, rp, rv, self.q)


def simplify(time: Any, lat: Any, lon: Any, metres: float, gap: int = LINE) -> NDArray[np.bool_]:
    """True for the positions to keep; ``time`` ns ascending, deg. Both ends of silences longer than ``gap`` ns are kept.

    Raises :class:`ConfigError` for a tolerance that is not above 0.
    """
    if not metres > 0.0:
        raise ConfigError(f"a tolerance of {metres:g} m", hint='give a length, as in "25 m"')
    when = np.ascontiguousarray(time, "i8")
    out = np.zeros(when.size, np.bool_)
    if when.size:
        x = np.unwrap(np.asarray(lon, "f8"), period=360.0)
        begin = np.concatenate([[0], np.flatnonzero(np.diff(when) > gap) + 1]).astype("i8")
        keep(when, np.ascontiguousarray(lat, "f8"), np.ascontiguousarray(x), begin, float(metres), out)
    return out


def read(query: Stored | Columns) -> Path:
    """The path that reports tell (rows of one ship, any order); rows without time or place are passed over."""
    rows = query if isinstance(query, Columns) else query.stored()
    good = (rows["time"] != NO_TIME) & (rows["lat"] != I32) & (rows["lon"] != I32)
    rows = rows.take(good)
    rows = rows.take(np.lexsort((rows["seq"], rows["time"])))
    kept = rows_of(rows, np.zeros(rows.rows, "u1"))
    vx, vy = velocity(kept.sog, np.where(np.isnan(kept.cog) & (kept.sog <= STILL), 0.0, kept.cog))
    speed = np.nan_to_num(kept.sog.astype("f8"))
    metres = np.where(rows["flags"] & int(Flag.ACCURATE), ERRORS.accurate, ERRORS.unsaid)
    metres = np.where(rows["msg_type"] == 27, ERRORS.long_range, metres)
    late = np.where(rows["flags"] & int(Flag.SECOND), ERRORS.second, ERRORS.late)
    kinds = kinds_of(rows["mmsi"], rows["msg_type"])
    q = float(ERRORS.q[np.bincount(kinds).argmax()]) if rows.rows else float(ERRORS.q[0])
    return Path(
        rows["time"].copy(), degrees(rows["lat"]), degrees(rows["lon"]), vx, vy, metres**2 + (speed * late) ** 2,
        ERRORS.speed**2 + (ERRORS.share * speed) ** 2, q,
    )  # fmt: skip


def ahead(contacts: Contacts, slots: Any, now: int) -> tuple[Floats, Floats, Floats]:
    """Dead reckoning for display: place (deg) of contacts ``slots`` at ``now`` (ns), and its standard deviation (m)."""
    s = np.asarray(slots)
    t = (now - contacts.time[s]) / SECOND
    lat, lon = geodesy.moved(
        contacts.slat[s], contacts.slon[s], np.nan_to_num(contacts.vx[s]) * t, np.nan_to_num(contacts.vy[s]) * t
    )
    q = ERRORS.q[contacts.kind[s]]
    grown = contacts.pp[s] + 2.0 * t * contacts.pv[s] + t * t * contacts.vv[s] + q * np.abs(t) ** 3 / 3.0
    return lat, lon, np.sqrt(np.maximum(grown, 0.0))
