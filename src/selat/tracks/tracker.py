"""Plots of radars become confirmed tracks: a pure step whose state can be saved, and that plots may reach late.

Plots are taken in order of event time up to a watermark, so how the input was cut changes nothing. What comes later than
that, but within :data:`RING`, winds the tracker back to the last saved moment before it and plays on from there: the state
is then the one that the plot in time would have made. What was told already stays told. What is older than the ring is
counted and left out. Turns of several radars are judged one after another (:mod:`selat.tracks.turning`).

A track's lasting number is given when it is first sure, in that order; it is kept through a winding back as long as the
track begins with the same plot.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.model.clock import SECOND
from selat.model.columns import Columns, concat, empty
from selat.model.schema import NO_TIME, PLOTS, Flag, TimeQuality
from selat.model.targets import TRACKS, target_number
from selat.model.units import KNOT
from selat.sensors.radar import Radar
from selat.tracks.turning import Engine, Told, Tuning

RING = 90 * SECOND  #: ns: plots that come this late are still put in their place
EVERY = 15 * SECOND  #: ns of event time between saved moments
_GOOD = int(Flag.ACCURATE | Flag.SECOND)
_KEEP = 3600 * SECOND  #: ns for which the number of a track that ended is remembered

Array = NDArray[Any]


class Tracker:
    """Feed it plots with :meth:`step`. ``number``: the sea's number under which its tracks go as targets."""

    def __init__(
        self, radars: Mapping[int, Radar] | None = None, tuning: Tuning | None = None, number: int = 1
    ) -> None:
        self.number = number
        self._engine = Engine(radars or {}, tuning or Tuning())
        self._saved: list[tuple[int, Engine]] = []  # moments (ns) at which all plots up to them were taken
        self._log = empty(PLOTS)  # plots after the first of those, and those that wait
        self._until = NO_TIME
        self._told = NO_TIME  # moment up to which tracks were told of
        self._numbers: dict[int, tuple[int, int]] = {}  # by uid: number of the track, ns when last told
        self._next = 0
        self.late = 0  #: plots that came after the watermark and were put in their place
        self.lost = 0  #: plots that came too late for that

    @property
    def until(self) -> int:
        """The watermark, ns: all plots up to it were taken."""
        return self._until

    @property
    def engine(self) -> Engine:
        """The tracks as they are now."""
        return self._engine

    def radar(self, number: int, radar: Radar) -> None:
        """From now on radar ``number`` is known to be this."""
        known = {**self._engine.radars, number: radar}
        self._engine.radars = known
        for _, engine in self._saved:
            engine.radars = known

    def step(self, plots: Columns, until: int) -> Columns:
        """Take plots, in any order, and go on to ``until`` (ns); the rows of reports that follow, in order of time.

        A row has no station and no AIS type; its ``seq`` is that of the track's likeliest plot.
        """
        until = max(until, self._until)
        if plots.rows:
            self._take(plots)
        out = self._play(self._until, until) if until > self._until else []
        self._until = until
        self._forget(until)
        fresh = [t for t in out if t.due > self._told]
        if out:
            self._told = max(self._told, out[-1].due)
        return self._rows(fresh)

    def _take(self, plots: Columns) -> None:
        base = self._saved[0][0] if self._saved else NO_TIME
        keep = plots["time"] > base
        if self._saved and not keep.all():
            self.lost += int((~keep).sum())
            plots = plots.take(keep)
        late = plots["time"] <= self._until
        log = concat([self._log, plots], PLOTS)
        self._log = log.take(np.lexsort((log["seq"], log["time"])))
        if late.any():
            self.late += int(late.sum())
            self._wind_back(int(plots["time"][late].min()))

    def _wind_back(self, before: int) -> None:
        """To the last saved moment before ``before`` (ns), and on to the watermark; there is one, or none was ever saved."""
        while len(self._saved) > 1 and self._saved[-1][0] >= before:
            self._saved.pop()
        moment, engine = self._saved[-1] if self._saved else (NO_TIME, None)
        if engine is None:
            engine = Engine(self._engine.radars, self._engine.tuning)
            engine.fixed.charted = self._engine.fixed.charted
        self._engine = engine.copy()
        self._play(moment, self._until)

    def _play(self, since: int, until: int) -> list[Told]:
        """Take the plots of the log in (since, until], moment by moment."""
        times = self._log["time"]
        out: list[Told] = []
        first, moment = int(np.searchsorted(times, since, "right")), since
        while moment < until:
            if moment == NO_TIME:
                if first == len(times):
                    break
                moment = (int(times[first]) - 1) // EVERY * EVERY
            step = min(until, (moment // EVERY + 1) * EVERY)
            if not self._engine.scans.waits:  # nothing to do before the next plot
                later = min(until, int(times[first])) if first < len(times) else until
                step = max(step, (later - 1) // EVERY * EVERY)
            stop = int(np.searchsorted(times, step, "right"))
            if stop > first:
                self._engine.push(self._log.slice(first, stop))
            out += self._engine.pull(step)
            if step % EVERY == 0:
                self._saved.append((step, self._engine.copy()))
                del self._saved[: -2 - RING // EVERY]
            first, moment = stop, step
        return out

    def _forget(self, until: int) -> None:
        while len(self._saved) > 1 and self._saved[1][0] < until - RING:
            del self._saved[0]
        if self._saved:
            cut = int(np.searchsorted(self._log["time"], self._saved[0][0], "right"))
            self._log = self._log.slice(cut, self._log.rows)
        if len(self._numbers) > 1000:
            self._numbers = {u: (n, t) for u, (n, t) in self._numbers.items() if t > until - _KEEP}

    def _rows(self, told: list[Told]) -> Columns:
        parts = [self._report(t) for t in told if len(t.uid)]
        return concat(parts, "reports")

    def _report(self, t: Told) -> Columns:
        for u in t.uid[np.lexsort((t.uid, t.born))].tolist():
            number, _ = self._numbers.get(u, (-1, 0))
            if number < 0:
                number = self._next % TRACKS
                self._next += 1
            self._numbers[u] = number, t.due
        numbers = np.array([self._numbers[u][0] for u in t.uid.tolist()], "i8")
        speed = np.hypot(t.vx, t.vy)
        course = np.degrees(np.arctan2(t.vx, t.vy)) % 360.0
        clear = speed > 2.0 * t.vsigma  # a direction of what hardly moves means nothing
        n = len(t.uid)
        rows = Columns(
            "reports",
            {
                "time": t.time, "received": np.full(n, t.received, "i8"), "seq": t.seq,
                "mmsi": target_number(np.full(n, self.number), numbers), "msg_type": np.zeros(n, "u1"),
                "flags": np.where(t.sigma <= 10.0, _GOOD, int(Flag.SECOND)), "time_quality": np.full(n, int(TimeQuality.ARCHIVE)),
                "lat": np.rint(t.lat * 1e7), "lon": np.rint(t.lon * 1e7),
                "sog": np.minimum(np.rint(speed / (0.1 * KNOT)), 10220),
                "cog": np.where(clear, np.rint(course * 10) % 3600, 65535),
            },
        )  # fmt: skip
        return rows.take(np.lexsort((t.seq, t.time)))

    def standing(self, number: int) -> dict[str, Any] | None:
        """What is known of the sure track that goes under a target's ``number``, in plain values; None where there is none."""
        uid = next((u for u, (n, _) in self._numbers.items() if target_number(self.number, n) == number), None)
        c = self._engine.columns
        found = [] if uid is None else np.flatnonzero((c["alive"] > 0) & (c["uid"] == uid)).tolist()
        if not found:
            return None
        i = found[0]
        m = self._engine.mean()[i]
        return {
            "existence": float(c["r"][i]), "plots": int(c["hits"][i]), "since": int(c["born"][i]), "sure": int(c["sure"][i]),
            "seen": int(c["seen"][i]), "fit": float(c["nis"][i]), "ways": 3 if c["many"][i] else 1,
            "sigma": float(np.sqrt(0.5 * (m[4] + m[6]))), "first_odds": float(c["odds"][i]), "fixed": bool(c["fixed"][i]),
        }  # fmt: skip

    # --- state -------------------------------------------------------------------------------------------------------
    def state(self) -> dict[str, Any]:
        """Plain values and arrays: the first saved moment and the plots since, from which the rest follows."""
        moment, engine = self._saved[0] if self._saved else (NO_TIME, Engine())
        return {
            "number": self.number, "moment": moment, "engine": engine.state(), "log": dict(self._log), "until": self._until,
            "told": self._told, "next": self._next, "late": self.late, "lost": self.lost,
            "numbers": np.array([[u, n, t] for u, (n, t) in self._numbers.items()], "i8").reshape(-1, 3),
        }  # fmt: skip

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a saved :meth:`state`; radars and tuning are those it was made with."""
        moment = int(state["moment"])
        engine = Engine(self._engine.radars, self._engine.tuning)
        engine.restore(state["engine"])
        self._log = Columns(PLOTS, state["log"])
        self._until, self._told = int(state["until"]), int(state["told"])
        self._next, self.late, self.lost = int(state["next"]), int(state["late"]), int(state["lost"])
        self.number = int(state["number"])
        self._numbers = {int(u): (int(n), int(t)) for u, n, t in np.asarray(state["numbers"], "i8").tolist()}
        self._saved = [] if moment == NO_TIME else [(moment, engine)]
        self._engine = engine.copy()
        if self._until > moment:
            self._play(moment, self._until)
