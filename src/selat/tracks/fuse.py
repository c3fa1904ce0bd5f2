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

from selat.kernels import fuse as kernel
from selat.kernels import geodesy
from selat.kernels.fuse import Pairs
from selat.model.clock import SECOND
from selat.model.schema import NO_TIME
from selat.model.targets import is_target, parts_of
from selat.tracks.contacts import Contacts
from selat.tracks.fuse_alone import Loners
from selat.tracks.fuse_near import Places, candidates, from_site, matching, patience, sites_of
from selat.tracks.kinds import is_ship
from selat.tracks.slots import ID_BITS

Array = NDArray[Any]
EVERY = 10 * SECOND  #: ns of event time between comparisons
JOIN, PART = 8.0, -8.0  #: scores (log likelihood ratios) above which a pair joins and below which it parts
LEAD = 8.0  #: by so much a new pair must beat the one that stands
MOST, LEAST = 24.0, -16.0  #: scores stay between: the past does not outweigh what is seen now for ever
STEP = 0.5  #: weight of one comparison: its errors are partly those of the last one
MEMORY = 12.0  #: comparisons: a score forgets as a window of so many does (two minutes)
BEST = 16.0  #: ... nor more for it: no pair joins by one comparison
WORST = -16.0  #: one comparison says no more against a pair than this (a turn that one of the sensors saw late)
FRESH = 60.0  #: s: a target without a position for longer is not compared and shows nobody
STALE = 12.0  #: s: a target without a position for longer (four turns) gives way to another that claims its ship
SURE = 16.0  #: score from which a pair teaches the radar's errors
FADE = 600.0  #: s: a score that nothing confirms any more fades so
_NEAR, _SLOW = 250.0, 3.0  # m, m/s: within this of a ship, or as near as the errors allow, a target is not alone
_START = np.array([75.0, np.radians(0.5), 1.0]) ** 2  # m, rad, s: what radars are wrong by as a rule
_START_UNPLACED = np.array([100.0, 100.0, 1.0]) ** 2
_GROW = np.array([0.5, np.radians(0.004), 0.005]) ** 2  # per comparison: 10 m, 0.08 deg and 0.1 s in an hour
_GROW_UNPLACED = np.array([0.5, 0.5, 0.005]) ** 2
#: Standard deviations of errors as a rule: a radar found to be wrong by so much more was judged by too little.
_MOVED = 2.0
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
        self.held = np.zeros((0, 3))  #: by radar, errors by which it was judged who is alone
        self.echoes = np.zeros((0, 2), "i8")  #: targets that may be ships, or were: (target, ship)
        self.loners = Loners()

    # --- the step ----------------------------------------------------------------------------------------------------
    def step(self, c: Contacts, now: int) -> None:
        """Compare at ``now`` (ns, a full 10 s of event time)."""
        seen = is_target(c.mmsi)
        if not self.target.size and not seen.any():
            return
        age = (now - c.time) / SECOND
        heard = (c.time != NO_TIME) & np.isfinite(c.lat) & is_ship(c.kind)
        targets = np.flatnonzero(heard & seen & (age <= FRESH) & np.isfinite(c.vx))
        if not targets.size and not self.target.size:
            return
        ships = np.flatnonzero(heard & ~seen & (age <= patience(c)))
        places = Places(c)
        known = self._known(parts_of(c.mmsi[targets])[0])
        t, s, p = candidates(c, targets, ships, known, sites_of(self.sites, self.radars), now)
        said = np.zeros((3, t.size))
        kernel.weigh(p, self.bias, self.cov, _NEAR, _SLOW, said)
        self._add(c, places, t, s, np.clip(said[0], WORST, BEST), now)
        self._assign(c, places, now)
        self._teach(places, t, s, p, age)
        stands = self.since != NO_TIME
        alone = np.setdiff1d(targets, t[said[2] > 0.0])
        self.loners.see(c, places, np.setdiff1d(places.ids[alone], self.target[stands]), self.target[stands], now)
        self._look_for_echoes(c, places, now)
        self._publish(c)

    def _publish(self, c: Contacts) -> None:
        """Tell the contacts which targets are ships, and which may be."""
        c.fusion, c.echoes = self, self.echoes
        c.joined = np.stack([self.target, self.ship], axis=1)[self.since != NO_TIME]

    def _look_for_echoes(self, c: Contacts, places: Places, now: int) -> None:
        """Targets that may be ships, or were: young ones of ships that have none, and those that a ship had before."""
        stands = self.since != NO_TIME
        claims = self._claims()
        stale = (now - c.time[places.of(self.target)]) / SECOND > STALE
        maybe = np.flatnonzero(~stands & (self.score > 0.0) & (stale | ~np.isin(claims, claims[stands & ~stale])))
        maybe = maybe[~self.loners.barred(c, places, self.target[maybe], self.ship[maybe], self.ship[:0], now)]
        self.echoes = np.stack([self.target, self.ship], axis=1)[maybe]

    def _claims(self) -> Array:
        """What only one target may have, by pair: the ship, for its radar."""
        out: Array = self.ship * 1024 + parts_of(self.target >> ID_BITS)[0]
        return out

    def _known(self, numbers: Array) -> Array:
        """Rows of radars in the registration, made at their first target."""
        fresh = np.setdiff1d(numbers, self.radars)
        if fresh.size:
            start = np.stack([np.diag(_START if int(r) in self.sites else _START_UNPLACED) for r in fresh])
            self.radars = np.concatenate([self.radars, fresh])
            self.bias = np.concatenate([self.bias, np.zeros((fresh.size, 3))])
            self.held = np.concatenate([self.held, np.zeros((fresh.size, 3))])
            self.cov = np.concatenate([self.cov, start])
            self.count = np.concatenate([self.count, np.zeros(fresh.size, "i8")])
            order = np.argsort(self.radars)
            self.radars, self.bias, self.cov, self.count, self.held = (
                a[order] for a in (self.radars, self.bias, self.cov, self.count, self.held)
            )
        out: Array = np.searchsorted(self.radars, numbers)
        return out

    def _add(self, c: Contacts, places: Places, t: Array, s: Array, said: Array, now: int) -> None:
        """Add what was said of candidates (slots ``t``, ``s``) to their scores; others fade, and go when nothing holds."""
        ids = places.ids
        old_t, old_s = places.of(self.target), places.of(self.ship)
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
        fresh = ((now - c.time[et]) / SECOND <= FRESH) & ((now - c.time[es]) / SECOND <= patience(c)[es])
        apart = ~told & fresh  # both are seen, and too far from each other to be compared
        value[apart] = (1.0 - 1.0 / MEMORY) * value[apart] + STEP * WORST
        value[~told & ~fresh] *= np.exp(-EVERY / SECOND / FADE)
        value = np.clip(value, LEAST, MOST)
        keep = (begun != NO_TIME) | ((value > PART) & (told | ~fresh))
        self.target, self.ship = ids[et[keep]], ids[es[keep]]
        self.score, self.since = value[keep], begun[keep]

    def _assign(self, c: Contacts, places: Places, now: int) -> None:
        """Who is who: of each cluster the pairs with the greatest sum of scores, those that stand being given a lead."""
        stands = self.since != NO_TIME
        worth = self.score + np.where(stands, LEAD, 0.0)
        stale = (now - c.time[places.of(self.target)]) / SECOND > STALE
        worth[stale] = np.minimum(worth[stale], 0.0)
        gone, leaving = stands & (self.score <= PART), stands & (self.score < JOIN) & ~stale
        self.loners.part(self.ship[gone], self.target[gone], now)
        able = np.flatnonzero(np.where(stands, self.score > PART, self.score > JOIN))
        new = np.flatnonzero(~stands[able])
        barred = self.loners.barred(c, places, self.target[able[new]], self.ship[able[new]], self.ship[leaving], now)
        able = np.delete(able, new[barred])
        chosen = able[matching(self.target[able], self._claims()[able], worth[able])]
        since = np.full(self.since.size, NO_TIME, "i8")
        since[chosen] = np.where(stands[chosen], self.since[chosen], now)
        self.since = since

    def _teach(self, places: Places, t: Array, s: Array, p: Pairs, age: Array) -> None:
        """Let pairs that are sure teach the errors of their radars."""
        sure = (self.since != NO_TIME) & (self.score > SURE)
        placed = np.array([int(r) in self.sites for r in self.radars], bool)
        grow = np.where(placed[:, None], _GROW, _GROW_UNPLACED)
        width = places.ids.size + 1
        keys = places.of(self.target[sure]) * width + places.of(self.ship[sure])
        use = np.isin(t * width + s, keys) & (age[t] <= 15.0) & (age[s] <= 30.0)
        kernel.learn(Pairs(*(a[use] for a in p)), self.bias, self.cov, grow, _SHARED, self.count)
        usual = np.sqrt(np.where(placed[:, None], _START, _START_UNPLACED))
        moved = (np.abs(self.bias - self.held) > _MOVED * usual).any(axis=1)
        if moved.any():
            self.loners.forget(self.radars[moved])
            self.held[moved] = self.bias[moved]

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
            fe, fn = from_site(sites_of(self.sites, self.radars)[row[met]], lat[met], lon[met])
            zero = np.zeros(use.size)
            p = Pairs(
                row[met], zero, zero, zero, zero, fe, fn, np.nan_to_num(c.vx[use]).astype("f8"),
                np.nan_to_num(c.vy[use]).astype("f8"), zero, zero, zero,
            )  # fmt: skip
            by = np.zeros((2, use.size))
            kernel.bend(p, self.bias, by)
            lat[met], lon[met] = geodesy.moved(lat[met], lon[met], -by[0], -by[1])
        return Seen(slots, lat, lon, c.time[slots])

    # --- saved -------------------------------------------------------------------------------------------------------
    def state(self) -> dict[str, Any]:
        """All of it as plain arrays."""
        names = ("target", "ship", "score", "since", "radars", "bias", "cov", "count", "held", "echoes")
        return {name: getattr(self, name).copy() for name in names} | {"loners": self.loners.state()}

    def restore(self, state: Mapping[str, Any], c: Contacts) -> None:
        """Go on from a saved :meth:`state`, with the contacts of the same moment."""
        for name in state.keys() - {"loners"}:
            setattr(self, name, np.array(state[name]))
        self.loners.restore(state.get("loners", {}))
        self._publish(c)
