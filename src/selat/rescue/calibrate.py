"""Calibration: how many real drifters end inside the regions that the drift says hold 50 and 95 % of them.

Each drifter is drifted from fixes every so many hours, with the current and wind at hand, and its later fixes are looked up: by
the rank of the fix in the cloud of particles, whatever the cloud's shape is. Regions right at 95 % hold 95 of 100; windows of one
drifter overlap in weather, so the interval given counts drifters, not windows.

The error of the current is fitted by its moments: size by the mean square of the velocity's error, memory by how its displacement
grows, ``2 s^2 T^2 (t / T - 1 + exp(-t / T))`` (G. I. Taylor, Proc. London Math. Soc. 20, 1921).
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import geodesy
from selat.model.clock import HOUR, SECOND, parse_time
from selat.model.errors import ConfigError, FormatError
from selat.readers.ocean_grid import Grid
from selat.rescue import fields
from selat.rescue.drift import Drift, Options, Start
from selat.rescue.fields import Field, Flow
from selat.rescue.objects import DriftObject

Array = NDArray[Any]
LEADS = (6.0, 12.0, 24.0)  #: hours
LEVELS = (0.5, 0.95)
EVERY = 12.0  #: hours between the beginnings of windows
GAP = 3.0  #: hours: longer gaps between fixes end a track
PARTICLES = 1000


@dataclass(frozen=True, slots=True)
class Track:
    """Fixes of one drifter: ``time`` (n,) ns, rising, ``lat``, ``lon`` degrees; ``current`` and ``wind`` (n, 2) m/s east and north
    along it, NaN where the file has none."""

    name: str
    time: Array
    lat: Array
    lon: Array
    current: Array
    wind: Array


def read_tracks(path: Path) -> list[Track]:
    """Drifters of a CSV: ``time,lat,lon`` and where there are any ``id``, ``u,v`` (current, m/s) and ``wind_u,wind_v``.

    Cut at gaps of more than 3 h. Raises :class:`FormatError` for another file.
    """
    rows: dict[str, list[list[float]]] = {}
    stamps: dict[str, list[int]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as f:
            for row in csv.DictReader(line for line in f if not line.startswith("#")):
                name = row.get("id") or "drifter"
                stamps.setdefault(name, []).append(parse_time(row["time"]))
                values = [float(row[c]) for c in ("lat", "lon")]
                values += [float(row.get(c) or "nan") for c in ("u", "v", "wind_u", "wind_v")]
                rows.setdefault(name, []).append(values)
    except (KeyError, ValueError, TypeError) as e:
        raise FormatError(
            f"{path}: not a file of drifters ({e})", hint="columns time,lat,lon[,id,u,v,wind_u,wind_v]"
        ) from None
    out = []
    for name, fixes in rows.items():
        time, order = np.unique(np.array(stamps[name], np.int64), return_index=True)
        table = np.array(fixes)[order]
        for part in np.split(np.arange(len(time)), np.flatnonzero(np.diff(time) > GAP * HOUR) + 1):
            t = table[part]
            if len(part) > 1:
                out.append(Track(name, time[part], t[:, 0], t[:, 1], t[:, 2:4], t[:, 4:6]))
    if not out:
        raise FormatError(f"{path}: no drifter with two fixes", hint="columns time,lat,lon[,id,u,v,wind_u,wind_v]")
    return out


@dataclass(frozen=True, slots=True)
class Window:
    """One drifter from one moment on: for each lead, the share of particles more likely than where it was (its ``rank``, 0 to 1)
    and how far (m) it was from the mean; NaN where it has no fix."""

    track: str
    begin: int
    rank: tuple[float, ...]
    miss: tuple[float, ...]


def _along(kind: str, track: Track, values: Array, spread: float, memory: float) -> Field:
    known = np.isfinite(values).all(1)
    grid = Grid(
        kind, f"{kind} along {track.name}", track.time[known], values[known].astype(np.float32)[:, None, None, :]
    )
    return Field(grid, spread, memory)


def flow_along(track: Track, spread: float, memory: float, wind_spread: float = 0.0) -> Flow:
    """Wind and current that the file gives along a track, as if they held everywhere; no wind where it has none.

    Raises :class:`ConfigError` for a track without currents.
    """
    if not np.isfinite(track.current).all(1).any():
        raise ConfigError(f"drifter {track.name} has no current", hint="columns u and v, or --current FILE.nc")
    has_wind = np.isfinite(track.wind).all(1).any()
    wind = _along("wind", track, track.wind, wind_spread, 86400.0) if has_wind else fields.typed("wind", "0/0kn", 0.0)
    return fields.pack([wind, _along("current", track, track.current, spread, memory)])


def windows(
    tracks: Sequence[Track],
    flow: Callable[[Track], Flow],
    what: DriftObject,
    leads: Sequence[float] = LEADS,
    every: float = EVERY,
    particles: int = PARTICLES,
    seed: int = 1,
) -> list[Window]:
    """Drift particles from a fix every ``every`` hours of each track, and rank its later fixes among them."""
    out = []
    for number, track in enumerate(tracks):
        own = flow(track)
        for k, begin in enumerate(np.arange(track.time[0], track.time[-1], round(every * HOUR)).tolist()):
            reach = [h for h in leads if begin + h * HOUR <= track.time[-1]]
            if not reach:
                break
            lat, lon = _at(track, begin)
            start = Start(
                np.full(particles, lat),
                np.full(particles, lon),
                np.full(particles, begin),
                np.zeros(particles, np.int64),
                (what,),
            )
            moving = Drift(start, own, begin, Options(seed=seed + 7919 * number + k))
            ranks, misses = [math.nan] * len(leads), [math.nan] * len(leads)
            for n, _ in enumerate(moving.run([round(h * 6) for h in reach])):
                there = _at(track, begin + round(reach[n] * HOUR))
                ranks[n], misses[n] = _rank(moving.lat, moving.lon, *there)
            out.append(Window(track.name, begin, tuple(ranks), tuple(misses)))
    return out


def _at(track: Track, time: float) -> tuple[float, float]:
    seconds = (track.time - track.time[0]) / SECOND
    t = (time - float(track.time[0])) / SECOND
    lon = np.degrees(np.unwrap(np.radians(track.lon)))
    return float(np.interp(t, seconds, track.lat)), float((np.interp(t, seconds, lon) + 180.0) % 360.0 - 180.0)


def _rank(lat: Array, lon: Array, at_lat: float, at_lon: float) -> tuple[float, float]:
    """(Share of particles nearer to the cloud's middle than a place, in the cloud's own ellipse; metres from its mean)."""
    x, y = geodesy.plane(lat[0], lon[0], lat, lon)
    px, py = geodesy.plane(lat[0], lon[0], at_lat, at_lon)
    cloud = np.stack([x - x.mean(), y - y.mean()])
    off = np.array([float(px) - x.mean(), float(py) - y.mean()])
    inverse = np.linalg.inv(np.cov(cloud) + np.eye(2))  # a square metre, for clouds without any spread
    own = np.einsum("in,ij,jn->n", cloud, inverse, cloud)
    return float((own < off @ inverse @ off).mean()), float(np.hypot(*off))


@dataclass(frozen=True, slots=True)
class Row:
    """At one lead: windows, drifters, median miss (m), and for each of :data:`LEVELS` (share held, low, high)."""

    lead: float
    windows: int
    drifters: int
    miss: float
    held: tuple[tuple[float, float, float], ...]


def table(found: Sequence[Window], leads: Sequence[float] = LEADS) -> list[Row]:
    """What the windows say, with 95 % intervals by resampling drifters (whole, since their windows go together)."""
    rows = []
    names = sorted({w.track for w in found})
    for n, lead in enumerate(leads):
        groups = [
            np.array([w.rank[n] for w in found if w.track == name and not math.isnan(w.rank[n])]) for name in names
        ]
        groups = [g for g in groups if len(g)]
        if not groups:
            continue
        ranks = np.concatenate(groups)
        held = tuple(_interval(groups, level) for level in LEVELS)
        miss = float(np.median([w.miss[n] for w in found if not math.isnan(w.miss[n])]))
        rows.append(Row(lead, len(ranks), len(groups), miss, held))
    return rows


def _interval(groups: list[Array], level: float) -> tuple[float, float, float]:
    rng = np.random.default_rng(1)
    inside, size = np.array([(g <= level).sum() for g in groups]), np.array([len(g) for g in groups])
    share = float(inside.sum() / size.sum())
    draws = rng.integers(0, len(groups), (1000, len(groups)))
    shares = inside[draws].sum(1) / size[draws].sum(1)
    return share, float(np.quantile(shares, 0.025)), float(np.quantile(shares, 0.975))


def fit(
    tracks: Sequence[Track], what: DriftObject, leads: Sequence[float] = (1.0, 3.0, 6.0, 12.0, 24.0)
) -> tuple[float, float]:
    """(size in m/s, memory in s) of the current's error, from how far drifters were from a drift without any.

    The pair, from a ladder, whose ``2 s^2 T^2 (t / T - 1 + exp(-t / T))`` is nearest to the mean squares, in logarithms.
    Raises :class:`ConfigError` for tracks of less than six hours.
    """
    squares: dict[float, list[float]] = {h: [] for h in leads}
    downwind, right, left = (replace(side, error=0.0) for side in (what.downwind, what.right, what.left))
    still = replace(what, downwind=downwind, right=right, left=left)
    for w in windows(tracks, lambda t: flow_along(t, 0.0, 3600.0), still, leads, 6.0, 2):
        for h, miss in zip(leads, w.miss, strict=True):
            if not math.isnan(miss):
                squares[h].append(miss**2 / 2.0)  # of one axis
    known = [(h * 3600.0, float(np.mean(s))) for h, s in squares.items() if len(s) > 3 and np.mean(s) > 0.0]
    if len(known) < 3:
        raise ConfigError(
            "too little to fit an error of the current to", hint="tracks of six hours and more, with u and v"
        )
    t, seen = np.array(known).T
    best = (math.inf, 0.0, 0.0)
    for memory in np.geomspace(600.0, 20 * 86400.0, 400):
        shape = 2.0 * memory**2 * (t / memory - 1.0 + np.exp(-t / memory))
        level = np.mean(np.log(seen / shape))
        best = min(
            best, (float(np.sum((np.log(seen / shape) - level) ** 2)), float(np.exp(level / 2.0)), float(memory))
        )
    return best[1], best[2]
