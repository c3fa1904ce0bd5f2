"""One vessel, one contact, whatever saw it: which target of a radar is which ship of AIS.

Every 10 s of event time each target is compared with the ships near it, in place and velocity, by the uncertainty of both
(:mod:`selat.kernels.fuse`); what the comparisons say adds up over about two minutes. A pair joins above :data:`JOIN` and
parts below :data:`PART`; a ship has one target of each radar at most and a target one ship, by an assignment per cluster.
From pairs that are sure it learns how wrong each radar is, and takes that into account. It reads contacts and nothing
else, so its answers do not depend on how the input was cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from selat.kernels import fuse as kernel
from selat.kernels import geodesy
from selat.kernels.fuse import Pairs
from selat.model.clock import SECOND
from selat.model.schema import NO_TIME
from selat.model.targets import is_target, parts_of
from selat.tracks.contacts import Contacts
from selat.tracks.kinds import is_ship

Array = NDArray[Any]
EVERY = 10 * SECOND  #: ns of event time between comparisons
GATE = 900.0  #: m: ships farther from a target are not compared with it
JOIN, PART = 8.0, -8.0  #: scores (log likelihood ratios) above which a pair joins and below which it parts
LEAD = 8.0  #: by so much a new pair must beat the one that stands
MOST, LEAST = 24.0, -16.0  #: scores stay between: the past does not outweigh what is seen now for ever
STEP = 0.5  #: weight of one comparison: its errors are partly those of the last one
MEMORY = 12.0  #: comparisons: a score forgets as a window of so many does (two minutes)
WORST = -16.0  #: one comparison says no more against a pair than this (a turn that one of the sensors saw late)
FRESH = 60.0  #: s: a target without a position for longer is not compared and shows nobody
SILENT, SILENT_STILL = 120.0, 560.0  #: s: nor is a ship under way, at rest (she sends every 180 s, M.1371-5 Table 1)
STALE = 12.0  #: s: a target without a position for longer (four turns) gives way to another that claims its ship
SURE = 16.0  #: score from which a pair teaches the radar's errors
FADE = 600.0  #: s: a score that nothing confirms any more fades so
_EARTH = 6_371_000.0
_Q = (0.03, 1e-4)  # m^2/s^3 of ships under way and at rest, beyond the filter's own
_COARSE = 25.0  # m: fixes without the accuracy flag differ by less than the 50 m they are given, and alike one after the other
_WIDE = 6.0  # m/s: scatter of velocities of who is not the ship
_CENTROID = 0.15  # of the length: the centre of what a radar sees is not the middle of the hull
_UNSAID = 25.0  # m: ... of ships that do not say how long they are
_START = np.array([75.0, np.radians(0.5), 1.0]) ** 2  # m, rad, s: what radars are wrong by as a rule
_START_UNPLACED = np.array([100.0, 100.0, 1.0]) ** 2
_GROW = np.array([0.5, np.radians(0.004), 0.005]) ** 2  # per comparison: 10 m, 0.08 deg and 0.1 s in an hour
_GROW_UNPLACED = np.array([0.5, 0.5, 0.005]) ** 2
_SHARED = 10.0  # errors of a pair stay the same for about so many comparisons


class Link(NamedTuple):
    """A target and the ship it is, by their lasting numbers: score, since when (ns), and the next best ship (-1: none)."""

    target: int
    ship: int
    score: float
    since: int
    second: int
    second_score: float


class Seen(NamedTuple):
    """Where targets are now, by the error of their radars corrected (deg), and when each was seen (ns)."""

    slot: Array
    lat: Array
    lon: Array
    time: Array


class Registration(NamedTuple):
    """What a radar gets wrong: range (m), bearing (deg), time (s), their standard deviations, pairs that taught it.

    ``placed``: False where it does not say where it stands; range and bearing are then metres east and north.
    """

    radar: int
    placed: bool
    error: tuple[float, float, float]
    sigma: tuple[float, float, float]
    pairs: int


class Fusion:
    """Pairs, scores and registration. Only the floor makes it step; rules and the picture ask.

    ``sites``: latitude and longitude (deg) of radars by the sea's number.
    """

    def __init__(self, sites: Mapping[int, tuple[float, float]] | None = None) -> None:
        self.sites = dict(sites or {})
        self.target = np.zeros(0, "i8")  #: of pairs, lasting numbers
        self.ship = np.zeros(0, "i8")
        self.score = np.zeros(0)
        self.since = np.zeros(0, "i8")  #: ns; NO_TIME where the pair is only a candidate
        self.radars = np.zeros(0, "i8")
        self.bias, self.cov = np.zeros((0, 3)), np.zeros((0, 3, 3))
        self.count = np.zeros(0, "i8")

    # --- the step ----------------------------------------------------------------------------------------------------
    def step(self, c: Contacts, now: int) -> None:
        """Compare at ``now`` (ns, a full 10 s of event time)."""
        age = (now - c.time) / SECOND
        heard = (c.time != NO_TIME) & np.isfinite(c.lat) & is_ship(c.kind)
        seen = is_target(c.mmsi)
        targets = np.flatnonzero(heard & seen & (age <= FRESH) & np.isfinite(c.vx))
        if not targets.size and not self.target.size:
            return
        ships = np.flatnonzero(heard & ~seen & (age <= _patience(c)))
        known = self._known(parts_of(c.mmsi[targets])[0])
        t, s, p = _candidates(self, c, targets, ships, known, now)
        said = np.zeros((2, t.size))
        kernel.weigh(p, self.bias, self.cov, said)
        self._add(c, t, s, np.clip(said[0], WORST, MOST), now)
        self._assign(c, now)
        self._teach(c, t, s, p, age)
        self._publish(c)

    def _publish(self, c: Contacts) -> None:
        """Tell the contacts which targets are ships, or may be: a ship that none is yet may have a target that is young."""
        stands = self.since != NO_TIME
        c.fusion, c.joined = self, np.stack([self.target, self.ship], axis=1)[stands]
        c.echoes = np.unique(self.target[stands | ((self.score > 0.0) & ~np.isin(self.ship, self.ship[stands]))])

    def _known(self, numbers: Array) -> Array:
        """Rows of radars in the registration, made at their first target."""
        fresh = np.setdiff1d(numbers, self.radars)
        if fresh.size:
            start = np.stack([np.diag(_START if int(r) in self.sites else _START_UNPLACED) for r in fresh])
            self.radars = np.concatenate([self.radars, fresh])
            self.bias = np.concatenate([self.bias, np.zeros((fresh.size, 3))])
            self.cov = np.concatenate([self.cov, start])
            self.count = np.concatenate([self.count, np.zeros(fresh.size, "i8")])
            order = np.argsort(self.radars)
            self.radars, self.bias, self.cov, self.count = (
                a[order] for a in (self.radars, self.bias, self.cov, self.count)
            )
        out: Array = np.searchsorted(self.radars, numbers)
        return out

    def _add(self, c: Contacts, t: Array, s: Array, said: Array, now: int) -> None:
        """Add what was said of candidates (slots ``t``, ``s``) to their scores; others fade, and go when nothing holds."""
        ids = c.ids()
        order = np.argsort(ids, kind="stable")
        old_t, old_s = _places(ids, order, self.target), _places(ids, order, self.ship)
        alive = (old_t >= 0) & (old_s >= 0)
        alive[alive] &= (now - c.time[old_t[alive]]) / SECOND <= 2 * FRESH
        old_t, old_s, score, since = (a[alive] for a in (old_t, old_s, self.score, self.since))
        width = len(ids) + 1
        before, keys = old_t * width + old_s, t.astype("i8") * width + s
        every = np.union1d(before, keys)
        value, begun, told = np.zeros(every.size), np.full(every.size, NO_TIME, "i8"), np.zeros(every.size, bool)
        at = np.searchsorted(every, before)
        value[at], begun[at] = score, since
        at = np.searchsorted(every, keys)
        told[at] = True
        value[at] = (1.0 - 1.0 / MEMORY) * value[at] + STEP * said
        et, es = every // width, every % width
        fresh = ((now - c.time[et]) / SECOND <= FRESH) & ((now - c.time[es]) / SECOND <= _patience(c)[es])
        apart = ~told & fresh  # both are seen, and too far from each other to be compared
        value[apart] = (1.0 - 1.0 / MEMORY) * value[apart] + STEP * WORST
        value[~told & ~fresh] *= np.exp(-EVERY / SECOND / FADE)
        value = np.clip(value, LEAST, MOST)
        keep = (begun != NO_TIME) | ((value > PART) & told)
        self.target, self.ship = ids[et[keep]], ids[es[keep]]
        self.score, self.since = value[keep], begun[keep]

    def _assign(self, c: Contacts, now: int) -> None:
        """Who is who: of each cluster the pairs with the greatest sum of scores, those that stand being given a lead."""
        stands = self.since != NO_TIME
        worth = self.score + np.where(stands, LEAD, 0.0)
        ids = c.ids()
        stale = (now - c.time[_places(ids, np.argsort(ids, kind="stable"), self.target)]) / SECOND > STALE
        worth[stale] = np.minimum(worth[stale], 0.0)
        able = np.flatnonzero(np.where(stands, self.score > PART, self.score > JOIN))
        radar = parts_of(self.target >> 20)[0]
        chosen = able[_matching(self.target[able], self.ship[able] * 1024 + radar[able], worth[able])]
        since = np.full(self.since.size, NO_TIME, "i8")
        since[chosen] = np.where(stands[chosen], self.since[chosen], now)
        self.since = since

    def _teach(self, c: Contacts, t: Array, s: Array, p: Pairs, age: Array) -> None:
        """Let pairs that are sure teach the errors of their radars."""
        sure = (self.since != NO_TIME) & (self.score > SURE)
        placed = np.array([int(r) in self.sites for r in self.radars], bool)
        grow = np.where(placed[:, None], _GROW, _GROW_UNPLACED)
        ids, width = c.ids(), len(c) + 1
        order = np.argsort(ids, kind="stable")
        keys = _places(ids, order, self.target[sure]) * width + _places(ids, order, self.ship[sure])
        use = np.isin(t * width + s, keys) & (age[t] <= 15.0) & (age[s] <= 30.0)
        kernel.learn(Pairs(*(a[use] for a in p)), self.bias, self.cov, grow, _SHARED, self.count)

    # --- asked -------------------------------------------------------------------------------------------------------
    def links(self) -> list[Link]:
        """Pairs that stand, by target, each with the next best ship of the target."""
        return [self._link(int(k)) for k in np.flatnonzero(self.since != NO_TIME)]

    def _link(self, k: int) -> Link:
        others = np.flatnonzero((self.target == self.target[k]) & (np.arange(self.target.size) != k))
        best = int(others[np.argmax(self.score[others])]) if others.size else -1
        second = (int(self.ship[best]), float(self.score[best])) if best >= 0 else (-1, float("nan"))
        return Link(int(self.target[k]), int(self.ship[k]), float(self.score[k]), int(self.since[k]), *second)

    def of_ship(self, number: int) -> list[Link]:
        """Targets that are the ship with this lasting number: one of each radar that sees her."""
        return [self._link(int(k)) for k in np.flatnonzero((self.ship == number) & (self.since != NO_TIME))]

    def of_target(self, number: int) -> Link | None:
        """The ship that this target is."""
        found = np.flatnonzero((self.target == number) & (self.since != NO_TIME))
        return self._link(int(found[0])) if found.size else None

    def best(self, number: int) -> tuple[int, float] | None:
        """(lasting number, score) of the ship that this target is most likely, joined or not; None: none is near."""
        found = np.flatnonzero(self.target == number)
        if not found.size:
            return None
        k = found[np.argmax(self.score[found])]
        return int(self.ship[k]), float(self.score[k])

    def registration(self) -> list[Registration]:
        """What each radar gets wrong, as far as is known."""
        out = []
        for k, number in enumerate(self.radars.tolist()):
            placed = number in self.sites
            unit = np.array([1.0, np.degrees(1.0) if placed else 1.0, 1.0])
            error, sigma = self.bias[k] * unit, np.sqrt(np.diag(self.cov[k])) * unit
            a, b, d = (float(x) for x in error)
            e, f, g = (float(x) for x in sigma)
            out.append(Registration(number, placed, (a, b, d), (e, f, g), int(self.count[k])))
        return out

    def where(self, c: Contacts, slots: Array) -> Seen:
        """Last places of targets, without their radars' errors."""
        slots = np.asarray(slots, "i8")
        number = parts_of(c.mmsi[slots])[0]
        row = np.searchsorted(self.radars, number)
        met = row < self.radars.size
        met[met] &= self.radars[row[met]] == number[met]
        lat, lon = c.lat[slots].astype("f8"), c.lon[slots].astype("f8")
        use = slots[met]
        if use.size:
            fe, fn = self._from_site(number[met], lat[met], lon[met])
            zero = np.zeros(use.size)
            p = Pairs(
                row[met], zero, zero, zero, zero, fe, fn, np.nan_to_num(c.vx[use]).astype("f8"),
                np.nan_to_num(c.vy[use]).astype("f8"), zero, zero, zero,
            )  # fmt: skip
            by = np.zeros((2, use.size))
            kernel.bend(p, self.bias, by)
            lat[met], lon[met] = geodesy.moved(lat[met], lon[met], -by[0], -by[1])
        return Seen(slots, lat, lon, c.time[slots])

    def _from_site(self, radar: Array, lat: Array, lon: Array) -> tuple[Array, Array]:
        at = np.array([self.sites.get(int(r), (np.nan, np.nan)) for r in self.radars]).reshape(-1, 2)
        mine = at[np.searchsorted(self.radars, radar)]
        east, north = np.full(lat.size, np.nan), np.full(lat.size, np.nan)
        ok = np.isfinite(mine[:, 0])
        if ok.any():
            away, bearing, _ = geodesy.inverse(mine[ok, 0], mine[ok, 1], lat[ok], lon[ok])
            east[ok], north[ok] = away * np.sin(np.radians(bearing)), away * np.cos(np.radians(bearing))
        return east, north

    # --- saved -------------------------------------------------------------------------------------------------------
    def state(self) -> dict[str, Any]:
        """All of it as plain arrays."""
        names = ("target", "ship", "score", "since", "radars", "bias", "cov", "count")
        return {name: getattr(self, name).copy() for name in names}

    def restore(self, state: Mapping[str, Any], c: Contacts) -> None:
        """Go on from a saved :meth:`state`, with the contacts of the same moment."""
        for name in state:
            setattr(self, name, np.array(state[name]))
        self._publish(c)


def _patience(c: Contacts) -> Array:
    """For how long (s) a contact that is silent may still be compared."""
    out: Array = np.where(np.hypot(c.vx, c.vy) > 0.5, SILENT, SILENT_STILL)
    return out


def _places(ids: Array, order: Array, wanted: Array) -> Array:
    """Slots of lasting numbers, -1 where there is none any more."""
    if not ids.size:
        return np.full(wanted.size, -1, "i8")
    at = np.minimum(np.searchsorted(ids[order], wanted), ids.size - 1)
    out: Array = np.where(ids[order[at]] == wanted, order[at], -1)
    return out


def _candidates(
    f: Fusion, c: Contacts, targets: Array, ships: Array, radar: Array, now: int
) -> tuple[Array, Array, Pairs]:
    """Targets and ships within the gate at ``now``: slots of both, and what tells them apart."""
    tlat, tlon, _, _, tvar, tvv = _now(c, targets, now)
    slat, slon, su, sv, svar, svv = _now(c, ships, now)
    hull = _middle(c, ships)
    slat, slon = geodesy.moved(slat, slon, hull[0], hull[1])
    near = (
        cKDTree(_ball(tlat, tlon)).sparse_distance_matrix(cKDTree(_ball(slat, slon)), GATE, output_type="ndarray")
        if targets.size and ships.size
        else np.zeros(0, [("i", "i8"), ("j", "i8"), ("v", "f8")])
    )
    order = np.lexsort((near["j"], near["i"]))
    i, j = near["i"][order], near["j"][order]
    east, north = geodesy.plane(slat[j], slon[j], tlat[i], tlon[i])
    fe, fn = f._from_site(f.radars[radar], tlat, tlon) if targets.size else (np.zeros(0), np.zeros(0))
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


def _matching(a: Array, b: Array, worth: Array) -> Array:
    """Rows of pairs (a, b) such that none is in two, with the greatest sum of ``worth``."""
    if not a.size:
        return np.zeros(0, "i8")
    _, ai = np.unique(a, return_inverse=True)
    _, bi = np.unique(b, return_inverse=True)
    na, nb = int(ai.max()) + 1, int(bi.max()) + 1
    gain = np.maximum(worth, 0.0) + 1e-6  # what stands may be worth nothing any more, and stands
    alone = (np.bincount(ai)[ai] == 1) & (np.bincount(bi)[bi] == 1)
    rest = np.flatnonzero(~alone)
    out = [np.flatnonzero(alone)]
    if rest.size:
        graph = coo_matrix((np.ones(rest.size), (ai[rest], na + bi[rest])), shape=(na + nb, na + nb))
        group = connected_components(graph, directed=False)[1][ai[rest]]
        order = np.argsort(group, kind="stable")
        cuts = np.flatnonzero(np.diff(group[order])) + 1
        out += [rows[_optimal(ai[rows], bi[rows], gain[rows])] for rows in np.split(rest[order], cuts)]
    found: Array = np.sort(np.concatenate(out))
    return found


def _optimal(a: Array, b: Array, gain: Array) -> Array:
    _, i = np.unique(a, return_inverse=True)
    _, j = np.unique(b, return_inverse=True)
    table = np.zeros((i.max() + 1, j.max() + 1))
    row = np.full(table.shape, -1)
    table[i, j], row[i, j] = gain, np.arange(a.size)
    chosen = row[linear_sum_assignment(table, maximize=True)]
    out: Array = chosen[chosen >= 0]
    return out
