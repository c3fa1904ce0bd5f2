"""Pairs of ships near each other: found once a beat for all rules about two ships, and what their tracks say.

Nothing is remembered between beats: how long two ships keep together, and how they came there, is read from their tracks
(two hours). So a restart forgets nothing, and the order in which reports came does not matter.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from selat.detectors import _ships as fleet
from selat.detectors._ships import Array, Ships
from selat.kernels import geodesy, motion
from selat.kernels.pairing import Hulls, Together, together
from selat.model.clock import SECOND
from selat.model.rule import Evidence
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks.contacts import Contacts
from selat.tracks.kinds import Kind
from selat.tracks.window import Window

REACH = 1.0 * NAUTICAL_MILE  #: pairs farther apart are no pair
LENGTH_A, LENGTH_B = 50.0, 12.0  #: m: of a ship of class A, a craft of class B, that did not say
_STILL = 0.5 * KNOT


class Pairs(NamedTuple):
    """Pairs by row of :class:`Ships`; ``a`` has the lower lasting number. ``x``, ``y``: b from a, m, at ``now``.

    ``u``, ``v``: velocity of b against a (m/s); ``relative`` its size, ``closing`` the speed at which they near.
    """

    ships: Ships
    a: Array
    b: Array
    x: Array
    y: Array
    range: Array
    u: Array
    v: Array
    relative: Array
    closing: Array


def pairs(window: Window) -> Pairs:
    """All pairs within :data:`REACH` now; the second rule that asks gets the same arrays."""
    return fleet.once(window, _pairs)


def craft_pairs(window: Window) -> Pairs:
    """As :func:`pairs`, with young targets that may be echoes of ships: for rules about boats, from which none is to be hidden."""
    return fleet.once(window, _craft_pairs) if len(window.contacts.echoes) else pairs(window)


def _pairs(w: Window) -> Pairs:
    return _among(w, fleet.ships(w))


def _craft_pairs(w: Window) -> Pairs:
    return _among(w, fleet.craft(w))


def _among(w: Window, s: Ships) -> Pairs:
    c = w.contacts
    vx, vy = c.vx[s.slot].astype("f8"), c.vy[s.slot].astype("f8")
    age = np.where(s.speed < _STILL, 0.0, (w.now - s.time) / SECOND)
    lat, lon = geodesy.moved(s.lat, s.lon, vx * age, vy * age)
    a, b, *_ = motion.pairs(lat, lon, vx, vy, REACH, 0.0, REACH)
    swap = s.id[a] > s.id[b]
    a, b = np.where(swap, b, a), np.where(swap, a, b)
    differ = s.mmsi[a] != s.mmsi[b]
    a, b = a[differ], b[differ]
    order = np.lexsort((s.id[b], s.id[a]))
    a, b = a[order], b[order]
    x, y = geodesy.plane(lat[a], lon[a], lat[b], lon[b])
    u, v = vx[b] - vx[a], vy[b] - vy[a]
    away = np.hypot(x, y)
    closing = -(x * u + y * v) / np.maximum(away, 1.0)
    return Pairs(s, a, b, x, y, away, u, v, np.hypot(u, v), closing)


def hulls(window: Window) -> Hulls:
    """Hulls of all contacts, by slot; where a ship did not say, a small one with the antenna in the middle."""
    return fleet.once(window, _hulls)


def _hulls(w: Window) -> Hulls:
    c = w.contacts
    length, beam = c.length(), c.beam()
    default = np.where(c.kind == Kind.CLASS_B, LENGTH_B, LENGTH_A)
    ahead = np.where(np.isnan(length), 0.0, c.static("to_bow").astype("f8") - 0.5 * np.nan_to_num(length))
    right = np.where(np.isnan(beam), 0.0, c.static("to_starboard").astype("f8") - 0.5 * np.nan_to_num(beam))
    length = np.where(np.isnan(length), default, length)
    beam = np.where(np.isnan(beam), length / 6.5, beam)
    return Hulls(length, beam, ahead, right)


def history(window: Window, p: Pairs, rows: Array, reach: float, near: float) -> Together:
    """What the tracks of pairs (rows of ``p``) say; ``reach``, ``near``: gaps between hulls, m."""
    _, track = window.contacts.rings()
    slot = p.ships.slot
    return together(track, hulls(window), slot[p.a[rows]], slot[p.b[rows]], reach, near)


def key(s: Ships, a: int, b: int) -> str:
    """Key of a pair: its lasting numbers, the lower one first."""
    first, second = sorted((int(s.id[a]), int(s.id[b])))
    return f"{first}-{second}"


def told(h: Together, k: int) -> Evidence:
    """The history of one pair as evidence: rounded, None for what is not known."""
    out: Evidence = {"end": int(h.end[k]), "moments": int(h.n[k])}
    for name in Together._fields[2:]:
        value = float(getattr(h, name)[k])
        out[name] = None if np.isnan(value) else round(value, 2)
    return out


def subjects(w: Window, s: Ships, i: int) -> Evidence:
    """Who one of the two is, with her beam and where she is."""
    beam = float(hulls(w).beam[s.slot[i]]) if s.length[i] == s.length[i] else None
    return fleet.subject(w.contacts, s, i) | {"beam": None if beam is None else round(beam, 0)}


def slices(c: Contacts, s: Ships, rows: list[int], start: int, most: int = 24) -> tuple[list[Evidence], list[int]]:
    """Track slices of ships from ``start`` (ns) on, and the numbers of the lines they rest on."""
    out, seq = [], set()
    for i in rows:
        t = fleet.trail(c, int(s.slot[i]), start)
        step = max(1, -(-len(t.time) // most))
        pick = np.arange(len(t.time))[::-1][::step][::-1]
        t = type(t)(*(a[pick] for a in t))
        out.append(fleet.rows(t, most))
        seq |= {int(q) for q in t.seq if q >= 0} | {int(s.seq[i])}
    return out, sorted(seq)


def count_still(window: Window) -> Array:
    """How many other ships lie still within a mile of each ship: where many lie, it is a place to lie."""
    return fleet.once(window, _count_still)


def _count_still(w: Window) -> Array:
    p = pairs(w)
    still = p.ships.speed < _STILL
    out = np.zeros(len(p.ships.slot), np.int64)
    np.add.at(out, p.a, still[p.b])
    np.add.at(out, p.b, still[p.a])
    return out


def context(window: Window, lat: float, lon: float) -> Evidence:
    """What is known of a place: zones in which it lies, nearest shore (m), nearest port (name, m); None: not known."""
    out: Evidence = {"zones": [], "shore": None, "shore_source": "", "port": None, "anchorages_known": False}
    world: Any = window.world
    if world is None:
        return out
    zones = world.zones
    out["anchorages_known"] = "anchorage" in getattr(zones, "kinds", ())
    if len(zones):
        for z in zones.members(lat, lon)[1].tolist():
            one = zones[z]
            out["zones"].append({
                "name": one.name, "kind": one.kind, "source": one.source, "version": zones.versions[z],
                "transfer": one.rules.get("transfer"), "fishing": one.rules.get("fishing"),
            })  # fmt: skip
    shore = float(np.ravel(world.coast.distance(lat, lon))[0])
    if shore == shore:
        out["shore"], out["shore_source"] = round(shore, 0), world.coast.source
    index, away = (np.ravel(v)[0] for v in world.ports.nearest(lat, lon))
    if index >= 0:
        out["port"] = {"name": world.ports.name(int(index)), "away": round(float(away), 0)}
    return out


def inside(context: Evidence, *kinds: str) -> Evidence | None:
    """The first zone of these kinds in which the place lies."""
    return next((z for z in context["zones"] if z["kind"] in kinds), None)


def geometry(context: Evidence) -> str:
    """Whose lines were used, for a verdict."""
    parts = {f"{z['name']}: {z['source'] or 'source not told'}" for z in context["zones"]}
    if context["shore_source"]:
        parts.add(f"shore: {context['shore_source']}")
    return "; ".join(sorted(parts))
