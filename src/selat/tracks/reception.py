"""How well a ship would be heard, learned from the feed itself: by cell of a tenth of a degree, class and station.

Every minute each ship that was heard lately should have sent so many reports (ITU-R M.1371-5); so many were heard.
The share by cell and class, forgotten with a half-life of twelve hours, is the chance of a report. Ships that fell
silent count as unheard where they would be by now, for a quarter of an hour (half an hour those that lie), so the edge
of the coverage is learned as such. Chances differ from ship to ship (aerials, power, shadow): the excess of the scatter
over the binomial's is fitted, and a silence is judged by a chance that is the ship's own (Beta) for all its reports.

An outage shows in the neighbours: what others within a cell's reach, and the stations that hear that cell, were heard
against what was expected, in bins of five minutes over two hours. Where nobody else could be heard, nothing is claimed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from selat.kernels import geodesy
from selat.kernels.chance import none_of
from selat.model.clock import MINUTE, SECOND
from selat.model.schema import NO_TIME
from selat.tracks import features
from selat.tracks.cells import Cells, around, keys_of
from selat.tracks.contacts import Contacts
from selat.tracks.intervals import nominal
from selat.tracks.kinds import Kind, sends
from selat.tracks.stations import Silence, Stations

EVERY = MINUTE  #: ns of event time between lessons
BIN, BINS = 5 * MINUTE, 24  #: of the late past
HALF_LIFE = 720.0  #: minutes: memory of the chances
ALIVE, ALIVE_LYING = 15 * MINUTE, 30 * MINUTE  #: a ship that was heard within this should still be heard
OUTAGE = 1e-3  #: chance that a receiver is down at any moment, where nobody else was heard to deny it
_PRIOR = 2.0  #: reports: weight of "not heard" in a cell, and of "as usual" in a bin
_AROUND = 0.25  #: weight of what the neighbouring cells taught
APART = 120 * MINUTE  #: a station that is silent for longer is gone, and the others share its waters
_FREE = 20.0  #: a + b of the Beta before anything is fitted
_STATIONS = 1 << 16

Floats = NDArray[np.float64]


class Expectation(NamedTuple):
    """Arrays by question. ``expected`` reports heard, ``none``: chance that not one was; and what they come from.

    ``chance`` of one report where the ship is, in usual times; ``ratio``: heard over usual in the time asked about (1:
    no outage); ``taught``: ships (in 5-minute pieces) that taught the cell; ``others``: reports heard from others
    around in that time; ``own``: a + b of the Beta; ``clearly``: of ``expected``, those at times when at least half of
    the usual was heard.
    """

    expected: Floats
    none: Floats
    chance: Floats
    ratio: Floats
    taught: Floats
    others: Floats
    own: Floats
    clearly: Floats


class Reception:
    """The model. Only the floor teaches it; rules ask :meth:`expect` and :meth:`silent`."""

    def __init__(self) -> None:
        self.now = NO_TIME
        self.cells = Cells(sent=(2,), heard=(2,), ships=(2,), usual=(BINS,), got=(BINS,))
        self.by = Cells(heard=())  # key: cell and station
        self.stations = Stations(BINS)
        self._bin = 0
        self._excess = np.zeros((2, 2))  # by class: sums of the fit of the scatter
        self._ids = np.zeros(0, "i8")
        self._of = np.zeros((0, 6))  # by contact: reports at the last lesson; due, got, usual in this bin; class, cell

    # --- taught by the floor -----------------------------------------------------------------------------------------
    def hear(self, stations: NDArray[Any], times: NDArray[np.int64], now: int) -> None:
        """Reports of the tick ``now`` (ns), by station, with their times."""
        self.now = now
        if stations.size:
            self.stations.hear(stations, times, now)

    def learn(self, c: Contacts, now: int) -> None:
        """The lesson of the minute that ends at ``now`` (ns, a full minute of event time)."""
        self.now = now
        slot = self._turn_bin(now)
        ids = c.ids()
        before = self._match(ids)
        heard = c.reports - before[:, 0]
        before[:, 0] = c.reports
        every = nominal(c.kind, c.sog, c.status)
        patience = np.where(every >= 180.0, ALIVE_LYING, ALIVE)
        use = sends(c.kind, c.mmsi) & ~np.isnan(c.lat) & (now - c.time < patience) & (heard < c.reports)
        at = np.flatnonzero(use)
        at = at[~(features.over(c, at, now, 120.0).turned > 15.0)]  # who turns sends more often
        decay = 0.5 ** (1.0 / HALF_LIFE)
        for table in ("sent", "heard", "ships"):
            self.cells.tables[table] *= decay
        self.by.tables["heard"] *= decay
        if at.size:
            due = 60.0 / every[at]
            got = np.minimum(heard[at], np.maximum(due + 1.0, 1.0))
            lat, lon = _carried(c, at, now)
            keys = keys_of(lat, lon)
            usual, sure = self._count(keys, c, at, due, got, slot)
            before[at, 1:4] += np.stack([due, got, usual], axis=1) * sure[:, None]
            before[at, 4], before[at, 5] = c.kind[at] == Kind.CLASS_B, keys
        order = np.argsort(ids, kind="stable")
        self._ids, self._of = ids[order], before[order]
        self.stations.minute(slot, now)

    def _match(self, ids: NDArray[np.int64]) -> Floats:
        """What is remembered of each contact; of one that is new, that all its reports are of now."""
        out = np.zeros((len(ids), 6))
        if len(self._ids):
            at = np.searchsorted(self._ids, ids)
            at[at == len(self._ids)] = 0
            same = self._ids[at] == ids
            out[same] = self._of[at[same]]
        return out

    def _count(
        self, keys: Any, c: Contacts, at: Any, due: Floats, got: Floats, slot: int
    ) -> tuple[Floats, NDArray[np.bool_]]:
        """Write a lesson into the cells; returns what was usual for each ship, and where that was known already."""
        cls = (c.kind[at] == Kind.CLASS_B).astype("i8")
        number = self.cells.meet(keys)
        each = np.arange(at.size)
        chance, taught = (a[each, cls] for a in self._chance(keys))
        t = self.cells.tables
        np.add.at(t["usual"][:, slot], number, due * chance)
        np.add.at(t["got"][:, slot], number, got)
        np.add.at(t["sent"], (number, cls), due)
        np.add.at(t["heard"], (number, cls), got)
        np.add.at(t["ships"], (number, cls), MINUTE / BIN)
        some = got > 0
        if any(0 <= self.now - s.since < APART for s in self.stations.silent(self.now)):
            some[:] = False  # while one is silent others are first where they are not as a rule
        pairs = self.by.meet(keys[some] * _STATIONS + c.station[at[some]])
        np.add.at(self.by.tables["heard"], pairs, got[some])
        return due * chance, taught > 3.0

    def _chance(self, keys: Any) -> tuple[Floats, Floats]:
        """Chance of a report by cell and class (n, 2), and how many ships taught it; neighbours count a quarter."""
        each, of = np.unique(keys, return_inverse=True)  # many ships share a cell
        near = self.cells.find(around(each))
        weight = np.array([1.0] + 8 * [_AROUND])[None, :, None]
        sent, heard, ships = (
            (self.cells.gather(name, near) * weight).sum(axis=1) for name in ("sent", "heard", "ships")
        )
        return np.minimum(heard / (sent + _PRIOR), 0.995)[of], ships[of]

    def _turn_bin(self, now: int) -> int:
        """Column of the bin that the minute before ``now`` lies in; bins that begin are empty."""
        number = (now - 1) // BIN
        if number != self._bin:
            self._fit()
            gone = range(max(self._bin + 1, number - BINS + 1), number + 1)
            columns = [k % BINS for k in gone]
            for tables in (self.cells.tables, self.stations.tables):
                tables["usual"][:, columns] = 0.0
                tables["got"][:, columns] = 0.0
            self._bin = number
        return int(number % BINS)

    def _fit(self) -> None:
        """Scatter of ships' shares in the bin that ended, beyond the binomial's: method of moments, pooled by class.

        Not where much less was heard than usual: an outage is no property of ships.
        """
        self._excess *= 0.5 ** (BIN / MINUTE / HALF_LIFE)
        if not len(self._ids):
            return
        _, n, got, usual, cls, keys = self._of.T
        p = usual / np.maximum(n, 1e-9)
        near = self.cells.find(around(keys.astype("i8")))
        all_got, all_usual = (self.cells.gather(k, near)[:, :, self._bin % BINS].sum(axis=1) for k in ("got", "usual"))
        use = (n >= 4.0) & (p > 0.05) & (p < 0.99) & (all_got > 0.8 * all_usual)
        n, p, got, cls = n[use], p[use], got[use], cls[use]
        off = (np.minimum(got, n) - n * p) ** 2 - n * p * (1.0 - p)
        room = n * (n - 1.0) * p * (1.0 - p)
        for k in (0, 1):
            self._excess[k] += [off[cls == k].sum(), room[cls == k].sum()]
        self._of[:, 1:4] = 0.0

    def _own(self) -> Floats:
        """a + b of the Beta of ships' own chances, by class; wide until there is enough to fit."""
        over, room = self._excess.T
        share = np.clip((over + 50.0 / (_FREE + 1.0)) / (room + 50.0), 1e-3, 0.8)
        return 1.0 / share - 1.0

    # --- asked by rules ----------------------------------------------------------------------------------------------
    def expect(self, lat: Any, lon: Any, kind: Any, seconds: Any, interval: Any) -> tuple[Floats, Floats]:
        """Reports expected to be heard, and chance that none was, from ships of ``kind`` silent for ``seconds`` until now.

        ``lat``, ``lon`` deg where they were, ``interval`` s between their reports (:func:`~selat.tracks.intervals.nominal`);
        numbers or arrays. See :meth:`ask` for ships that move on, and for what the answer comes from.
        """
        found = self.ask(lat, lon, kind, seconds, interval)
        return found.expected, found.none

    def ask(
        self, lat: Any, lon: Any, kind: Any, seconds: Any, interval: Any, *, vx: Any = 0.0, vy: Any = 0.0,
        heard: Any = 0.0, of: Any = 0.0,
    ) -> Expectation:  # fmt: skip
        """As :meth:`expect`, of ships that went on from (lat, lon) at ``vx``, ``vy`` m/s, with all that it comes from.

        ``heard`` of ``of`` reports of this very ship came in before (up to 30 are believed). Silences count over two
        hours at most; what lies before could only make them less likely.
        """
        cast = np.broadcast_arrays(
            *(np.asarray(x, "f8") for x in (lat, lon, kind, seconds, interval, vx, vy, heard, of))
        )
        lat, lon, kind, seconds, interval, vx, vy, heard, of = (np.atleast_1d(x).astype("f8") for x in cast)
        first = self._bin - BINS + 1
        starts = (first + np.arange(BINS)) * float(BIN)
        began = self.now - seconds * SECOND
        lo, hi = np.maximum(starts, began[:, None]), np.minimum(starts + BIN, float(self.now))
        due = np.maximum(hi - lo, 0.0) / SECOND / interval[:, None]  # (n, bins)
        cls = (kind == Kind.CLASS_B).astype("i8")
        middle = np.maximum((0.5 * (lo + hi) - began[:, None]) / SECOND, 0.0)
        lats, lons = geodesy.moved(lat[:, None], lon[:, None], vx[:, None] * middle, vy[:, None] * middle)
        keys = keys_of(np.nan_to_num(lats), np.nan_to_num(lons))
        known, where = np.unique(keys, return_inverse=True)
        where = where.reshape(keys.shape)
        p, ships = (a[where, cls[:, None]] for a in self._chance(known))
        gone = np.maximum(np.minimum(starts + BIN, float(self.now)) - starts, 1.0) / SECOND / interval[:, None]
        ratio, others = self._ratios(known, where, due * p, (gone - due) * p)
        others *= due / gone
        n, expected = due.sum(axis=1), (due * p * ratio).sum(axis=1)
        clearly = (due * p * ratio * (ratio >= 0.5)).sum(axis=1)
        safe = np.maximum(n, 1e-9)
        chance = np.where(n > 0, (due * p).sum(axis=1) / safe, p[:, -1])
        taught = np.where(n > 0, (due * ships).sum(axis=1) / safe, ships[:, -1])
        others = others.sum(axis=1)
        clear = np.where(expected > 0, expected / np.maximum((due * p).sum(axis=1), 1e-9), 1.0)
        own = 1.0 / (1.0 / self._own()[cls] + 1.0 / (taught + 1.0))
        share = np.minimum(30.0 / np.maximum(of, 1e-9), 1.0)
        a = np.maximum(chance * own, 1e-3) + heard * share
        b = np.maximum((1.0 - chance) * own, 1e-3) + (of - np.minimum(heard, of)) * share
        quiet = none_of(a, b, n * clear)
        down = OUTAGE * np.exp(-np.minimum(others, 50.0))
        return Expectation(expected, np.minimum(quiet + down, 1.0), chance, clear, taught, others, own, clearly)

    def _ratios(self, known: Any, where: Any, missed: Floats, before: Floats) -> tuple[Floats, Floats]:
        """Heard over usual among others around (n, bins), and how many reports that was; own share taken off.

        Columns are bins from the oldest on; the asker's own share: ``missed`` in her silence, ``before`` it in its bin.
        """
        columns = (self._bin - BINS + 1 + np.arange(BINS)) % BINS
        near = self.cells.find(around(known))
        total, got = (self.cells.gather(name, near).sum(axis=1)[:, columns] for name in ("usual", "got"))
        alive = np.stack([self._stations_of(int(key))[columns] for key in known])
        each = np.arange(BINS)[None, :]
        rest = np.maximum(total[where, each] - missed - before, 0.0)
        heard = np.maximum(got[where, each] - before, 0.0)
        return np.minimum((heard + _PRIOR * alive[where, each]) / (rest + _PRIOR), 1.0), heard

    def _stations_of(self, key: int) -> Floats:
        """Heard over usual of the stations that hear a cell (bins,)."""
        lo, hi = np.searchsorted(self.by.keys, [key * _STATIONS, (key + 1) * _STATIONS])
        if hi == lo:
            return np.ones(BINS)
        return self.stations.ratio(self.by.keys[lo:hi] - key * _STATIONS, self.by.tables["heard"][lo:hi])

    def silent(self, now: int) -> list[Silence]:
        """Stations whose own silence is not by chance, as of ``now`` (ns)."""
        return self.stations.silent(now)

    # --- saved -------------------------------------------------------------------------------------------------------
    def state(self) -> dict[str, Any]:
        """All of it as plain numbers and arrays."""
        return {
            "now": self.now, "bin": self._bin, "excess": self._excess.copy(), "ids": self._ids.copy(), "of": self._of.copy(),
            "cells": self.cells.state(), "by": self.by.state(), "stations": self.stations.state(),
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        self.now, self._bin = int(state["now"]), int(state["bin"])
        self._excess, self._ids, self._of = (np.array(state[k]) for k in ("excess", "ids", "of"))
        for name in ("cells", "by", "stations"):
            getattr(self, name).restore(state[name])


def _carried(c: Contacts, at: Any, now: int) -> tuple[Floats, Floats]:
    """Where contacts ``at`` would be now, by dead reckoning."""
    seconds = (now - c.time[at]) / SECOND
    vx, vy = np.nan_to_num(c.vx[at]), np.nan_to_num(c.vy[at])
    return geodesy.moved(c.lat[at], c.lon[at], vx * seconds, vy * seconds)
