"""Which ship is in which zone: one pass over all ships and zones a beat, shared by the rules about places."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from selat.detectors._ships import Ships, once, ships
from selat.model.clock import DAY, SECOND
from selat.model.rule import Evidence
from selat.tracks.window import Window

Array = NDArray[Any]


class Places(NamedTuple):
    """Pairs (row of ``ships``, number of the zone) in which the ship is inside, by ship.

    ``kind``, ``direction`` (deg, NaN where it has none): of each zone.
    """

    ships: Ships
    zones: Any
    each: list[Any]
    kind: Array
    direction: Array
    ship: Array
    zone: Array
    known: dict[tuple[str, ...], Array]  # by kinds asked for: which zones are of them

    def inside(self, *kinds: str) -> tuple[Array, Array]:
        """Rows and zones of ships inside zones of these kinds."""
        keep = self._of(kinds)[self.zone]
        return self.ship[keep], self.zone[keep]

    def within(self, *kinds: str) -> Array:
        """Bool of each ship: is it inside any zone of these kinds?"""
        out = np.zeros(len(self.ships.slot), bool)
        out[self.inside(*kinds)[0]] = True
        return out

    def numbers(self, *kinds: str) -> Array:
        """Numbers of the zones of these kinds."""
        return np.flatnonzero(self._of(kinds))

    def _of(self, kinds: tuple[str, ...]) -> Array:
        """Bool of each zone: is it of these kinds? Words are compared once, not by every rule at every beat."""
        if kinds not in self.known:
            self.known[kinds] = np.isin(self.kind, kinds)
        return self.known[kinds]


_KNOWN: dict[str, dict[tuple[str, ...], Array]] = {}  # by version of the zones
_NOWHERE: dict[tuple[str, ...], Array] = {}  # where there are no zones at all


def places(window: Window) -> Places:
    """The places of this window; the second rule that asks gets the same pairs."""
    return once(window, _places)


def _places(w: Window) -> Places:
    s, zones = ships(w), getattr(w.world, "zones", None)
    none = np.zeros(0, "i8")
    if zones is None or not len(zones):
        return Places(s, zones, [], np.zeros(0, "U1"), np.zeros(0), none, none, _NOWHERE)
    point, zone = zones.members(s.lat, s.lon)
    if zones.version not in _KNOWN:
        _KNOWN.clear()
        _KNOWN[zones.version] = {}
    known = _KNOWN[zones.version]
    return Places(s, zones, list(zones), np.array(zones.kinds), zones.direction, point, zone, known)


def place(zones: Any, number: int) -> Evidence:
    """A zone as evidence: its name, what it is, its rules, and whose line it is."""
    z = zones[number]
    return {
        "name": z.name, "kind": z.kind, "direction": z.direction, "rules": dict(z.rules), "source": z.source,
        "version": zones.versions[number],
    }  # fmt: skip


def source(zone: Evidence) -> str:
    """Whose line was used, for a verdict."""
    return f"{zone['source'] or 'source not told'} (declared)"


def sure(zone: Evidence) -> float:
    """How much the line itself is worth: less where nobody said where it comes from."""
    return 0.95 if zone["source"] else 0.8


def inside_of(zones: Any, t: Any) -> Array:
    """Number of the zone (of ``zones``) in which each row of a track lies, -1 where none; the first of several."""
    out = np.full(len(t.time), -1, "i8")
    if len(zones) and len(t.time):
        point, zone = zones.members(t.lat, t.lon)
        out[point[::-1]] = zone[::-1]
    return out


def unbroken(flag: Array) -> int:
    """First row of the unbroken run of true rows at the end; the length where the last one is false."""
    broken = np.flatnonzero(~flag)
    return int(broken[-1]) + 1 if broken.size else 0


def axis(zone: Any, lat: float, lon: float) -> float:
    """Direction (deg, 0 to 180) in which a long narrow zone runs at a place: that of the nearest long side of its ring.

    Sides shorter than a third of the longest are its ends and count no more than a corner.
    """
    return edge(zone, lat, lon, 1.0 / 3.0)


def edge(zone: Any, lat: float, lon: float, least: float = 0.0) -> float:
    """Direction (deg, 0 to 180) of the side of a zone's ring nearest to a place; sides of ``least`` of the longest."""
    ring = np.array([*zone.ring, zone.ring[0]])
    squeeze = np.cos(np.radians(lat))
    east, north = np.diff(ring[:, 0]) * squeeze, np.diff(ring[:, 1])
    long = np.hypot(east, north)
    x, y = (lon - ring[:-1, 0]) * squeeze, lat - ring[:-1, 1]
    share = np.clip((x * east + y * north) / np.maximum(long * long, 1e-18), 0.0, 1.0)
    away = np.hypot(x - share * east, y - share * north)
    k = int(np.argmin(np.where(long >= least * long.max(), away, np.inf)))
    return float(np.degrees(np.arctan2(east[k], north[k])) % 180.0)


def along(angle: float, direction: float) -> float:
    """Angle (0 to 90 deg) between a direction and a line that runs both ways."""
    a = abs((angle - direction + 180.0) % 360.0 - 180.0)
    return min(a, 180.0 - a)


def binds(rules: Evidence, who: Evidence, flag: str = "", now: int = 0) -> bool:
    """True where a zone's rules bind a ship (its ``subject``) at ``now``; what a ship did not say binds it to nothing."""
    if who["mmsi"] in rules.get("mmsi", ()):
        return False
    for name in ("length", "draught"):
        value = who[name]
        if f"{name}_min" in rules and (value is None or value < rules[f"{name}_min"]):
            return False
        if f"{name}_max" in rules and (value is None or value > rules[f"{name}_max"]):
            return False
    if "types" in rules and who["type"] not in rules["types"]:
        return False
    if "flags" in rules and flag not in rules["flags"]:
        return False
    if "hours" in rules:
        begin, end = rules["hours"]
        clock = now % DAY / SECOND
        return bool(begin <= clock < end if begin <= end else clock >= begin or clock < end)
    return True


def conditions(rules: Evidence) -> str:
    """Whom a zone's rules bind, in words; empty where all."""
    parts = []
    for name, text in (("length", "long"), ("draught", "deep")):
        low, high = rules.get(f"{name}_min"), rules.get(f"{name}_max")
        parts += [f"{low:.0f} m {text} and more"] if low is not None else []
        parts += [f"{high:.0f} m {text} at most"] if high is not None else []
    if "types" in rules:
        parts.append(
            "of types " + ", ".join(str(t) for t in rules["types"][:6]) + (" ..." if len(rules["types"]) > 6 else "")
        )
    if "flags" in rules:
        parts.append("of flag " + ", ".join(rules["flags"]))
    return ", ".join(parts)
