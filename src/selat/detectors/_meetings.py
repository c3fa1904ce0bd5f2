"""Ships that lie or drift hull to hull: found once a beat, with a memory of how they came together.

What the tracks of two hours say is kept of pairs that were seen to come together, so that a meeting of half a day keeps
its beginning. The likelihood that it is a meeting is a product of parts from 0 to 1, each named and shown.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from selat.detectors import _pairs as two
from selat.detectors import _places as near
from selat.detectors import _ships as fleet
from selat.detectors._ships import Array
from selat.kernels.pairing import Together
from selat.model.clock import MINUTE, SECOND
from selat.model.rule import Evidence, Finding
from selat.model.units import KNOT
from selat.tracks.window import Window

GAP = 250.0  #: m between hulls within which two ships may be together
ALONGSIDE = 60.0  #: m: ... and lie alongside, fenders and errors of position and heading included
APART = 1000.0  #: m: two ships that were farther apart were seen to come together
_SPEED = 9.0 * KNOT  # faster ships hand nothing over
_SLIP = 3.0 * KNOT
_KEEP = 30 * MINUTE  # a pair that was not close for so long is another meeting next time
_COLUMNS = ("a", "b", "start", "end", "before", "came_a", "came_b", "draught_a", "draught_b")

Memory = dict[str, list[Any]]


class Close(NamedTuple):
    """Pairs within :data:`GAP` now, by row of :class:`~selat.detectors._pairs.Pairs`, and their history."""

    pairs: two.Pairs
    rows: Array
    history: Together


def close(window: Window) -> Close:
    """The close pairs of this window; the second rule that asks gets the same arrays."""
    return fleet.once(window, _close)


def _close(w: Window) -> Close:
    p, h = two.pairs(w), two.hulls(w)
    s = p.ships
    half = 0.5 * (h.length[s.slot[p.a]] + h.length[s.slot[p.b]])
    use = (p.range < GAP + half) & (p.relative < _SLIP) & (np.maximum(s.speed[p.a], s.speed[p.b]) < _SPEED)
    rows = np.flatnonzero(use)
    return Close(p, rows, two.history(w, p, rows, GAP, ALONGSIDE))


def meetings(
    window: Window,
    memory: Memory | None,
    lasting: tuple[float, float, float],
    likely: Array,
    limit: float,
    unseen: float,
) -> tuple[list[Evidence], Memory]:
    """Evidence of close pairs that keep together for long enough, and the memory of those that were seen to meet.

    ``lasting``: s from which time counts, s at which it counts fully, how much it counts at first (:func:`ramp`).
    ``likely``: of each close pair, no less than what the rule will find (0: not wanted), but for how they came; where that
    leaves less than ``limit``, there is no evidence. So an anchorage of hundreds costs little. ``unseen``: how much those
    count that were not seen to come together (:func:`arrival`).
    """
    c, least = close(window), lasting[0]
    p, h, s = c.pairs, c.history, c.pairs.ships
    old = memory or {name: [] for name in _COLUMNS}
    place = _match(s, p, c.rows, old)  # row of ``old`` of each close pair, -1 where none
    seen = (h.before >= APART) & (h.run >= 120.0)
    lie = fleet.among(s.status, (fleet.ANCHORED, fleet.MOORED))
    lie_both = lie[p.a[c.rows]] & lie[p.b[c.rows]]
    drifts = np.maximum(unseen, 0.85 * ramps(h.net, 150.0, 800.0, unseen))
    once_close = np.where(lie_both, unseen, drifts)  # as arrival() has it
    use = (likely > 0.0) & (seen | (place >= 0) | ((h.run >= least) & (likely * once_close >= limit))) & (h.n >= 2)
    k = np.flatnonzero(use)
    new: Memory = {name: [] for name in _COLUMNS}
    found = []
    for i in k.tolist():
        row = _remembered(window, c, i, old, int(place[i]), bool(seen[i]))
        if row["before"] is not None:
            for name in _COLUMNS:
                new[name].append(row[name])
        lasted_s = (row["end"] - row["start"]) / SECOND
        came = 1.0 if row["before"] is not None else float(once_close[i])
        if lasted_s >= least and likely[i] * came * ramp(lasted_s, *lasting) >= limit:
            found.append(_evidence(window, c, i, row))
    _keep(old, set(place[k].tolist()), new, window.now)
    return found, new


def _match(s: fleet.Ships, p: two.Pairs, rows: Array, old: Memory) -> Array:
    out = np.full(len(rows), -1, np.int64)
    if not old["a"] or not len(rows):
        return out
    order = np.argsort(s.id)
    at = [np.minimum(np.searchsorted(s.id[order], old[k]), len(order) - 1) for k in ("a", "b")]
    ship = [order[x] for x in at]
    known = (s.id[ship[0]] == old["a"]) & (s.id[ship[1]] == old["b"])
    n = len(s.id)
    codes = p.a[rows] * n + p.b[rows]
    mine = np.where(known, ship[0] * n + ship[1], -1)
    by = np.argsort(codes)
    spot = np.minimum(np.searchsorted(codes[by], mine), len(by) - 1)
    hit = np.flatnonzero(codes[by[spot]] == mine)
    out[by[spot[hit]]] = hit
    return out


def _remembered(w: Window, c: Close, i: int, old: Memory, at: int, seen: bool) -> dict[str, Any]:
    """What is known of the meeting of one close pair, from before and from the tracks."""
    h, p = c.history, c.pairs
    s, r = p.ships, c.rows[i]
    end = int(h.end[i])
    row: dict[str, Any] = {
        "a": int(s.id[p.a[r]]), "b": int(s.id[p.b[r]]), "start": end - round(float(h.run[i]) * SECOND), "end": end,
        "before": None, "came_a": None, "came_b": None,
        "draught_a": fleet.real(s.draught[p.a[r]], 1), "draught_b": fleet.real(s.draught[p.b[r]], 1),
    }  # fmt: skip
    if seen:
        row |= {
            "before": round(float(h.before[i]), 1),
            "came_a": fleet.real(h.came_a[i], 1),
            "came_b": fleet.real(h.came_b[i], 1),
        }
    if at >= 0 and row["start"] - old["end"][at] <= 10 * MINUTE:
        row["start"] = min(row["start"], old["start"][at])
        for name in ("before", "came_a", "came_b"):
            row[name] = max((x for x in (row[name], old[name][at]) if x is not None), default=None)
        for name in ("draught_a", "draught_b"):
            row[name] = row[name] if old[name][at] is None else old[name][at]
    return row


def _keep(old: Memory, used: set[int], new: Memory, now: int) -> None:
    """Pairs of the memory that are not close at this moment stay for a while."""
    for i in range(len(old["a"])):
        if i not in used and now - old["end"][i] < _KEEP:
            for name in _COLUMNS:
                new[name].append(old[name][i])
    order = sorted(range(len(new["a"])), key=lambda i: (new["a"][i], new["b"][i]))
    for name in _COLUMNS:
        new[name] = [new[name][i] for i in order]


def _evidence(w: Window, c: Close, i: int, row: dict[str, Any]) -> Evidence:
    p, s, r = c.pairs, c.pairs.ships, int(c.rows[i])
    a, b = int(p.a[r]), int(p.b[r])
    lat, lon = 0.5 * (s.lat[a] + s.lat[b]), s.lon[a] + 0.5 * ((s.lon[b] - s.lon[a] + 180.0) % 360.0 - 180.0)
    tracks, seq = two.slices(w.contacts, s, [a, b], max(row["start"], w.now - 120 * MINUTE) - 15 * MINUTE)
    still = two.count_still(w)
    return {
        "seq": seq, "ships": [two.subjects(w, s, a), two.subjects(w, s, b)], "tracks": tracks,
        "pair": two.told(c.history, i), "since": row["start"], "before": row["before"],
        "came": [row["came_a"], row["came_b"]], "draughts": [row["draught_a"], row["draught_b"]],
        "ids": [row["a"], row["b"]],
        "still_near": int(max(still[a], still[b]) - (s.speed[a] < 0.5 * KNOT) * (s.speed[b] < 0.5 * KNOT)),
        "place": two.context(w, float(lat), float(lon)), "at": [round(float(lat), 6), round(float(lon), 6)],
    }  # fmt: skip


def finding(evidence: Evidence) -> Finding:
    """The finding about the two ships of a meeting."""
    a, b = evidence["ids"]
    lat, lon = evidence["at"]
    return Finding(f"{a}-{b}", tuple(x["mmsi"] for x in evidence["ships"]), evidence["since"], lat, lon, evidence)


def ramp(x: float | None, zero: float, one: float, low: float = 0.0, unknown: float = 1.0) -> float:
    """From ``low`` at ``zero`` to 1 at ``one``, straight between; ``unknown`` for None."""
    if x is None:
        return unknown
    share = min(1.0, max(0.0, (x - zero) / (one - zero)))
    return low + (1.0 - low) * share


def ramps(x: Array, zero: float, one: float, low: float = 0.0) -> Array:
    """As :func:`ramp`, of arrays; 1 for NaN."""
    share = np.clip((x - zero) / (one - zero), 0.0, 1.0)
    out: Array = np.where(np.isnan(share), 1.0, low + (1.0 - low) * share)
    return out


def both_within(window: Window, *kinds: str) -> Array:
    """Of each close pair: are both inside zones of these kinds?"""
    c, inside = close(window), near.places(window).within(*kinds)
    out: Array = inside[c.pairs.a[c.rows]] & inside[c.pairs.b[c.rows]]
    return out


def lasted(e: Evidence) -> float:
    """Seconds since the meeting began."""
    return float((e["pair"]["end"] - e["since"]) / SECOND)


def arrival(e: Evidence, unseen: float) -> float:
    """How much it speaks for a meeting that the two were seen to come together, from :data:`APART` or more.

    ``unseen``: for two that have lain close for as long as they are known; more for two that drift along together.
    """
    if e["before"] is not None:
        return 1.0
    if all(x["status"] in (fleet.ANCHORED, fleet.MOORED) for x in e["ships"]):
        return unseen
    return max(unseen, ramp(e["pair"]["net"], 150.0, 800.0, unseen, unseen) * 0.85)


def fixed(e: Evidence) -> float:
    """How much the two move as ships afloat do: ships at a berth neither yaw nor shift."""
    q = e["pair"]
    yaws = [y for y in (q["yaw_a"], q["yaw_b"]) if y is not None]
    if q["run"] < 900.0 or q["radius"] is None or not yaws:
        return 1.0
    return max(ramp(q["radius"], 12.0, 30.0, 0.25), ramp(max(yaws), 3.0, 8.0, 0.25))
