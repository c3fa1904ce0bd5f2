"""What a ship does, by evidence and not by what she declares: under way, drifting, anchored, moored, fishing-like.

Each state has a membership from 0 to 1, a product of ramps over features of the track (windows from 4 to 90 minutes).
The greatest wins, after it was so at two looks running (each with a new position); how sure it is, is its share of
all. Starting values: DMA AisAbnormal (drift: course across the heading by 45 deg at 1 to 5 kn), RTEC maritime
(trawling 1 to 9 kn with changes of heading), GFW (anchored below 0.5 kn); swing circles: own, from the geometry of a
ship that lies bow to the stream.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.model.clock import SECOND
from selat.tracks import features
from selat.tracks.contacts import Contacts
from selat.tracks.features import Features, Swings
from selat.tracks.kinds import is_ship

EVERY = 30 * SECOND  #: ns of event time between looks
NOW, SHORT, LATELY, LONG, WORK = 240.0, 600.0, 900.0, 2400.0, 5400.0  #: s: windows
SELDOM = 120 * SECOND  #: ns between looks at ships that sail briskly
BRISK = 4.0  #: m/s: above all speeds of drifting and lying
VOTES = 2  #: looks running, each with new evidence, before the state changes
GIVE_UP = 6  #: looks running without any answer, before what was known is given up
_DOUBT = 0.1  #: share kept for "none of these"

Floats = NDArray[np.float64]


class Motion(IntEnum):
    """What a ship does."""

    UNKNOWN = 0
    UNDER_WAY = 1
    DRIFTING = 2
    ANCHORED = 3
    MOORED = 4
    FISHING = 5  #: moves as ships do that fish; it may be something else that works about a ground


@dataclass(frozen=True, slots=True)
class Memberships:
    """From 0 to 1, arrays by ship looked at, in the order of :class:`Motion` without UNKNOWN."""

    under_way: Floats
    drifting: Floats
    anchored: Floats
    moored: Floats
    fishing: Floats

    def stacked(self) -> Floats:
        """(5, n)."""
        return np.stack([self.under_way, self.drifting, self.anchored, self.moored, self.fishing])


def _ramp(x: Any, zero: float, one: float) -> Floats:
    """0 at ``zero``, 1 at ``one`` and beyond, straight between; NaN stays."""
    out: Floats = np.clip((np.asarray(x, "f8") - zero) / (one - zero), 0.0, 1.0)
    return out


def _known(x: Any, otherwise: float) -> Floats:
    return np.where(np.isnan(x), otherwise, x)


def _straight(f: Features) -> Floats:
    """Share of the way that was made good; 1 for what hardly moved at all."""
    return np.where(f.gross > 1.0, f.net / np.maximum(f.gross, 1.0), 1.0)


@dataclass(frozen=True, slots=True)
class Looks:
    """What :func:`memberships` judges: features over four windows, swing circles over two; arrays by ship."""

    now: Features
    short: Features
    long: Features
    work: Features
    lie: Swings
    lain: Swings


def look(contacts: Contacts, slots: Any, now: int) -> Looks:
    """Features of ``slots`` at ``now`` (ns)."""
    now_, short, long, work = (features.over(contacts, slots, now, seconds) for seconds in (NOW, SHORT, LONG, WORK))
    lie, lain = (features.swings(contacts, slots, now, seconds) for seconds in (LATELY, LONG))
    return Looks(now_, short, long, work, lie, lain)


def memberships(at: Looks, length: Any, go: Any) -> Memberships:
    """How much each ship is in each state; ``length`` m (NaN: not known), ``go`` smoothed speed m/s (NaN: not known)."""
    speed = np.where(np.isnan(at.now.mean) | (at.now.n < 2), _known(go, 0.0), at.now.mean)
    size = _known(length, 100.0)
    fishing = _fishing(speed, at.work, size)
    drifting = _drifting(speed, at) * (1.0 - fishing)
    under = _ramp(speed, 0.5, 1.2) * (1.0 - drifting) * (1.0 - fishing)
    anchored, moored, swung = _lying(speed, at, size)
    return Memberships(under, drifting * (1.0 - swung), anchored, moored, fishing)


def _lying(speed: Floats, at: Looks, size: Floats) -> tuple[Floats, Floats, Floats]:
    """At anchor, alongside, and how sure a swing circle is.

    The antenna of a ship at anchor keeps within her chain and half her length of it, and she yaws and swings; alongside
    neither place nor heading changes.
    """
    slow = _ramp(speed, 0.8, 0.4) * _ramp(_known(at.now.most, 0.0), 2.5, 1.5)
    room = 120.0 + 0.75 * size
    settled = at.long.radius < 1.3 * room
    confined = _ramp(at.long.radius / room, 1.3, 0.9) * _ramp(at.long.span, 300.0, 1800.0)
    leaving = _ramp(_straight(at.short), 0.6, 0.9) * _ramp(at.short.net, 40.0, 90.0)
    lately = 0.7 * _ramp(at.short.radius / room, 0.5, 0.3) * _ramp(at.short.span, 120.0, 360.0) * (1.0 - leaving)
    confined = np.maximum(_known(confined, 0.0), _known(lately, 0.0))
    radius = np.where(settled & (at.long.span >= 900.0), at.long.radius, at.short.radius)
    tight = _known(_ramp(radius, 45.0, 25.0), 0.0) * _ramp(np.maximum(at.long.span, at.short.span), 120.0, 600.0)
    tight = np.maximum(tight, _known(_ramp(at.lie.rest, 16.0, 8.0), 0.0) * _ramp(at.lie.n, 1.0, 3.0))
    n = np.where(settled, at.lain.n, at.lie.n)
    spread = np.where(settled, at.lain.spread, at.lie.spread)
    fixed = np.where(n >= 3, _known(_ramp(spread, 2.2, 1.2), 0.6), 0.6)
    lain = at.lain
    circle = (lain.n >= 4) & (lain.radius > 15.0) & (lain.radius < 2.0 * room) & (lain.rest < 25.0)
    swung = np.where(circle & (lain.spread > 2.0), confined, 0.0)
    moored = slow * tight * fixed * (1.0 - swung)
    other = np.where(n >= 3, 1.0 - 0.9 * fixed * tight, 0.85 - 0.4 * tight)
    return slow * confined * np.maximum(swung, other), moored, swung


def _drifting(speed: Floats, at: Looks) -> Floats:
    """Carried by the stream: slow, steady way over the ground that is not along the keel.

    Without a heading only a slow and very straight way is taken for it, and not for sure.
    """
    pace = _ramp(speed, 0.1, 0.25) * _ramp(speed, 3.2, 2.6)
    steady = _ramp(_straight(at.short), 0.5, 0.8) * _ramp(at.short.net, 40.0, 90.0)
    across = _ramp(_known(at.short.across, 0.0), 30.0, 50.0) * _ramp(_known(at.now.across, 90.0), 20.0, 40.0)
    blind = 0.6 * _ramp(speed, 1.1, 0.7) * _ramp(_straight(at.long), 0.9, 0.97) * _ramp(at.long.span, 600.0, 1500.0)
    return pace * steady * np.where(np.isnan(at.short.crab), blind, across)


def _fishing(speed: Floats, work: Features, size: Floats) -> Floats:
    """Slow, turning all the while for the way she makes, and not getting far."""
    pace = _ramp(speed, 0.4, 0.6) * _ramp(work.mean, 5.0, 4.2) * _ramp(work.most, 8.0, 6.0)
    bent = work.turned * 1000.0 / np.maximum(work.gross, 1.0)  # deg/km
    turning = _ramp(bent, 30.0, 70.0) * _ramp(_straight(work), 0.95, 0.85) * _ramp(work.gross, 300.0, 1000.0)
    return _known(pace * turning * _ramp(work.span, 900.0, 2400.0) * _ramp(size, 150.0, 80.0), 0.0)


def settle(contacts: Contacts, now: int) -> None:
    """Look at ships with a new position since the last look (``now`` ns, a full 30 s of event time), and conclude."""
    fresh = is_ship(contacts.kind) & (contacts.time > now - EVERY) & (contacts.time <= now)
    # Who sails briskly can only be fishing besides: it is enough to look at her now and then.
    brisk = (contacts.motion == Motion.UNDER_WAY) & (np.hypot(contacts.vx, contacts.vy) > BRISK)
    seldom = (now % SELDOM == 0) & (contacts.time > now - SELDOM) & (contacts.time <= now)
    fresh = np.where(brisk, is_ship(contacts.kind) & seldom, fresh)
    slots = np.flatnonzero(fresh & ~np.isnan(contacts.lat))
    if not slots.size:
        return
    at = look(contacts, slots, now)
    go = np.hypot(contacts.vx[slots], contacts.vy[slots])
    found = memberships(at, contacts.length()[slots], go).stacked()
    found[:, at.long.n < 2] = 0.0
    best = np.argmax(found, axis=0)
    top = found[best, np.arange(slots.size)]
    best = np.where(top > 0.05, best + 1, int(Motion.UNKNOWN))
    share = np.where(top > 0.05, found / (found.sum(axis=0) + _DOUBT), 0.0)
    _vote(contacts, slots, best, share)


def _vote(c: Contacts, slots: Any, best: Any, share: Floats) -> None:
    """Hysteresis: a state changes after it was best at :data:`VOTES` looks running, and began with the first."""
    held, then = c.motion[slots], c.motion_next[slots]
    other = best != held
    again = other & (best == then) & (c.motion_votes[slots] > 0)
    votes = np.where(other, np.where(again, np.minimum(c.motion_votes[slots] + 1, 200), 1), 0)
    begun = np.where(again, c.motion_from[slots], c.time[slots])
    needed = np.where(best == Motion.UNKNOWN, GIVE_UP, VOTES)
    turn = other & ((votes >= needed) | (held == Motion.UNKNOWN))
    c.motion_since[slots[turn]] = begun[turn]
    c.motion[slots[turn]] = best[turn]
    votes[turn] = 0
    c.motion_next[slots], c.motion_votes[slots], c.motion_from[slots] = best, votes, begun
    state = c.motion[slots].astype("i8")
    c.motion_sure[slots] = np.where(state > 0, share[np.maximum(state - 1, 0), np.arange(slots.size)], 0.0)


__all__ = ["EVERY", "Looks", "Memberships", "Motion", "look", "memberships", "settle"]
