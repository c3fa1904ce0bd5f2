"""What the rules of others look at: one table of positions, and what is known of the waters.

All of them are offline: they see a whole table at once. ``told`` of a row is the earliest moment at which a system that
runs the rule all the time, on each report as it comes, could have said so; that is the best case of each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from selat.kernels import geodesy, motion
from selat.model.clock import SECOND
from selat.model.columns import Columns
from selat.model.nouns import Alert
from selat.model.schema import DEGREES, I32
from selat.model.units import KNOT
from selat.tracks.kinds import is_ship, kinds_of
from selat.tracks.world import World

Array = NDArray[Any]
Away = Callable[[Array, Array], Array]  #: metres from places (lat, lon), degrees


class Positions(NamedTuple):
    """Positions of ships by (mmsi, time); arrays (n,).

    ``time`` ns UTC; ``lat``, ``lon`` degrees; ``sog`` m/s; ``cog``, ``heading`` degrees; ``status`` navigational status, 255
    not told; ``type`` ship type, 0 not told; ``length``, ``beam`` m; ``ahead``, ``right``: m from the antenna to the middle
    of the ship; ``small``: sends as class B. NaN: not available.
    """

    mmsi: Array
    time: Array
    lat: Array
    lon: Array
    sog: Array
    cog: Array
    heading: Array
    status: Array
    type: Array
    length: Array
    beam: Array
    ahead: Array
    right: Array
    small: Array

    def take(self, index: Array) -> Positions:
        """Rows by mask or index."""
        return Positions(*(column[index] for column in self))

    def follows(self) -> Array:
        """True where the next row is of the same ship; the last row is False."""
        return np.r_[self.mmsi[1:] == self.mmsi[:-1], False] if len(self.mmsi) else np.zeros(0, bool)


def _nowhere(lat: Array, lon: Array) -> Array:
    return np.full(np.shape(lat), np.inf)


@dataclass(frozen=True)
class Context:
    """Metres to the shore (negative on land), a port, an anchorage, a fishing ground (0 inside).

    By default nothing is near, and fishing grounds are everywhere.
    """

    shore: Away = field(default=_nowhere)
    port: Away = field(default=_nowhere)
    anchorage: Away = field(default=_nowhere)
    fishing: Away = field(default=lambda lat, lon: np.zeros(np.shape(lat)))


def context_of(world: World) -> Context:
    """What a world knows; where it knows nothing, nothing is near."""

    def clean(metres: Array) -> Array:
        return np.where(np.isnan(metres), np.inf, metres)

    def to(*kinds: str) -> Away:
        zones = world.zones.of(*kinds)

        def away(lat: Array, lon: Array) -> Array:
            lat, lon = np.atleast_1d(lat), np.atleast_1d(lon)
            out = np.full(lat.shape, np.inf)
            for index in range(len(zones)):
                out = np.fmin(out, zones.distance(lat, lon, np.full(lat.shape, index)))
            return out

        return away

    berths, charted = to("port"), world.ports
    return Context(
        lambda lat, lon: clean(world.coast.distance(lat, lon)),
        lambda lat, lon: np.fmin(clean(charted.nearest(lat, lon)[1]), berths(lat, lon)),
        to("anchorage"),
    )


class Row(NamedTuple):
    """What a rule found: ``rule`` is ours that it is compared with; times ns, ``lat`` and ``lon`` degrees."""

    rule: str
    subjects: tuple[int, ...]
    start: int
    end: int
    told: int
    lat: float
    lon: float
    sentence: str

    def alert(self, name: str) -> Alert:
        """As an alert, first told at ``told``; ``name`` (whose rule) takes the place of the version."""
        return Alert(
            self.rule, name, "warning", self.subjects, self.start, self.told, self.lat, self.lon, self.sentence
        )


def positions_of(reports: Columns, statics: Columns) -> Positions:
    """Positions of ships in a table of reports, with what they last declared in ``statics``; one of each moment."""
    known = (reports["lat"] != I32) & (reports["lon"] != I32)
    rows = reports.take(np.flatnonzero(known & is_ship(kinds_of(reports["mmsi"], reports["msg_type"]))))
    rows = rows.take(np.lexsort((rows["time"], rows["mmsi"])))
    mmsi, time = rows["mmsi"].astype(np.int64), rows["time"]
    first = np.r_[True, (mmsi[1:] != mmsi[:-1]) | (time[1:] != time[:-1])] if len(mmsi) else np.zeros(0, bool)
    rows, mmsi = rows.take(first), mmsi[first]

    def real(name: str, scale: float) -> Array:
        return np.where(rows[name] == 65535, np.nan, rows[name] * scale)

    sog = np.where(rows["sog"] >= 1023, np.nan, rows["sog"] * 0.1 * KNOT)
    kind, length, beam, ahead, right = _declared(mmsi, statics)
    return Positions(
        mmsi, rows["time"], rows["lat"] * DEGREES, rows["lon"] * DEGREES, sog, real("cog", 0.1), real("heading", 1.0),
        rows["nav_status"], kind, length, beam, ahead, right, np.isin(rows["msg_type"], (18, 19)),
    )  # fmt: skip


def _declared(mmsi: Array, statics: Columns) -> tuple[Array, ...]:
    """Type, length, beam, and where the middle is, of each row: what was declared last and is not null."""
    order = np.argsort(statics["time"], kind="stable")
    ships, at = np.unique(mmsi, return_inverse=True)
    where = np.searchsorted(ships, statics["mmsi"][order])
    where = np.minimum(where, max(len(ships) - 1, 0))
    mine = ships[where] == statics["mmsi"][order] if len(ships) else np.zeros(len(order), bool)
    out = {}
    for name, null in (
        ("ship_type", 0),
        ("to_bow", 65535),
        ("to_stern", 65535),
        ("to_port", 255),
        ("to_starboard", 255),
    ):
        values = statics[name][order]
        told = mine & (values != null)
        best = np.full(len(ships), 0.0 if name == "ship_type" else np.nan)
        best[where[told]] = values[told]  # of an index told twice, NumPy keeps the last
        out[name] = best[at] if len(ships) else np.zeros(0)
    bow, stern, port, starboard = (out[n] for n in ("to_bow", "to_stern", "to_port", "to_starboard"))
    length, beam = bow + stern, port + starboard
    unknown = ~(length > 0), ~(beam > 0)
    return (
        out["ship_type"].astype(np.int64), np.where(unknown[0], np.nan, length), np.where(unknown[1], np.nan, beam),
        (bow - stern) / 2, (starboard - port) / 2,
    )  # fmt: skip


class Grid(NamedTuple):
    """Ships at common moments, by (step, mmsi): ``step`` counts from 1970 in ``every`` ns; ``row``: the position before."""

    every: int
    step: Array
    mmsi: Array
    lat: Array
    lon: Array
    sog: Array
    row: Array


def resample(p: Positions, every: int, bridge: int) -> Grid:
    """Straight between positions of a ship that are at most ``bridge`` ns apart, at every ``every`` ns."""
    n = len(p.mmsi)
    after = np.minimum(np.arange(n) + 1, max(n - 1, 0))
    joined = p.follows()
    joined[:-1] &= np.diff(p.time) <= bridge
    first = -(-p.time // every)
    last = np.where(joined, -(-p.time[after] // every) - 1, np.where(p.time % every == 0, first, first - 1))
    count = np.maximum(last - first + 1, 0)
    row = np.repeat(np.arange(n), count)
    step = np.repeat(first, count) + np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    nxt = np.where(joined[row], after[row], row)
    span = np.maximum(p.time[nxt] - p.time[row], 1)
    share = (step * every - p.time[row]) / span
    east = (p.lon[nxt] - p.lon[row] + 180.0) % 360.0 - 180.0
    lat = p.lat[row] + share * (p.lat[nxt] - p.lat[row])
    lon = (p.lon[row] + share * east + 180.0) % 360.0 - 180.0
    a, b = p.sog[row], p.sog[nxt]
    sog = np.where(np.isnan(b), a, np.where(np.isnan(a), b, a + share * (b - a)))
    order = np.lexsort((p.mmsi[row], step))
    return Grid(every, *(x[order] for x in (step, p.mmsi[row], lat, lon, sog, row)))


def meetings(g: Grid, radius: float) -> tuple[Array, Array, Array]:
    """(rows a, rows b of the grid, metres) of all pairs within ``radius`` m at a moment, a the lower MMSI; by step."""
    parts: list[tuple[Array, Array, Array]] = []
    cuts = np.flatnonzero(np.diff(g.step)) + 1
    for low, high in zip(np.r_[0, cuts], np.r_[cuts, len(g.step)], strict=True):
        if high - low < 2:
            continue
        still = np.zeros(high - low)
        i, j, _, _, metres = motion.pairs(g.lat[low:high], g.lon[low:high], still, still, radius, 0.0, radius)
        parts.append((low + np.minimum(i, j), low + np.maximum(i, j), metres))
    if not parts:
        none = np.zeros(0, np.int64)
        return none, none, np.zeros(0)
    a, b, metres = (np.concatenate(x) for x in zip(*parts, strict=True))
    return a, b, metres


class Spell(NamedTuple):
    """A pair of ships (MMSI, ascending) for which something held at steps ``first`` to ``last``; ``a``, ``b`` grid rows."""

    one: int
    two: int
    first: int
    last: int
    a: Array
    b: Array


def spells(g: Grid, a: Array, b: Array, least: int, hole: int = 1) -> list[Spell]:
    """Runs of steps of the pairs (rows ``a``, ``b`` of the grid) that last ``least`` ns or more.

    A run goes on over missing steps while two that are there are at most ``hole`` steps apart.
    """
    order = np.lexsort((g.step[a], g.mmsi[b], g.mmsi[a]))
    a, b = a[order], b[order]
    one, two, step = g.mmsi[a], g.mmsi[b], g.step[a]
    cuts = np.flatnonzero((np.diff(one) != 0) | (np.diff(two) != 0) | (np.diff(step) > hole)) + 1
    out = []
    for low, high in zip(np.r_[0, cuts], np.r_[cuts, len(a)], strict=True):
        if high > low and (step[high - 1] - step[low]) * g.every >= least:
            part = slice(low, high)
            out.append(Spell(int(one[low]), int(two[low]), int(step[low]), int(step[high - 1]), a[part], b[part]))
    return out


def runs(p: Positions, flag: Array, gap: int) -> tuple[Array, Array, Array]:
    """(first row, last row, ns) of runs of rows of one ship for which ``flag`` holds, no two over ``gap`` ns apart.

    What holds at a row holds until the next one: the ns go to the row that ends the run, where there is one.
    """
    n = len(flag)
    if not n:
        return (np.zeros(0, np.int64),) * 3
    joined = p.follows()
    joined[:-1] &= np.diff(p.time) <= gap
    begins = np.flatnonzero(flag & np.r_[True, ~(flag[:-1] & joined[:-1])])
    ends = np.flatnonzero(flag & ~np.r_[flag[1:] & joined[:-1], False])
    until = np.where(joined[ends], p.time[np.minimum(ends + 1, n - 1)], p.time[ends])
    return begins, ends, until - p.time[begins]


def metres_between(p: Positions, i: Array, j: Array) -> Array:
    """Metres from rows ``i`` to rows ``j``."""
    return np.asarray(geodesy.distance(p.lat[i], p.lon[i], p.lat[j], p.lon[j]))


def turn(a: Array, b: Array) -> Array:
    """Angle between two directions, 0 to 180 degrees."""
    return np.abs((a - b + 180.0) % 360.0 - 180.0)


def minutes(ns: float) -> str:
    """A span for a sentence."""
    return f"{ns / SECOND / 60:.0f} min" if ns < 7200 * SECOND else f"{ns / SECOND / 3600:.1f} h"
