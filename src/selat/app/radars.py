"""Plots of radars on their way in: a tracker for all sources that everybody may see, and one for each of the others.

What a tracker makes of plots are reports of targets (:mod:`selat.model.targets`) like those of a radar that sends tracks:
they are stored, go onto the floor and end as contacts in the same way. The event time up to which plots are taken to be
whole is the newest plot's less :data:`LATE`; it goes on by the clock when a radar falls silent.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from selat.kernels.geodesy import distance
from selat.model.clock import SECOND
from selat.model.columns import Columns, concat, empty
from selat.model.radar import Sites
from selat.model.schema import I32, PLOTS
from selat.sensors.radar import Radar
from selat.store import registry
from selat.store.state_types import HasEngine
from selat.tracks.scans import SLACK
from selat.tracks.tracker import Tracker

log = logging.getLogger(__name__)

LATE = 2 * SECOND  #: ns by which plots of one radar may overtake one another without the tracker having to go back
IDLE = 5 * SECOND  #: ns after which the clock says that a silent radar's last turn is over
AHEAD = 60 * SECOND  #: ns: a plot later than it was received by more than that is of a wrong clock, and moves no other
_PLATFORM = 60.0  #: m: no platform is wider
NAME = "tracks of plots"  #: under which tracks go in the table of radars


def radar_of(site: Any) -> Radar:
    """What the tracker has to know of a radar, from its section in the settings."""
    known = {k: v for k in ("sigma_range", "sigma_azimuth") if math.isfinite(v := getattr(site, k))}
    return Radar(**known, period=site.period, nearest=site.nearest, farthest=site.farthest, blind=site.blind)


class Radars:
    """The trackers of a sea. ``take``, ``idle`` and ``finish`` give the reports that follow."""

    def __init__(self, state: HasEngine, sites: Sites) -> None:
        self._state, self._sites = state, sites
        self._trackers: dict[str, Tracker] = {}
        self._stations: dict[str, int] = {}
        self._heard: dict[str, int] = {}  # newest plot, ns

    @property
    def busy(self) -> bool:
        """True once any plot came."""
        return bool(self._trackers)

    def tracker(self, source: str = "") -> Tracker:
        """The tracker of a marked source, or that of all others."""
        if source not in self._trackers:
            number = registry.radar_id(self._state, f"{NAME} of {source}" if source else NAME)
            self._trackers[source] = Tracker(self._known(), number=number)
            self._trackers[source].engine.fixed.charted = self._charted()
        return self._trackers[source]

    def _known(self) -> dict[int, Radar]:
        return {registry.radar_id(self._state, s.name): radar_of(s) for s in self._sites}

    def _charted(self) -> Any:
        """Places of platforms among the zones: (latitude, longitude, radius m)."""
        out = []
        for zone in registry.zones(self._state).values():
            if zone.kind == "platform":
                ring = np.asarray(zone.ring, "f8")
                lon, lat = ring.mean(0)
                wide = float(np.max(distance(lat, lon, ring[:, 1], ring[:, 0])))
                out.append([lat, lon, min(max(wide, zone.width or 0.0), _PLATFORM)])
        return np.array(out, "f8").reshape(-1, 3)

    def take(self, plots: Columns, source: str = "", station: int = 0) -> Columns:
        """Take plots; ``source`` names one that not all may see, whose tracks go under its ``station``."""
        tracker = self.tracker(source)
        self._stations[source] = station
        good = plots["time"] <= np.where(plots["received"] > 0, plots["received"], plots["time"]) + AHEAD
        good &= (plots["radar_lat"] != I32) & (plots["radar_lon"] != I32)
        if not good.all():
            log.warning(
                "%d plots cannot be placed: their radar has no position, or their clock is ahead; the position is lat and lon of"
                " [radar.NAME] in selat.toml", int((~good).sum()),
            )  # fmt: skip
        plots = plots.take(good)
        if not plots.rows:
            return empty("reports")
        self._heard[source] = max(self._heard.get(source, 0), int(plots["time"].max()))
        return self._marked(source, tracker.step(plots, self._heard[source] - LATE))

    def idle(self, now: int) -> Columns:
        """Nothing came for a while: ``now`` ns UTC."""
        parts = [
            self._marked(source, tracker.step(empty(PLOTS), now - IDLE))
            for source, tracker in self._trackers.items()
            if now - IDLE > tracker.until
        ]
        return concat(parts, "reports")

    def finish(self) -> Columns:
        """A source has ended: the last turn of every radar is judged."""
        parts = []
        for source, tracker in self._trackers.items():
            longest = max([3.0, *(r.period for r in tracker.engine.radars.values())])
            end = self._heard.get(source, 0) + round((SLACK + 0.5) * longest * SECOND)
            parts.append(self._marked(source, tracker.step(empty(PLOTS), end)))
        return concat(parts, "reports")

    def _marked(self, source: str, rows: Columns) -> Columns:
        if not rows.rows or not self._stations.get(source):
            return rows
        return rows.replace(station=np.full(rows.rows, self._stations[source], "u2"))

    def state(self) -> dict[str, Any]:
        """Plain values and arrays."""
        return {
            s: {"tracker": t.state(), "station": self._stations.get(s, 0), "heard": self._heard.get(s, 0)}
            for s, t in self._trackers.items()
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        for source, saved in state.items():
            self.tracker(source).restore(saved["tracker"])
            self._stations[source], self._heard[source] = int(saved["station"]), int(saved["heard"])
