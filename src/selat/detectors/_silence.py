"""Ships that are not heard: what the reception says of their silence, who was heard meanwhile, and their return."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from selat.detectors import _ships as fleet
from selat.detectors._life import FORGET, PictureRule
from selat.detectors._ships import Array
from selat.kernels import geodesy
from selat.model.clock import MINUTE, SECOND
from selat.model.rule import Evidence, Finding
from selat.model.schema import NO_TIME
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.contacts import Contacts
from selat.tracks.intervals import nominal
from selat.tracks.kinds import Kind, sends
from selat.tracks.reception import Expectation
from selat.tracks.window import Window

LYING = (1, 5)  #: navigational status: at anchor, moored
_LIES = 3 * KNOT  #: m/s: faster, who says that she is moored does not lie (M.1371-5 Table 1 has the same limit)
_AHEAD = 1800.0  #: s: so far a course is followed to see whether it ends on the shore


@dataclass(frozen=True)
class SilenceRule(PictureRule):
    """A rule about ships that fell silent: it remembers whom it told of, and tells when one of them is heard again."""

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships that are silent, and those that are back; memory: evidence of those told of, by contact."""
        told: dict[str, Evidence] = dict(memory or {})
        found = fleet.so(self, self.silent(window, told))
        silent = {f.key for f in found}
        again = back(window, {key: e for key, e in told.items() if key not in silent})
        over = {f.key for f in again}
        told = {key: e for key, e in told.items() if key not in over and window.now - e["ship"]["time"] < FORGET}
        told.update((f.key, f.evidence) for f in found)
        return found + again, told

    @abstractmethod
    def silent(self, w: Window, told: dict[str, Evidence]) -> list[Finding]:
        """Candidates of this moment; ``told``: evidence of those told of before, by contact."""

    def ended(self, evidence: Evidence) -> str:
        """Said when she is heard again."""
        if evidence["back"] is None:
            return ""
        return f"{evidence['ship']['name']} is heard again; she had been silent for {say.span(evidence['seconds'])}."


class Silent(NamedTuple):
    """Contacts that are silent, and what the reception says of it; arrays by contact.

    ``age`` s since the last position, ``every`` s between reports (nominal), ``heard`` of ``of`` reports came in before
    (10 min); ``shore`` m from where the course ends, NaN where the coast is not known.
    """

    slot: Array
    age: Array
    every: Array
    heard: Array
    of: Array
    asked: Expectation
    shore: Array


def candidates(w: Window, seconds: float, intervals: float, speed: float, longest: float, reports: int) -> Array:
    """Slots of ships that made way and were not heard for ``seconds`` and so many of their intervals."""
    c = w.contacts
    age = np.where(c.heard == NO_TIME, 0.0, (w.now - c.heard) / SECOND)
    first = np.flatnonzero(
        sends(c.kind, c.mmsi) & (age >= seconds) & (age <= longest) & (c.reports >= reports) & np.isfinite(c.lat)
    )
    every = nominal(c.kind[first], c.sog[first], c.status[first])
    with np.errstate(invalid="ignore"):
        use = (age[first] >= intervals * every) & (np.hypot(c.vx[first], c.vy[first]) > speed)
    # A status that was left as it is, at sea, says nothing: only who lies is left out.
    lies = np.isin(c.status[first], LYING) & (np.hypot(c.vx[first], c.vy[first]) < _LIES)
    silent = first[use & ~lies & (c.successor[first] < 0)]
    # Whose number is heard from another place has jumped, or two use it: that is told by the rule jump.
    alone = [bool((c.heard[c.of(int(c.mmsi[s]))] <= c.heard[s]).all()) for s in silent.tolist()]
    keep: Array = silent[np.array(alone, bool)]
    return keep


def outside(w: Window, slots: Array, within: float, *kinds: str) -> Array:
    """Those of ``slots`` farther than ``within`` m from zones of these kinds."""
    if not slots.size or not len(w.world.zones):
        return slots
    zones = w.world.zones.of(*kinds)
    if not len(zones):
        return slots
    near = np.zeros(slots.size, bool)
    lat, lon = w.contacts.lat[slots], w.contacts.lon[slots]
    near[zones.members(lat, lon)[0]] = True
    if within > 0:
        for z in range(len(zones)):
            near |= zones.distance(lat, lon, np.full(slots.size, z)) < within
    return slots[~near]


def ask(w: Window, slots: Array) -> Silent:
    """Ask the reception about ships that went on as they did."""
    c = w.contacts
    age = (w.now - c.time[slots]) / SECOND
    every = nominal(c.kind[slots], c.sog[slots], c.status[slots])
    vx, vy = c.vx[slots].astype("f8"), c.vy[slots].astype("f8")
    heard, of = _before(c, slots, every)
    asked = w.reception.ask(c.lat[slots], c.lon[slots], c.kind[slots], age, every, vx=vx, vy=vy, heard=heard, of=of)
    ahead = np.minimum(age, _AHEAD)
    shore = w.world.coast.distance(*geodesy.moved(c.lat[slots], c.lon[slots], vx * ahead, vy * ahead))
    return Silent(slots, age, every, heard, of, asked, shore)


def _before(c: Contacts, slots: Array, every: Array) -> tuple[Array, Array]:
    """Reports of these very ships that were heard, and that were due, in the last ten minutes before their silence."""
    heard, of = np.zeros(slots.size), np.zeros(slots.size)
    for k, slot in enumerate(slots.tolist()):
        time = c.recent(slot).time
        last = time[time >= time[-1] - 10 * MINUTE] if time.size else time
        if last.size >= 2:
            of[k] = (last[-1] - last[0]) / SECOND / max(float(every[k]), 5.0)  # nearer ones are not remembered
            heard[k] = min(float(last.size - 1), of[k])
    return heard, of


def finding(w: Window, s: Silent, k: int, **more: Any) -> Finding:
    """A silence as a finding, with all that the reception said."""
    c, slot, a = w.contacts, int(s.slot[k]), s.asked
    track = c.recent(slot)
    evidence = {
        "ship": who(w, slot), "seconds": round(float(s.age[k]), 1), "interval": float(s.every[k]),
        "expected": round(float(a.expected[k]), 2), "clearly": round(float(a.clearly[k]), 2),
        "none": float(a.none[k]), "chance": round(float(a.chance[k]), 4),
        "taught": round(float(a.taught[k]), 1), "others": round(float(a.others[k]), 1),
        "clear": round(float(a.ratio[k]), 4), "heard": round(float(s.heard[k]), 1), "of": round(float(s.of[k]), 1),
        "shore": fleet.real(s.shore[k], 0), "back": None, "track": fleet.rows(track),
        "radar": _radar(w, slot),
        "seq": [int(q) for q in track.seq[-20:] if q >= 0] or [int(c.seq[slot])], **more,
    }  # fmt: skip
    key, subjects = str(int(c.ids()[slot])), (int(c.mmsi[slot]),)
    return Finding(key, subjects, int(c.time[slot]), float(c.lat[slot]), float(c.lon[slot]), evidence, w.now)


def _radar(w: Window, slot: int) -> Evidence | None:
    """Where a radar still sees a ship that AIS does not hear; None: none does, or nobody knows."""
    c = w.contacts
    if c.fusion is None:
        return None
    for link in c.fusion.of_ship(int(c.ids()[slot])):
        at = np.flatnonzero(c.ids() == link.target)
        if at.size and w.now - c.time[at[0]] <= MINUTE:
            seen = c.fusion.where(c, at[:1])
            return {
                "target": int(c.mmsi[at[0]]), "time": int(seen.time[0]), "lat": round(float(seen.lat[0]), 6),
                "lon": round(float(seen.lon[0]), 6), "since": link.since, "score": round(link.score, 1),
            }  # fmt: skip
    return None


def still_seen(e: Evidence) -> str:
    """A sentence of where a radar still sees her; empty where none does."""
    r = e.get("radar")
    return (
        f" Radar still sees her at {say.place(r['lat'], r['lon'])} (target {r['target']}, {say.clock(r['time'])} UTC)."
        if r
        else ""
    )


def who(w: Window, slot: int) -> Evidence:
    """Who it is, as declared, and how she moved last."""
    c = w.contacts
    draught = float(c.static("draught")[slot]) * 0.1
    return {
        "mmsi": int(c.mmsi[slot]), "name": c.name(slot), "type": int(c.static("ship_type")[slot]),
        "length": fleet.real(c.length()[slot], 0), "draught": fleet.real(draught if draught > 0 else np.nan, 1),
        "status": int(c.status[slot]), "class_b": bool(c.kind[slot] == Kind.CLASS_B),
        "speed": round(float(np.hypot(c.vx[slot], c.vy[slot])), 2),
        "course": round(float(np.degrees(np.arctan2(c.vx[slot], c.vy[slot])) % 360.0), 1),
        "heading": fleet.real(c.heading[slot], 1), "time": int(c.time[slot]),
        "lat": round(float(c.lat[slot]), 6), "lon": round(float(c.lon[slot]), 6),
    }  # fmt: skip


def back(w: Window, told: dict[str, Evidence]) -> list[Finding]:
    """Ships that were told of and are heard again, under the same MMSI or as the same hull under another: how long they
    were gone, how far they came and how fast that was, and what way at her speed before is not accounted for.
    """
    if not told:
        return []
    c, out = w.contacts, []
    place = {i: slot for slot, i in enumerate(c.ids().tolist())}
    for key, was in sorted(told.items()):
        ship = was["ship"]
        slots = [int(s) for s in c.of(ship["mmsi"]) if int(c.time[s]) > ship["time"]]
        gone = place.get(int(key))
        if not slots and gone is not None and c.successor[gone] >= 0 and int(c.successor[gone]) in place:
            slots = [place[int(c.successor[gone])]]
        if not slots:
            continue
        slot = max(slots, key=lambda s: int(c.time[s]))
        t = c.recent(slot)
        k = int(np.searchsorted(t.time, ship["time"], "right"))  # the first position since, if it is still remembered
        time, lat, lon = (
            (t.time[k], t.lat[k], t.lon[k]) if k < len(t.time) else (c.time[slot], c.lat[slot], c.lon[slot])
        )
        seconds = (int(time) - ship["time"]) / SECOND
        away = float(geodesy.distance(ship["lat"], ship["lon"], lat, lon))
        told_back = {
            "time": int(time), "lat": round(float(lat), 6), "lon": round(float(lon), 6),
            "away": round(away, 0), "pace": round(away / max(seconds, 1.0), 2), "mmsi": int(c.mmsi[slot]),
            "detour": round(max(0.0, ship["speed"] * seconds - away), 0),
        }  # fmt: skip
        evidence = {**was, "back": told_back, "seconds": round(seconds, 1), "seq": [*was["seq"], int(c.seq[slot])]}
        out.append(
            Finding(key, (ship["mmsi"],), ship["time"], told_back["lat"], told_back["lon"], evidence, w.now, True)
        )
    return out


def returned(e: Evidence, limit: str = "") -> str:
    """The sentence of a ship that is heard again, without its end."""
    b = e["back"]
    other = f" as MMSI {b['mmsi']:09d}" if b.get("mmsi", e["ship"]["mmsi"]) != e["ship"]["mmsi"] else ""
    missing = (
        f"; {say.miles(b['detour'])} of way at that speed are not accounted for" if b.get("detour", 0) > 926 else ""
    )
    return (
        f"{fleet.the(e['ship'])} is heard again{other} after {say.span(e['seconds'])}{limit}, {say.miles(b['away'])} from where "
        f"she fell silent: {say.speed(b['pace'])} on the straight line; before, she made {say.speed(e['ship']['speed'])}{missing}"
    )


def odds(none: float) -> str:
    """A small chance in words: ``1 in 12,000``."""
    return f"1 in {min(round(1.0 / max(none, 1e-9)), 1_000_000):,}"
