"""Targets of radars and ships of AIS that may be the same: who is near whom, what tells them apart, the best assignment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import geodesy
from selat.kernels.fuse import Pairs
from selat.model.clock import SECOND
from selat.tracks.contacts import Contacts

Array = NDArray[Any]
GATE = 900.0  #: m: ships farther from a target are not compared with it
SILENT, SILENT_STILL = 120.0, 560.0  #: s: nor is a ship under way, at rest (she sends every 180 s, M.1371-5 Table 1)
_EARTH = 6_371_000.0
_Q = (0.03, 1e-4)  # m^2/s^3 of ships under way and at rest, beyond the filter's own
_COARSE = 25.0  # m: fixes without the accuracy flag differ by less than the 50 m they are given, and alike one after the other
_WIDE = 6.0  # m/s: scatter of velocities of who is not the ship
_CENTROID = 0.15  # of the length: the centre of what a radar sees is not the middle of the hull
_UNSAID = 25.0  # m: ... of ships that do not say how long they are


class Places:
    """Slots by lasting number, for one moment: sorted once."""

    def __init__(self, c: Contacts) -> None:
        self.ids = c.ids()
        self._order = np.argsort(self.ids)
        self._sorted = self.ids[self._order]

    def of(self, wanted: Array) -> Array:
        """Slots of lasting numbers, -1 where there is none any more."""
        if not self.ids.size:
            return np.full(wanted.size, -1, "i8")
        at = np.minimum(np.searchsorted(self._sorted, wanted), self.ids.size - 1)
        out: Array = np.where(self._sorted[at] == wanted, self._order[at], -1)
        return out


def patience(c: Contacts) -> Array:
    """For how long (s) a contact that is silent may still be compared."""
    out: Array = np.where(np.hypot(c.vx, c.vy) > 0.5, SILENT, SILENT_STILL)
    return out


def candidates(
    c: Contacts, targets: Array, ships: Array, radar: Array, sites: Array, now: int
) -> tuple[Array, Array, Pairs]:
    """Targets and ships within the gate at ``now``: slots of both, and what tells them apart.

    ``radar`` of each target, a row of ``sites`` (latitude, longitude, deg; NaN: it does not say where it stands).
    """
    tlat, tlon, _, _, tvar, tvv = _now(c, targets, now)
    slat, slon, su, sv, svar, svv = _now(c, ships, now)
    hull = _middle(c, ships)
    slat, slon = geodesy.moved(slat, slon, hull[0], hull[1])
    from scipy.spatial import cKDTree  # only a watch with a radar has a use for it

    near = (
        cKDTree(_ball(tlat, tlon)).sparse_distance_matrix(cKDTree(_ball(slat, slon)), GATE, output_type="ndarray")
        if targets.size and ships.size
        else np.zeros(0, [("i", "i8"), ("j", "i8"), ("v", "f8")])
    )
    order = np.lexsort((near["j"], near["i"]))
    i, j = near["i"][order], near["j"][order]
    east, north = geodesy.plane(slat[j], slon[j], tlat[i], tlon[i])
    fe, fn = from_site(sites[radar], tlat, tlon)
    t, s = targets[i], ships[j]
    tu, tv = c.vx[t].astype("f8"), c.vy[t].astype("f8")
    unheard = ~np.isfinite(su[j])
    du, dv = np.where(unheard, 0.0, tu - su[j]), np.where(unheard, 0.0, tv - sv[j])
    vvar = np.where(unheard, _WIDE**2, tvv[i] + svv[j])
    others = np.bincount(i, minlength=targets.size)[i] + 0.5
    wide = _WIDE**2 + vvar
    base = np.log(others / (np.pi * GATE * GATE)) - np.log(2 * np.pi * wide) - 0.5 * (du * du + dv * dv) / wide
    p = Pairs(
        radar[i], east, north, du, dv, fe[i], fn[i], np.nan_to_num(su[j]), np.nan_to_num(sv[j]),
        tvar[i] + svar[j] + hull[2][j], vvar, base,
    )  # fmt: skip
    return t, s, p


def sites_of(sites: Mapping[int, tuple[float, float]], radars: Array) -> Array:
    """Where each radar stands, (n, 2) deg, NaN where it does not say."""
    return np.array([sites.get(int(r), (np.nan, np.nan)) for r in radars]).reshape(-1, 2)


def from_site(site: Array, lat: Array, lon: Array) -> tuple[Array, Array]:
    """Metres east and north from radars (n, 2), on a plane: to lean on, not to measure by; NaN where none is known."""
    east, north = geodesy.plane(site[:, 0], site[:, 1], lat, lon)
    return east, north


def _now(c: Contacts, at: Array, now: int) -> tuple[Array, ...]:
    """Smoothed places carried on to ``now`` (deg), velocities (m/s), and variances of both (m^2, (m/s)^2)."""
    seconds = (now - c.time[at]) / SECOND
    u, v = c.vx[at].astype("f8"), c.vy[at].astype("f8")
    lat, lon = geodesy.moved(c.slat[at], c.slon[at], np.nan_to_num(u) * seconds, np.nan_to_num(v) * seconds)
    vsigma = np.where(np.isfinite(c.vsigma[at]), c.vsigma[at], 3.0).astype("f8")
    q = np.where(np.hypot(np.nan_to_num(u), np.nan_to_num(v)) > 0.5, *_Q)
    var = np.minimum(c.sigma[at].astype("f8"), _COARSE) ** 2 + (vsigma * seconds) ** 2 + q * seconds**3 / 3.0
    return lat, lon, u, v, var, vsigma**2 + q * seconds + 0.05


def _middle(c: Contacts, at: Array) -> tuple[Array, Array, Array]:
    """Middle of the hull from the antenna (m east, north) by A, B, C and D, and the variance of a radar's centroid (m^2)."""
    bow, stern, port, star = (c.static(n)[at].astype("f8") for n in ("to_bow", "to_stern", "to_port", "to_starboard"))
    said = (bow + stern > 0) & (bow < 65535) & (stern < 65535)
    beam = said & (port + star > 0) & (port < 255) & (star < 255)
    course = np.degrees(np.arctan2(c.vx[at], c.vy[at]))
    heading = np.where(
        np.isfinite(c.heading[at]), c.heading[at], np.where(np.hypot(c.vx[at], c.vy[at]) > 1.0, course, np.nan)
    )
    angle = np.radians(np.nan_to_num(heading))
    turned = np.isfinite(heading)
    ahead = np.where(said & turned, 0.5 * (bow - stern), 0.0)
    right = np.where(beam & turned, 0.5 * (star - port), 0.0)
    east = ahead * np.sin(angle) + right * np.cos(angle)
    north = ahead * np.cos(angle) - right * np.sin(angle)
    off = np.where(said & ~turned, 0.5 * np.abs(bow - stern), 0.0)
    var = np.where(said, (_CENTROID * (bow + stern)) ** 2, _UNSAID**2) + off**2
    return east, north, var


def _ball(lat: Array, lon: Array) -> Array:
    """Points on a sphere (m): near ones are as far apart as on the sea, at the date line and the poles too."""
    phi, lam = np.radians(lat), np.radians(lon)
    cos = np.cos(phi)
    return _EARTH * np.stack([cos * np.cos(lam), cos * np.sin(lam), np.sin(phi)], axis=1)


def matching(a: Array, b: Array, worth: Array) -> Array:
    """Rows of pairs (a, b) such that none is in two, with the greatest sum of ``worth`` (below 0 counts as 0).

    Jonker and Volgenant (Computing 38, 1987) on the sparse table of all clusters at once; each ``a`` may also stay alone.
    """
    if not a.size:
        return np.zeros(0, "i8")
    ai, bi = (np.unique(x, return_inverse=True)[1] for x in (a, b))
    gain = np.maximum(worth, 0.0) + 1e-6  # what stands may be worth nothing any more, and stands
    alone = (np.bincount(ai)[ai] == 1) & (np.bincount(bi)[bi] == 1)
    rest = np.flatnonzero(~alone)
    if not rest.size:
        return np.flatnonzero(alone)
    ai, bi = (np.unique(x[rest], return_inverse=True)[1] for x in (ai, bi))
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    rows, width = int(ai.max()) + 1, int(bi.max()) + 1
    self_row = np.arange(rows)
    table = csr_matrix(
        (np.concatenate([gain[rest], np.full(rows, 1e-9)]), (np.append(ai, self_row), np.append(bi, width + self_row))),
        shape=(rows, width + rows),
    )
    row, column = min_weight_full_bipartite_matching(table, maximize=True)
    won = np.isin(ai * (width + rows) + bi, row * (width + rows) + column)
    found: Array = np.sort(np.concatenate([np.flatnonzero(alone), rest[won]]))
    return found
