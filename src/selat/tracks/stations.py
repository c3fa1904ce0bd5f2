"""Receiving stations: how much each one hears, and whether its silence means anything."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from selat.model.clock import MINUTE
from selat.model.schema import NO_TIME

HALF_LIFE = 60.0  #: minutes: memory of how much a station hears in a minute
LEARNED = 10  #: minutes of hearing something before its silence can mean anything
LIMIT = 1e-4  #: chance of its silence below which a station counts as silent
STALE = (
    MINUTE  #: ns: a report so much older than the newest of its station was held up on its way: it was not heard now
)
BACK = (
    0.5  #: of what a station hears in a minute: so many old reports are no few held up, but a clock that was set back
)
_PRIOR = 2.0  #: reports: weight of "all is as usual"

_BLANK = {"last": NO_TIME}  #: in a fresh row; else 0

Floats = NDArray[np.float64]


class Silence(NamedTuple):
    """A station that is silent: since when (ns), reports expected since, and how likely such a silence is by chance."""

    station: int
    since: int
    expected: float
    chance: float


class Stations:
    """What each station (row of the table of stations; 0: not named) heard in a minute, and in the bins of late."""

    def __init__(self, bins: int) -> None:
        self.ids = np.zeros(0, "i8")
        self.tables: dict[str, NDArray[Any]] = {
            "minutes": np.zeros(0), "mean": np.zeros(0), "square": np.zeros(0), "count": np.zeros(0),
            "last": np.zeros(0, "i8"), "newest": np.zeros(0, "i8"), "old": np.zeros(0),
            "usual": np.zeros((0, bins)), "got": np.zeros((0, bins)),
        }  # fmt: skip

    def hear(self, stations: NDArray[Any], times: NDArray[np.int64], now: int) -> None:
        """Count reports by station; ``times`` of the reports, ``now`` ns.

        What was heard before and only comes in now (a relay gives out what it kept) does not show that the station hears.
        """
        at = np.searchsorted(self.ids, stations)
        if not len(self.ids) or (self.ids[np.minimum(at, len(self.ids) - 1)] != stations).any():
            at = self._meet(stations)
        t = self.tables
        old = times < t["newest"][at] - STALE
        t["old"] += np.bincount(at[old], minlength=len(self.ids))
        at = at[~old]
        t["count"] += np.bincount(at, minlength=len(self.ids))
        t["last"][at] = now
        np.maximum.at(t["newest"], at, np.minimum(times[~old], now))

    def _meet(self, ids: NDArray[Any]) -> NDArray[Any]:
        fresh = np.setdiff1d(ids, self.ids)
        if fresh.size:
            both = np.concatenate([self.ids, fresh])
            order = np.argsort(both, kind="stable")
            self.ids = both[order]
            for name, table in self.tables.items():
                blank = np.zeros((fresh.size, *table.shape[1:]), table.dtype)
                self.tables[name] = np.concatenate([table, blank + _BLANK.get(name, 0)])[order]
        return np.searchsorted(self.ids, ids)

    def minute(self, slot: int, now: int) -> None:
        """A minute is over: learn how much each station heard in it; ``slot``: column of the bin it belongs to."""
        t = self.tables
        back = t["old"] > BACK * np.maximum(t["mean"], 1.0)
        t["last"][back], t["newest"][back] = now, 0
        t["count"][back] += t["old"][back]
        t["old"][:] = 0.0
        known = t["minutes"] > 0
        t["usual"][:, slot] += np.where(known, t["mean"], t["count"])
        t["got"][:, slot] += t["count"]
        off = (self._chance(now) < LIMIT) & (t["count"] == 0)  # silence is not what it usually hears
        share = 1.0 - 0.5 ** (1.0 / HALF_LIFE)
        gain = np.where(off, 0.0, np.maximum(share, 1.0 / (t["minutes"] + 1.0)))
        t["mean"] += gain * (t["count"] - t["mean"])
        t["square"] += gain * (t["count"] ** 2 - t["square"])
        t["minutes"] += ~off
        t["count"][:] = 0.0

    def _chance(self, now: int) -> Floats:
        """Chance of each station's present silence: gamma-Poisson, with the dispersion of its minutes."""
        t = self.tables
        minutes = np.where(t["last"] == NO_TIME, 0.0, (now - t["last"]) / MINUTE)
        spread = np.maximum(t["square"] - t["mean"] ** 2 - t["mean"], 1e-9)
        kappa = np.clip(t["mean"] ** 2 / spread, 0.2, 1e4)
        return np.where(t["minutes"] >= LEARNED, (1.0 + t["mean"] * np.maximum(minutes, 0.0) / kappa) ** -kappa, 1.0)

    def silent(self, now: int, limit: float = LIMIT) -> list[Silence]:
        """Stations whose silence is not by chance, as of ``now`` (ns)."""
        chance = self._chance(now)
        t = self.tables
        return [
            Silence(
                int(self.ids[k]),
                int(t["last"][k]),
                float(t["mean"][k] * (now - t["last"][k]) / MINUTE),
                float(chance[k]),
            )
            for k in np.flatnonzero(chance < limit)
        ]

    def ratio(self, ids: NDArray[Any], weights: Floats) -> Floats:
        """Heard over usual (bins,) of stations, weighed; 1 where nothing is known of them."""
        bins = self.tables["usual"].shape[1]
        at = np.searchsorted(self.ids, ids)
        good = at < len(self.ids)
        good[good] = self.ids[at[good]] == ids[good]
        if not good.any():
            return np.ones(bins)
        got, usual = self.tables["got"][at[good]], self.tables["usual"][at[good]]
        each = np.minimum((got + _PRIOR) / (usual + _PRIOR), 1.0)
        out: Floats = (each * weights[good, None]).sum(axis=0) / weights[good].sum()
        return out

    def state(self) -> dict[str, Any]:
        """As plain arrays."""
        return {"ids": self.ids.copy(), **{k: v.copy() for k, v in self.tables.items()}}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        self.ids = np.array(state["ids"])
        none = {k: np.zeros((len(self.ids), *v.shape[1:]), v.dtype) for k, v in self.tables.items()}
        self.tables = {k: np.array(state.get(k, v)) for k, v in none.items()}
