"""Encounters at sea as others define them: GFW, Skylight, Starboard, RTEC.

* GFW (pipe-encounters, pipe-events): 10-minute grid, within 500 m for 2 h, median speed below 2 kn, not within 10 km of a port or
  anchorage.
* Skylight (Ai2, standard rendezvous): within 250 m for more than 30 minutes.
* Starboard: within 50 m for 10 minutes, or 200 m for 30; not within 10 km of the shore.
* RTEC maritime: two at low speed (below 5 kn) near each other (100 m) for 240 s, no tug or pilot boat, not near the coast
  (here 300 m) nor a port (1 nm).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from selat.exercise.baselines._grid import Grid, grid, near, runs
from selat.model.clock import MINUTE
from selat.model.columns import Columns
from selat.model.nouns import Alert
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks.world import World

_SERVICE = (31, 32, 50, 52)
Rule = Callable[[Columns, Columns, World], list[Alert]]


def _alerts(g: Grid, found: Iterable[tuple[int, int, int, int]]) -> list[Alert]:
    out = []
    for a, b, first, last in found:
        subjects = tuple(sorted((int(g.mmsi[a]), int(g.mmsi[b]))))
        place = float(g.lat[a, first]), float(g.lon[a, first])
        time = int(g.time[first]), int(g.time[last])
        out.append(Alert("rendezvous", "1", "warning", subjects, *time, *place, "As others define it."))
    return out


def _together(g: Grid, radius: float, minutes: float, step: int) -> list[tuple[int, int, int, int]]:
    least = max(2, round(minutes * MINUTE / step))
    pairs = near(g, radius).items()
    return [(a, b, first, last) for (a, b), instants in pairs for first, last in runs(instants, least)]


def _place(g: Grid, x: tuple[int, int, int, int]) -> tuple[float, float]:
    a, _, first, last = x
    return float(np.nanmean(g.lat[a, first : last + 1])), float(np.nanmean(g.lon[a, first : last + 1]))


def gfw(reports: Columns, statics: Columns, world: World, *, exclude: bool = True) -> list[Alert]:
    """Global Fishing Watch: encounters as published."""
    step = 10 * MINUTE
    g = grid(reports, statics, step)
    found = []
    for x in _together(g, 500.0, 120.0, step):
        a, b, first, last = x
        if np.nanmedian(g.speed[[a, b], first : last + 1]) >= 2 * KNOT:
            continue
        lat, lon = _place(g, x)
        if exclude and float(np.min(world.ports.nearest(lat, lon)[1])) < 10_000.0:
            continue
        found.append(x)
    return _alerts(g, found)


def skylight(reports: Columns, statics: Columns, world: World) -> list[Alert]:
    """Skylight's standard rendezvous."""
    g = grid(reports, statics)
    return _alerts(g, _together(g, 250.0, 31.0, MINUTE))


def starboard(reports: Columns, statics: Columns, world: World, *, exclude: bool = True) -> list[Alert]:
    """Starboard Maritime Intelligence's encounters."""
    g = grid(reports, statics)
    found: dict[tuple[int, ...], tuple[int, int, int, int]] = {}
    for x in [*_together(g, 50.0, 11.0, MINUTE), *_together(g, 200.0, 31.0, MINUTE)]:
        lat, lon = _place(g, x)
        if not exclude or float(world.coast.distance(lat, lon)) >= 10_000.0:
            found.setdefault(x[:2], x)
    return _alerts(g, found.values())


def rtec(reports: Columns, statics: Columns, world: World, *, exclude: bool = True) -> list[Alert]:
    """RTEC's rendezvous."""
    g = grid(reports, statics)
    found = []
    for x in _together(g, 100.0, 5.0, MINUTE):
        a, b, first, last = x
        slow = np.nanmax(g.speed[[a, b], first : last + 1]) < 5 * KNOT
        lat, lon = _place(g, x)
        shore = float(world.coast.distance(lat, lon)) < 300.0 or float(world.ports.nearest(lat, lon)[1]) < NAUTICAL_MILE
        if slow and not np.isin(g.type[[a, b]], _SERVICE).any() and not (exclude and shore):
            found.append(x)
    return _alerts(g, found)


RULES: dict[str, Rule] = {
    "GFW encounter": gfw,
    "GFW encounter, near shore too": lambda r, s, w: gfw(r, s, w, exclude=False),
    "Skylight standard rendezvous": skylight,
    "Starboard encounter": starboard,
    "Starboard encounter, near shore too": lambda r, s, w: starboard(r, s, w, exclude=False),
    "RTEC rendezvous": rtec,
    "RTEC rendezvous, near shore too": lambda r, s, w: rtec(r, s, w, exclude=False),
}
